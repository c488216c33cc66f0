"""The commands for scripts, run as a script runs them: JSON shapes, exit statuses, refusals."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from pathlib import Path

import pytest

from tests.integration.command import Ran, yichuang
from yichuang.bootstrap import create_hall, open_hall
from yichuang.config import SETTINGS_FILE, STORE_FILE, load_settings
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState

TICKET_KEYS = {
    "id", "number", "category", "class", "state", "window", "ahead", "calls", "business_date", "issued_at",
}  # fmt: skip


@pytest.fixture(scope="module")
def empty_hall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town hall that nobody has used."""
    folder = tmp_path_factory.mktemp("town") / "hall"
    ran = yichuang("init", "--hall", folder, "--profile", "town", "--name", "郑陆镇", "--json")
    assert ran.status == 0, ran.err
    assert ran.json["hall"]["name"] == "郑陆镇为民服务中心"
    assert ran.json["hall"]["windows"] == 8
    return folder


@pytest.fixture
def hall(empty_hall: Path, tmp_path: Path) -> Path:
    """A hall of the test's own."""
    folder = tmp_path / "hall"
    folder.mkdir()
    for name in (SETTINGS_FILE, STORE_FILE):
        (folder / name).write_bytes((empty_hall / name).read_bytes())
    impatient(folder)
    return folder


def impatient(folder: Path) -> None:
    """Let the hall pass a ticket after one call: a test does not wait."""
    path = folder / SETTINGS_FILE
    text = path.read_text(encoding="utf-8")
    assert "calls = 3" in text
    assert "gap_seconds = 20" in text
    text = text.replace("\ncalls = 3", "\ncalls = 1", 1).replace(
        "gap_seconds = 20", "gap_seconds = 0"
    )
    path.write_text(text, encoding="utf-8")


def issue(hall: Path, category: str, *more: str) -> str:
    """Issue a ticket without paper; its number."""
    ran = yichuang(
        "ticket", "issue", "--category", category, "--no-print", "--json", *more, hall=hall
    )
    assert ran.status == 0, ran.out
    return str(ran.json["ticket"]["number"])


def test_a_ticket_from_issue_to_finish(hall: Path) -> None:
    issued = yichuang("ticket", "issue", "--category", "tax", "--json", hall=hall)
    assert issued.status == 0
    assert set(issued.json["ticket"]) >= TICKET_KEYS
    assert issued.json["ticket"]["number"] == "D001"
    assert issued.json["print"] is None
    assert yichuang("window", "open", 6, "--json", hall=hall).json["window"]["state"] == "open"
    called = yichuang("window", "next", 6, "--json", hall=hall).json["ticket"]
    assert (called["number"], called["state"], called["window"], called["calls"]) == (
        "D001",
        "called",
        6,
        1,
    )
    assert yichuang("window", "recall", 6, "--json", hall=hall).json["ticket"]["calls"] == 2
    assert yichuang("window", "start", 6, "--json", hall=hall).json["ticket"]["state"] == "serving"
    assert (
        yichuang("window", "finish", 6, "--json", hall=hall).json["ticket"]["state"] == "finished"
    )
    assert yichuang("window", "undo", 6, "--json", hall=hall).json["ticket"]["state"] == "serving"
    assert yichuang("window", "hold", 6, "--json", hall=hall).json["ticket"]["state"] == "held"
    assert (
        yichuang("window", "resume", 6, "d001", "--json", hall=hall).json["ticket"]["target_window"]
        == 6
    )
    assert yichuang("window", "next", 6, hall=hall).status == 0
    assert (
        yichuang("window", "pass", 6, "--reason", "未到", "--json", hall=hall).json["ticket"][
            "state"
        ]
        == "passed"
    )
    assert (
        yichuang("ticket", "reinstate", "D001", "--json", hall=hall).json["ticket"]["state"]
        == "waiting"
    )
    assert (
        yichuang("ticket", "cancel", "D001", "--json", hall=hall).json["ticket"]["state"]
        == "cancelled"
    )
    shown = yichuang("ticket", "show", "D001", "--json", hall=hall).json
    assert [entry["event"] for entry in shown["history"]][:3] == [
        "TicketIssued",
        "TicketCalled",
        "TicketRecalled",
    ]
    assert yichuang("window", "close", 6, "--json", hall=hall).json["window"]["state"] == "closed"
    assert yichuang("journal", "verify", "--json", hall=hall).json["sound"] is True


