"""Who may ask for what: the whole matrix, against a table that is written out here."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from tests.halls import MORNING
from yichuang.clock import FixedClock
from yichuang.errors import NotPermitted, NotYourPost, SignedOutSince
from yichuang.queue import command as commands
from yichuang.queue.people import command as people
from yichuang.queue.people.actor import HOST, Actor, ActorKind
from yichuang.queue.people.post import OnDuty
from yichuang.queue.people.role import STAFF_ROLES, Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.permission import MAY, OF_ONE_POST, may_ask, permit
from yichuang.queue.ports import Memory, Records
from yichuang.queue.rulebook import RULES
from yichuang.queue.service import Hall
from yichuang.store.memory import InMemoryStore

COLUMNS = ("clerk", "guide", "supervisor", "observer", "administrator", "post")

TABLE = """
IssueTicket          clerk guide supervisor - - post
ReprintTicket        clerk guide supervisor - - post
CheckIn              clerk guide supervisor - - post
RateTicket           clerk guide supervisor - - post
RetryPrint           clerk guide supervisor - - -
WakeTicket           clerk guide supervisor - - -
ReinstateTicket      clerk guide supervisor - - -
BookAppointment      clerk guide supervisor - - -
CancelAppointment    clerk guide supervisor - - -
CancelTicket         - guide supervisor - - -
RerouteTicket        - guide supervisor - - -
NoteAbsences         - guide supervisor - - -
ImportAppointments   - guide supervisor - administrator -
PinTicket            - - supervisor - - -
UnpinTicket          - - supervisor - - -
AssignWindow         - - supervisor - - -
SetSurge             - - supervisor - - -
CloseDay             - - supervisor - - -
OpenWindow           clerk - supervisor - - -
PauseWindow          clerk - supervisor - - -
ResumeWindow         clerk - supervisor - - -
CloseWindow          clerk - supervisor - - -
CallNext             clerk - - - - -
CallChosen           clerk - - - - -
Recall               clerk - - - - -
Start                clerk - - - - -
Finish               clerk - - - - -
Pass                 clerk - - - - -
Hold                 clerk - - - - -
Resume               clerk - - - - -
Transfer             clerk - - - - -
Undo                 clerk - - - - -
TestDevice           clerk guide supervisor - administrator -
MuteDevice           - - supervisor - administrator -
NoteDevice           - - - - - -
ImportItems          - - - - administrator -
DraftSettings        - - - - administrator -
KeepSettings         - - - - administrator -
NoteSettings         - - - - - -
SaveItem             - - - - administrator -
RetireItem           - - - - administrator -
UndoItemChange       - - - - administrator -
SaveStaff            - - - - administrator -
SetPin               clerk guide supervisor observer administrator -
AddKey               - - - - administrator -
RemoveKey            - - - - administrator -
NamePost             - - supervisor - administrator -
AllowUnqualified     - - supervisor - - -
TakePost             clerk - - - - -
LeavePost            clerk - supervisor - - -
SetWhereabouts       clerk guide supervisor observer administrator -
NoteSignIn           - - - - - -
NoteSignOut          - - - - - -
NoteWrongPin         - - - - - -
PrintSheet           - guide supervisor - administrator -
NoteAlerts           - - - - - -
AcknowledgeAlert     - - supervisor - - -
OpenSupervision      - - supervisor - - -
AnswerSupervision    clerk guide supervisor observer administrator -
CloseSupervision     - - supervisor - - -
BroadcastNotice      - - supervisor - - -
WithdrawNotice       - - supervisor - - -
RecordIncident       clerk guide supervisor - - -
"""
"""What each may ask for himself, and at the window where that one is signed in."""

OTHERS = """
SetPin               - - supervisor - administrator -
SetWhereabouts       - guide supervisor - - -
LeavePost            - - supervisor - - -
TakePost             - - - - - -
"""
"""What each may ask for somebody else."""

ELSEWHERE = """
OpenWindow           - - supervisor - - -
PauseWindow          - - supervisor - - -
ResumeWindow         - - supervisor - - -
CloseWindow          - - supervisor - - -
CallNext             - - - - - -
CallChosen           - - - - - -
Recall               - - - - - -
Start                - - - - - -
Finish               - - - - - -
Pass                 - - - - - -
Hold                 - - - - - -
Resume               - - - - - -
Transfer             - - - - - -
Undo                 - - - - - -
"""
"""What each may ask of a window where that one is not signed in."""

ALL = {each.__name__: each for each in get_args(commands.Command)}
NOBODYS = 99
WINDOWS = {role.value: number for number, role in enumerate(STAFF_ROLES, 1)}
"""The window where somebody of each role is signed in, for the matrix."""


def rows(table: str) -> dict[str, set[str]]:
    """Who may, by the command's name."""
    found = {}
    for line in table.strip().splitlines():
        name, *cells = line.split()
        assert len(cells) == len(COLUMNS), line
        assert all(cell in ("-", column) for cell, column in zip(cells, COLUMNS, strict=True)), line
        assert name not in found
        found[name] = set(cells) - {"-"}
    return found


