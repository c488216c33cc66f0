"""Who somebody is, without keeping it: ID and telephone numbers become keyed hashes and masks.

What was typed is checked, hashed and forgotten here; it reaches no command, journal or store
(requirements section 5, DESIGN 9). The key is the hall's own secret: without it, the few possible numbers
could be hashed one after the other and compared.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from datetime import date
from typing import NamedTuple

from yichuang.errors import InvalidIdNumber, InvalidPhone
from yichuang.language import _
from yichuang.text import one_line

SECRET_BYTES = 32
"""The length of a hall's secret."""

LONGEST_NAME = 40
"""Characters of a name that are masked; the rest is dropped."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""2 to the powers 17 … 1, modulo 11 (GB 11643-1999, 4.2.4)."""

_CHECK_CHARACTERS = "10X98765432"
"""By the weighted sum modulo 11 (ISO 7064, MOD 11-2)."""

_SEPARATORS = re.compile(r"[\s\-‐-―－]+")
_ID_NUMBER = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
_FOREIGN_NUMBER = re.compile(r"[A-Z]{3}[0-9]{12}", re.ASCII)
"""The permanent residence cards for foreigners of 2017; without a check character that is published."""
_MOBILE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
_LANDLINE = re.compile(r"0[1-9][0-9]{8,10}|[2-8][0-9]{6,7}", re.ASCII)
_EARLIEST_BIRTH = 1850


class Person(NamedTuple):
    """A person whom the hall can recognise."""

    key: str
    """The keyed hash of the ID number."""
    masked: str
    """What may be shown to staff: `**************1234`."""
    birth_year: int | None
    """For a green channel by age, where a hall has one; it is kept nowhere. None where the number does
    not tell the century."""


class Visitor(NamedTuple):
    """Whoever a booking is for, as it is kept: hashes and masks."""

    person: str | None = None
    """The keyed hash of the ID number."""
    id_masked: str = ""
    name: str = ""
    """Masked: `张*`."""
    phone_key: str | None = None
    """The keyed hash of the telephone number."""
    phone: str = ""
    """Masked: `138****1234`."""


def new_secret() -> bytes:
    """A secret for a hall that has none, or that forgets everything at its end."""
    return secrets.token_bytes(SECRET_BYTES)


def identify(secret: bytes, typed: str) -> Person:
    """The person with the ID number that was typed or read from a card; raises InvalidIdNumber.

    Blanks, small letters and full-width characters are taken as meant. The check character and the date
    of birth must be right (GB 11643-1999); the numbers of the foreigners' cards of 2017, three letters
    and twelve digits, have no such check.
    """
    number = _SEPARATORS.sub("", unicodedata.normalize("NFKC", typed)).upper()
    if _FOREIGN_NUMBER.fullmatch(number):
        return _person(secret, number, None)
    if len(number) != len(_WEIGHTS) + 1:
        raise InvalidIdNumber(detail=_("应有 18 位，实有 {count} 位").format(count=len(number)))
    if not _ID_NUMBER.fullmatch(number):
        raise InvalidIdNumber(detail=_("前 17 位只能是数字，最后一位是数字或 X"))
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        born = date.min
    if born.year < _EARLIEST_BIRTH:
        raise InvalidIdNumber(detail=_("第 7 到 14 位不是出生日期"))
    if check_character(number[:-1]) != number[-1]:
        raise InvalidIdNumber(detail=_("校验位不符，有一位输错了"))
    return _person(secret, number, born.year)


def _person(secret: bytes, number: str, birth_year: int | None) -> Person:
    return Person(
        key=keyed_hash(secret, "id_number", number),
        masked="*" * (len(number) - 4) + number[-4:],
        birth_year=birth_year,
    )


def check_character(digits: str) -> str:
    """The eighteenth character of an ID number, of its first seventeen digits."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def keyed_hash(secret: bytes, what: str, number: str) -> str:
    """A number as 64 hexadecimal digits that only this hall can make; `what` keeps kinds apart."""
    return hashlib.blake2b(
        number.encode(), key=secret, person=what.encode(), digest_size=32
    ).hexdigest()


def mask_name(typed: str) -> str:
    """The first character of a name, and a star for each one more: `张*`, `欧***`."""
    name = one_line(unicodedata.normalize("NFKC", typed))[:LONGEST_NAME]
    return name[:1] + "*" * (len(name) - 1)


def hashed_phone(secret: bytes, typed: str) -> tuple[str, str]:
    """The keyed hash of a telephone number and its mask, `138****1234`; raises InvalidPhone."""
    number = _SEPARATORS.sub("", unicodedata.normalize("NFKC", typed)).strip("()")
    number = number.replace("(", "").replace(")", "")
    number = number.removeprefix("+86").removeprefix("0086")
    if _MOBILE.fullmatch(number):
        masked = f"{number[:3]}****{number[-4:]}"
    elif _LANDLINE.fullmatch(number):
        masked = "*" * (len(number) - 4) + number[-4:]
    else:
        raise InvalidPhone
    return keyed_hash(secret, "phone", number), masked


def as_visitor(
    secret: bytes,
    *,
    id_number: str = "",
    name: str = "",
    phone: str = "",
    person: Person | None = None,
) -> Visitor:
    """What is kept of somebody; raises InvalidIdNumber or InvalidPhone."""
    if person is None and id_number.strip():
        person = identify(secret, id_number)
    phone_key, phone_masked = hashed_phone(secret, phone) if phone.strip() else (None, "")
    return Visitor(
        person=person.key if person else None,
        id_masked=person.masked if person else "",
        name=mask_name(name),
        phone_key=phone_key,
        phone=phone_masked,
    )
