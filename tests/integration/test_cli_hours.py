"""`yichuang hours`: the service days ahead, as text in straight columns and as JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.halls import SMALL_HALL
from tests.integration.command import yichuang
from yichuang.config import SETTINGS_FILE
from yichuang.queue.item_import import columns

MakeHall = Callable[[str], Path]


@pytest.fixture
def make_hall(tmp_path: Path) -> MakeHall:
    """Make a hall with these further sections; only its settings matter here."""

    def make(more: str) -> Path:
        (tmp_path / SETTINGS_FILE).write_text(SMALL_HALL + more, encoding="utf-8")
        return tmp_path

    return make


def test_holidays_and_make_up_days_are_named(make_hall: MakeHall) -> None:
    hall = make_hall('[[holiday]]\ndate = 2026-02-25\nname = "搬迁"\n')
    ran = yichuang("hours", "--date", "2026-02-13", "--days", 14, hall=hall)
    assert ran.status == 0, ran.err
    title, *rows = ran.out.splitlines()
    assert title.startswith("郑陆镇为民服务中心  现在")
    assert rows == [
        "2026-02-13  周五  工作日    09:00-12:00 13:00-17:00",
        "2026-02-14  周六  调休上班  09:00-12:00 13:00-17:00  春节 (国务院)",
        *(
            f"2026-02-{day}  {weekday}  放假      不开放                   春节 (国务院)"
            for day, weekday in zip(
                range(15, 24),
                ("周日", "周一", "周二", "周三", "周四", "周五", "周六", "周日", "周一"),
                strict=True,
            )
        ),
        "2026-02-24  周二  工作日    09:00-12:00 13:00-17:00",
        "2026-02-25  周三  放假      不开放                   搬迁 (本厅设置)",
        "2026-02-26  周四  工作日    09:00-12:00 13:00-17:00",
    ]


def test_the_fullest_table_fits_80_columns_and_explains_its_marks(make_hall: MakeHall) -> None:
    hall = make_hall(
        '[hours]\nnoon = ["12:00-13:00"]\nnoon_windows = [1, 2]\nsaturday = ["09:00-11:30"]\n'
    )
    ran = yichuang("hours", "--date", "2026-02-07", "--days", 10, hall=hall)
    assert ran.status == 0, ran.err
    rows = ran.out.splitlines()
    assert max(map(columns, rows)) == 80
    assert rows[1].endswith("周六            09:00-11:30*")
    assert rows[8].endswith("09:00-12:00 12:00-13:00午 13:00-17:00  春节 (国务院)")
    assert rows[11:] == ["午 午间服务，只有 1、2 号窗口", "* 只办理标为周六可办的事项"]


def test_a_year_without_a_notice_is_told(make_hall: MakeHall) -> None:
    ran = yichuang("hours", "--date", "2059-12-31", "--days", 2, hall=make_hall(""))
    assert ran.status == 0, ran.err
    rows = ran.out.splitlines()
    assert rows[2] == "2060-01-01  周四  放假    不开放                   元旦 (法定节日)"
    assert [row.split("，")[0] for row in rows[3:]] == [
        "注意：程序还没有 2059 年的放假安排",
        "注意：程序还没有 2060 年的放假安排",
    ]
    known = yichuang("hours", "--date", "2026-01-01", hall=make_hall(""))
    assert "注意" not in known.out


def test_the_same_as_json(make_hall: MakeHall) -> None:
    hall = make_hall(
        '[hours]\nnoon = ["12:00-13:00"]\nnoon_windows = [3]\nsunday = ["23:00-24:00"]\n'
    )
    found = yichuang("hours", "--date", "2026-02-28", "--days", 2, "--json", hall=hall).json
    assert set(found) == {"hall", "now", "days", "unknown_years"}
    assert set(found["now"]) == {"open", "elastic", "closing", "closes_at", "opens_next"}
    assert found["unknown_years"] == []
    saturday, sunday = found["days"]
    assert {key: saturday[key] for key in ("date", "kind", "working", "name", "source")} == {
        "date": "2026-02-28",
        "kind": "make_up",
        "working": True,
        "name": "春节",
        "source": "notice",
    }
    assert saturday["sessions"][1] == {
        "from": "12:00",
        "to": "13:00",
        "start": "2026-02-28T04:00:00+00:00",
        "end": "2026-02-28T05:00:00+00:00",
        "windows": [3],
        "noon": True,
        "flagged_only": False,
    }
    assert (sunday["kind"], sunday["working"], sunday["name"]) == ("sunday", False, "")
    assert [(each["from"], each["to"]) for each in sunday["sessions"]] == [("23:00", "24:00")]


def test_now_is_open_in_a_hall_that_closes_only_on_holidays(make_hall: MakeHall) -> None:
    always = '["00:00-24:00"]'
    table = f"[hours]\nweekday = {always}\nsaturday = {always}\nsunday = {always}\n"
    hall = make_hall(table)
    found = yichuang("hours", "--days", 1, "--json", hall=hall).json
    assert found["now"]["open"] is (found["days"][0]["kind"] != "holiday")
    shown = yichuang("hours", "--days", 1, hall=hall).out.splitlines()[0]
    assert found["now"]["open"] is ("现在开放，到 " in shown)


def test_mistakes_are_told(make_hall: MakeHall, tmp_path: Path) -> None:
    hall = make_hall('[hours]\nweekday = ["9-12"]\n')
    wrong = yichuang("hours", "--json", hall=hall)
    assert (wrong.status, wrong.error["code"]) == (1, "hall_invalid")
    assert "hours.weekday" in wrong.error["message"]
    assert yichuang("hours", "--date", "后天", hall=make_hall("")).status == 2
    assert yichuang("hours", "--days", 0, hall=hall).status == 2
    nowhere = yichuang("hours", "--json", hall=tmp_path / "nowhere")
    assert nowhere.error["code"] == "hall_missing"
