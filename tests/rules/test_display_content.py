"""What call displays show: nothing clipped in any layout, calls that flash, pages and calls by turns."""

from __future__ import annotations

import itertools
import unicodedata
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yichuang.config import DisplaySettings
from yichuang.hardware.display.content import Call, Layout
from yichuang.hardware.display.timeline import Timeline
from yichuang.queue.announcement import Announcement
from yichuang.queue.face import Face, FaceState

AT = datetime(2026, 11, 20, 1, 31, 5, tzinfo=UTC)
SERVED = Face(3, FaceState.SERVING, "A001", 1, AT, "社会保障局", "社保卡办理", "0123", "社保窗口")


def display(**chosen: Any) -> DisplaySettings:
    return DisplaySettings.model_validate(
        {"name": "screen", "driver": "onbon", "path": "/dev/ttyS9", "area": {"width": 320}} | chosen
    )


def layout(language: str = "zh_CN", **chosen: Any) -> Layout:
    return Layout(display(**chosen), language)


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WFA" else 1 for each in line)


EVERY = list(itertools.product((8, 12, 20), (1, 2), ("zh_CN", "en"), ("onbon", "line")))


@pytest.mark.parametrize(("width", "rows", "language", "driver"), EVERY)
def test_no_line_is_wider_than_its_display_and_no_call_is_cut(
    width: int, rows: int, language: str, driver: str
) -> None:
    made = layout(language, layout=width, lines=rows, driver=driver)
    for number, window in itertools.product(("A001", "YA0001"), (3, 12, 999)):
        call = Call(number, window)
        for pages in (made.call(call), made.calls([call]), made.calls([call, Call("B2", 7)])):
            shown = " ".join(itertools.chain.from_iterable(pages))
            assert number in shown
            assert str(window) in shown
        for state in FaceState:
            face = Face(window, state, number, unit="社会保障局", item="社保卡办理", badge="0123")
            for page in made.face(face):
                assert len(page) == rows
                assert max(map(columns, page)) <= width
    for page in itertools.chain(made.calls([]), made.test()):
        assert "".join(page).strip()
        assert max(map(columns, page)) <= width


def test_the_wordings_of_the_three_layouts() -> None:
    call = Call("A001", 3)
    assert layout(layout=8).call(call) == [("A001", "请到3号")]
    assert layout(layout=12).call(call) == [("A001", "请到3号窗口")]
    assert layout(layout=20).call(call) == [("请 A001 号", "到 3 号窗口办理")]
    assert layout("en", layout=12).call(call) == [("A001", "to window 3")]
    assert layout(layout=8, lines=1).call(Call("YA0001", 12)) == [("YA0001",), ("请到12号",)]


def test_a_line_display_without_hanzi_shows_ascii() -> None:
    vfd = layout(driver="line")
    assert vfd.call(Call("A001", 3)) == [("A001  ->  03", "PLEASE COME")]
    assert vfd.face(Face(3, FaceState.PAUSED)) == [("WINDOW 03", "PAUSED")]
    assert vfd.face(Face(3, FaceState.CLOSED)) == [("WINDOW 03", "CLOSED")]
    assert vfd.face(SERVED) == [("A001  ->  03", "SERVING"), ("CLERK NO. 0123", "")]
    assert layout(driver="line", idle_text="欢迎").face(Face(3, FaceState.IDLE)) == [
        ("WINDOW 03", "")
    ]


def test_the_five_facts_take_turns_and_each_can_be_left_out() -> None:
    """C01: unit, item, badge number, state, call."""
    assert layout(layout=20).face(SERVED) == [
        ("A001", "正在办理"),
        ("受理单位：社会保障局", ""),
        ("办理事项：社保卡办理", ""),
        ("工号：0123", ""),
    ]
    assert layout(layout=12).face(SERVED)[1] == ("受理单位", "社会保障局")
    assert layout(layout=8, facts=["badge"]).face(SERVED) == [
        ("A001", "正在办理"),
        ("工号0123", ""),
    ]
    assert len(layout(layout=8).face(Face(3, FaceState.SERVING, "A001", unit="局" * 9))) == 1


def test_a_long_idle_text_takes_as_many_pages_as_it_needs() -> None:
    pages = layout(layout=8, idle_text="欢迎来到政务服务中心").face(Face(3, FaceState.IDLE))
    assert pages == [("欢迎来到", "政务服务"), ("中心", "")]


# --- in the course of time --------------------------------------------------------------------


def timeline(
    *windows: int, follows_voice: bool = False, blinks: bool = False, **chosen: Any
) -> Timeline:
    settings = display(windows=list(windows), layout=12, **chosen)
    return Timeline(settings, Layout(settings, "zh_CN"), follows_voice=follows_voice, blinks=blinks)


def calling(number: str, window: int = 3, calls: int = 1) -> dict[int, Face]:
    return {window: Face(window, FaceState.CALLING, number, calls)}


IDLE = {3: Face(3, FaceState.IDLE)}


def test_a_new_call_flashes_for_its_time_and_stays() -> None:
    line = timeline(3)
    line.show(IDLE, 0.0)
    line.show(calling("A001"), 10.0)
    assert line.at(10.0).flashing
    assert line.at(12.9).page == ("A001", "请到3号窗口")
    assert line.next_change(12.0) == 1.0
    assert not line.at(13.0).flashing
    assert line.next_change(13.0) is None


def test_a_call_from_before_the_start_does_not_flash() -> None:
    line = timeline(3)
    line.show(calling("A001"), 0.0)
    assert not line.at(0.0).flashing
    assert line.at(0.0).page[0] == "A001"


