"""Items of business (事项), and how a clerk or visitor finds one by a few keys."""

from __future__ import annotations

import heapq
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

LONGEST_QUERY = 200
"""Characters; a longer query cannot occur in any name and finds nothing."""

_IN_NAME = 1000
"""Added to a match's position when it is in the official name only: people see the alias."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a hall's catalogue (requirements D02, D05)."""

    code: str
    """Its code, ASCII, never changed and never given to another item."""
    name: str
    """The official name, printed on documents; up to 129 columns in the shipped list."""
    alias: str
    """A short name for screens and narrow paper, at most 32 columns."""
    department: str
    """The department that it belongs to; empty when not told."""
    category: str
    """The code of its category."""
    group: str
    """The sub-group inside its category that a kiosk offers by digit; empty when there is none."""
    private: bool
    """Whether paper and displays must not name it: the name tells of health, faith, poverty,
    imprisonment or the like (PIPL 28-31; requirements 5)."""
    sample: bool
    """Whether it was added to show a category for which the shipped list has none."""
    initials: str
    """The first letters of the name's pinyin, lower case: `shbzksq` for 社会保障卡申请."""
    alias_initials: str
    """The first letters of the alias' pinyin."""
    saturday: bool = False
    """Whether it may be handled on a Saturday that is open for flagged items only (G04)."""
    active: bool = True
    """Whether it is offered; one that is not stays for the tickets that name it."""


def find_items(items: Iterable[Item], query: str, limit: int = 20) -> list[Item]:
    """The items that `query` means, best first, at most `limit`; none for a blank query.

    The query may be a code or a part of it, pinyin initials, or Chinese; case, full-width forms and
    spaces do not matter. Ranks: the code itself; the whole alias or its initials; the beginning of
    initials; a part of initials or code; a part of a name; letters or characters that follow one
    another with gaps (`sbk` and 社保卡 both find 社会保障卡申请). Inside a rank the earliest match
    wins, an alias before an official name, then the order of `items`.
    """
    wanted = _plain(query)
    if not wanted or len(wanted) > LONGEST_QUERY or limit < 1:
        return []
    # Initials keep the ASCII letters and digits of a name, so such a query need not look at texts.
    letters, texts = wanted.isascii(), not (wanted.isascii() and wanted.isalnum())
    scattered = _scattered(wanted)
    catalogue = list(items)
    found: list[tuple[int, int, int]] = []
    for index, item in enumerate(catalogue):
        match = _match_letters(item, wanted, scattered) if letters else None
        if match is None and texts:
            match = _match_texts(item, wanted, scattered)
        if match is not None:
            found.append((*match, index))
    return [catalogue[index] for _rank, _position, index in heapq.nsmallest(limit, found)]


def groups_of(items: Iterable[Item], category: str) -> list[str]:
    """The groups of a category in the order in which they first appear."""
    return list(
        dict.fromkeys(item.group for item in items if item.category == category and item.group)
    )


def _match_letters(item: Item, wanted: str, scattered: re.Pattern[str]) -> tuple[int, int] | None:
    """The rank, 0 best, and position of a code or initials; None when the item does not match."""
    code = item.code.casefold()
    if code == wanted:
        return 0, 0
    alias, name = item.alias_initials, item.initials
    at = _position(alias, name, wanted)
    if at is None:
        return (3, code.index(wanted)) if wanted in code else _gaps(alias, name, scattered)
    if alias == wanted:
        return 1, 0
    if at and name.startswith(wanted):
        at = _IN_NAME
    return (2 if at in (0, _IN_NAME) else 3), at


def _match_texts(item: Item, wanted: str, scattered: re.Pattern[str]) -> tuple[int, int] | None:
    """The rank and position of a part of the names themselves; None when there is none."""
    alias, name = _plain(item.alias), _plain(item.name)
    at = _position(alias, name, wanted)
    if at is None:
        return _gaps(alias, name, scattered)
    return (1, 0) if alias == wanted else (4, at)


def _position(alias: str, name: str, wanted: str) -> int | None:
    at = alias.find(wanted)
    if at >= 0:
        return at
    at = name.find(wanted)
    return at + _IN_NAME if at >= 0 else None


def _gaps(alias: str, name: str, scattered: re.Pattern[str]) -> tuple[int, int] | None:
    """Where the wanted characters have all been met in order: the sooner, the closer together."""
    match = scattered.match(alias)
    if match is not None:
        return 5, match.end()
    match = scattered.match(name)
    return None if match is None else (5, match.end() + _IN_NAME)


def _scattered(wanted: str) -> re.Pattern[str]:
    # Possessive runs never backtrack, so a miss costs one pass over the text.
    steps = (re.escape(character) for character in wanted)
    return re.compile("".join(f"[^{step}]*+{step}" for step in steps))


@lru_cache(maxsize=32768)
def _plain(text: str) -> str:
    """`text` as it is compared: NFKC, case-folded, without white space."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
