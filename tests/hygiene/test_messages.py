"""The catalogues are complete and match the code."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.hygiene.test_shape import shown_texts
from yichuang.language import _, text_in, use_language

LOCALE = Path(__file__).parents[2] / "yichuang" / "locale"
ENGLISH = LOCALE / "en" / "LC_MESSAGES" / "yichuang.po"
CHINESE = re.compile("[\u3400-\u9fff]")


def catalogue() -> Catalog:
    """The English catalogue."""
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def test_every_shown_text_has_an_english_one() -> None:
    known = catalogue()
    missing = {
        text
        for _where, text in shown_texts()
        if CHINESE.search(text) and not _translation(known, text)
    }
    assert missing == set(), "run `make messages` and translate"


def _translation(known: Catalog, text: str) -> str:
    message = known.get(text)
    return str(message.string) if message and message.string else ""


def test_english_texts_take_the_same_facts_and_hold_no_chinese() -> None:
    for message in catalogue():
        if not message.id or not isinstance(message, Message):
            continue
        source, english = str(message.id), str(message.string)
        fields = re.compile(r"\{(\w*)")
        assert set(fields.findall(source)) == set(fields.findall(english)), source
        assert not CHINESE.search(english), english


def test_the_compiled_catalogue_is_the_written_one() -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue())
    assert ENGLISH.with_suffix(".mo").read_bytes() == compiled.getvalue(), "run `make messages`"


@pytest.fixture
def english() -> Iterator[None]:
    use_language("en")
    yield
    use_language("zh_CN")


@pytest.mark.usefixtures("english")
def test_the_language_of_this_context_is_used() -> None:
    assert _("优先") == "Priority"
    assert text_in("zh_CN", "优先") == "优先"
