"""Signing in with badge number and PIN, before anything else is shown."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from yichuang.errors import YichuangError
from yichuang.language import N_, _
from yichuang.queue.people.actor import Actor, ActorKind
from yichuang.queue.personnel.people import SignedIn
from yichuang.queue.personnel.pin import MOST_DIGITS
from yichuang.queue.service import Hall
from yichuang.tui.goings import Proved, SignOutWhy
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.message import Speak
from yichuang.tui.screens.change_pin import ChangePin
from yichuang.tui.widgets.fields import Field, Fields
from yichuang.tui.widgets.rows import Rows

LONGEST_BADGE = 12

LATE_SECONDS = 1.0
"""So long does a terminal from afar wait for a refusal (our own number): a person hardly notices, and whoever
tries one PIN after the other neither gets far nor slows anybody's keys (DESIGN 9)."""


class SignInScreen(HallScreen):
    """Badge number and PIN. Whether a badge number exists is told by nothing here."""

    CSS_PATH = "sign_in.tcss"
    NAME = N_("登录")
    HOW_TO: ClassVar[tuple[str, ...]] = (
        N_("键入工号，按 Enter，再键入密码，按 Enter。密码显示成星号。"),
        N_("忘了密码，请督查或管理员重设；重设的密码第一次登录时要换掉。"),
    )
    AUTO_FOCUS = "#fields"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "enter", N_("登录")),
        Binding("tab", "step", N_("换一格"), key_display="Tab"),
        Binding("f2", "speak", "中文/English"),
        Binding("escape", "acknowledge", N_("收起", "key")),
        Binding("escape", "clear", N_("清空")),
    ]

    def __init__(self, hall: Hall, origin: str = "", *, said: str = "") -> None:
        """`said` is why one is here again."""
        super().__init__(hall)
        self._origin = origin
        self._said = said

    def compose_body(self) -> ComposeResult:
        """A welcome, and the two lines."""
        name = self.hall.settings.hall.name
        yield Rows(["", [(f"  {name}", "strong")], "", f"  {_('请用工号和密码登录')}", ""])
        yield Fields(
            [
                Field("badge", _("工号"), LONGEST_BADGE),
                Field("pin", _("密码", "pin"), MOST_DIGITS, is_secret=True),
            ],
            widget_id="fields",
        )

    async def load(self) -> None:
        """Nothing of the hall is shown to whoever has not signed in."""
        if self._said:
            self.status.say(f" {self._said}")
            self._said = ""

    @property
    def is_behind(self) -> bool:
        """Never: nothing that happens in the hall is shown here."""
        return False

    @property
    def _fields(self) -> Fields:
        return self.query_one(Fields)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nowhere to go back to."""
        if action == "back":
            return False
        return super().check_action(action, parameters)

    def action_enter(self) -> None:
        """Go on, for a finger on the key bar; a key is taken by the lines themselves."""
        if not self._fields.is_held:
            self._fields.enter()

    def action_step(self) -> None:
        """Type into the other line."""
        self._fields.step(1)

    def action_clear(self) -> None:
        """Begin anew."""
        if not self._fields.is_held:
            self._fields.clear()

    def action_speak(self) -> None:
        """Change between Chinese and English."""
        self.post_message(Speak())

    @on(Fields.Refused)
    def explain(self, message: Fields.Refused) -> None:
        """Say what can be typed."""
        if message.field.is_secret:
            self.status.say(f" {_('密码只有数字')}")
        else:
            self.status.say(f" {_('工号只有字母、数字和 -')}", f" {_('中文输入法请先关掉')}")

    @on(Fields.Filled)
    def begin(self) -> None:
        """Look whether that is right."""
        values = self._fields.values
        if not values["badge"]:
            self._fields.move_to(0)
        elif values["pin"]:
            self._fields.is_held = True
            self.status.say(f" {_('正在核对')}..")
            self.prove(values["badge"], values["pin"])

    @work(name="sign-in", exclusive=True)
    async def prove(self, badge: str, pin: str) -> None:
        """Ask the hall; whatever is wrong, the PIN is typed again."""
        try:
            signed_in = await self.hall.people.sign_in(badge, pin, self._origin)
        except YichuangError as error:
            if self._origin:
                await asyncio.sleep(LATE_SECONDS)
            self._again(error)
            return
        if not signed_in.must_change:
            self.post_message(Proved(signed_in))
            return
        mine = self.hall.acting(Actor(ActorKind.STAFF, signed_in.staff.badge, self._origin))
        heading = _("先换一个自己的密码")
        dialog = ChangePin(mine, signed_in.staff.badge, heading, former=pin)

        async def chosen(is_done: bool | None) -> None:
            await self._chosen(signed_in, bool(is_done))

        self.app.push_screen(dialog, chosen)

    async def _chosen(self, signed_in: SignedIn, is_done: bool) -> None:
        if is_done:
            self.post_message(Proved(signed_in))
            return
        try:
            await self.hall.people.sign_out(
                signed_in.staff.badge, self._origin, SignOutWhy.PIN_KEPT
            )
        except YichuangError as error:
            self._again(error)
            return
        self._again(None)
        self.status.say(f" {_('要先换密码才能用')}", f" {_('再登录一次，换成只有自己知道的密码')}")

    def _again(self, error: YichuangError | None) -> None:
        self._fields.is_held = False
        self._fields.clear("pin")
        if error is not None:
            self.status.acknowledge()
            self.status.refuse(error)
            self.refresh_bindings()
