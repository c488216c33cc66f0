"""The tree of commands; a command's module is imported when it is named."""

from __future__ import annotations

import logging
from importlib import import_module

import click

from yichuang import __version__
from yichuang.cli.options import NamingGroup
from yichuang.cli.outcome import outcome_of
from yichuang.language import LANGUAGES, _

_PLACES = {
    "init": "hall",
    "run": "run",
    "screen": "run",
    "serve": "serve",
    "status": "hall",
    "backup": "hall",
    "doctor": "doctor",
    "ticket": "ticket",
    "window": "window",
    "day": "supervision",
    "surge": "supervision",
    "appointment": "appointment",
    "items": "items",
    "settings": "settings",
    "staff": "staff",
    "hours": "hours",
    "device": "device",
    "journal": "journal",
    "simulate": "simulate",
    "plan": "plan",
    "voice": "voice",
}


class _LateGroup(NamingGroup):
    """A group that imports a command only to run it, or to tell its help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = _PLACES.get(cmd_name)
        if place is None:
            return None
        command: click.Command = getattr(import_module(f"yichuang.cli.{place}"), cmd_name)
        return command


@click.group(
    cls=_LateGroup,
    help=_("一窗：政务服务大厅的取号、叫号和窗口。"),
    epilog=_("大厅用 --hall 或环境变量 YICHUANG_HALL 指明；每个命令都可加 --json 和 --lang en。"),
)
@click.version_option(__version__, prog_name="yichuang", help=_("显示版本并退出"))
@click.option("--lang", type=click.Choice(LANGUAGES), help=_("语言"))
def root(lang: str | None) -> None:
    """The command without a subcommand; `lang` was heeded before parsing, and by `takes_hall`."""


def run_command(words: list[str]) -> int:
    """Run one command line; returns its exit status."""

    # A command says what matters itself; `run` and `screen` send the log to a file.
    logging.getLogger().addHandler(logging.NullHandler())

    def main() -> object:
        return root.main(words, prog_name="yichuang", standalone_mode=False)

    return outcome_of(main, as_json="--json" in words)
