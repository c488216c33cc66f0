"""espeak-ng in its own process, the system's espeak-ng, and players: as they work, die, hang and refuse."""

from __future__ import annotations

import asyncio
import gc
import importlib.util
import logging
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeVar

import pytest

from tests.waiting import until
from yichuang.config.device import VoiceSettings
from yichuang.hardware.voice import player as player_module
from yichuang.hardware.voice.cache import SoundCache
from yichuang.hardware.voice.chime import chime
from yichuang.hardware.voice.engine import CannotSay
from yichuang.hardware.voice.espeak import SAMPLE, EspeakLibrary
from yichuang.hardware.voice.espeak_command import EspeakCommand
from yichuang.hardware.voice.pack import VoicePack, build_pack
from yichuang.hardware.voice.phrase import Part, Utterance, utterances
from yichuang.hardware.voice.player import Player, find_player
from yichuang.hardware.voice.sound import read_wav, write_wav
from yichuang.hardware.voice.speaker import Speaker, engines_of
from yichuang.queue.device import DeviceReason, DeviceState, DeviceTrouble

Result = TypeVar("Result")

CALL = utterances(VoiceSettings(), "YA001", 12)[0]


def has_library() -> bool:
    """Whether the wheel espeakng-loader has a library for this platform."""
    found = importlib.util.find_spec("espeakng_loader")
    places = found.submodule_search_locations if found else None
    return bool(places) and any(Path(place).glob("libespeak-ng*") for place in places or ())


needs_library = pytest.mark.skipif(
    not has_library(), reason="the wheel espeakng-loader has no espeak-ng for this platform"
)


@pytest.fixture
async def espeak() -> AsyncIterator[EspeakLibrary]:
    engine = EspeakLibrary(words={"洛社": "luo4she4"})
    yield engine
    await engine.close()


def program(path: Path, *lines: str) -> Path:
    """A shell script."""
    path.write_text("\n".join(("#!/bin/sh", *lines, "")))
    path.chmod(0o755)
    return path


# --- espeak-ng from the wheel -------------------------------------------------------------------


@needs_library
@pytest.mark.parametrize(
    ("text", "phonemes"),
    [
        (SAMPLE, "tɕhˈi2ŋ χˈɑu5"),
        ("重庆", "ts.honɡɜtɕhˈi5ŋ"),
        ("银行", "jiɜnχˈɑɜŋ"),
        ("长大", "ts.ɑ2ŋtˈɑ5"),
        ("零", "lˈiɜŋ"),
        ("ling2", "lˈiɜŋ"),
        ("luo4 she4", "lˈuo5 s.ˈo-5"),
    ],
)
async def test_chinese_is_read_as_chinese(espeak: EspeakLibrary, text: str, phonemes: str) -> None:
    assert await espeak.phonemes("zh_CN", text) == phonemes


@needs_library
async def test_a_call_is_read_digit_by_digit_and_only_its_letters_as_letters(
    espeak: EspeakLibrary,
) -> None:
    read = await espeak.phonemes("zh_CN", espeak.text(CALL))
    assert read.startswith("tɕhˈi2ŋ (en)wˈaɪ ˈeɪ(cmn) lˈiɜŋ lˈiɜŋ jˈi5 χˈɑu5 tˈɑu5 s.ˈi.ɜ ˈər5")
    plain = utterances(VoiceSettings(), "001", 1)[0]
    assert "(en)" not in await espeak.phonemes("zh_CN", espeak.text(plain))
    english = utterances(VoiceSettings(languages=("en",)), "A001", 3)[0]
    read = await espeak.phonemes("en", espeak.text(english))
    assert read.startswith("nˈʌmbəɹ ˈeɪ zˈiəɹəʊ zˈiəɹəʊ wˌɒn")


@needs_library
async def test_a_call_is_heard_and_each_speed_is_its_own(espeak: EspeakLibrary) -> None:
    sound = await espeak.say(CALL)
    assert sound.rate == 22050
    assert sound.rms > 1000
    assert 2 < sound.seconds < 10
    fast = EspeakLibrary(speed=300)
    assert (await fast.say(CALL)).seconds < sound.seconds
    await fast.close()


