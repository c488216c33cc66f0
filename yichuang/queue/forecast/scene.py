"""The hall as it stands: windows, lines, who may still come, and when windows rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from yichuang.clock import elapsed
from yichuang.queue.dispatch import Duty, Head
from yichuang.queue.forecast.learning import QUARTER, QUARTERS, Learnt, Stay
from yichuang.queue.forecast.sight import BEFORE_OPENING, Day, Sight
from yichuang.queue.rules import HallRules
from yichuang.queue.ticket import ISSUED_CLASSES, PriorityClass, Ticket
from yichuang.queue.window import Window, WindowState

_DAYS_WEIGHT = 8
"""How many arrivals the days before are worth, against those of the last half hour."""

_FOREVER = 24 * 3600.0

_IN_USE = timedelta(days=7)
"""A window that was on duty within this time is expected to open in the morning."""

LineKey = tuple[str, PriorityClass, str] | tuple[int, PriorityClass]
"""A line: a category, a class and a need, or a window that its tickets wait for and a class."""


class Comer(NamedTuple):
    """Somebody in the roll: a waiting ticket, or a newcomer who is asked about and takes no time."""

    head: Head
    line: LineKey
    stay: Stay | None
    """None for a newcomer who is only asked about."""
    due: float
    """Seconds from now until it may be called; 0 for all but appointments."""
    ahead: int
    """How many go before it, as its ticket says; of a newcomer, those among the comers."""
    behind: int = 0
    """How many more are before a newcomer, who are not rolled forward."""


class Post(NamedTuple):
    """A window that serves, now or later today."""

    duty: Duty
    free_in: float
    """Seconds from now on it may call, unless it has somebody."""
    busy: Stay | None
    """What it does now."""
    lasted: float
    """For how many seconds."""
    recent: Sequence[PriorityClass]
    """The classes of its last calls, the latest first, as far as the policy looks back."""
    breaks: Sequence[tuple[float, float]]
    """When it rests as soon as nobody waits for it, in seconds from now."""


class Flow(NamedTuple):
    """Who will come."""

    shares: Mapping[tuple[str, PriorityClass], float]
    """Of each category and class, as parts of those who come from an entrance."""
    pieces: Sequence[tuple[float, float]]
    """(until when, in seconds from now; how many come from an entrance in a second), in order."""


class Scene(NamedTuple):
    """One moment of a hall."""

    seq: int
    """The journal's last row: the seed of chance, so that the same moment is told the same."""
    at: datetime
    posts: Sequence[Post]
    comers: Sequence[Comer]
    """The waiting tickets in order of class and place, then the newcomers."""
    tickets: int
    """How many of them are tickets."""
    behind: int
    """How many more wait, who are not rolled forward."""
    flow: Flow
    order: int
    """A place in line behind everybody's."""


def look_around(sight: Sight, rules: HallRules, learnt: Learnt) -> Scene:
    """The hall as it was seen."""
    at, seq = sight.at, sight.seq
    comers = [
        _comer(ticket, ahead, at, learnt)
        for ticket, ahead in _counted(rules, sight.tickets, at)
        if ticket.category in rules.categories
    ]
    behind = _behind(sight)
    return Scene(
        seq=seq,
        at=at,
        posts=_posts(sight, learnt),
        comers=[*comers, *_newcomers(rules, sight, comers, behind)],
        tickets=len(comers),
        behind=sum(behind.values()),
        flow=_flow(sight, rules, learnt),
        order=seq + 2,
    )


def _behind(sight: Sight) -> Counter[tuple[str, PriorityClass]]:
    """How many of each category and class wait behind those who are rolled forward."""
    counted = Counter({(line.category, line.priority_class): line.waiting for line in sight.lines})
    return counted - Counter((each.category, each.priority_class) for each in sight.tickets)


