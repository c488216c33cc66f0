"""Sounds, voice packs and the cache: formats, names, what is missing, what goes when there is no room."""

from __future__ import annotations

import os
import wave
from array import array
from pathlib import Path

import pytest

from yichuang.config.device import VoiceSettings
from yichuang.errors import VoicePackUnusable
from yichuang.hardware.voice.cache import SoundCache, cache_key
from yichuang.hardware.voice.chime import chime
from yichuang.hardware.voice.engine import CannotSay
from yichuang.hardware.voice.pack import VoicePack
from yichuang.hardware.voice.pack_names import required_clips
from yichuang.hardware.voice.phrase import utterances
from yichuang.hardware.voice.sound import (
    Sound,
    SoundUnusable,
    joined,
    read_wav,
    resampled,
    scaled,
    silence,
    trimmed,
    write_wav,
)

RATE = 8000


def tone(level: int = 8000, seconds: float = 0.05, rate: int = RATE) -> Sound:
    """A square wave: its RMS is its level."""
    return Sound(rate, array("h", [level, -level] * int(rate * seconds / 2)))


def lay(folder: Path, *names: str) -> Path:
    """A pack of equal clips."""
    for name in names:
        path = folder / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_wav(path, tone())
    return folder


# --- sounds -------------------------------------------------------------------------------------


