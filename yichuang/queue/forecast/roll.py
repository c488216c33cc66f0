"""Rolling a scene forward under the hall's own policy, with durations and arrivals drawn by lot."""

from __future__ import annotations

import heapq
import math
import time
from bisect import bisect
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from random import Random

from yichuang.queue.forecast.learning import Learnt, Stay
from yichuang.queue.forecast.scene import Comer, LineKey, Post, Scene
from yichuang.queue.forecast.swift import Asking, Guest, helped, pick_for
from yichuang.queue.rules import HallRules
from yichuang.queue.ticket import PriorityClass

_MOST_CALLS = 2_700
"""Calls of waiting tickets that all replications together may make, about; `sight.LIMIT` tickets need less
in the fewest replications."""

_RUNS = (24, 18, 12, 8, 6, 4)
"""From a short line to a long one: in a long line chance evens out within each replication."""

_BUSY = 60
"""Calls beside those of the waiting tickets: a roll's costs when few wait."""

_CROWD = 200
"""When so many and as many as wait have come, only those who may overtake are looked at further."""

_FURTHEST = 12 * 3600.0
"""Nobody is told more than this; seconds."""

_BEEN_HERE = 15 * 60.0
"""Who comes from another window or a hold counts as waiting since so many seconds before."""

_SOON = 3600.0
"""The roll does not go on for an appointment that may be called only after so many seconds."""

_CLASSES = tuple(PriorityClass)

_Joining = tuple[float, Guest, LineKey]
"""When, who, and where."""

_NOBODY: _Joining = (
    math.inf,
    Guest(math.inf, 0, 0, 0, -1, "", None, None),
    (0, PriorityClass.ORDINARY),
)


def runs_for(tickets: int) -> int:
    """How many replications a scene with so many waiting tickets gets."""
    return next((runs for runs in _RUNS if runs * (tickets + _BUSY) <= _MOST_CALLS), _RUNS[-1])


def give_way() -> None:
    """Let the screens' thread go first: a paper may be on its way."""
    time.sleep(0)


def roll_forward(
    scene: Scene, rules: HallRules, learnt: Learnt, between: Callable[[], None] = give_way
) -> list[list[float]]:
    """For each comer of the scene, in how many seconds it is called, in each replication.

    `math.inf` where it is not called at all. Durations are stratified: over the replications, each ticket has
    each part of its distribution once, in an order of its own (a Latin hypercube), which needs a fraction of
    the replications that free draws would need. `between` is called after each; what it raises ends the roll.

    Left out, because it is rare: that a window is not offered again what it has just passed or sent on.
    """
    hall = _Hall(scene, rules, learnt, runs_for(scene.tickets))
    samples = []
    for run in range(hall.runs):
        samples.append(_Run(hall, run).called)
        between()
    return [list(times) for times in zip(*samples, strict=True)]


class _Hall:
    """What all replications share."""

    def __init__(self, scene: Scene, rules: HallRules, learnt: Learnt, runs: int) -> None:
        self.scene = scene
        self.runs = runs
        self.pick = pick_for(rules.policy, scene.at)
        self.looks_back = rules.policy.looks_back
        self.dispatch = rules.settings.dispatch
        self.random = random = Random(scene.seq)
        scales = [math.exp(learnt.doubt * _normal((run + 0.5) / runs)) for run in range(runs)]
        self.scales = random.sample(scales, runs)
        """Our error in the mean time, another one in each replication."""
        shares = scene.flow.shares
        self.coming = sorted(shares, key=lambda key: key[1] is PriorityClass.ORDINARY)
        self.weights = list(accumulate(shares[key] for key in self.coming))
        front = sum(key[1] is not PriorityClass.ORDINARY for key in self.coming)
        self.overtaking = self.weights[front - 1] if front else 0.0
        """The weight of those, the first of all, who may overtake."""
        self.crowd = scene.tickets + _CROWD
        drawn = {code: stay.values for code, stay in learnt.categories.items()}
        self.drawn: Mapping[str, list[float]] = drawn
        self.lengths = dict.fromkeys(drawn, 0)
        self._sampled: dict[int, list[float]] = {}
        self.guests = [self._guest(place, comer) for place, comer in enumerate(scene.comers)]
        self.free = [self._free(post) for post in scene.posts]
        keys = dict.fromkeys(comer.line for comer in scene.comers)
        keys |= dict.fromkeys((code, each, "") for code, each in self.coming)
        self.keys = list(keys)
        self.own = [dict.fromkeys(k for k in keys if _is_own(post, k)) for post in scene.posts]
        self.helping = [
            dict.fromkeys(key for key in keys if _is_help(post, key)) for post in scene.posts
        ]
        served = {key for lines in (*self.own, *self.helping) for key in lines}
        self.awaited = [each.line in served and each.due < _SOON for each in scene.comers]
        """Whether the roll goes on until it is called."""

    def _guest(self, place: int, comer: Comer) -> Guest:
        head = comer.head
        return Guest(
            since=(head.since - self.scene.at).total_seconds(),
            order=head.line_order,
            entry=head.line_entry,
            rank=head.priority_class.rank,
            place=place,
            category=head.category,
            target=head.target_window,
            stays=self._stratified(comer.stay) if comer.stay else None,
        )

    def _stratified(self, stay: Stay) -> list[float]:
        values = self._sampled.get(id(stay))
        if values is None:
            values = self._sampled[id(stay)] = stay.sampled(self.runs)
        return self.random.sample(values, self.runs)

    def _free(self, post: Post) -> list[float]:
        """When the window is first free, by replication."""
        if post.busy is None:
            return [post.free_in] * self.runs
        return self.random.sample(post.busy.residuals(post.lasted, self.runs), self.runs)


