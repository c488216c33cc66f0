"""Choosing another PIN for oneself: typed twice, so that a slip does not lock anybody out."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from yichuang.errors import YichuangError
from yichuang.language import N_, _
from yichuang.queue.personnel.pin import MOST_DIGITS
from yichuang.queue.service import Hall
from yichuang.tui.screens.dialog import Dialog
from yichuang.tui.text import Line, wrap
from yichuang.tui.widgets.fields import Field, Fields
from yichuang.tui.widgets.rows import Rows

_CELLS = 60


class ChangePin(Dialog[bool]):
    """Gives True once the PIN is changed; left by Esc, it is as before."""

    IS_TYPED = True
    AUTO_FOCUS = "#fields"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "enter", N_("确定")),
        Binding("tab", "step", N_("换一格"), key_display="Tab"),
    ]

    def __init__(self, hall: Hall, badge: str, heading: str, *, former: str | None = None) -> None:
        """`hall` is in the person's hands; `former` is the present PIN, where it has just been typed."""
        super().__init__(heading)
        self._hall = hall
        self._badge = badge
        self._former = former

    def compose_body(self) -> ComposeResult:
        """What a PIN must be, the lines, and what is wrong with what was typed."""
        least = self._hall.settings.staff.least_pin
        text = _("{least} 到 {most} 位数字，不能全是一个数字，也不能是顺着的一串。")
        told = wrap(text.format(least=least, most=MOST_DIGITS), _CELLS)
        yield Rows(["", *(f"  {line}" for line in told), ""])
        fields = [
            Field("pin", _("新密码"), MOST_DIGITS, is_secret=True),
            Field("again", _("再输一遍"), MOST_DIGITS, is_secret=True),
        ]
        if self._former is None:
            fields.insert(0, Field("former", _("现在的密码"), MOST_DIGITS, is_secret=True))
        yield Fields(fields, widget_id="fields")
        yield Rows(["", "", "", ""], widget_id="wrong")

    @property
    def _fields(self) -> Fields:
        return self.query_one(Fields)

    def action_enter(self) -> None:
        """Go on, for a finger on the key bar."""
        if not self._fields.is_held:
            self._fields.enter()

    def action_step(self) -> None:
        """Type into the next line."""
        self._fields.step(1)

    @on(Fields.Refused)
    def explain(self) -> None:
        """Say what can be typed."""
        self._tell(_("密码只有数字"))

    @on(Fields.Filled)
    def begin(self) -> None:
        """Compare, and ask the hall."""
        values = self._fields.values
        if values["pin"] != values["again"]:
            self._fields.clear("pin", "again")
            self._tell(_("两次输的不一样，再输一次"))
            return
        self._fields.is_held = True
        former = values.get("former", "") if self._former is None else self._former
        self.change(former, values["pin"])

    @work(name="change-pin", exclusive=True)
    async def change(self, former: str, pin: str) -> None:
        """Change it; whatever is wrong is said, and typed again."""
        origin = self._hall.who.origin
        try:
            await self._hall.people.change_pin(self._badge, former, pin, origin)
        except YichuangError as error:
            self._fields.is_held = False
            self._fields.clear()
            self._tell(error.message, error.hint)
        else:
            self.dismiss(True)

    def _tell(self, text: str, hint: str = "") -> None:
        rows: list[Line] = [[(f"  ! {line}", "mark")] for line in wrap(text, _CELLS - 2)]
        rows += [f"    {line}" for line in wrap(hint, _CELLS - 2) if hint]
        self.query_one("#wrong", Rows).show(["", *rows, "", "", ""][:4])
