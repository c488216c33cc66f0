"""Changing hall.toml while the hall is open: what may not change now, and what the journal says of it."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath
from typing import Any

from yichuang.config import Settings
from yichuang.errors import (
    CategoryInUse,
    OnlyAtTheHost,
    SettingsChangedMeanwhile,
    SettingsUnchanged,
    WindowInUse,
)
from yichuang.queue.desk import Desk, Done
from yichuang.queue.event import EventKind
from yichuang.queue.people.actor import ActorKind
from yichuang.queue.revision.command import DraftSettings, KeepSettings, NoteSettings
from yichuang.queue.revision.version import Revision, SettingsVersion, VersionKind
from yichuang.queue.rules import HallRules
from yichuang.queue.ticket import Ticket, TicketState
from yichuang.queue.window import WindowState
from yichuang.text import one_line

_IN_LINE = (TicketState.WAITING, TicketState.CALLED, TicketState.SERVING, TicketState.HELD)
"""Who stands in a category's line, or will again."""

_NAMED = 6
"""How many numbers a refusal names."""


def draft_settings(desk: Desk, command: DraftSettings) -> Done:
    """Keep what is about to be written. Raises as `keep_settings` does."""
    revision = command.revision
    _refuse_unchanged(desk, revision)
    _refuse_the_hosts_own(desk, revision.settings)
    refuse_in_use(desk, revision.settings)
    desk.memory.draft_settings(
        revision._replace(reason=one_line(revision.reason)), desk.now, desk.actor
    )
    return Done()


def keep_settings(desk: Desk, command: KeepSettings) -> Done:
    """hall.toml becomes what was drafted.

    Raises SettingsUnchanged, SettingsChangedMeanwhile, WindowInUse or CategoryInUse; then the file stays.
    """
    revision = command.revision
    _refuse_unchanged(desk, revision)
    _refuse_the_hosts_own(desk, revision.settings)
    refuse_in_use(desk, revision.settings)
    draft = desk.memory.settings_draft(revision.hash)
    if draft is None:
        # Another one was drafted since: its writer will find that the file has changed.
        raise SettingsChangedMeanwhile
    _keep(desk, draft)
    _forget_what_is_gone(desk, revision.settings)
    command.write()
    return Done()


def note_settings(desk: Desk, command: NoteSettings) -> Done:
    """Take a file as it was found for the present version.

    A draft of the same text was being written when a machine failed: it is kept as what it is. Any other
    text was written by hand.
    """
    revision = command.revision
    present = desk.memory.settings_versions(1)
    if present and present[0].hash == revision.hash:
        return Done()
    draft = desk.memory.settings_draft(revision.hash)
    if draft is None:
        kind = VersionKind.BY_HAND if present else VersionKind.BEGUN
        found = revision._replace(kind=kind)
        desk.memory.draft_settings(found, desk.now, desk.actor)
        draft = desk.memory.settings_draft(revision.hash)
    if draft is not None:
        desk.actor = draft.actor
        _keep(desk, draft)
        _forget_what_is_gone(desk, revision.settings)
    return Done()


def _keep(desk: Desk, draft: SettingsVersion) -> None:
    desk.memory.keep_settings(draft.id, desk.now)
    if draft.kind is VersionKind.BEGUN:
        return
    undone = draft.kind is VersionKind.UNDONE
    kind = EventKind.SETTINGS_UNDONE if undone else EventKind.SETTINGS_CHANGED
    facts: dict[str, Any] = {
        "reason": draft.reason,
        "restores": draft.restores,
        "by_hand": draft.kind is VersionKind.BY_HAND,
    }
    desk.record(
        kind,
        version=draft.id,
        changes=[dict(each) for each in draft.changes],
        **{name: fact for name, fact in facts.items() if fact},
    )


def _forget_what_is_gone(desk: Desk, settings: Settings) -> None:
    """Windows that were given other categories keep those that the hall still has."""
    known = {category.code for category in settings.category}
    for window in desk.memory.reassigned():
        if window.categories is None:
            continue
        own = tuple(code for code in window.categories if code in known)
        helps = tuple(code for code in window.helps or () if code in known)
        if (own, helps) == (window.categories, window.helps or ()):
            continue
        kept = window._replace(categories=own or None, helps=helps if own else None)
        desk.memory.save_window(kept)


def _refuse_unchanged(desk: Desk, revision: Revision) -> None:
    if revision.hash == revision.was:
        raise SettingsUnchanged


def _refuse_the_hosts_own(desk: Desk, settings: Settings) -> None:
    """Raise OnlyAtTheHost where somebody at a terminal names a program or a file of the host.

    A screen is all that terminals get (DESIGN 9): a player of one's own is a shell, and so may be what ALSA
    takes for a sound device; a device that is a plain file is written to, a font is read.
    """
    if desk.who.kind is ActorKind.HOST:
        return
    known = set(_of_the_host(desk.rules.settings))
    for what, value in _of_the_host(settings):
        if value and (what, value) not in known:
            raise OnlyAtTheHost(what=what)


def _of_the_host(settings: Settings) -> Iterator[tuple[str, object]]:
    """The values that name programs and files, each with its place in hall.toml."""
    voice = settings.voice
    for name in ("command", "device", "pack"):
        yield f"voice.{name}", getattr(voice, name)
    yield from ((f"printer.{each.name}.font", each.font) for each in settings.printer)
    for device in settings.devices:
        path = normpath(getattr(device, "path", "") or "/dev/none")
        if not path.startswith("/dev/"):
            yield f"{device.name}.path", path


def refuse_in_use(desk: Desk, settings: Settings) -> None:
    """Raise WindowInUse or CategoryInUse where people would be left with what the hall has no more."""
    former, coming = desk.rules, HallRules(settings)
    for number in former.windows.keys() - coming.windows.keys():
        ticket = desk.memory.current(number)
        state = desk.memory.window(number).state
        if ticket is not None or state is not WindowState.CLOSED:
            raise WindowInUse(window=number, state=ticket.state if ticket else state)
    reassigned = [each for each in desk.memory.reassigned() if each.number in coming.windows]
    served = {code for duty in coming.duties(reassigned, None) for code in duty.serves}
    for code in former.categories:
        if code in coming.categories and code in served:
            continue
        here = _in_line(desk, code)
        if here and (code not in coming.categories or _was_served(desk, code)):
            numbers = sorted(each.number for each in here)[:_NAMED]
            raise CategoryInUse(
                category=former.category(code), count=len(here), numbers=" ".join(numbers)
            )


def _was_served(desk: Desk, code: str) -> bool:
    return any(code in duty.serves for duty in desk.duties())


def _in_line(desk: Desk, category: str) -> list[Ticket]:
    tickets = [each for state in _IN_LINE for each in desk.memory.in_state(desk.today, state, None)]
    return [each for each in tickets if category in (each.category, *each.route)]
