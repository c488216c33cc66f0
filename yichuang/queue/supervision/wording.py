"""What a text that screens show stands for in the journal, which keeps codes and badge numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from yichuang.language import _
from yichuang.queue.event import EventKind
from yichuang.queue.oversight.alert import AlertKind, Severity
from yichuang.queue.oversight.search import Meant
from yichuang.queue.people.whereabouts import Whereabouts
from yichuang.queue.personnel.leaving import WORDS
from yichuang.queue.rating import Grade
from yichuang.queue.supervision.sentence import Names, fixed_alert_words, fixed_words


def meant_by(text: str, names: Names) -> Meant:
    """What the journal keeps where its page shows the text; nothing for an empty one."""
    if not text:
        return Meant()
    # Whose badge number has the text in it is found by the text itself, without so many to look for.
    people = frozenset(
        each for each in names.staff if text not in each and _is_in(text, [names.person(each)])
    )
    return Meant(
        kinds=frozenset(each for each in EventKind if _is_in(text, fixed_words(each))),
        actors=people,
        facts=frozenset(
            [*(("", badge) for badge in people), *_categories(text, names), *_codes(text)]
        ),
    )


def _is_in(text: str, said: Iterable[str]) -> bool:
    return any(text.casefold() in each.casefold() for each in said)


def _categories(text: str, names: Names) -> Iterator[tuple[str, str]]:
    return (("", code) for code, label in names.categories.items() if _is_in(text, [label]))


def _codes(text: str) -> Iterator[tuple[str, str]]:
    """What stands for words of the program, under the name of its fact."""
    yield from (("state", each) for each in Whereabouts if _is_in(text, [each.label]))
    yield from (("grade", each) for each in Grade if _is_in(text, [each.label]))
    yield from (("severity", each) for each in Severity if _is_in(text, [each.label]))
    yield from (("kind_of", each) for each in AlertKind if _is_in(text, fixed_alert_words(each)))
    yield from (("why", why) for why, word in WORDS.items() if _is_in(text, [_(word)]))
