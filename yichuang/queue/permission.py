"""Who may ask for what: the one place where roles are checked."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from yichuang.errors import NotPermitted, NotYourPost, SignedOutSince
from yichuang.queue import command as commands
from yichuang.queue.oversight import command as oversight
from yichuang.queue.people import command as people
from yichuang.queue.people.actor import Actor, ActorKind
from yichuang.queue.people.ports import PeopleRecords
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.revision import command as revision

_VISITOR, _CLERK, _GUIDE = Role.VISITOR, Role.CLERK, Role.GUIDE
_SUPERVISOR, _OBSERVER, _ADMINISTRATOR = Role.SUPERVISOR, Role.OBSERVER, Role.ADMINISTRATOR

_ALL_STAFF = frozenset({_CLERK, _GUIDE, _SUPERVISOR, _OBSERVER, _ADMINISTRATOR})
_HALL_STAFF = frozenset({_CLERK, _GUIDE, _SUPERVISOR})
_AT_WINDOWS = frozenset({_CLERK})
_AT_ENTRANCE = frozenset({_GUIDE, _SUPERVISOR})
_OF_WINDOWS = frozenset({_CLERK, _SUPERVISOR})
_OVER_ALL = frozenset({_SUPERVISOR})
_ADMINISTRATION = frozenset({_ADMINISTRATOR})
_PROGRAM: frozenset[Role] = frozenset()
"""Only the program itself: devices, clocks, terminals."""

MAY: Mapping[type[Any], frozenset[Role]] = MappingProxyType(
    {
        commands.IssueTicket: _HALL_STAFF | {_VISITOR},
        commands.ReprintTicket: _HALL_STAFF | {_VISITOR},
        commands.CheckIn: _HALL_STAFF | {_VISITOR},
        commands.RateTicket: _HALL_STAFF | {_VISITOR},
        commands.RetryPrint: _HALL_STAFF,
        commands.WakeTicket: _HALL_STAFF,
        commands.ReinstateTicket: _HALL_STAFF,
        commands.BookAppointment: _HALL_STAFF,
        commands.CancelAppointment: _HALL_STAFF,
        commands.CancelTicket: _AT_ENTRANCE,
        commands.RerouteTicket: _AT_ENTRANCE,
        commands.NoteAbsences: _AT_ENTRANCE,
        commands.ImportAppointments: _AT_ENTRANCE | _ADMINISTRATION,
        commands.PinTicket: _OVER_ALL,
        commands.UnpinTicket: _OVER_ALL,
        commands.AssignWindow: _OVER_ALL,
        commands.SetSurge: _OVER_ALL,
        commands.CloseDay: _OVER_ALL,
        commands.OpenWindow: _OF_WINDOWS,
        commands.PauseWindow: _OF_WINDOWS,
        commands.ResumeWindow: _OF_WINDOWS,
        commands.CloseWindow: _OF_WINDOWS,
        commands.CallNext: _AT_WINDOWS,
        commands.CallChosen: _AT_WINDOWS,
        commands.Recall: _AT_WINDOWS,
        commands.Start: _AT_WINDOWS,
        commands.Finish: _AT_WINDOWS,
        commands.Pass: _AT_WINDOWS,
        commands.Hold: _AT_WINDOWS,
        commands.Resume: _AT_WINDOWS,
        commands.Transfer: _AT_WINDOWS,
        commands.Undo: _AT_WINDOWS,
        commands.TestDevice: _HALL_STAFF | _ADMINISTRATION,
        commands.MuteDevice: _OVER_ALL | _ADMINISTRATION,
        commands.NoteDevice: _PROGRAM,
        commands.ImportItems: _ADMINISTRATION,
        revision.DraftSettings: _ADMINISTRATION,
        revision.KeepSettings: _ADMINISTRATION,
        revision.NoteSettings: _PROGRAM,
        revision.SaveItem: _ADMINISTRATION,
        revision.RetireItem: _ADMINISTRATION,
        revision.UndoItemChange: _ADMINISTRATION,
        people.SaveStaff: _ADMINISTRATION,
        people.SetPin: _ALL_STAFF,
        people.AddKey: _ADMINISTRATION,
        people.RemoveKey: _ADMINISTRATION,
        people.NamePost: _OVER_ALL | _ADMINISTRATION,
        people.AllowUnqualified: _OVER_ALL,
        people.TakePost: _AT_WINDOWS,
        people.LeavePost: _OF_WINDOWS,
        people.SetWhereabouts: _ALL_STAFF,
        people.NoteSignIn: _PROGRAM,
        people.NoteSignOut: _PROGRAM,
        people.NoteWrongPin: _PROGRAM,
        people.PrintSheet: _AT_ENTRANCE | _ADMINISTRATION,
        oversight.NoteAlerts: _PROGRAM,
        oversight.AcknowledgeAlert: _OVER_ALL,
        oversight.OpenSupervision: _OVER_ALL,
        oversight.AnswerSupervision: _ALL_STAFF,
        oversight.CloseSupervision: _OVER_ALL,
        oversight.BroadcastNotice: _OVER_ALL,
        oversight.WithdrawNotice: _OVER_ALL,
        oversight.RecordIncident: _HALL_STAFF,
    }
)
"""The roles that may ask for each command. The hall's own machine may ask for all of them."""

