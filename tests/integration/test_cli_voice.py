"""`yichuang voice`: what it advises works, and helps."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.integration.command import yichuang
from tests.integration.test_voice_engines import needs_library
from yichuang.cli.voice import pack_setting
from yichuang.config import VoiceSettings
from yichuang.hardware.voice.pack_names import required_clips


@pytest.mark.parametrize(
    ("pack", "setting"), [("hall/clips", "clips"), ("hall/a/b", "a/b"), ("clips", "{here}/clips")]
)
def test_a_pack_is_named_as_the_hall_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: str, setting: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for hall in (Path("hall"), tmp_path / "hall"):
        said = pack_setting(Path(pack), hall)
        assert said == setting.format(here=tmp_path)
        assert (hall / said).resolve() == tmp_path / pack


@needs_library
def test_a_pack_that_is_whole_is_told_with_its_line_of_hall_toml(tmp_path: Path) -> None:
    folder = tmp_path / 'a "pack"'
    folder.mkdir()
    for clip in required_clips(VoiceSettings()):
        (folder / f"{clip.name}.wav").touch()
    ran = yichuang("voice", "pack", folder, hall=tmp_path / "hall")
    assert ran.status == 0, ran.err
    assert tomllib.loads(ran.out.splitlines()[-1]) == {"pack": str(folder)}


def test_without_a_player_the_hint_is_to_install_one(tmp_path: Path) -> None:
    ran = yichuang("voice", "say", "A001", "3", "--json", hall=tmp_path, PATH=str(tmp_path))
    assert ran.error["code"] == "player_missing"
    assert "alsa-utils" in ran.error["hint"]
