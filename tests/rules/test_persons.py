"""Who somebody is: checked, hashed under the hall's secret, masked, and forgotten."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.halls import MORNING, memory_hall, small_settings
from yichuang.clock import FixedClock
from yichuang.errors import InvalidIdNumber, InvalidPhone
from yichuang.queue.person import (
    Visitor,
    as_visitor,
    check_character,
    hashed_phone,
    identify,
    mask_name,
)
from yichuang.queue.service import Hall
from yichuang.store.memory import InMemoryStore

SECRET = bytes(range(32))

SAMPLE = "11010519491231002X"
"""The example in GB 11643-1999, clause 4.2."""

SECOND_SAMPLE = "440524188001010014"
"""The standard's other example, of somebody aged over 100."""


def test_the_standards_own_examples_are_right() -> None:
    person = identify(SECRET, SAMPLE)
    assert person.masked == "**************002X"
    assert person.birth_year == 1949
    assert len(person.key) == 64
    assert identify(SECRET, SECOND_SAMPLE).birth_year == 1880


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002x",
        " 110105 19491231 002X ",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105-19491231-002ｘ",
    ],
)
def test_a_number_is_taken_as_meant(typed: str) -> None:
    assert identify(SECRET, typed) == identify(SECRET, SAMPLE)


@pytest.mark.parametrize(
    "typed", ["CAN110000123456", " can 110000-123456", "ＣＡＮ１１００００１２３４５６"]
)
def test_the_foreigners_number_of_2017_is_known_too(typed: str) -> None:
    person = identify(SECRET, typed)
    assert person == identify(SECRET, "CAN110000123456")
    assert person.masked == "***********3456"
    assert person.birth_year is None
    assert person.key != identify(SECRET, "CAN110000123457").key


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("110105194912310021", "校验位"),
        ("110105194912310020", "校验位"),
        ("11010519491231002", "18 位"),
        ("110105491231002", "18 位"),
        ("", "18 位"),
        ("AB1234567890123", "18 位"),
        ("ABC12345678901", "18 位"),
        ("ABCD12345678901", "18 位"),
        ("ABC12345678901X", "18 位"),
        ("1101051949123100XX", "数字"),
        ("11010519491331002X", "出生日期"),
        ("11010500001231002X", "出生日期"),
        ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", "数字"),
    ],
)
def test_a_wrong_number_is_refused_in_chinese_and_not_repeated(typed: str, said: str) -> None:
    with pytest.raises(InvalidIdNumber) as caught:
        identify(SECRET, typed)
    assert said in caught.value.message
    assert caught.value.hint
    assert not typed or typed not in str(caught.value.as_json()) + repr(caught.value)


DIGITS = st.text("0123456789", min_size=14, max_size=14).map(
    lambda rest: rest[:6] + "19900307" + rest[6:9]
)


@given(DIGITS, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(digits: str, place: int, change: int) -> None:
    right = digits + check_character(digits)
    identify(SECRET, right)
    wrong = str((int(right[place]) + change) % 10)
    with pytest.raises(InvalidIdNumber):
        identify(SECRET, right[:place] + wrong + right[place + 1 :])


@given(DIGITS, st.integers(0, 15))
def test_two_digits_in_the_wrong_order_are_always_noticed(digits: str, place: int) -> None:
    right = digits + check_character(digits)
    swapped = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
    if swapped != right:
        with pytest.raises(InvalidIdNumber):
            identify(SECRET, swapped)


def test_only_the_same_secret_gives_the_same_hash() -> None:
    one, other = identify(SECRET, SAMPLE), identify(bytes(32), SAMPLE)
    assert one.key != other.key
    assert one.key == identify(SECRET, SAMPLE).key
    assert one.key != identify(SECRET, SECOND_SAMPLE).key


@pytest.mark.parametrize(
    ("typed", "masked"),
    [
        ("13812341234", "138****1234"),
        ("138 1234-1234", "138****1234"),
        ("+86 138 1234 1234", "138****1234"),
        ("１３８１２３４１２３４", "138****1234"),
        ("0519-83971234", "********1234"),
        ("(0519)83971234", "********1234"),
        ("010 6551 2345", "*******2345"),
        ("83971234", "****1234"),
    ],
)
def test_telephone_numbers_are_masked_and_hashed(typed: str, masked: str) -> None:
    key, shown = hashed_phone(SECRET, typed)
    assert shown == masked
    assert len(key) == 64
    assert hashed_phone(SECRET, " " + typed) == (key, shown)


@pytest.mark.parametrize(
    "typed", ["12345", "1381234123", "138123412345", "abc", "12812341234", "-"]
)
def test_what_is_no_telephone_number_is_refused(typed: str) -> None:
    with pytest.raises(InvalidPhone) as caught:
        hashed_phone(SECRET, typed)
    assert typed not in caught.value.message


def test_names_keep_their_first_character() -> None:
    assert [mask_name(each) for each in ("张三", "张", "欧阳小四", "", " 李 ", "\x1b[2J王五")] == [
        "张*",
        "张",
        "欧***",
        "",
        "李",
        "[****",
    ]
    assert len(mask_name("长" * 500)) == 40


def test_nothing_that_was_typed_is_left_in_a_visitor() -> None:
    visitor = as_visitor(SECRET, id_number=SAMPLE, name="张三", phone="13812341234")
    kept = repr(visitor)
    for secret in (SAMPLE, SAMPLE[:6], SAMPLE[6:14], "三", "13812341234", "8123"):
        assert secret not in kept.replace(visitor.person or "", "").replace(
            visitor.phone_key or "", ""
        )
    assert as_visitor(SECRET, phone="13812341234").phone_key == visitor.phone_key
    assert as_visitor(SECRET) == Visitor()
    assert as_visitor(SECRET, person=identify(SECRET, SAMPLE)).person == visitor.person


async def test_a_hall_fetches_its_secret_once_and_only_when_needed() -> None:
    fetched: list[int] = []

    def fetch() -> bytes:
        fetched.append(1)
        return SECRET

    clock = FixedClock(MORNING)
    async with Hall(small_settings(), InMemoryStore(clock), clock, secret=fetch) as hall:
        await hall.open_window(1)
        assert fetched == []
        assert hall.identify(SAMPLE) == identify(SECRET, SAMPLE)
        hall.identify(SECOND_SAMPLE)
        assert fetched == [1]
    async with Hall(small_settings(), InMemoryStore(clock), clock, secret=SECRET) as hall:
        assert hall.identify(SAMPLE) == identify(SECRET, SAMPLE)


async def test_two_halls_in_memory_know_nothing_of_each_other() -> None:
    clock = FixedClock(MORNING)
    async with memory_hall(clock) as one, memory_hall(clock) as other:
        assert one.identify(SAMPLE).key == one.identify(SAMPLE).key
        assert one.identify(SAMPLE).key != other.identify(SAMPLE).key
