"""What stands on a card: the block of 256 bytes, UTF-16LE, every kind of card begins with it (hardware 9.2).

Only what a queue needs is taken out of it. A number, a name or an address is never part of an error: what
goes wrong is told as a `CardFault`, and nothing is raised while such texts are at hand.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from yichuang.errors import InvalidIdNumber
from yichuang.queue.id_card import CardKind, IdCard
from yichuang.queue.person import Person, mask_name

logger = logging.getLogger(__name__)

TEXT_BYTES = 256
PHOTO_BYTES = 1024
FLAG = slice(248, 250)
"""Where every kind says which one it is."""

_HEAD_BYTES = 4
_BARE = "〓"
"""Stands for a rare character that no terminal could show; printers' proofs have long used it so."""

_UNSHOWN = frozenset({"Co", "Cn", "Cs", "So"})
_DATE = re.compile(r"[0-9]{8}", re.ASCII)
_RESIDENT_NUMBER = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
_FOREIGN_NUMBER = re.compile(r"[A-Z]{3}[0-9]{12}", re.ASCII)


class Field(StrEnum):
    """What a text block has places for."""

    NAME = "name"
    SEX = "sex"
    NATION = "nation"
    BIRTH = "birth"
    ADDRESS = "address"
    NUMBER = "number"
    ISSUER = "issuer"
    VALID_FROM = "valid_from"
    VALID_TO = "valid_to"
    PERMIT = "permit"
    ISSUES = "issues"
    RESERVED = "reserved"
    FLAG = "flag"
    REST = "rest"
    ENGLISH_NAME = "english_name"
    MORE_ENGLISH_NAME = "more_english_name"
    NATIONALITY = "nationality"
    VERSION = "version"
    OFFICE = "office"
    OLD_NUMBER = "old_number"


def _places(*sizes: tuple[Field, int]) -> Mapping[Field, slice]:
    """Fields one behind the other; sizes in bytes."""
    places, start = {}, 0
    for field, size in sizes:
        places[field] = slice(start, start + size)
        start += size
    if start != TEXT_BYTES:
        raise AssertionError(f"the fields take {start} bytes")
    return places


_LIKE_RESIDENT = (
    (Field.NAME, 30),
    (Field.SEX, 2),
    (Field.NATION, 4),
    (Field.BIRTH, 16),
    (Field.ADDRESS, 70),
    (Field.NUMBER, 36),
    (Field.ISSUER, 30),
    (Field.VALID_FROM, 16),
    (Field.VALID_TO, 16),
    (Field.PERMIT, 18),
    (Field.ISSUES, 4),
    (Field.RESERVED, 6),
    (Field.FLAG, 2),
    (Field.REST, 6),
)

LAYOUTS: Mapping[CardKind, Mapping[Field, slice]] = {
    CardKind.RESIDENT: _places(*_LIKE_RESIDENT),
    CardKind.PERMIT: _places(*_LIKE_RESIDENT),
    CardKind.FOREIGNER_2017: _places(
        (Field.ENGLISH_NAME, 120),
        (Field.SEX, 2),
        (Field.NUMBER, 30),
        (Field.NATIONALITY, 6),
        (Field.NAME, 30),
        (Field.VALID_FROM, 16),
        (Field.VALID_TO, 16),
        (Field.BIRTH, 16),
        (Field.VERSION, 4),
        (Field.OFFICE, 8),
        (Field.FLAG, 2),
        (Field.REST, 6),
    ),
    CardKind.FOREIGNER_2023: _places(
        (Field.NAME, 30),
        (Field.SEX, 2),
        (Field.ISSUES, 4),
        (Field.BIRTH, 16),
        (Field.ENGLISH_NAME, 70),
        (Field.NUMBER, 36),
        (Field.RESERVED, 30),
        (Field.VALID_FROM, 16),
        (Field.VALID_TO, 16),
        (Field.MORE_ENGLISH_NAME, 22),
        (Field.NATIONALITY, 6),
        (Field.FLAG, 2),
        (Field.OLD_NUMBER, 6),
    ),
}
"""Where each field of each kind stands in the text block."""

