"""The console's page of the journal: filtered, paged backwards, each entry in words; Enter shows it raw."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from yichuang.language import N_, _
from yichuang.queue.event import Entry, EventKind
from yichuang.queue.numbering import tidy_number
from yichuang.queue.oversight.search import JournalFilter
from yichuang.queue.service import Hall
from yichuang.queue.supervision.view import SupervisionView
from yichuang.tui.screens.choice import Choice
from yichuang.tui.screens.console_list import ListPage
from yichuang.tui.screens.dialog import ask
from yichuang.tui.screens.guide_dialogs import Listing, Typing
from yichuang.tui.text import Line, pad, wrap

K = EventKind
GROUPS: Mapping[str, frozenset[EventKind]] = MappingProxyType(
    {
        N_("号的全部"): frozenset(
            each
            for each in K
            if each.value.startswith(("Ticket", "Call", "Finish", "Pass", "Print"))
        ),
        N_("叫号"): frozenset({K.TICKET_CALLED, K.TICKET_RECALLED, K.CALL_UNDONE}),
        N_("过号、作废、取消"): frozenset(
            {K.TICKET_PASSED, K.TICKET_VOIDED, K.TICKET_CANCELLED, K.TICKET_REINSTATED}
        ),
        N_("评价"): frozenset({K.TICKET_RATED}),
        N_("窗口"): frozenset(
            each for each in K if each.value.startswith(("Window", "Surge", "Day"))
        ),
        N_("人员"): frozenset(
            each
            for each in K
            if each.value.startswith(("Staff", "Pin", "Key", "Post", "Sign", "Unqual", "Where"))
        ),
        N_("预警和督办"): frozenset(
            each for each in K if each.value.startswith(("Alert", "Supervision"))
        ),
        N_("通知和事件"): frozenset({K.NOTICE_BROADCAST, K.NOTICE_WITHDRAWN, K.INCIDENT_RECORDED}),
        N_("设备和时钟"): frozenset(
            each for each in K if each.value.startswith(("Device", "Clock", "PrintRetried"))
        ),
    }
)
"""Kinds of entry that one asks for together."""

_CELLS = 60


class JournalScreen(ListPage[Entry]):
    """One page of the journal; PgDn leads to older entries."""

    NAME = N_("流水")
    PAGE = "journal"
    NOTHING = N_("没有这样的流水")
    HOW_TO = (
        N_("最新的在最上面；按 PgDn 看更早的，按 PgUp 回来。"),
        N_("条件可以一起用：日期、种类、人员、窗口、号、文字；F8 全部清除。"),
        N_("按 Enter 看这一行的原样和散列值；整个流水用 yichuang journal verify 核对。"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "by_date", N_("日期")),
        Binding("f3", "by_kind", N_("种类")),
        Binding("f4", "by_actor", N_("人员")),
        Binding("f5", "by_window", N_("窗口")),
        Binding("f6", "by_number", N_("号码")),
        Binding("f7", "by_text", N_("文字")),
        Binding("f8", "clear", N_("清除条件")),
        # Before the list, which would only move its cursor.
        Binding("pagedown", "older", N_("更早"), key_display="PgDn", priority=True),
        Binding("pageup", "newer", N_("更新"), key_display="PgUp", priority=True),
    ]

    def __init__(self, hall: Hall) -> None:
        super().__init__(hall)
        self._asked = JournalFilter()
        self._kinds = ""
        self._starts: list[int] = []
        """Before which row each page began that one came from."""
        self._has_more = False
        self._shown: JournalFilter | None = None

    async def read_items(self, view: SupervisionView) -> Sequence[Entry]:
        """One page; an older one does not change and is not read again."""
        del view
        asked = self._asked._replace(before=self._starts[-1] if self._starts else None)
        room = max(1, self.pane.size.height)
        if self._starts and asked == self._shown and len(self.listed) <= room:
            return self.listed
        found = await self.hall.supervision.search(asked, room + 1)
        self._shown = asked
        self._has_more = len(found) > room
        return found[:room]

    def key_of(self, item: Entry) -> Hashable:
        """An entry is known by its row."""
        return item.seq

    def list_heading(self) -> str:
        """What is asked for."""
        told = _("，").join(self._conditions())
        first = self.listed[0].seq if self.listed else 0
        return _("流水从第 {seq} 行往前").format(seq=first) + (f"  {told}" if told else "")

    def _conditions(self) -> list[str]:
        asked = self._asked
        facts = [
            (_("日期"), f"{asked.first:%m-%d}" if asked.first else ""),
            (_("种类"), _(self._kinds) if self._kinds else ""),
            (_("人员"), asked.actor),
            (_("窗口"), str(asked.window or "")),
            (_("号码"), asked.number),
            (_("文字"), asked.text),
        ]
        found = [f"{name} {fact}" for name, fact in facts if fact]
        if asked.first and asked.last and asked.first != asked.last:
            found[0] = f"{_('日期')} {asked.first:%m-%d}..{asked.last:%m-%d}"
        return found

    def row_of(self, item: Entry) -> Line:
        """An entry in words."""
        at = f"{item.at.astimezone(self.hall.settings.zone):%m-%d %H:%M:%S}"
        said = self.hall.supervision.sentence(item, self.names) if self.names else ""
        by = f"  {self.doer(item)}".rstrip()
        return [f"{at} ", said, (by, "dim")]

    def details_of(self, item: Entry) -> list[str]:
        """The whole sentence, where the row has no room for it."""
        said = self.hall.supervision.sentence(item, self.names) if self.names else ""
        return [f"{item.seq}  {said}  {self.doer(item)}".rstrip()]

    # --- paging -------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Pages are offered where there are any."""
        if action == "older":
            return self._has_more
        if action == "newer":
            return bool(self._starts)
        if action == "clear":
            return self._asked != JournalFilter()
        return super().check_action(action, parameters)

    async def action_older(self) -> None:
        """Show the page before."""
        if self.listed:
            self._starts.append(self.listed[-1].seq)
            await self._show_page()

    async def action_newer(self) -> None:
        """Show the page after."""
        if self._starts:
            self._starts.pop()
            await self._show_page()

    async def _show_page(self) -> None:
        self.listed = []
        await self.reload()
        self.pane.move_to(0)

    async def _ask_for(self, group: str | None = None, **change: Any) -> None:
        self._asked = self._asked._replace(**change)
        if group is not None:
            self._kinds = group
        self._starts = []
        await self._show_page()

    # --- conditions ---------------------------------------------------------------------------

    def _type(self, heading: str, hint: str, take: Callable[[str], Awaitable[None]]) -> None:
        ask(self, Typing(heading, hint, may_be_empty=True), take)

    def action_by_date(self) -> None:
        """Only some dates: ask which."""
        hint = _("键入日期，例如 2026-03-02；一段日期写两个，中间空一格。空着就是全部。")
        self._type(_("哪天的流水"), hint, self._by_date)

    async def _by_date(self, typed: str) -> None:
        try:
            days = [date.fromisoformat(each) for each in typed.split()[:2]]
        except ValueError:
            self.tell(_("看不懂日期「{day}」").format(day=typed), _("写成 2026-03-02"))
            return
        first, last = (min(days), max(days)) if days else (None, None)
        await self._ask_for(first=first, last=last)

    def action_by_kind(self) -> None:
        """Only some kinds: ask which."""
        choices: list[tuple[Line, str]] = [(_(name), name) for name in GROUPS]
        choices.append((_("全部"), ""))
        ask(self, Choice(_("哪一种流水"), choices), self._by_kind)

    async def _by_kind(self, name: str) -> None:
        await self._ask_for(name, kinds=GROUPS.get(name, frozenset()))

    def action_by_actor(self) -> None:
        """Only what somebody did: ask who."""
        self._type(_("谁做的"), _("键入工号；空着就是全部。"), self._by_actor)

    async def _by_actor(self, typed: str) -> None:
        await self._ask_for(actor=typed)

    def action_by_window(self) -> None:
        """Only one window: ask which."""
        self._type(_("几号窗口的"), _("键入窗口号；空着就是全部。"), self._by_window)

    async def _by_window(self, typed: str) -> None:
        number = tidy_number(typed)
        await self._ask_for(window=int(number) if number.isdecimal() else None)

    def action_by_number(self) -> None:
        """Only one ticket: ask which."""
        self._type(_("哪个号的"), _("键入号码，例如 A012；空着就是全部。"), self._by_number)

    async def _by_number(self, typed: str) -> None:
        await self._ask_for(number=tidy_number(typed))

    def action_by_text(self) -> None:
        """Only with a text in it: ask which."""
        hint = _("键入行里看得见的字，例如人名、类别、原因；空着就是全部。")
        self._type(_("写着什么的"), hint, self._by_text)

    async def _by_text(self, typed: str) -> None:
        await self._ask_for(text=typed)

    async def action_clear(self) -> None:
        """Ask for everything."""
        self._asked, self._kinds = JournalFilter(), ""
        await self._ask_for()

    async def enter_item(self, item: Entry) -> None:
        """Show the entry as it is kept."""
        heading = _("流水第 {seq} 行").format(seq=item.seq)
        ask(self, Listing(heading, raw_rows(item)), _nothing)


def raw_rows(entry: Entry) -> list[Line]:
    """An entry as it is kept, with its hash."""
    rows: list[Line] = []
    for name, value in entry.as_json().items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        pieces = [text[at : at + _CELLS - 15] for at in range(0, len(text), _CELLS - 15)] or [""]
        if not text.isascii():
            pieces = wrap(text, _CELLS - 15)
        rows += [
            [(f" {pad(name if not place else '', 14)}", "dim"), piece]
            for place, piece in enumerate(pieces)
        ]
    return rows


async def _nothing(_answer: bool) -> None:
    """A list that is only read has no answer."""