@needs_library
@pytest.mark.parametrize(
    "text", ["[[tS'i]]", '<speak><audio src="/etc/passwd"/>', "-v en\n{}", "𠮷\ud800〇", "请" * 900]
)
async def test_no_text_is_a_command(espeak: EspeakLibrary, text: str) -> None:
    """What is said of odd texts matters little; the process lives and goes on."""
    words = text.encode("utf-8", "replace").decode()
    try:
        sound = await espeak.say(Utterance("zh_CN", (Part(words),)))
    except CannotSay:
        assert len(words) == 900  # it would last for minutes
    else:
        assert len(words) < 900
        assert sound.rms > 100
    assert await espeak.phonemes("zh_CN", "零") == "lˈiɜŋ"


@needs_library
async def test_a_process_that_died_is_started_again(espeak: EspeakLibrary) -> None:
    await espeak.open()
    first = espeak.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert (await espeak.say(CALL)).rms > 1000
    assert espeak.pid not in (None, first)


@needs_library
async def test_a_process_that_hangs_is_killed_and_started_again() -> None:
    espeak = EspeakLibrary(seconds=1.0)
    await espeak.open()
    first = espeak.pid
    assert first is not None
    os.kill(first, signal.SIGSTOP)
    with pytest.raises(CannotSay, match="longer than 1 s"):
        await espeak.say(CALL)
    await until_gone(first)
    assert (await espeak.say(CALL)).rms > 1000
    await espeak.close()
    assert espeak.pid is None


@needs_library
async def test_a_cancelled_request_leaves_no_answer_for_the_next(espeak: EspeakLibrary) -> None:
    await espeak.open()
    asking = asyncio.create_task(espeak.phonemes("zh_CN", "重庆 " * 2000))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await espeak.phonemes("zh_CN", "零") == "lˈiɜŋ"


async def test_a_program_that_ends_at_once_or_talks_nonsense_is_no_engine(tmp_path: Path) -> None:
    ends = EspeakLibrary(program=(sys.executable, "-c", "pass"))
    with pytest.raises(CannotSay, match="ends by itself"):
        await ends.open()
    talks = EspeakLibrary(program=(str(program(tmp_path / "talks", "echo '[1]'", "cat")),))
    with pytest.raises(CannotSay, match="ends by itself"):
        await talks.open()
    none = EspeakLibrary(program=(str(tmp_path / "none"),))
    with pytest.raises(CannotSay, match="not started"):
        await none.open()
    told = EspeakLibrary(
        program=(str(program(tmp_path / "told", """echo '{"error": "no library"}'""")),)
    )
    with pytest.raises(CannotSay, match="no library"):
        await told.open()
    for each in (ends, talks, none, told):
        await each.close()


@needs_library
async def test_what_lies_in_the_current_folder_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "ran"
    for name in ("nt", "json", "ctypes", "espeakng_loader", "yichuang"):
        (tmp_path / f"{name}.py").write_text(f"open({str(mark)!r}, 'w').close()\n")
    monkeypatch.chdir(tmp_path)
    engine = EspeakLibrary()
    try:
        await engine.open()
    finally:
        await engine.close()
    assert not mark.exists()


def test_a_program_that_left_its_pipe_to_another_leaves_nothing_open(tmp_path: Path) -> None:
    """Else asyncio complains in the terminal, after the event loop has been closed."""
    pid = tmp_path / "pid"
    path = str(program(tmp_path / "leaves", "sleep 600 &", f"echo $! >> {pid}", "exit 3"))

    async def work() -> None:
        engine = EspeakLibrary(program=(path,), seconds=1.0)
        with pytest.raises(CannotSay):
            await engine.open()
        await engine.close()

    with pytest.MonkeyPatch.context() as patch:
        seen: list[object] = []
        patch.setattr(sys, "unraisablehook", seen.append)
        asyncio.run(work())
        gc.collect()
    for each in pid.read_text().split():
        os.kill(int(each), signal.SIGKILL)
    assert seen == []


