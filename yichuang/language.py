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

_LOCALE = Path(__file__).parent / "locale"
_catalogues: dict[str, gettext_module.NullTranslations] = {}
_current: ContextVar[str] = ContextVar("language", default=LANGUAGES[0])


def use_language(language: str) -> None:
    """Choose the language of this context; an unknown one falls back to Chinese."""
    _current.set(language if language in LANGUAGES else LANGUAGES[0])


def current_language() -> str:
    """The language chosen for this context, one of `LANGUAGES`."""
    return _current.get()


def _(text: str) -> str:
    """`text` in the language of this context."""
    return text_in(_current.get(), text)


def text_in(language: str, text: str) -> str:
    """`text` in a language that does not depend on who asks, such as the hall's own."""
    if language == LANGUAGES[0]:
        return text
    catalogue = _catalogues.get(language)
    if catalogue is None:
        catalogue = gettext_module.translation("yichuang", _LOCALE, [language])
        _catalogues[language] = catalogue
    return catalogue.gettext(text)


def N_(text: str) -> str:  # noqa: N802 - the name that gettext tools look for
    """Mark `text` for translation where it is used later."""
    return text
