"""`yichuang voice`: hear a call, make a voice pack, see what speaks and what is missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from yichuang.cli.options import Asked, NamingGroup, run, takes_hall
from yichuang.cli.outcome import say as tell
from yichuang.config import SETTINGS_FILE, VoiceSettings, load_settings
from yichuang.errors import DeviceError, FolderUnusable, PlayerMissing, VoiceMissing
from yichuang.language import _, use_language

if TYPE_CHECKING:
    from yichuang.hardware.voice.pack_names import Clip
    from yichuang.hardware.voice.speaker import Prepared, Speaker

_LOUD_ENOUGH = 1000
"""The RMS under which a sound is taken for silence (hardware 15)."""


@click.group(cls=NamingGroup, help=_("语音：试听一次叫号，制作语音包，看谁来说、缺什么。"))
def voice() -> None:
    """What belongs to the hall's voice."""


@voice.command(help=_("说一次叫号，例如：yichuang voice say A001 3"))
@click.argument("number", metavar=_("票号"))
@click.argument("window", type=click.IntRange(1, 999), metavar=_("窗口"))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help=_("不播放，存成 WAV"))
@click.option(
    "--speak", type=click.Choice(["zh_CN", "en"]), multiple=True, help=_("说哪种语言，可多次")
)
@takes_hall
def say(asked: Asked, number: str, window: int, out: Path | None, speak: tuple[str, ...]) -> None:
    """Make a call into sound, and play or keep it."""
    settings = _settings(asked)
    if speak:
        settings = settings.model_copy(update={"languages": tuple(dict.fromkeys(speak))})
    told = run(_say(asked, settings, number, window, out))
    text = told["text"] if told["voiced"] else _("没有语音引擎，只有提示音：{text}").format(**told)
    asked.show(told, f"{text}\n{told['file']}" if out else text)


async def _say(
    asked: Asked, settings: VoiceSettings, number: str, window: int, out: Path | None
) -> dict[str, Any]:
    from yichuang.hardware.voice import open_speaker
    from yichuang.hardware.voice.phrase import utterances
    from yichuang.hardware.voice.sound import write_wav

    speaker = open_speaker(settings, asked.folder)
    try:
        await speaker.open()
        if out is None and speaker.player is None:
            raise PlayerMissing
        prepared = await speaker.prepare(number, window)
        if out is None:
            await _play(speaker, prepared, settings.name)
        else:
            try:
                write_wav(out, prepared.sound)
            except OSError as error:
                detail = error.strerror or error
                raise FolderUnusable(folder=out.parent, detail=detail) from error
    finally:
        await speaker.close()
    return {
        "text": "\n".join(each.text for each in utterances(settings, number, window)),
        "voiced": prepared.is_voiced,
        "seconds": round(prepared.sound.seconds, 2),
        "silent": prepared.sound.rms < _LOUD_ENOUGH,
        "file": str(out) if out else None,
    }


async def _play(speaker: Speaker, prepared: Prepared, device: str) -> None:
    from yichuang.queue.device import DeviceTrouble

    try:
        await speaker.play(prepared)
    except DeviceTrouble as trouble:
        raise DeviceError(device=device, detail=trouble.reason.label) from trouble


@voice.command(help=_("用语音合成做一个语音包；已有的录音不会被覆盖。"))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar=_("文件夹"))
@click.option("--anew", is_flag=True, help=_("已有的也重做"))
@takes_hall
def pack(asked: Asked, folder: Path, anew: bool) -> None:
    """Make the clips that the hall's calls need and the folder lacks."""
    clips = run(_pack(_settings(asked), folder, anew=anew, quiet=asked.as_json))
    line = f"pack = {json.dumps(pack_setting(folder, asked.folder), ensure_ascii=False)}"
    text = _("做了 {count} 段，在 {folder}。要用它，在 hall.toml 的 [voice] 一节写：")
    told = {"folder": str(folder), "made": [each.name for each in clips], "hall_toml": line}
    asked.show(told, f"{text.format(count=len(clips), folder=folder)}\n{line}")


