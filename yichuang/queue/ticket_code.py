"""The code printed on a ticket, for rating and enquiry: `Q1`, the ticket's id, its tag, a check character.

Ids run in sequence, in every hall: the tag of four characters tells a paper of this hall from another one's,
and keeps a neighbour's code from being guessed. Upper-case ASCII letters and digits only, so that a scanner
that types like a keyboard gets it through any layout (hardware 13). The check character is ISO 7064,
MOD 37,36.
"""

from __future__ import annotations

import re
from datetime import UTC
from hashlib import blake2b

from yichuang.queue.ticket import Ticket

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MODULUS = len(_ALPHABET)
_KIND = "Q1"
_TAG_LENGTH = 4
_CODE = re.compile(r"Q1([0-9]{1,12})[0-9A-Z]{4}([0-9A-Z])", re.ASCII)


def ticket_code(ticket: Ticket) -> str:
    """The ticket's code."""
    body = f"{_KIND}{ticket.id}{_tag(ticket)}"
    return body + check_character(body)


def read_ticket_code(scanned: str) -> int | None:
    """The id that a ticket's code names; None when it is no such code, or was misread.

    Whether it is the code of our ticket with that id is for `is_code_of` to say.
    """
    found = _CODE.fullmatch(_tidy(scanned))
    if found is None or check_character(found[0][:-1]) != found[2]:
        return None
    return int(found[1])


def is_code_of(ticket: Ticket, scanned: str) -> bool:
    """Whether it is that ticket's own code."""
    return _tidy(scanned) == ticket_code(ticket)


def _tidy(scanned: str) -> str:
    return scanned.strip().upper()


def _tag(ticket: Ticket) -> str:
    """What nobody can tell from a paper: it shows the second of its issue, not the microsecond."""
    issued_at = ticket.issued_at.astimezone(UTC).isoformat(timespec="microseconds")
    told = f"{ticket.id} {ticket.number} {ticket.business_date.isoformat()} {issued_at}"
    rest, tag = int.from_bytes(blake2b(told.encode(), digest_size=8).digest()), ""
    for _each in range(_TAG_LENGTH):
        rest, place = divmod(rest, len(_ALPHABET))
        tag += _ALPHABET[place]
    return tag


def check_character(body: str) -> str:
    """ISO 7064, MOD 37,36, hybrid system: it finds every single wrong or swapped character."""
    product = _MODULUS
    for character in body:
        total = (product + _ALPHABET.index(character)) % _MODULUS or _MODULUS
        product = total * 2 % (_MODULUS + 1)
    return _ALPHABET[(_MODULUS + 1 - product) % _MODULUS]
