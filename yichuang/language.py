"""The language of one user: gettext catalogues, Chinese first.

The texts in the code are Chinese, so zh_CN needs no catalogue; English is `locale/en`. The choice is
a context variable, so that screens served from one process may differ in language.
"""

from __future__ import annotations

import gettext as gettext_module
from contextvars import ContextVar
from pathlib import Path

LANGUAGES = ("zh_CN", "en")
"""The languages that have a complete catalogue; the first is the language of the code's own texts."""

LOCALE = Path(__file__).parent / "locale"
"""Where the catalogues are."""

_catalogues: dict[str, gettext_module.NullTranslations] = {}
_current: ContextVar[str] = ContextVar("language", default=LANGUAGES[0])


def use_language(language: str) -> None:
    """Choose the language of this context; an unknown one falls back to Chinese."""
    _current.set(language if language in LANGUAGES else LANGUAGES[0])


def current_language() -> str:
    """The language chosen for this context, one of `LANGUAGES`."""
    return _current.get()


def _(text: str, context: str = "") -> str:
    """`text` in the language of this context.

    One Chinese word may need two English ones (过号 is what a clerk does, and how a ticket stands):
    `context` then names which is meant.
    """
    return text_in(_current.get(), text, context)


def text_in(language: str, text: str, context: str = "") -> str:
    """`text` in a language that does not depend on who asks, such as the hall's own.

    A text that the catalogue lacks stays Chinese.
    """
    if not text or language == LANGUAGES[0]:
        return text  # gettext would give its own header for an empty text
    catalogue = _catalogues.get(language)
    if catalogue is None:
        catalogue = gettext_module.translation("yichuang", LOCALE, [language], fallback=True)
        _catalogues[language] = catalogue
    return catalogue.pgettext(context, text) if context else catalogue.gettext(text)


def N_(text: str, context: str = "") -> str:  # noqa: N802 - gettext's name for it
    """Mark `text` for translation where it is used later, with the same `context`."""
    return text
