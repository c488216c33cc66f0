"""`yichuang staff key`: public keys that open screens without a PIN."""

from __future__ import annotations

from pathlib import Path

import click

from yichuang.cli.columns import table
from yichuang.cli.options import Asked, NamingGroup, run, takes_hall
from yichuang.cli.staff_files import read_bytes
from yichuang.cli.staff_person import key_json
from yichuang.cli.staff_words import badge_option, tidy
from yichuang.errors import InvalidKey, UnknownKey
from yichuang.language import _
from yichuang.queue.people.staff import SshKey
from yichuang.queue.personnel.keys import fingerprint, read_key

_FINGERPRINT = "SHA256:"


@click.group(cls=NamingGroup, help=_("公钥：凭它不用密码就能打开自己的界面，或无人值守的界面。"))
def key() -> None:
    """The commands on public keys."""


@key.command("list", help=_("列出登记的公钥，是谁的或哪个界面的。"))
@badge_option("--badge", text=_("只看这个人的"))
@takes_hall
def list_keys(asked: Asked, badge: str | None) -> None:
    """List the keys that are let in."""

    async def work() -> list[SshKey]:
        async with asked.hall() as hall:
            return [each for each in await hall.people.keys() if badge in (None, each.badge)]

    _show(asked, run(work()))


@key.command(
    help=_(
        "登记 .pub 文件里的公钥：yichuang staff key add 1001 FILE，或 --post kiosk:kiosk2 FILE。"
    )
)
@click.argument("words", nargs=-1, required=True, metavar="[BADGE] FILE")
@click.option(
    "--post", metavar="POST", help=_("无人值守的界面：kiosk、kiosk:NAME、board、whereabouts")
)
@takes_hall
def add(asked: Asked, words: tuple[str, ...], post: str | None) -> None:
    """Let keys in, all of a file or none."""
    if len(words) != (1 if post else 2):
        raise click.UsageError(_("写明工号和文件，或 --post 和文件"))
    badge = None if post else tidy(words[0])
    lines = _key_lines(Path(words[-1]))

    async def work() -> list[SshKey]:
        async with asked.hall() as hall:
            place = tidy(post) if post else None
            await hall.people.add_key(*lines, badge=badge, post=place, actor=asked.actor)
            added = {read_key(line)[0] for line in lines}
            return [each for each in await hall.people.keys() if each.key in added]

    _show(asked, run(work()))


def _key_lines(path: Path) -> list[str]:
    """The keys of a .pub or authorized_keys file, each seen to be one; raises InvalidKey."""
    text = read_bytes(path).decode("utf-8", "replace")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not lines:
        raise InvalidKey(detail=_("文件是空的"))
    for line in lines:
        read_key(line)
    return lines


@key.command(help=_("删除一个公钥：写指纹 SHA256:...（可只写开头几位）或 .pub 文件。"))
@click.argument("which", metavar="KEY")
@takes_hall
def remove(asked: Asked, which: str) -> None:
    """Let a key in no more."""

    async def work() -> SshKey:
        async with asked.hall() as hall:
            found = _meant(which, await hall.people.keys())
            await hall.people.remove_key(found.key, actor=asked.actor)
            return found

    found = run(work())
    asked.show({"removed": key_json(found)}, _("已删除 {key}").format(key=fingerprint(found.key)))


def _meant(which: str, kept: list[SshKey]) -> SshKey:
    """The one key that is meant; raises UnknownKey for none, and for several."""
    if which.startswith(_FINGERPRINT):
        found = [each for each in kept if fingerprint(each.key).startswith(which)]
    else:
        wanted = {read_key(line)[0] for line in _key_lines(Path(which))}
        found = [each for each in kept if each.key in wanted]
    if len(found) != 1:
        raise UnknownKey
    return found[0]


def _show(asked: Asked, keys: list[SshKey]) -> None:
    rows = [[_("指纹"), _("工号或界面"), _("种类"), _("备注")]]
    rows += [
        [fingerprint(each.key), each.badge or each.post or "", each.key.split()[0], each.comment]
        for each in keys
    ]
    asked.show(
        {"keys": [key_json(each) for each in keys]},
        "\n".join(table(rows)) if keys else _("没有登记公钥"),
    )
