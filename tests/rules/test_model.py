"""The real engine against `plain_model`, over every command in every order Hypothesis can think of."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.halls import MORNING, PRINTER, memory_hall, small_settings, sqlite_hall, verified_rows
from tests.rules.plain_model import FRONT_FIRST, Choices, ModelTicket
from tests.rules.plain_windows import Model
from yichuang.clock import FixedClock
from yichuang.config import STORE_FILE, Settings
from yichuang.errors import QueueRefusal
from yichuang.queue.desk import Done
from yichuang.queue.event import Entry, EventKind
from yichuang.queue.ports import Records
from yichuang.queue.service import Hall
from yichuang.queue.ticket import Ticket
from yichuang.store.memory import InMemoryStore

WINDOWS = st.sampled_from([1, 1, 1, 2, 2, 2, 3, 3, 3, 9])
CATEGORIES = st.sampled_from(["tax", "tax", "tax", "police", "police", "unserved", "nowhere"])
PICKS = st.integers(0, 9)
REASONS = st.sampled_from(["未到", "走开了", "", "  "])
AT_BUSY = st.sampled_from(
    [
        "start",
        "start",
        "start",
        "finish",
        "finish",
        "finish",
        "recall",
        "pass_",
        "pass_",
        "hold",
        "undo",
        "cancel",
        "transfer to window",
        "transfer to category",
        "there and back",
    ]
)
DUTY = st.sampled_from(
    ["open_window", "open_window", "resume_window", "pause_window", "close_window"]
)
KINDS = st.sampled_from(["free", "kept", "outside"])
LISTS = st.lists(st.sampled_from(["tax", "police", "unserved"]), max_size=3, unique=True)
CHOICES = st.builds(
    Choices,
    policy=st.sampled_from(["fifo", "alternating", "accumulating", "accumulating"]),
    front_calls=st.integers(1, 3),
    calls=st.sampled_from([1, 1, 2, 3]),
    gap=st.sampled_from([0, 0, 20]),
)
"""What the hall has chosen."""

ANY = st.sampled_from(["recall", "start", "finish", "pass_", "hold", "undo"])


class EngineAgainstModel(RuleBasedStateMachine):
    """Both halls get the same commands at the same times; they must agree after each."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.clock = FixedClock(MORNING)
        self.dates = {MORNING.date()}
        self.last_seq = 0
        self.seen: Counter[EventKind] = Counter()
        self.called: list[str] = []

    def open(self, chosen: Settings) -> Hall:
        """The hall under test."""
        return memory_hall(self.clock, chosen)

    def teardown(self) -> None:
        """Let the hall and its loop go."""
        if hasattr(self, "hall"):
            self.run_now(self.hall.close())
        self.loop.close()

    def run_now(self, command: Coroutine[Any, Any, Any]) -> Any:
        """Run one command of the hall to its end."""
        return self.loop.run_until_complete(command)

    def both(self, command: str, *arguments: Any, **named: Any) -> None:
        """Give a command to both; they must say the same."""
        expected = self.model.do(self.clock.now(), command, *arguments, *named.values())
        _done, refusal = self.ask(getattr(self.hall, command)(*arguments, **named))
        assert (refusal.code if refusal else None) == expected, (command, arguments, named)

    def ask(self, command: Coroutine[Any, Any, Done]) -> tuple[Done, QueueRefusal | None]:
        """What the command did, or why it was refused, in words that a clerk can use."""
        try:
            return self.run_now(command), None
        except QueueRefusal as error:
            refusal = error
        assert refusal.message
        assert refusal.hint
        assert "{" not in refusal.message + refusal.hint
        return Done(), refusal

    def number(self, pick: int) -> str:
        """One of today's numbers, the later ones more often; sometimes one that nobody has."""
        today = [each.number for each in self.model.state.tickets[-9:]]
        return today[pick] if pick < len(today) else "Z999"

    # --- commands -----------------------------------------------------------------------------

    @initialize(
        choices=CHOICES, categories=st.lists(st.tuples(CATEGORIES, st.booleans()), max_size=8)
    )
    def begin(self, choices: Choices, categories: list[tuple[str, bool]]) -> None:
        self.model = Model(choices)
        dispatch = f'[dispatch]\npolicy = "{choices.policy}"\nfront_calls = {choices.front_calls}\n'
        missed = f"calls = {choices.calls}\ngap_seconds = {choices.gap}"
        self.hall = self.open(small_settings(dispatch + PRINTER, missed=missed))
        for window in (1, 2, 3):
            self.both("open_window", window)
        for category, is_priority in categories:
            self.issue(category, is_priority)

    @rule(category=CATEGORIES, is_priority=st.booleans())
    def issue(self, category: str, is_priority: bool) -> None:
        self.issue_on_a_route(category, [], is_priority)

    @rule(category=CATEGORIES, route=LISTS, is_priority=st.booleans())
    def issue_on_a_route(self, category: str, route: list[str], is_priority: bool) -> None:
        code = self.model.do(self.clock.now(), "issue", category, is_priority, list(route))
        chosen = "priority" if is_priority else "ordinary"
        done, refusal = self.ask(
            self.hall.issue(category=category, priority_class=chosen, route=tuple(route))
        )
        assert (refusal.code if refusal else None) == code
        if done.ticket is not None:
            issued = self.model.state.tickets[-1]
            assert done.ticket.number == issued.number
            assert done.ticket.ahead == self.model.ahead(issued)

    @rule(count=st.integers(2, 5), category=st.sampled_from(["tax", "police"]))
    def issue_many(self, count: int, category: str) -> None:
        for _each in range(count):
            self.issue(category, False)

    @rule(window=WINDOWS)
    def call_next(self, window: int) -> None:
        self.both("call_next", window)

    @rule(pick=PICKS, how=AT_BUSY, category=CATEGORIES, other=WINDOWS, kind=KINDS)
    def go_on(self, pick: int, how: str, category: str, other: int, kind: str) -> None:
        """A step with a ticket that some window has; the window calls first when none has one."""
        hands = sorted(self.model.state.hands)
        window = hands[pick % len(hands)] if hands else 1 + pick % 3
        if not hands:
            self.both("call_next", window)
        if how.startswith("t"):
            and_back = how == "there and back"
            to_window, to_category = (None, category) if how.endswith("category") else (other, None)
            self.both(
                "transfer",
                window,
                to_window=to_window,
                to_category=to_category,
                and_back=and_back,
            )
        elif how == "pass_":
            self.both(how, window, reason="走开了")
        elif how == "hold":
            self.both(how, window, kind=kind, reason="走开了")
        elif how == "cancel":
            ticket = self.model.state.hands.get(window)
            self.both("cancel", ticket.number if ticket else "Z999", reason=None)
        else:
            self.both(how, window)

    @rule(window=WINDOWS, command=DUTY, reason=REASONS)
    def duty(self, window: int, command: str, reason: str) -> None:
        if command == "pause_window":
            self.both(command, window, reason=reason)
        else:
            self.both(command, window)

    @rule(window=WINDOWS, command=ANY, reason=REASONS)
    def anything_anywhere(self, window: int, command: str, reason: str) -> None:
        if command == "pass_":
            self.both(command, window, reason=reason)
        elif command == "hold":
            self.both(command, window, kind="free", reason=reason)
        else:
            self.both(command, window)

    @rule(window=WINDOWS, pick=PICKS, command=st.sampled_from(["call", "resume"]))
    def fetch(self, window: int, pick: int, command: str) -> None:
        self.both(command, window, self.number(pick))

    @rule(pick=PICKS, command=st.sampled_from(["reprint", "cancel", "reinstate"]))
    def at_the_entrance(self, pick: int, command: str) -> None:
        named = {"reason": "走了"} if command == "cancel" else {}
        self.both(command, self.number(pick), **named)

    @rule(
        window=WINDOWS,
        pick=PICKS,
        how=st.sampled_from(["reinstate", "call", "resume", "resume", "wake", "wake"]),
    )
    def bring_back(self, window: int, pick: int, how: str) -> None:
        state = "passed" if how in ("reinstate", "call") else "held"
        number = self.one_of(state, pick)
        if how in ("reinstate", "wake"):
            self.both(how, number)
        else:
            self.both(how, window, number)

    def one_of(self, state: str, pick: int) -> str:
        """A number in that state."""
        found = [each.number for each in self.model.state.tickets if each.state == state]
        return found[pick % len(found)] if found else "Z999"

    @rule(pick=PICKS, how=st.sampled_from(["pin", "pin", "unpin"]), reason=REASONS)
    def put_first(self, pick: int, how: str, reason: str) -> None:
        if how == "pin":
            expected = self.model.do(
                self.clock.now(), "pin", number := self.one_of("waiting", pick), reason
            )
            _done, refusal = self.ask(self.hall.pin(number, reason=reason, actor="主任"))
            assert (refusal.code if refusal else None) == expected
            return
        pinned = [each for each in self.model.state.tickets if each.at.cls == "pinned"]
        self.both("unpin", pinned[-1].number if pinned else self.one_of("waiting", pick))

    @rule(pick=PICKS, category=CATEGORIES, window=WINDOWS, by_window=st.booleans())
    def reroute(self, pick: int, category: str, window: int, by_window: bool) -> None:
        to_category, to_window = (None, window) if by_window else (category, None)
        number = self.one_of("waiting", pick)
        self.both("reroute", number, to_category=to_category, to_window=to_window)

    @rule(window=WINDOWS, own=st.none() | LISTS, helps=LISTS)
    def assign(self, window: int, own: list[str] | None, helps: list[str]) -> None:
        self.both("assign_window", window, categories=own, helps=helps)

    @rule(on=st.booleans(), reason=REASONS)
    def surge(self, on: bool, reason: str) -> None:
        self.both("set_surge", on, reason=reason)

    @rule(window=WINDOWS)
    def undo(self, window: int) -> None:
        self.both("undo", window)

    @rule(window=st.sampled_from([1, 2, 3]), other=st.sampled_from([1, 2, 3]))
    def missed_here_called_there(self, window: int, other: int) -> None:
        """Passed, reinstated and called elsewhere: a way that random steps seldom find."""
        ticket = self.model.state.hands.get(window)
        self.both("pass_", window, reason="未到")
        if ticket is not None:
            self.both("reinstate", ticket.number)
            self.both("call", other, ticket.number)
            self.both("pass_", other, reason="未到")
        self.both("undo", window)

    @rule(window=st.sampled_from([1, 2, 3]), step=st.sampled_from(["finish", "pass_", "none"]))
    def undo_over_midnight(self, window: int, step: str) -> None:
        if step == "finish":
            self.both("start", window)
            self.both("finish", window)
        elif step == "pass_":
            self.both("pass_", window, reason="未到")
        self.clock.advance(timedelta(days=1))
        self.issue("tax", False)
        self.clock.advance(timedelta(days=-1))
        self.both("undo", window)

    # --- time ---------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 5, 29, 31, 600, 4 * 3600]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    @rule(seconds=st.sampled_from([1, 3, 40, 3600, 26 * 3600]))
    def clock_goes_back(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=-seconds))

    @rule(days=st.sampled_from([1, 1, 3]))
    def day_changes(self, days: int) -> None:
        self.clock.advance(timedelta(days=days))

    # --- agreement ----------------------------------------------------------------------------

    @invariant()
    def agrees(self) -> None:
        state = self.model.state
        self.dates |= {each.day for each in state.tickets}
        tickets, waiting, hands, windows, papers, entries = self.run_now(
            self.hall.store.read(self.look)
        )
        self.last_seq += len(entries)
        self.seen.update(entry.event.kind for entry in entries)
        self.called += [
            entry.event.data["number"]
            for entry in entries
            if entry.event.kind is EventKind.TICKET_CALLED
        ]
        assert {_facts(each) for each in tickets} == {
            (
                each.day,
                each.number,
                each.state,
                each.at.category,
                each.at.cls,
                each.at.target,
                tuple(each.route),
                each.hold,
                each.visits[-1].window if each.visits and each.state != "waiting" else None,
                each.calls,
                each.visits[-1].counted if each.visits and each.state != "waiting" else 0,
                each.reinstated,
                each.reason,
            )
            for each in state.tickets
        }
        # Nobody is lost, nobody is there twice: one row a visitor, each number once a day.
        assert (
            len(tickets)
            == len(state.tickets)
            == len({(t.business_date, t.number) for t in tickets})
        )
        assert waiting == [
            each.number for each in sorted(state.tickets, key=_in_line) if each.state == "waiting"
        ]
        assert hands == {window: ticket.number for window, ticket in state.hands.items()}
        assert windows == state.windows
        assert papers == state.papers
        assert self.called == state.calls
        assert self.seen[EventKind.CLOCK_WENT_BACK] == state.clock_reports
        assert self.seen[EventKind.DAY_TURNED] == state.days_turned

    def look(
        self, records: Records
    ) -> tuple[list[Ticket], list[str], dict[int, str], dict[int, str], int, list[Entry]]:
        """Everything that is compared, at one moment."""
        dates = sorted(self.dates)
        active = records.active()
        assert len({each.window for each in active}) == len(active)
        return (
            [each for day in dates for each in records.in_state(day, None, 1000)],
            [each.number for day in dates for each in records.waiting(day, 1000)],
            {each.window: each.number for each in active if each.window is not None},
            {number: str(records.window(number).state) for number in (1, 2, 3)},
            len(records.print_jobs(1000)),
            records.entries(self.last_seq, 1000),
        )

    @invariant()
    def journal_holds(self) -> None:
        assert self.verified() == self.last_seq

    def verified(self) -> int:
        """The journal's rows, its chain checked."""
        assert isinstance(self.hall.store, InMemoryStore)
        return self.hall.store.verify()[0]


