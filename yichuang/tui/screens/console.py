"""The supervisor's console: what its pages share. Digits lead to the pages, F-keys act, Esc leads back."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from yichuang.language import N_
from yichuang.queue.event import Entry
from yichuang.queue.oversight.alert import Alert
from yichuang.queue.service import Hall
from yichuang.queue.supervision.sentence import Names
from yichuang.queue.supervision.view import SupervisionView
from yichuang.tui.keys import digit_keys
from yichuang.tui.message import GoTo
from yichuang.tui.screens.console_rows import standing_row
from yichuang.tui.screens.overview_acts import SupervisingScreen
from yichuang.tui.widgets.rows import TextLine


class Page(NamedTuple):
    """A page of the console."""

    name: str
    digit: int
    label: str
    is_place: bool = False
    """Whether it is a place of its own, to which one can also come from elsewhere."""


PAGES = (
    Page("windows", 1, N_("窗口")),
    Page("tickets", 2, N_("号")),
    Page("alerts", 3, N_("预警")),
    Page("items", 4, N_("督办")),
    Page("devices", 5, N_("设备"), is_place=True),
    Page("day", 6, N_("今日")),
    Page("journal", 7, N_("流水")),
    Page("people", 8, N_("人员")),
    Page("notices", 9, N_("通知")),
    Page("plan", 0, N_("排班"), is_place=True),
)
"""The pages by their digits."""

_PLACES = frozenset(page.name for page in PAGES if page.is_place)
_LAST = PAGES[-1].name


def _key(page: Page, label: str, name: str, *, show: bool) -> Binding:
    keys, action = digit_keys(page.digit), f"page('{page.name}')"
    return Binding(keys, action, label, show, key_display=name, id=f"console.{page.name}")


MAIN_KEYS: list[BindingType] = [
    _key(page, page.label, str(page.digit), show=True) for page in PAGES
]
"""The digits where each is shown with its page."""

PAGE_KEYS: list[BindingType] = [
    _key(page, N_("换页"), "0-9", show=page.name == _LAST) for page in PAGES
]
"""The digits on a page, where the bar needs its room for what the page can do."""


class ConsoleScreen(SupervisingScreen):
    """A page of the console: its first row always says what there is to be warned of."""

    PAGE: ClassVar[str] = ""
    """Its name among `PAGES`; empty for the main page and for what is shown of one ticket or person."""
    IS_MAIN: ClassVar[bool] = False

    def __init__(self, hall: Hall) -> None:
        super().__init__(hall)
        self.view: SupervisionView | None = None
        """What is supervised, as it was last read; None before the first reading."""
        self.names: Names | None = None
        self._are_names_old = True

    def compose_body(self) -> ComposeResult:
        """The row of warnings, then the page."""
        yield TextLine(widget_id="standing")
        yield from self.compose_page()

    @abstractmethod
    def compose_page(self) -> ComposeResult:
        """The page's own widgets."""
        raise NotImplementedError

    @abstractmethod
    async def load_page(self, view: SupervisionView) -> None:
        """Show the page's own facts."""
        raise NotImplementedError

    async def load(self) -> None:
        """Read what is supervised, and show it."""
        if self.names is None or self._are_names_old:
            self.names = await self.hall.supervision.names()
            self._are_names_old = False
        self.view = await self.hall.supervision.view()
        said = self.said
        standing = standing_row(self.view, said)
        self.query_one("#standing", TextLine).show_line(standing)
        await self.load_page(self.view)

    async def on_screen_resume(self) -> None:
        """Somebody may have been registered meanwhile."""
        self._are_names_old = True
        await super().on_screen_resume()

    def said(self, alert: Alert) -> str:
        """An alert in words; empty before the first reading."""
        return self.hall.supervision.alert_sentence(alert, self.names) if self.names else ""

    def person(self, badge: str) -> str:
        """Somebody by name and badge number."""
        return self.names.person(badge) if self.names and badge else badge or "-"

    def doer(self, entry: Entry) -> str:
        """Who did what an entry tells, by name and badge number; empty where nobody is known."""
        badge = self.hall.supervision.doer(entry)
        return self.person(badge) if badge else ""

    # --- going about --------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No key leads to where one is."""
        if action == "page" and parameters == (self.PAGE,):
            return False
        return super().check_action(action, parameters)

    def action_page(self, name: str) -> None:
        """Show another page; Esc leads from each of them to the main page."""
        if name in _PLACES:
            self.post_message(GoTo(name))
            return
        if self.IS_MAIN:
            self.show_page(name)
        else:
            self.app.delay_update()
            self.app.switch_screen(self.page(name))