def test_a_rating_told_to_the_staff_is_kept_once(hall: Path) -> None:
    number = issue(hall, "tax")
    yichuang("window", "open", 6, hall=hall)
    refused = yichuang("ticket", "rate", number, "satisfied", "--json", hall=hall)
    assert (refused.status, refused.json["error"]["code"]) == (3, "nothing_to_rate")
    for step in ("next", "start", "finish"):
        assert yichuang("window", step, 6, hall=hall).status == 0
    rated = yichuang("ticket", "rate", number, "satisfied", hall=hall)
    assert (rated.status, rated.out.strip()) == (0, "D001 评价：满意")
    again = yichuang("ticket", "rate", number, "dissatisfied", "--json", hall=hall)
    assert again.json["error"]["code"] == "already_rated"
    assert yichuang("ticket", "show", number, hall=hall).out.splitlines()[-1].split()[1:3] == [
        "评价",
        "满意",
    ]


def test_transfer_to_a_category_and_to_a_window(hall: Path) -> None:
    issue(hall, "tax")
    yichuang("window", "open", 6, hall=hall)
    yichuang("window", "open", 7, hall=hall)
    yichuang("window", "next", 6, hall=hall)
    moved = yichuang("window", "transfer", 6, "--to-category", "police", "--json", hall=hall).json[
        "ticket"
    ]
    assert (moved["state"], moved["category"], moved["window"]) == ("waiting", "police", None)
    yichuang("window", "call", 7, "D001", "--reason", "同一件事", "--actor", "王", hall=hall)
    why = yichuang("ticket", "why", "D001", hall=hall).out
    assert "D001 由 王 指定叫号（同一件事），没有按顺序" in why
    directed = yichuang("window", "transfer", 7, "--to-window", 6, "--json", hall=hall).json[
        "ticket"
    ]
    assert directed["target_window"] == 6
    refused = yichuang("window", "call", 7, "D001", "--json", hall=hall)
    assert refused.status == 3
    assert refused.error["code"] == "not_yours"


def test_pausing_needs_a_reason_and_stops_calling(hall: Path) -> None:
    issue(hall, "tax")
    yichuang("window", "open", 6, hall=hall)
    assert yichuang("window", "pause", 6, hall=hall).status == 2
    assert (
        yichuang("window", "pause", 6, "--reason", " ", "--json", hall=hall).error["code"]
        == "reason_missing"
    )
    paused = yichuang("window", "pause", 6, "--reason", "用餐", "--json", hall=hall)
    assert paused.json["window"] == {**paused.json["window"], "state": "paused", "reason": "用餐"}
    assert yichuang("window", "next", 6, "--json", hall=hall).error["code"] == "window_paused"
    assert yichuang("window", "resume", 6, "--json", hall=hall).json["window"]["state"] == "open"
    assert yichuang("window", "next", 6, hall=hall).status == 0


def test_list_and_status(hall: Path) -> None:
    numbers = [issue(hall, "tax"), issue(hall, "police", "--class", "priority"), issue(hall, "tax")]
    listed = yichuang("ticket", "list", "--state", "waiting", "--json", hall=hall).json["tickets"]
    assert [(each["number"], each["ahead"]) for each in listed] == [
        (numbers[1], 0),
        (numbers[0], 0),
        (numbers[2], 1),
    ]
    status = yichuang("status", "--json", hall=hall).json
    assert (status["waiting"], status["issued"], status["finished"]) == (3, 3, 0)
    lines = {line["category"]: line for line in status["lines"]}
    assert lines["tax"]["waiting"] == 2
    assert lines["police"]["priority"] == 1
    assert len(status["windows"]) == 8


def test_items_are_found_and_chosen(hall: Path) -> None:
    found = yichuang("items", "find", "sbk", "--json", hall=hall).json["items"]
    assert found[0]["name"].startswith("社会保障卡")
    number = issue(hall, "social_insurance", "--item", found[0]["code"])
    assert (
        yichuang("ticket", "show", number, "--json", hall=hall).json["ticket"]["item"]
        == found[0]["code"]
    )
    elsewhere = yichuang(
        "ticket", "issue", "--category", "tax", "--item", found[0]["code"], "--json", hall=hall
    )
    assert (elsewhere.status, elsewhere.error["code"]) == (3, "item_elsewhere")


