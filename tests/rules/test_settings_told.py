"""Mistakes in hall.toml are told with their place and their bound, in the user's language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.halls import SMALL_HALL
from yichuang.config import parse_settings
from yichuang.errors import InvalidHall

PAD = '[[rating_pad]]\nname = "pad"\nwindow = 1\npath = "/dev/pad"\n'


def told(more: str) -> str:
    """What is said of a small hall with these lines."""
    with pytest.raises(InvalidHall) as refused:
        parse_settings(f"{SMALL_HALL}\n{more}", Path("hall.toml"))
    return refused.value.message


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("[rating]\nseconds = 1", "rating.seconds：不能小于 5，现在是 1"),
        ("[rating]\nseconds = 301", "rating.seconds：不能大于 300"),
        ("[voice]\ntimes = 2.5", "voice.times：要写成整数，现在是 2.5"),
        ("[voice]\nlanguages = []", "voice.languages：不能少于 1 个"),
        ('[voice]\nlanguages = ["zh_CN", "en", "en"]', "voice.languages：不能多于 2 个"),
        ('[voice]\nname = "a b"', "voice.name：要符合 ^[A-Za-z0-9_-]{1,20}$，现在是"),
        (f'[voice]\ndevice = "{"x" * 81}"', "voice.device：不能多于 80 个字"),
        ("[voice]\nwords = 1", "voice.words：要写成一节"),
        ('[voice]\nplayer = "mpv"', "只能是 'auto'、'aplay'、'paplay'、'pw-play'"),
        (PAD + "baud = 1", "1200、2400、4800、9600、19200、38400、57600、115200"),
    ],
)
def test_each_bound_is_told_in_chinese(more: str, said: str) -> None:
    message = told(more)
    assert said in message
    assert not re.search(r"[Ii]nput should|valid (?:integer|number)| or ", message)


@pytest.mark.parametrize(
    ("more", "said"),
    [("[voice", "文件末尾（"), ("a b c", "列（"), ('name = "open', "（")],
)
def test_where_a_file_is_no_toml(more: str, said: str) -> None:
    message = told(more)
    assert "不是合法的 TOML：" in message
    assert said in message
    assert not re.search(r"at line|at end", message)
