"""The app: theme, language, global keys, and one task that tells the screen of changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on, work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.types import CSSPathType

from yichuang.errors import YichuangError
from yichuang.language import LANGUAGES, N_, _, current_language, use_language
from yichuang.queue.scan_typing import GAP_SECONDS
from yichuang.queue.service import Hall
from yichuang.tui.goings import (
    Farewell,
    GoHome,
    Landed,
    SignOut,
    SignOutWhy,
    Sitting,
    StandAt,
    Told,
)
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.idle import Idle, idle_minutes
from yichuang.tui.message import GoTo, HallChanged, NotUtf8, ScreenShown, Speak
from yichuang.tui.pace import Pace
from yichuang.tui.session import Session
from yichuang.tui.stylesheet import SharedStylesheet
from yichuang.tui.theme import DEFAULT, THEMES, variable_defaults
from yichuang.tui.typed_scans import CODE_STARTS, TypedScans
from yichuang.tui.widgets.key_bar import KeyBar

LEAVE_WITHIN = 2.0
"""Seconds within which the key for leaving must come twice where visitors stand (our own number)."""

Opener = Callable[[str, int | None], HallScreen]
"""Makes the screen of a place (menu, kiosk, board, overview, window); raises UnknownWindow."""


@dataclass(frozen=True, slots=True)
class Restart:
    """What the app returns when it is to be run again in another language."""

    language: str
    theme: str


class HallApp(App[Restart]):
    """The screens of one user over one hall."""

    TITLE = "一窗"
    ENABLE_COMMAND_PALETTE = False
    DEFAULT_MODE = "hall"
    ALLOW_SELECT = False
    INLINE_PADDING = 0
    # The dialogs' from the start: a sheet that comes later has every widget styled anew.
    CSS_PATH: ClassVar[CSSPathType] = ["app.tcss", "screens/dialog.tcss"]
    SCAN_GAP: ClassVar[float] = GAP_SECONDS
    """Keys that follow one another sooner, in seconds, may be a scanner's; 0 takes none for one."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", N_("帮助"), id="help"),
        Binding("f9,ctrl+p", "command_palette", N_("命令", "key"), id="palette"),
        Binding("ctrl+q", "leave", N_("退出"), id="quit", priority=True),
        Binding("ctrl+c", "leave", show=False, priority=True),
        Binding("ctrl+q,ctrl+c", "leave_kiosk", show=False, priority=True),
    ]

    def __init__(
        self,
        hall: Hall,
        open_place: Opener,
        place: str = "menu",
        window: int | None = None,
        *,
        language: str | None = None,
        theme: str = DEFAULT,
        sitting: Sitting | None = None,
    ) -> None:
        """`sitting` is who sits here; without it, in whose hands `hall` is.

        At the place "arrive" somebody is let in and lands where the roles say.
        """
        # The themes are ANSI ones: said here, NO_COLOR takes the colours away and nothing else.
        super().__init__(ansi_color=True)
        self.stylesheet = SharedStylesheet(variables=self.get_css_variables())
        self.hall = hall
        self.sitting = sitting or Sitting(Session(hall))
        self.session = self.sitting.session
        self.language = language or current_language()
        self.place = place
        self.window = window
        self.farewell: Farewell | None = None
        """How the person was signed out here; None while somebody is signed in, and where nobody was."""
        self.idle = Idle(self, self._idle_seconds, self.warn_idle, self.leave_idle)
        self.failure: Exception | None = None
        """What ended the app, when it was a fault of the program."""
        self._open_place = open_place
        self._rules = hall.rules
        self._leaving: Timer | None = None
        self._settled = 0
        self._typed_scans = TypedScans(
            self,
            super().on_event,
            self.SCAN_GAP,
            "" if hall.settings.kiosk.keyboard_scanner else CODE_STARTS,
        )
        self.add_mode(self.DEFAULT_MODE, self._first_screen)
        for each in THEMES:
            self.register_theme(each)
        self.theme = theme if theme in {each.name for each in THEMES} else DEFAULT

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables."""
        return variable_defaults()

    def on_load(self) -> None:
        """Choose the language in the app's own context: every screen's task inherits it."""
        use_language(self.language)

    def _first_screen(self) -> HallScreen:
        use_language(self.language)
        return self._screen_of(self.place, self.window)

    def _screen_of(self, place: str, window: int | None) -> HallScreen:
        if place == "arrive":
            from yichuang.tui.screens.arrive import ArriveScreen

            return ArriveScreen(self.hall, self.sitting.welcome, self.sitting.wanted)
        return self._open_place(place, window)

    def on_mount(self) -> None:
        """Begin to listen for changes."""
        self.listen()
        if self.session.is_person:
            self.idle.look()

    @work(name="changes", exit_on_error=True)
    async def listen(self) -> None:
        """Tell the active screen of each change of the hall, in turn with the other apps of this process."""
        changes, pace = self.hall.changes(), Pace.of(self.hall.store)
        async with pace.joined():
            # A store that cannot be read says so where it is read; here it is only quiet.
            async for _change in changes:
                self._mind_rules()
                screen = self.screen
                if isinstance(screen, HallScreen):
                    if not screen.is_behind:
                        continue
                    if not await screen.is_concerned():
                        await pace.pause()
                        continue
                async with pace.turn() as shown:
                    screen = self.screen
                    if not isinstance(screen, HallScreen):
                        shown.cancel()
                        await self._look_behind()
                    elif screen.is_behind:
                        screen.post_message(HallChanged(shown))
                    else:
                        shown.cancel()  # it was read meanwhile, after what was done here

    def _mind_rules(self) -> None:
        """Go by changed limits: the timer was set by the former ones, and nobody is put out by a change."""
        if self._rules is not self.hall.rules:
            self._rules = self.hall.rules
            if self.session.is_person:
                self.idle.stir()
                self.idle.look()

    def show_error(self, error: YichuangError) -> None:
        """Show an error on the present screen, if it has a place for it."""
        if isinstance(self.screen, HallScreen) and self.screen.is_up():
            self.screen.status.refuse(error)

    def _handle_exception(self, error: Exception) -> None:
        """Keep the fault for `show` to raise; the app ends."""
        self.failure = self.failure or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End without Textual's traceback, which shows local values on the terminal."""
        self.panic()

    async def on_event(self, event: events.Event) -> None:
        """A key may be a scanner's: then it is held back for a moment."""
        if isinstance(event, events.Key | events.Paste | events.MouseDown):
            self.idle.stir()
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self._typed_scans.take(event)
        else:
            await super().on_event(event)

    def on_resize(self) -> None:
        """The terminal has another size, which Textual takes note of after this."""
        self.call_next(self.mind_size)

    @on(ScreenShown)
    def mind_size(self) -> None:
        """Cover the screens while the terminal is too small for them."""
        from yichuang.tui.screens.too_small import TooSmallScreen, is_too_small

        if not is_too_small(self.size):
            if isinstance(self.screen, TooSmallScreen):
                self.pop_screen()
        elif not any(isinstance(screen, TooSmallScreen) for screen in self.screen_stack):
            self.push_screen(TooSmallScreen())

    # --- going about --------------------------------------------------------------------------

    @on(GoTo)
    def go_to(self, message: GoTo) -> None:
        """Show another place; the menu is where one came from."""
        self.visit(message.place, message.window)

    def visit(self, place: str, window: int | None = None) -> None:
        """Show a place over the first screen, instead of one that was visited before."""
        if not self.session.may_visit(place):
            return
        try:
            screen = self._open_place(place, window)
        except YichuangError as error:
            self.show_error(error)
            return
        self.delay_update()
        while len(self.screen_stack) > 1:
            self.pop_screen()
        if (place, window) == (self.place, self.window):
            return
        self.push_screen(screen)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No commands where the public stands, and another way of leaving."""
        if self.session.is_post and action in ("command_palette", "leave", "leave_kiosk"):
            return False
        if action in ("command_palette", "leave"):
            return not self._is_public
        if action == "leave_kiosk":
            return self._is_public
        return super().check_action(action, parameters)

    @property
    def _is_public(self) -> bool:
        first = self.screen_stack[0] if self.screen_stack else None
        return isinstance(first, HallScreen) and first.is_public

    def action_help(self) -> None:
        """Show the keys of the present screen."""
        from yichuang.tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    def action_leave(self) -> None:
        """Ask, and end the program."""
        from yichuang.tui.screens.question import Question

        if self.session.is_person:
            self._ask_to_sign_out()
            return
        if not isinstance(self.screen, Question):
            self.push_screen(Question(_("退出一窗？号和窗口都保持现在的样子。")), self._leave)

    def action_leave_kiosk(self) -> None:
        """Ask only when the key comes twice within two seconds: the staff know, a visitor does not."""
        if self._leaving is not None:
            self._forget_leaving()
            self.action_leave()
        else:
            self._leaving = self.set_timer(LEAVE_WITHIN, self._forget_leaving, name="leaving")

    def _forget_leaving(self) -> None:
        if self._leaving is not None:
            self._leaving.stop()
            self._leaving = None

    def _leave(self, sure: bool | None) -> None:
        if sure:
            self.exit()

    # --- who sits here ------------------------------------------------------------------------

    @on(Landed)
    async def land(self, message: Landed) -> None:
        """Somebody was let in, or came back from a post: that one's work is the first screen now."""
        self.sitting = Sitting(self.session)
        self.idle.look()
        await self._settle(message.landing.place, message.landing.window)
        if message.error is not None:
            self._show_soon(message.error)

    async def _settle(self, place: str, window: int | None) -> None:
        try:
            screen = self._screen_of(place, window)
        except YichuangError as error:
            self.show_error(error)
            return
        self.delay_update()
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.place, self.window = place, window
        # The first screen of a mode stays in it: another one needs another mode.
        former = self.current_mode
        self._settled += 1
        mode = f"{self.DEFAULT_MODE}-{self._settled}"
        self.add_mode(mode, lambda: screen)
        await self.switch_mode(mode)
        await self.remove_mode(former)

    def _show_soon(self, error: YichuangError) -> None:
        """Show an error on a screen that is just coming up."""
        screen = self.screen
        if isinstance(screen, HallScreen):
            screen.call_after_refresh(self.show_error, error)

    @on(StandAt)
    async def stand_at(self, message: StandAt) -> None:
        """Show the person's window: over the menu, or in place of the choice of a post."""
        if self.place == "menu":
            self.visit("window", message.window)
        else:
            await self._settle("window", message.window)

    @on(GoHome)
    async def go_home(self) -> None:
        """Show where the person's work is now."""
        if self.place == "menu":
            self.visit("menu")
        else:
            await self._settle("arrive", None)

    @on(Told)
    def tell(self, message: Told) -> None:
        """Say what others did about whoever sits here."""
        from yichuang.tui.screens.news import tell_news

        tell_news(self.screen, message.news)

    async def _look_behind(self) -> None:
        """See what others did about whoever sits here, while a dialog covers the screen that would."""
        try:
            news = await self.session.renew()
        except YichuangError:
            return  # the next reading tells it
        if news is not None:
            self.post_message(Told(news))

    def action_change_pin(self) -> None:
        """Let the person choose another PIN."""
        from yichuang.tui.screens.change_pin import ChangePin

        if self.session.is_person and isinstance(self.screen, HallScreen):
            screen = self.screen

            def tell(is_done: bool | None) -> None:
                if is_done:
                    screen.status.say(f" {_('密码换好了')}")

            self.push_screen(ChangePin(self.hall, self.session.badge, _("改密码")), tell)

    def _ask_to_sign_out(self) -> None:
        from yichuang.tui.screens.post_acts import ask_to_sign_out

        if isinstance(self.screen, HallScreen):
            leave = SignOut(Farewell(SignOutWhy.ASKED))
            ask_to_sign_out(self.screen, lambda: self.post_message(leave))

    @on(SignOut)
    def sign_out(self, message: SignOut) -> None:
        """End these screens; the visit notes why."""
        if self.farewell is not None:
            return
        self.farewell = message.farewell
        self.exit()

    def _idle_seconds(self) -> float:
        person = self.session.staff
        return 60.0 * idle_minutes(person, self.hall.settings.staff) if person else 0.0

    def warn_idle(self, seconds: float) -> None:
        """Ask whether somebody is there; in so many seconds nobody is."""
        from yichuang.tui.screens.notice import IdleWarning

        text = _("很久没有按键了：{seconds} 秒后退出登录，岗位留着。按任意键继续。")
        if not isinstance(self.screen, IdleWarning):
            self.push_screen(IdleWarning(_("还在吗？"), [text.format(seconds=round(seconds))]))

    def leave_idle(self) -> None:
        """Nobody is: sign out."""
        self.post_message(SignOut(Farewell(SignOutWhy.IDLE, _("很久没有按键，已经退出登录"))))

    @on(Speak)
    def speak(self, message: Speak) -> None:
        """Run again in another language: every text on the screens is made anew."""
        following = LANGUAGES[(LANGUAGES.index(self.language) + 1) % len(LANGUAGES)]
        language = message.language or following
        if language != self.language:
            self.exit(Restart(language, self.theme))

    @on(NotUtf8)
    def hint_at_charset(self) -> None:
        """Say why what is typed does not appear."""
        if isinstance(self.screen, HallScreen) and self.screen.is_up():
            text = _("这台终端发来的字符不是 UTF-8，没有收下。")
            self.screen.status.say(text, _("在终端软件里把字符集改成 UTF-8，再重新连接"))

    def action_command_palette(self) -> None:
        """Show the commands."""
        from yichuang.tui.palette import HallCommands, HallPalette

        if isinstance(self.screen, HallScreen):
            self.delay_update(0.1)
            self.push_screen(HallPalette({HallCommands}, placeholder=_("键入命令的一部分")))

    def watch_theme(self) -> None:
        """The keys are written otherwise in the plain theme."""
        for bar in self.screen.query(KeyBar) if self.is_running else ():
            bar.show_keys()
