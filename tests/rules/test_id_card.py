"""What a queue takes from an ID card's text block, and that nothing else of it stays."""

from __future__ import annotations

import logging
import traceback
from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuang.hardware.id_reader.card import (
    LAYOUTS,
    CardFault,
    Field,
    read_card,
    read_text,
)
from yichuang.hardware.simulator.id_card import SAMPLES, MadeUpCard, made_up_number
from yichuang.queue.id_card import CardKind, IdCard
from yichuang.queue.person import Person, check_character, identify, mask_name

TODAY = date(2026, 11, 20)
BY_HALL = partial(identify, bytes(range(32)))

ADULT = SAMPLES[0]
PERMIT, FOREIGNER, NEWER_FOREIGNER, RARE = SAMPLES[2:6]

EDGES = {
    CardKind.RESIDENT: "name 0 30, sex 30 2, nation 32 4, birth 36 16, address 52 70, number 122 36, "
    "issuer 158 30, valid_from 188 16, valid_to 204 16, permit 220 18, issues 238 4, reserved 242 6, "
    "flag 248 2, rest 250 6",
    CardKind.PERMIT: "name 0 30, sex 30 2, nation 32 4, birth 36 16, address 52 70, number 122 36, "
    "issuer 158 30, valid_from 188 16, valid_to 204 16, permit 220 18, issues 238 4, reserved 242 6, "
    "flag 248 2, rest 250 6",
    CardKind.FOREIGNER_2017: "english_name 0 120, sex 120 2, number 122 30, nationality 152 6, "
    "name 158 30, valid_from 188 16, valid_to 204 16, birth 220 16, version 236 4, office 240 8, "
    "flag 248 2, rest 250 6",
    CardKind.FOREIGNER_2023: "name 0 30, sex 30 2, issues 32 4, birth 36 16, english_name 52 70, "
    "number 122 36, reserved 158 30, valid_from 188 16, valid_to 204 16, more_english_name 220 22, "
    "nationality 242 6, flag 248 2, old_number 250 6",
}
"""The table of hardware 9.2, as it stands there."""


def read(card: MadeUpCard, today: date = TODAY) -> IdCard | CardFault:
    return read_card(bytearray(card.content()), BY_HALL, lambda: today)


def good(card: MadeUpCard, today: date = TODAY) -> IdCard:
    found = read(card, today)
    assert isinstance(found, IdCard), found
    return found


@pytest.mark.parametrize(
    "number",
    ["11010519491231002X", "110101199003070011", "440524188001010014", "810000199001010019"],
)
def test_the_check_characters_of_known_numbers(number: str) -> None:
    assert check_character(number[:-1]) == number[-1]
    order = int(number[14:17])
    assert made_up_number(number[:6], date.fromisoformat(number[6:14]), order) == number


@pytest.mark.parametrize("kind", CardKind)
def test_every_field_stands_where_the_table_has_it(kind: CardKind) -> None:
    places = {}
    for entry in EDGES[kind].split(", "):
        field, start, size = entry.split()
        places[field] = slice(int(start), int(start) + int(size))
    assert {field.value: place for field, place in LAYOUTS[kind].items()} == places


FIELDS = {
    CardKind.RESIDENT: {"name": Field.NAME, "birth": Field.BIRTH, "number": Field.NUMBER},
    CardKind.PERMIT: {"name": Field.NAME, "number": Field.NUMBER, "permit": Field.PERMIT},
    CardKind.FOREIGNER_2017: {
        "english_name": Field.ENGLISH_NAME,
        "number": Field.NUMBER,
        "nationality": Field.NATIONALITY,
        "birth": Field.BIRTH,
    },
    CardKind.FOREIGNER_2023: {"number": Field.NUMBER, "nationality": Field.NATIONALITY},
}


@pytest.mark.parametrize("card", SAMPLES[1:5], ids=lambda card: card.kind.value)
def test_composer_and_table_agree(card: MadeUpCard) -> None:
    for attribute, field in FIELDS[card.kind].items():
        place = LAYOUTS[card.kind][field]
        assert card.text()[place].decode("utf-16-le").rstrip() == getattr(card, attribute)