def test_a_repeat_flashes_again_unless_it_follows_too_soon() -> None:
    line = timeline(3)
    line.show(IDLE, 0.0)
    line.show(calling("A001"), 10.0)
    line.show(calling("A001", calls=2), 14.0)
    assert not line.at(14.0).flashing
    line.show(calling("A001", calls=3), 15.0)
    assert line.at(15.0).flashing


def test_dark_halves_come_only_where_a_display_cannot_flash_itself() -> None:
    for blinks in (False, True):
        line = timeline(3, blinks=blinks)
        line.show(IDLE, 0.0)
        line.show(calling("A001"), 10.0)
        seen = [line.at(10.1 + half / 2).dark for half in range(6)]
        assert seen == [blinks and half % 2 == 1 for half in range(6)]


def test_pages_take_turns() -> None:
    line = timeline(3, page_seconds=4.0)
    line.show({3: SERVED}, 0.0)
    assert [line.at(at).page[0] for at in (0.0, 3.9, 4.0, 8.0, 12.0, 16.0)] == [
        "A001",
        "A001",
        "受理单位",
        "办理事项",
        "工号：0123",
        "A001",
    ]
    assert line.next_change(5.0) == 3.0


def called(line: Timeline, now: float, *calls: tuple[str, int]) -> None:
    """Calls were made."""
    for seq, (number, window) in enumerate(calls, start=1):
        line.call(Announcement(seq, number, window, AT, False), now)


def test_a_call_that_came_and_went_between_two_looks_is_shown_once() -> None:
    line = timeline()
    line.show({1: Face(1, FaceState.IDLE)}, 0.0)
    called(line, 10.0, ("A001", 1))
    assert line.at(10.0).page[0] == "A001请到1号"
    assert line.at(14.0).page[0] == "请等候叫号"


def test_a_hall_display_without_voice_gives_every_call_its_turn() -> None:
    line = timeline()
    line.show({1: Face(1, FaceState.IDLE), 2: Face(2, FaceState.IDLE)}, 0.0)
    both = calling("A001", 1) | calling("B001", 2)
    line.show(both, 10.0)
    called(line, 10.0, ("A001", 1), ("B001", 2))
    assert line.at(10.0).page == ("A001请到1号", "")
    assert line.next_change(10.0) == 3.0
    assert line.at(13.0).page == ("B001请到2号", "A001请到1号")
    assert line.at(13.0).flashing
    line.show({1: Face(1, FaceState.IDLE), 2: both[2]}, 20.0)
    assert line.at(20.0).page == ("B001请到2号", "")
    line.show({1: Face(1, FaceState.IDLE), 2: Face(2, FaceState.IDLE)}, 21.0)
    assert line.at(21.0).page == ("请等候叫号", "")


def test_a_call_that_was_taken_back_meanwhile_is_still_shown_once() -> None:
    line = timeline()
    line.show({1: Face(1, FaceState.IDLE)}, 0.0)
    line.show(calling("A001", 1) | calling("B001", 2), 10.0)
    called(line, 10.0, ("A001", 1), ("B001", 2))
    line.show({1: Face(1, FaceState.IDLE), 2: Face(2, FaceState.IDLE)}, 11.0)
    assert line.at(11.0).page[0] == "A001请到1号"
    assert line.at(13.0).page == ("B001请到2号", "")
    assert line.at(16.0).page[0] == "请等候叫号"


def test_with_voice_a_hall_display_shows_what_is_being_said() -> None:
    line = timeline(follows_voice=True)
    line.show({1: Face(1, FaceState.IDLE)}, 0.0)
    line.show(calling("A001", 1), 10.0)
    assert line.at(10.0).page[0] == "请等候叫号"
    line.announce(Announcement(7, "A001", 1, AT, False), 12.0)
    assert line.at(12.0).page[0] == "A001请到1号"
    assert line.at(12.0).flashing


def test_a_display_of_some_windows_leaves_the_others_out() -> None:
    line = timeline(1, 2, follows_voice=True)
    line.announce(Announcement(7, "A001", 3, AT, False), 12.0)
    assert line.at(12.0).page[0] == "请等候叫号"


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 3),
            st.sampled_from(list(FaceState)),
            st.integers(1, 9),
            st.floats(0, 20),
        ),
        max_size=30,
    ),
    st.sampled_from([(), (1,), (1, 2)]),
    st.booleans(),
    st.booleans(),
)
def test_any_course_of_time_shows_something_whole(
    moments: list[tuple[int, FaceState, int, float]],
    windows: tuple[int, ...],
    follows_voice: bool,
    blinks: bool,
) -> None:
    line = timeline(*windows, follows_voice=follows_voice, blinks=blinks)
    now, faces = 0.0, dict[int, Face]()
    for window, state, serial, later in moments:
        now += later
        faces = faces | {window: Face(window, state, f"A{serial:03d}", serial)}
        line.show(faces, now)
        made = Announcement(serial, f"A{serial:03d}", window, AT, False)
        line.call(made, now)
        line.announce(made, now)
        shown = line.at(now)
        assert any(shown.page)
        assert max(map(columns, shown.page)) <= 12
        change = line.next_change(now)
        assert change is None or change >= 0


def test_every_fact_of_the_settings_has_words() -> None:
    facts = get_args(get_args(DisplaySettings.model_fields["facts"].annotation)[0])
    made = layout("en", layout=20, facts=list(facts))
    assert len(made.face(SERVED)) == 1 + len(facts)
