"""The items in the administration screen: each change is asked about, journaled and undone by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from yichuang.language import N_, _
from yichuang.queue.administration.item_acts import last_change
from yichuang.queue.event import Entry
from yichuang.queue.item import Item, find_items
from yichuang.queue.item_import import item_problems
from yichuang.queue.revision.command import RetireItem, SaveItem, UndoItemChange
from yichuang.tui.screens.admin_dialogs import EditValue, Preview
from yichuang.tui.screens.admin_tab import Tab
from yichuang.tui.screens.choice import Choice
from yichuang.tui.screens.dialog import ask
from yichuang.tui.screens.guide_dialogs import Typing
from yichuang.tui.text import Line, pad

_LABEL = 14
_FOUND = 200


class _Fact(NamedTuple):
    """One value of an item."""

    name: str
    label: str
    allowed: str = ""
    """What may be typed; empty where it is chosen."""


_WIDE = N_("一行文字，最多 32 列（一个汉字两列）")

_FACTS = (
    _Fact("name", N_("名称"), N_("一行文字，最多 200 列（一个汉字两列）")),
    _Fact("alias", N_("简称"), N_("一行文字，最多 32 列；空着就由名称缩短")),
    _Fact("category", N_("类别")),
    _Fact("department", N_("部门"), _WIDE),
    _Fact("group", N_("组"), _WIDE),
    _Fact("private", N_("不公开")),
    _Fact("saturday", N_("周六可办")),
)

FACT_LABELS = {each.name: each.label for each in _FACTS} | {"active": N_("启用")}
"""What the values of an item are called."""


class ItemsTab(Tab):
    """The catalogue."""

    ACTIONS = frozenset({"add", "retire", "search", "undo"})

    def __init__(self, desk: Any) -> None:
        super().__init__(desk)
        self._all: list[Item] = []
        self._items: list[Item] = []
        self._query = ""
        self._labels: dict[str, str] = {}

    # --- showing ------------------------------------------------------------------------------

    async def load(self) -> None:
        """Read the catalogue, retired items too."""
        hall = self.desk.hall
        self._all = await hall.store.read(lambda records: records.items(retired=True))
        self._labels = {each.code: each.label for each in hall.settings.category}
        self._find()

    def _find(self) -> None:
        query = self._query
        self._items = find_items(self._all, query, _FOUND) if query else self._all

    def heading(self) -> Line:
        """How many, and what was searched for."""
        text = _("共 {count} 个事项").format(count=len(self._all))
        if self._query:
            text = _("「{query}」找到 {count} 个").format(query=self._query, count=len(self._items))
        return [(f" {text}", "dim")]

    def names(self) -> Sequence[Line]:
        """One row an item."""
        return [
            each.alias if each.active else [(f"{_('停用')} {each.alias}", "dim")]
            for each in self._items
        ]

    def values(self, row: int) -> Sequence[Line]:
        """What is known of an item."""
        if row >= len(self._items):
            return ()
        item = self._items[row]
        rows: list[Line] = [
            [pad(_(each.label), _LABEL), " ", self._text(item, each.name)] for each in _FACTS
        ]
        state = _("启用") if item.active else _("停用：不再取这个事项的号")
        return [
            *rows,
            [pad(_("编码"), _LABEL), " ", (item.code, "dim")],
            [pad(_("状态"), _LABEL), " ", state],
        ]

    def _text(self, item: Item, name: str) -> str:
        value = getattr(item, name)
        if isinstance(value, bool):
            return _("是") if value else _("否")
        return self._labels.get(value, value) if name == "category" else value or "-"

    def about(self, row: int, value: int) -> str:
        """The whole value, and what may be written there."""
        if row >= len(self._items) or value >= len(_FACTS):
            return ""
        fact = _FACTS[value]
        return (
            f"{self._text(self._items[row], fact.name)}  {_(fact.allowed) if fact.allowed else ''}"
        )

    def possible(self, action: str) -> bool:
        """An item can be retired where there is one."""
        return action != "retire" or bool(self._items)

    # --- changing -----------------------------------------------------------------------------

    async def edit(self, row: int, value: int) -> None:
        """Ask for one value."""
        if row >= len(self._items) or value >= len(_FACTS):
            return
        item, fact = self._items[row], _FACTS[value]
        heading = _("{item}：{what}").format(item=item.alias, what=_(fact.label))
        save = partial(self._preview, item, fact.name)
        if fact.name == "category":
            categories: list[tuple[Line, Any]] = [
                (label, (code,)) for code, label in self._labels.items()
            ]
            ask(self.desk.screen_itself, Choice(heading, categories), _first(save))
        elif not fact.allowed:
            flags: list[tuple[Line, Any]] = [(_("是"), (True,)), (_("否"), (False,))]
            ask(self.desk.screen_itself, Choice(heading, flags), _first(save))
        else:
            check = partial(self._wrong, item, fact.name)
            dialog = EditValue(heading, _(fact.allowed), str(getattr(item, fact.name)), check)
            ask(self.desk.screen_itself, dialog, save)

    def _wrong(self, item: Item, name: str, typed: str) -> list[str]:
        changed: dict[str, Any] = {name: typed.strip()}
        return item_problems(replace(item, **changed), list(self.desk.hall.rules.categories))

    async def _preview(self, item: Item, name: str, value: Any) -> None:
        value = value.strip() if isinstance(value, str) else value
        changed: dict[str, Any] = {name: value}
        after = replace(item, **changed)
        if after == item:
            self.desk.tell(_("没有改动"))
            return
        told = _("{what}：{old} -> {new}").format(
            what=_(FACT_LABELS[name]), old=self._text(item, name), new=self._text(after, name)
        )
        dialog = Preview(_("修改「{item}」").format(item=item.alias), [told])
        ask(self.desk.screen_itself, dialog, partial(self._save, after))

    async def _save(self, item: Item, reason: str) -> None:
        await self._do(SaveItem(item, reason), _("已修改，按 F8 可以撤销"))

    async def _do(self, command: SaveItem | RetireItem | UndoItemChange, said: str) -> None:
        async def act() -> None:
            await self.desk.hall.do(command, self.desk.actor)

        if await self.desk.run(act):
            self.desk.tell(said)

    # --- acts ---------------------------------------------------------------------------------

    async def act(self, action: str, row: int, value: int) -> None:
        """Search, add, retire or restore, undo."""
        if action == "search":
            hint = _("键入拼音首字母、名称或编码的一部分；空着看全部")
            dialog = Typing(_("查找事项"), hint, may_be_empty=True)
            ask(self.desk.screen_itself, dialog, self._search)
        elif action == "add":
            self._ask_code()
        elif action == "undo":
            await self._ask_undo()
        elif action == "retire" and row < len(self._items):
            item = self._items[row]
            told = _("停用：号和流水里还在，不能再取") if item.active else _("恢复：又可以取号")
            heading = _("停用「{item}」") if item.active else _("恢复「{item}」")
            dialog_ = Preview(heading.format(item=item.alias), [told])
            ask(self.desk.screen_itself, dialog_, partial(self._retire, item))

    async def _search(self, query: str) -> None:
        self._query = query
        self._find()
        await self.desk.show_again()
        self.desk.go_to_row(0)

    async def _retire(self, item: Item, reason: str) -> None:
        said = _("已停用，按 F8 可以撤销") if item.active else _("已恢复")
        await self._do(RetireItem(item.code, item.active, reason), said)

    def _ask_code(self) -> None:
        known = {each.code.casefold() for each in self._all}

        def check(typed: str) -> list[str]:
            if typed.strip().casefold() in known:
                return [_("编码 {code} 已经有了").format(code=typed.strip())]
            return item_problems(self._new(typed.strip(), "x"), list(self._labels))

        dialog = EditValue(_("添加事项：编码"), _("字母、数字和 . _ -，以后不能改"), "", check)
        ask(self.desk.screen_itself, dialog, self._ask_name)

    def _new(self, code: str, name: str) -> Item:
        category = next(iter(self._labels))
        return Item(code, name, "", "", category, "", False, False, "", "")

    async def _ask_name(self, code: str) -> None:
        def check(typed: str) -> list[str]:
            return item_problems(self._new(code.strip(), typed.strip()), list(self._labels))

        dialog = EditValue(_("添加事项：名称"), _(_FACTS[0].allowed), "", check)
        ask(self.desk.screen_itself, dialog, partial(self._ask_category, code.strip()))

    async def _ask_category(self, code: str, name: str) -> None:
        choices: list[tuple[Line, str]] = [(label, each) for each, label in self._labels.items()]
        take = partial(self._preview_new, self._new(code, name.strip()))
        ask(self.desk.screen_itself, Choice(_("添加事项：类别"), choices), take)

    async def _preview_new(self, item: Item, category: str) -> None:
        item = replace(item, category=category)
        told = f"{item.code}  {self._labels[category]}  {item.name}"
        ask(self.desk.screen_itself, Preview(_("添加事项"), [told]), partial(self._save, item))

    async def _ask_undo(self) -> None:
        entries = await self.desk.hall.store.read(lambda records: records.item_entries(_FOUND))
        entry = last_change(entries)
        if entry is None:
            await self._do(UndoItemChange(), "")
            return
        dialog = Preview(_("撤销上一次事项修改"), item_change_texts(entry))
        ask(self.desk.screen_itself, dialog, self._undo)

    async def _undo(self, reason: str) -> None:
        await self._do(UndoItemChange(reason), _("已撤销"))


def item_change_texts(entry: Entry) -> list[str]:
    """What a journal entry changed of an item, a sentence a value."""
    data = entry.event.data
    old, new = data.get("old") or {}, data.get("new") or {}
    told = [f"{data.get('item', '')}  {new.get('alias') or new.get('name', '')}"]
    if not old:
        return [*told, _("新加的事项")]
    for name, value in new.items():
        if old.get(name) != value:
            text = _("{what}：{old} -> {new}")
            told.append(
                text.format(
                    what=_(FACT_LABELS.get(name, name)),
                    old=_plain(old.get(name)),
                    new=_plain(value),
                )
            )
    return told


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return str(value) if value else _("（空）")


def _first(save: Any) -> Any:
    """A choice's answer is wrapped: a no is an answer, too."""

    async def take(chosen: tuple[Any]) -> None:
        await save(chosen[0])

    return take
