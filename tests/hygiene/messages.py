"""The texts in the code, and the catalogues that translate them.

`make messages` brings the English catalogue up to date with the code and compiles every catalogue.
The code is read as Python reads it: other gatherers miss the texts inside f-strings.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from yichuang.language import LOCALE

CODE = LOCALE.parent
ENGLISH = LOCALE / "en" / "LC_MESSAGES" / "yichuang.po"
CLICK = LOCALE / "zh_CN" / "LC_MESSAGES" / "click.po"
"""The words of the command line's own library."""

CHINESE = re.compile("[\u3400-\u9fff\uff00-\uffef\u3000-\u303f]")
_TEXT_PLACE = {"_": 0, "N_": 0, "text_in": 1}
"""Where the text stands among the arguments; a context may follow it."""

_UNCHANGING = datetime(2000, 1, 1, tzinfo=UTC)
"""The date in every compiled catalogue, so that the same texts give the same bytes."""


class Text(NamedTuple):
    """A text that is marked for translation."""

    text: str
    context: str
    where: str


def texts() -> Iterator[Text]:
    """Every Chinese text in the code that is marked for translation."""
    for path in sorted(CODE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            place = _TEXT_PLACE.get(node.func.id)
            if place is None:
                continue
            text, context = _constant(node.args, place), _constant(node.args, place + 1)
            if CHINESE.search(text):
                yield Text(text, context, f"{path.relative_to(CODE)}:{node.lineno}")


def _constant(arguments: list[ast.expr], place: int) -> str:
    found = arguments[place] if place < len(arguments) else None
    if isinstance(found, ast.Constant) and isinstance(found.value, str):
        return found.value
    return ""


def catalogue(path: Path) -> Catalog:
    """The catalogue in a .po file."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name)


def compiled(path: Path) -> bytes:
    """The .mo of a .po file: the same for the same texts."""
    found = catalogue(path)
    found.creation_date = found.revision_date = _UNCHANGING
    out = io.BytesIO()
    write_mo(out, found)
    return out.getvalue()


def update() -> list[str]:
    """Bring the English catalogue up to date; returns the texts that want a translation."""
    template = Catalog()
    for text in texts():
        template.add(text.text, context=text.context or None)
    known = catalogue(ENGLISH) if ENGLISH.exists() else Catalog(locale="en")
    known.update(template, no_fuzzy_matching=True)
    known.obsolete.clear()
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    with ENGLISH.open("wb") as file:
        write_po(file, known, width=100, sort_output=True, omit_header=True)
    return [str(message.id) for message in known if message.id and not message.string]


def compile_all() -> None:
    """Write the .mo beside every .po."""
    for path in LOCALE.rglob("*.po"):
        path.with_suffix(".mo").write_bytes(compiled(path))


if __name__ == "__main__":
    untranslated = update()
    compile_all()
    for each in untranslated:
        sys.stderr.write(f"{ENGLISH}: {each!r}\n")
    sys.exit(1 if untranslated else 0)
