"""The base of the hall's screens: title, body, status, keys, and one way to read and to act."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Coroutine, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.timer import Timer

from yichuang.errors import YichuangError
from yichuang.language import N_, _
from yichuang.queue.event import Entry
from yichuang.queue.service import Hall
from yichuang.tui.goings import Told
from yichuang.tui.happenings import Happenings
from yichuang.tui.listening import listen_at
from yichuang.tui.message import HallChanged, ScreenShown
from yichuang.tui.painting import Painter
from yichuang.tui.session import Need, Session
from yichuang.tui.widgets.key_bar import KeyBar
from yichuang.tui.widgets.status_line import StatusLine
from yichuang.tui.widgets.title_bar import TitleBar

READ_EVERY = 60.0
"""Seconds between readings when nothing has changed: waiting times grow by the minute."""

ESCAPE: tuple[Binding, ...] = (
    Binding("escape", "acknowledge", N_("收起", "key")),
    Binding("escape", "back", N_("返回")),
)
"""What Esc does. A screen with a use of its own for the key adds these: Textual inherits none then."""

Result = TypeVar("Result")


class HallScreen(Screen[None]):
    """A screen over one hall.

    A subclass gives `NAME`, composes its widgets in `compose_body`, and shows the hall in `load`,
    which is called when the screen comes up, after each change of the hall by any process, and each
    minute, never twice at once. It runs commands through `act`, and reads elsewhere through `look`:
    what the hall refuses or the store cannot do is shown, and never ends the app.
    """

    NAME: ClassVar[str] = ""
    """The screen's name in the title row, to be translated."""
    HOW_TO: ClassVar[tuple[str, ...]] = ()
    """A few lines on how to work here, shown by F1, to be translated."""
    NEEDS: ClassVar[Mapping[str, Need | tuple[Need, ...]]] = MappingProxyType({})
    """What each acting key needs, by its action: a kind of command, a role, or one of several of them.

    Whoever may not has no such key: it is neither shown nor in the help or the palette, and does nothing.
    """
    IS_GROUND: ClassVar[bool] = True
    """It shows nothing itself, and is painted so (`yichuang.tui.painting`)."""
    TELLS_ITEMS: ClassVar[bool] = True
    """Whether whoever sits here is told on this screen what there is to be seen to."""
    AUTO_FOCUS = ""
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*ESCAPE]
    DEFAULT_CSS = """
    HallScreen { layout: vertical; overflow: hidden; background: $ground; color: $ink; }
    HallScreen > #body { height: 1fr; overflow: hidden; }
    """

    def __init__(self, hall: Hall) -> None:
        super().__init__()
        self._compositor = Painter()
        self.hall = hall
        self._reading = asyncio.Lock()
        self._stale = True
        self._mark = -1
        """The store's count of changes when it was read last."""
        self._happenings = Happenings.of(hall.store)
        self._seen: int | None = None
        """The journal's row up to which it surely shows what happened; None when that is not known."""
        self._keys: object = None
        self._minute: Timer | None = None
        self._stop_listening: Callable[[], None] = lambda: None

    # --- what a subclass gives ----------------------------------------------------------------

    @abstractmethod
    def compose_body(self) -> ComposeResult:
        """The widgets between the title and the status rows."""
        raise NotImplementedError

    @abstractmethod
    async def load(self) -> None:
        """Read the hall and show it. It may raise a YichuangError, which is shown."""
        raise NotImplementedError

    @property
    def heading(self) -> str:
        """The screen's name for the title row, in the user's language."""
        return _(self.NAME)

    @property
    def is_public(self) -> bool:
        """Whether visitors stand before this terminal: no commands, and no key shown for leaving."""
        return False

    @property
    def how_to(self) -> Sequence[str]:
        """What F1 shows of `HOW_TO` here and now."""
        return self.HOW_TO

    def commands(self) -> Sequence[tuple[str, str]]:
        """What the palette offers besides the keys: (text in the user's language, action)."""
        return ()

    @property
    def places(self) -> tuple[str, ...]:
        """Whose readers and scanners send this screen an `Arrived`; nobody's unless a subclass says so."""
        return ()

    # --- the frame ----------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Title, body, status, keys."""
        yield TitleBar(self.hall.settings.hall.name, self.heading)
        with Vertical(id="body"):
            yield from self.compose_body()
        yield StatusLine()
        yield KeyBar()

    @property
    def status(self) -> StatusLine:
        """The rows for notices and refusals."""
        return self.query_one(StatusLine)

    @property
    def is_behind(self) -> bool:
        """Whether the hall has changed since it was read last."""
        return self._mark != self.hall.store.mark()

    async def is_concerned(self) -> bool:
        """Whether what happened since it was read may show here; if not, it counts as read."""
        mark = self.hall.store.mark()
        try:
            entries = await self._happenings.since(self._seen)
        except YichuangError:
            return True  # the reading meets the same trouble, and shows it
        if entries is None or self._seen is None or self.may_show(entries):
            return True
        if entries:
            self._seen = entries[0].seq
        self._mark = mark
        return False

    def may_show(self, entries: Sequence[Entry]) -> bool:
        """Whether the screen may be another one after these; none, when something else has changed.

        A subclass that knows better spares a reading, for every terminal and every change of the hall.
        """
        del entries
        return True

    @on(HallChanged)
    async def read_again(self, message: HallChanged) -> None:
        """Read the hall again; in one's turn only if it was not read since, after what was done here."""
        try:
            if self.is_behind or not message.is_turn:
                await self.reload()
        finally:
            message.tell_shown()

    async def on_screen_resume(self) -> None:
        """The screen comes up, for the first time or again."""
        self._tell_time()
        self.post_message(ScreenShown())
        await self.reload()

    async def on_mount(self) -> None:
        """Begin the slow clocks, and to listen for cards and codes."""
        self.set_interval(READ_EVERY, self._read_if_shown)
        self._stop_listening = listen_at(self, self.hall.arrivals, self.places)

    def on_unmount(self) -> None:
        """Listen no more."""
        self._stop_listening()

    @property
    def is_on_top(self) -> bool:
        """Whether no other screen lies over this one.

        One below is left alone until it comes up again: what changes on it paints all of the top one anew.
        """
        return self.is_attached and self.app.screen_stack[-1:] == [self]

    async def _read_if_shown(self) -> None:
        if self.is_on_top:
            await self.reload()

    def _tell_time(self) -> None:
        if self._minute is not None:
            # Each coming up begins anew: without this the former ones would run on beside it.
            self._minute.stop()
            self._minute = None
        if self.is_on_top:
            local = self.hall.clock.now().astimezone(self.hall.settings.zone)
            self.query_one(TitleBar).tell_time(local)
            self._minute = self.set_timer(60.5 - local.second, self._tell_time, name="minute")

    # --- reading and acting -------------------------------------------------------------------

    async def reload(self) -> None:
        """Read and show the hall as it is now; a reading under way is followed by one more."""
        self._stale = True
        async with self._reading:
            if not self._stale or not self.is_attached:
                return
            self._stale = False
            # Taken before: what is committed during the reading is read once more.
            mark, seen = self.hall.store.mark(), self._happenings.seq
            try:
                news = await self.session.renew()
                if news is None and self.TELLS_ITEMS and not self.is_public:
                    news = self.session.urged()
                if news is not None:
                    self.post_message(Told(news))
                title = self.query_one(TitleBar)
                title.tell_who(self.session.label)
                title.tell_place(self.hall.settings.hall.name, self.heading)
                await self.load()
                # Meanwhile it may have been found that what came later does not concern it.
                self._mark = max(self._mark, mark)
                self._seen = max(self._seen or 0, seen) if seen is not None else None
            except YichuangError as error:
                # Of what was read, part may not be shown: the next change makes good whatever it is.
                self._seen = None
                self.status.refuse(error)
            self._show_keys()

    def _show_keys(self) -> None:
        session, follow = self.session, self.keys_follow()
        keys = (follow, session.staff, session.duty)
        if follow is None or keys != self._keys:
            self._keys = keys
            self.refresh_bindings()

    def keys_follow(self) -> object:
        """What the keys shown depend on, of all that `load` reads; None: they are asked each time."""
        return None

    async def act(self, command: Coroutine[Any, Any, Result]) -> Result | None:
        """Run a command of the hall and read again; a refusal is shown, and None given back."""
        try:
            result = await command
        except YichuangError as error:
            await self.reload()
            self.status.refuse(error)
            return None
        self.status.say("")
        await self.reload()
        return result

    async def look(self, reading: Coroutine[Any, Any, Result]) -> Result | None:
        """Read the hall outside `load`, as a dialog's entries; an error is shown, and None given."""
        try:
            return await reading
        except YichuangError as error:
            self.status.refuse(error)
            return None

    @property
    def session(self) -> Session:
        """Who sits at this terminal."""
        found: Session | None = getattr(self.app, "session", None)
        return found or Session(self.hall)

    def may(self, *needs: Need) -> bool:
        """Whether whoever sits here may ask for one of these, such as `commands.PinTicket`."""
        return self.session.may(*needs)

    def allows(self, action: str) -> bool:
        """Whether the key of an action is for whoever sits here."""
        needs = self.NEEDS.get(action.partition("(")[0], ())
        return self.may(*(needs if isinstance(needs, tuple) else (needs,)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys are there for those who may; Esc takes a refusal away while there is one, then leads back.

        A subclass asks here first: what is False here is False.
        """
        if not self.allows(action):
            return False
        if action == "acknowledge":
            return self.is_up() and self.status.is_refusing
        if action == "back":
            return len(self.app.screen_stack) > 1
        return True

    def action_acknowledge(self) -> None:
        """Take the status text away."""
        self.status.acknowledge()

    async def action_back(self) -> None:
        """Return to the screen that one came from."""
        self.app.delay_update()
        self.app.pop_screen()

    def is_up(self) -> bool:
        """Whether the screen's widgets exist and can be shown to."""
        try:
            return self.is_attached and bool(self.query_one(StatusLine))
        except NoMatches:
            return False
