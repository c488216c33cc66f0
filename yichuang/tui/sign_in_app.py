"""The app that stands before all others where a name is asked for: it ends when somebody has signed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual import on, work

from yichuang.errors import YichuangError
from yichuang.queue.personnel.people import SignedIn
from yichuang.queue.service import Hall
from yichuang.tui.app import HallApp
from yichuang.tui.goings import Proved
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.screens.sign_in import SignInScreen
from yichuang.tui.theme import DEFAULT


async def _nothing() -> None:
    return


class SignInApp(HallApp):
    """The sign-in screen; nothing of the hall can be reached from it."""

    def __init__(
        self,
        hall: Hall,
        origin: str,
        *,
        said: str = "",
        begin: Callable[[], Awaitable[None]] = _nothing,
        language: str | None = None,
        theme: str = DEFAULT,
    ) -> None:
        """`hall` is in an unattended screen's hands; `begin` runs once beside the screen."""
        self.signed_in: SignedIn | None = None
        """Who was let in."""
        self._begin = begin

        def open_place(_place: str, _window: int | None) -> HallScreen:
            return SignInScreen(hall, origin, said=said)

        super().__init__(hall, open_place, "sign_in", language=language, theme=theme)

    def on_mount(self) -> None:
        """Do what is left to do for the one who was here before."""
        self.begin()

    @work(name="begin", exit_on_error=True)
    async def begin(self) -> None:
        """Run `begin`; what the store cannot do is shown."""
        try:
            await self._begin()
        except YichuangError as error:
            self.show_error(error)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There are no commands here, and leaving needs no question."""
        if action in ("command_palette", "leave_kiosk"):
            return False
        if action == "leave":
            return True
        return super().check_action(action, parameters)

    def action_leave(self) -> None:
        """Leave."""
        self.exit()

    @on(Proved)
    def let_in(self, message: Proved) -> None:
        """Somebody signed in: that one's screens follow."""
        self.signed_in = message.signed_in
        self.exit()