OF_ONE_POST = frozenset(
    {
        commands.OpenWindow,
        commands.PauseWindow,
        commands.ResumeWindow,
        commands.CloseWindow,
        commands.CallNext,
        commands.CallChosen,
        commands.Recall,
        commands.Start,
        commands.Finish,
        commands.Pass,
        commands.Hold,
        commands.Resume,
        commands.Transfer,
        commands.Undo,
    }
)
"""What a clerk may do at the window alone where that clerk is signed in (B10)."""

OF_OTHERS: Mapping[type[Any], frozenset[Role]] = MappingProxyType(
    {
        people.SetPin: _OVER_ALL | _ADMINISTRATION,
        people.SetWhereabouts: _AT_ENTRANCE,
        people.LeavePost: _OVER_ALL,
        people.TakePost: _PROGRAM,
    }
)
"""What everybody may ask for himself, and who may for somebody else."""


def permit(records: PeopleRecords, who: Actor, command: Any) -> None:
    """Let a command pass; raises NotPermitted, NotYourPost or SignedOutSince."""
    if who.kind is ActorKind.HOST:
        return
    allowed = MAY[type(command)]
    if who.kind is ActorKind.POST:
        if Role.VISITOR not in allowed:
            raise NotPermitted(roles=_named(allowed))
        return
    person = records.staff_member(who.name)
    if person is None or not person.active:
        raise SignedOutSince(badge=who.name)
    if type(command) in OF_OTHERS and command.badge != who.name:
        allowed = _over(records, command)
    if not person.may(*allowed):
        raise NotPermitted(roles=_named(allowed))
    if type(command) in OF_ONE_POST and not _is_overseer(person, command):
        duty = records.on_duty(command.window)
        if duty is None or duty.badge != who.name:
            raise NotYourPost(window=command.window, badge=duty.badge if duty else "-")


def may_ask(person: Staff, command: type[Any]) -> bool:
    """Whether the person's roles allow that kind of command: which keys a screen shows."""
    return person.may(*MAY[command])


def _over(records: PeopleRecords, command: Any) -> frozenset[Role]:
    """Who may ask that for another one; an administrator's PIN is an administrator's business."""
    allowed = OF_OTHERS[type(command)]
    other = records.staff_member(command.badge)
    if isinstance(command, people.SetPin) and other is not None and other.may(_ADMINISTRATOR):
        return allowed & _ADMINISTRATION
    return allowed


def _is_overseer(person: Staff, command: Any) -> bool:
    """A supervisor opens, pauses and closes any window."""
    return person.may(_SUPERVISOR) and _SUPERVISOR in MAY[type(command)]


def _named(roles: frozenset[Role]) -> str:
    return "、".join(role.label for role in Role if role in roles) or "-"
