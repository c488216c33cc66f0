"""The sheets that hang in the hall: who is named on them, and that they fit every paper (B14, C03, H03)."""

from __future__ import annotations

import json
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.halls import MORNING, PRINTER, memory_hall, small_settings
from yichuang.cli.staff_html import as_html
from yichuang.clock import FixedClock
from yichuang.errors import NeverPrinted, UnknownPrinter, UnknownWindow
from yichuang.hardware.ticket_printer.layout import COLUMNS
from yichuang.hardware.ticket_printer.sheet import lay_out_sheet
from yichuang.language import use_language
from yichuang.queue.document import SheetLine, SheetStyle, TicketDocument
from yichuang.queue.event import EventKind
from yichuang.queue.people.role import Role
from yichuang.queue.people.sheet import SheetKind, SheetPerson, WhereaboutsSheet, WindowSheet
from yichuang.queue.people.staff import Staff
from yichuang.queue.people.whereabouts import Whereabouts
from yichuang.queue.personnel.sheet import sheet_lines
from yichuang.queue.service import Hall

A = Staff("1001", "甲", (Role.CLERK,), department="税务所", phone="0519-1", duty="受理")
B = Staff("1002", "乙", (Role.CLERK,), department="公安", phone="0519-2")
C = Staff("1003", "丙", (Role.CLERK,), department="税务所")

texts = st.text(max_size=60)
people = st.builds(
    SheetPerson,
    st.builds(
        Staff, badge=texts, name=texts, department=texts, post=texts, duty=texts, phone=texts,
        photo=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30),
    ),
    texts,
    texts,
)  # fmt: skip
signs = st.builds(
    WindowSheet, texts, texts, st.integers(1, 999), texts, st.lists(texts, max_size=6).map(tuple),
    texts, texts, texts, st.lists(people, max_size=3).map(tuple),
)  # fmt: skip
boards = st.builds(
    WhereaboutsSheet, texts, texts,
    st.lists(st.tuples(texts, st.lists(people, max_size=3).map(tuple)), max_size=3).map(tuple),
    texts, texts,
)  # fmt: skip


@pytest.fixture(autouse=True)
async def staff(hall: Hall) -> None:
    """Three clerks; window 1 is A's, B stands in."""
    await hall.people.save(A, B, C)
    await hall.people.name_post(1, "1001", ["1002"])


async def named(hall: Hall, window: int = 1) -> list[tuple[str, str]]:
    """Who stands on a window's sign, and as what."""
    sheet = await hall.people.window_sheet(window)
    return [(each.staff.badge, each.standing) for each in sheet.people]


# --- who is named ----------------------------------------------------------------------------------


async def test_a_sign_names_the_clerk_and_who_stands_in(hall: Hall) -> None:
    sheet = await hall.people.window_sheet(1)
    assert (sheet.window, sheet.label, sheet.categories) == (1, "综合窗口", ("纳税服务",))
    assert (sheet.department, sheet.phone, sheet.complaint_phone) == ("税务所", "0519-1", "12345")
    assert await named(hall) == [("1001", "A岗"), ("1002", "B岗")]


async def test_a_sign_changes_with_who_is_there(hall: Hall) -> None:
    await hall.people.take_post(1, "1002")
    assert await named(hall) == [("1002", "B岗"), ("1001", "A岗")]
    assert (await hall.people.window_sheet(1)).department == "公安"
    await hall.people.leave_post(1, "1002", to="1003")
    assert await named(hall) == [("1003", ""), ("1001", "A岗"), ("1002", "B岗")]
    sheet = await hall.people.window_sheet(1)
    assert sheet.phone == "0519-1", "the window's, when that one has none"


async def test_a_sign_names_nobody_who_left(hall: Hall) -> None:
    await hall.people.save(A._replace(active=False))
    assert await named(hall) == [("1002", "B岗")]
    assert await named(hall, 2) == []
    empty = await hall.people.window_sheet(2)
    assert (empty.department, empty.phone) == ("郑陆镇为民服务中心", "")


async def test_a_sign_tells_what_the_window_serves_now(hall: Hall) -> None:
    await hall.assign_window(1, categories=["police"])
    assert (await hall.people.window_sheet(1)).categories == ("公安服务",)


async def test_no_sign_for_a_window_that_there_is_not(hall: Hall) -> None:
    with pytest.raises(UnknownWindow):
        await hall.people.window_sheet(77)


