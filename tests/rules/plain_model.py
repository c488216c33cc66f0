"""The queue once more, as plainly as it can be said: what the engine is held against.

It shares no code with the engine. Every method checks first and then changes: a refused command changes
nothing. `do` returns the code of the refusal, or `None` when the command did what it says.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

OWN = {1: ["tax"], 2: ["police"], 3: ["tax", "police"]}
HELPS: dict[int, list[str]] = {1: ["police"], 2: [], 3: []}
LETTERS = {"tax": "A", "police": "B", "unserved": "C"}
ALL_CATEGORIES = ["tax", "police", "unserved"]
FRONT_FIRST = ["pinned", "transferred", "priority", "ordinary"]
RATES = {"ordinary": 1.0, "priority": 4.0, "transferred": 6.0}
PUT_BACK = 3
RETURNS = 2
LATE_NUMBERS = 3
HELP_LONGER_THAN = 10
HELP_AFTER = timedelta(minutes=15)
UNDO_WITHIN = timedelta(seconds=30)
STEADY = timedelta(seconds=2)
"""A clock that steps back by no more has stood still."""


_MAY_WAIT = ("waiting", "called", "serving", "held", "passed")


@dataclass
class Choices:
    """What the hall has chosen."""

    policy: str = "accumulating"
    front_calls: int = 2
    calls: int = 1
    gap: int = 0


@dataclass
class Place:
    """Where a ticket stands in line."""

    category: str
    cls: str
    order: int
    entry: int
    since: datetime
    target: int | None = None


@dataclass
class Visit:
    """A call that was not undone."""

    ticket: ModelTicket
    window: int
    place: Place
    is_late: bool
    counted_at: datetime
    counted: int = 1
    ending: str = ""
    ended_at: datetime | None = None


@dataclass
class ModelTicket:
    """One visitor."""

    number: str
    issued_cls: str
    day: date
    issued: int
    at: Place
    route: list[str] = field(default_factory=list)
    """`category` or `category@window`."""
    state: str = "waiting"
    hold: str | None = None
    visits: list[Visit] = field(default_factory=list)
    calls: int = 0
    reinstated: int = 0
    reason: str | None = None
    before_pin: Place | None = None


@dataclass
class Step:
    """The last thing that happened at a window."""

    kind: str
    ticket: ModelTicket | None
    at: datetime
    visit: Visit | None = None
    route: list[str] = field(default_factory=list)
    place: Place | None = None


@dataclass
class State:
    """All that a command may change."""

    tickets: list[ModelTicket] = field(default_factory=list)
    windows: dict[int, str] = field(default_factory=lambda: dict.fromkeys(OWN, "closed"))
    assigned: dict[int, tuple[list[str], list[str]]] = field(default_factory=dict)
    surge: bool = False
    hands: dict[int, ModelTicket] = field(default_factory=dict)
    """The ticket that each window has."""
    last: dict[int, Step] = field(default_factory=dict)
    visits: list[Visit] = field(default_factory=list)
    """All calls of all days in their order."""
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


class Nothing(Exception):
    """There was nothing to do, and nothing to tell the journal."""


class PlainHall:
    """The entrance and the duty of `SMALL_HALL`, with a printer; `plain_windows` has what clerks do."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.state = State()
        self.now = datetime.fromtimestamp(0, UTC)

    def do(self, now: datetime, command: str, *arguments: object) -> str | None:
        """Run a command by its method's name; the refusal's code, or None."""
        latest = self.state.latest_at or now
        self.now = latest if timedelta(0) <= latest - now <= STEADY else now
        if self._notice_the_clock():
            self.state.latest_at = self.now
        try:
            getattr(self, command)(*arguments)
        except Refused as refusal:
            return str(refusal)
        except Nothing:
            return None
        self.state.latest_at = self.now
        return None

    def _notice_the_clock(self) -> bool:
        """Note a wrong clock or a new day; whether there was one. That stays when the command is refused."""
        state = self.state
        noticed = False
        local = (self.now + timedelta(hours=8)).date()
        if state.today is None or state.latest_at is None:
            state.today = local
            return False
        if self.now < state.latest_at:
            state.clock_reports += 1
            noticed = True
            self._move_waits(self.now - state.latest_at)
        was_wrong = (state.latest_at + timedelta(hours=8)).date() < state.today == local
        if was_wrong:
            noticed = True
            self._move_waits(self.now - state.latest_at)
        if local > state.today:
            state.today = local
            state.days_turned += 1
            state.surge = False
            noticed = True
            for ticket in state.tickets:
                if ticket.day < local and ticket.state in ("waiting", "called", "serving", "held"):
                    if ticket.state in ("called", "serving"):
                        del state.hands[ticket.visits[-1].window]
                    ticket.state = "finished" if ticket.state == "serving" else "passed"
                    ticket.at.target, ticket.hold, ticket.reason = None, None, "日终"
            for window, duty in state.windows.items():
                if duty != "closed":
                    state.windows[window] = "closed"
                    self._step(window, "closed")
        return noticed

    def _move_waits(self, by: timedelta) -> None:
        """Nobody has waited longer or shorter because the clock was moved."""
        for ticket in self.state.tickets:
            if ticket.day == self.state.today and ticket.state in _MAY_WAIT:
                ticket.at.since += by

    # --- what commands are made of ------------------------------------------------------------

    def own(self, window: int) -> list[str]:
        """What a window serves first."""
        return self.state.assigned.get(window, (OWN[window], []))[0]

    def helps(self, window: int, *, surge: bool) -> list[str]:
        """What else it serves."""
        _own, helps = self.state.assigned.get(window, ([], HELPS[window]))
        chosen = ALL_CATEGORIES if surge else helps
        return [each for each in chosen if each not in self.own(window)]

    def may_call(self, window: int, category: str) -> bool:
        """Whether it serves the category now."""
        return category in self.own(window) + self.helps(window, surge=self.state.surge)

    def waiting(self, category: str, cls: str | None = None) -> list[ModelTicket]:
        """Who waits undirected in a category, or in one of its lines, the first first."""
        found = [
            each
            for each in self.state.tickets
            if each.state == "waiting"
            and each.at.target is None
            and each.at.category == category
            and cls in (None, each.at.cls)
        ]
        return sorted(found, key=lambda each: (each.at.order, each.at.entry))

    def ahead(self, ticket: ModelTicket) -> int:
        """How many undirected tickets go before an undirected one."""
        line = self.waiting(ticket.at.category, ticket.at.cls)
        front = FRONT_FIRST[: FRONT_FIRST.index(ticket.at.cls)]
        return line.index(ticket) + sum(
            len(self.waiting(ticket.at.category, each)) for each in front
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

    def find(self, number: str) -> ModelTicket:
        """Today's ticket."""
        for ticket in self.state.tickets:
            if (ticket.number, ticket.day) == (number, self.state.today):
                return ticket
        raise Refused("unknown_ticket")

    def _served(self, category: str) -> None:
        if category not in ALL_CATEGORIES:
            raise Refused("unknown_category")
        if not any(category in self.own(w) + self.helps(w, surge=False) for w in OWN):
            raise Refused("category_unserved")

    def _may_be_sent_to(self, window: int) -> None:
        self._known(window)
        if self.state.windows[window] == "closed":
            raise Refused("target_closed")

    def _tick(self) -> int:
        self.state.count += 1
        return self.state.count

    def _step(self, window: int, kind: str, ticket: ModelTicket | None = None) -> Step:
        self.state.last[window] = Step(kind, ticket, self.now)
        return self.state.last[window]

    # --- the entrance -------------------------------------------------------------------------

    def issue(self, category: str, is_priority: bool, route: list[str]) -> None:
        """At the end of its line."""
        if category in route or len(set(route)) < len(route):
            raise Refused("route_repeats")
        for each in [category, *route]:
            if each not in ALL_CATEGORIES:
                raise Refused("unknown_category")
        for each in [category, *route]:
            self._served(each)
        today = self.state.today
        assert today is not None
        serial = self.state.serials.get((category, today), 0) + 1
        self.state.serials[(category, today)] = serial
        order = self._tick()
        cls = "priority" if is_priority else "ordinary"
        place = Place(category, cls, order, order, self.now)
        number = f"{LETTERS[category]}{serial:03d}"
        self.state.tickets.append(ModelTicket(number, cls, today, order, place, route))
        self.state.papers += 1

    def reprint(self, number: str) -> None:
        """One more paper."""
        self.find(number)
        self.state.papers += 1

    def cancel(self, number: str, reason: str | None) -> None:
        """Out for good."""
        ticket = self._must_be(self.find(number), "waiting", "called", "held", "passed")
        if ticket.state == "called":
            self._let_go(ticket, "cancelled")
            self._step(ticket.visits[-1].window, "cancelled", ticket)
        ticket.state, ticket.at.target, ticket.hold = "cancelled", None, None
        ticket.reason = (reason or "").strip() or None

    def reinstate(self, number: str) -> None:
        """Back behind some others of its line, in the class that it was issued in."""
        ticket = self._must_be(self.find(number), "passed")
        if ticket.reinstated >= RETURNS:
            raise Refused("returns_exhausted")
        order, since = ticket.issued, ticket.at.since
        if ticket.at.cls == ticket.issued_cls:
            order = max(order, ticket.at.order)
        line = self.waiting(ticket.at.category, ticket.issued_cls)
        if line:
            order = max(order, line[:PUT_BACK][-1].at.order)
            since = max(since, line[:PUT_BACK][-1].at.since)
        ticket.at = Place(ticket.at.category, ticket.issued_cls, order, self._tick(), since)
        ticket.state, ticket.reason = "waiting", None
        ticket.reinstated += 1

    def pin(self, number: str, reason: str) -> None:
        """Before all others."""
        if not reason.strip():
            raise Refused("reason_missing")
        ticket = self._must_be(self.find(number), "waiting")
        if ticket.at.cls == "pinned":
            raise Refused("already_pinned")
        ticket.before_pin = copy.copy(ticket.at)
        ticket.at.cls = "pinned"
        ticket.at.order = ticket.at.entry = self._tick()

    def unpin(self, number: str) -> None:
        """Back to its place, in the line where it is now."""
        ticket = self._must_be(self.find(number), "waiting")
        if ticket.at.cls != "pinned":
            raise Refused("not_pinned")
        assert ticket.before_pin is not None
        now = ticket.at
        ticket.at = copy.copy(ticket.before_pin)
        ticket.at.category, ticket.at.target, ticket.at.since = now.category, now.target, now.since

    def reroute(self, number: str, to_category: str | None, to_window: int | None) -> None:
        """To another line, by its place."""
        ticket = self._must_be(self.find(number), "waiting")
        if to_window is not None:
            self._may_be_sent_to(to_window)
        else:
            assert to_category is not None
            self._served(to_category)
            ticket.at.category = to_category
        ticket.at.target, ticket.at.entry = to_window, self._tick()
        ticket.route = [each for each in ticket.route if each != ticket.at.category]

    def wake(self, number: str) -> None:
        """A held ticket comes back to who keeps it."""
        ticket = self._must_be(self.find(number), "held")
        self._send_on(ticket, ticket.at.category, self._keeper(ticket))

    def _keeper(self, ticket: ModelTicket) -> int | None:
        window = ticket.visits[-1].window
        if ticket.hold == "free" or self.state.windows[window] == "closed":
            return None
        return window

    def _send_on(self, ticket: ModelTicket, category: str, target: int | None) -> None:
        """Into the line of those who were served elsewhere, by its issue."""
        ticket.at = Place(
            category, "transferred", ticket.issued, self._tick(), ticket.at.since, target
        )
        ticket.state, ticket.hold, ticket.reason = "waiting", None, None

    # --- duty ---------------------------------------------------------------------------------

    def open_window(self, window: int) -> None:
        """Begin."""
        self._known(window)
        refusals = {"open": "window_already_open", "paused": "window_paused"}
        if self.state.windows[window] in refusals:
            raise Refused(refusals[self.state.windows[window]])
        self.state.windows[window] = "open"
        self._step(window, "opened")

    def pause_window(self, window: int, reason: str) -> None:
        """Stop for a while."""
        if not reason.strip():
            raise Refused("reason_missing")
        self._free_to_call(window)
        self.state.windows[window] = "paused"
        self._step(window, "paused")

    def resume_window(self, window: int) -> None:
        """Go on."""
        self._on_duty(window)
        if self.state.windows[window] != "paused":
            raise Refused("window_not_paused")
        self.state.windows[window] = "open"
        self._step(window, "back")

    def close_window(self, window: int) -> None:
        """End; who waits for it alone waits for all."""
        self._on_duty(window)
        self._empty_handed(window)
        self.state.windows[window] = "closed"
        for ticket in self.state.tickets:
            if ticket.state == "waiting" and ticket.at.target == window:
                ticket.at.target = None
        self._step(window, "closed")

    def assign_window(self, window: int, own: list[str] | None, helps: list[str]) -> None:
        """Other categories from the next call on."""
        self._known(window)
        if not set(ALL_CATEGORIES) >= {*(own or []), *helps}:
            raise Refused("unknown_category")
        former, before = dict(self.state.assigned), self._all_served()
        if own is None:
            self.state.assigned.pop(window, None)
        else:
            self.state.assigned[window] = (own, [each for each in helps if each not in own])
        if not before <= self._all_served():
            self.state.assigned = former
            raise Refused("category_orphaned")

    def _all_served(self) -> set[str]:
        return {each for w in OWN for each in self.own(w) + self.helps(w, surge=False)}

    def set_surge(self, on: bool, reason: str) -> None:
        """All help with all."""
        if on == self.state.surge:
            raise Nothing
        if on and not reason.strip():
            raise Refused("reason_missing")
        self.state.surge = on

    def _let_go(self, ticket: ModelTicket, ending: str) -> None:
        ticket.visits[-1].ending, ticket.visits[-1].ended_at = ending, self.now
        del self.state.hands[ticket.visits[-1].window]
