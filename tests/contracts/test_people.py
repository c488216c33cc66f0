"""People on both stores: what is kept of them, one window a person, and everything undone together."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.contracts.conftest import AnyStore
from tests.contracts.tables import TODAY
from tests.halls import MORNING, small_settings, sqlite_hall
from yichuang.clock import FixedClock
from yichuang.errors import StoreError
from yichuang.queue.people.post import OnDuty, Post
from yichuang.queue.people.role import STAFF_ROLES, Role
from yichuang.queue.people.staff import Pin, SshKey, Staff
from yichuang.queue.people.whereabouts import Whereabouts, WhereaboutsKept
from yichuang.queue.ports import Memory

PERSON = Staff(
    badge="007",
    name="张三丰",
    roles=(Role.CLERK, Role.SUPERVISOR),
    sex="男",
    department="行政审批局",
    post="综合窗口岗",
    duty='受理、出件；"有问必答"',
    phone="0519-88881234",
    photo="photos/007 张.jpg",
    qualified=False,
    skills=("手语", "英语"),
    since=date(2025, 3, 1),
    active=False,
)
"""Somebody of whom nothing is as by default."""

LATER = MORNING + timedelta(hours=3)


def fill(memory: Memory) -> None:
    """Three people, the middle one last."""
    for badge in ("3", "1", "2"):
        memory.save_staff(Staff(badge, f"名{badge}", (Role.CLERK,)))


async def test_everything_about_a_person_is_kept(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        memory.save_staff(PERSON)
        assert memory.staff_member("007") == PERSON
        assert memory.staff_member("7") is None, "leading zeros count"
        changed = Staff("007", "张三", STAFF_ROLES, since=None)
        memory.save_staff(changed)
        assert memory.staff() == [changed]

    await store.transact(work)


async def test_staff_is_told_by_badge_number(store: AnyStore) -> None:
    await store.transact(fill)
    people = await store.read(lambda records: records.staff())
    assert [each.badge for each in people] == ["1", "2", "3"]


async def test_a_pin_is_kept_apart_from_the_person(store: AnyStore) -> None:
    locked = Pin("$argon2id$...", True, 7, LATER)

    def work(memory: Memory) -> None:
        assert memory.pin("1") is None, "an unknown badge number has no PIN, not an empty one"
        fill(memory)
        assert memory.pin("1") == Pin("")
        memory.save_pin("1", locked)
        assert memory.pin("1") == locked
        memory.save_staff(Staff("1", "改名", (Role.GUIDE,)))
        assert memory.pin("1") == locked
        memory.save_pin("1", Pin("$other$"))
        assert memory.pin("1") == Pin("$other$", is_temporary=False, wrong=0, locked_until=None)

    await store.transact(work)


async def test_keys_are_a_persons_or_a_posts(store: AnyStore) -> None:
    first = SshKey("ssh-ed25519 AAAA1", "1", None, "甲的电脑")
    kiosk = SshKey("ssh-ed25519 AAAA2", None, "kiosk:kiosk2", "")

    def work(memory: Memory) -> None:
        fill(memory)
        memory.add_ssh_key(first, MORNING)
        memory.add_ssh_key(kiosk, MORNING)
        assert memory.ssh_keys() == [
            first._replace(added_at=MORNING),
            kiosk._replace(added_at=MORNING),
        ]
        moved = first._replace(badge="2", comment="换人")
        memory.add_ssh_key(moved, LATER)
        assert memory.ssh_key(first.key) == moved._replace(added_at=LATER)
        assert [each.key for each in memory.ssh_keys()] == [first.key, kiosk.key]
        assert memory.remove_ssh_key(first.key)
        assert not memory.remove_ssh_key(first.key)
        assert memory.ssh_key(first.key) is None

    await store.transact(work)


@pytest.mark.parametrize(("badge", "post"), [(None, None), ("1", "kiosk")])
async def test_a_key_of_both_or_of_none_is_refused(
    store: AnyStore, badge: str | None, post: str | None
) -> None:
    await store.transact(fill)
    with pytest.raises(StoreError):
        await store.transact(
            lambda memory: memory.add_ssh_key(SshKey("ssh-ed25519 A", badge, post), MORNING)
        )
    assert await store.read(lambda records: records.ssh_keys()) == []


async def test_posts_keep_the_order_of_those_who_stand_in(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        fill(memory)
        memory.save_post(Post(2, "1", ("3", "2")))
        memory.save_post(Post(1, None, ("2",)))
        assert memory.posts() == [Post(1, None, ("2",)), Post(2, "1", ("3", "2"))]
        memory.save_post(Post(2, "2"))
        memory.save_post(Post(1))
        assert memory.posts() == [Post(2, "2")]

    await store.transact(work)


async def test_somebody_is_on_duty_until_left(store: AnyStore) -> None:
    duty = OnDuty(2, "1", MORNING, "10.0.0.7")

    def work(memory: Memory) -> None:
        fill(memory)
        assert memory.on_duty(2) is None
        memory.save_on_duty(2, duty)
        memory.save_on_duty(1, OnDuty(1, "2", MORNING))
        assert memory.on_duty(2) == duty
        assert [each.window for each in memory.all_on_duty()] == [1, 2]
        memory.save_on_duty(2, OnDuty(2, "3", LATER))
        assert memory.on_duty(2) == OnDuty(2, "3", LATER)
        memory.save_on_duty(2, None)
        memory.save_on_duty(2, None)
        assert [each.badge for each in memory.all_on_duty()] == ["2"]

    await store.transact(work)


async def test_nobody_is_at_two_windows(store: AnyStore) -> None:
    """The memory itself refuses it, whatever the rules do."""

    def first(memory: Memory) -> None:
        fill(memory)
        memory.save_on_duty(1, OnDuty(1, "1", MORNING))

    def second(memory: Memory) -> None:
        memory.save_whereabouts(WhereaboutsKept("2", Whereabouts.ON_TRIP, MORNING))
        memory.save_on_duty(2, OnDuty(2, "1", MORNING))

    await store.transact(first)
    with pytest.raises(StoreError):
        await store.transact(second)
    assert [each.window for each in await store.read(lambda each: each.all_on_duty())] == [1]
    assert await store.read(lambda each: each.whereabouts()) == [], "and nothing else of it remains"


async def test_the_same_window_again_is_no_second_one(store: AnyStore) -> None:
    def work(memory: Memory) -> OnDuty | None:
        fill(memory)
        memory.save_on_duty(1, OnDuty(1, "1", MORNING, "a"))
        memory.save_on_duty(1, OnDuty(1, "1", LATER, "b"))
        return memory.on_duty(1)

    assert await store.transact(work) == OnDuty(1, "1", LATER, "b")


@pytest.mark.parametrize("state", Whereabouts)
async def test_where_somebody_is(store: AnyStore, state: Whereabouts) -> None:
    kept = WhereaboutsKept("1", state, LATER, "下午三点回")

    def work(memory: Memory) -> None:
        fill(memory)
        memory.save_whereabouts(WhereaboutsKept("2", Whereabouts.AT_POST, MORNING))
        memory.save_whereabouts(WhereaboutsKept("1", Whereabouts.AT_POST, MORNING))
        memory.save_whereabouts(kept)
        assert memory.whereabouts()[0] == kept
        assert [each.badge for each in memory.whereabouts()] == ["1", "2"]

    await store.transact(work)


async def test_an_allowance_is_for_one_day(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        fill(memory)
        memory.allow("1", TODAY, "9", "人手不够")
        assert memory.allowance("1", TODAY) == "人手不够"
        assert memory.allowance("1", TODAY + timedelta(days=1)) is None
        assert memory.allowance("1", TODAY - timedelta(days=1)) is None
        assert memory.allowance("2", TODAY) is None
        memory.allow("1", TODAY, "8", "又一次")
        assert memory.allowance("1", TODAY) == "又一次"

    await store.transact(work)


@pytest.mark.parametrize("what", ["pin", "key", "post", "stand_in", "duty", "whereabouts", "allow"])
async def test_nothing_is_kept_of_an_unknown_badge_number(store: AnyStore, what: str) -> None:
    def work(memory: Memory) -> None:
        if what == "pin":
            memory.save_pin("404", Pin("x"))
        elif what == "key":
            memory.add_ssh_key(SshKey("ssh-ed25519 A", "404"), MORNING)
        elif what == "post":
            memory.save_post(Post(1, "404"))
        elif what == "stand_in":
            memory.save_post(Post(1, None, ("404",)))
        elif what == "duty":
            memory.save_on_duty(1, OnDuty(1, "404", MORNING))
        elif what == "whereabouts":
            memory.save_whereabouts(WhereaboutsKept("404", Whereabouts.AT_POST, MORNING))
        else:
            memory.allow("404", TODAY, "9", "原因")

    with pytest.raises(StoreError):
        await store.transact(work)


async def test_everything_is_undone_with_its_transaction(store: AnyStore) -> None:
    def change(memory: Memory) -> None:
        memory.save_staff(PERSON)
        memory.save_pin("1", Pin("new"))
        memory.add_ssh_key(SshKey("ssh-ed25519 NEW", "1"), MORNING)
        memory.remove_ssh_key("ssh-ed25519 OLD")
        memory.save_post(Post(1))
        memory.save_on_duty(1, None)
        memory.save_whereabouts(WhereaboutsKept("1", Whereabouts.ON_LEAVE, LATER))
        memory.allow("1", TODAY, "9", "原因")
        raise LookupError

    def prepare(memory: Memory) -> None:
        fill(memory)
        memory.save_pin("1", Pin("old"))
        memory.add_ssh_key(SshKey("ssh-ed25519 OLD", "1"), MORNING)
        memory.save_post(Post(1, "1", ("2",)))
        memory.save_on_duty(1, OnDuty(1, "1", MORNING))
        memory.save_whereabouts(WhereaboutsKept("1", Whereabouts.AT_POST, MORNING))

    await store.transact(prepare)
    with pytest.raises(LookupError):
        await store.transact(change)

    def look(memory: Memory) -> None:
        assert memory.staff_member("007") is None
        assert memory.pin("1") == Pin("old")
        assert [each.key for each in memory.ssh_keys()] == ["ssh-ed25519 OLD"]
        assert memory.posts() == [Post(1, "1", ("2",))]
        assert memory.on_duty(1) == OnDuty(1, "1", MORNING)
        assert [each.state for each in memory.whereabouts()] == [Whereabouts.AT_POST]
        assert memory.allowance("1", TODAY) is None

    await store.transact(look)


async def test_people_are_there_after_the_file_was_closed(tmp_path: Path) -> None:
    clock = FixedClock(MORNING)
    async with await sqlite_hall(tmp_path, clock) as hall:
        await hall.people.save(PERSON._replace(active=True, qualified=True))
        pin = await hall.people.reset_pin("007", reason="忘了")
        await hall.people.name_post(1, "007")
        await hall.people.take_post(1, "007")
        secret = hall.secret
    async with await sqlite_hall(tmp_path, clock, small_settings()) as hall:
        hall._secret = secret
        person = await hall.people.person("007")
        assert person.staff == PERSON._replace(active=True, qualified=True)
        assert person.duty == OnDuty(1, "007", MORNING)
        assert await hall.people.posts() == [Post(1, "007")]
        signed_in = await hall.people.sign_in("007", pin)
        assert signed_in.must_change
