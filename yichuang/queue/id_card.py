"""What an ID card says of its holder, as far as a queue may know it (hardware 9.5, DESIGN 9)."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from yichuang.language import N_, _
from yichuang.queue.person import Person


class CardKind(StrEnum):
    """The kinds of card that the readers of second-generation ID cards read."""

    RESIDENT = "resident"
    """居民身份证; no type flag."""
    PERMIT = "permit"
    """港澳台居民居住证; type flag J."""
    FOREIGNER_2017 = "foreigner_2017"
    """外国人永久居留身份证 of 2017; type flag I."""
    FOREIGNER_2023 = "foreigner_2023"
    """外国人永久居留身份证 of 2023; type flag Y."""

    @property
    def label(self) -> str:
        """The kind in the user's language."""
        return _(_LABELS[self])


_LABELS = {
    CardKind.RESIDENT: N_("居民身份证"),
    CardKind.PERMIT: N_("港澳台居民居住证"),
    CardKind.FOREIGNER_2017: N_("外国人永久居留身份证（2017 版）"),
    CardKind.FOREIGNER_2023: N_("外国人永久居留身份证（2023 版）"),
}


class IdCard(NamedTuple):
    """A card that was read. Its number, name, photo and address were dropped where they came in."""

    kind: CardKind
    person: Person
    """The keyed hash and the mask of the number; the year of birth as the card tells it."""
    name: str
    """Masked: `张*`, or `S***` where a card has only a name in Latin letters; `〓*` where the first
    character is one that only the police's fonts have."""
    age: int
    """Full years on the day of reading, for the offer of the green channel; kept nowhere."""