def test_an_item_file_is_taken_as_a_whole_or_not_at_all(hall: Path, tmp_path: Path) -> None:
    file = tmp_path / "items.csv"
    file.write_text(
        "code,name,category\nX1,测试事项一,tax\nX2,测试事项二,taxx\n,没有编码,tax\n",
        encoding="utf-8",
    )
    refused = yichuang("items", "import", file, "--json", hall=hall)
    assert refused.status == 1
    assert refused.error["code"] == "items_invalid"
    assert "第 3 行" in refused.error["message"]
    assert "第 4 行" in refused.error["message"]
    assert yichuang("items", "find", "X1", "--json", hall=hall).json["items"] == []
    file.write_text("code,name,category\nX1,测试事项一,tax\n", encoding="utf-8")
    first = yichuang("items", "import", file, "--json", hall=hall).json
    again = yichuang("items", "import", file, "--json", hall=hall).json
    assert (first["new"], again["new"], again["changed"]) == (1, 0, 0)


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("window", "next", 1), 3, "nothing_waiting"),
        (("window", "next", 99), 3, "unknown_window"),
        (("window", "next", 2), 3, "window_closed"),
        (("window", "recall", 1), 3, "window_idle"),
        (("window", "open", 1), 3, "window_already_open"),
        (("window", "call", 1, "Z999"), 3, "unknown_ticket"),
        (("window", "undo", 1), 3, "nothing_to_undo"),
        (("window", "resume", 1), 3, "window_not_paused"),
        (("ticket", "show", "A-999"), 3, "unknown_ticket"),
        (("ticket", "reprint", "A001"), 3, "no_printer"),
        (("ticket", "issue", "--category", "taxes"), 3, "unknown_category"),
        (("ticket", "issue", "--category", "tax", "--item", "NO"), 3, "unknown_item"),
        (("ticket", "issue", "--category", "tax", "--printer", "x"), 3, "unknown_printer"),
        (("ticket", "issue"), 3, "nothing_asked"),
        (("ticket", "issue", "--category", "tax", "--group", "rich"), 3, "unknown_group"),
        (("ticket", "issue", "--category", "tax", "--need", "手语"), 3, "need_unserved"),
        (("ticket", "issue", "--slip", "A001"), 3, "unknown_slip"),
        (("ticket", "why", "A001"), 3, "unknown_ticket"),
        (("window", "assign", 1), 2, "usage"),
        (("window", "assign", 1, "--category", "taxes"), 3, "unknown_category"),
        (("surge", "on"), 2, "usage"),
        (("day", "close", "--outage"), 3, "reason_missing"),
        (("ticket", "issue", "--category", "tax", "--class", "vip"), 2, "usage"),
        (("window", "next", "one"), 2, "usage"),
        (("window", "transfer", 1), 2, "usage"),
        (("window", "transfer", 1, "--to-window", 2, "--to-category", "tax"), 2, "usage"),
        (("screen", "window"), 2, "usage"),
        (("windwo", "next", 1), 2, "usage"),
        (("items", "import", "/nowhere.csv"), 1, "file_unreadable"),
    ],
)
def test_refusals_say_what_to_do_next(
    refusing_hall: Path, words: tuple[object, ...], status: int, code: str
) -> None:
    ran = yichuang(*words, "--json", hall=refusing_hall)
    assert (ran.status, ran.error["code"]) == (status, code)
    plain = yichuang(*words, hall=refusing_hall)
    assert plain.status == status
    assert plain.out == ""
    assert "下一步" in plain.err
    english = yichuang(*words, "--lang", "en", "--json", hall=refusing_hall)
    assert english.status == status
    assert english.error["message"] != ran.error["message"]