async def test_the_board_tells_where_everybody_is_by_department(hall: Hall) -> None:
    await hall.people.take_post(1, "1001")
    await hall.people.set_whereabouts("1002", Whereabouts.IN_VILLAGE, "河头村")
    await hall.people.save(C._replace(active=False))
    sheet = await hall.people.whereabouts_sheet()
    told = [
        (name, [(each.staff.name, each.standing, each.note) for each in found])
        for name, found in sheet.departments
    ]
    assert told == [
        ("公安", [("乙", "下村", "河头村")]),
        ("税务所", [("甲", "在岗 1 号窗口", "")]),
    ]
    text = "\n".join(line.text for line in sheet_lines(sheet))
    for word in ("公安", "乙", "0519-2", "下村", "12345"):
        assert word in text


# --- printing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SheetKind)
async def test_a_sheet_is_queued_and_journaled(kind: SheetKind) -> None:
    window = 1 if kind is SheetKind.WINDOW else None
    async with memory_hall(FixedClock(MORNING), small_settings(PRINTER)) as hall:
        await hall.people.save(A)
        done = await hall.people.print_sheet(kind, window=window, actor="9001")
        job = await hall.print_job(done.print_job or 0)
        assert job is not None
        assert (job.printer, job.number, job.ticket) == ("kiosk", "", None)
        assert job.what == {"window": "窗口标识牌", "whereabouts": "去向公示牌"}[kind.value]
        assert job.document.sheet
        entry = (await hall.entries(0))[-1]
        assert (entry.event.kind, entry.actor) == (EventKind.SHEET_PRINTED, "9001")
        assert entry.event.window is None, "it is no step of the window's clerk"
        with pytest.raises(UnknownPrinter):
            await hall.people.print_sheet(kind, window=window, printer="nix")


async def test_without_a_printer_there_is_no_paper(hall: Hall) -> None:
    with pytest.raises(NeverPrinted):
        await hall.people.print_sheet(SheetKind.WHEREABOUTS)


async def test_paper_speaks_the_halls_language_whoever_asks() -> None:
    settings = small_settings(PRINTER)
    english = [each.model_copy(update={"english": each.code}) for each in settings.category]
    settings = settings.model_copy(update={"category": tuple(english)})
    async with memory_hall(FixedClock(MORNING), settings) as hall:
        use_language("en")
        try:
            assert (await hall.people.window_sheet(1)).categories == ("tax",)
            done = await hall.people.print_sheet(SheetKind.WINDOW, window=1)
        finally:
            use_language("zh_CN")
        job = await hall.print_job(done.print_job or 0)
        assert job is not None
        assert job.document.category == "窗口标识牌"
        assert "纳税服务" in [line.text for line in job.document.sheet]


def test_a_sheet_comes_back_from_a_jobs_row() -> None:
    lines = tuple(SheetLine("甲", style) for style in SheetStyle)
    document = TicketDocument("郑陆", "", "去向公示牌", "2026-03-02 09:00", 0, sheet=lines)
    row = json.loads(json.dumps(document.as_json()))
    assert TicketDocument.from_json(row) == document
    del row["sheet"]
    assert TicketDocument.from_json(row).sheet == (), "a row of an older program has none"


@given(sheet=signs | boards, columns=st.sampled_from(sorted(COLUMNS.values())))
def test_any_sheet_fits_the_paper(sheet: WindowSheet | WhereaboutsSheet, columns: int) -> None:
    for line in lay_out_sheet(sheet_lines(sheet), columns):
        assert line.width <= columns
        assert not any(unicodedata.category(mark) in ("Cc", "Cf", "Cs") for mark in line.text)


# --- pages -----------------------------------------------------------------------------------------


class _Page(HTMLParser):
    """What a browser would make of a page: tags that match, and no script."""

    EMPTY = ("meta", "img", "br")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: set[str] = set()
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _value in attrs}
        self.sources += [value or "" for name, value in attrs if name == "src"]
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@given(sheet=signs | boards)
def test_any_sheet_is_a_page_without_surprises(sheet: WindowSheet | WhereaboutsSheet) -> None:
    page = _Page()
    page.feed(as_html(sheet, Path("/srv/hall")))
    page.close()
    assert page.open == []
    assert page.seen <= {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "table", "thead", "tbody", "tr",
        "th", "td", "br", "small", "img", "span", "div", "b", "dl", "dt", "dd", "footer",
    }  # fmt: skip
    assert page.attributes <= {
        "lang",
        "charset",
        "name",
        "content",
        "class",
        "rowspan",
        "src",
        "alt",
    }
    assert all(source.startswith("file:///") for source in page.sources)
