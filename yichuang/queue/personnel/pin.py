"""PINs: what is a good one, drawing one, and the hash that is kept."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from yichuang.errors import WeakPin
from yichuang.queue.person import keyed_hash

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MOST_DIGITS = 20
"""Longer ones are typed wrongly more often than guessed."""

_PASSES, _KIBIBYTES = 4, 9 * 1024
"""Argon2id, between two of the settings that OWASP's Password Storage Cheat Sheet holds equal (9 MiB with
4 passes, one lane): the hash of one sign-in must not take the memory of ten sessions."""


def tidy_pin(typed: str) -> str:
    """What was typed, full-width digits as meant and without blanks; `?` is what is no ASCII."""
    plain = "".join(unicodedata.normalize("NFKC", typed).split())
    return plain.encode("ascii", "replace").decode("ascii")


def check_pin(pin: str, least: int) -> None:
    """Raises WeakPin for one that is no row of digits, too short, or the first that anybody tries."""
    digits = [int(digit) for digit in pin] if pin.isascii() and pin.isdecimal() else []
    steps = {(after - before) % 10 for before, after in pairwise(digits)}
    is_a_run = len(steps) == 1 and steps <= {0, 1, 9}
    if not least <= len(digits) <= MOST_DIGITS or is_a_run:
        raise WeakPin(least=least, most=MOST_DIGITS)


def draw_pin(least: int) -> str:
    """A PIN by chance, to be changed at the first sign-in."""
    while True:
        pin = "".join(str(secrets.randbelow(10)) for _digit in range(least))
        try:
            check_pin(pin, least)
        except WeakPin:
            continue
        return pin


def hash_pin(secret: bytes, badge: str, pin: str) -> str:
    """The hash to keep. It takes some 30 ms and 9 MiB: not on the event loop.

    The hall's own secret goes into it, so that the store alone does not tell six digits.
    """
    return _hasher().hash(_keyed(secret, badge, pin))


def is_pin(kept: str, secret: bytes, badge: str, pin: str) -> bool:
    """Whether that PIN was hashed so; as slow for a badge number without a hash, which tells nothing."""
    from argon2.exceptions import Argon2Error, InvalidHashError

    try:
        return _hasher().verify(kept or _nobodys_hash(), _keyed(secret, badge, pin)) and bool(kept)
    except (Argon2Error, InvalidHashError):
        return False


def _keyed(secret: bytes, badge: str, pin: str) -> str:
    return keyed_hash(secret, "pin", f"{badge}:{pin}")


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=_PASSES, memory_cost=_KIBIBYTES, parallelism=1)


@cache
def _nobodys_hash() -> str:
    return _hasher().hash(secrets.token_hex(16))
