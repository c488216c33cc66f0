"""What supervisors do about alerts: take note, urge, close; and incidents that are reported (O02, R04)."""

from __future__ import annotations

from typing import Any

from yichuang.errors import (
    DeadlinePast,
    NotYourSupervision,
    SupervisionOver,
    SupervisionTwice,
    TextMissing,
    UnknownAlert,
    UnknownStaff,
    UnknownSupervision,
)
from yichuang.language import N_, _
from yichuang.queue.desk import Desk, Done
from yichuang.queue.event import EventKind
from yichuang.queue.oversight.alert import AlertKept, AlertKind
from yichuang.queue.oversight.command import (
    AcknowledgeAlert,
    AnswerSupervision,
    CloseSupervision,
    OpenSupervision,
    RecordIncident,
)
from yichuang.queue.oversight.item import SupervisionItem, SupervisionState
from yichuang.queue.people.actor import ActorKind
from yichuang.queue.supervision.finding import MOST_ITEMS
from yichuang.queue.supervision.noting import clear
from yichuang.text import one_line

LONGEST_TEXT = 200
"""Characters of a title, an answer or a note."""

_TITLE, _ANSWER = N_("督办事由"), N_("督办回复")
_FEEDBACK = N_("没有回复就办结的原因")
_KIND, _WHAT, _REPORTED = N_("事件类型"), N_("事件经过"), N_("上报给谁")


def acknowledge_alert(desk: Desk, command: AcknowledgeAlert) -> Done:
    """Take note of an alert; raises UnknownAlert. That is the end of a bad review nobody is urged about."""
    kept = _open_alert(desk, command.alert)
    note = _text(command.note)
    seen = _seen(desk, kept, note)
    desk.memory.save_alert(seen)
    desk.record(
        EventKind.ALERT_ACKNOWLEDGED, alert=kept.id, **kept.alert.as_data(), **_said(note=note)
    )
    if kept.alert.kind is AlertKind.BAD_REVIEW and _item_of(desk, kept.id) is None:
        clear(desk, seen)
    return Done()


def open_supervision(desk: Desk, command: OpenSupervision) -> Done:
    """Give a matter to somebody; `Done.supervision` is it.

    Raises TextMissing, UnknownStaff, DeadlinePast, UnknownAlert, or SupervisionTwice for an alert that
    somebody is urged about already.
    """
    title = _needed(command.title, _TITLE)
    owner = desk.memory.staff_member(command.owner)
    if owner is None or not owner.active:
        raise UnknownStaff(badge=one_line(command.owner))
    if command.deadline <= desk.now:
        local = command.deadline.astimezone(desk.rules.zone)
        raise DeadlinePast(deadline=f"{local:%Y-%m-%d %H:%M}")
    if command.alert is not None:
        _expect_first(desk, command.alert)
    item = SupervisionItem(
        id=0,
        title=title,
        owner=owner.badge,
        deadline=command.deadline,
        state=SupervisionState.OPEN,
        opened_at=desk.now,
        opened_by=desk.actor,
        alert=command.alert,
        note=_text(command.note),
    )
    item = item._replace(id=desk.memory.add_supervision(item))
    desk.record(
        EventKind.SUPERVISION_OPENED,
        item=item.id,
        title=title,
        badge=owner.badge,
        deadline=item.deadline.isoformat(),
        **_said(note=item.note),
        **_of_alert(item),
    )
    return Done(supervision=item)


def _of_alert(item: SupervisionItem) -> dict[str, Any]:
    return {} if item.alert is None else {"alert": item.alert}


def _expect_first(desk: Desk, alert: int) -> None:
    """The alert is known and nobody is urged about it; urging is taking note."""
    kept = desk.memory.alert(alert)
    if kept is None:
        raise UnknownAlert(alert=alert)
    already = _item_of(desk, alert)
    if already is not None:
        raise SupervisionTwice(item=already.id, owner=already.owner)
    if kept.cleared_at is None and not kept.is_acknowledged:
        desk.memory.save_alert(_seen(desk, kept, kept.note))


def answer_supervision(desk: Desk, command: AnswerSupervision) -> Done:
    """The owner tells what was done.

    Raises TextMissing, UnknownSupervision, SupervisionOver or NotYourSupervision.
    """
    item = _item_under_way(desk, command.item)
    if desk.who.kind is not ActorKind.HOST and desk.who.name != item.owner:
        raise NotYourSupervision(item=item.id, owner=item.owner)
    answer = _needed(command.text, _ANSWER)
    item = item._replace(state=SupervisionState.ANSWERED, answer=answer, answered_at=desk.now)
    desk.memory.save_supervision(item)
    desk.record(EventKind.SUPERVISION_ANSWERED, item=item.id, title=item.title, answer=answer)
    return Done(supervision=item)


def close_supervision(desk: Desk, command: CloseSupervision) -> Done:
    """The matter is over; one that nobody answered needs words. Ends the bad review that it was made from.

    Raises TextMissing, UnknownSupervision or SupervisionOver.
    """
    item = _item_under_way(desk, command.item)
    feedback = _text(command.feedback)
    if not feedback and item.state is SupervisionState.OPEN:
        raise TextMissing(what=_(_FEEDBACK))
    item = item._replace(
        state=SupervisionState.CLOSED,
        feedback=feedback,
        closed_at=desk.now,
        closed_by=desk.actor,
    )
    desk.memory.save_supervision(item)
    desk.record(
        EventKind.SUPERVISION_CLOSED, item=item.id, title=item.title, **_said(feedback=feedback)
    )
    kept = desk.memory.alert(item.alert) if item.alert is not None else None
    if kept and kept.cleared_at is None and kept.alert.kind is AlertKind.BAD_REVIEW:
        clear(desk, kept)
    return Done(supervision=item)


def record_incident(desk: Desk, command: RecordIncident) -> Done:
    """Write down what happened and to whom it was reported; raises TextMissing."""
    desk.record(
        EventKind.INCIDENT_RECORDED,
        kind_of=_needed(command.kind, _KIND),
        what=_needed(command.what, _WHAT),
        reported_to=_needed(command.reported_to, _REPORTED),
    )
    return Done()


def _open_alert(desk: Desk, alert: int) -> AlertKept:
    kept = desk.memory.alert(alert)
    if kept is None or kept.cleared_at is not None:
        raise UnknownAlert(alert=alert)
    return kept


def _seen(desk: Desk, kept: AlertKept, note: str) -> AlertKept:
    return kept._replace(acknowledged_by=desk.actor, acknowledged_at=desk.now, note=note)


def _item_of(desk: Desk, alert: int) -> SupervisionItem | None:
    """The matter under way that was made from that alert."""
    found = (each for each in desk.memory.supervisions(MOST_ITEMS) if each.alert == alert)
    return next(found, None)


def _item_under_way(desk: Desk, number: int) -> SupervisionItem:
    item = desk.memory.supervision(number)
    if item is None:
        raise UnknownSupervision(item=number)
    if item.state is SupervisionState.CLOSED:
        raise SupervisionOver(item=number)
    return item


def _text(typed: str) -> str:
    return one_line(typed)[:LONGEST_TEXT]


def _needed(typed: str, what: str) -> str:
    text = _text(typed)
    if not text:
        raise TextMissing(what=_(what))
    return text


def _said(**texts: str) -> dict[str, Any]:
    """Those of the facts that say something."""
    return {name: text for name, text in texts.items() if text}