def _posts(sight: Sight, learnt: Learnt) -> list[Post]:
    day, windows, duties = sight.day, sight.windows, sight.duties
    free_in = {duty.window: _free_in(day, windows, duty.window) for duty in duties}
    absent = {
        duty.window for duty in duties if free_in[duty.window] != 0.0 and day.is_on(duty.window)
    }
    served = {
        code
        for duty in duties
        if free_in[duty.window] is not None and duty.window not in absent
        for code in duty.serves
    }
    posts = []
    for duty in duties:
        recent = sight.recent.get(duty.window, ())
        breaks = day.breaks(duty.window)
        unserved = _limited(duty, served)
        if unserved.serves and _is_paused(windows.get(duty.window)):
            soon = 0.0 if duty.window in absent else day.next_start(duty.window) or 0.0
            posts.append(Post(unserved, soon, None, 0.0, recent, breaks))
        starts = free_in[duty.window]
        if starts is None:
            continue
        ticket = sight.active.get(duty.window)
        called = ticket.called_at if ticket else None
        busy = None
        if ticket is not None and ticket.category in learnt.categories:
            busy = learnt.stay(ticket.category, ticket.item)
        lasted = elapsed(called, day.now).total_seconds() if called else 0.0
        posts.append(Post(duty, starts, busy, lasted, recent, breaks))
    return posts


def _is_paused(window: Window | None) -> bool:
    return window is not None and window.state is WindowState.PAUSED


def _limited(duty: Duty, served: Collection[str]) -> Duty:
    """The window with those of its categories alone that nobody serves.

    A paused one is supposed to be back soon; where all are closed, nothing is told.
    """
    return duty._replace(
        own=tuple(code for code in duty.own if code not in served),
        helps=tuple(code for code in duty.helps if code not in served),
    )


def _free_in(day: Day, windows: Mapping[int, Window], number: int) -> float | None:
    """In how many seconds the window may call; None when it is not expected to serve today.

    A window on duty serves. One that paused, or was closed for a break, is back when its next session begins;
    in the morning all that were lately in use will open. In the middle of a session a closed window stays so.
    """
    window = windows.get(number) or Window(number, WindowState.CLOSED)
    if window.state is WindowState.OPEN:
        return 0.0
    starts = day.next_start(number)
    if starts is None or (window.state is WindowState.CLOSED and day.is_on(number)):
        return None
    if window.state is WindowState.PAUSED or not _any_used(day, windows.values()):
        return starts
    return starts if _was_used(day, window) else None


def _any_used(day: Day, windows: Collection[Window]) -> bool:
    return any(_was_used(day, window) for window in windows)


def _was_used(day: Day, window: Window) -> bool:
    if window.state is not WindowState.CLOSED:
        return True
    return window.since is not None and day.now - window.since < _IN_USE


def _counted(
    rules: HallRules, tickets: Sequence[Ticket], at: datetime
) -> Iterator[tuple[Ticket, int]]:
    """The tickets, which are in order of class and place, each with how many go before it."""
    due: dict[tuple[str | int, str], int] = {}
    early: dict[tuple[str | int, str], int] = {}
    for ticket in tickets:
        rivals: Sequence[tuple[str | int, str]]
        if ticket.target_window is not None:
            own: tuple[str | int, str] = (ticket.target_window, "")
            rivals = [own]
        else:
            own = (ticket.category, ticket.need)
            rivals = [(ticket.category, need) for need in rules.rivals(ticket.need)]
        is_early = ticket.not_before is not None and ticket.not_before > at
        count = sum(due.get(each, 0) for each in rivals)
        if ticket.priority_class is PriorityClass.APPOINTMENT:
            count += sum(early.get(each, 0) for each in rivals)
        yield ticket, count
        counts = early if is_early else due
        counts[own] = counts.get(own, 0) + 1


def _comer(ticket: Ticket, ahead: int, at: datetime, learnt: Learnt) -> Comer:
    due = 0.0
    if ticket.priority_class is PriorityClass.APPOINTMENT and ticket.not_before is not None:
        due = max(0.0, (ticket.not_before - at).total_seconds())
    line: LineKey = (ticket.category, ticket.priority_class, ticket.need)
    if ticket.target_window is not None:
        line = (ticket.target_window, ticket.priority_class)
    return Comer(Head.of(ticket), line, learnt.stay(ticket.category, ticket.item), due, ahead)