async def test_two_engines_that_do_not_start_are_both_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ours = EspeakLibrary(program=(sys.executable, "-c", "pass"))
    speaker = Speaker(VoiceSettings(), [ours, EspeakCommand()], SoundCache(tmp_path / "cache"))
    await speaker.open()
    await speaker.close()
    assert list(speaker.refusals) == ["espeak-ng (espeakng-loader)", "espeak-ng"]
    assert "ends by itself" in speaker.refusals["espeak-ng (espeakng-loader)"]


# --- the system's espeak-ng ---------------------------------------------------------------------

READS_RIGHT = "tɕhˈi2ŋ χˈɑu5"
READS_ENGLISH = "(en)kɪ5ŋθɹˈiː5"


def system_espeak(folder: Path, version: str, **reads: str) -> str:
    """A program that speaks as the command line of espeak-ng; `reads` is by voice, `_` for `-`."""
    write_wav(folder / "said.wav", chime())
    cases = [
        f'*" -v {voice.replace("_", "-")} "*) said="{told}";;' for voice, told in reads.items()
    ]
    path = program(
        folder / "espeak-ng",
        f'echo "$@" >> {folder}/words; given=$(cat); echo "$given" >> {folder}/texts',
        f'case " $* " in *" --version "*) echo "eSpeak NG text-to-speech: {version}  Data"; exit;; esac',
        f'case " $* " in {" ".join(cases)} *) exit 3;; esac',
        f'case " $* " in *" -w "*) cp {folder}/said.wav "$6";; *) echo " $said";; esac',
    )
    return str(path)


async def test_version_1_51_is_used_with_the_voice_that_reads_right(tmp_path: Path) -> None:
    path = system_espeak(tmp_path, "1.51", cmn=READS_ENGLISH, cmn_latn_pinyin=READS_RIGHT)
    engine = EspeakCommand(program=path, speed=170)
    await engine.open()
    assert engine.voice("zh_CN") == "cmn-latn-pinyin"
    assert (await engine.say(CALL)).rms > 1000
    words = (tmp_path / "words").read_text().splitlines()
    assert words[-1].startswith("-v cmn-latn-pinyin -s 170 -w /")
    assert (tmp_path / "texts").read_text().splitlines()[-1] == engine.text(CALL)


async def test_version_1_52_is_used_with_its_chinese_voice(tmp_path: Path) -> None:
    engine = EspeakCommand(program=system_espeak(tmp_path, "1.52.0.1", cmn=READS_RIGHT))
    await engine.open()
    assert engine.voice("zh_CN") == "cmn"
    assert engine.name.endswith("espeak-ng 1.52.0")


@pytest.mark.parametrize(
    ("version", "reads"),
    [
        ("1.51", {"cmn": READS_RIGHT}),
        ("1.51", {"cmn_latn_pinyin": READS_ENGLISH}),
        ("1.52", {"cmn": READS_ENGLISH}),
        ("1.52", {"cmn": ""}),
        ("of old", {"cmn": READS_RIGHT}),
    ],
)
async def test_a_voice_that_reads_chinese_as_english_is_refused(
    tmp_path: Path, version: str, reads: dict[str, str]
) -> None:
    with pytest.raises(CannotSay):
        await EspeakCommand(program=system_espeak(tmp_path, version, **reads)).open()


async def test_a_command_that_hangs_is_killed(tmp_path: Path) -> None:
    path = program(tmp_path / "espeak-ng", f"echo $$ > {tmp_path}/pid", "exec sleep 600")
    with pytest.raises(CannotSay, match="longer than"):
        await EspeakCommand(program=str(path), seconds=1.0).open()
    await until_gone(await written(tmp_path / "pid"))
    with pytest.raises(CannotSay, match="no program"):
        await EspeakCommand(program=str(tmp_path / "none")).open()


