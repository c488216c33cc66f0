"""The code printed on a ticket, for rating and enquiry: `Q1`, the ticket's id, one check character.

Upper-case ASCII letters and digits only, so that a scanner that types like a keyboard gets it through any
layout (hardware 13). The check character is ISO 7064, MOD 37,36.
"""

from __future__ import annotations

import re

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MODULUS = len(_ALPHABET)
_KIND = "Q1"
_CODE = re.compile(r"Q1([0-9]{1,12})([0-9A-Z])", re.ASCII)


def ticket_code(ticket: int) -> str:
    """The code of the ticket with that id."""
    body = f"{_KIND}{ticket}"
    return body + check_character(body)


def read_ticket_code(scanned: str) -> int | None:
    """The id of the ticket whose code was scanned; None when it is no such code, or was misread."""
    found = _CODE.fullmatch(scanned.strip().upper())
    if found is None or check_character(found[0][:-1]) != found[2]:
        return None
    return int(found[1])


def check_character(body: str) -> str:
    """ISO 7064, MOD 37,36, hybrid system: it finds every single wrong or swapped character."""
    product = _MODULUS
    for character in body:
        total = (product + _ALPHABET.index(character)) % _MODULUS or _MODULUS
        product = total * 2 % (_MODULUS + 1)
    return _ALPHABET[(_MODULUS + 1 - product) % _MODULUS]
