"""The hall.toml of a new hall: what it holds as it is, and what it offers in comments."""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path

import pytest

from yichuang.config import Level, Settings
from yichuang.config.settings import parse_settings
from yichuang.profile import hall_toml

EXAMPLE = re.compile(r"^# (?=\[|[a-z_]+ = )")
"""What stands before a commented setting or section; sentences have no `=` after their first word."""

SECTIONS = ("voice", "display", "call_feed", "id_reader", "rating_pad", "caller_pad", "scanner")


def parsed(lines: list[str]) -> Settings:
    """The settings; raises InvalidHall."""
    return parse_settings("\n".join(lines), Path("hall.toml"))


@pytest.mark.parametrize("level", ["village", "town", "city"])
def test_every_commented_example_is_valid_once_uncommented(level: Level) -> None:
    lines = hall_toml("郑陆镇为民服务中心", level).splitlines()
    plain = parsed(lines)
    assert not plain.devices
    full = parsed([EXAMPLE.sub("", line) for line in lines])
    kinds = [type(each).__name__.removesuffix("Settings") for each in full.devices]
    assert kinds == [
        "Printer", "Display", "CallFeed", "Voice", "IdReader", "RatingPad", "CallerPad", "Scanner",
    ]  # fmt: skip
    assert full.prints_qr
    assert full.holiday


@pytest.mark.parametrize("section", [*SECTIONS, "kiosk", "rating", "printer", "holiday"])
def test_each_example_is_valid_by_itself(section: str) -> None:
    lines = hall_toml("大厅", "village").splitlines()
    start = next(at for at, line in enumerate(lines) if re.match(rf"# \[+{section}\]", line))
    block = list(takewhile(lambda at: lines[at].startswith("# "), range(start, len(lines))))
    for at in block:
        lines[at] = EXAMPLE.sub("", lines[at])
    found = getattr(parsed(lines), section)
    assert found
    assert found != getattr(parsed(hall_toml("大厅", "village").splitlines()), section) or (
        section in ("kiosk", "rating")  # the example says what holds anyway
    )


def test_every_section_is_named() -> None:
    text = hall_toml("郑陆镇为民服务中心", "town")
    named = set(re.findall(r"(?m)^(?:# )?\[{1,2}([a-z_]+)\]{1,2}", text))
    assert named == set(Settings.model_fields)


@pytest.mark.parametrize("section", ["remote", "staff", "alert"])
def test_all_that_watches_over_the_hall_stands_there_with_its_default(section: str) -> None:
    lines = hall_toml("郑陆镇为民服务中心", "town").splitlines()
    full = getattr(parsed([EXAMPLE.sub("", line) for line in lines]), section)
    assert full == getattr(parsed(lines), section)
    assert full.model_fields_set == set(type(full).model_fields)
