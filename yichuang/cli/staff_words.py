"""Words of the command line that name people, posts and states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from yichuang.language import _
from yichuang.queue.people.whereabouts import Whereabouts
from yichuang.text import one_line


def tidy(word: str) -> str:
    """What was typed, without what a terminal would obey."""
    return one_line(word)


def _tidied(_context: click.Context, _parameter: click.Parameter, value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(tidy, value))
    return tidy(value) if isinstance(value, str) else value


badge_argument = click.argument("badge", metavar="BADGE", callback=_tidied)
"""A badge number that must be named."""


def badge_option(
    *names: str, text: str, multiple: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An option that names a badge number, or several."""
    return click.option(*names, metavar="BADGE", callback=_tidied, help=text, multiple=multiple)


class State(click.ParamType[Whereabouts]):
    """A state of the whereabouts board, by its code or as it is shown."""

    name = "state"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """What stands for it in the help."""
        del param, ctx
        return "STATE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Whereabouts:
        """The state; fails with all that there are."""
        if isinstance(value, Whereabouts):
            return value
        for state in Whereabouts:
            if value in (state.value, state.label):
                return state
        known = _("、").join(f"{state.value} {state.label}" for state in Whereabouts)
        return self.fail(_("可用：{known}").format(known=known), param, ctx)
