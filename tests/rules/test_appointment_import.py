"""Files of bookings: all or nothing, each bad line told, and the same file again does no harm."""

from __future__ import annotations

from datetime import date

import pytest

from tests.rules.test_appointments import ID, ZHANG, ZONE, book, item, journal, local
from yichuang.clock import FixedClock
from yichuang.errors import InvalidBookings
from yichuang.queue.appointment import AppointmentState, Channel
from yichuang.queue.event import EventKind
from yichuang.queue.service import Hall

HEADER = "reference,date,time,category,name,id_number,phone,items,code"

GOOD = f"""{HEADER}
W1,2026-03-03,9:30,tax,张三,{ID},,,
W2,2026/3/3,09:30,tax,李四,,139 1234 4321,,482913

W3,2026-3-4,14：00,,王五,,13700000000,X1; X2,
"""


async def take(hall: Hall, text: str, encoding: str = "utf-8") -> tuple[int, int]:
    """Import a file; how many were new, and how many known."""
    done = await hall.appointments.import_file(text.encode(encoding), path="网上预约.csv")
    assert done.counts is not None
    return done.counts


async def refused(hall: Hall, *lines: str, header: str = HEADER) -> list[str]:
    """What is wrong with these lines; nothing was imported."""
    before = await hall.entries(0, 1000)
    with pytest.raises(InvalidBookings) as caught:
        await take(hall, "\n".join([header, *lines]))
    assert await hall.entries(0, 1000) == before
    assert "网上预约.csv" in caught.value.message
    assert ID not in caught.value.message
    return caught.value.problems


@pytest.fixture
async def stocked(hall: Hall) -> Hall:
    """The small hall with two items of two categories."""
    await hall.import_items([item("X1", "tax"), item("X2", "police")], source="x")
    return hall


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
async def test_a_file_is_taken_over_once(stocked: Hall, encoding: str) -> None:
    assert await take(stocked, GOOD, encoding) == (3, 0)
    rows = len(await stocked.entries(0, 1000))
    assert await take(stocked, GOOD, encoding) == (0, 3)
    assert len(await stocked.entries(0, 1000)) == rows
    first, second, third = await stocked.appointments.between(date(2026, 3, 3), date(2026, 3, 4))
    assert (first.reference, first.visitor.name, first.channel) == ("W1", "张*", Channel.ONLINE)
    assert first.visitor.person == stocked.identify(ID).key
    assert second.code == "482913"
    assert second.start.astimezone(ZONE) == local(3, "9:30")
    assert (third.category, third.items) == ("tax", ("X1", "X2"))
    [told] = await journal(stocked, EventKind.APPOINTMENTS_IMPORTED)
    assert dict(told.event.data) == {"source": "网上预约.csv", "new": 3, "known": 0}
    assert len(await journal(stocked, EventKind.APPOINTMENT_BOOKED)) == 3


async def test_more_lines_are_added_and_ended_bookings_stay_ended(
    stocked: Hall, clock: FixedClock
) -> None:
    await take(stocked, GOOD)
    await stocked.appointments.cancel("482913")
    assert await take(stocked, GOOD + "W4,2026-03-05,9:00,tax,,,13700000001,,\n") == (1, 3)
    [found] = await stocked.appointments.find(code="482913")
    assert found.state is AppointmentState.CANCELLED
    clock.at = local(3, "9:20")
    done = await stocked.appointments.check_in(id_number=ID)
    assert done.ticket is not None
    assert await take(stocked, GOOD) == (0, 3)


async def test_a_booking_for_today_was_made_before_today(hall: Hall) -> None:
    assert await take(hall, f"{HEADER}\nW1,2026-03-02,10:00,tax,,,{ZHANG},,\n") == (1, 0)
    [late] = await refused(hall, f"W2,2026-03-02,9:00,tax,,{ID},,,")
    assert late.startswith("第 2 行：")
    assert "已经开始" in late


async def test_every_bad_line_is_told_and_none_is_taken(stocked: Hall) -> None:
    problems = await refused(
        stocked,
        f"W1,2026-03-03,9:30,tax,,{ID},,,",
        f"W1,2026-03-03,9:30,tax,,,{ZHANG},,",
        f",2026-03-03,9:30,tax,,,{ZHANG},,",
        f"W3,03-03,9.30,tax,,,{ZHANG},,",
        f"W4,2026-02-30,25:00,tax,,,{ZHANG},,",
        "W5,2026-03-03,9:30,tax,张三,,,,",
        f"W6,2026-03-03,9:30,tax,,{ID[:-1]}1,,,",
        "W7,2026-03-03,9:30,tax,,,12345,,",
        f"W8,2026-03-03,9:30,taxes,,,{ZHANG},,",
        f"W9,2026-03-03,9:30,,,,{ZHANG},,",
        f"W10,2026-03-03,9:30,tax,,,{ZHANG},,12345",
        "W11,2026-03-03",
    )
    said = [
        ("第 3 行", "第 2 行重复"),
        ("第 4 行", "reference"),
        ("第 5 行", "不是日期"),
        ("第 6 行", "不是时间"),
        ("第 7 行", "至少要有一样"),
        ("第 8 行", "校验位"),
        ("第 9 行", "电话"),
        ("第 10 行", "是不是 tax"),
        ("第 11 行", "没有类别，也没有事项"),
        ("第 12 行", "六位"),
        ("第 13 行", "应有 9 列，实有 2 列"),
    ]
    assert len(problems) == len(said)
    for problem, (line, reason) in zip(problems, said, strict=True):
        assert problem.startswith(line + "：")
        assert reason in problem


