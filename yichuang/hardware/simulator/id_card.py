"""Made-up ID cards: what a reader would read from them, composed field by field (hardware 9.2).

None of it is taken from the code that reads cards, so that each proves the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from yichuang.queue.id_card import CardKind

_PHOTO_BYTES = 1024


@dataclass(frozen=True, slots=True)
class MadeUpCard:
    """A card of nobody. Dates as YYYYMMDD."""

    kind: CardKind
    name: str
    number: str
    birth: str
    sex: str = "1"
    nation: str = "01"
    address: str = "江苏省常州市天宁区郑陆镇样例路1号"
    issuer: str = "常州市公安局天宁分局"
    valid_from: str = "20200101"
    valid_to: str = "20400101"
    english_name: str = ""
    nationality: str = "CAN"
    permit: str = "H12345678"
    issues: str = "01"

    def text(self) -> bytes:
        """The text block: 256 bytes, UTF-16LE, filled up with blanks."""
        fields = {
            CardKind.RESIDENT: self._resident,
            CardKind.PERMIT: self._permit,
            CardKind.FOREIGNER_2017: self._foreigner_2017,
            CardKind.FOREIGNER_2023: self._foreigner_2023,
        }[self.kind]()
        block = b"".join(_filled(text, characters) for text, characters in fields)
        if len(block) != 256:
            raise ValueError(f"the block has {len(block)} bytes")
        return block

    def content(self) -> bytes:
        """What command 3001 gives: two lengths, text block, photo; the photo is a pattern."""
        photo = (b"WLf\x00" + bytes(range(1, 253))) * 4
        return bytes.fromhex("0100 0400") + self.text() + photo[:_PHOTO_BYTES]

    def _resident(self) -> list[tuple[str, int]]:
        return [*self._first_fields(self.nation), ("", 9), ("", 2), ("", 3), ("", 1), ("", 3)]

    def _permit(self) -> list[tuple[str, int]]:
        return [
            *self._first_fields(""),
            (self.permit, 9),
            (self.issues, 2),
            ("", 3),
            ("J", 1),
            ("", 3),
        ]

    def _first_fields(self, nation: str) -> list[tuple[str, int]]:
        return [
            (self.name, 15),
            (self.sex, 1),
            (nation, 2),
            (self.birth, 8),
            (self.address, 35),
            (self.number, 18),
            (self.issuer, 15),
            (self.valid_from, 8),
            (self.valid_to, 8),
        ]

    def _foreigner_2017(self) -> list[tuple[str, int]]:
        return [
            (self.english_name, 60),
            (self.sex, 1),
            (self.number, 15),
            (self.nationality, 3),
            (self.name, 15),
            (self.valid_from, 8),
            (self.valid_to, 8),
            (self.birth, 8),
            ("01", 2),
            ("3204", 4),
            ("I", 1),
            ("", 3),
        ]

    def _foreigner_2023(self) -> list[tuple[str, int]]:
        return [
            (self.name, 15),
            (self.sex, 1),
            (self.issues, 2),
            (self.birth, 8),
            (self.english_name[:35], 35),
            (self.number, 18),
            ("", 15),
            (self.valid_from, 8),
            (self.valid_to, 8),
            (self.english_name[35:], 11),
            (self.nationality, 3),
            ("Y", 1),
            ("001", 3),
        ]


def _filled(text: str, characters: int) -> bytes:
    data = text.encode("utf-16-le")
    if len(data) > characters * 2:
        raise ValueError("the text is too long for its field")
    return data + b"\x20\x00" * (characters - len(data) // 2)


def made_up_number(area: str, birth: date, order: int) -> str:
    """An 18-character number with its check character: 1 where the sum needs 1, X where it needs 10."""
    digits = f"{area}{birth:%Y%m%d}{order:03d}"
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(digits))
    missing = (1 - total) % 11
    return digits + ("X" if missing == 10 else str(missing))


def _sample(kind: CardKind, name: str, area: str, birth: date, **more: str) -> MadeUpCard:
    number = more.pop("number", "") or made_up_number(area, birth, 1)
    return MadeUpCard(kind, name, number, f"{birth:%Y%m%d}", **more)


SAMPLES = (
    _sample(CardKind.RESIDENT, "张样例", "320402", date(1990, 3, 7)),
    _sample(CardKind.RESIDENT, "欧阳样例", "320402", date(1949, 12, 31), valid_to="长期"),
    _sample(CardKind.PERMIT, "陈样例", "810000", date(1985, 1, 1)),
    _sample(
        CardKind.FOREIGNER_2017,
        "史样例",
        "",
        date(1970, 8, 1),
        number="CAN110070080112",
        english_name="SAMPLE, STEPHEN",
    ),
    _sample(
        CardKind.FOREIGNER_2023,
        "",
        "911156",
        date(1988, 8, 8),
        english_name="SAMPLE-LONGENOUGH, ALEXANDRA MARGUERITE",
    ),
    _sample(CardKind.RESIDENT, "\ue863样例", "320402", date(1966, 6, 6)),
)
"""One card of each kind, one of somebody old, and one with a character that Unicode has no place for."""
