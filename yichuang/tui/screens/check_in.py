"""Checking in an appointment: a booking code or an ID number is typed, and a ticket comes of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from yichuang.errors import AlreadyCheckedIn, DuplicateTicket, YichuangError
from yichuang.language import N_, _
from yichuang.queue.appointment import CODE_DIGITS
from yichuang.queue.desk import Done
from yichuang.queue.service import Hall
from yichuang.tui.screens.dialog import Dialog
from yichuang.tui.screens.kiosk_touch import KeyPad
from yichuang.tui.text import Line, wrap
from yichuang.tui.widgets.big_number import BigNumber
from yichuang.tui.widgets.rows import Rows, TextLine

MOST_TYPED = 18
"""The length of an ID number (GB 11643)."""

_SHOWN = 4
"""Of an ID number only so many characters are shown, the last: others stand behind the visitor."""

_TEXT_CELLS = 74


_PAD = [*((digit, digit) for digit in "1234567890"), ("x", "X")]


def hidden(typed: str) -> str:
    """What was typed as it may be shown: a code as it is, of a longer number the end only."""
    if len(typed) <= CODE_DIGITS:
        return typed
    return "*" * (len(typed) - _SHOWN) + typed[-_SHOWN:]


async def check_in(hall: Hall, typed: str, *, printer: str | None, origin: str, actor: str) -> Done:
    """Check in by booking code, or by ID number where more was typed. Raises QueueRefusal."""
    if len(typed) <= CODE_DIGITS:
        return await hall.appointments.check_in(typed, origin=origin, printer=printer, actor=actor)
    return await hall.appointments.check_in(
        id_number=typed, origin=origin, printer=printer, actor=actor
    )


class CheckIn(Dialog[Done | str]):
    """Gives what the check-in did; or the number of a ticket that is there already, to be reprinted.

    A refusal is said in the middle of the page, and one may type again.
    """

    IS_TYPED = True
    CSS_PATH = "check_in.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "check", N_("签到")),
        Binding("enter", "reprint", N_("补打这张号票")),
        Binding("backspace", "erase", N_("删一位"), key_display="Backspace"),
    ]

    def __init__(
        self,
        check: Callable[[str], Awaitable[Done]],
        used: Callable[[], None] | None = None,
        *,
        has_pad: bool = False,
    ) -> None:
        """`used` is called at every key. With `has_pad` there are keys to be pressed by a finger."""
        super().__init__(_("预约签到"))
        self._has_pad = has_pad
        self._check = check
        self._used = used
        self._typed = ""
        self._known = ""
        self._busy = False

    def compose_body(self) -> ComposeResult:
        """What to type, what was typed, and why it was refused."""
        prompt = _("请键入六位预约码，或 18 位身份证号码（最后一位可以是 X），再按 Enter")
        yield Rows(["", *(f"  {line}" for line in wrap(prompt, _TEXT_CELLS)), ""])
        yield BigNumber(widget_id="large")
        yield TextLine(self._typed_row(), widget_id="typed")
        if self._has_pad:
            yield KeyPad(_PAD, widget_id="pad")
        yield Rows(widget_id="told")

    @property
    def is_busy(self) -> bool:
        """Whether the hall is being asked: what it gives must not be lost."""
        return self._busy

    def _typed_row(self) -> Line:
        return ["  ", (f"{hidden(self._typed)}_", "strong")]

    def on_key(self, event: events.Key) -> None:
        """Take digits and X, half or full width."""
        if self._used is not None:
            self._used()
        typed = unicodedata.normalize("NFKC", event.character or "").upper()
        is_wanted = len(typed) == 1 and typed in "0123456789X"
        if is_wanted and len(self._typed) < MOST_TYPED and not self._busy:
            event.stop()
            self._type(self._typed + typed)

    def _type(self, typed: str) -> None:
        self._typed, self._known = typed, ""
        self._show([])

    def _show(self, told: list[Line]) -> None:
        large = self._typed if len(self._typed) <= CODE_DIGITS else self._typed[-_SHOWN:]
        self.query_one("#large", BigNumber).show(large)
        self.query_one("#typed", TextLine).show_line(self._typed_row())
        self.query_one("#told", Rows).show(told)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter checks in, or reprints the ticket that was found."""
        if action in ("check", "reprint"):
            return bool(self._known) == (action == "reprint")
        return super().check_action(action, parameters)

    def action_erase(self) -> None:
        """Take the last character back."""
        self._type(self._typed[:-1])

    def action_reprint(self) -> None:
        """Have the ticket that is there already printed again."""
        self.dismiss(self._known)

    async def action_check(self) -> None:
        """Check in, or say why not."""
        if not self._typed or self._busy:
            return
        self._busy = True
        try:
            done = await self._check(self._typed)
        except YichuangError as error:
            self._refused(error)
        else:
            if self.is_attached:
                self.dismiss(done)
        finally:
            self._busy = False

    def _refused(self, error: YichuangError) -> None:
        if not self.is_attached:
            return
        self._typed = ""
        hint = error.hint
        if isinstance(error, AlreadyCheckedIn | DuplicateTicket):
            self._known = str(error.facts["number"])
            hint = _("不用再签到；号票丢了按 Enter 补打 {number}").format(number=self._known)
        message = " ".join(error.message.split())
        said: list[Line] = [["  ", (f" {line} ", "alert")] for line in wrap(message, _TEXT_CELLS)]
        advice: list[Line] = [f"  {line}" for line in wrap(hint, _TEXT_CELLS)]
        self._show([*said, "", *advice])