async def test_numbers_of_persons_in_wrong_columns_are_not_repeated(stocked: Hall) -> None:
    wide = ZHANG.translate({ord("0") + digit: ord("０") + digit for digit in range(10)})
    problems = await refused(
        stocked,
        f"{'W' * 50}{ID},2026-03-03,9:30,tax,,,{ZHANG},,",
        f"{ID},2026-03-03,9:30,tax,,,{ZHANG},,",
        f"{ID},{ID},{ZHANG},{ZHANG},,{ID},,,",
        f"W4,{wide},2026-03-03,x{ID}x,,,{ZHANG},,",
    )
    said = "\n".join(problems)
    assert len(problems) == 3
    assert "第 3 行重复" in said
    assert "「***********」不是时间" in said
    assert all(each not in said for each in (ID, ID[:8], ZHANG, ZHANG[:7], wide))


async def test_numbers_of_persons_are_not_repeated_by_the_rules_either(stocked: Hall) -> None:
    [problem] = await refused(stocked, f"W1,2026-03-03,9:30,tax,,,{ZHANG},{ID[:-1]},")
    assert problem.startswith("第 2 行：")
    assert "*" * 17 in problem
    [header] = await refused(stocked, header=f"reference,date,time,category,{ID}")
    assert ID[:8] not in header
    await take(stocked, f"{HEADER}\n{ZHANG},2026-03-03,9:30,tax,,,{ZHANG},,\n")
    [differs] = await refused(stocked, f"{ZHANG},2026-03-04,9:30,tax,,,{ZHANG},,")
    assert ZHANG not in differs


async def test_what_the_rules_refuse_is_told_by_line(stocked: Hall) -> None:
    await book(stocked, local(3, "9:30"), "13700000009")
    taken = await book(stocked, local(3, "10:00"), "13700000008")
    problems = await refused(
        stocked,
        f"W1,2026-03-03,9:30,tax,,,{ZHANG},,",
        "W2,2026-03-03,9:30,tax,,,13700000002,,",
        f"W3,2026-03-03,11:00,tax,,,{ZHANG},,",
        "W4,2026-03-03,12:10,tax,,,13700000004,,",
        f"W5,2026-03-03,14:00,tax,,,13700000005,,{taken.code}",
        "W6,2026-03-03,14:00,tax,,,13700000006,Y9,",
        "W7,2026-03-03,14:00,unserved,,,13700000007,,",
        "W8,2026-03-03,14:00,police,,,13700000001,X1,",
    )
    said = [
        ("第 3 行", "约满"),
        ("第 4 行", "已经约过"),
        ("第 5 行", "没有可以约的时段"),
        ("第 6 行", "预约码"),
        ("第 7 行", "Y9"),
        ("第 8 行", "没有窗口"),
        ("第 9 行", "属于"),
    ]
    assert [problem.partition("：")[0] for problem in problems] == [line for line, _reason in said]
    assert all(reason in problem for problem, (_line, reason) in zip(problems, said, strict=True))


async def test_a_reference_stands_for_one_time(hall: Hall) -> None:
    await take(hall, f"{HEADER}\nW1,2026-03-03,9:30,tax,,,{ZHANG},,\n")
    [problem] = await refused(hall, f"W1,2026-03-03,10:30,tax,,,{ZHANG},,")
    assert "W1" in problem


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "文件是空的"),
        ("reference,date,time\n", "缺少列：category"),
        ("reference,date,time,category,id_nr\n", "是不是 id_number"),
        (HEADER + "\n", "只有表头"),
        (HEADER + '\n"W1,2026', "引号"),
    ],
)
async def test_a_file_that_is_none_is_told_so(hall: Hall, text: str, said: str) -> None:
    with pytest.raises(InvalidBookings) as caught:
        await take(hall, text)
    assert said in caught.value.message


async def test_a_file_in_no_known_encoding_is_told_so(hall: Hall) -> None:
    with pytest.raises(InvalidBookings) as caught:
        await hall.appointments.import_file(b"reference\n\xff\xff", path="x.csv")
    assert "UTF-8" in caught.value.message
    assert caught.value.problems[0].startswith("第 2 行")


async def test_text_from_outside_is_shown_without_being_obeyed(hall: Hall) -> None:
    [problem] = await refused(hall, f"W\x1b[2J,2026-03-03,9:30,tax,,,{ZHANG},,")
    assert "\x1b" not in problem
    await take(hall, f"{HEADER}\nW1,2026-03-03,9:30,tax,\x1b张三,,{ZHANG},,\n")
    [found] = await hall.appointments.find(phone=ZHANG)
    assert found.visitor.name == "张*"