# --- players ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "here", "command"),
    [
        ({}, "aplay paplay pw-play", ("aplay", "-q", "{file}")),
        ({}, "pw-play paplay", ("paplay", "{file}")),
        ({}, "pw-play", ("pw-play", "{file}")),
        ({"device": "hw:1"}, "aplay", ("aplay", "-q", "-D", "hw:1", "{file}")),
        ({"device": "usb"}, "paplay", ("paplay", "--device=usb", "{file}")),
        ({"device": "usb"}, "pw-play", ("pw-play", "--target=usb", "{file}")),
        ({"player": "paplay"}, "aplay paplay", ("paplay", "{file}")),
        ({"command": ("sox", "{file}", "-d")}, "aplay sox", ("/bin/sox", "{file}", "-d")),
        ({"command": ("mpv",)}, "mpv", ("/bin/mpv", "{file}")),
    ],
)
def test_the_player_is_that_of_hall_toml_or_the_first_there_is(
    chosen: dict[str, object], here: str, command: tuple[str, ...]
) -> None:
    settings = VoiceSettings.model_validate(chosen)
    found = find_player(settings, lambda name: f"/bin/{name}" if name in here.split() else None)
    assert found is not None
    assert found.command == command
    assert find_player(settings, lambda name: None) is None


async def test_a_player_is_given_the_file(tmp_path: Path) -> None:
    path = program(tmp_path / "player", f'echo "$#:$@" >> {tmp_path}/played', "exit 0")
    file = tmp_path / "a call; $(rm).wav"
    await Player((str(path), "-f", "{file}")).play(file, 0.1)
    assert (tmp_path / "played").read_text() == f"2:-f {file}\n"


async def test_a_player_that_fails_is_told_by_its_last_line(tmp_path: Path) -> None:
    path = program(
        tmp_path / "player", "echo first >&2", "echo 'no such device' >&2", "echo >&2", "exit 1"
    )
    with pytest.raises(DeviceTrouble, match="status 1: no such device") as caught:
        await Player((str(path), "{file}"), device="hall").play(tmp_path, 0.1)
    assert caught.value.reason is DeviceReason.NO_SOUND
    with pytest.raises(DeviceTrouble, match="was not started"):
        await Player((str(tmp_path / "none"), "{file}")).play(tmp_path, 0.1)


async def test_a_player_that_hangs_is_killed_with_all_it_started(tmp_path: Path) -> None:
    path = program(
        tmp_path / "player", "sleep 600 &", f"echo $! $$ > {tmp_path}/pids", "trap '' TERM", "wait"
    )
    with pytest.raises(DeviceTrouble, match="took longer"):
        await Player((str(path), "{file}"), margin=1.0).play(tmp_path, 0.0)
    for pid in (tmp_path / "pids").read_text().split():
        await until_gone(pid)


async def test_a_player_whose_caller_is_cancelled_is_killed(tmp_path: Path) -> None:
    path = program(tmp_path / "player", f"echo $$ > {tmp_path}/pid", "exec sleep 600")
    playing = asyncio.create_task(Player((str(path), "{file}")).play(tmp_path, 600))
    pid = await written(tmp_path / "pid")
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    await until_gone(pid)


async def test_a_player_that_cannot_be_killed_is_left_behind_and_few_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(pid: int, number: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "killpg", refuse)
    monkeypatch.setattr(player_module, "_DYING", 0.05)
    path = program(tmp_path / "player", f"echo $$ >> {tmp_path}/pids", "exec sleep 600")
    stubborn = Player((str(path), "{file}"), margin=0.5)
    try:
        async with asyncio.timeout(30):
            for _each in range(player_module._MOST_LEFT):
                with pytest.raises(DeviceTrouble, match="took longer") as caught:
                    await stubborn.play(tmp_path, 0.0)
                assert caught.value.reason is DeviceReason.NO_SOUND
            with pytest.raises(DeviceTrouble, match="cannot be ended"):
                await stubborn.play(tmp_path, 0.0)
    finally:
        left = list(player_module._left)
        for each in left:
            each.kill()
            await each.wait()
    assert len(left) == len((tmp_path / "pids").read_text().split()) == player_module._MOST_LEFT
    await Player(("true", "{file}")).play(tmp_path, 0.0)
    assert not player_module._left, "those that ended count no more"


