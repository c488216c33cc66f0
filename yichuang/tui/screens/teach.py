"""Teaching a pad: it is asked for one key after the other, and what arrives is shown (hardware 12)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.types import CSSPathType
from textual.worker import Worker

from yichuang.errors import YichuangError
from yichuang.language import N_, _
from yichuang.queue.device import DeviceTrouble
from yichuang.queue.teaching import Lesson, Teacher
from yichuang.tui.keys import digit_keys
from yichuang.tui.screens.dialog import Dialog
from yichuang.tui.text import Line, pad, wrap
from yichuang.tui.widgets.rows import Rows

_MEANING_CELLS = 20
_CELLS = 60


class Teaching(Dialog[str]):
    """Gives what was done, in a sentence. The pad is this dialog's while it stands, and let go with it."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialog.tcss", "teach.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(digit_keys(1), "skip", N_("没有这个键"), key_display="1"),
        Binding(digit_keys(2), "step_back", N_("退回一步"), key_display="2"),
        Binding(digit_keys(3), "save", N_("保存"), key_display="3"),
    ]

    def __init__(self, teacher: Teacher, device: str) -> None:
        super().__init__(_("教 {device} 认键").format(device=device))
        self._teacher = teacher
        self._device = device
        self._lesson: Lesson | None = None
        self._told: Sequence[str] = [_("正在打开；最多等几秒")]
        self._listening: Worker[None] | None = None

    def compose_body(self) -> ComposeResult:
        """The question, what arrived, what was learned."""
        yield Rows(widget_id="question")
        yield Rows(widget_id="told")
        yield Rows(widget_id="learned")

    def on_mount(self) -> None:
        """Open the pad, and listen until the dialog is left."""
        self._show()
        self._listening = self.run_worker(self._listen(), group="lesson", exit_on_error=False)

    async def _listen(self) -> None:
        async with AsyncExitStack() as stack:
            try:
                lesson = await stack.enter_async_context(self._teacher.lesson(self._device))
                self._lesson, self._told = lesson, ()
                while self.is_attached:
                    self._show()
                    self._told = await lesson.listen() or self._told
            except asyncio.CancelledError:
                raise
            except YichuangError as error:
                self._lesson, self._told = None, _said(error)
                self._show()

    def _show(self) -> None:
        if not self.is_attached:
            return
        lesson = self._lesson
        question = lesson.question if lesson else ""
        if lesson is not None and not question:
            question = _("都问过了：按 3 保存，或按 2 退回一步")
        asked: list[Line] = [["  ", (line, "strong")] for line in wrap(question, _CELLS)]
        rows: list[Line] = ["", *asked, ""]
        self.query_one("#question", Rows).show(rows[:3])
        told = [line for text in self._told for line in wrap(text, _CELLS)]
        self.query_one("#told", Rows).show([*(f"  {line}" for line in told[:3]), *[""] * 3][:3])
        learned = lesson.learned if lesson else ()
        self.query_one("#learned", Rows).show(
            [_learned_row(meaning, key) for meaning, key in learned]
        )
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Saving is offered once a key was learned; the others while something is asked for."""
        lesson = self._lesson
        if action == "save":
            return lesson is not None and any(key for _meaning, key in lesson.learned)
        if action == "skip":
            return lesson is not None and bool(lesson.question)
        if action == "step_back":
            return lesson is not None
        return super().check_action(action, parameters)

    def action_skip(self) -> None:
        """The pad has no such key."""
        if self._lesson is not None:
            self._lesson.skip()
            self._told = ()
            self._show()

    def action_step_back(self) -> None:
        """Ask for the key before once more."""
        if self._lesson is not None:
            self._lesson.back()
            self._told = ()
            self._show()

    def action_save(self) -> None:
        """Write the keys into hall.toml, and leave."""
        if self._lesson is None:
            return
        try:
            count = self._lesson.save()
        except YichuangError as error:
            self._told = _said(error)
            self._show()
            return
        text = _("{device} 的 {count} 个键已写进 hall.toml，马上就用新的")
        self.dismiss(text.format(device=self._device, count=count))


def _said(error: YichuangError) -> list[str]:
    """What happened and what to do; of a device's trouble the reason, whose detail is for the log."""
    if isinstance(error, DeviceTrouble):
        return [error.reason.label]
    return [" ".join(error.message.split()), error.hint]


def _learned_row(meaning: str, key: str) -> Line:
    return ["  ", pad(meaning, _MEANING_CELLS), (key, "strong") if key else ("-", "dim")]
