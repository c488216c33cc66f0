"""`yichuang device teach`: asks for one key of a pad after the other, and writes down what came."""

from __future__ import annotations

import asyncio

import click

from yichuang.cli.options import Asked
from yichuang.cli.outcome import say
from yichuang.cli.typed import typed
from yichuang.config import (
    SETTINGS_FILE,
    CallerPadSettings,
    PadSettings,
    RatingPadSettings,
)
from yichuang.hardware.pad.keys import open_keys
from yichuang.hardware.pad.press import KeySource
from yichuang.hardware.pad.teach import (
    Answer,
    Section,
    TeachIn,
    meaning_label,
    teach_in_for,
    write_keys,
)
from yichuang.language import _
from yichuang.queue.service import Hall

_REST_SECONDS = 0.4
"""After the last key its release and bounces are taken, so that none of them ends up in the shell."""


async def teach_pad(asked: Asked, name: str) -> dict[str, str] | None:
    """Teach in the pad `name`; the keys as they were written, None when nothing was.

    Raises UnknownDevice, DeviceInUse, DeviceTrouble, or what writing hall.toml raises.
    """
    async with asked.hall() as hall:
        hall.rules.device(name)
        _kind, settings = hall.devices.named()[name]
        if not isinstance(settings, RatingPadSettings | CallerPadSettings):
            raise click.UsageError(_("只有评价器和叫号器可以教，{name} 不是").format(name=name))
        teaching = teach_in_for(settings)
        if not await _with_pad(hall, settings, teaching) or not teaching.keys:
            return None
    path = asked.folder / SETTINGS_FILE
    is_rating = isinstance(settings, RatingPadSettings)
    section: Section = "rating_pad" if is_rating else "caller_pad"
    write_keys(path, section, name, teaching.keys)
    return dict(teaching.keys)


async def _with_pad(hall: Hall, settings: PadSettings, teaching: TeachIn) -> bool:
    """Open the pad, which nobody else may work meanwhile, and ask; whether to keep what was learned."""
    from yichuang.bootstrap import holding

    keys = open_keys(settings)
    async with holding(hall.store, settings.name):
        try:
            await keys.open()
            say(
                _("照提示按评价器或叫号器上的键。没有这个键：输入 s；退回一步：b；放弃：q"),
                err=True,
            )
            return await _ask(keys, teaching)
        finally:
            await keys.close()


async def _ask(keys: KeySource, teaching: TeachIn) -> bool:
    """Ask until nothing is asked any more; whether it came to its end. Raises DeviceTrouble."""
    async with typed() as words:
        pressing = asyncio.ensure_future(keys.presses())
        typing = asyncio.ensure_future(words.get())
        try:
            say(teaching.question, err=True)
            while teaching.meaning is not None:
                before = teaching.meaning
                await asyncio.wait({pressing, typing}, return_when=asyncio.FIRST_COMPLETED)
                if pressing.done():
                    for press in pressing.result():
                        _tell(teaching, teaching.take(press), press.key)
                    pressing = asyncio.ensure_future(keys.presses())
                if typing.done():
                    if not _obey(teaching, typing.result()):
                        return False
                    typing = asyncio.ensure_future(words.get())
                if teaching.meaning != before:
                    say(teaching.question, err=True)
            await asyncio.sleep(_REST_SECONDS)
            return True
        finally:
            pressing.cancel()
            typing.cancel()
            await asyncio.gather(pressing, typing, return_exceptions=True)


def _obey(teaching: TeachIn, word: str) -> bool:
    """Do what was typed; False to give up."""
    if word == "s":
        teaching.skip()
    elif word == "b":
        teaching.back()
    return word != "q"


def _tell(teaching: TeachIn, answer: Answer, key: str) -> None:
    if answer is Answer.KEPT:
        say("  " + _("记下了：{key}").format(key=key), err=True)
    elif answer is Answer.GIVEN:
        meaning = meaning_label(teaching.keys[key])
        text = _("{key} 已经是「{meaning}」了，请按另一个键")
        say("  " + text.format(key=key, meaning=meaning), err=True)
