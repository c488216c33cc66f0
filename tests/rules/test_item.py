"""Finding items by a few keys, and the groups of a kiosk menu."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuang.queue.item import LONGEST_QUERY, Item, find_items, groups_of
from yichuang.queue.item_import import SHIPPED_CATEGORIES, package_items


@pytest.fixture(scope="module")
def shipped() -> list[Item]:
    return package_items(SHIPPED_CATEGORIES)


def _item(code: str, name: str, initials: str, alias: str = "", alias_initials: str = "") -> Item:
    return Item(
        code=code,
        name=name,
        alias=alias or name,
        department="",
        category="police",
        group="",
        private=False,
        sample=False,
        initials=initials,
        alias_initials=alias_initials or initials,
    )


def _codes(items: list[Item], query: str, limit: int = 20) -> list[str]:
    return [item.code for item in find_items(items, query, limit)]


@pytest.mark.parametrize(
    "query",
    ["sbk", "SBK", "ｓｂｋ", "ＳＢＫ", " s b k ", "社保卡", "社会保障卡", "shbzk"],
)
def test_social_security_card_comes_first(shipped: list[Item], query: str) -> None:
    assert _codes(shipped, query)[:2] == ["RS156", "RS157"]


@pytest.mark.parametrize("query", ["RS156", "rs156", "ＲＳ１５６", "156"])
def test_found_by_code_alone(shipped: list[Item], query: str) -> None:
    assert _codes(shipped, query) == ["RS156"]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("dbsq", "MZ178"),
        ("swzx", "GA035"),
        ("死亡注销", "GA035"),
        ("清真寺", "GA009"),
        ("9种", "GA100"),
        ("0-14", "CL166"),
        ("高级工职业", "GA059"),
        ("最低保障", "MZ178"),
    ],
)
def test_first_of_the_shipped_items(shipped: list[Item], query: str, first: str) -> None:
    assert _codes(shipped, query)[0] == first


def test_every_shipped_item_is_found_by_its_own_words(shipped: list[Item]) -> None:
    for item in shipped:
        assert _codes(shipped, item.code, 1) == [item.code]
        assert _codes(shipped, item.alias, 1) == [item.code]
        assert item.code in _codes(shipped, item.name)
        same = [other.code for other in shipped if other.alias_initials == item.alias_initials]
        assert _codes(shipped, item.alias_initials)[: len(same)] == same


def test_ranks() -> None:
    ranked = [
        _item("ab", "", "x"),  # the code
        _item("c1", "", "zzz", "", "ab"),  # the alias' initials
        _item("c2", "", "zzz", "", "abz"),  # the beginning of the alias' initials
        _item("c3", "", "abz", "", "zab"),  # the beginning of the name's
        _item("c4", "", "zzz", "", "zab"),  # inside the alias' initials
        _item("xxab", "", "zzz"),  # inside the code
        _item("c5", "", "zab", "", "zz"),  # inside the name's
        _item("c6", "", "zzz", "", "azb"),  # with a gap, alias
        _item("c7", "", "azb", "", "zzz"),  # with a gap, name
    ]
    unmatched = _item("c8", "", "ba", "", "bza")
    expected = [item.code for item in ranked]
    assert _codes([unmatched, *reversed(ranked)], "ab") == expected


def test_ranks_of_chinese() -> None:
    ranked = [
        _item("c1", "某某", "", "入户"),
        _item("c2", "某某", "", "入户登记"),
        _item("c3", "某某", "", "再入户"),
        _item("c4", "入户", "", "某某"),
        _item("c5", "某某", "", "入学落户"),
        _item("c6", "入学落户", "", "某某"),
    ]
    expected = [item.code for item in ranked]
    assert _codes([_item("c7", "户入", ""), *reversed(ranked)], "入户") == expected


def test_equal_matches_keep_the_order_of_the_catalogue() -> None:
    items = [_item(code, "入户", "rh") for code in ("c3", "c1", "c2")]
    assert _codes(items, "r") == ["c3", "c1", "c2"]
    assert _codes(items, "r", 2) == ["c3", "c1"]


@pytest.mark.parametrize("query", ["", "  ", "\u3000", "a" * (LONGEST_QUERY + 1), "没有这样的事"])
def test_finds_nothing(shipped: list[Item], query: str) -> None:
    assert find_items(shipped, query) == []


@pytest.mark.parametrize("limit", [0, -1])
def test_no_room_for_results(shipped: list[Item], limit: int) -> None:
    assert find_items(shipped, "s", limit) == []


@given(query=st.text(max_size=30), limit=st.integers(1, 5))
def test_any_query_is_harmless(query: str, limit: int) -> None:
    items = [_item("A-1", "社保卡[申领]^", "sbksl"), _item("A.2", "a\\b", "ab")]
    found = find_items(items, query, limit)
    assert len(found) <= limit
    assert len(set(found)) == len(found)


@given(
    initials=st.lists(st.text("abc", min_size=1, max_size=8), min_size=1, max_size=8),
    query=st.text("abc", min_size=1, max_size=4),
)
def test_finds_exactly_the_subsequences(initials: list[str], query: str) -> None:
    items = [_item(str(index), "", letters) for index, letters in enumerate(initials)]
    pattern = re.compile(".*".join(query))
    expected = {str(index) for index, letters in enumerate(initials) if pattern.search(letters)}
    assert set(_codes(items, query)) == expected


def test_groups_in_order_of_first_appearance(shipped: list[Item]) -> None:
    assert groups_of(shipped, "police") == [
        "立户分户",
        "出生收养恢复",
        "注销",
        "迁移",
        "证件与户口档案",
        "出入境与境外人员",
        "查询证明",
    ]
    assert groups_of(shipped, "unheard_of") == []
    assert groups_of([_item("c1", "无组", "wz")], "police") == []
