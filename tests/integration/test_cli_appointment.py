"""`yichuang appointment`: as text in straight columns, as JSON, and with the right exit status."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.halls import SMALL_HALL
from tests.integration.command import environment, yichuang
from yichuang.clock import SystemClock
from yichuang.config import SETTINGS_FILE, STORE_FILE, load_settings
from yichuang.queue.item_import import columns
from yichuang.store.migrate import migrate

ID = "11010519491231002X"
PHONE = "13812341234"
REFUSED = 3


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    """A hall at noon of an open day, whatever the time is here; slots of five minutes, today as well."""
    now = SystemClock().now()
    ahead = 12 - now.hour
    zone = f"Etc/GMT{-ahead:+d}" if ahead else "UTC"  # its sign is the other way round
    days = [(now + timedelta(hours=ahead, days=each)).date() for each in range(4)]
    text = SMALL_HALL.replace("[hall]\n", f'[hall]\ntimezone = "{zone}"\n', 1)
    text += "".join(
        f'[[holiday]]\ndate = {day}\nopen = true\nhours = ["00:00-24:00"]\n' for day in days
    )
    text += "[appointment]\nslot_minutes = 5\ndays_ahead_least = 0\ndays_ahead_most = 2\n"
    (tmp_path / SETTINGS_FILE).write_text(text, encoding="utf-8")
    (tmp_path / STORE_FILE).touch(mode=0o600)
    migrate(tmp_path / STORE_FILE, now)
    return tmp_path


def at(hall: Path, hours: float, days: int = 0) -> list[str]:
    """The date and the time, in the hall, of the slot that begins about that long from now."""
    zone = load_settings(hall).zone
    then = SystemClock().now().astimezone(zone) + timedelta(hours=hours, days=days)
    then -= timedelta(minutes=then.minute % 5)
    return ["--date", f"{then:%Y-%m-%d}", "--time", f"{then:%H:%M}"]


def booked(hall: Path, *words: str, hours: float = 3) -> dict[str, Any]:
    """A booking, as the command tells it to scripts."""
    who = words or ("--phone", PHONE)
    ran = yichuang(
        "appointment", "book", "--category", "tax", *at(hall, hours), *who, "--json", hall=hall
    )
    assert ran.status == 0, ran.out
    made = ran.json["appointment"]
    assert isinstance(made, dict)
    return made


def test_slots_and_what_is_left_of_them(hall: Path) -> None:
    booked(hall)
    ran = yichuang("appointment", "slots", "--category", "tax", "--json", hall=hall)
    days = ran.json["days"]
    assert len(days) == 3
    assert [slot["free"] for slot in days[0]["slots"]].count(1) == 1
    assert sum(slot["free"] for slot in days[0]["slots"]) == days[0]["free"]
    text = yichuang("appointment", "slots", "--category", "tax", hall=hall).out
    assert "余1" in text
    assert "余2" in text
    assert max(map(columns, text.splitlines())) <= 80
    one = yichuang(
        "appointment", "slots", "--category", "tax", *at(hall, 0, 1)[:2], "--json", hall=hall
    )
    assert len(one.json["days"]) == 1
    assert len(one.json["days"][0]["slots"]) == 24 * 12
    today = yichuang(
        "appointment", "slots", "--category", "tax", *at(hall, 0)[:2], "--json", hall=hall
    ).json["days"]
    assert today == days[:1]
    assert len(today[0]["slots"]) < 24 * 12, "slots that are over cannot be booked"
    far = yichuang("appointment", "slots", "--category", "tax", "--date", "2020-01-05", hall=hall)
    assert far.out.strip() == "没有可以约的时段"
    unknown = yichuang("appointment", "slots", "--category", "taxes", "--json", hall=hall)
    assert unknown.status == REFUSED
    assert unknown.error["code"] == "unknown_category"


def test_a_booking_says_its_code_and_hides_who_it_is_for(hall: Path) -> None:
    words = [*at(hall, 3), "--name", "张三丰", "--id", ID, "--phone", PHONE, "--channel", "phone"]
    ran = yichuang("appointment", "book", "--category", "tax", *words, hall=hall)
    assert ran.status == 0, ran.err
    cells = ran.out.split()
    assert cells[0] == "预约码"
    assert len(cells[1]) == 6
    assert cells[4:] == ["纳税服务", "已预约", "张**", "138****1234", "电话"]
    again = yichuang("appointment", "book", "--category", "tax", *words, "--json", hall=hall)
    assert again.status == REFUSED
    assert again.error["code"] == "booked_that_day"
    nobody = yichuang("appointment", "book", "--category", "tax", *at(hall, 3), hall=hall)
    assert nobody.status == REFUSED
    assert "没有写明是谁预约" in nobody.err
    journal = yichuang("journal", "tail", "--json", hall=hall).out
    assert "AppointmentBooked" in journal
    for private in (ID, PHONE, "三丰", cells[1]):
        assert private not in journal


def test_an_id_number_can_be_typed_where_nobody_looks_on(hall: Path) -> None:
    words = ["appointment", "book", "--category", "tax", *at(hall, 3), "--id", "-", "--json"]
    ran = subprocess.run(
        [sys.executable, "-m", "yichuang", *words],
        env=environment(YICHUANG_HALL=str(hall)),
        input=f"{ID.lower()}\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ID not in ran.stdout
    assert "**************002X" in ran.stdout


def test_checking_in_gives_a_ticket(hall: Path) -> None:
    made = booked(hall, "--id", ID, hours=0.5)
    wrong = yichuang("appointment", "checkin", "--id", ID[:-1] + "1", "--json", hall=hall)
    assert wrong.status == REFUSED
    assert wrong.error["code"] == "invalid_id_number"
    assert ID[:-1] not in wrong.out
    ran = yichuang("appointment", "checkin", made["code"], "--no-print", hall=hall)
    assert ran.status == 0, ran.err
    assert ran.out.startswith("YA001  预约 ")
    assert "起叫号" in ran.out
    for words in (("--id", ID), (ID,)):
        again = yichuang("appointment", "checkin", *words, "--json", hall=hall)
        assert again.status == REFUSED
        assert again.error["code"] == "already_checked_in"
    tomorrow = booked(hall, "--phone", PHONE, hours=24)
    other = yichuang("appointment", "checkin", tomorrow["code"], "--json", hall=hall)
    assert other.error["code"] == "appointment_other_day"
    nobody = yichuang("appointment", "checkin", "--json", hall=hall)
    assert nobody.error["code"] == "visitor_missing"


def test_cancelling(hall: Path) -> None:
    made = booked(hall)
    ran = yichuang("appointment", "cancel", made["code"], "--reason", "改期", "--json", hall=hall)
    assert ran.json["appointment"]["state"] == "cancelled"
    assert ran.json["appointment"]["reason"] == "改期"
    near = booked(hall, hours=1)
    refused = yichuang("appointment", "cancel", near["code"], hall=hall)
    assert refused.status == REFUSED
    assert "不能取消" in refused.err
    forced = yichuang("appointment", "cancel", near["code"], "--force", "--json", hall=hall)
    assert forced.error["code"] == "reason_missing"
    done = yichuang("appointment", "cancel", near["code"], "--force", "--reason", "病了", hall=hall)
    assert done.status == 0
    assert "已取消" in done.out


def test_the_list_stands_in_columns(hall: Path) -> None:
    assert yichuang("appointment", "list", hall=hall).out.strip() == "没有"
    codes = [
        booked(hall, "--phone", PHONE, "--name", "欧阳小四")["code"],
        booked(hall, "--phone", "0519-83971234", "--channel", "phone")["code"],
    ]
    heading, *rows = yichuang("appointment", "list", hall=hall).out.splitlines()
    assert heading.split() == ["预约码", "日期", "时段", "类别", "状态", "姓名", "电话", "渠道"]
    assert [row.split()[0] for row in rows] == codes
    for name, cell in (("类别", "纳税服务"), ("状态", "已预约")):
        place = columns(heading[: heading.index(name)])
        assert {columns(row[: row.index(cell)]) for row in rows} == {place}
    place = columns(heading[: heading.index("渠道")])
    assert columns(rows[0][: rows[0].index("现场")]) == place
    assert columns(rows[1][: rows[1].index("电话")]) == place
    assert max(map(columns, [heading, *rows])) <= 80
    ran = yichuang("appointment", "list", "--days", 3, "--state", "booked", "--json", hall=hall)
    assert [each["code"] for each in ran.json["appointments"]] == codes
    none = yichuang("appointment", "list", "--state", "missed", "--json", hall=hall)
    assert none.json["appointments"] == []


def test_a_file_is_imported_once_or_told_line_by_line(hall: Path, tmp_path: Path) -> None:
    _date, day, _time, clock = at(hall, 3)
    file = tmp_path / "网上预约.csv"
    good = f"reference,date,time,category,id_number\nW1,{day},{clock},tax,{ID}\n"
    file.write_bytes(good.encode("gbk"))
    assert yichuang("appointment", "import", file, "--json", hall=hall).json == {
        "new": 1,
        "known": 0,
    }
    again = yichuang("appointment", "import", file, hall=hall)
    assert again.out.strip() == "新导入 0 个预约，1 个以前已经导入"
    file.write_text(good + "W2,明天,9:30,tax,\n", encoding="utf-8")
    bad = yichuang("appointment", "import", file, hall=hall)
    assert bad.status == 1
    assert "第 3 行" in bad.err
    assert ID not in bad.err
    missing = yichuang("appointment", "import", tmp_path / "no.csv", "--json", hall=hall)
    assert missing.error["code"] == "file_unreadable"


def test_an_outage_names_who_was_booked_for_later(hall: Path) -> None:
    made = booked(hall)
    words = ("day", "close", "--outage", "--reason", "停电")
    ran = yichuang(*words, hall=hall)
    assert ran.status == 0, ran.err
    assert "没有要发凭条的号" in ran.out
    assert made["code"] in ran.out
    assert "138****1234" in ran.out
    assert PHONE not in ran.out
    assert made["code"] not in yichuang(*words, hall=hall).out
