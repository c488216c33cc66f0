"""What every command takes: which hall, which language, JSON or text, and who asks."""

from __future__ import annotations

import asyncio
import difflib
import getpass
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from yichuang.cli.outcome import show
from yichuang.language import LANGUAGES, _, use_language

if TYPE_CHECKING:
    from yichuang.config import Settings
    from yichuang.queue.service import Hall

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Asked:
    """The options that every command shares."""

    folder: Path
    language: str | None
    as_json: bool
    actor: str

    def show(self, result: dict[str, Any], text: str) -> None:
        """Print the command's result the way it was asked for."""
        show(result, text, as_json=self.as_json)

    @asynccontextmanager
    async def hall(self, settings: Settings | None = None) -> AsyncIterator[Hall]:
        """The hall that was named, open; speaks its language unless another was asked for.

        `settings` hold in place of those in hall.toml.
        """
        from yichuang.bootstrap import open_hall

        async with open_hall(self.folder, settings=settings) as hall:
            if self.language is None:
                use_language(hall.settings.hall.language)
            yield hall


class NamingGroup(click.Group):
    """A group that names the nearest command when one is misspelt."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the words name; raises UsageError."""
        known = self.list_commands(ctx)
        if args and args[0] not in known:
            near = difflib.get_close_matches(args[0], known, n=1) or known
            text = _("没有 {name} 这个命令，可用：{known}")
            raise click.UsageError(text.format(name=args[0], known=_("、").join(near)), ctx)
        return super().resolve_command(ctx, args)


def default_folder() -> Path:
    """The hall of this user when none is named."""
    from platformdirs import user_data_path

    return user_data_path("yichuang") / "hall"


def takes_hall(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the shared options; it gets them as its first argument, an `Asked`."""

    def run(
        hall: Path | None, lang: str | None, as_json: bool, actor: str | None, **others: Any
    ) -> Any:
        lang = lang or click.get_current_context().find_root().params.get("lang")
        asked = Asked(hall or default_folder(), lang, as_json, actor or _user())
        return command(asked, **others)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__dict__.update(command.__dict__)
    for option in (
        click.option("--actor", envvar="YICHUANG_ACTOR", help=_("操作人，记入流水")),
        click.option("--json", "as_json", is_flag=True, help=_("输出 JSON")),
        click.option(
            "--lang", envvar="YICHUANG_LANG", type=click.Choice(LANGUAGES), help=_("语言")
        ),
        click.option(
            "--hall",
            envvar="YICHUANG_HALL",
            type=click.Path(path_type=Path),
            help=_("大厅所在的文件夹"),
        ),
    ):
        run = option(run)
    return run


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run an asynchronous command to its end."""
    return asyncio.run(work)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