@pytest.fixture(scope="module")
def refusing_hall(empty_hall: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hall with window 1 open and nobody waiting."""
    folder = tmp_path_factory.mktemp("refusing") / "hall"
    folder.mkdir()
    for name in (SETTINGS_FILE, STORE_FILE):
        (folder / name).write_bytes((empty_hall / name).read_bytes())
    assert yichuang("window", "open", 1, hall=folder).status == 0
    return folder


def test_init_never_overwrites(hall: Path) -> None:
    before = (hall / STORE_FILE).read_bytes()
    ran = yichuang("init", "--hall", hall, "--profile", "village", "--json")
    assert (ran.status, ran.error["code"]) == (1, "hall_exists")
    assert (hall / STORE_FILE).read_bytes() == before


@pytest.mark.parametrize(
    ("level", "naming", "name", "windows"),
    [
        ("village", "changzhou", "丰北村便民服务中心", 1),
        ("village", "suzhou_agency", "丰北村便民服务站", 1),
        ("village", "guigang", "丰北村综合服务中心", 1),
        ("town", "guigang", "丰北村便民服务中心", 8),
        ("city", "suzhou", "丰北村政务服务中心", 30),
    ],
)
def test_names_follow_level_and_locality(
    tmp_path: Path, level: str, naming: str, name: str, windows: int
) -> None:
    folder = tmp_path / "hall"
    words = (
        "init",
        "--hall",
        folder,
        "--profile",
        level,
        "--naming",
        naming,
        "--name",
        "丰北村",
        "--json",
    )
    assert yichuang(*words).json["hall"]["name"] == name
    settings = load_settings(folder)
    assert len(settings.window) == windows
    assert [category.letter for category in settings.category] == list("ABCDEF")
    if level == "village":
        assert len(settings.window[0].categories) == 6


def test_no_hall_no_folder_no_file(tmp_path: Path) -> None:
    missing = yichuang("status", "--json", hall=tmp_path / "nowhere")
    assert (missing.status, missing.error["code"]) == (1, "hall_missing")
    file = tmp_path / "a-file"
    file.write_text("x")
    unusable = yichuang("init", "--hall", file / "hall", "--json")
    assert (unusable.status, unusable.error["code"]) == (1, "folder_unusable")


@pytest.mark.parametrize("lost", [SETTINGS_FILE, STORE_FILE])
def test_a_hall_without_one_of_its_files_is_not_made_up(hall: Path, lost: str) -> None:
    (hall / lost).unlink()
    ran = yichuang("status", "--json", hall=hall)
    assert (ran.status, ran.error["code"]) == (1, "hall_incomplete")
    assert lost in ran.error["hint"]
    assert yichuang("init", "--hall", hall, "--json").error["code"] == "hall_exists"
    assert not (hall / lost).exists()


def test_a_broken_hall_toml_is_explained_line_by_line(hall: Path) -> None:
    path = hall / SETTINGS_FILE
    text = path.read_text(encoding="utf-8")
    seventh = '\n[[category]]\ncode = "seventh"\nname = "第七"\nletter = "G"\n'
    path.write_text(text + seventh, encoding="utf-8")
    ran = yichuang("status", "--json", hall=hall)
    assert (ran.status, ran.error["code"]) == (1, "hall_invalid")
    assert "设置分类区域不应超过6类" in ran.error["message"]
    path.write_text(
        text.replace("timezone", "timezon").replace("digits = 3", "digits = 9"), encoding="utf-8"
    )
    message = yichuang("status", "--json", hall=hall).error["message"]
    assert "是不是 timezone？" in message
    assert "ticket.digits" in message
    path.write_text("[hall\n", encoding="utf-8")
    assert yichuang("status", "--json", hall=hall).error["code"] == "hall_invalid"
    path.write_bytes('[hall]\nname = "政务"\n'.encode("gbk"))
    assert "UTF-8" in yichuang("status", "--json", hall=hall).error["message"]


def test_an_empty_or_foreign_file_never_becomes_a_new_hall(hall: Path) -> None:
    path = hall / STORE_FILE
    path.write_bytes(b"")
    for words in (("status",), ("ticket", "issue", "--category", "tax"), ("items", "find", "sbk")):
        assert yichuang(*words, "--json", hall=hall).error["code"] == "store_foreign"
    assert yichuang("doctor", hall=hall).status == 1
    assert path.stat().st_size == 0
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("CREATE TABLE something_else (x)")
    connection.close()
    assert yichuang("status", "--json", hall=hall).error["code"] == "store_foreign"


def test_english_hints_are_english(hall: Path) -> None:
    issue(hall, "tax")
    yichuang("window", "open", 6, hall=hall)
    yichuang("window", "next", 6, hall=hall)
    for words in (("window", "finish", 6), ("ticket", "issue", "--category", "taxes")):
        ran = yichuang(*words, "--lang", "en", "--json", hall=hall)
        assert not re.search(
            "[\u3000-\u9fff\uff00-\uffef]", ran.error["message"] + ran.error["hint"]
        )


def test_tickets_that_the_journal_does_not_know_are_found_out(hall: Path) -> None:
    issue(hall, "tax")
    connection = sqlite3.connect(hall / STORE_FILE)
    with connection:
        connection.execute("DROP TRIGGER journal_is_never_cut")
        connection.execute("DELETE FROM journal WHERE seq = (SELECT MAX(seq) FROM journal)")
    connection.close()
    assert yichuang("journal", "verify", "--json", hall=hall).error["code"] == "journal_broken"


def test_a_corrupt_file_and_a_newer_one_are_told_apart(hall: Path) -> None:
    path = hall / STORE_FILE
    sound = path.read_bytes()
    path.write_bytes(b"this is not a database, it never was one" * 100)
    assert yichuang("status", "--json", hall=hall).error["code"] == "store_corrupt"
    assert yichuang("doctor", hall=hall).status == 1
    path.write_bytes(sound)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("INSERT INTO schema_step VALUES (9999, 'later', 'x', '2030-01-01')")
    connection.close()
    newer = yichuang("status", "--json", hall=hall)
    assert (newer.status, newer.error["code"]) == (1, "schema_newer")


def test_an_edited_journal_is_found_out(hall: Path) -> None:
    issue(hall, "tax")
    connection = sqlite3.connect(hall / STORE_FILE)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("UPDATE journal SET actor = 'someone'")
    with connection:
        connection.execute("DROP TRIGGER journal_is_never_changed")
        connection.execute("UPDATE journal SET actor = 'someone' WHERE seq = 2")
    connection.close()
    ran = yichuang("journal", "verify", "--json", hall=hall)
    assert (ran.status, ran.error["code"]) == (1, "journal_broken")
    assert "第 2 行" in ran.error["message"]


def test_backup_is_whole_and_usable(hall: Path, tmp_path: Path) -> None:
    number = issue(hall, "tax")
    copy = tmp_path / "copy"
    copy.mkdir()
    ran = yichuang("backup", copy / STORE_FILE, "--json", hall=hall)
    assert ran.status == 0
    (copy / SETTINGS_FILE).write_bytes((hall / SETTINGS_FILE).read_bytes())
    assert (
        yichuang("ticket", "show", number, "--json", hall=copy).json["ticket"]["number"] == number
    )
    nowhere = yichuang("backup", tmp_path / "no" / "such" / "folder.sqlite3", "--json", hall=hall)
    assert nowhere.status == 1


@pytest.mark.parametrize("name", [STORE_FILE, f"{STORE_FILE}-wal", SETTINGS_FILE])
def test_backup_never_overwrites_the_hall(hall: Path, name: str) -> None:
    number = issue(hall, "tax")
    before = (hall / SETTINGS_FILE).read_bytes()
    ran = yichuang("backup", hall / name, "--json", hall=hall)
    assert (ran.status, ran.error["code"]) == (1, "backup_refused")
    assert (hall / SETTINGS_FILE).read_bytes() == before
    assert yichuang("ticket", "show", number, hall=hall).status == 0


def test_backup_replaces_a_backup_and_nothing_else(hall: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.sqlite3"
    for _time in range(2):
        assert yichuang("backup", target, hall=hall).status == 0
    assert target.stat().st_mode & 0o077 == 0, "as closed to others as the hall's own file"
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["copy.sqlite3"]
    letter = tmp_path / "letter.txt"
    letter.write_text("something else", encoding="utf-8")
    assert yichuang("backup", letter, "--json", hall=hall).error["code"] == "backup_refused"
    assert letter.read_text(encoding="utf-8") == "something else"


def test_text_from_outside_never_commands_the_terminal(hall: Path) -> None:
    issue(hall, "tax")
    yichuang("window", "open", 6, hall=hall)
    attack = "\x1b]0;pwned\x07\x1b[2J\u202eabc"
    paused = yichuang("window", "pause", 6, "--reason", attack, "--actor", attack, hall=hall)
    shown = yichuang("ticket", "show", attack, hall=hall)
    unknown = yichuang("ticket", "issue", "--category", attack, hall=hall)
    told = yichuang("journal", "tail", hall=hall)
    for ran in (paused, shown, unknown, told):
        assert not set("\x1b\x07\u202e") & set(ran.out + ran.err)
    path = hall / SETTINGS_FILE
    text = path.read_text(encoding="utf-8").replace("郑陆镇", "\\u001b[2J")
    path.write_text(text, encoding="utf-8")
    refused = yichuang("status", "--json", hall=hall)
    assert refused.error["code"] == "hall_invalid"
    assert "hall.name" in refused.error["message"]


def test_doctor_tells_what_is_well(hall: Path) -> None:
    ran = yichuang("doctor", "--json", hall=hall)
    assert ran.status == 0
    findings = {each["subject"]: each["verdict"] for each in ran.json["findings"]}
    assert findings[SETTINGS_FILE] == "well"
    assert findings[STORE_FILE] == "well"
    assert findings["打印机"] == "warning"


def test_doctor_tells_what_a_hall_might_have_forgotten(hall: Path) -> None:
    path = hall / SETTINGS_FILE
    text = path.read_text(encoding="utf-8").replace("saturday = []", 'saturday = ["09:00-12:00"]')
    window = '[[window]]\nnumber = 9\nkind = "department"\nreason = "公安专网"\ncategories = ["police"]\n'
    path.write_text(f"{text}\n{window}", encoding="utf-8")
    items = hall / "items.csv"
    items.write_text("code,name,category,saturday\nX1,某事项,tax,1\n", encoding="utf-8")
    said = [each["text"] for each in yichuang("doctor", "--json", hall=hall).json["findings"]]
    assert any("公安专网" in each for each in said)
    assert not any("标记了周六" in each for each in said)


def test_journal_tail_gives_one_object_a_line(hall: Path) -> None:
    import json

    issue(hall, "tax")
    ran: Ran = yichuang("journal", "tail", "-n", "5", "--json", hall=hall)
    events = [json.loads(line)["event"] for line in ran.out.splitlines()]
    assert events == ["ItemsImported", "TicketIssued"]


async def test_journal_tail_tells_of_devices_in_words(tmp_path: Path) -> None:
    folder = tmp_path / "devices"
    voice = "[voice]\nenabled = true\n"
    await create_hall(folder, level="village", printers=voice, sample=True)
    async with open_hall(folder) as hall:
        assert await hall.store.lease("voice", "test", 60)
        silent = DeviceHealth(DeviceState.MISSING, DeviceReason.OFFLINE)
        await hall.devices.note("voice", "test", silent)
        await hall.devices.test("voice")
        await hall.devices.mute("voice", on=True, reason="午休")
        ran = await asyncio.to_thread(yichuang, "journal", "tail", "-n", "3", hall=folder)
    changed, tested, muted = ran.out.splitlines()
    assert f"设备状态变化  voice  {silent.label}" in changed
    assert "offline" not in changed
    assert "测试设备  voice" in tested
    assert "设备静音  voice  午休" in muted


def test_a_screen_without_a_terminal_is_refused(hall: Path) -> None:
    ran = yichuang("screen", "board", "--json", hall=hall)
    assert (ran.status, ran.error["code"]) == (1, "terminal_unusable")
    real = yichuang("run", "--json", hall=hall)
    assert (real.status, real.error["code"]) == (1, "terminal_unusable")
    assert yichuang("status", "--json", hall=hall).json["issued"] == 0


def test_run_without_a_terminal_plays_a_day_in_the_sample_hall(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    for visit in (1, 2):
        ran = yichuang("run", XDG_DATA_HOME=data, XDG_CACHE_HOME=data)
        assert ran.status == 0, ran.err
        assert f"C00{2 * visit - 1}" in ran.out
        assert ran.out.count("已打印") == 6
        assert f"今天共取 {6 * visit} 个号，办结 {6 * visit} 个，还有 0 人等候" in ran.out
