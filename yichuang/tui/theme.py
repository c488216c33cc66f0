"""Three themes in the 16 ANSI colours. Each highlight is a reversal, so that it survives NO_COLOR.

No bright colour is used (a Linux console does not show bright backgrounds), and nothing is told by
colour alone.
"""

from __future__ import annotations

from textual.theme import Theme

from yichuang.language import N_

DEFAULT, CONTRAST, PLAIN = "default", "contrast", "plain"


def _theme(
    name: str, foreground: str, background: str, weight: str, variables: dict[str, str]
) -> Theme:
    return Theme(
        name=name,
        ansi=True,
        primary="ansi_blue",
        secondary="ansi_cyan",
        warning="ansi_yellow",
        error="ansi_red",
        success="ansi_green",
        accent="ansi_cyan",
        foreground=foreground,
        background=background,
        surface=background,
        panel=background,
        boost=background,
        variables={
            "weight": weight,
            "ground": background,
            "ink": foreground,
            "ansi-background": background,
            "ansi-foreground": foreground,
            "block-cursor-foreground": foreground,
            "block-cursor-background": background,
            "block-cursor-text-style": "bold reverse",
            "block-cursor-blurred-text-style": "bold reverse",
            "input-cursor-text-style": "reverse",
            "scrollbar": background,
            "scrollbar-hover": background,
            "scrollbar-active": background,
            "scrollbar-background": background,
            "scrollbar-background-hover": background,
            "scrollbar-background-active": background,
            "border": foreground,
            **variables,
        },
    )


_VARIABLES: dict[str, dict[str, str]] = {
    # Ink and paper of each highlight; as it is reversed, "ink" becomes the area's colour.
    DEFAULT: {
        "title-ink": "ansi_blue", "title-paper": "ansi_white",
        "section-ink": "ansi_cyan", "section-paper": "ansi_black",
        "key-ink": "ansi_white", "key-paper": "ansi_black",
        "alert-ink": "ansi_yellow", "alert-paper": "ansi_black",
        "error-ink": "ansi_red", "error-paper": "ansi_white",
        "good-ink": "ansi_green", "good-paper": "ansi_black",
        "big-ink": "ansi_green", "mark-ink": "ansi_yellow",
    },
    CONTRAST: {
        "title-ink": "ansi_white", "title-paper": "ansi_black",
        "section-ink": "ansi_white", "section-paper": "ansi_black",
        "key-ink": "ansi_white", "key-paper": "ansi_black",
        "alert-ink": "ansi_yellow", "alert-paper": "ansi_black",
        "error-ink": "ansi_yellow", "error-paper": "ansi_black",
        "good-ink": "ansi_white", "good-paper": "ansi_black",
        "big-ink": "ansi_white", "mark-ink": "ansi_yellow",
    },
    PLAIN: {
        "title-ink": "ansi_default", "title-paper": "ansi_default",
        "section-ink": "ansi_default", "section-paper": "ansi_default",
        "key-ink": "ansi_default", "key-paper": "ansi_default",
        "alert-ink": "ansi_default", "alert-paper": "ansi_default",
        "error-ink": "ansi_default", "error-paper": "ansi_default",
        "good-ink": "ansi_default", "good-paper": "ansi_default",
        "big-ink": "ansi_default", "mark-ink": "ansi_default",
    },
}  # fmt: skip

THEMES = (
    _theme(DEFAULT, "ansi_default", "ansi_default", "none", _VARIABLES[DEFAULT]),
    _theme(CONTRAST, "ansi_white", "ansi_black", "bold", _VARIABLES[CONTRAST]),
    _theme(PLAIN, "ansi_default", "ansi_default", "none", _VARIABLES[PLAIN]),
)
"""The themes, the default one first."""

THEME_LABELS = {DEFAULT: N_("标准"), CONTRAST: N_("高对比"), PLAIN: N_("纯文本")}
"""What the themes are called, to be translated."""


def variable_defaults() -> dict[str, str]:
    """Our own style variables, for the moment before one of our themes is chosen."""
    return {"weight": "none", "ground": "ansi_default", "ink": "ansi_default"} | _VARIABLES[DEFAULT]
