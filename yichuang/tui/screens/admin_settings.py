"""The sections of the administration screen that stand in hall.toml."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from yichuang.config import Level, Settings
from yichuang.config.difference import ELEMENT_KEYS, differences
from yichuang.config.field import (
    FieldFacts,
    Shape,
    allowed,
    fields_of,
    problems_with,
    section_model,
    typed_value,
)
from yichuang.config.labels import (
    choice_label,
    difference_text,
    field_label,
    section_label,
    value_text,
)
from yichuang.errors import InvalidHall, SettingsUneditable, YichuangError
from yichuang.language import _
from yichuang.queue.administration.level import LEVELS, profile_edits
from yichuang.queue.settings_keeper import SettingsKeeper, Written
from yichuang.tui.admin_draft import Draft, Node
from yichuang.tui.screens.admin_dialogs import EditValue, Preview, Toggles
from yichuang.tui.screens.admin_tab import Desk, Tab
from yichuang.tui.screens.choice import Choice
from yichuang.tui.screens.dialog import ask
from yichuang.tui.screens.guide_dialogs import Listing
from yichuang.tui.screens.question import Question
from yichuang.tui.text import Line, pad, wrap

_LABEL = 20
_CELLS = 60
_MOST_TOGGLES = 10


class SettingsWork:
    """hall.toml as it stands and what is not saved yet: shared by all sections of the screen."""

    def __init__(self, desk: Desk, keeper: SettingsKeeper) -> None:
        self.desk = desk
        self.keeper = keeper
        self.draft = Draft()
        self.problems: tuple[str, ...] = ()
        """What is wrong with the draft."""
        self.present = Written("", "")
        self._looked_at: str | None = None

    async def load(self) -> None:
        """Read the file; edits that are not saved follow another text."""
        self.present = await self.keeper.read()
        if self.present.hash != self.draft.hash:
            was_known, kept = bool(self.draft.hash), len(self.draft.edits)
            lost = self.draft.follow(self.present.text, self.present.hash)
            if was_known and kept:
                hint = _("有 {count} 处修改的对象没有了").format(count=lost) if lost else ""
                self.desk.tell(_("hall.toml 刚被改过，您没存的修改已接在新的内容上"), hint)
        self.look()

    def look(self) -> None:
        """See what is wrong with the draft."""
        if self._looked_at == self.draft.text:
            return
        self._looked_at = self.draft.text
        try:
            self.keeper.check(self.draft.text)
            self.problems = ()
        except InvalidHall as invalid:
            self.problems = tuple(invalid.problems)

    def heading(self) -> Line:
        """What is not saved, and what is wrong."""
        if self.present.problems and not self.draft.is_changed:
            text = _("hall.toml 有错，大厅仍按原来的设置：{problem}")
            return [(f" ! {text.format(problem=self.present.problems[0])} ", "alert")]
        if self.problems:
            text = _("还有 {count} 处要改：{problem}")
            told = text.format(count=len(self.problems), problem=self.problems[0])
            return [(f" ! {told} ", "alert")]
        if self.draft.is_changed:
            count = len(self.draft.edits)
            return [(f" {_('有 {count} 处修改没有存，按 F2 存').format(count=count)} ", "mark")]
        return ""

    def settings(self) -> Settings | None:
        """The draft as settings; None while something is wrong with it."""
        try:
            return self.keeper.check(self.draft.text)
        except InvalidHall:
            return None

    async def save(self) -> None:
        """Show what changes, ask why, and write it."""
        screen = self.desk.screen_itself
        self.look()
        if self.problems:
            lines = [f"  {line}" for each in self.problems for line in wrap(each, _CELLS)]
            ask(screen, Listing(_("还不能存：先改好下面各处"), lines), no_answer)
            return
        settings = self.settings()
        if settings is None or not self.draft.is_changed:
            self.desk.tell(_("没有要存的修改"))
            return
        told = [difference_text(each) for each in differences(self.desk.hall.settings, settings)]
        heading = _("存这 {count} 处修改").format(count=len(told))
        ask(screen, Preview(heading, told or [_("只改了写法，意思不变")]), self._save)

    async def _save(self, reason: str) -> None:
        async def keep() -> None:
            await self.keeper.keep(
                self.desk.hall,
                self.draft.text,
                was=self.draft.hash,
                reason=reason,
                actor=self.desk.actor,
            )
            self.draft = Draft()

        settings = self.settings()
        is_later = settings is not None and settings.remote != self.desk.hall.settings.remote
        if await self.desk.run(keep):
            said = _("已存进 hall.toml，现在就生效")
            if is_later:
                said = _("已存进 hall.toml；SSH 终端的设置等服务重新启动才生效")
            self.desk.tell(said, _("按 F8 可以撤销"))

    def forget(self) -> None:
        """Ask, and let the edits go."""
        if not self.draft.is_changed:
            self.desk.tell(_("没有要放弃的修改"))
            return
        text = _("放弃没有存的 {count} 处修改？").format(count=len(self.draft.edits))
        ask(self.desk.screen_itself, Question(text), self._forget)

    async def _forget(self, _sure: bool) -> None:
        self.draft.forget()
        await self.desk.show_again()

    async def undo(self) -> None:
        """Take the last saved change back: show what that means, ask why."""
        if self.draft.is_changed:
            self.desk.tell(_("先存好或放弃（F4）没有存的修改，再撤销"))
            return
        try:
            former = await self.keeper.former()
            text = await self.keeper.text_of(former.id)
            told = differences(self.desk.hall.settings, self.keeper.check(text))
        except YichuangError as error:
            await self.desk.run(partial(raise_again, error))
            return
        heading = _("撤销上一次修改，回到第 {version} 版").format(version=former.id)
        rows = [difference_text(each) for each in told] or [self.same()]
        ask(self.desk.screen_itself, Preview(heading, rows), self._undo)

    def same(self) -> str:
        """What going back means where the hall goes by the same settings before and after."""
        if self.present.problems:
            return _("hall.toml 里的错误没有了；大厅的设置不变")
        return _("只是写法不同，意思不变")

    async def _undo(self, reason: str) -> None:
        async def undo() -> None:
            await self.keeper.undo(self.desk.hall, reason=reason, actor=self.desk.actor)

        if await self.desk.run(undo):
            self.desk.tell(_("已撤销，现在就生效"))


class SettingsTab(Tab):
    """Some sections of hall.toml."""

    ACTIONS = frozenset({"add", "remove", "reset", "save", "forget", "undo", "profile"})

    def __init__(self, desk: Desk, work: SettingsWork, sections: Sequence[str]) -> None:
        super().__init__(desk)
        self.work = work
        self.sections = [each for each in sections if each in Settings.model_fields]
        self._nodes: list[Node] = []

    @property
    def _many(self) -> list[str]:
        return [each for each in self.sections if each in ELEMENT_KEYS]

    # --- showing ------------------------------------------------------------------------------

    async def load(self) -> None:
        """Read the file."""
        await self.work.load()
        self._look()

    def _look(self) -> None:
        self.work.look()
        self._nodes = self.work.draft.nodes(self.sections)

    def heading(self) -> Line:
        """What is not saved, and what is wrong."""
        return self.work.heading()

    def names(self) -> Sequence[Line]:
        """The sections and their elements."""
        return [each.label for each in self._nodes]

    def values(self, row: int) -> Sequence[Line]:
        """Label and value; what stands in the file is told from a default."""
        if row >= len(self._nodes):
            return ()
        node = self._nodes[row]
        return [self._value_row(node, each) for each in node.fields]

    def _value_row(self, node: Node, field: FieldFacts) -> Line:
        value = self.work.draft.value(node, field)
        label = pad(field_label(node.section, node.path_of(field.name)), _LABEL)
        is_written = field.name in self.work.draft.written(node)
        text = self._shown(node, field, value)
        if not text:
            text = _("（要填）") if field.required else "-"
        if self.work.draft.is_edited(node, field):
            return [label, " ", (f"{text} *", "mark")]
        return [label, " ", (text, "" if is_written else "dim")]

    def _shown(self, node: Node, field: FieldFacts, value: Any) -> str:
        path = node.path_of(field.name)
        if field.name in ("categories", "helps") and isinstance(value, list):
            names = dict(self.work.draft.codes())
            return _("、").join(names.get(str(each), str(each)) for each in value)
        if field.choices and isinstance(value, list):
            return _("、").join(choice_label(node.section, path, each) for each in value)
        if field.shape is Shape.CHOICE:
            return choice_label(node.section, path, value)
        return value_text(value)

    def about(self, row: int, value: int) -> str:
        """The whole value, and what may be written there."""
        if row >= len(self._nodes) or value >= len(self._nodes[row].fields):
            return ""
        node = self._nodes[row]
        field = node.fields[value]
        text = self._shown(node, field, self.work.draft.value(node, field))
        is_written = field.name in self.work.draft.written(node)
        source = "" if is_written else _("（默认）")
        key = f"{node.section}.{node.path_of(field.name)}"
        return f"{text}{source}  [{key}] {allowed(field)}".strip()

    def possible(self, action: str) -> bool:
        """Saving and forgetting need something not saved; adding, something of which there are many."""
        if action in ("save", "forget"):
            return self.work.draft.is_changed
        if action == "add":
            return bool(self._many)
        if action == "profile":
            return "hall" in self.sections
        return True

    # --- one value ----------------------------------------------------------------------------

    async def edit(self, row: int, value: int) -> None:
        """Ask for the value in the way of its kind."""
        if row >= len(self._nodes) or value >= len(self._nodes[row].fields):
            return
        node = self._nodes[row]
        field = node.fields[value]
        present = self.work.draft.value(node, field)
        heading = field_label(node.section, node.path_of(field.name))
        put = partial(self._put, node, field)
        options = self._options(node, field)
        screen = self.desk.screen_itself
        if field.shape is Shape.LIST and 0 < len(options) <= _MOST_TOGGLES:
            ask(screen, Toggles(heading, options, present or ()), put)
        elif field.shape in (Shape.CHOICE, Shape.FLAG):
            ask(
                screen,
                Choice(heading, [(label, (each,)) for each, label in options]),
                self._first(put),
            )
        else:
            check = partial(_wrong, field)
            typed = EditValue(heading, allowed(field), _as_typed(present), check)
            ask(screen, typed, partial(self._take, put, field))

    def _options(self, node: Node, field: FieldFacts) -> list[tuple[Any, str]]:
        """What can be chosen between: value and label; nothing where it is typed."""
        if field.shape is Shape.FLAG:
            flags = [(True, _("是")), (False, _("否"))]
            return [*flags, (None, _("由程序定"))] if field.may_be_none else flags
        if field.name in ("categories", "helps") and field.shape is Shape.LIST:
            return [(code, f"{name}  {code}") for code, name in self.work.draft.codes()]
        path = node.path_of(field.name)
        return [(each, choice_label(node.section, path, each)) for each in field.choices]

    @staticmethod
    def _first(put: Any) -> Any:
        """A choice's answer is wrapped: None is an answer, too."""

        async def take(chosen: tuple[Any]) -> None:
            await put(chosen[0])

        return take

    async def _take(self, put: Any, field: FieldFacts, typed: str) -> None:
        await put(typed_value(field, typed))

    async def _put(self, node: Node, field: FieldFacts, value: Any) -> None:
        await self._edit(partial(self.work.draft.put, node, field, value))

    async def _edit(self, edit: Any) -> None:
        try:
            edit()
        except SettingsUneditable as error:
            await self.desk.run(partial(raise_again, error))
            return
        self._look()
        await self.desk.show_again()

    # --- acts ---------------------------------------------------------------------------------

    async def act(self, action: str, row: int, value: int) -> None:
        """Add, remove, reset, save, forget, undo, or go by a profile."""
        if action == "save":
            await self.work.save()
        elif action == "forget":
            self.work.forget()
        elif action == "undo":
            await self.work.undo()
        elif action == "add":
            self._ask_kind()
        elif action == "profile":
            self._ask_profile()
        elif row < len(self._nodes):
            node = self._nodes[row]
            if action == "remove":
                self._ask_removal(node)
            elif value < len(node.fields):
                await self._put(node, node.fields[value], None)

    def _ask_removal(self, node: Node) -> None:
        if not node.is_element:
            self.desk.tell(_("这一节不能删；按 F7 把一项恢复成默认"))
            return
        text = _("删除 {what} {name}？按 F2 存了才生效。")
        told = text.format(what=section_label(node.section), name=node.element)
        ask(self.desk.screen_itself, Question(told), partial(self._remove, node))

    async def _remove(self, node: Node, _sure: bool) -> None:
        await self._edit(partial(self.work.draft.remove, node))

    def _ask_kind(self) -> None:
        many = self._many
        if not many:
            self.desk.tell(_("这里没有可以添加的"))
        elif len(many) == 1:
            self._ask_key(many[0])
        else:
            choices: list[tuple[Line, str]] = [(section_label(each), each) for each in many]
            ask(self.desk.screen_itself, Choice(_("添加什么"), choices), self._ask_key_of)

    async def _ask_key_of(self, section: str) -> None:
        self._ask_key(section)

    def _ask_key(self, section: str) -> None:
        key = ELEMENT_KEYS[section]
        field = next(each for each in fields_of(section_model(section)) if each.name == key)
        taken = [str(each.element) for each in self.work.draft.nodes([section]) if not each.path]

        def check(typed: str) -> list[str]:
            if typed.strip() in taken:
                return [_("{key} 已经有了").format(key=typed.strip())]
            return _wrong(field, typed)

        label = field_label(section, key)
        heading = _("添加{what}：{key}").format(what=section_label(section), key=label)
        dialog = EditValue(heading, allowed(field), "", check)
        ask(self.desk.screen_itself, dialog, partial(self._add, section, field))

    async def _add(self, section: str, field: FieldFacts, typed: str) -> None:
        values: dict[str, Any] = {}
        for each in fields_of(section_model(section)):
            if each.name == field.name:
                values[each.name] = typed_value(field, typed)
            elif each.required and each.choices:
                values[each.name] = each.choices[0]
        await self._edit(partial(self.work.draft.add, section, values))
        added = [(each.section, each.element) for each in self._nodes if not each.path]
        wanted = (section, values[field.name])
        if wanted in added:
            rows = [(each.section, each.element, each.path) for each in self._nodes]
            self.desk.go_to_row(rows.index((*wanted, ())))

    # --- profiles -----------------------------------------------------------------------------

    def _ask_profile(self) -> None:
        choices: list[tuple[Line, Level]] = [
            (choice_label("hall", "level", level), level) for level in LEVELS
        ]
        heading = _("套用哪一级的范本（先看会改什么，按 F2 才存）")
        ask(self.desk.screen_itself, Choice(heading, choices), self._go_by_profile)

    async def _go_by_profile(self, level: Level) -> None:
        present = self.work.settings()
        if present is None:
            self.desk.tell(_("先改好标出的错误，再套用范本"))
            return
        edits = profile_edits(present, level)
        await self._edit(partial(self.work.draft.make, *edits))
        await self.work.save()


def _wrong(field: FieldFacts, typed: str) -> list[str]:
    return problems_with(field, typed_value(field, typed))


def _as_typed(value: Any) -> str:
    """A value as it would be typed."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return value_text(value)


async def no_answer(_answer: Any) -> None:
    """A list was read."""


async def raise_again(error: YichuangError) -> None:
    """Let the screen show an error as those of the hall."""
    raise error