async def test_a_player_that_talks_without_end_costs_no_memory(tmp_path: Path) -> None:
    path = program(tmp_path / "player", "yes nonsense | head -n 500000 >&2", "exit 2")
    with pytest.raises(DeviceTrouble, match="nonsense"):
        await Player((str(path), "{file}"), margin=30).play(tmp_path, 1)


async def written(path: Path) -> str:
    """The first word of the file, as soon as it is there."""

    def words() -> list[str]:
        return path.read_text().split() if path.exists() else []

    return (await until(words))[0]


async def until_gone(pid: object) -> None:
    """Wait until no such process runs; one that nobody has reaped yet does not run."""

    def is_gone() -> bool:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return True
        return stat.rpartition(")")[2].split()[0] == "Z"

    await until(is_gone)


# --- all together -------------------------------------------------------------------------------


@pytest.fixture
async def player(tmp_path: Path) -> Player:
    """A player that keeps each file it is given."""
    path = program(
        tmp_path / "player",
        f"count=$(ls {tmp_path} | grep -c played)",
        f'cp "$1" {tmp_path}/played-$count.wav',
    )
    return Player((str(path), "{file}"))


def speaker_of(settings: VoiceSettings, folder: Path, player: Player | None) -> Speaker:
    cache = SoundCache(folder / "cache")
    return Speaker(settings, engines_of(settings, folder), cache, lambda chosen: player)


@needs_library
async def test_a_call_is_made_once_and_played_as_often_as_asked(
    tmp_path: Path, player: Player
) -> None:
    settings = VoiceSettings(times=2, volume=50)
    speaker = speaker_of(settings, tmp_path, player)
    assert (await speaker.open()).state is DeviceState.READY
    first = await speaker.prepare("A001", 3)
    kept = list((tmp_path / "cache").iterdir())
    assert len(kept) == 1
    assert first.is_voiced
    assert first.sound.seconds == pytest.approx(2 * read_wav(kept[0]).seconds + 0.4, abs=0.01)
    again = await speaker.prepare("A001", 3)
    assert again.sound == first.sound
    assert list((tmp_path / "cache").iterdir()) == kept
    await speaker.play(first)
    assert read_wav(tmp_path / "played-0.wav").rms > 500
    await speaker.close()


@needs_library
async def test_a_notice_is_synthesised_and_chimed_where_nothing_can_say_it(
    tmp_path: Path, player: Player
) -> None:
    speaker = speaker_of(VoiceSettings(), tmp_path, player)
    await speaker.open()
    notice = await speaker.prepare_notice("下午三点停电，请走东门")
    longer = await speaker.prepare_notice("下午三点停电，请走东门，给您添麻烦了")
    assert notice.is_voiced
    assert longer.sound.seconds > notice.sound.seconds > 1.5
    await speaker.close()
    dumb = speaker_of(VoiceSettings(engine="chime"), tmp_path, player)
    await dumb.open()
    assert not (await dumb.prepare_notice("停电")).is_voiced
    await dumb.close()


