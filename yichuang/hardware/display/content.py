"""What a call display shows: from what its windows say, or from the hall's calls, to lines that fit (C01).

Pure: faces and settings in, pages out. A page is one or two lines; several pages take turns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from yichuang.config import DisplaySettings
from yichuang.hardware.display.wording import Wording, wording
from yichuang.hardware.text import clean, width_of, wrap
from yichuang.queue.face import Face, FaceState

Page = tuple[str, ...]
"""Lines, each no wider than the display."""


@dataclass(frozen=True, slots=True)
class Call:
    """A called number and where it should go."""

    number: str
    window: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What a display shows at one moment."""

    state: FaceState
    page: Page
    flashing: bool = False
    dark: bool = False
    """The off half of a flash, for a display that cannot flash by itself."""
    call: Call | None = None
    """The called or served number."""
    unit: str = ""
    item: str = ""
    badge: str = ""
    label: str = ""
    """The state in the hall's language."""


class Layout:
    """The form of one display: how wide, how many lines, in which words."""

    def __init__(self, settings: DisplaySettings, language: str) -> None:
        self.columns: int = settings.layout
        self.rows: int = settings.lines
        self.has_hanzi = settings.driver != "line" or settings.hanzi
        self._words: Wording = wording(language, hanzi=self.has_hanzi)
        self._idle_text = self._readable(settings.idle_text)
        self._facts = settings.facts

    def call(self, call: Call) -> list[Page]:
        """A call at the display of its window, or alone on one of the whole hall."""
        return self._about(call, self._words.call)

    def calls(self, calls: Sequence[Call]) -> list[Page]:
        """The whole hall's calls, the newest first, a line each where they fit; else the newest alone."""
        if not calls:
            return self._paged_text(self._idle_text) or [self._stacked(self._words.nobody)]
        one_liners = [each for each in self._words.call if len(each) == 1]
        lines = [self._first_fit(one_liners, call) for call in calls[: self.rows]]
        whole = [line[0] for line in lines if line]
        if len(whole) == len(lines) and self.rows > 1:
            return [self._filled(tuple(whole))]
        return self.call(calls[0])

    def face(self, face: Face) -> list[Page]:
        """What a window's display says."""
        match face.state:
            case FaceState.CALLING:
                return self.call(Call(face.number, face.window))
            case FaceState.SERVING:
                call = Call(face.number, face.window)
                return [*self._about(call, self._words.serving), *self._fact_pages(face)]
            case FaceState.IDLE:
                return self._paged_text(self._idle_text) or [
                    self._stacked(self._named(face.window))
                ]
            case _:
                return [self._standing(face)]

    def test(self) -> list[Page]:
        """What shows that the display works."""
        return [self._stacked(self._words.test)]

    def label(self, state: FaceState) -> str:
        """The state as a template can show it."""
        return self._words.labels[state]

    def _standing(self, face: Face) -> Page:
        """A window that does not serve: its name above its state, or the state alone."""
        state = self._fitting(self._words.states[face.state])
        if self.rows == 1:
            return (state,)
        return (self._fitting(self._named(face.window)), state)

    def _about(self, call: Call, wordings: Iterable[Page]) -> list[Page]:
        """The first wording that fits; the number and the rest by turns where none does."""
        given = list(wordings)
        if found := self._first_fit([each for each in given if len(each) <= self.rows], call):
            return [self._filled(found)]
        lines = self._first_fit(given, call) or (call.number, str(call.window))
        wrapped = [part for line in lines for part in wrap(clean(line), self.columns)]
        return self._paged(wrapped)

    def _first_fit(self, wordings: Iterable[Page], call: Call) -> Page | None:
        number = self._readable(call.number)
        for each in wordings:
            lines = tuple(line.format(number=number, window=call.window) for line in each)
            if all(width_of(line) <= self.columns for line in lines):
                return lines
        return None

    def _fact_pages(self, face: Face) -> list[Page]:
        """Each fact that fits a page, on one of its own; none for which it has no characters."""
        pages = []
        facts = {"unit": face.unit, "item": face.item, "badge": face.badge}
        for name in self._facts:
            fact = self._readable(facts[name])
            if not fact:
                continue
            if lines := self._fact_lines(self._words.facts[name], fact):
                pages.append(self._filled(lines))
        return pages

    def _fact_lines(self, heads: Sequence[str], fact: str) -> Page | None:
        """A fact behind its head in one line, or below it, or alone; None when it does not fit at all."""
        forms: list[Page] = [(head + fact,) for head in heads]
        if self.rows > 1:
            forms += [(head.rstrip(": ："), fact) for head in heads]
        wrapped = tuple(wrap(fact, self.columns))
        if len(wrapped) <= self.rows:
            forms.append(wrapped)
        fits = (form for form in forms if all(width_of(line) <= self.columns for line in form))
        return next(fits, None)

    def _named(self, window: int) -> tuple[str, ...]:
        return tuple(each.format(window=window) for each in self._words.window)

    def _fitting(self, wordings: Sequence[str]) -> str:
        return next((each for each in wordings if width_of(each) <= self.columns), wordings[-1])

    def _stacked(self, wordings: Sequence[str]) -> Page:
        return self._filled((self._fitting(wordings),))

    def _paged_text(self, text: str) -> list[Page]:
        """Someone's own text, over as many pages as it needs."""
        return self._paged(wrap(text, self.columns))

    def _paged(self, lines: Sequence[str]) -> list[Page]:
        return [
            self._filled(tuple(lines[at : at + self.rows]))
            for at in range(0, len(lines), self.rows)
        ]

    def _filled(self, lines: Page) -> Page:
        return (*lines, *[""] * (self.rows - len(lines)))

    def _readable(self, text: str) -> str:
        """`text` in one clean line; empty when the display has no characters for it."""
        line = clean(text)
        return line if self.has_hanzi or line.isascii() else ""
