"""The catalogues are complete and match the code."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from enum import Enum, StrEnum
from pathlib import Path
from string import Formatter

import click
import pytest
from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

import yichuang.queue
from tests.hygiene.messages import CHINESE, CLICK, ENGLISH, catalogue, compiled, texts
from yichuang.language import LOCALE, N_, _, text_in, use_language

FOR_PROGRAMMERS = {
    "Arguments take exactly one parameter declaration, got {length}: {decls}.",
    "Boolean option {decl!r} cannot use the same flag for true/false.",
    "Could not determine name for option with declarations {decls!r}",
    "Invalid start character for option ({option})",
    "Name '{name}' defined twice",
    "Unknown color {colour!r}",
    "Unknown standard stream '{name}'",
}
"""What click says to those who declare options wrongly; no user sees it."""


def test_every_shown_text_has_an_english_one_and_nothing_else_has() -> None:
    known = {(str(each.id), each.context or "") for each in messages(ENGLISH)}
    wanted = {(each.text, each.context) for each in texts()}
    assert wanted == known, "run `make messages` and translate"
    assert [each.id for each in messages(ENGLISH) if not each.string] == []


def messages(path: Path) -> Iterator[Message]:
    """The texts of a catalogue, without its header."""
    yield from (each for each in catalogue(path) if each.id)


def test_english_texts_take_the_same_facts_in_plain_ascii() -> None:
    for message in messages(ENGLISH):
        source, english = str(message.id), str(message.string)
        assert fields(source) == fields(english), source
        assert english.isascii(), english
        assert source.count("\n") == english.count("\n"), source


def fields(text: str) -> set[tuple[str, str | None]]:
    """The braces of a text, with how they are to be written."""
    return {(name, form) for _text, name, form, _how in Formatter().parse(text) if name is not None}


def test_click_speaks_chinese_wherever_a_user_hears_it() -> None:
    known = {each.id[0] if isinstance(each.id, tuple) else each.id for each in messages(CLICK)}
    folder = Path(click.__file__).parent
    keywords = {**DEFAULT_KEYWORDS, "_": None, "ngettext": (1, 2)}
    said = {
        text[0] if isinstance(text, tuple) else text
        for _file, _line, text, _comments, _context in extract_from_dir(folder, keywords=keywords)
        if text
    }
    missing = {text for text in said - known if not text.startswith("No options defined")}
    assert missing == FOR_PROGRAMMERS
    for message in messages(CLICK):
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(strings), message.id


@pytest.mark.parametrize("path", sorted(LOCALE.rglob("*.po")), ids=lambda path: str(path.stem))
def test_the_compiled_catalogue_is_the_written_one(path: Path) -> None:
    assert path.with_suffix(".mo").read_bytes() == compiled(path), "run `make messages`"


def test_texts_inside_formatted_strings_are_found() -> None:
    assert any(each.text == "事项" for each in texts())
    assert any(each == ("过号", "state") for each in (found[:2] for found in texts()))


@pytest.fixture
def english() -> Iterator[None]:
    use_language("en")
    yield
    use_language("zh_CN")


@pytest.mark.usefixtures("english")
def test_the_language_of_this_context_is_used() -> None:
    assert _("优先") == "Priority"
    assert text_in("zh_CN", "优先") == "优先"


@pytest.mark.usefixtures("english")
def test_a_context_chooses_between_two_words() -> None:
    assert (_("过号"), _("过号", "state")) == ("Pass", "Passed")
    assert N_("过号", "state") == "过号"


def labelled() -> list[type[Enum]]:
    """Every enum of the engine whose members have a label for people."""
    for module in pkgutil.walk_packages(yichuang.queue.__path__, "yichuang.queue."):
        importlib.import_module(module.name)
    found = [kind for kind in StrEnum.__subclasses__() if hasattr(kind, "label")]
    return sorted(found, key=lambda kind: kind.__name__)


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("kind", labelled(), ids=lambda kind: str(kind.__name__))
def test_a_label_is_looked_up_as_it_is_marked(kind: type[Enum]) -> None:
    """Marked with a context and looked up without one, it would stay Chinese."""
    labels = [str(getattr(each, "label", each)) for each in kind]
    assert [label for label in labels if CHINESE.search(label)] == []


@pytest.mark.usefixtures("english")
def test_what_no_catalogue_knows_stays_as_it_is() -> None:
    assert _("本厅自己的说法") == "本厅自己的说法"
    assert _("") == ""


def test_a_missing_catalogue_leaves_chinese(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("yichuang.language.LOCALE", tmp_path)
    monkeypatch.setattr("yichuang.language._catalogues", {})
    assert text_in("en", "优先") == "优先"
