"""What clerks do at the windows of `plain_model`: who is next, and what becomes of a call."""

from __future__ import annotations

import copy
import math
from datetime import timedelta

from tests.rules.plain_model import (
    ALL_CATEGORIES,
    FRONT_FIRST,
    HELP_AFTER,
    HELP_LONGER_THAN,
    LATE_NUMBERS,
    OWN,
    RATES,
    RETURNS,
    UNDO_WITHIN,
    ModelTicket,
    PlainHall,
    Refused,
    Visit,
)


class Model(PlainHall):
    """The whole hall."""

    # --- who is next --------------------------------------------------------------------------

    def next_for(self, window: int) -> ModelTicket | None:
        """Who is next here; one that the window just dropped only when nobody else can call it."""
        dropped = self._dropped(window)
        found = self._first(self._contenders(window, dropped), window)
        if found is None and dropped is not None and self._is_left_to(window, dropped):
            found = self._first(self._contenders(window, None), window)
        return found

    def _dropped(self, window: int) -> ModelTicket | None:
        mine = [each for each in self.state.visits if each.window == window]
        if not mine or mine[-1].ending not in ("passed", "waiting") or mine[-1].ended_at is None:
            return None
        is_fresh = abs(self.now - mine[-1].ended_at) < timedelta(minutes=2)
        return mine[-1].ticket if is_fresh else None

    def _is_left_to(self, window: int, ticket: ModelTicket) -> bool:
        """Whether no other window is free to call a ticket that waits for all."""
        return ticket.at.target is not None or not any(
            self.state.windows[other] == "open"
            and other not in self.state.hands
            and self.may_call(other, ticket.at.category)
            and self._dropped(other) is not ticket
            for other in OWN
            if other != window
        )

    def _contenders(self, window: int, without: ModelTicket | None) -> list[ModelTicket]:
        """The first of each line, own before help."""

        def first(line: list[ModelTicket]) -> list[ModelTicket]:
            return [each for each in line if each is not without][:1]

        own, helped = [], []
        for cls in FRONT_FIRST:
            directed = [
                each
                for each in self.state.tickets
                if each.state == "waiting" and each.at.target == window and each.at.cls == cls
            ]
            own += first(sorted(directed, key=lambda each: (each.at.order, each.at.entry)))
            for category in self.own(window):
                own += first(self.waiting(category, cls))
            for category in self.helps(window, surge=self.state.surge):
                helped += first(self.waiting(category, cls))
        if not own:
            return helped
        needy = {
            category
            for category in ALL_CATEGORIES
            if len(self.waiting(category)) > HELP_LONGER_THAN
            or any(
                self.now - each.at.since >= HELP_AFTER
                for each in helped
                if each.at.category == category
            )
        }
        return own + [each for each in helped if each.at.category in needy]

    def _first(self, heads: list[ModelTicket], window: int) -> ModelTicket | None:
        if not heads:
            return None
        ordinary = [each for each in heads if each.at.cls == "ordinary"]
        if self.choices.policy == "alternating" and ordinary:
            mine = [
                each.place.cls
                for each in self.state.visits
                if each.window == window and each.ticket.day == self.state.today
            ]
            latest = mine[-self.choices.front_calls :]
            is_turn = len(latest) == self.choices.front_calls and "ordinary" not in latest
            if is_turn or len(ordinary) == len(heads):
                return min(ordinary, key=_arrival)
        pinned = [each for each in heads if each.at.cls == "pinned"]
        back = [each for each in heads if each.at.cls == "transferred" and each.at.target]
        if pinned or back:
            return min(pinned or back, key=_arrival)
        if self.choices.policy == "fifo":
            return min(heads, key=_arrival)
        if self.choices.policy == "alternating":
            front = [each for each in heads if each.at.cls != "ordinary"]
            return min(front, key=_arrival)
        return min(heads, key=self._gathered)

    def _gathered(self, ticket: ModelTicket) -> tuple[object, ...]:
        waited = max(self.now - ticket.at.since, timedelta(0))
        points = RATES[ticket.at.cls] * waited.total_seconds()
        return (-points, FRONT_FIRST.index(ticket.at.cls), *_arrival(ticket))

    # --- calling ------------------------------------------------------------------------------

    def call_next(self, window: int) -> None:
        """Whose turn it is."""
        self._free_to_call(window)
        ticket = self.next_for(window)
        if ticket is None:
            raise Refused("nothing_waiting")
        self._call(window, ticket)

    def call(self, window: int, number: str) -> None:
        """Out of order, or a little late."""
        self._free_to_call(window)
        ticket = self._must_be(self.find(number), "waiting", "passed")
        if ticket.at.target not in (None, window):
            raise Refused("not_yours")
        if ticket.at.target is None and not self.may_call(window, ticket.at.category):
            raise Refused("not_served_here")
        if ticket.state == "waiting":
            self._call(window, ticket)
            return
        if ticket.reinstated >= RETURNS:
            raise Refused("returns_exhausted")
        since = self.state.visits
        if ticket.visits:
            since = since[[each is ticket.visits[-1] for each in since].index(True) + 1 :]
        if sum(each.place.category == ticket.at.category for each in since) > LATE_NUMBERS:
            raise Refused("too_late")
        ticket.reinstated += 1
        self._call(window, ticket)

    def _call(self, window: int, ticket: ModelTicket) -> None:
        visit = Visit(ticket, window, copy.copy(ticket.at), ticket.state == "passed", self.now)
        ticket.state = "called"
        ticket.visits.append(visit)
        ticket.calls += 1
        self.state.visits.append(visit)
        self.state.hands[window] = ticket
        self.state.calls.append(ticket.number)
        self._step(window, "called", ticket)

    def _seconds_left(self, visit: Visit) -> int:
        gap = self.choices.gap - abs(self.now - visit.counted_at).total_seconds()
        return max(0, math.ceil(gap))

    def recall(self, window: int) -> None:
        """Once more; it counts when it is not too soon."""
        ticket = self._in_hand(window, "called")
        ticket.calls += 1
        visit = ticket.visits[-1]
        if self._seconds_left(visit) == 0:
            visit.counted += 1
            visit.counted_at = self.now
        self._step(window, "recalled", ticket)

    def start(self, window: int) -> None:
        """The visitor came."""
        ticket = self._in_hand(window, "called")
        ticket.state = "serving"
        self._step(window, "started", ticket)

    def finish(self, window: int) -> None:
        """Done, or on to the next stop."""
        ticket = self._in_hand(window, "serving")
        if not ticket.route:
            self._leave(window, ticket, "finished", None)
            return
        place, route = copy.copy(ticket.at), list(ticket.route)
        category, _mark, back = ticket.route.pop(0).partition("@")
        target = int(back) if back else None
        if target is not None and self.state.windows[target] == "closed":
            target = None
        self._let_go(ticket, "finished")
        self._send_on(ticket, category, target)
        step = self._step(window, "forwarded", ticket)
        step.place, step.route, step.visit = place, route, ticket.visits[-1]

    def pass_(self, window: int, reason: str) -> None:
        """The visitor did not come, after enough calls."""
        if not reason.strip():
            raise Refused("reason_missing")
        ticket = self._in_hand(window, "called")
        visit = ticket.visits[-1]
        if visit.counted < self.choices.calls or self._seconds_left(visit):
            raise Refused("pass_too_soon")
        self._leave(window, ticket, "void" if ticket.reinstated >= RETURNS else "passed", reason)

    def hold(self, window: int, kind: str, reason: str | None) -> None:
        """Aside."""
        ticket = self._in_hand(window, "called", "serving")
        ticket.hold = kind
        self._leave(window, ticket, "held", reason)

    def _leave(self, window: int, ticket: ModelTicket, state: str, reason: str | None) -> None:
        self._let_go(ticket, state)
        ticket.state, ticket.reason = state, (reason or "").strip() or None
        ticket.at.target = None
        self._step(window, state, ticket)

    def resume(self, window: int, number: str) -> None:
        """Back here, unless its papers are elsewhere."""
        self._on_duty(window)
        ticket = self._must_be(self.find(number), "held")
        if self._keeper(ticket) not in (None, window):
            raise Refused("kept_elsewhere")
        self._send_on(ticket, ticket.at.category, window)
        self._step(window, "fetched", ticket)

    def transfer(
        self, window: int, to_window: int | None, to_category: str | None, and_back: bool
    ) -> None:
        """To a window or a category, and perhaps back."""
        ticket = self._in_hand(window, "called", "serving")
        category = ticket.at.category
        if to_window is not None:
            if to_window == window:
                raise Refused("same_window")
            self._may_be_sent_to(to_window)
        else:
            assert to_category is not None
            self._served(to_category)
            category = to_category
        ticket.route = [each for each in ticket.route if each != category]
        if and_back:
            ticket.route.insert(0, f"{ticket.at.category}@{window}")
        self._let_go(ticket, "waiting")
        self._send_on(ticket, category, to_window)
        self._step(window, "transferred", ticket)

    # --- taking back --------------------------------------------------------------------------

    def undo(self, window: int) -> None:
        """The window's last step, within thirty seconds."""
        self._on_duty(window)
        step = self.state.last.get(window)
        if step is None or step.ticket is None or step.kind not in _UNDOABLE:
            raise Refused("nothing_to_undo")
        if abs(self.now - step.at) > UNDO_WITHIN:
            raise Refused("undo_too_late")
        ticket = step.ticket
        if ticket.day != self.state.today:
            raise Refused("nothing_to_undo")
        states = {
            "forwarded": ("waiting",),
            "passed": ("passed", "void"),
            "void": ("passed", "void"),
        }
        self._must_be(ticket, *states.get(step.kind, (step.kind,)))
        visit = ticket.visits[-1]
        went_on = step.visit is not None and step.visit is not visit
        if went_on or (ticket.state != "waiting" and visit.window != window):
            raise Refused("nothing_to_undo")
        if step.kind == "called":
            self._uncall(window, ticket)
        else:
            self._empty_handed(window)
            ticket.state, ticket.reason = _UNDOABLE[step.kind], None
            visit.ending, visit.ended_at = "", None
            self.state.hands[window] = ticket
            if step.place is not None:
                step.place.since = ticket.at.since
                ticket.at, ticket.route = copy.copy(step.place), list(step.route)
        self._step(window, "undone", ticket)

    def _uncall(self, window: int, ticket: ModelTicket) -> None:
        visit = ticket.visits.pop()
        self.state.visits = [each for each in self.state.visits if each is not visit]
        del self.state.hands[window]
        ticket.calls -= 1
        ticket.state = "passed" if visit.is_late else "waiting"
        ticket.reinstated -= visit.is_late


def _arrival(ticket: ModelTicket) -> tuple[object, ...]:
    return (ticket.at.since, ticket.at.order, ticket.at.entry)


_UNDOABLE = {
    "called": "waiting",
    "finished": "serving",
    "forwarded": "serving",
    "passed": "called",
    "void": "called",
}