def _is_own(post: Post, key: LineKey) -> bool:
    if len(key) == 2:
        return key[0] == post.duty.window
    return key[0] in post.duty.own and key[2] in post.duty.needs


def _is_help(post: Post, key: LineKey) -> bool:
    return len(key) == 3 and key[0] in post.duty.helps and key[2] in post.duty.help_needs


def _normal(part: float) -> float:
    """A standard normal quantile, near enough: the logistic one, scaled."""
    return math.log(part / (1 - part)) / 1.702


class _Run:
    """One replication."""

    def __init__(self, hall: _Hall, run: int) -> None:
        self._hall = hall
        self._run = run
        self._scale = hall.scales[run]
        scene = hall.scene
        self.called = [math.inf] * len(scene.comers)
        """By comer."""
        self._left = sum(hall.awaited)
        self._lines: dict[LineKey, deque[Guest]] = {key: deque() for key in hall.keys}
        self._lengths = dict(hall.lengths)
        early: list[_Joining] = []
        for comer, guest in zip(scene.comers, hall.guests, strict=True):
            if comer.due > 0:
                early.append((comer.due, guest, comer.line))
            else:
                self._join(guest, comer.line)
        self._early = deque(sorted(early))
        self._own = [[self._lines[key] for key in keys] for keys in hall.own]
        self._helping = [[self._lines[key] for key in keys] for keys in hall.helping]
        self._recent = [deque(post.recent, hall.looks_back) for post in scene.posts]
        self._idle: dict[int, None] = {}
        self._play()

    def _play(self) -> None:
        """Windows that become free, and people who come, in order of time."""
        free = [(times[self._run], post) for post, times in enumerate(self._hall.free)]
        heapq.heapify(free)
        joining = self._joining()
        coming = next(joining)
        at = 0.0
        while self._left and at < _FURTHEST and (free or coming is not _NOBODY):
            if free and free[0][0] <= coming[0]:
                at, post = heapq.heappop(free)
            else:
                at, guest, line = coming
                coming = next(joining)
                self._join(guest, line)
                post = self._woken(line)
                if post < 0:
                    continue
            again = self._call(post, at)
            if again:
                heapq.heappush(free, (again, post))

    def _joining(self) -> Iterator[_Joining]:
        """Who comes into line, in order of time: appointments when due, and newcomers; then nobody."""
        yield from heapq.merge(self._early, self._strangers())
        while True:
            yield _NOBODY

    def _strangers(self) -> Iterator[_Joining]:
        """Those who come from now on: a Poisson process.

        When a crowd has come, no more ordinary ones do: they would stand behind it until the roll is over.
        """
        hall, flow = self._hall, self._hall.scene.flow
        random, weights = hall.random, hall.weights
        at, order = 0.0, hall.scene.order
        full = order + hall.crowd
        everybody = weights[-1] if weights else 0.0
        for until, rate in flow.pieces:
            total = rate * everybody
            while total:
                if order == full:
                    everybody = hall.overtaking
                    total = rate * everybody
                    full = 0
                    continue
                later = at + random.expovariate(total)
                if later >= until:
                    break
                at = later
                order += 1
                mark = bisect(weights, random.random() * everybody)
                code, each = hall.coming[min(mark, len(weights) - 1)]
                since = at - _BEEN_HERE if each is PriorityClass.TRANSFERRED else at
                yield (
                    at,
                    Guest(since, order, order, each.rank, -1, code, None, None),
                    (code, each, ""),
                )
            at = max(at, until)

    def _join(self, guest: Guest, line: LineKey) -> None:
        self._lines[line].append(guest)
        if guest.target is None and (guest.place < 0 or guest.stays is not None):
            self._lengths[guest.category] += 1

    def _woken(self, line: LineKey) -> int:
        """A free window that the line concerns, one whose own it is before others; -1 for none."""
        for keys in (self._hall.own, self._hall.helping):
            for post in self._idle:
                if line in keys[post]:
                    del self._idle[post]
                    return post
        return -1

    def _call(self, post: int, at: float) -> float:
        """Let a free window call; when it is free again, or 0 when it has nobody and waits."""
        while True:
            guest = self._next(post, at)
            if guest is None:
                return self._rest(post, at)
            if guest.place >= 0:
                self.called[guest.place] = at
                self._left -= self._hall.awaited[guest.place]
                if guest.stays is None:
                    continue  # only asked about: the window calls the next at once
                stay = guest.stays[self._run]
            else:
                drawn = self._hall.drawn[guest.category]
                stay = drawn[int(self._hall.random.random() * len(drawn))]
            if guest.target is None:
                self._lengths[guest.category] -= 1
            if self._hall.looks_back:
                self._recent[post].appendleft(_CLASSES[guest.rank])
            return at + stay * self._scale + 1e-6

    def _next(self, post: int, at: float) -> Guest | None:
        """Who is next at the window, taken out of line: own lines, and help lines where they count."""
        hall = self._hall
        lines = [line for line in self._own[post] if line]
        heads = [line[0] for line in lines]
        helping = [line for line in self._helping[post] if line]
        if helping:
            others = [line[0] for line in helping]
            heads += helped(others, hall.dispatch, at, self._lengths) if heads else others
            lines += helping
        if not heads:
            return None
        guest = heads[0]
        if len(heads) > 1:
            is_green = hall.scene.posts[post].duty.is_green
            guest = hall.pick(heads, Asking(at, self._recent[post], is_green))
        for line in lines:
            if line[0] is guest:
                line.popleft()
                break
        return guest

    def _rest(self, post: int, at: float) -> float:
        """Nobody for the window: it waits, or, in a break, until the break is over."""
        for start, end in self._hall.scene.posts[post].breaks:
            if start <= at < end:
                return end
        self._idle[post] = None
        return 0.0