class SqliteAgainstModel(EngineAgainstModel):
    """The same over the SQLite file."""

    def open(self, chosen: Settings) -> Hall:
        """A hall in a new file."""
        self.folder = Path(tempfile.mkdtemp())
        hall: Hall = self.run_now(sqlite_hall(self.folder, self.clock, chosen))
        return hall

    def verified(self) -> int:
        """The journal's rows, read by another connection."""
        return verified_rows(self.folder / STORE_FILE)

    def teardown(self) -> None:
        """Take the file away too."""
        super().teardown()
        shutil.rmtree(self.folder)


class LongDay:
    """Hundreds of steps of which most succeed, drawn by a seed: what short runs of chance do not reach."""

    def __init__(self, seed: int, machine: EngineAgainstModel) -> None:
        self.chance = random.Random(seed)
        self.machine = machine
        self.machine.begin(
            Choices(
                policy=self.chance.choice(["fifo", "alternating", "accumulating"]),
                front_calls=self.chance.randint(1, 3),
                calls=self.chance.choice([1, 1, 2]),
                gap=self.chance.choice([0, 0, 20]),
            ),
            [],
        )

    def run(self, steps: int) -> None:
        """Play, comparing after each step, and close."""
        for _each in range(steps):
            self.step()
            self.machine.agrees()
        self.machine.journal_holds()
        self.machine.teardown()

    def step(self) -> None:
        """One thing that may well happen now."""
        machine, chance = self.machine, self.chance
        window, other = chance.sample([1, 2, 3], 2)
        pick, category = chance.randrange(10), chance.choice(["tax", "tax", "police", "unserved"])
        busy = machine.model.state.hands
        what = chance.random()
        if what < 0.06:
            self.time_goes()
        elif what < 0.3:
            route = chance.choice([[], [], [], ["police"], ["tax", "police"]])
            machine.issue_on_a_route(category, [e for e in route if e != category], pick < 3)
        elif what < 0.4:
            machine.bring_back(window, pick, chance.choice(["reinstate", "call", "resume", "wake"]))
        elif what < 0.44:
            machine.put_first(pick, chance.choice(["pin", "unpin"]), "急事")
        elif what < 0.47:
            machine.reroute(pick, category, other, pick < 5)
        elif what < 0.53:
            self.duty(window, pick)
        elif window not in busy:
            machine.both("open_window", window)
            machine.both("resume_window", window)
            machine.call_next(window)
        else:
            self.at_a_window(window, other, category)
        if chance.random() < 0.12:
            machine.undo(chance.randint(1, 3))

    def time_goes(self) -> None:
        """On, mostly."""
        way = self.chance.random()
        if way < 0.85:
            self.machine.time_passes(self.chance.choice([5, 20, 29, 120, 600, 1200]))
        elif way < 0.95:
            self.machine.clock_goes_back(self.chance.choice([1, 40, 3600]))
        else:
            self.machine.day_changes(1)

    def duty(self, window: int, pick: int) -> None:
        """A window closes or pauses or is re-assigned, or a surge begins or ends."""
        chance = self.chance
        lists = [["tax"], ["police"], ["tax", "police"], ["unserved", "police"], []]
        if pick < 3:
            self.machine.duty(window, "close_window", "")
        elif pick < 5:
            self.machine.duty(window, "pause_window", "用餐")
        elif pick < 8:
            own = chance.choice([*lists, None])
            self.machine.assign(window, own, list(chance.choice(lists)))
        else:
            self.machine.surge(pick == 8, "年审")

    def at_a_window(self, window: int, other: int, category: str) -> None:
        """The next step with the ticket that the window has."""
        chance, both = self.chance, self.machine.both
        is_served = self.machine.model.state.hands[window].state == "serving"
        what = chance.random()
        if what < 0.1:
            both("hold", window, kind=chance.choice(["free", "kept", "outside"]), reason="缺材料")
        elif what < 0.28:
            to_window, to_category = (other, None) if what < 0.19 else (None, category)
            back = chance.random() < 0.5
            both(
                "transfer",
                window,
                to_window=to_window,
                to_category=to_category,
                and_back=back,
            )
        elif is_served:
            both("finish", window)
        elif what < 0.55:
            both("start", window)
            both("finish", window)
        elif what < 0.75:
            both("start", window)
        else:
            self.machine.time_passes(20)
            both("recall", window)
            self.machine.time_passes(20)
            both("pass_", window, reason="未到")


