"""Text in cells, and that no row of any frame can shift."""

from __future__ import annotations

import unicodedata

import pytest

from tests.screens.frame import FRAMES
from yichuang.tui.text import changed_cells, cut, fit, pad, pad_left, tidy, width, wrap


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        ("中文", 4, "中文"),
        ("中文字", 5, "中.."),
        ("中文字", 4, "中.."),
        ("abc", 2, ".."),
        ("abc", 0, ""),
        ("abc  ", 3, "abc"),
    ],
)
def test_cut_counts_cells(text: str, cells: int, expected: str) -> None:
    assert cut(text, cells) == expected
    assert width(cut(text, cells)) <= cells


def test_padding_fills_exactly() -> None:
    assert pad("中", 5) == "中   "
    assert pad_left("12", 4) == "  12"
    assert width(pad("一二三四", 5)) == 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“社保”卡…", "「社保」卡.."),
        ("一\n二\x1b[31m\u202e三", "一 二[31m三"),
        ("①℃Ⅱ", "1CII"),
        ("éα", "e?"),
        ("[bold]A[/]", "[bold]A[/]"),
    ],
)
def test_tidy_keeps_to_plain_glyphs(text: str, expected: str) -> None:
    assert tidy(text) == expected


def test_fit_drops_what_is_right_of_the_edge() -> None:
    assert fit(["ab", ("中文字", "key"), "zz"], 6) == [("ab", ""), ("中..", "key")]
    assert fit([("标题", "section")], 6) == [("标题", "section"), ("  ", "section")]


def test_changed_cells_is_the_least_span() -> None:
    assert changed_cells("等候 1 人", "等候 2 人", 20) == (5, 6)
    assert changed_cells("中文", "中文", 20) == (0, 0)
    assert changed_cells("ab", [("ab", "key")], 4) == (0, 2)
    assert changed_cells("一a", "a一", 4) == (0, 3)


def test_wrap_keeps_words_and_stops_together() -> None:
    assert wrap("一二三，四五", 6) == ["一二", "三，四", "五"]
    assert wrap("hello big world", 9) == ["hello big", "world"]


def test_no_frame_has_a_glyph_of_ambiguous_width() -> None:
    frames = sorted(FRAMES.glob("*.txt"))
    assert frames
    for path in frames:
        for row in path.read_text(encoding="utf-8").splitlines():
            bad = {each for each in row if unicodedata.east_asian_width(each) == "A"}
            assert not bad, f"{path.name}: {bad} in {row!r}"