_KINDS = {
    "": CardKind.RESIDENT,
    "J": CardKind.PERMIT,
    "I": CardKind.FOREIGNER_2017,
    "Y": CardKind.FOREIGNER_2023,
}


class CardFault(StrEnum):
    """Why a card that was read is of no use; for the log, without a word of what stands on it."""

    LENGTH = "its content has a wrong length"
    KIND = "it is of a kind that is not known"
    BIRTH = "its date of birth is none"
    NUMBER = "its number is none"
    UNLIKE = "its number and its date of birth differ"
    NAME = "it has no name"
    UNHASHED = "its number could not be hashed"


@dataclass(frozen=True, slots=True, repr=False)
class _Holder:
    """Who stands on the card, for a moment; no representation shows it."""

    kind: CardKind
    name: str
    number: str
    born: date


def read_card(
    data: bytearray, identify: Callable[[str], Person], today: Callable[[], date]
) -> IdCard | CardFault:
    """What a queue may know of the card whose content is `data`: two lengths, text block, photo.

    `data` is overwritten before this returns. Whatever `identify` raises is a fault too.
    """
    try:
        if len(data) < _HEAD_BYTES or int.from_bytes(data[:2], "big") != TEXT_BYTES:
            return CardFault.LENGTH
        photo = int.from_bytes(data[2:_HEAD_BYTES], "big")
        if len(data) != _HEAD_BYTES + TEXT_BYTES + photo:
            return CardFault.LENGTH
        block = data[_HEAD_BYTES : _HEAD_BYTES + TEXT_BYTES]
    finally:
        data[:] = bytes(len(data))
    try:
        return read_text(block, identify, today())
    finally:
        block[:] = bytes(len(block))


def read_text(
    block: bytes | bytearray, identify: Callable[[str], Person], today: date
) -> IdCard | CardFault:
    """What a queue may know of the card with this text block."""
    holder = _holder(block, today)
    if isinstance(holder, CardFault):
        return holder
    try:
        person = identify(holder.number)
    except InvalidIdNumber:
        return CardFault.NUMBER
    except Exception as error:
        # It leads through frames that hold the number: it must not go on, nor reach the log but by name.
        logger.error("a card's number was not hashed: %s", type(error).__name__)  # noqa: TRY400 - by name only
        return CardFault.UNHASHED
    born = holder.born
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return IdCard(holder.kind, person._replace(birth_year=born.year), mask_name(holder.name), age)


def _holder(block: bytes | bytearray, today: date) -> _Holder | CardFault:
    if len(block) != TEXT_BYTES:
        return CardFault.LENGTH
    kind = _KINDS.get(_text(block, FLAG))
    if kind is None:
        return CardFault.KIND
    places = LAYOUTS[kind]
    born = _date(_text(block, places[Field.BIRTH]))
    if born is None or born > today:
        return CardFault.BIRTH
    number = _text(block, places[Field.NUMBER]).upper()
    is_foreign = kind is CardKind.FOREIGNER_2017
    if not (_FOREIGN_NUMBER if is_foreign else _RESIDENT_NUMBER).fullmatch(number):
        return CardFault.NUMBER
    if not is_foreign and number[6:14] != f"{born:%Y%m%d}":
        return CardFault.UNLIKE
    name = _shown(_text(block, places[Field.NAME]))
    if not name and Field.ENGLISH_NAME in places:
        name = _shown(_text(block, places[Field.ENGLISH_NAME]))
    if not name:
        return CardFault.NAME
    return _Holder(kind, name, number, born)


def _text(block: bytes | bytearray, place: slice) -> str:
    """The text at a place without the blanks or zeros that fill it up."""
    return bytes(block[place]).decode("utf-16-le", "replace").strip(" \0\u3000")


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def _shown(name: str) -> str:
    """The name with a sign in place of each character that only the police's own fonts have.

    Rare characters of names stand in the private use areas of Unicode, where each system has its own.
    """
    return "".join(_BARE if unicodedata.category(each) in _UNSHOWN else each for each in name)