@needs_library
async def test_a_pack_made_by_the_synthesiser_says_calls_and_what_it_lacks_is_synthesised(
    tmp_path: Path, espeak: EspeakLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    settings = VoiceSettings(pack="pack", times=1)
    made = await build_pack(tmp_path / "pack", espeak, settings)
    assert made == len(list((tmp_path / "pack").iterdir())) > 40
    own = tmp_path / "pack" / "A.wav"
    write_wav(own, chime())
    assert await build_pack(tmp_path / "pack", espeak, settings) == 0
    assert read_wav(own) == chime()
    own.unlink()
    assert await build_pack(tmp_path / "pack", espeak, settings) == 1

    pack = VoicePack(tmp_path / "pack")
    await pack.open()
    assert (await pack.say(CALL)).rms > 1000

    (tmp_path / "pack" / "hao-dao.wav").unlink()
    speaker = speaker_of(settings, tmp_path, None)
    await speaker.open()
    assert [each.name.split()[0] for each in speaker.engines] == ["pack", "espeak-ng"]
    with caplog.at_level(logging.WARNING):
        for _again in range(2):
            assert (await speaker.prepare("A001", 3)).is_voiced
    told = [each.getMessage() for each in caplog.records if "no clip" in each.getMessage()]
    assert len(told) == 1
    assert "hao, dao" in told[0]
    await speaker.close()


async def test_an_engine_that_does_not_get_ready_costs_a_chime_and_is_tried_again(
    tmp_path: Path, player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yichuang.hardware.voice.speaker._OPENING", 0.5)
    monkeypatch.setattr("yichuang.hardware.voice.speaker._TRY_AGAIN", 0.0)
    write_wav(tmp_path / "said.wav", chime())
    path = program(tmp_path / "hangs", f"echo $$ >> {tmp_path}/pids", "exec sleep 600")
    hangs = EspeakLibrary(program=(str(path),))
    late = EspeakCommand(program=str(tmp_path / "espeak-ng"))
    cache = SoundCache(tmp_path / "cache")
    speaker = Speaker(VoiceSettings(), [hangs, late], cache, lambda chosen: player)
    assert (await speaker.open()).reason is DeviceReason.CHIME_ONLY
    assert "longer than" in speaker.refusals["espeak-ng (espeakng-loader)"]
    assert hangs.pid is None
    assert not (await speaker.prepare("A001", 3)).is_voiced
    system_espeak(tmp_path, "1.52", cmn=READS_RIGHT)
    assert (await speaker.prepare("A001", 3)).is_voiced
    await speaker.close()
    for pid in (tmp_path / "pids").read_text().split():
        await until_gone(pid)


@needs_library
async def test_where_nothing_can_be_written_an_engine_says_that_it_cannot(
    tmp_path: Path, player: Player, espeak: EspeakLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    await espeak.open()
    speaker = Speaker(
        VoiceSettings(), [espeak], SoundCache(tmp_path / "cache"), lambda chosen: player
    )
    await speaker.open()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    for engine in (espeak, EspeakCommand()):
        with pytest.raises(CannotSay, match="no room"):
            await engine.say(CALL)
    prepared = await speaker.prepare("A001", 3)
    assert not prepared.is_voiced
    with pytest.raises(DeviceTrouble, match="no room") as caught:
        await speaker.play(prepared)
    assert caught.value.reason is DeviceReason.NO_SOUND
    await speaker.close()


async def test_without_a_voice_a_chime_sounds_and_without_a_player_nothing(
    tmp_path: Path, player: Player
) -> None:
    settings = VoiceSettings(times=3)
    speaker = Speaker(settings, [], SoundCache(tmp_path / "cache"), lambda chosen: player)
    health = await speaker.open()
    assert (health.state, health.reason) == (DeviceState.DEGRADED, DeviceReason.CHIME_ONLY)
    prepared = await speaker.prepare("A001", 3)
    assert not prepared.is_voiced
    assert prepared.sound == chime()
    await speaker.close()

    silent = Speaker(settings, [], SoundCache(tmp_path / "cache"), lambda chosen: None)
    health = await silent.open()
    assert (health.state, health.reason) == (DeviceState.MISSING, DeviceReason.NO_SOUND)
    with pytest.raises(DeviceTrouble):
        await silent.play(prepared)
    wanted = VoiceSettings(engine="chime")
    chosen = Speaker(wanted, engines_of(wanted), SoundCache(tmp_path), lambda chosen: player)
    assert (await chosen.open()).state is DeviceState.READY
    assert chosen.engines == []
