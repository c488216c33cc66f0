"""Initials of names, against pypinyin, and finding a person by them."""

from __future__ import annotations

import pytest

from yichuang.queue.item_import import pinyin_initials
from yichuang.queue.people.staff import Staff
from yichuang.queue.personnel.initials import name_initials
from yichuang.tui.screens.staff_search import find_staff


def test_every_character_has_the_initial_that_pypinyin_gives_it() -> None:
    wrong = {
        chr(code): (name_initials("某" + chr(code)), pinyin_initials(chr(code)))
        for code in range(0x4E00, 0x9FA6)
        if name_initials("某" + chr(code)) != "m" + pinyin_initials(chr(code))
        and pinyin_initials(chr(code)).isascii()
        and pinyin_initials(chr(code)).isalpha()
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("单田芳", "stf"),
        ("田单", "td"),
        ("仇和", "qh"),
        ("覃丽", "ql"),
        ("欧阳锋", "oyf"),
        ("Li 强２", "liq2"),
        ("买买提·艾力", "mmtal"),
        ("", ""),
    ],
)
def test_names_of_many_kinds(name: str, initials: str) -> None:
    assert name_initials(name) == initials


PEOPLE = [
    Staff("0231", "王芳", department="社会事务办"),
    Staff("0232", "汪峰", department="社保所"),
    Staff("2310", "李王芳"),
    Staff("WF01", "赵前", post="帮办岗"),
]


@pytest.mark.parametrize(
    ("query", "badges"),
    [
        ("", ["0231", "0232", "2310", "WF01"]),
        ("0232", ["0232"]),
        ("231", ["2310", "0231"]),
        ("wf", ["WF01", "0231", "0232", "2310"]),
        ("ＷＦ", ["WF01", "0231", "0232", "2310"]),
        ("王芳", ["0231", "2310"]),
        ("社保", ["0232"]),
        ("帮 办", ["WF01"]),
        ("zzz", []),
    ],
)
def test_people_are_found_best_first(query: str, badges: list[str]) -> None:
    assert [each.badge for each in find_staff(PEOPLE, query)] == badges
