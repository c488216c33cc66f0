"""What may be written into a value, and what is made of what was typed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from yichuang.config import Settings
from yichuang.config.field import (
    Shape,
    allowed,
    fields_of,
    problems_with,
    section_model,
    spot_from,
    typed_value,
    written_value,
)
from yichuang.config.labels import value_text
from yichuang.errors import SettingsUneditable
from yichuang.language import use_language


@pytest.fixture(autouse=True)
def chinese() -> None:
    """Sentences are told in Chinese here."""
    use_language("zh_CN")


@pytest.mark.parametrize(
    ("place", "typed", "value"),
    [
        ("missed.calls", " 5 ", 5),
        ("missed.calls", "five", "five"),
        ("missed.calls", "", None),
        ("printer.vendor", "0x04b8", 0x04B8),
        ("dispatch.rates.ordinary", "1.5", 1.5),
        ("missed.void_at_once", "是", True),
        ("missed.void_at_once", "0", False),
        ("window.name", "", ""),
        ("ticket.qr", "", None),
        ("holiday.date", "2026-10-10", date(2026, 10, 10)),
        ("hours.noon", "12:00-13:00 ｜ 14:00-15:00", ["12:00-13:00", "14:00-15:00"]),
        ("hours.noon_windows", "1|3", [1, 3]),
        ("hours.noon", "", []),
        ("forecast.categories", "tax=6 | police = 4.5", {"tax": 6.0, "police": 4.5}),
        ("printer.width", "58", 58),
    ],
)
def test_what_is_typed(place: str, typed: str, value: Any) -> None:
    section, _dot, path = place.partition(".")
    element = "." if section in ("missed", "dispatch", "ticket", "hours", "forecast") else ".x."
    _spot, field = spot_from(f"{section}{element}{path}")
    assert field is not None
    assert typed_value(field, typed) == value


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        ("missed.calls", 10, "不能大于 9，现在是 10"),
        ("missed.calls", "x", "要写成整数"),
        ("window.1.number", None, "这一项不能空着"),
        ("window.1.name", "a\x1bb", "控制字符"),
        ("hours.noon", ["12:00-11:00"], "结束要晚于开始"),
        ("hall.timezone", "Mars", "时区"),
        ("display.x.area.width", 1, "不能小于 8"),
        ("window.1.name", "综合", ""),
        ("window.1.kind", "department", ""),
    ],
)
def test_one_value_is_checked_by_itself(place: str, value: Any, told: str) -> None:
    _spot, field = spot_from(place)
    assert field is not None
    problems = problems_with(field, value)
    assert bool(problems) == bool(told)
    assert told in "".join(problems)


def test_places() -> None:
    assert [spot_from(each)[0] for each in ("window", "window.3", "dispatch.rates")] == [
        ("window", None, ()),
        ("window", "3", ()),
        ("dispatch", None, ("rates",)),
    ]
    for wrong in ("", "nothing", "missed.nothing", "missed.calls.more", "window.3.nothing"):
        with pytest.raises(SettingsUneditable):
            spot_from(wrong)


def test_brackets_are_toml() -> None:
    _spot, field = spot_from("missed.reasons")
    assert field is not None
    assert written_value(field, '["a|b", "c"]') == ["a|b", "c"]
    assert written_value(field, "[broken") == "[broken"


def test_every_default_can_be_typed_again() -> None:
    for section in Settings.model_fields:
        for field in fields_of(section_model(section)):
            if field.shape is Shape.SECTION or field.default is None:
                continue
            assert typed_value(field, value_text(field.default)) == field.default, field.name
            assert problems_with(field, field.default) == []
            assert allowed(field)
