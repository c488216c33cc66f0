"""Tickets as lines on paper: what stands on them, and that nothing is wider than the paper."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuang.hardware.text import clean, width_of, wrap
from yichuang.hardware.ticket_printer.layout import COLUMNS, Align, Line, lay_out
from yichuang.queue.document import TicketDocument

TICKET = TicketDocument(
    hall="郑陆镇为民服务中心",
    number="A001",
    category="社会事务",
    issued_at="2026-11-20 09:31:05",
    ahead=5,
    windows="3、4 号窗口",
    item="老年人优待证办理",
    hints=("请在等候区休息，留意屏幕和语音叫号", "过号请到窗口或导引台恢复，当天有效"),
    complaint_phone="12345",
)

LONG_ITEM = (
    "城乡居民基本养老保险待遇领取资格认证和丧葬补助金申领及个人账户余额继承"
    "一次办理（含异地代办和委托代办）"
)

texts = st.text(max_size=60)
documents = st.builds(
    TicketDocument,
    hall=texts,
    number=texts,
    category=texts,
    issued_at=texts,
    ahead=st.integers(0, 9999),
    windows=texts,
    item=texts,
    item_alias=texts,
    more_items=st.lists(texts, max_size=4).map(tuple),
    route=texts,
    mark=texts,
    need=texts,
    expected=texts,
    valid_on=st.sampled_from(["", "2026-11-23"]),
    hints=st.lists(texts, max_size=3).map(tuple),
    complaint_phone=texts,
    reprint=st.booleans(),
    code=st.sampled_from(["", "Q11234X"]) | texts,
)


def shown(document: TicketDocument, columns: int = 48) -> list[str]:
    return [line.text for line in lay_out(document, columns) if line.text]


def test_holds_what_a_visitor_needs_in_order() -> None:
    assert shown(TICKET) == [
        "郑陆镇为民服务中心",
        "-" * 48,
        "社会事务",
        "老年人优待证办理",
        "A001",
        "您前面还有 5 人",
        "请留意 3、4 号窗口",
        "-" * 48,
        "2026-11-20 09:31:05",
        "请在等候区休息，留意屏幕和语音叫号",
        "过号请到窗口或导引台恢复，当天有效",
        "投诉电话 12345",
    ]


def test_a_reprint_and_a_priority_are_marked_and_no_more_is_told() -> None:
    marked = dataclasses.replace(TICKET, reprint=True, mark="优先")
    assert set(shown(marked)) - set(shown(TICKET)) == {"[补打]", "优先"}


def test_what_is_not_known_leaves_no_line() -> None:
    bare = dataclasses.replace(TICKET, item="", windows="", hints=(), complaint_phone="")
    assert shown(bare)[-1] == "2026-11-20 09:31:05"
    assert not any("请留意" in text or "投诉" in text for text in shown(bare))


def test_further_matters_their_route_a_need_and_the_wait_stand_where_they_belong() -> None:
    full = dataclasses.replace(
        TICKET,
        more_items=("居民身份证补领", "社保卡申领"),
        route="联办：社会事务 → 公安服务",
        mark="预约 09:30 起叫号",
        need="手语",
        expected="约 8 分钟，多数人不超过 15 分钟",
    )
    texts = shown(full)
    assert texts[2:13] == [
        "社会事务",
        "老年人优待证办理",
        "另办：居民身份证补领",
        "另办：社保卡申领",
        "联办：社会事务 → 公安服务",
        "A001",
        "预约 09:30 起叫号",
        "已要求：手语",
        "您前面还有 5 人",
        "预计等候：约 8 分钟，多数人不超过 15 分钟",
        "请留意 3、4 号窗口",
    ]
    slot = [line for line in lay_out(full, 48) if line.text == "预约 09:30 起叫号"]
    assert [line.scale for line in slot] == [2]


@pytest.mark.parametrize("columns", sorted(COLUMNS.values()))
def test_a_priority_slip_says_for_which_day_it_is_good_and_nothing_of_today(columns: int) -> None:
    slip = dataclasses.replace(TICKET, valid_on="2026-11-23", mark="优先", expected="约 8 分钟")
    texts = shown(slip, columns)
    assert texts[1] == "优先凭条"
    assert "凭此条 2026-11-23 优先办理，不用重新排队" in "".join(texts)
    assert not any(
        "前面还有" in text or "当天有效" in text or "约 8 分钟" in text for text in texts
    )
    assert texts[-2:] == ["2026-11-20 09:31:05", "投诉电话 12345"]


@pytest.mark.parametrize(
    ("number", "width", "scale"),
    [("A001", 58, 8), ("A001", 80, 8), ("VA0001", 58, 5), ("VA0001", 80, 8), ("A" * 40, 58, 1)],
)
def test_the_number_is_as_large_as_the_paper_allows(number: str, width: int, scale: int) -> None:
    document = dataclasses.replace(TICKET, number=number)
    lines = [
        line for line in lay_out(document, COLUMNS[width]) if line.text and line.text in number
    ]
    assert "".join(line.text for line in lines) == number
    assert {line.scale for line in lines} == {scale}


def test_a_long_item_is_wrapped_and_gives_way_to_its_alias_past_three_lines() -> None:
    document = dataclasses.replace(TICKET, item=LONG_ITEM, item_alias="养老资格认证")
    assert "养老资格认证" in shown(document, 32)
    assert "养老资格认证" not in shown(document, 48)
    assert LONG_ITEM in "".join(shown(document, 48))
    without = dataclasses.replace(document, item_alias="")
    assert LONG_ITEM in "".join(shown(without, 32))


@given(documents, st.sampled_from(sorted(COLUMNS.values())))
def test_no_line_is_wider_than_the_paper_or_holds_a_control(
    document: TicketDocument, columns: int
) -> None:
    for line in lay_out(document, columns):
        assert line.width <= columns
        assert all(char.isprintable() or char > "\x9f" for char in line.text)
        assert 1 <= line.scale <= 8


def test_the_words_on_paper_are_aligned_for_reading() -> None:
    lines = {line.text: line for line in lay_out(TICKET, 48)}
    assert lines["A001"].align is Align.CENTER
    assert lines["A001"].bold
    assert lines["2026-11-20 09:31:05"] == Line("2026-11-20 09:31:05")


def test_clean_leaves_nothing_that_a_printer_could_obey() -> None:
    hostile = "甲\x1b@\x10\x04\x01\x1d\x56\x00乙\x00\x9b\u202e\u200b丙\ud800"
    assert clean(hostile) == "甲@V乙丙〓"


@pytest.mark.parametrize(
    ("raw", "better"),
    [
        ("古丽•阿卜杜", "古丽·阿卜杜"),
        ("¥5", "￥5"),
        ("✓", "√"),
        ("甲\u00a0乙\n丙\t丁", "甲 乙 丙 丁"),
        ("e\u0301", "é"),
        ("  甲  ", "甲"),
    ],
)
def test_clean_normalises_towards_gbk(raw: str, better: str) -> None:
    assert clean(raw) == better


def test_ambiguous_and_hanzi_are_two_columns_and_ascii_one() -> None:
    assert [width_of(char) for char in "A~政，①é"] == [1, 1, 2, 2, 2, 2]


def test_wrapping_keeps_words_whole_and_punctuation_where_it_belongs() -> None:
    assert wrap("等候区休息，留意", 10) == ["等候区休", "息，留意"]
    assert wrap("请办（社保）卡", 6) == ["请办", "（社", "保）卡"]
    assert wrap("open the window now", 10) == ["open the", "window now"]
    assert wrap("", 10) == []
    with pytest.raises(ValueError, match="at least 2"):
        wrap("甲", 1)


@given(texts.map(clean), st.integers(2, 60))
def test_wrapping_loses_only_spaces(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(0 < width_of(line) <= columns for line in lines)
    assert all(line == line.strip(" ") for line in lines)