@pytest.mark.parametrize(
    ("card", "masked", "name", "age", "birth_year"),
    [
        (ADULT, "**************0013", "张**", 36, 1990),
        (SAMPLES[1], "**************0018", "欧***", 76, 1949),
        (PERMIT, "**************0010", "陈**", 41, 1985),
        (FOREIGNER, "***********0112", "史**", 56, 1970),
        (NEWER_FOREIGNER, "**************0015", "S" + "*" * 34, 38, 1988),
        (RARE, "**************0013", "〓**", 60, 1966),
    ],
)
def test_what_is_kept_of_each_kind(
    card: MadeUpCard, masked: str, name: str, age: int, birth_year: int
) -> None:
    kept = good(card)
    assert kept.kind is card.kind
    assert kept.person.masked == masked
    assert kept.person.key == BY_HALL(card.number).key
    assert kept.person.birth_year == birth_year
    assert (kept.name, kept.age) == (name, age)


@pytest.mark.parametrize(
    ("today", "age"),
    [(date(2026, 3, 6), 35), (date(2026, 3, 7), 36), (date(2027, 3, 6), 36), (date(1990, 3, 7), 0)],
)
def test_a_year_is_full_on_the_birthday(today: date, age: int) -> None:
    assert good(ADULT, today).age == age


def test_who_was_born_on_29_february_is_a_year_older_on_1_march() -> None:
    card = replace(ADULT, birth="19640229", number=made_up_number("320402", date(1964, 2, 29), 7))
    assert good(card, date(2026, 2, 28)).age == 61
    assert good(card, date(2026, 3, 1)).age == 62


@pytest.mark.parametrize(
    ("card", "fault"),
    [
        (replace(ADULT, birth="19900308"), CardFault.UNLIKE),
        (replace(ADULT, birth="19900230"), CardFault.BIRTH),
        (replace(ADULT, birth="长期"), CardFault.BIRTH),
        (replace(ADULT, birth="１９９００３０７"), CardFault.BIRTH),
        (replace(ADULT, birth="20261121"), CardFault.BIRTH),
        (replace(ADULT, number=ADULT.number[:-1] + "7"), CardFault.NUMBER),
        (replace(ADULT, number=FOREIGNER.number), CardFault.NUMBER),
        (replace(ADULT, number=""), CardFault.NUMBER),
        (replace(FOREIGNER, number="CAN11007008011"), CardFault.NUMBER),
        (replace(FOREIGNER, number="110070080112CAN"), CardFault.NUMBER),
        (replace(ADULT, name=""), CardFault.NAME),
        (replace(ADULT, name="\x00\u3000 "), CardFault.NAME),
        (replace(NEWER_FOREIGNER, english_name=""), CardFault.NAME),
    ],
)
def test_a_card_that_is_wrong_is_told_by_a_fault(card: MadeUpCard, fault: CardFault) -> None:
    assert read(card) is fault


def test_the_flag_alone_tells_the_kind() -> None:
    block = bytearray(ADULT.text())
    kinds = {
        "\0": CardKind.RESIDENT,
        " ": CardKind.RESIDENT,
        "J": CardKind.PERMIT,
        "Y": CardKind.FOREIGNER_2023,
    }
    for flag, kind in kinds.items():
        block[248:250] = flag.encode("utf-16-le")
        card = read_text(block, BY_HALL, TODAY)
        assert isinstance(card, IdCard)
        assert card.kind is kind
    for flag in "XjI":
        block[248:250] = flag.encode("utf-16-le")
        assert isinstance(read_text(block, BY_HALL, TODAY), CardFault)


def test_fields_that_are_full_do_not_run_into_each_other() -> None:
    full = replace(ADULT, name="欧" * 15, address="址" * 35, issuer="局" * 15)
    assert good(full).name == "欧" + "*" * 14
    longest = replace(NEWER_FOREIGNER, english_name="A" * 46)
    assert good(longest).name == "A" + "*" * 34
    older = replace(FOREIGNER, name="", english_name="B" * 60)
    assert good(older).name == "B" + "*" * 39


@pytest.mark.parametrize("first", ["\ue863", "\U000f0001", "\U00031350"])
def test_a_rare_character_is_shown_by_a_sign_that_any_terminal_has(first: str) -> None:
    assert good(replace(ADULT, name=first + "样")).name == "〓*"
    assert good(replace(ADULT, name="张" + first)).name == "张*"


def test_half_a_character_breaks_nothing() -> None:
    block = bytearray(ADULT.text())
    block[0:2] = b"\x00\xd8"
    card = read_text(block, BY_HALL, TODAY)
    assert isinstance(card, IdCard)
    assert card.name == "〓**"


def test_what_no_terminal_may_see_is_taken_out_of_names() -> None:
    assert good(replace(ADULT, name="\x1b[2J张\u202e样")).name == "[****"


CARD_LENGTHS = [b"", b"\x01", b"\x01\x00\x04\x00", ADULT.content()[:-1], ADULT.content() + b"\x00"]