def _newcomers(
    rules: HallRules,
    sight: Sight,
    comers: Sequence[Comer],
    behind: Mapping[tuple[str, PriorityClass], int],
) -> Iterator[Comer]:
    """One newcomer for each line that an entrance can issue into, as if issued at this moment."""
    at, seq = sight.at, sight.seq
    needs = {(code, need) for duty in sight.duties for code, need in duty.lines}
    classes = {*ISSUED_CLASSES, *(comer.head.priority_class for comer in comers)}
    asked = [each for each in PriorityClass if each in classes and each in _ASKED]
    counts: dict[tuple[str, str], list[int]] = {}
    for comer in comers:
        if comer.head.target_window is None and comer.due == 0:
            key = (comer.head.category, str(comer.line[-1]))
            counts.setdefault(key, [0] * len(PriorityClass))[comer.head.priority_class.rank] += 1
    for place, (code, need) in enumerate(sorted(needs)):
        rivals = [counts.get((code, each)) for each in rules.rivals(need)]
        for rank, each in enumerate(asked):
            ahead = sum(sum(found[: each.rank + 1]) for found in rivals if found)
            order = seq + 1 if each is not PriorityClass.APPOINTMENT else int(at.timestamp())
            number = -1 - place * len(asked) - rank
            head = Head(number, "", code, each, None, at, order, seq + 1)
            more = sum(
                behind.get((code, other), 0) for other in PriorityClass if other.rank <= each.rank
            )
            yield Comer(head, (code, each, need), None, 0.0, ahead, more)


_ASKED = (*ISSUED_CLASSES, PriorityClass.APPOINTMENT)
"""Classes in which somebody may come."""


def _flow(sight: Sight, rules: HallRules, learnt: Learnt) -> Flow:
    """Who will come: as on the days before, scaled to what came lately; without such days, as lately.

    Who is transferred or was put aside comes back in proportion to the others.
    """
    day, lately, span = sight.day, sight.lately, sight.span
    came = {
        key: count + learnt.shares.get(key, 0)
        for key, count in (dict.fromkeys(learnt.shares, 0) | dict(lately)).items()
        if key[0] in learnt.categories
    }
    total = sum(came.values())
    if not total:
        return Flow({}, [])
    shares = {key: count / total for key, count in came.items()}
    for code, back in learnt.returning.items():
        of_code = sum(share for key, share in shares.items() if key[0] == code)
        if back * of_code > 0:
            shares[code, PriorityClass.TRANSFERRED] = back * of_code
    rate = sum(lately.values()) / span
    if not learnt.pattern:
        return Flow(shares, _steady(rate, day.breaks(None)))
    midnight = _seconds_of_day(day.now, rules)
    usual = _mean_rate(learnt.pattern, midnight - span, midnight)
    level = (rate * span + _DAYS_WEIGHT) / (usual * span + _DAYS_WEIGHT)
    first = int(midnight // QUARTER)
    return Flow(
        shares,
        [
            ((quarter + 1) * QUARTER - midnight, level * learnt.pattern[quarter])
            for quarter in range(first, QUARTERS)
        ],
    )


def _steady(rate: float, breaks: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The same rate all the time, and nobody in a break until shortly before its end."""
    pieces: list[tuple[float, float]] = []
    for start, end in breaks:
        pieces.append((start, rate))
        pieces.append((max(start, end - BEFORE_OPENING.total_seconds()), 0.0))
    return [*pieces, (_FOREVER, rate)]


def _seconds_of_day(now: datetime, rules: HallRules) -> float:
    local = now.astimezone(rules.zone)
    return local.hour * 3600 + local.minute * 60 + local.second


def _mean_rate(pattern: Sequence[float], start: float, end: float) -> float:
    """The mean of the pattern between two times of the day."""
    step = 60.0
    count = max(1, int((end - start) / step))
    places = (int((start + (each + 0.5) * step) // QUARTER) for each in range(count))
    return sum(pattern[min(max(place, 0), QUARTERS - 1)] for place in places) / count