def asked(kind: type[Any], *, window: int = NOBODYS, badge: str = "somebody") -> Any:
    """Some command of that kind; nothing but these two matters to who may ask for it."""
    facts = {"window": window, "badge": badge, "number": "A001"}
    return kind(*(facts.get(field) for field in kind._fields))


def badge_of(column: str) -> str:
    """The badge number of who has that one role."""
    return f"of-{column}"


def actor_of(column: str) -> Actor:
    """Who asks, by the table's column."""
    if column == "post":
        return Actor(ActorKind.POST, "kiosk")
    return Actor(ActorKind.STAFF, badge_of(column), "127.0.0.1")


def fill(memory: Memory) -> None:
    """Somebody for each role, each signed in at a window, and somebody else."""
    memory.save_staff(Staff("somebody", "另一人", (Role.CLERK,)))
    memory.save_staff(Staff("chief", "另一管理员", (Role.ADMINISTRATOR,)))
    for role in STAFF_ROLES:
        badge = badge_of(role.value)
        memory.save_staff(Staff(badge, role.label, (role,)))
        memory.save_on_duty(WINDOWS[role.value], OnDuty(WINDOWS[role.value], badge, MORNING))


@pytest.fixture
async def store(clock: FixedClock) -> InMemoryStore:
    """A memory with somebody of each role."""
    store = InMemoryStore(clock)
    await store.transact(fill)
    return store


async def who_may(store: InMemoryStore, kind: type[Any], *, own: bool, badge: str = "") -> set[str]:
    """The columns that the rules let pass; every refusal is one of those of roles and posts."""

    def look(records: Records) -> set[str]:
        passed = set()
        for column in COLUMNS:
            window = WINDOWS.get(column, NOBODYS) if own else NOBODYS
            other = badge or "somebody"
            command = asked(kind, window=window, badge=badge_of(column) if own else other)
            try:
                permit(records, actor_of(column), command)
            except (NotPermitted, NotYourPost):
                continue
            passed.add(column)
        return passed

    return await store.read(look)


def test_every_command_has_its_row_here_and_there() -> None:
    assert set(rows(TABLE)) == set(ALL), "a command without a row may be asked by nobody knows whom"
    assert set(MAY) == set(ALL.values())
    assert set(RULES) == set(ALL.values())
    assert {kind.__name__ for kind in OF_ONE_POST} == set(rows(ELSEWHERE))


@pytest.mark.parametrize("name", ALL)
async def test_the_matrix(store: InMemoryStore, name: str) -> None:
    assert await who_may(store, ALL[name], own=True) == rows(TABLE)[name]


@pytest.mark.parametrize("name", rows(OTHERS))
async def test_what_is_asked_for_somebody_else(store: InMemoryStore, name: str) -> None:
    assert await who_may(store, ALL[name], own=False) == rows(OTHERS)[name]


async def test_an_administrators_pin_is_reset_by_an_administrator(store: InMemoryStore) -> None:
    assert await who_may(store, people.SetPin, own=False, badge="chief") == {"administrator"}


@pytest.mark.parametrize("name", rows(ELSEWHERE))
async def test_what_is_asked_of_another_window(store: InMemoryStore, name: str) -> None:
    """Nobody is signed in at that one; a colleague is at the next."""
    assert await who_may(store, ALL[name], own=False) == rows(ELSEWHERE)[name]

    def at_a_colleagues(records: Records) -> None:
        clerk = actor_of("clerk")
        permit(records, clerk, asked(ALL[name], window=WINDOWS["guide"]))

    with pytest.raises(NotYourPost) as caught:
        await store.read(at_a_colleagues)
    assert badge_of("guide") in caught.value.message


@pytest.mark.parametrize("name", ALL)
async def test_the_host_may_do_all(store: InMemoryStore, name: str) -> None:
    await store.read(lambda records: permit(records, HOST, asked(ALL[name])))


