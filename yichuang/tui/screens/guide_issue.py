"""Issuing a number for someone at the guide desk: three keys, and more where more is asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from yichuang.config import SPECIAL_KINDS
from yichuang.errors import DuplicateTicket, QueueRefusal
from yichuang.language import _
from yichuang.queue.desk import Done
from yichuang.queue.issuing import MOST_ITEMS
from yichuang.queue.item import Item
from yichuang.queue.need import need_label
from yichuang.queue.person import Person
from yichuang.queue.ticket import PriorityClass
from yichuang.tui.screens.choice import Choice
from yichuang.tui.screens.guide_acts import EntranceScreen
from yichuang.tui.screens.guide_dialogs import Typing
from yichuang.tui.screens.kiosk_search import ItemSearch
from yichuang.tui.screens.kiosk_wish import categories_for, desks_of, skills_of
from yichuang.tui.screens.question import Question
from yichuang.tui.screens.window_rows import category_row
from yichuang.tui.text import Line

_SEARCH = ""
"""What the first dialog gives when an item is to be found; no category has this code."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The number that is about to be issued."""

    category: str
    items: tuple[Item, ...] = ()
    need: str = ""
    window: int | None = None
    person: str | None = None
    """The keyed hash of the visitor's ID number."""
    person_shown: str = ""
    """Its mask."""


class Issuing:
    """The steps at one guide desk."""

    def __init__(self, desk: EntranceScreen) -> None:
        self._desk = desk
        self._hall = desk.hall

    async def run(self, person: Person | None = None) -> None:
        """Ask for what, then for the class, and issue; for a `person` whose card was read, to them."""
        draft = await self._begin()
        if draft is not None and person is not None:
            draft = replace(draft, person=person.key, person_shown=person.masked)
        while draft is not None:
            chosen = await self._desk.ask(Choice(self._heading(draft), self._choices(draft)))
            if chosen == "ordinary":
                await self._issue(draft, PriorityClass.ORDINARY, None)
                return
            if chosen == "priority":
                await self._issue_priority(draft)
                return
            draft = await self._extended(draft, chosen) if chosen is not None else None

    async def _begin(self) -> Draft | None:
        lines = await self._desk.look(self._hall.lines())
        if lines is None:
            return None
        choices: list[tuple[Line, str]] = [
            (category_row(line), line.category.code) for line in lines
        ]
        choices.append((_("查事项：拼音首字母、名称或编码"), _SEARCH))
        code = await self._desk.ask(Choice(_("取什么号"), choices))
        if code is None:
            return None
        if code != _SEARCH:
            return Draft(code)
        item = await self._search()
        return Draft(item.category, (item,)) if item is not None else None

    async def _search(self) -> Item | None:
        items = await self._desk.look(self._hall.items())
        if items is None:
            return None
        names = {each.code: each.label for each in self._hall.settings.category}
        known = [item for item in items if item.category in names]
        return await self._desk.ask(ItemSearch(known, names, lambda: None))

    def _heading(self, draft: Draft) -> str:
        parts = [self._hall.rules.category(draft.category).label]
        if draft.items:
            parts.append(_("{count} 个事项").format(count=len(draft.items)))
        if draft.need:
            parts.append(need_label(draft.need))
        if draft.window is not None:
            parts.append(_("{window} 号窗口").format(window=draft.window))
        parts += [draft.person_shown] if draft.person_shown else []
        return "  ".join(parts)

    def _choices(self, draft: Draft) -> list[tuple[Line, str]]:
        choices: list[tuple[Line, str]] = [
            (_("普通号"), "ordinary"),
            (_("优先号（绿色通道）"), "priority"),
        ]
        if len(draft.items) < MOST_ITEMS:
            choices.append((_("加一个事项（一个号最多五个）"), "item"))
        if self._needs(draft):
            choices.append((_("要专窗、手语或别的技能"), "need"))
        choices.append((_("指定一个窗口"), "window"))
        choices.append((_("登记身份证号码（一人一类只有一个号）"), "person"))
        return choices

    def _needs(self, draft: Draft) -> list[str]:
        rules = self._hall.rules
        needs = [*desks_of(rules), *skills_of(rules)]
        return [need for need in needs if draft.category in categories_for(rules, need)]

    async def _extended(self, draft: Draft, chosen: str) -> Draft:
        """The draft with one thing more; the same when that was left."""
        if chosen == "item":
            item = await self._search()
            if item is None or item in draft.items:
                return draft
            return replace(draft, items=(*draft.items, item))
        if chosen == "need":
            choices: list[tuple[Line, str]] = [
                (need_label(need), need) for need in self._needs(draft)
            ]
            need = await self._desk.ask(Choice(_("要什么"), choices))
            return replace(draft, need=need, window=None) if need is not None else draft
        if chosen == "window":
            window = await self._desk.ask_window(_("由几号窗口叫"))
            if window is None:
                return draft
            # A special desk is a window already; a skill stays with whoever is named.
            need = "" if draft.need in SPECIAL_KINDS else draft.need
            return replace(draft, window=window, need=need)
        return await self._with_person(draft)

    async def _with_person(self, draft: Draft) -> Draft:
        hint = _("键入 18 位身份证号码；只保存认得出、读不出的摘要")
        typed = await self._desk.ask(Typing(_("身份证号码"), hint))
        if typed is None:
            return draft
        try:
            person = self._hall.identify(typed)
        except QueueRefusal as refused:
            self._desk.status.refuse(refused)
            return draft
        return replace(draft, person=person.key, person_shown=person.masked)

    async def _issue_priority(self, draft: Draft) -> None:
        choices: list[tuple[Line, str]] = [
            (group.label, group.code) for group in self._hall.settings.group
        ]
        group: str | None = ""
        if choices:
            choices.append((_("不选"), ""))
            group = await self._desk.ask(Choice(_("优先的原因（只作统计，不显示）"), choices))
        if group is not None:
            await self._issue(draft, PriorityClass.PRIORITY, group or None)

    async def _issue(self, draft: Draft, priority_class: PriorityClass, group: str | None) -> None:
        done = await self._desk.act(self._issued(draft, priority_class, group))
        await self._desk.tell(done)

    async def _issued(
        self, draft: Draft, priority_class: PriorityClass, group: str | None
    ) -> Done | None:
        desk = self._desk
        try:
            return await self._hall.issue(
                category=self._category_of(draft),
                items=tuple(item.code for item in draft.items),
                route=self._route_of(draft),
                priority_class=priority_class,
                group=group,
                need=draft.need,
                window=draft.window,
                person=draft.person,
                is_told=True,
                actor=desk.actor,
            )
        except DuplicateTicket as refused:
            if not self._hall.settings.printer:
                raise
            number = str(refused.facts["number"])
            text = _("{message}。补打 {number} 的票吗？")
            question = text.format(message=refused.message, number=number)
            if not await desk.ask(Question(question)):
                return None
            return await self._hall.reprint(number, actor=desk.actor)

    def _category_of(self, draft: Draft) -> str:
        """The category chosen first, unless only the items that were added belong elsewhere."""
        categories = [item.category for item in draft.items]
        if not categories or draft.category in categories:
            return draft.category
        return categories[0]

    def _route_of(self, draft: Draft) -> tuple[str, ...]:
        return () if self._category_of(draft) == draft.category else (draft.category,)
