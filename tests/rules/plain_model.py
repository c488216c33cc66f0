"""The queue once more, as plainly as it can be said: what the engine is held against.

It shares no code with the engine. Every method returns the code of the refusal, or `None` when it did
what it says; a refused command changes nothing.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

OWN = {1: ["tax"], 2: ["police"], 3: ["tax", "police"]}
HELPS: dict[int, list[str]] = {1: ["police"], 2: [], 3: []}
LETTERS = {"tax": "A", "police": "B"}
ALL_CATEGORIES = ["tax", "police", "unserved"]
PUT_BACK = 3
RETURNS = 2


@dataclass
class ModelTicket:
    """One visitor."""

    number: str
    category: str
    is_priority: bool
    day: date
    place: int
    entry: int
    state: str = "waiting"
    target: int | None = None
    visits: list[int] = field(default_factory=list)
    """The windows of its calls, undone ones taken out."""
    calls: int = 0
    reinstated: int = 0
    reason: str | None = None

    @property
    def position(self) -> tuple[int, int]:
        """What orders a line."""
        return (self.place, self.entry)


@dataclass
class Step:
    """The last thing that happened at a window."""

    kind: str
    ticket: ModelTicket | None
    at: datetime


@dataclass
class State:
    """All that a command may change."""

    tickets: list[ModelTicket] = field(default_factory=list)
    windows: dict[int, str] = field(default_factory=lambda: dict.fromkeys(OWN, "closed"))
    hands: dict[int, ModelTicket] = field(default_factory=dict)
    """The ticket that each window has."""
    last: dict[int, Step] = field(default_factory=dict)
    serials: dict[tuple[str, date], int] = field(default_factory=dict)
    today: date | None = None
    latest_at: datetime | None = None
    count: int = 0
    clock_reports: int = 0
    days_turned: int = 0
    papers: int = 0
    calls: list[str] = field(default_factory=list)
    """The numbers in the order in which they were called."""


class Refused(Exception):
    """The rules said no."""


class Model:
    """The hall of `SMALL_HALL`, with a printer."""

    def __init__(self) -> None:
        self.state = State()
        self.now = datetime.fromtimestamp(0, UTC)

    def do(self, now: datetime, command: str, *arguments: object) -> str | None:
        """Run a command by its method's name; the refusal's code, or None."""
        before = copy.deepcopy(self.state)
        self.now = now
        if self._notice_the_clock():
            self.state.latest_at = now
            before = copy.deepcopy(self.state)
        try:
            getattr(self, command)(*arguments)
        except Refused as refusal:
            self.state = before
            return str(refusal)
        self.state.latest_at = now
        return None

    def _notice_the_clock(self) -> bool:
        """Note a wrong clock or a new day; whether there was one. That stays when the command is refused."""
        state = self.state
        noticed = False
        local = (self.now + timedelta(hours=8)).date()
        if state.today is None or state.latest_at is None:
            state.today = local
            return False
        if self.now < state.latest_at - timedelta(seconds=2):
            state.clock_reports += 1
            noticed = True
        if local > state.today:
            state.today = local
            state.days_turned += 1
            noticed = True
            for ticket in state.tickets:
                if ticket.day < local and ticket.state in ("waiting", "called", "serving", "held"):
                    if ticket.state in ("called", "serving"):
                        del state.hands[ticket.visits[-1]]
                    ended = "finished" if ticket.state == "serving" else "passed"
                    ticket.state, ticket.target, ticket.reason = ended, None, "日终"
        return noticed

    # --- what commands are made of ------------------------------------------------------------

    def line(self, category: str, *, is_priority: bool) -> list[ModelTicket]:
        """Who waits undirected in a line, the head first."""
        return sorted(
            (
                each
                for each in self.state.tickets
                if each.state == "waiting"
                and each.target is None
                and (each.category, each.is_priority) == (category, is_priority)
            ),
            key=lambda each: each.position,
        )

    def _known(self, window: int) -> None:
        if window not in OWN:
            raise Refused("unknown_window")

    def _on_duty(self, window: int) -> None:
        self._known(window)
        if self.state.windows[window] == "closed":
            raise Refused("window_closed")

    def _free_to_call(self, window: int) -> None:
        self._on_duty(window)
        if self.state.windows[window] == "paused":
            raise Refused("window_paused")
        self._empty_handed(window)

    def _empty_handed(self, window: int) -> None:
        if window in self.state.hands:
            raise Refused("window_busy")

    def _in_hand(self, window: int, *states: str) -> ModelTicket:
        self._on_duty(window)
        if window not in self.state.hands:
            raise Refused("window_idle")
        return self._must_be(self.state.hands[window], *states)

    def _must_be(self, ticket: ModelTicket, *states: str) -> ModelTicket:
        if ticket.state not in states:
            raise Refused("illegal_move")
        return ticket

    def _find(self, number: str) -> ModelTicket:
        for ticket in self.state.tickets:
            if (ticket.number, ticket.day) == (number, self.state.today):
                return ticket
        raise Refused("unknown_ticket")

    def _served(self, category: str) -> None:
        if category not in ALL_CATEGORIES:
            raise Refused("unknown_category")
        if category not in LETTERS:
            raise Refused("category_unserved")

    def _tick(self) -> int:
        self.state.count += 1
        return self.state.count

    def _step(self, window: int, kind: str, ticket: ModelTicket | None = None) -> None:
        self.state.last[window] = Step(kind, ticket, self.now)

    # --- the entrance -------------------------------------------------------------------------

    def issue(self, category: str, is_priority: bool) -> None:
        self._served(category)
        today = self.state.today
        assert today is not None
        serial = self.state.serials.get((category, today), 0) + 1
        self.state.serials[(category, today)] = serial
        place = self._tick()
        number = f"{LETTERS[category]}{serial:03d}"
        self.state.tickets.append(ModelTicket(number, category, is_priority, today, place, place))
        self.state.papers += 1

    def reprint(self, number: str) -> None:
        self._find(number)
        self.state.papers += 1

    def cancel(self, number: str, reason: str | None) -> None:
        ticket = self._must_be(self._find(number), "waiting", "called", "held", "passed")
        if ticket.state == "called":
            del self.state.hands[ticket.visits[-1]]
            self._step(ticket.visits[-1], "cancelled", ticket)
        ticket.state, ticket.target, ticket.reason = (
            "cancelled",
            None,
            (reason or "").strip() or None,
        )

    def reinstate(self, number: str) -> None:
        ticket = self._must_be(self._find(number), "passed")
        if ticket.reinstated >= RETURNS:
            raise Refused("returns_exhausted")
        line = self.line(ticket.category, is_priority=ticket.is_priority)
        if line:
            ticket.place = max(ticket.place, line[:PUT_BACK][-1].place)
        ticket.entry = self._tick()
        ticket.state, ticket.reason = "waiting", None
        ticket.reinstated += 1

    # --- duty ---------------------------------------------------------------------------------

    def open_window(self, window: int) -> None:
        self._known(window)
        refusals = {"open": "window_already_open", "paused": "window_paused"}
        if self.state.windows[window] in refusals:
            raise Refused(refusals[self.state.windows[window]])
        self.state.windows[window] = "open"
        self._step(window, "opened")

    def pause_window(self, window: int, reason: str) -> None:
        if not reason.strip():
            raise Refused("reason_missing")
        self._free_to_call(window)
        self.state.windows[window] = "paused"
        self._step(window, "paused")

    def resume_window(self, window: int) -> None:
        self._on_duty(window)
        if self.state.windows[window] != "paused":
            raise Refused("window_not_paused")
        self.state.windows[window] = "open"
        self._step(window, "back")

    def close_window(self, window: int) -> None:
        self._on_duty(window)
        self._empty_handed(window)
        self.state.windows[window] = "closed"
        for ticket in self.state.tickets:
            if ticket.state == "waiting" and ticket.target == window:
                ticket.target = None
        self._step(window, "closed")

    # --- calling ------------------------------------------------------------------------------

    def next_for(self, window: int) -> ModelTicket | None:
        """Who is next: meant for this window, then own lines, then lines it helps with."""
        directed = [
            each for each in self.state.tickets if each.state == "waiting" and each.target == window
        ]
        if directed:
            return min(directed, key=lambda each: each.position)
        for categories in (OWN[window], HELPS[window]):
            for is_priority in (True, False):
                lines = (self.line(each, is_priority=is_priority) for each in categories)
                heads = [line[0] for line in lines if line]
                if heads:
                    return min(heads, key=lambda each: each.position)
        return None

    def call_next(self, window: int) -> None:
        self._free_to_call(window)
        ticket = self.next_for(window)
        if ticket is None:
            raise Refused("nothing_waiting")
        self._call(window, ticket)

    def call(self, window: int, number: str) -> None:
        self._free_to_call(window)
        ticket = self._must_be(self._find(number), "waiting")
        if ticket.target not in (None, window):
            raise Refused("not_yours")
        if ticket.target is None and ticket.category not in OWN[window] + HELPS[window]:
            raise Refused("not_served_here")
        self._call(window, ticket)

    def _call(self, window: int, ticket: ModelTicket) -> None:
        ticket.state = "called"
        ticket.visits.append(window)
        ticket.calls += 1
        self.state.hands[window] = ticket
        self.state.calls.append(ticket.number)
        self._step(window, "called", ticket)

    def recall(self, window: int) -> None:
        ticket = self._in_hand(window, "called")
        ticket.calls += 1
        self._step(window, "recalled", ticket)

    def start(self, window: int) -> None:
        ticket = self._in_hand(window, "called")
        ticket.state = "serving"
        self._step(window, "started", ticket)

    def finish(self, window: int) -> None:
        ticket = self._in_hand(window, "serving")
        self._leave(window, ticket, "finished", None)

    def pass_(self, window: int, reason: str) -> None:
        if not reason.strip():
            raise Refused("reason_missing")
        ticket = self._in_hand(window, "called")
        self._leave(window, ticket, "passed", reason)

    def hold(self, window: int, reason: str | None) -> None:
        ticket = self._in_hand(window, "called", "serving")
        self._leave(window, ticket, "held", reason)

    def _leave(self, window: int, ticket: ModelTicket, state: str, reason: str | None) -> None:
        ticket.state, ticket.reason, ticket.target = state, (reason or "").strip() or None, None
        del self.state.hands[window]
        self._step(window, state, ticket)

    def resume(self, window: int, number: str) -> None:
        self._on_duty(window)
        ticket = self._must_be(self._find(number), "held")
        ticket.state, ticket.target, ticket.reason = "waiting", window, None
        ticket.entry = self._tick()
        self._step(window, "fetched", ticket)

    def transfer(self, window: int, to_window: int | None, to_category: str | None) -> None:
        ticket = self._in_hand(window, "called", "serving")
        if to_window is not None:
            if to_window == window:
                raise Refused("same_window")
            self._known(to_window)
            if self.state.windows[to_window] == "closed":
                raise Refused("target_closed")
        else:
            assert to_category is not None
            self._served(to_category)
            ticket.category = to_category
        ticket.state, ticket.target = "waiting", to_window
        ticket.entry = self._tick()
        del self.state.hands[window]
        self._step(window, "transferred", ticket)

    def undo(self, window: int) -> None:
        self._on_duty(window)
        step = self.state.last.get(window)
        if step is None or step.ticket is None or step.kind not in _UNDOABLE:
            raise Refused("nothing_to_undo")
        if self.now - step.at > timedelta(seconds=30):
            raise Refused("undo_too_late")
        ticket = step.ticket
        if ticket.day != self.state.today:
            raise Refused("nothing_to_undo")
        self._must_be(ticket, step.kind)
        if step.kind == "called":
            ticket.visits.pop()
            ticket.calls -= 1
            ticket.state = "waiting"
            del self.state.hands[window]
        else:
            if ticket.visits[-1] != window:
                raise Refused("nothing_to_undo")
            self._empty_handed(window)
            ticket.state = _UNDOABLE[step.kind]
            ticket.reason = None
            self.state.hands[window] = ticket
        self._step(window, "undone", ticket)


_UNDOABLE = {"called": "waiting", "finished": "serving", "passed": "called"}
