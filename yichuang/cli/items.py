"""`yichuang items`: the catalogue."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from yichuang.cli.options import Asked, NamingGroup, run, takes_hall
from yichuang.errors import FileUnreadable
from yichuang.language import _
from yichuang.queue.item import Item


@click.group(cls=NamingGroup, help=_("导入和查找事项。"))
def items() -> None:
    """The commands on the catalogue."""


@items.command("import", help=_("导入 CSV 文件：全部导入，或一条也不导入；同一文件可以反复导入。"))
@click.argument("file", type=click.Path(path_type=Path))
@takes_hall
def import_(asked: Asked, file: Path) -> None:
    """Add or update items."""
    from yichuang.queue.item_import import decode_csv, read_items

    try:
        data = file.read_bytes()
    except OSError as error:
        raise FileUnreadable(path=file, detail=error.strerror) from error

    async def work() -> tuple[int, int, int]:
        async with asked.hall() as hall:
            found = read_items(decode_csv(data, path=file), list(hall.rules.categories), path=file)
            done = await hall.import_items(found, source=file.name, actor=asked.actor)
            new, changed = done.counts or (0, 0)
            return len(found), new, changed

    total, new, changed = run(work())
    asked.show(
        {"items": total, "new": new, "changed": changed},
        _("共 {total} 条：新增 {new}，更新 {changed}，其余没有变化").format(
            total=total, new=new, changed=changed
        ),
    )


@items.command(help=_("按拼音首字母、名称或编码查找事项，例如 sbk。"))
@click.argument("query")
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True)
@takes_hall
def find(asked: Asked, query: str, limit: int) -> None:
    """Find items."""
    from yichuang.queue.item import find_items

    async def work() -> tuple[list[Item], dict[str, str]]:
        async with asked.hall() as hall:
            found = find_items(await hall.items(), query, limit)
            return found, {code: each.label for code, each in hall.rules.categories.items()}

    found, labels = run(work())
    lines = [
        f"{each.code}  {labels.get(each.category, each.category)}  {each.name}" for each in found
    ]
    asked.show(
        {"items": [asdict(each) for each in found]},
        "\n".join(lines) or _("没有找到；换几个拼音首字母或名称里的字再试"),
    )
