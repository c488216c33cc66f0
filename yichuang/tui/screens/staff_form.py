"""A form: rows to be filled in, each with what is wrong in it. What was typed stays until it is saved."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, Generic, NamedTuple, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.css.query import NoMatches
from textual.message import Message
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import Input

from yichuang.errors import YichuangError
from yichuang.language import N_, _
from yichuang.tui.keys import digit_keys
from yichuang.tui.screens.dialog import Dialog, ask
from yichuang.tui.screens.question import Question
from yichuang.tui.text import Line, Part, width
from yichuang.tui.widgets.rows import Rows, TextLine

Answer = TypeVar("Answer")

_KEY_CELLS = 3
"""What a digit's key takes."""


class Field(NamedTuple):
    """One row of a form."""

    name: str
    label: str
    """To be translated."""
    value: str = ""
    longest: int = 40
    """Characters that can be typed; some more than the rules allow, so that these can say so."""
    hint: str = ""
    """What is told while the field is filled in, to be translated."""
    is_fixed: bool = False
    """Whether it is only shown."""


class Toggle(NamedTuple):
    """A row of things that are so or not."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    """Name and label of each, by digit from 1; at most nine."""
    chosen: frozenset[str]
    hint: str = ""


class Unfit(Exception):
    """What was filled in cannot be saved, as was found when it was tried."""

    def __init__(self, field: str, problem: str) -> None:
        """`problem` is in the user's language."""
        super().__init__(problem)
        self.field = field


class FormInput(Input):
    """What is typed into a field; it does not blink, for a blink costs bytes."""

    def __init__(self, field: Field) -> None:
        super().__init__(
            field.value,
            max_length=field.longest,
            id=field.name,
            select_on_focus=False,
        )
        self.cursor_blink = False
        self.disabled = field.is_fixed
        self.cursor_position = len(field.value)


