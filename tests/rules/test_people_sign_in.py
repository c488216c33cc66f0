"""Signing in: what a PIN is, what wrong ones bring about, and what a guesser learns (DESIGN 9)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.halls import MORNING, memory_hall, small_settings
from yichuang.clock import FixedClock
from yichuang.errors import (
    NotPermitted,
    OwnPin,
    PinUnchanged,
    ReasonMissing,
    SignInLocked,
    SignInRefused,
    TooManySignIns,
    UnknownStaff,
    WeakPin,
)
from yichuang.queue.event import Entry, EventKind
from yichuang.queue.people.actor import Actor, ActorKind
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Pin, Staff
from yichuang.queue.personnel import people as people_module
from yichuang.queue.personnel.pin import (
    MOST_DIGITS,
    check_pin,
    draw_pin,
    hash_pin,
    is_pin,
    tidy_pin,
)
from yichuang.queue.service import Hall

BADGE = "1001"
WRONG = "000000"
HERE = "10.0.0.7"


class Verifier:
    """Stands in for Argon2, and counts how often a PIN was compared, and with what."""

    def __init__(self) -> None:
        self.compared: list[str] = []

    def hash(self, _secret: bytes, badge: str, pin: str) -> str:
        """A hash that can be read."""
        return f"{badge}:{pin}"

    def verify(self, kept: str, _secret: bytes, badge: str, pin: str) -> bool:
        """Whether that PIN was hashed so."""
        self.compared.append(kept)
        return bool(kept) and kept == f"{badge}:{pin}"


@pytest.fixture
def verifier(monkeypatch: pytest.MonkeyPatch) -> Verifier:
    """Argon2 takes 30 ms a PIN: where thousands are tried, something quick does."""
    verifier = Verifier()
    monkeypatch.setattr(people_module, "is_pin", verifier.verify)
    monkeypatch.setattr(people_module, "hash_pin", verifier.hash)
    return verifier


@pytest.fixture
async def pin(hall: Hall, verifier: Verifier) -> str:
    """The PIN of a clerk."""
    del verifier
    await hall.people.save(Staff(BADGE, "甲", (Role.CLERK,)))
    return await hall.people.reset_pin(BADGE, reason="新来的")


async def events(hall: Hall, *kinds: EventKind) -> list[Entry]:
    """The events of these kinds."""
    return [each for each in await hall.entries(0) if each.event.kind in kinds]


async def kept_pin(hall: Hall) -> Pin:
    """What the hall keeps of the clerk's PIN."""
    kept = await hall.store.read(lambda records: records.pin(BADGE))
    assert kept is not None
    return kept


async def fail(hall: Hall, times: int, origin: str = "") -> None:
    """Try a wrong PIN so often."""
    for _each in range(times):
        with pytest.raises(SignInRefused):
            await hall.people.sign_in(BADGE, WRONG, origin)


# --- the way in ------------------------------------------------------------------------------------


async def test_the_right_pin_lets_in_and_is_journaled(hall: Hall, pin: str) -> None:
    signed_in = await hall.people.sign_in(f" {BADGE} ", pin, HERE)
    assert (signed_in.staff.badge, signed_in.must_change) == (BADGE, True)
    (entry,) = await events(hall, EventKind.SIGNED_IN)
    assert entry.actor == BADGE
    assert entry.event.data == {"badge": BADGE, "origin": HERE, "by_key": False}
    await hall.people.sign_out(BADGE, HERE, "退出")
    (entry,) = await events(hall, EventKind.SIGNED_OUT)
    assert entry.event.data == {"badge": BADGE, "origin": HERE, "why": "退出"}


async def test_full_width_digits_are_meant_as_digits(hall: Hall, pin: str) -> None:
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in pin)
    assert (await hall.people.sign_in(BADGE, f" {wide[:3]} {wide[3:]} ")).staff.badge == BADGE


async def test_a_given_pin_is_to_be_changed_and_ones_own_is_not(hall: Hall, pin: str) -> None:
    mine = hall.acting(Actor(ActorKind.STAFF, BADGE, HERE))
    with pytest.raises(PinUnchanged):
        await mine.people.change_pin(BADGE, pin, pin)
    with pytest.raises(WeakPin):
        await mine.people.change_pin(BADGE, pin, "123456")
    with pytest.raises(SignInRefused):
        await mine.people.change_pin(BADGE, WRONG, "271828")
    await mine.people.change_pin(BADGE, pin, "271828")
    assert not (await hall.people.sign_in(BADGE, "271828")).must_change
    with pytest.raises(SignInRefused):
        await hall.people.sign_in(BADGE, pin)
    assert len(await events(hall, EventKind.PIN_SET)) == 1