@pytest.mark.parametrize("name", ALL)
async def test_who_has_no_role_may_do_nothing(store: InMemoryStore, name: str) -> None:
    def look(memory: Memory) -> None:
        memory.save_staff(Staff("nothing", "无"))
        with pytest.raises(NotPermitted):
            permit(memory, Actor(ActorKind.STAFF, "nothing"), asked(ALL[name], badge="nothing"))

    await store.transact(look)


async def test_roles_add_up(store: InMemoryStore) -> None:
    def work(memory: Memory) -> None:
        memory.save_staff(Staff("both", "一人两职", (Role.CLERK, Role.SUPERVISOR)))
        both = Actor(ActorKind.STAFF, "both")
        permit(memory, both, asked(commands.PinTicket))
        permit(memory, both, asked(commands.PauseWindow, window=WINDOWS["clerk"]))
        with pytest.raises(NotYourPost):
            permit(memory, both, asked(commands.CallNext, window=WINDOWS["clerk"]))
        memory.save_on_duty(7, OnDuty(7, "both", MORNING))
        permit(memory, both, asked(commands.CallNext, window=7))

    await store.transact(work)


@pytest.mark.parametrize("name", ALL)
async def test_the_keys_that_a_screen_shows_are_those_of_the_matrix(name: str) -> None:
    for role in STAFF_ROLES:
        shown = may_ask(Staff("1", "甲", (role,)), ALL[name])
        assert shown is (role.value in rows(TABLE)[name])
        assert not may_ask(Staff("1", "甲", (role,), active=False), ALL[name])


# --- through the hall: every command meets the one check -------------------------------------------


async def seq(hall: Hall) -> int:
    """The last row of the journal."""
    latest = await hall.store.read(lambda records: records.latest())
    return latest.seq if latest else 0


@pytest.mark.parametrize("name", ALL)
async def test_no_command_goes_round_the_check(hall: Hall, name: str) -> None:
    await hall.people.save(Staff("9", "没有角色"))
    before = await seq(hall)
    stranger = hall.acting(Actor(ActorKind.STAFF, "404"))
    with pytest.raises(SignedOutSince):
        await stranger.do(asked(ALL[name]))
    with pytest.raises(NotPermitted) as caught:
        await hall.acting(Actor(ActorKind.STAFF, "9")).do(asked(ALL[name]))
    assert caught.value.message
    assert caught.value.hint
    assert await seq(hall) == before, "what was refused is no event"


async def test_the_post_of_a_kiosk_issues_and_does_not_call(hall: Hall) -> None:
    kiosk = hall.acting(Actor(ActorKind.POST, "kiosk:kiosk1"))
    assert (await kiosk.issue(category="tax")).ticket
    with pytest.raises(NotPermitted):
        await kiosk.call_next(1)
    with pytest.raises(NotPermitted):
        await kiosk.people.reset_pin("9", reason="试试")


async def test_roles_count_as_they_are_now(hall: Hall) -> None:
    """Whoever loses a role in the middle of a session has lost it with the next key."""
    supervisor = Staff("7", "督查员", (Role.SUPERVISOR,))
    await hall.people.save(supervisor)
    mine = hall.acting(Actor(ActorKind.STAFF, "7"))
    await mine.set_surge(True, reason="人多")
    await hall.people.save(supervisor._replace(roles=(Role.OBSERVER,)))
    with pytest.raises(NotPermitted) as caught:
        await mine.set_surge(False)
    assert Role.SUPERVISOR.label in caught.value.hint
    await hall.people.save(supervisor)
    await mine.set_surge(False)


async def test_who_is_deactivated_may_do_nothing_more_and_leaves_the_window(hall: Hall) -> None:
    clerk = Staff("1", "甲", (Role.CLERK,))
    await hall.people.save(clerk)
    mine = hall.acting(Actor(ActorKind.STAFF, "1"))
    await mine.people.take_post(1, "1")
    await mine.open_window(1)
    await hall.people.save(clerk._replace(active=False))
    with pytest.raises(SignedOutSince) as caught:
        await mine.call_next(1)
    assert "1" in caught.value.message
    assert await hall.people.on_duty(1) is None


async def test_what_is_done_is_journaled_under_the_badge_number(hall: Hall) -> None:
    await hall.people.save(Staff("7", "督查员", (Role.SUPERVISOR,)))
    mine = hall.acting(Actor(ActorKind.STAFF, "7", "10.0.0.5"))
    await mine.set_surge(True, reason="人多", actor="somebody else")
    (entry,) = await hall.entries((await seq(hall)) - 1)
    assert entry.actor == "7"
