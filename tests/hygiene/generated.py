"""The parts of the docs that are made from the code, so that they cannot drift from it.

`make docs` writes them anew; the tests compare.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click

from yichuang import errors
from yichuang.cli import translate_click
from yichuang.cli.root import root
from yichuang.queue.ticket import MOVES, Move, TicketState

DOCS = Path(__file__).parents[2] / "docs"


def error_page() -> str:
    """Every error: its code, what it says, what to do."""
    lines = [
        "# Errors",
        "",
        "Every error has a code for programs, a sentence and a next step for people. Exit status: 1 a",
        "failure, 2 a command line that cannot be understood, 3 the rules said no. This page is made from",
        "`yichuang/errors` by `make docs`.",
        "",
        "| code | exit | what happened | what to do next |",
        "|---|---|---|---|",
    ]
    for kind in sorted(error_classes(), key=lambda each: each.code):
        text, advice = (
            part.replace("\n", " ").replace("|", "\\|") for part in (kind.text, kind.advice)
        )
        lines.append(f"| `{kind.code}` | {kind.exit_status} | {text} | {advice} |")
    return "\n".join(lines) + "\n"


def error_classes() -> Iterator[type[errors.YichuangError]]:
    """All error classes, the families included."""
    found = [errors.YichuangError]
    while found:
        kind = found.pop()
        if kind.__module__.startswith(f"{errors.__name__}."):
            yield kind
        found.extend(kind.__subclasses__())


def moves_page() -> str:
    """The life of a ticket: the diagram and the table of legal moves."""
    lines = [
        "# The life of a ticket",
        "",
        "Made from the one table of legal moves, `yichuang.queue.ticket.MOVES`, by `make docs`. Every other",
        "move is refused with what can be done instead.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> waiting: issue 取号",
    ]
    for move, (sources, target) in MOVES.items():
        label = f"{move.value} {move.label}"
        lines.extend(f"    {source} --> {target}: {label}" for source in _in_order(sources))
    ends = [
        state
        for state in TicketState
        if all(state not in MOVES[move][0] for move in _made_by_people())
    ]
    lines.extend(f"    {state} --> [*]" for state in ends)
    lines += ["```", "", "| move | 动作 | from | to |", "|---|---|---|---|"]
    for move, (sources, target) in MOVES.items():
        named = ", ".join(state.value for state in _in_order(sources))
        lines.append(f"| `{move.value}` | {move.label} | {named} | {target.value} |")
    return "\n".join(lines) + "\n"


def _in_order(states: frozenset[TicketState]) -> list[TicketState]:
    return [state for state in TicketState if state in states]


def _made_by_people() -> list[Move]:
    return [move for move in Move if not move.value.startswith("undo")]


def command_page() -> str:
    """Every command with its help, as the program prints it in Chinese."""
    translate_click()
    lines = ["# 命令", "", "由程序自己的帮助生成（`make docs`）。", ""]
    for path, command in _commands("yichuang", root):
        with click.Context(command, info_name=path, color=False) as context:
            context.max_content_width = context.terminal_width = 96
            lines += [f"## `{path}`", "", "```text", command.get_help(context).rstrip(), "```", ""]
    return "\n".join(lines)


def _commands(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        with click.Context(command, info_name=path) as context:
            for name in command.list_commands(context):
                each = command.get_command(context, name)
                if each is not None:
                    yield from _commands(f"{path} {name}", each)


PAGES: dict[str, Callable[[], str]] = {
    "errors.md": error_page,
    "moves.md": moves_page,
    "commands.zh.md": command_page,
}
"""The generated pages of `docs/`."""


def write_all() -> None:
    """Write every generated page."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write_all()
