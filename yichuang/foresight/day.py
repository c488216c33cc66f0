"""One day of a hall, event by event: visitors, clerks and the real `Hall` on a virtual clock.

Clerks behave alike: they call as soon as they are free and someone waits for them, recall a visitor who does
not come, pass the number when the hall allows it, and go on. Every step is a command of the real hall.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from yichuang.config import WindowSettings
from yichuang.errors import NothingWaiting, ReturnsExhausted
from yichuang.foresight.clock import VirtualClock
from yichuang.foresight.crowd import HOUR, SESSIONS
from yichuang.foresight.visitors import Visitor
from yichuang.language import N_
from yichuang.queue.desk import Desk, Done
from yichuang.queue.issuing import admit, draft
from yichuang.queue.ports import Memory
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass, Ticket, TicketState

Progress = Callable[[float], None]
"""Is told now and then which part of the visitors has come."""

LATEST = 23.5 * HOUR
"""When the doors are shut on whoever still waits, in seconds after midnight."""

MEAL = N_("用餐")
"""Why windows pause between the sessions."""

_LOOK_AGAIN = 10.0
"""After so many seconds a clerk tries again to call when people wait whom the hall did not let them call."""

_TELL_EVERY = 500

_Line = str | int
"""What a visitor waits for: a category, or one window."""


class Visit:
    """A visitor with a number."""

    __slots__ = ("has_been_away", "line", "number", "rest", "visitor", "wait")

    def __init__(self, visitor: Visitor, number: str) -> None:
        self.visitor = visitor
        self.number = number
        self.line: _Line = visitor.category
        self.rest: float | None = visitor.service
        """What is left of the handling at the present window, in seconds; None at the second one."""
        self.has_been_away = False
        self.wait: float | None = None
        """From coming (or an appointment's slot) to the first call, in seconds; None until then."""


class _Post:
    """A window and its clerk."""

    __slots__ = ("calls", "is_paused", "kept", "lines", "looks_again", "number", "visit")

    def __init__(self, settings: WindowSettings) -> None:
        self.number = settings.number
        self.lines: tuple[_Line, ...] = (*settings.serves, settings.number)
        self.visit: Visit | None = None
        self.calls = 0
        self.kept = 0
        """How many of its visitors are put aside."""
        self.is_paused = False
        self.looks_again = False


class DayDone(NamedTuple):
    """How a simulated day went."""

    visits: list[Visit]
    """In order of issue."""
    finished: int
    missed: int
    """Tickets that stayed passed: their visitors did not come back."""
    void: int
    """Tickets that came back too often, or that one missed call ended."""
    left: int
    """Tickets that waited, were put aside or at a window when the doors were shut; with those finished,
    missed and void they are all that were issued."""
    passed: int
    """How often a number was passed; those that came back are counted, too."""
    held: int
    transferred: int
    commands: int
    """Commands that the hall carried out."""
    seconds: float
    """How long the day was, from the first event to the last."""
    peak: int
    """The most people waiting at one time."""


_Act = Callable[[], Awaitable[None]]


class SimulatedDay:
    """Plays one day. The hall must tell its time by `clock`, which stands at the local midnight."""

    def __init__(
        self,
        hall: Hall,
        clock: VirtualClock,
        visitors: Sequence[Visitor],
        sessions: Sequence[tuple[float, float]] = SESSIONS,
    ) -> None:
        self._hall = hall
        self._clock = clock
        self._visitors = visitors
        self._sessions = sessions
        self._acts: list[tuple[float, int, _Act]] = []
        self._order = 0
        self._visits: dict[str, Visit] = {}
        self._waiting: defaultdict[_Line, int] = defaultdict(int)
        windows = list(hall.rules.windows.values())
        self._posts = {window.number: _Post(window) for window in windows}
        self._idle: dict[int, None] = {}
        """The free windows, the one that has been free longest first."""
        self._own = {
            category.code: frozenset(
                each.number for each in windows if category.code in each.categories
            )
            for category in hall.settings.category
        }
        self._helping = {
            category.code: frozenset(each.number for each in windows if category.code in each.helps)
            for category in hall.settings.category
        }
        self._is_break = False
        self._counts: defaultdict[str, int] = defaultdict(int)
        self._commands = 0
        self._in_line = 0
        self._peak = 0

    async def play(self, progress: Progress = lambda part: None) -> DayDone:
        """Let the day pass, until everybody has gone or the doors are shut."""
        self._plan_duty()
        arrivals = self._arrivals()
        arrival = next(arrivals, None)
        first = min(self._acts[0][0], arrival[0] if arrival else math.inf)
        while arrival or self._acts:
            if arrival and (not self._acts or arrival[0] < self._acts[0][0]):
                at, come, place = arrival
                arrival = next(arrivals, None)
                if place % _TELL_EVERY == 0:
                    progress(place / len(self._visitors))
            else:
                at, _order, come = heapq.heappop(self._acts)
            if at > LATEST:
                break
            self._clock.move_to(at)
            await come()
        progress(1.0)
        ended = await self._ended()
        await self._go_home()
        return DayDone(
            visits=list(self._visits.values()),
            finished=ended[TicketState.FINISHED],
            missed=ended[TicketState.PASSED],
            void=ended[TicketState.VOID],
            left=len(self._visits) - sum(ended.values()),
            passed=self._counts["passed"],
            held=self._counts["held"],
            transferred=self._counts["transferred"],
            commands=self._commands,
            seconds=self._clock.seconds - first,
            peak=self._peak,
        )

    async def _ended(self) -> dict[TicketState, int]:
        """How many tickets have come to each end, by the hall's own record."""
        on = await self._hall.business_date()
        counts = await self._hall.store.read(lambda records: records.state_counts(on))
        ends = (TicketState.FINISHED, TicketState.PASSED, TicketState.VOID)
        return {state: counts.get(state, 0) for state in ends}

    def _arrivals(self) -> Iterator[tuple[float, _Act, int]]:
        for place, visitor in enumerate(self._visitors):
            yield visitor.arrives, partial(self._arrive, visitor), place

    def _later(self, seconds: float, act: _Act) -> None:
        self._at(self._clock.seconds + seconds, act)

    def _at(self, seconds: float, act: _Act) -> None:
        self._order += 1
        heapq.heappush(self._acts, (seconds, self._order, act))

    # --- visitors -----------------------------------------------------------------------------

    async def _arrive(self, visitor: Visitor) -> None:
        ticket = _ticket(await self._issue(visitor))
        self._commands += 1
        visit = Visit(visitor, ticket.number)
        self._visits[ticket.number] = visit
        if visitor.slot is not None and visitor.slot > self._clock.seconds:
            self._at(visitor.slot, lambda: self._join(visit, visitor.category))
        else:
            await self._join(visit, visitor.category)

    async def _issue(self, visitor: Visitor) -> Done:
        if visitor.priority_class is PriorityClass.APPOINTMENT:
            return await self._check_in(visitor)
        return await self._hall.issue(
            category=visitor.category, priority_class=visitor.priority_class
        )

    async def _check_in(self, visitor: Visitor) -> Done:
        """Issue an appointment's number, as the entrance does, without the book of appointments."""
        hall = self._hall
        slot = None if visitor.slot is None else self._clock.at(visitor.slot)

        def work(memory: Memory) -> Done:
            desk = Desk(memory, hall.rules, hall.clock.now(), "")
            category = desk.rules.category(visitor.category)
            drafted = draft(desk, category, PriorityClass.APPOINTMENT, slot)
            return admit(desk, drafted, [], desk.rules.printer(None), None)

        return await hall.store.transact(work)

    async def _join(self, visit: Visit, line: _Line) -> None:
        """Someone waits in a line from now on; a free window that may call them does."""
        visit.line = line
        self._waiting[line] += 1
        self._in_line += 1
        self._peak = max(self._peak, self._in_line)
        if not self._idle:
            return
        for number in self._woken(line):
            if await self._call(self._posts[number]):
                return

    def _woken(self, line: _Line) -> Iterable[int]:
        """The free windows that a line concerns: own ones first, those free longest first."""
        if isinstance(line, int):
            return [line] if line in self._idle else []
        own, helping = self._own[line], self._helping[line]
        return [number for number in self._idle if number in own] + [
            number for number in self._idle if number in helping
        ]

    async def _ask_again(self, visit: Visit) -> None:
        """A visitor who missed the call comes to the desk."""
        try:
            await self._hall.reinstate(visit.number)
        except ReturnsExhausted:
            return
        self._commands += 1
        visit.has_been_away = True
        await self._join(visit, visit.visitor.category)

    async def _come_back(self, post: _Post, visit: Visit) -> None:
        """A visitor who was put aside is back."""
        await self._hall.resume(post.number, visit.number)
        self._commands += 1
        post.kept -= 1
        visit.has_been_away = True
        await self._join(visit, post.number)

    # --- a clerk ------------------------------------------------------------------------------

    async def _call(self, post: _Post) -> bool:
        """Call whose turn it is; False when the hall gives this window nobody now."""
        waiting = self._waiting
        if not any(waiting[line] for line in post.lines):
            return False
        try:
            ticket = _ticket(await self._hall.call_next(post.number))
        except NothingWaiting:
            if not post.looks_again:
                post.looks_again = True
                self._later(_LOOK_AGAIN, lambda: self._look_again(post))
            return False
        self._commands += 1
        self._idle.pop(post.number, None)
        visit = self._visits[ticket.number]
        waiting[visit.line] -= 1
        self._in_line -= 1
        if visit.wait is None:
            visit.wait = _waited(ticket)
        post.visit, post.calls = visit, 1
        await self._await_visitor(post, visit)
        return True

    async def _look_again(self, post: _Post) -> None:
        post.looks_again = False
        if post.number in self._idle:
            await self._call(post)

    async def _await_visitor(self, post: _Post, visit: Visit) -> None:
        comes_at = 1 if visit.has_been_away else visit.visitor.comes_at
        if comes_at != post.calls:
            gap = self._hall.settings.missed.gap_seconds
            self._later(gap, lambda: self._miss(post, visit))
        elif visit.visitor.walk:
            self._later(visit.visitor.walk, lambda: self._begin(post, visit))
        else:
            await self._begin(post, visit)

    async def _miss(self, post: _Post, visit: Visit) -> None:
        """Nobody came: call again, or pass the number once the hall allows it."""
        missed = self._hall.settings.missed
        if post.calls < max(missed.calls, visit.visitor.comes_at):
            await self._hall.recall(post.number, ticket=visit.number)
            self._commands += 1
            post.calls += 1
            await self._await_visitor(post, visit)
            return
        await self._hall.pass_(post.number, reason=missed.reasons[0], ticket=visit.number)
        self._count("passed")
        if visit.visitor.returns and not missed.void_at_once:
            self._later(visit.visitor.away, lambda: self._ask_again(visit))
        await self._free(post)

    async def _begin(self, post: _Post, visit: Visit) -> None:
        await self._hall.start(post.number, ticket=visit.number)
        self._commands += 1
        visitor = visit.visitor
        if visit.rest is None:
            self._later(visitor.second_service, lambda: self._finish(post, visit))
        elif visitor.held_after is not None and not visit.has_been_away:
            spent = visit.rest * visitor.held_after
            visit.rest -= spent
            self._later(spent, lambda: self._hold(post, visit))
        elif visitor.sent_to is not None:
            self._later(visit.rest, lambda: self._send_on(post, visit))
        else:
            self._later(visit.rest, lambda: self._finish(post, visit))

    async def _finish(self, post: _Post, visit: Visit) -> None:
        await self._hall.finish(post.number, ticket=visit.number)
        self._count("finished")
        await self._free(post)

    async def _hold(self, post: _Post, visit: Visit) -> None:
        await self._hall.hold(post.number, kind="kept", ticket=visit.number)
        self._count("held")
        post.kept += 1
        self._later(visit.visitor.away, lambda: self._come_back(post, visit))
        await self._free(post)

    async def _send_on(self, post: _Post, visit: Visit) -> None:
        target = visit.visitor.sent_to or visit.visitor.category
        await self._hall.transfer(post.number, to_category=target, ticket=visit.number)
        self._count("transferred")
        visit.rest = None
        post.visit = None
        self._idle[post.number] = None
        await self._join(visit, target)
        if post.visit is None:
            await self._free(post)

    def _count(self, what: str) -> None:
        self._commands += 1
        self._counts[what] += 1

    async def _free(self, post: _Post) -> None:
        """The window is free: call at once, else wait, or have the noon break."""
        post.visit = None
        if await self._call(post):
            return
        self._idle[post.number] = None
        if self._is_break:
            await self._rest(post)

    # --- duty ---------------------------------------------------------------------------------

    def _plan_duty(self) -> None:
        starts = [start for start, _end in self._sessions]
        ends = [end for _start, end in self._sessions]
        self._at(starts[0], self._open)
        for end, start in zip(ends, starts[1:], strict=False):
            self._at(end, self._begin_break)
            self._at(start, self._end_break)

    async def _open(self) -> None:
        for post in self._posts.values():
            await self._hall.open_window(post.number)
            self._commands += 1
            await self._free(post)

    async def _begin_break(self) -> None:
        """Whoever holds a number is served first; then the window rests."""
        self._is_break = True
        for number in list(self._idle):
            await self._rest(self._posts[number])

    async def _rest(self, post: _Post) -> None:
        if post.kept or any(self._waiting[line] for line in post.lines):
            return
        await self._hall.pause_window(post.number, reason=MEAL)
        self._commands += 1
        post.is_paused = True
        self._idle.pop(post.number, None)

    async def _end_break(self) -> None:
        self._is_break = False
        for post in self._posts.values():
            if post.is_paused:
                await self._hall.resume_window(post.number)
                self._commands += 1
                post.is_paused = False
                await self._free(post)

    async def _go_home(self) -> None:
        """Windows that have nobody any more close."""
        for post in self._posts.values():
            if post.visit is None:
                await self._hall.close_window(post.number)
                self._commands += 1


def _waited(ticket: Ticket) -> float:
    """From coming, or the slot that came later, to the first call, by the hall's own record; seconds."""
    if ticket.first_called_at is None:
        raise AssertionError(ticket)
    since = max(ticket.issued_at, ticket.not_before or ticket.issued_at)
    return (ticket.first_called_at - since).total_seconds()


def _ticket(done: Done) -> Ticket:
    if done.ticket is None:
        raise AssertionError(done)
    return done.ticket
