"""Between signing in and the first screen: who is let in, and where that one's work is."""

from __future__ import annotations

from textual import work
from textual.app import ComposeResult

from yichuang.errors import YichuangError
from yichuang.language import N_, _
from yichuang.queue.service import Hall
from yichuang.tui.goings import Farewell, Landed, Other, SignOut, SignOutWhy, Welcome
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.places import Landing, landing
from yichuang.tui.screens.question import Question
from yichuang.tui.widgets.rows import Rows


class ArriveScreen(HallScreen):
    """Shows nothing; asks only when another terminal of the same person has to be closed."""

    NAME = N_("登录")
    TELLS_ITEMS = False

    def __init__(
        self, hall: Hall, welcome: Welcome | None = None, wanted: Landing | None = None
    ) -> None:
        """Without a `welcome` the person is in already; `wanted` is where to go instead of one's work."""
        super().__init__(hall)
        self._welcome = welcome
        self._wanted = wanted

    def compose_body(self) -> ComposeResult:
        """Nothing yet."""
        yield Rows()

    async def load(self) -> None:
        """Nothing to show."""

    async def on_mount(self) -> None:
        """Begin, without holding this screen's messages up."""
        self.arrive()

    @work(name="arrive", exit_on_error=True)
    async def arrive(self) -> None:
        """Let the person in, unless another terminal is in the way."""
        other = self._welcome.in_the_way() if self._welcome else None
        if other is None:
            await self._enter()
        else:
            self.app.push_screen(Question(_in_the_way(other)), self._answer)

    async def _answer(self, sure: bool | None) -> None:
        if sure:
            await self._enter()
        else:
            self.post_message(SignOut(Farewell(SignOutWhy.ASKED)))

    async def _enter(self) -> None:
        try:
            if self._welcome is not None:
                await self._welcome.begin()
            await self._land()
        except YichuangError as error:
            why = SignOutWhy.DISMISSED
            self.post_message(SignOut(Farewell(why, " ".join((error.message, error.hint)))))

    async def _land(self) -> None:
        session = self.session
        await session.renew()
        if session.staff is None:
            self.post_message(Landed(Landing("menu")))
            return
        if self._wanted is not None and session.may_visit(self._wanted.place):
            self.post_message(Landed(self._wanted))
            return
        posts = await self.hall.people.posts_of(session.badge)
        place = landing(session.staff, session.duty, posts)
        if place.takes_post and place.window is not None:
            place, error = await self._take(place.window, place)
            self.post_message(Landed(place, error))
        else:
            self.post_message(Landed(place))

    async def _take(self, window: int, place: Landing) -> tuple[Landing, YichuangError | None]:
        """Go on duty at the one's own window; where that is refused, there are others to choose from."""
        others = Landing("choose_post", window)
        if self._welcome is None:
            return others, None  # who only comes back from another screen takes no post by that
        try:
            async with self.session.own_act():
                await self.hall.people.take_post(window, self.session.badge)
        except YichuangError as error:
            return others, error
        return place, None


def _in_the_way(other: Other) -> str:
    text = _("您在 {origin} 也登录着（{since} 起）。在这里登录，那边的界面会关掉，岗位不变。")
    return text.format(origin=other.origin or "-", since=other.since)