async def test_somebody_elses_pin_is_reset_with_a_reason(hall: Hall, pin: str) -> None:
    with pytest.raises(ReasonMissing):
        await hall.people.reset_pin(BADGE, reason="  ")
    with pytest.raises(UnknownStaff):
        await hall.people.reset_pin("404", reason="忘了")
    clerk = hall.acting(Actor(ActorKind.STAFF, BADGE))
    await hall.people.save(Staff("1002", "乙", (Role.CLERK,)))
    with pytest.raises(NotPermitted):
        await clerk.people.reset_pin("1002", reason="忘了")
    other = await hall.people.reset_pin(BADGE, reason="忘了", actor="9001")
    assert (await hall.people.sign_in(BADGE, other)).must_change
    entry = (await events(hall, EventKind.PIN_RESET))[-1]
    assert (entry.actor, entry.event.data) == ("9001", {"badge": BADGE, "reason": "忘了"})


async def test_nobody_gets_round_his_present_pin(hall: Hall, pin: str) -> None:
    """Whoever finds a supervisor's terminal alone must not leave with a PIN that stays his."""
    await hall.people.save(Staff("9002", "丙", (Role.SUPERVISOR, Role.ADMINISTRATOR)))
    mine = hall.acting(Actor(ActorKind.STAFF, "9002", HERE))
    with pytest.raises(OwnPin):
        await mine.people.reset_pin("9002", reason="忘了")
    assert await events(hall, EventKind.PIN_SET) == []
    await mine.people.reset_pin(BADGE, reason="忘了")


async def test_no_pin_and_no_hash_is_in_the_journal(hall: Hall) -> None:
    """With the real Argon2."""
    await hall.people.save(Staff(BADGE, "甲", (Role.CLERK,)))
    pin = await hall.people.reset_pin(BADGE, reason="新来的")
    await hall.people.sign_in(BADGE, pin)
    with pytest.raises(SignInRefused):
        await hall.people.sign_in(BADGE, "918273")
    told = str([entry.as_json() for entry in await hall.entries(0)])
    kept = await kept_pin(hall)
    assert kept.hash.startswith("$argon2id$")
    for secret in (pin, "918273", kept.hash, "argon2"):
        assert secret not in told


async def test_who_works_here_no_more_is_not_let_in(hall: Hall, pin: str) -> None:
    await hall.people.save(Staff(BADGE, "甲", (Role.CLERK,), active=False))
    with pytest.raises(SignInRefused):
        await hall.people.sign_in(BADGE, pin)
    with pytest.raises(SignInRefused):
        await hall.people.sign_in_by_key(BADGE)
    assert await events(hall, EventKind.SIGNED_IN) == []


async def test_who_has_no_pin_comes_by_key_alone(hall: Hall, verifier: Verifier) -> None:
    await hall.people.save(Staff(BADGE, "甲", (Role.CLERK,)))
    for tried in ("", WRONG):
        with pytest.raises(SignInRefused):
            await hall.people.sign_in(BADGE, tried)
    assert verifier.compared == ["", ""]
    assert not (await hall.people.sign_in_by_key(BADGE, HERE)).must_change
    (entry,) = await events(hall, EventKind.SIGNED_IN)
    assert entry.event.data["by_key"] is True


# --- wrong ones ------------------------------------------------------------------------------------


async def test_the_lock_doubles_up_to_a_day(hall: Hall, pin: str, clock: FixedClock) -> None:
    limits = hall.settings.staff
    await fail(hall, limits.wrong_pins)
    locks: list[float] = []
    while len(locks) < 14:
        kept = await kept_pin(hall)
        assert kept.locked_until is not None
        locks.append((kept.locked_until - clock.now()).total_seconds())
        with pytest.raises(SignInLocked) as caught:
            await hall.people.sign_in(BADGE, pin)
        assert str(round(locks[-1])) in caught.value.message
        clock.advance(timedelta(seconds=locks[-1]))
        await fail(hall, 1)
    assert locks[0] == limits.lock_seconds == 60
    assert [after / before for before, after in pairwise(locks)][:10] == [2] * 10
    assert locks[-3:] == [86400] * 3
    refused = await events(hall, EventKind.SIGN_IN_REFUSED)
    locked = await events(hall, EventKind.SIGN_IN_LOCKED)
    assert (len(refused), len(locked)) == (limits.wrong_pins - 1, 15)
    assert [each.event.data["wrong"] for each in (*refused, *locked)] == list(range(1, 20))
    # Whoever typed it has not proved to be anybody.
    assert {each.actor for each in (*refused, *locked)} == {""}


