"""The command `yichuang`: parse, choose the language, then import only what the command needs.

Exit status: 0 done, 1 failure, 2 usage, 3 the rules said no.
"""

from __future__ import annotations

import gc
import gettext
import os
import sys

_GARBAGE_AFTER = 50_000
"""New objects between two looks for garbage. At Python's own 700 an eighth of the start-up is spent on
looking through modules that were just imported and will stay."""


def main() -> None:
    """Run the command line; never shows a traceback."""
    gc.set_threshold(_GARBAGE_AFTER)
    from yichuang.language import LANGUAGES, current_language, use_language

    words = sys.argv[1:]
    use_language(_language_of(words))
    if current_language() == LANGUAGES[0]:
        translate_click()
    _never_choke()
    from yichuang.cli.root import run_command

    sys.exit(run_command(words))


def translate_click() -> None:
    """Let click say its own words (Usage, Options, errors) in Chinese; before click is imported.

    Click asks the process's default gettext domain, whose language comes from the environment.
    """
    from yichuang.language import LANGUAGES, LOCALE

    gettext.bindtextdomain("click", LOCALE)
    gettext.textdomain("click")
    os.environ["LANGUAGE"] = LANGUAGES[0]


def _language_of(words: list[str]) -> str:
    """The language asked for, before parsing: help texts are translated as they are imported."""
    for place, word in enumerate(words):
        if word == "--lang" and place + 1 < len(words):
            return words[place + 1]
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
    return os.environ.get("YICHUANG_LANG", "zh_CN")


def _never_choke() -> None:
    """What the terminal's character set lacks becomes an escape, not a crash."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