def test_a_sound_is_written_and_read_back(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", tone())
    assert read_wav(tmp_path / "a.wav") == tone()
    assert [each.name for each in tmp_path.iterdir()] == ["a.wav"]


@pytest.mark.parametrize(("channels", "width", "rate"), [(2, 2, 8000), (1, 1, 8000), (1, 2, 4000)])
def test_a_file_that_is_not_mono_16_bit_speech_is_refused(
    tmp_path: Path, channels: int, width: int, rate: int
) -> None:
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(bytes(80))
    with pytest.raises(SoundUnusable, match=f"{channels} channels, {8 * width} bit, {rate} Hz"):
        read_wav(tmp_path / "a.wav")


@pytest.mark.parametrize("data", [b"", b"RIFF", b"RIFF\x24\x00\x00\x00WAVEfmt ", b"no sound" * 99])
def test_a_file_of_anything_else_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(data)
    with pytest.raises(SoundUnusable):
        read_wav(tmp_path / "a.wav")
    with pytest.raises(SoundUnusable):
        read_wav(tmp_path / "none.wav")


def test_sounds_are_joined_trimmed_scaled_and_brought_to_one_rate() -> None:
    both = joined([tone(), tone(rate=16000)], 0.1)
    assert both.rate == RATE
    assert both.seconds == pytest.approx(0.2, abs=0.001)
    padded = joined([silence(RATE, 1), tone(), silence(RATE, 1)], 0)
    assert trimmed(padded).seconds == pytest.approx(0.09, abs=0.001)
    assert trimmed(silence(RATE, 1)).seconds == 0
    assert scaled(tone(8000), 50).rms == 4000
    assert scaled(tone(8000), 0).rms == 0
    assert resampled(tone(seconds=1), 22050).seconds == pytest.approx(1, abs=0.001)


def test_the_chime_is_heard_and_never_clips() -> None:
    sound = chime()
    assert sound.rms > 1000
    assert max(map(abs, sound.samples)) < 32767
    assert 1 < sound.seconds < 2


# --- packs --------------------------------------------------------------------------------------

HALL = ("A", "0", "1", "3", "qing", "hao-dao", "hao", "chuang-kou-ban-li")
"""Clips for `请 A 零 零 一 号到 三 号窗口办理`; the last words are said by two."""

CALL = utterances(VoiceSettings(), "A001", 3)[0]


async def test_a_call_is_joined_of_clips_the_longest_that_say_its_words(tmp_path: Path) -> None:
    pack = VoicePack(lay(tmp_path, *HALL))
    await pack.open()
    assert pack.text(CALL) == "qing A 0 0 1 hao-dao 3 hao chuang-kou-ban-li"
    said = await pack.say(CALL)
    assert said.rms > 1000
    assert said.seconds == pytest.approx(9 * 0.05 + 8 * 0.06, abs=0.001)


async def test_a_clip_may_be_named_by_the_word_itself(tmp_path: Path) -> None:
    pack = VoicePack(lay(tmp_path, "A", "0", "1", "3", "请", "号到", "号窗口办理", "qing"))
    await pack.open()
    assert pack.text(CALL) == "请 A 0 0 1 号到 3 号窗口办理"


async def test_missing_clips_are_told_by_name(tmp_path: Path) -> None:
    pack = VoicePack(lay(tmp_path, "A", "0", "3", "hao-dao", "hao"))
    await pack.open()
    with pytest.raises(CannotSay, match=r"no clip qing, 1, chuang, kou, ban, li$"):
        await pack.say(CALL)


async def test_english_clips_stand_in_their_own_folder(tmp_path: Path) -> None:
    names = ("A", "0", "1", "100", "and", "number", "please", "go-to-window")
    pack = VoicePack(lay(tmp_path, *(f"en/{each}" for each in names)))
    await pack.open()
    call = utterances(VoiceSettings(languages=("en",)), "A001", 101)[0]
    assert pack.text(call) == (
        "en/number en/A en/0 en/0 en/1 en/please en/go-to-window en/1 en/100 en/and en/1"
    )


@pytest.mark.parametrize("languages", [("zh_CN",), ("zh_CN", "en")])
async def test_the_clips_that_a_pack_should_have_say_every_call(
    tmp_path: Path, languages: tuple[str, ...]
) -> None:
    chosen = VoiceSettings.model_validate({"languages": languages, "yao": True})
    clips = list(required_clips(chosen))
    assert all(clip.name.isascii() for clip in clips)
    pack = VoicePack(lay(tmp_path, *(clip.name for clip in clips)))
    await pack.open()
    for number in ("A000", "ZY987", "V6543210"):
        for window in range(1, 1000):
            for said in utterances(chosen, number, window):
                assert pack.missing(said) == []
    assert [clip for clip in clips if pack.missing(clip.utterance)] == []


def test_a_clip_of_another_rate_is_named(tmp_path: Path) -> None:
    lay(tmp_path, "A", "B")
    write_wav(tmp_path / "B.wav", tone(rate=16000))
    with pytest.raises(VoicePackUnusable) as caught:
        VoicePack(tmp_path).read()
    assert "B.wav" in caught.value.message
    assert "16000" in caught.value.message


def test_a_broken_clip_no_clip_and_no_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(VoicePackUnusable, match="none"):
        VoicePack(tmp_path / "none").read()
    with pytest.raises(VoicePackUnusable, match="WAV"):
        VoicePack(tmp_path).read()
    lay(tmp_path, "A")
    (tmp_path / "B.wav").write_bytes(b"\xff" * 100)
    with pytest.raises(VoicePackUnusable, match=r"B\.wav"):
        VoicePack(tmp_path).read()


async def test_a_pack_that_changed_has_another_name_for_the_cache(tmp_path: Path) -> None:
    pack = VoicePack(lay(tmp_path, "A"))
    await pack.open()
    before = pack.name
    await pack.open()
    assert pack.name == before
    write_wav(tmp_path / "A.wav", tone(seconds=0.1))
    await pack.open()
    assert pack.name != before


# --- the cache ----------------------------------------------------------------------------------


def test_a_sound_is_kept_by_all_that_made_it() -> None:
    facts = {"engine": "e", "voice": "v", "text": "t", "speed": 150, "volume": 100}

    def key(**other: object) -> str:
        chosen = {**facts, **other}
        return cache_key(
            engine=str(chosen["engine"]),
            voice=str(chosen["voice"]),
            text=str(chosen["text"]),
            speed=int(str(chosen["speed"])),
            volume=int(str(chosen["volume"])),
        )

    others = [key(**{name: 7}) for name in facts]
    assert key() == key()
    assert len({key(), *others, key(engine="ev", voice="")}) == 7


def test_the_longest_unused_goes_when_there_is_no_room(tmp_path: Path) -> None:
    size = 44 + 2 * len(tone().samples)
    cache = SoundCache(tmp_path / "sounds", limit=2 * size)
    for place, key in enumerate(("a", "b")):
        cache.keep(key, tone())
        os.utime(tmp_path / "sounds" / f"{key}.wav", (place, place))
    assert cache.find("a") == tone()  # used now
    cache.keep("c", tone())
    assert [cache.find(key) is not None for key in "abc"] == [True, False, True]
    assert (tmp_path / "sounds").stat().st_mode & 0o777 == 0o700


def test_a_broken_file_of_the_cache_is_made_anew_and_an_old_draft_goes(tmp_path: Path) -> None:
    cache = SoundCache(tmp_path)
    (tmp_path / "a.wav").write_bytes(b"cut off")
    (tmp_path / ".b.wav.0.tmp").write_bytes(b"draft")
    os.utime(tmp_path / ".b.wav.0.tmp", (0, 0))
    assert cache.find("a") is None
    cache.keep("a", tone())
    assert cache.find("a") == tone()
    assert [each.name for each in tmp_path.iterdir()] == ["a.wav"]


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = SoundCache(tmp_path / "file" / "sounds")
    cache.keep("a", tone())
    assert cache.find("a") is None