async def test_a_very_long_row_of_wrong_pins_does_no_harm(hall: Hall, pin: str) -> None:
    def work(memory: Any) -> None:
        memory.save_pin(BADGE, Pin(f"{BADGE}:{pin}", wrong=1_000_000))

    await hall.store.transact(work)
    await fail(hall, 1)
    with pytest.raises(SignInLocked) as caught:
        await hall.people.sign_in(BADGE, pin)
    assert "86400" in caught.value.message


async def test_the_right_pin_forgets_the_wrong_ones(
    hall: Hall, pin: str, clock: FixedClock
) -> None:
    await fail(hall, hall.settings.staff.wrong_pins - 1)
    await hall.people.sign_in(BADGE, pin)
    assert (await kept_pin(hall)).wrong == 0
    await fail(hall, hall.settings.staff.wrong_pins)
    clock.advance(timedelta(seconds=59))
    with pytest.raises(SignInLocked):
        await hall.people.sign_in(BADGE, pin)
    clock.advance(timedelta(seconds=1))
    await hall.people.sign_in(BADGE, pin)
    assert await kept_pin(hall) == Pin(f"{BADGE}:{pin}", is_temporary=True)


async def test_a_reset_unlocks(hall: Hall, pin: str) -> None:
    del pin
    await fail(hall, hall.settings.staff.wrong_pins)
    other = await hall.people.reset_pin(BADGE, reason="锁住了")
    assert (await hall.people.sign_in(BADGE, other)).staff.badge == BADGE


async def test_while_it_is_locked_nothing_is_compared_or_counted(
    hall: Hall, pin: str, verifier: Verifier
) -> None:
    await fail(hall, hall.settings.staff.wrong_pins)
    before = await kept_pin(hall), len(verifier.compared), len(await hall.entries(0))
    for tried in (WRONG, pin):
        with pytest.raises(SignInLocked):
            await hall.people.sign_in(BADGE, tried)
    assert (await kept_pin(hall), len(verifier.compared), len(await hall.entries(0))) == before


async def test_a_thousand_guesses_at_once_meet_the_lock(
    hall: Hall, pin: str, verifier: Verifier
) -> None:
    """Among them the right one, last: it comes too late."""
    guesses = [f"{number:06d}" for number in range(1000) if f"{number:06d}" != pin]
    tried = await asyncio.gather(
        *(hall.people.sign_in(BADGE, guess) for guess in (*guesses, pin)), return_exceptions=True
    )
    kinds = [type(each) for each in tried]
    assert set(kinds) == {SignInRefused, SignInLocked}
    assert kinds.count(SignInRefused) == hall.settings.staff.wrong_pins
    assert len(verifier.compared) == hall.settings.staff.wrong_pins
    assert (await kept_pin(hall)).wrong == hall.settings.staff.wrong_pins


async def test_as_many_guesses_from_one_address_are_shed(
    hall: Hall, pin: str, verifier: Verifier, clock: FixedClock
) -> None:
    """Unknown badge numbers lock nobody, so that the address is what is counted."""
    most = hall.settings.staff.wrong_a_minute
    tried = await asyncio.gather(
        *(hall.people.sign_in(f"x{number}", WRONG, HERE) for number in range(1000)),
        return_exceptions=True,
    )
    kinds = [type(each) for each in tried]
    assert kinds.count(SignInRefused) == most == len(verifier.compared)
    assert kinds.count(TooManySignIns) == 1000 - most
    with pytest.raises(TooManySignIns) as caught:
        await hall.people.sign_in(BADGE, pin, HERE)
    assert "60" in caught.value.message
    assert (await hall.people.sign_in(BADGE, pin, "10.0.0.8")).staff.badge == BADGE
    clock.advance(timedelta(seconds=60))
    assert (await hall.people.sign_in(BADGE, pin, HERE)).staff.badge == BADGE


async def test_an_address_is_counted_through_every_hand(hall: Hall, pin: str) -> None:
    """Whoever asks through another session's hall meets the same count."""
    session = hall.acting(Actor(ActorKind.POST, "kiosk"))
    for number in range(hall.settings.staff.wrong_a_minute):
        asked = hall if number % 2 else session
        with pytest.raises(SignInRefused):
            await asked.people.sign_in(f"nobody{number}", WRONG, HERE)
    for asked in (hall, session):
        with pytest.raises(TooManySignIns):
            await asked.people.sign_in(BADGE, pin, HERE)


async def test_a_clock_that_went_back_locks_no_address_for_long(
    hall: Hall, pin: str, clock: FixedClock
) -> None:
    for number in range(hall.settings.staff.wrong_a_minute):
        with pytest.raises(SignInRefused):
            await hall.people.sign_in(f"nobody{number}", WRONG, HERE)
    clock.advance(timedelta(days=-1))
    assert (await hall.people.sign_in(BADGE, pin, HERE)).staff.badge == BADGE


