"""What was changed of settings and items, when, by whom and why; any former hall.toml can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from yichuang.config.difference import Difference, differences
from yichuang.config.labels import difference_text
from yichuang.errors import YichuangError
from yichuang.language import _
from yichuang.queue.event import Entry
from yichuang.queue.revision.version import SettingsVersion, VersionKind
from yichuang.tui.screens.admin_dialogs import Preview
from yichuang.tui.screens.admin_items import item_change_texts
from yichuang.tui.screens.admin_settings import SettingsWork, raise_again
from yichuang.tui.screens.admin_tab import Desk, Tab
from yichuang.tui.screens.dialog import ask
from yichuang.tui.text import Line, wrap

SHOWN = 100
"""How many changes are shown."""

_VALUE_CELLS = 46


class _Change(NamedTuple):
    at: datetime
    version: SettingsVersion | None = None
    entry: Entry | None = None


class HistoryTab(Tab):
    """Every change, newest first."""

    ACTIONS = frozenset({"undo"})

    def __init__(self, desk: Desk, work: SettingsWork) -> None:
        super().__init__(desk)
        self.work = work
        self._changes: list[_Change] = []

    async def load(self) -> None:
        """Read the versions and the changes of items."""
        await self.work.load()
        versions = await self.work.keeper.history(SHOWN)
        entries = await self.desk.hall.store.read(lambda records: records.item_entries(SHOWN))
        changes = [_Change(each.at, version=each) for each in versions]
        changes += [_Change(each.at, entry=each) for each in entries]
        self._changes = sorted(changes, key=lambda each: each.at, reverse=True)[:SHOWN]

    def heading(self) -> Line:
        """What can be done here."""
        return [(f" {_('按 Enter 取回那一版设置；按 F8 撤销上一次修改')}", "dim")]

    def names(self) -> Sequence[Line]:
        """When and what."""
        zone = self.desk.hall.settings.zone
        return [f"{each.at.astimezone(zone):%m-%d %H:%M} {_kind(each)}" for each in self._changes]

    def values(self, row: int) -> Sequence[Line]:
        """Who, why, and every value."""
        if row >= len(self._changes):
            return ()
        change = self._changes[row]
        if change.entry is not None:
            reason = str(change.entry.event.data.get("reason", ""))
            return self._rows(change.entry.actor, reason, item_change_texts(change.entry))
        version = change.version
        if version is None:
            return ()
        told = [difference_text(Difference(**each)) for each in version.changes]
        if version.restores is not None:
            told = [_("回到第 {version} 版").format(version=version.restores), *told]
        return [
            _("第 {version} 版").format(version=version.id),
            *self._rows(version.actor, version.reason, told),
        ]

    def _rows(self, actor: str, reason: str, told: Sequence[str]) -> list[Line]:
        rows: list[Line] = [
            _("谁：{actor}").format(actor=actor or _("（不是在程序里）")),
            _("原因：{reason}").format(reason=_(reason) if reason else "-"),
            "",
        ]
        return [*rows, *(line for each in told for line in wrap(each, _VALUE_CELLS))]

    async def choose(self, row: int) -> bool:
        """Take that version back: show what that means, ask why."""
        version = self._changes[row].version if row < len(self._changes) else None
        if version is None:
            self.desk.tell(_("事项的修改按 F8 从最近的撤销起"))
            return True
        try:
            text = await self.work.keeper.text_of(version.id)
            wanted = self.work.keeper.check(text)
        except YichuangError as error:
            await self.desk.run(partial(raise_again, error))
            return True
        told = [difference_text(each) for each in differences(self.desk.hall.settings, wanted)]
        if not told and self.work.present.problems:
            told = [self.work.same()]
        if not told:
            self.desk.tell(_("这一版和现在的设置一样"))
            return True
        heading = _("取回第 {version} 版设置").format(version=version.id)
        ask(self.desk.screen_itself, Preview(heading, told), partial(self._restore, version.id))
        return True

    async def _restore(self, version: int, reason: str) -> None:
        async def restore() -> None:
            await self.work.keeper.restore(
                self.desk.hall, version, reason=reason, actor=self.desk.actor
            )

        if await self.desk.run(restore):
            self.desk.tell(_("已取回，现在就生效"), _("按 F8 可以撤销"))

    async def act(self, action: str, row: int, value: int) -> None:
        """Take the last change of hall.toml back."""
        await self.work.undo()


def _kind(change: _Change) -> str:
    if change.entry is not None:
        return change.entry.event.kind.label
    kind = change.version.kind if change.version is not None else VersionKind.CHANGED
    return kind.label
