"""The voice in processes of its own: a program killed in the middle of a call, and `yichuang voice`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL
from datetime import timedelta
from pathlib import Path

import pytest

from tests.halls import MORNING, sqlite_hall
from tests.integration.command import yichuang
from tests.integration.test_voice_announcer import staged
from tests.integration.test_voice_engines import (
    needs_library,
    program,
    until_gone,
    written,
)
from yichuang.clock import FixedClock
from yichuang.hardware.voice.chime import chime
from yichuang.hardware.voice.sound import read_wav, write_wav

ROOT = Path(__file__).parents[2]

SPEAKING = """
import asyncio, sys
from pathlib import Path
from tests.halls import MORNING, small_settings
from tests.integration.test_voice_announcer import Calls, SETTINGS
from yichuang.clock import FixedClock
from yichuang.config import STORE_FILE
from yichuang.hardware.voice.announcer import Announcer
from yichuang.hardware.voice.cache import SoundCache
from yichuang.hardware.voice.player import Player
from yichuang.hardware.voice.speaker import Speaker
from yichuang.queue.service import Hall
from yichuang.store.sqlite import SqliteStore

async def never():
    return False

async def main(folder):
    clock = FixedClock(MORNING)
    store = await SqliteStore.open(folder / STORE_FILE, clock)
    async with Hall(small_settings(), store, clock) as hall:
        player = Player((str(folder / "player"), "{file}"), margin=600)
        speaker = Speaker(SETTINGS, [], SoundCache(folder / "cache"), lambda chosen: player)
        announcer = Announcer(
            SETTINGS, Calls(hall), speaker, clock=clock, announce=lambda call: None, is_muted=never
        )
        await announcer.open()
        await announcer.work()

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.parametrize(("later", "state"), [(5, "spoken"), (61, "stale")])
async def test_a_call_broken_off_by_a_kill_is_said_again_unless_stale(
    tmp_path: Path, clock: FixedClock, later: int, state: str
) -> None:
    program(tmp_path / "player", f"echo $$ > {tmp_path}/pid", "exec sleep 600")
    async with await sqlite_hall(tmp_path, clock) as hall:
        await hall.open_window(1)
        await hall.issue(category="tax")
        await hall.call_next(1)
        speaking = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SPEAKING, str(tmp_path), cwd=ROOT, stdin=DEVNULL
        )
        try:
            player = int(await written(tmp_path / "pid"))
        finally:
            speaking.kill()
            await speaking.wait()
        os.kill(player, signal.SIGKILL)
        await until_gone(player)
        assert await hall.devices.announcements() == []

        again = staged(hall, FixedClock(MORNING + timedelta(seconds=later)))
        async with again.at_work():
            assert await again.concluded(1) == [f"A001>1 {state}"]
        assert again.speaker.said == (["A001>1"] if state == "spoken" else [])


# --- the command --------------------------------------------------------------------------------


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    """A hall whose player copies what it is given."""
    folder = tmp_path / "hall"
    assert yichuang("init", "--profile", "village", hall=folder).status == 0
    path = program(tmp_path / "player", f'cp "$1" {tmp_path}/played.wav')
    set_voice(folder, f'enabled = true\ntimes = 1\ncommand = ["{path}", "{{file}}"]')
    return folder


def set_voice(hall: Path, lines: str) -> None:
    """Write `[voice]` anew."""
    file = hall / "hall.toml"
    text = file.read_text(encoding="utf-8").partition("\n[voice]\n")[0]
    file.write_text(f"{text}\n[voice]\n{lines}\n", encoding="utf-8")


@needs_library
def test_a_call_is_said_from_the_command_line(hall: Path, tmp_path: Path) -> None:
    home = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    ran = yichuang("voice", "say", "A001", 3, "--json", hall=hall, **home)
    assert (ran.status, ran.json["voiced"], ran.json["silent"]) == (0, True, False)
    assert ran.json["text"] == "请 A 零 零 一 号到 三 号窗口办理"
    played = read_wav(tmp_path / "played.wav")
    assert played.rms > 1000
    assert ran.json["seconds"] == pytest.approx(played.seconds, abs=0.01)
    assert list((tmp_path / "cache" / "yichuang" / "voice").glob("*.wav"))

    out = tmp_path / "out.wav"
    ran = yichuang("voice", "say", "A001", 3, "--speak", "en", "--out", out, hall=hall, **home)
    assert ran.status == 0
    assert "Number A zero zero one" in ran.out
    assert read_wav(out).rms > 1000
    ran = yichuang("voice", "say", "A001", 3, "--out", tmp_path / "no" / "x.wav", hall=hall, **home)
    assert ran.status == 1


@needs_library
def test_check_tells_who_speaks_who_plays_and_how_it_is_read(hall: Path) -> None:
    told = yichuang("voice", "check", "--json", hall=hall).json
    assert told["engines"] == ["espeak-ng 1.52.0"]
    assert told["state"] == "ready"
    assert told["player"].endswith("player {file}")
    assert told["phonemes"][0].startswith("tɕhˈi2ŋ (en)ˈeɪ(cmn) lˈiɜŋ lˈiɜŋ jˈi5")
    assert yichuang("voice", "check", hall=hall).out.startswith("说话：espeak-ng")


@needs_library
def test_a_pack_is_made_and_then_used(hall: Path, tmp_path: Path) -> None:
    home = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    ran = yichuang("voice", "pack", hall / "clips", "--json", hall=hall)
    assert "hao-chuang-kou-ban-li" in ran.json["made"]
    set_voice(hall, 'pack = "clips"')
    told = yichuang("voice", "check", "--json", hall=hall, **home).json
    assert told["engines"][0].startswith("pack ")
    assert told["missing_clips"] == []
    (hall / "clips" / "7.wav").unlink()
    assert yichuang("voice", "check", "--json", hall=hall).json["missing_clips"] == ["7"]
    (hall / "clips" / "8.wav").write_bytes(b"broken")
    told = yichuang("voice", "check", "--json", hall=hall).json
    assert "8.wav" in str(told["not"])
    assert told["engines"] == ["espeak-ng 1.52.0"]


def test_a_machine_without_a_player_says_so(hall: Path, tmp_path: Path) -> None:
    set_voice(hall, 'engine = "chime"\ncommand = ["no-such-player"]')
    ran = yichuang("voice", "say", "A001", 3, "--json", hall=hall)
    assert ran.status == 1
    assert ran.error["code"] == "player_missing"
    told = yichuang("voice", "check", "--json", hall=hall).json
    assert (told["player"], told["state"], told["reason"]) == (None, "missing", "no_sound")
    out = tmp_path / "chime.wav"
    assert not yichuang("voice", "say", "A001", 3, "--out", out, "--json", hall=hall).json["voiced"]
    write_wav(tmp_path / "same.wav", chime())
    assert out.read_bytes() == (tmp_path / "same.wav").read_bytes()