async def test_an_unknown_badge_number_costs_as_much_and_leaves_nothing(
    hall: Hall, pin: str, verifier: Verifier
) -> None:
    del pin
    before = len(await hall.entries(0))
    told = []
    for badge in ("404", ""):
        with pytest.raises(SignInRefused) as caught:
            await hall.people.sign_in(badge, WRONG, HERE)
        told.append(caught.value.message)
    assert verifier.compared == ["", ""], "a hash is compared though nobody has that number"
    assert len(await hall.entries(0)) == before
    with pytest.raises(SignInRefused) as caught:
        await hall.people.sign_in(BADGE, WRONG, HERE)
    assert {*told, caught.value.message} == {told[0]}, "it is not said which of the two is wrong"


async def test_a_badge_number_that_nobody_has_locks_as_any_other(
    hall: Hall, pin: str, clock: FixedClock
) -> None:
    del pin
    told = []
    for badge in (BADGE, "404"):
        said = []
        for _each in range(hall.settings.staff.wrong_pins + 3):
            with pytest.raises((SignInRefused, SignInLocked)) as caught:
                await hall.people.sign_in(badge, WRONG, badge)
            said.append(caught.value.message)
            if len(said) > hall.settings.staff.wrong_pins + 1:
                clock.advance(timedelta(seconds=hall.settings.staff.lock_seconds))
        told.append(said)
    assert told[0] == told[1]
    assert len(set(told[0])) > 1, "it locked"


def test_without_a_hash_argon2_works_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    from argon2 import PasswordHasher

    worked: list[str] = []
    verify = PasswordHasher.verify

    def counting(self: PasswordHasher, kept: str, tried: str) -> bool:
        worked.append(kept)
        return bool(verify(self, kept, tried))

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    assert not is_pin("", b"secret", "404", "271828")
    assert worked[0].startswith("$argon2id$")
    parameters = worked[0].rsplit("$", 2)[0]
    assert hash_pin(b"secret", BADGE, "271828").startswith(parameters), "at the same cost"


@given(badge=st.text(max_size=20), pin=st.text(max_size=30), origin=st.text(max_size=20))
async def test_anything_typed_is_refused(badge: str, pin: str, origin: str) -> None:
    """Control characters, bytes that are no UTF-8, whole novels: refused like any wrong PIN."""
    async with memory_hall(FixedClock(MORNING), small_settings()) as hall:
        await hall.people.save(Staff(BADGE, "甲", (Role.CLERK,)))
        with pytest.raises(SignInRefused):
            await hall.people.sign_in(badge, pin, origin)


# --- what a PIN is ---------------------------------------------------------------------------------


@given(
    pin=st.text(max_size=25) | st.from_regex(r"[0-9]{0,24}", fullmatch=True),
    least=st.integers(4, 12),
)
def test_a_good_pin_is_a_row_of_digits_that_is_no_run(pin: str, least: int) -> None:
    is_digits = bool(pin) and all(each in "0123456789" for each in pin)
    forward, backward = "0123456789" * 4, "9876543210" * 4
    is_run = bool(pin) and (len(set(pin)) == 1 or pin in forward or pin in backward)
    is_good = is_digits and least <= len(pin) <= MOST_DIGITS and not is_run
    if is_good:
        check_pin(pin, least)
        return
    with pytest.raises(WeakPin) as caught:
        check_pin(pin, least)
    assert str(least) in caught.value.message


@pytest.mark.parametrize("pin", ["111111", "123456", "654321", "890123", "210987", "１２３１２３"])
def test_what_everybody_tries_first_is_no_pin(pin: str) -> None:
    with pytest.raises(WeakPin):
        check_pin(pin, 6)


@given(least=st.integers(4, 12))
def test_a_drawn_pin_is_a_good_one(least: int) -> None:
    pin = draw_pin(least)
    assert len(pin) == least
    check_pin(pin, least)


@given(typed=st.text(max_size=20))
def test_what_was_typed_is_tidied_once(typed: str) -> None:
    tidy = tidy_pin(typed)
    assert tidy.isascii()
    assert tidy_pin(tidy) == tidy
    assert not any(each.isspace() for each in tidy)


def test_a_hash_is_of_one_hall_one_badge_and_one_pin() -> None:
    kept = hash_pin(b"secret", "1001", "271828")
    assert is_pin(kept, b"secret", "1001", "271828")
    assert not is_pin(kept, b"secret", "1001", "271829")
    assert not is_pin(kept, b"secret", "1002", "271828"), (
        "copied to another person it opens nothing"
    )
    assert not is_pin(kept, b"other", "1001", "271828"), "the store alone does not tell it"
    assert not is_pin("no hash", b"secret", "1001", "271828")
    assert hash_pin(b"secret", "1001", "271828") != kept, "salted"
