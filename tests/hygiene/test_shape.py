"""The size and the names of the house's parts."""

from __future__ import annotations

import ast
import statistics
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

import yichuang

ROOT = Path(yichuang.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
LONGEST_MODULE = 470
LONGEST_FUNCTION = 60
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}
TRANSLATED = {"_", "N_", "text_in"}


def test_modules_are_small_and_named_for_what_they_hold() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {path.name: size for path, size in lengths.items() if size > LONGEST_MODULE} == {}
    assert statistics.median(lengths.values()) < 150
    assert [path.name for path in MODULES if path.stem in VAGUE] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_are_short_and_public_things_are_documented(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert path.name == "__init__.py" or ast.get_docstring(tree), "a module says what it is"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, node.name
    for node in public_definitions(tree):
        assert ast.get_docstring(node), f"{node.name} has no docstring"


def public_definitions(
    tree: ast.Module,
) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Public classes and functions of a module, and their public methods."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if node.name.startswith("_"):
                continue
            yield node
            if isinstance(node, ast.ClassDef):
                for each in node.body:
                    if isinstance(
                        each, ast.FunctionDef | ast.AsyncFunctionDef
                    ) and not each.name.startswith("_"):
                        yield each


def shown_texts() -> Iterator[tuple[str, str]]:
    """Every text in the code that is marked for translation, with where it stands."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in TRANSLATED
            ):
                for argument in node.args:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield f"{path.name}:{node.lineno}", argument.value


def test_no_shown_text_has_a_glyph_of_doubtful_width() -> None:
    doubtful = [
        (where, text)
        for where, text in shown_texts()
        if any(unicodedata.east_asian_width(character) == "A" for character in text)
    ]
    assert doubtful == []
