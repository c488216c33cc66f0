"""`yichuang journal`: what happened, and the proof that nobody edited it."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from datetime import tzinfo

import click

from yichuang.cli.options import Asked, NamingGroup, run, takes_hall
from yichuang.cli.outcome import say
from yichuang.config import STORE_FILE
from yichuang.errors import HallMissing
from yichuang.language import _
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState
from yichuang.queue.event import Entry, Event, EventKind


@click.group(cls=NamingGroup, help=_("查看和核对流水。"))
def journal() -> None:
    """The commands on the journal."""


@journal.command(help=_("核对整个流水没有被改过。"))
@takes_hall
def verify(asked: Asked) -> None:
    """Check the hash chain from its beginning."""
    from yichuang.bootstrap import verify_journal

    path = asked.folder / STORE_FILE
    if not path.exists():
        raise HallMissing(folder=asked.folder)

    def progress(rows: int) -> None:
        if sys.stderr.isatty():
            say(_("已核对 {rows} 行").format(rows=rows), err=True)

    rows, last = verify_journal(path, progress)
    asked.show(
        {"rows": rows, "hash": last, "sound": True},
        _("流水完整：{rows} 行，最后一行的散列值 {last}").format(rows=rows, last=last),
    )


@journal.command(help=_("显示最近的流水；-f 一直跟着显示。"))
@click.option("-n", "count", type=click.IntRange(1, 100_000), default=20, show_default=True)
@click.option("-f", "--follow", is_flag=True, help=_("一直跟着显示，Ctrl+C 结束"))
@takes_hall
def tail(asked: Asked, count: int, follow: bool) -> None:
    """Show the latest entries."""

    async def work() -> None:
        async with asked.hall() as hall:
            latest = await hall.store.read(lambda records: records.latest())
            seq = max(0, (latest.seq if latest else 0) - count)
            mark = hall.store.mark()
            while True:
                entries = await hall.entries(seq)
                for entry in entries:
                    seq = entry.seq
                    _print(asked, entry, hall.rules.zone)
                if not follow and not entries:
                    return
                if not entries:
                    mark = await hall.store.wait_for_change(mark, 3600)

    run(work())


def _print(asked: Asked, entry: Entry, zone: tzinfo) -> None:
    """One entry a line, so that a follower's pipe gets each at once."""
    if asked.as_json:
        say(json.dumps(entry.as_json(), ensure_ascii=False))
        return
    event = entry.event
    where = _("{window} 号窗口").format(window=event.window) if event.window else ""
    parts = [
        f"{entry.at.astimezone(zone):%m-%d %H:%M:%S}",
        event.kind.label,
        event.data.get("number", ""),
        # Of what is about people: whom it is about, unless that one did it.
        "" if event.data.get("badge") == entry.actor else event.data.get("badge", ""),
        event.data.get("device") or event.data.get("printer", ""),
        where,
        _why(event),
    ]
    say(f"{entry.seq:>6}  " + "  ".join(part for part in [*parts, entry.actor] if part))


def _why(event: Event) -> str:
    """The reason of an event in words; of a device's change how the device is and why."""
    data = event.data
    if event.kind is EventKind.DEVICE_CHANGED:
        with suppress(ValueError):  # a state that only a newer program knows
            return DeviceHealth(DeviceState(data["state"]), DeviceReason(data["reason"])).label
    return _(data.get("reason") or "")