@pytest.mark.parametrize("content", [*CARD_LENGTHS, b"\x02\x00" + ADULT.content()[2:]])
def test_content_of_a_wrong_length_is_no_card(content: bytes) -> None:
    assert read_card(bytearray(content), BY_HALL, lambda: TODAY) is CardFault.LENGTH


def test_a_reader_that_gives_no_photo_is_understood() -> None:
    content = bytearray(b"\x01\x00\x00\x00" + ADULT.text())
    assert isinstance(read_card(content, BY_HALL, lambda: TODAY), IdCard)


# --- privacy ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "card", [*SAMPLES, replace(ADULT, birth="20991231"), replace(ADULT, number="x" * 18)]
)
def test_the_content_is_overwritten_whatever_comes_of_it(card: MadeUpCard) -> None:
    content = bytearray(card.content())
    read_card(content, BY_HALL, lambda: TODAY)
    assert not any(content)


def test_an_error_in_hashing_goes_no_further_and_tells_no_number(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(number: str) -> Person:
        raise RuntimeError(f"cannot hash {number}")

    with caplog.at_level(logging.DEBUG):
        found = read_card(bytearray(ADULT.content()), broken, lambda: TODAY)
    assert found is CardFault.UNHASHED
    assert "RuntimeError" in caplog.text
    assert ADULT.number not in caplog.text


def test_an_error_of_the_calendar_shows_nothing_in_its_frames() -> None:
    def broken() -> date:
        raise RuntimeError("no date")

    content = bytearray(ADULT.content())
    with pytest.raises(RuntimeError) as caught:
        read_card(content, BY_HALL, broken)
    told = "".join(traceback.TracebackException.from_exception(caught.value).format())
    # The frames of the reading alone: the test's own holds the made-up card.
    trace = caught.tb.tb_next
    frames = []
    while trace is not None:
        frames.append(repr(trace.tb_frame.f_locals))
        trace = trace.tb_next
    number = ADULT.number
    assert frames
    for text in [told, *frames]:
        assert number not in text
        assert repr(number.encode("utf-16-le"))[2:-1] not in text


# --- properties ---------------------------------------------------------------------------------

BIRTHS = st.dates(date(1900, 1, 1), TODAY)
NAMES = st.text(st.characters(codec="utf-8", categories=("Lo", "Lu")), min_size=1, max_size=7)
PLACES = st.text(st.characters(codec="utf-8", categories=("Lo", "Nd")), max_size=17)


@given(
    kind=st.sampled_from([CardKind.RESIDENT, CardKind.PERMIT, CardKind.FOREIGNER_2023]),
    name=NAMES,
    birth=BIRTHS,
    order=st.integers(0, 999),
    address=PLACES,
)
def test_what_is_composed_is_read_back(
    kind: CardKind, name: str, birth: date, order: int, address: str
) -> None:
    number = made_up_number("320402", birth, order)
    card = good(MadeUpCard(kind, name, number, f"{birth:%Y%m%d}", address=address))
    assert card.kind is kind
    assert card.person == BY_HALL(number)
    assert card.name.lstrip("*")[:1] == mask_name(name)[:1]
    assert birthday(birth, card.age) <= TODAY < birthday(birth, card.age + 1)


def birthday(birth: date, age: int) -> date:
    try:
        return birth.replace(year=birth.year + age)
    except ValueError:
        return date(birth.year + age, 3, 1)


@given(birth=BIRTHS, rest=st.from_regex(r"\A[A-Z]{3}[0-9]{12}\Z"), name=NAMES)
def test_what_is_composed_of_2017_is_read_back(birth: date, rest: str, name: str) -> None:
    made = replace(FOREIGNER, number=rest, birth=f"{birth:%Y%m%d}", english_name=name)
    card = good(made)
    assert card.person == BY_HALL(rest)._replace(birth_year=birth.year)


@given(st.binary(max_size=300))
def test_any_bytes_are_survived(data: bytes) -> None:
    assert isinstance(read_card(bytearray(data), BY_HALL, lambda: TODAY), CardFault)
    padded = (data + b"\x20\x00" * 128)[:256]
    assert isinstance(read_text(padded, BY_HALL, TODAY), IdCard | CardFault)


@given(st.integers(0, 255), st.integers(0, 255), st.sampled_from(SAMPLES))
def test_any_changed_byte_is_survived(place: int, value: int, card: MadeUpCard) -> None:
    block = bytearray(card.text())
    block[place] = value
    assert isinstance(read_text(block, BY_HALL, TODAY), IdCard | CardFault)