class FormToggles(Rows, can_focus=True):
    """Things that are so or not: digits change them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            digit_keys(digit),
            f"turn({digit - 1})",
            N_("勾选"),
            key_display="1-9",
            show=digit == 1,
        )
        for digit in range(1, 10)
    ]

    class Turned(Message):
        """One was changed."""

    def __init__(self, toggle: Toggle) -> None:
        super().__init__([""], widget_id=toggle.name)
        self._options = toggle.options
        self.chosen = set(toggle.chosen)

    def on_resize(self) -> None:
        """Show what is so, in as many rows as it takes."""
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        rows: list[list[Part]] = [[]]
        room = self.size.width
        for digit, (name, label) in enumerate(self._options, start=1):
            text = f"[{'x' if name in self.chosen else ' '}]{label} "
            cells = _KEY_CELLS + width(text)
            # The blank after the row's last one may fall off its end.
            if cells > room + 1 and rows[-1]:
                rows.append([])
                room = self.size.width
            rows[-1] += [(f" {digit} ", "key"), text]
            room -= cells
        self.show(rows)

    def action_turn(self, place: int) -> None:
        """Make it so, or not so."""
        if place < len(self._options):
            self.chosen ^= {self._options[place][0]}
            self._show()
            self.post_message(self.Turned())


class Form(Dialog[Answer], Generic[Answer]):
    """Gives what `submit` gave. A refusal is shown in the form, which stays as it was filled in."""

    IS_TYPED = True
    CSS_PATH: ClassVar[CSSPathType | None] = ["dialog.tcss", "staff_form.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "save", N_("存")),
        Binding("enter,down", "next(1)", N_("下一项"), key_display="Enter", priority=True),
        Binding("up", "next(-1)", N_("上一项"), key_display="Up", priority=True),
    ]

    def __init__(self, heading: str, fields: Sequence[Field | Toggle]) -> None:
        """`heading` is in the user's language."""
        super().__init__(heading)
        self._fields = list(fields)
        self._tried = False
        self._saving = False
        self._pointed: tuple[str, str] | None = None
        """The field that was found wrong last, with its problem."""

    # --- what a subclass gives ----------------------------------------------------------------

    @abstractmethod
    def problems(self) -> Mapping[str, str]:
        """What is wrong in which field, as sentences."""
        raise NotImplementedError

    def remarks(self) -> Mapping[str, str]:
        """What is to be told beside a field that is right."""
        return {}

    @abstractmethod
    async def submit(self) -> Answer:
        """Save what was filled in; raises Unfit or a YichuangError, which is shown."""
        raise NotImplementedError

    # --- the frame ----------------------------------------------------------------------------

    def compose_body(self) -> ComposeResult:
        """A row for each field, then what is told."""
        for field in self._fields:
            with Horizontal(classes="field"):
                yield TextLine(f"  {_(field.label)}", classes="label")
                if isinstance(field, Toggle):
                    yield FormToggles(field)
                else:
                    yield FormInput(field)
                    yield TextLine(widget_id=f"{field.name}-told", classes="told")
        yield Rows(["", ""], widget_id="said")

    def on_mount(self) -> None:
        """Begin in the first field that can be filled in."""
        self._show_told()
        self._inputs[0].focus()

    @property
    def _inputs(self) -> list[Widget]:
        found = [self.query_one(f"#{field.name}", Widget) for field in self._fields]
        return [each for each in found if not each.disabled]

    def value(self, name: str) -> str:
        """What was typed into a field, without blanks around it."""
        return self.query_one(f"#{name}", FormInput).value.strip()

    def chosen(self, name: str) -> frozenset[str]:
        """What is so in a row of toggles."""
        return frozenset(self.query_one(f"#{name}", FormToggles).chosen)

    @property
    def is_changed(self) -> bool:
        """Whether anything would be lost."""
        return any(
            self.chosen(field.name) != field.chosen
            if isinstance(field, Toggle)
            else self.query_one(f"#{field.name}", FormInput).value != field.value
            for field in self._fields
        )

    # --- showing ------------------------------------------------------------------------------

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Mark the field that is filled in, and tell its hint."""
        for field, label in zip(self._fields, self.query(".label").results(TextLine), strict=True):
            here = field.name == event.widget.id
            label.show_line(
                [(f"{'>' if here else ' '} {_(field.label)}", "strong" if here else "")]
            )
            if here:
                self._tell_of(field)

    def _tell_of(self, field: Field | Toggle) -> None:
        if self._pointed is not None and self._pointed[0] == field.name:
            self._say(f"! {self._pointed[1]}", _("改好后再按 F2；别的都还在"), "alert")
        else:
            self._pointed = None
            self._say(_(field.hint) if field.hint else "")

    @on(Input.Changed)
    @on(FormToggles.Turned)
    def follow(self) -> None:
        """Tell what is still wrong, once that was told."""
        self._show_told()

    def _show_told(self) -> Mapping[str, str]:
        problems = self.problems() if self._tried else {}
        remarks = self.remarks()
        for field in self._fields:
            if isinstance(field, Toggle):
                continue
            told: Line = ""
            if field.name in problems:
                told = [(f"! {problems[field.name]}", "mark")]
            elif field.name in remarks:
                told = [(remarks[field.name], "dim")]
            try:
                self.query_one(f"#{field.name}-told", TextLine).show_line(told)
            except NoMatches:  # the form is going
                break
        return problems

    def _say(self, text: str, hint: str = "", style: str = "") -> None:
        said: Line = [(f" {text} ", style)] if text else ""
        self.query_one("#said", Rows).show([said, f" {hint}"])

    # --- keys ---------------------------------------------------------------------------------

    async def action_next(self, step: int) -> None:
        """Go to another field; from the last one on, save."""
        inputs = self._inputs
        here = inputs.index(self.focused) if self.focused in inputs else 0
        if here + step >= len(inputs):
            await self.action_save()
        elif here + step >= 0:
            inputs[here + step].focus()

    async def action_save(self) -> None:
        """Save, unless something is wrong: then stay in the first such field."""
        if self._saving:
            return
        self._tried, self._saving = True, True
        try:
            problems = self._show_told()
            if problems:
                self._point_at(*next(iter(problems.items())))
                return
            self.dismiss(await self.submit())
        except Unfit as unfit:
            self._point_at(unfit.field, str(unfit))
        except YichuangError as error:
            self._say(f"! {error.message}", error.hint, "alert")
        finally:
            self._saving = False

    def _point_at(self, name: str, problem: str) -> None:
        self._pointed = (name, problem)
        self.query_one(f"#{name}", Widget).focus()
        self._tell_of(next(field for field in self._fields if field.name == name))

    def action_dismiss_dialog(self) -> None:
        """Leave; ask first where something would be lost."""
        if self.is_changed:
            ask(self, Question(_("填的内容还没有存，不要了吗？")), self._leave)
        else:
            self.dismiss(None)

    async def _leave(self, _sure: bool) -> None:
        self.dismiss(None)