def pack_setting(folder: Path, hall: Path) -> str:
    """What `[voice] pack` must be for this folder: counted from the hall's where it is inside, else whole."""
    place, home = folder.resolve(), hall.resolve()
    return str(place.relative_to(home) if place.is_relative_to(home) else place)


async def _pack(settings: VoiceSettings, folder: Path, *, anew: bool, quiet: bool) -> list[Clip]:
    from yichuang.hardware.voice.engine import CannotSay
    from yichuang.hardware.voice.pack import build_pack
    from yichuang.hardware.voice.speaker import engines_of

    made: list[Clip] = []

    def note(clip: Clip) -> None:
        made.append(clip)
        if not quiet:
            tell(f"{clip.name}.wav  {clip.says}")

    refusals = []
    for engine in engines_of(settings.model_copy(update={"engine": "espeak"})):
        try:
            await engine.open()
            await build_pack(folder, engine, settings, anew=anew, tell=note)
        except CannotSay as error:
            refusals.append(f"{engine.name}: {error}")
        else:
            return made
        finally:
            await engine.close()
    raise VoiceMissing(detail="; ".join(refusals))


@voice.command(help=_("看用哪个语音引擎、哪个播放程序，怎么读，缺什么。"))
@takes_hall
def check(asked: Asked) -> None:
    """Tell who would say and play calls here."""
    told = run(_check(asked, _settings(asked)))
    rows = [
        _("说话：{names}").format(names=_("、").join(told["engines"]) or _("没有，只响提示音")),
        _("播放：{player}").format(player=told["player"] or _("没有")),
        _("状态：{state}").format(state=told["label"]),
        *(
            _("不能用 {name}：{why}").format(name=name, why=why)
            for name, why in told["not"].items()
        ),
        *(_("读作 {read}").format(read=read) for read in told["phonemes"]),
    ]
    if told["missing_clips"]:
        clips = " ".join(told["missing_clips"])
        rows.append(_("语音包缺：{clips}").format(clips=clips))
    asked.show(told, "\n".join(rows))


async def _check(asked: Asked, settings: VoiceSettings) -> dict[str, Any]:
    from yichuang.hardware.voice import open_speaker

    speaker = open_speaker(settings, asked.folder)
    try:
        health = await speaker.open()
        return {
            "enabled": settings.enabled,
            "engines": [each.name for each in speaker.engines],
            "player": " ".join(speaker.player.command) if speaker.player else None,
            "state": health.state.value,
            "reason": health.reason.value or None,
            "label": health.label,
            "not": speaker.refusals,
            "phonemes": await _phonemes(speaker, settings),
            "missing_clips": _missing_clips(speaker, settings),
        }
    finally:
        await speaker.close()


async def _phonemes(speaker: Speaker, settings: VoiceSettings) -> list[str]:
    from yichuang.hardware.voice.engine import CannotSay
    from yichuang.hardware.voice.espeak import EspeakLibrary
    from yichuang.hardware.voice.espeak_command import EspeakCommand
    from yichuang.hardware.voice.phrase import TEST_NUMBER, TEST_WINDOW, utterances

    for engine in speaker.engines:
        if isinstance(engine, EspeakLibrary | EspeakCommand):
            try:
                return [
                    (await engine.phonemes(each.language, engine.text(each))).strip()
                    for each in utterances(settings, TEST_NUMBER, TEST_WINDOW)
                ]
            except CannotSay as error:
                return [str(error)]
    return []


def _missing_clips(speaker: Speaker, settings: VoiceSettings) -> list[str]:
    from yichuang.hardware.voice.pack import VoicePack
    from yichuang.hardware.voice.pack_names import required_clips

    packs = [each for each in speaker.engines if isinstance(each, VoicePack)]
    if not packs:
        return []
    missing = [
        name for clip in required_clips(settings) for name in packs[0].missing(clip.utterance)
    ]
    return list(dict.fromkeys(missing))


def _settings(asked: Asked) -> VoiceSettings:
    """The hall's [voice]; without a hall what holds by default, so that sound can be tried first."""
    if not (asked.folder / SETTINGS_FILE).exists():
        return VoiceSettings()
    settings = load_settings(asked.folder)
    if asked.language is None:
        use_language(settings.hall.language)
    return settings.voice