@pytest.mark.parametrize("seed", range(30))
def test_long_days(seed: int) -> None:
    LongDay(seed, EngineAgainstModel()).run(250)


@pytest.mark.parametrize("seed", range(100, 103))
def test_long_days_on_a_file(seed: int) -> None:
    LongDay(seed, SqliteAgainstModel()).run(200)


def test_a_clock_corrected_and_then_put_back() -> None:
    """A second back, which is not reported, and then by far: the same visitor is first for both."""
    machine = EngineAgainstModel()
    machine.begin(Choices(policy="fifo"), [("police", False)])
    machine.clock_goes_back(1)
    machine.issue("tax", True)
    machine.issue("police", True)
    for seconds in (26 * 3600, 40):
        machine.clock_goes_back(seconds)
        machine.issue("tax", False)
    for window in (2, 3):
        machine.call_next(window)
        machine.agrees()
    assert machine.called == ["B001", "A001"]
    machine.teardown()


def _facts(ticket: Ticket) -> tuple[object, ...]:
    return (
        ticket.business_date,
        ticket.number,
        str(ticket.state),
        ticket.category,
        str(ticket.priority_class),
        ticket.target_window,
        ticket.route,
        str(ticket.hold) if ticket.hold else None,
        ticket.window,
        ticket.calls,
        ticket.counted,
        ticket.reinstated,
        ticket.reason,
    )


def _in_line(ticket: ModelTicket) -> tuple[object, ...]:
    place = ticket.at
    return (ticket.day, FRONT_FIRST.index(place.cls), place.order, place.entry)


_SETTINGS = settings(
    deadline=None,
    stateful_step_count=60,
    # A failing day of sixty steps is read as it is: making it small takes minutes.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

TestEngineAgainstModel = EngineAgainstModel.TestCase
TestEngineAgainstModel.settings = settings(_SETTINGS, max_examples=150)

TestSqliteAgainstModel = SqliteAgainstModel.TestCase
TestSqliteAgainstModel.settings = settings(_SETTINGS, max_examples=15)
