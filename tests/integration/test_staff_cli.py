"""`yichuang staff`: as text, as JSON, as files, and with the right exit status."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from tests.halls import PRINTER, SMALL_HALL
from tests.integration.command import Ran, yichuang
from yichuang.bootstrap import open_hall
from yichuang.cli.columns import cells
from yichuang.cli.root import run_command
from yichuang.clock import SystemClock
from yichuang.config import SETTINGS_FILE, STORE_FILE
from yichuang.hardware.simulator.printer import Failure, SimulatedPrinter
from yichuang.hardware.text import width_of
from yichuang.queue.personnel.staff_import import COLUMNS
from yichuang.store.migrate import migrate

DONE, FAILED, USAGE, REFUSED = range(4)

Run = Callable[..., Ran]


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    """A hall where nobody is registered yet."""
    folder = tmp_path / "hall"
    folder.mkdir()
    (folder / SETTINGS_FILE).write_text(SMALL_HALL, encoding="utf-8")
    (folder / STORE_FILE).touch(mode=0o600)
    migrate(folder / STORE_FILE, SystemClock().now())
    return folder


@pytest.fixture
def run(hall: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `yichuang staff` here: a process of its own for each would take most of the time."""
    monkeypatch.setenv("YICHUANG_HALL", str(hall))
    monkeypatch.setenv("YICHUANG_ACTOR", "主任")

    def run(*words: object) -> Ran:
        capfd.readouterr()
        status = run_command(["staff", *map(str, words)])
        ran = Ran(status, *capfd.readouterr())
        assert "Traceback" not in ran.err
        assert "程序出了意外" not in ran.err + ran.out
        return ran

    return run


@pytest.fixture
def people(run: Run) -> None:
    """Two clerks and an administrator."""
    facts = ["--department", "税务所", "--phone", "0519-1", "--duty", "受理", "--post", "综合岗"]
    assert run("add", "1001", "--name", "张三", *facts, "--photo", "p/张 三.jpg").status == DONE
    assert run("add", "1002", "--name", "李四", "--unqualified").status == DONE
    assert run("add", "9", "--name", "管理员", "--role", "administrator").status == DONE


def journal(hall: Path) -> list[dict[str, Any]]:
    """What happened, with who did it."""

    async def look() -> list[dict[str, Any]]:
        async with open_hall(hall) as opened:
            return [each.as_json() for each in await opened.entries(0)]

    return asyncio.run(look())


# --- people ----------------------------------------------------------------------------------------


def test_a_process_of_its_own(hall: Path) -> None:
    ran = yichuang("staff", "add", "1001", "--name", "张三", "--json", hall=hall)
    assert ran.status == DONE, ran.err
    assert ran.json["person"]["roles"] == ["clerk"]
    again = yichuang("staff", "add", "1001", "--name", "别人", "--json", hall=hall)
    assert again.status == REFUSED
    assert again.error["code"] == "badge_taken"
    assert "张三" in again.error["message"]
    assert "yichuang staff change 1001" in again.error["hint"]


def test_people_come_change_and_go(run: Run, hall: Path, people: None) -> None:
    del people
    changed = run("change", "1001", "--role", "clerk", "--role", "supervisor", "--skill", "手语")
    assert changed.status == DONE
    assert "窗口人员、督查" in changed.out
    shown = run("show", "1001", "--json").json["person"]
    assert (shown["phone"], shown["skills"]) == ("0519-1", ["手语"]), "the rest stays"
    assert shown["pin"] == "none"
    assert run("deactivate", "1002").status == DONE
    listed = run("list")
    assert "李四" not in listed.out
    heads, *rows = listed.out.splitlines()
    place = cells(heads[: heads.index("姓名")])
    assert {
        cells(row[: row.index(name)]) for row, name in zip(rows, ("管理员", "张三"), strict=True)
    } == {place}, "columns stand one below the other"
    assert "停用" in run("list", "--all").out
    assert run("activate", "1002", "--json").json["person"]["active"] is True
    last = run("deactivate", "9", "--json")
    assert (last.status, last.error["code"]) == (REFUSED, "last_administrator")
    assert {each["actor"] for each in journal(hall)} == {"主任"}
    told = yichuang("journal", "tail", hall=hall).out.splitlines()[-1]
    assert told.split()[-3:] == ["人员登记", "1002", "主任"], "whom it is about, and who did it"


def test_facts_that_cannot_be_kept(run: Run) -> None:
    for words in (("a b", "--name", "甲"), ("1", "--name", " "), ("1", "--name", "长" * 21)):
        ran = run("add", *words, "--json")
        assert (ran.status, ran.error["code"]) == (REFUSED, "invalid_staff")
    broken = run("add", "1", "--name", "甲\x1b[2J\udcff乙")
    assert broken.status == DONE
    assert "甲[2J乙" in broken.out
    assert run("add", "2").status == USAGE
    assert run("add", "2", "--name", "甲", "--role", "boss").status == USAGE
    assert run("nix").status == USAGE
    for act in ("show", "change", "deactivate", "activate"):
        assert run(act, "404", "--json").error["code"] == "unknown_staff"


def test_a_pin_is_told_once(run: Run, hall: Path, people: None) -> None:
    del people
    given = run("pin", "1001", "--reason", "忘了", "--json").json
    assert given["temporary"] is True
    text = run("pin", "1001", "--reason", "又忘了").out
    assert "张三" in text
    assert run("show", "1001", "--json").json["person"]["pin"] == "temporary"
    assert given["pin"] not in json.dumps(journal(hall))
    assert run("pin", "1001").status == USAGE
    assert run("pin", "1001", "--reason", " ", "--json").error["code"] == "reason_missing"
    assert run("pin", "404", "--reason", "x", "--json").error["code"] == "unknown_staff"

    async def sign_in() -> bool:
        async with open_hall(hall) as opened:
            pin = text.split("：")[1].split("（")[0]
            return (await opened.people.sign_in("1001", pin)).must_change

    assert asyncio.run(sign_in())


# --- files -----------------------------------------------------------------------------------------


def test_the_template_can_be_imported_as_it_is(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "人员.csv"
    assert run("template", file).status == DONE
    assert file.read_bytes().startswith(b"\xef\xbb\xbf"), "a spreadsheet takes it for UTF-8"
    kept = run("template", file, "--json")
    assert (kept.status, kept.error["code"]) == (FAILED, "file_unwritable")
    previewed = run("import", file, "--dry-run", "--json").json
    assert previewed == {"people": 1, "new": 1, "changed": 0, "dry_run": True}
    assert run("list", "--json").json["staff"] == []
    assert run("import", file, "--json").json == {**previewed, "dry_run": False}
    (person,) = run("list", "--json").json["staff"]
    heading, example = csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig")))
    assert tuple(heading) == COLUMNS
    assert all(example), "an example for each column"
    assert (person["badge"], person["skills"], person["since"]) == (
        "1001", ["手语", "英语"], "2025-03-01",
    )  # fmt: skip
    again = run("import", file)
    assert "新增 0，更新 0" in again.out


def test_a_file_with_a_mistake_imports_nobody(run: Run, tmp_path: Path, people: None) -> None:
    del people
    file = tmp_path / "gbk.csv"
    file.write_bytes("badge,name,roles\n1003,王五,clerk\n1004,,boss\n".encode("gbk"))
    for more in ((), ("--dry-run",)):
        ran = run("import", file, "--json", *more)
        assert (ran.status, ran.error["code"]) == (REFUSED, "invalid_staff")
        assert "第 3 行" in ran.error["message"]
    assert len(run("list", "--json").json["staff"]) == 3
    file.write_bytes("badge,name,roles\n9,管理员,clerk\n".encode("gbk"))
    for more in ((), ("--dry-run",)):
        assert run("import", file, "--json", *more).error["code"] == "last_administrator"
    assert run("import", tmp_path / "nix.csv", "--json").error["code"] == "file_unreadable"


# --- keys ------------------------------------------------------------------------------------------


def test_keys_are_added_listed_and_removed(run: Run, tmp_path: Path, people: None) -> None:
    del people
    keys = [asyncssh.generate_private_key("ssh-ed25519", comment=f"第 {n} 个") for n in range(3)]
    lines = [each.export_public_key().decode() for each in keys]
    single, several, private = tmp_path / "a.pub", tmp_path / "authorized_keys", tmp_path / "key"
    single.write_text(lines[0])
    several.write_text(f"# 两个\n\n{lines[1]}{lines[2]}")
    private.write_bytes(keys[0].export_private_key())
    assert run("key", "add", "1001", single).status == DONE
    assert run("key", "add", "--post", "kiosk:kiosk2", several).status == DONE
    listed = run("key", "list", "--json").json["keys"]
    assert [(each["badge"], each["post"]) for each in listed] == [
        ("1001", None), (None, "kiosk:kiosk2"), (None, "kiosk:kiosk2"),
    ]  # fmt: skip
    assert [each["fingerprint"] for each in listed] == [
        each.convert_to_public().get_fingerprint() for each in keys
    ]
    assert run("key", "list", "--badge", "1001").out.count("SHA256:") == 1
    assert len(run("show", "1001", "--json").json["person"]["keys"]) == 1
    both = tmp_path / "both.pub"
    both.write_text(asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode())
    both.write_text(both.read_text() + lines[0])
    taken = run("key", "add", "1002", both, "--json")
    assert (taken.status, taken.error["code"]) == (REFUSED, "key_taken")
    assert "1001 张三" in taken.error["message"]
    assert run("key", "list", "--json").json["keys"] == listed, "all of a file or none"
    refused = run("key", "add", "1001", private, "--json")
    assert (refused.status, refused.error["code"]) == (REFUSED, "invalid_key")
    assert run("key", "add", "--post", "window", single, "--json").error["code"] == "unknown_post"
    assert run("key", "add", "404", single, "--json").error["code"] == "unknown_staff"
    for words in (("add", single), ("add", "1001", "2", single), ("add",)):
        assert run("key", *words).status == USAGE
    ambiguous = run("key", "remove", "SHA256:", "--json")
    assert ambiguous.error["code"] == "unknown_key"
    assert run("key", "remove", listed[1]["fingerprint"][:20]).status == DONE
    assert run("key", "remove", single).status == DONE
    (left,) = run("key", "list", "--json").json["keys"]
    assert left["fingerprint"] == listed[2]["fingerprint"]


# --- posts and whereabouts -------------------------------------------------------------------------


def test_posts_are_named_and_what_is_not_written_stays(run: Run, people: None) -> None:
    del people
    assert run("post", 1, "--a", "1001", "--b", "1002", "--b", "9").status == DONE
    (post,) = run("post", 1, "--json").json["posts"]
    assert (post["a"], post["b"]) == ("1001", ["1002", "9"])
    run("post", 1, "--b", "9")
    assert "1001 张三" in run("post").out
    (post,) = run("post", 1, "--json").json["posts"]
    assert (post["a"], post["b"]) == ("1001", ["9"])
    run("post", 1, "--none")
    posts = run("post", "--json").json["posts"]
    assert [(each["window"], each["a"], each["b"]) for each in posts] == [
        (window, None, []) for window in (1, 2, 3)
    ]
    assert run("post", 77, "--json").error["code"] == "unknown_window"
    assert run("post", 1, "--a", "404", "--json").error["code"] == "unknown_staff"
    for words in (("--a", "1001"), (1, "--none", "--a", "1001")):
        assert run("post", *words).status == USAGE


def test_who_is_at_a_window_and_who_may_be(run: Run, hall: Path, people: None) -> None:
    del people
    assert run("allow", "1002").status == USAGE
    assert run("allow", "1002", "--reason", "两人请假").status == DONE
    assert run("show", "1002", "--json").json["person"]["allowed_today"] == "两人请假"
    assert run("allow", "404", "--reason", "x", "--json").error["code"] == "unknown_staff"

    async def take() -> None:
        async with open_hall(hall) as opened:
            await opened.people.take_post(2, "1002")

    asyncio.run(take())
    windows = run("who", "--json").json["windows"]
    assert [each["on_duty"] for each in windows] == [None, "1002", None]
    assert "1002 李四" in run("who").out
    assert run("deactivate", "1002").status == DONE
    assert [each["on_duty"] for each in run("who", "--json").json["windows"]] == [None] * 3


@pytest.mark.parametrize("state", ["in_village", "下村"])
def test_whereabouts_by_either_name(run: Run, people: None, state: str) -> None:
    del people
    assert run("whereabouts", "1001", state, "--note", "河头村").status == DONE
    found = {each["badge"]: each for each in run("whereabouts", "--json").json["staff"]}
    assert (found["1001"]["whereabouts"], found["1001"]["note"]) == ("in_village", "河头村")
    assert found["1002"]["whereabouts"] is None
    assert "河头村" in run("whereabouts").out
    for words in (("1001",), ("1001", "上天")):
        ran = run("whereabouts", *words)
        assert ran.status == USAGE
        assert "在岗" in ran.err
    assert run("whereabouts", "404", state, "--json").error["code"] == "unknown_staff"


def test_attendance_is_told_and_exported(
    run: Run, hall: Path, tmp_path: Path, people: None
) -> None:
    del people

    async def work() -> None:
        async with open_hall(hall) as opened:
            await opened.people.save((await opened.people.member("1001"))._replace(name="=1+1"))
            await opened.people.take_post(1, "1001")
            await opened.people.leave_post(1, "1001")

    asyncio.run(work())
    days = run("attendance", "--json").json["days"]
    assert "1001" in {each["badge"] for each in days}
    file = tmp_path / "考勤.csv"
    assert run("attendance", "--csv", file).status == DONE
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    assert {row["工号"]: row["姓名"] for row in rows}["1001"] == "'=1+1", "no formula"
    assert all(len(row) == 12 and None not in row for row in rows)
    assert run("attendance", "--from", "2026-03-03", "--to", "2026-03-02").status == USAGE
    missing = run("attendance", "--csv", tmp_path / "nix" / "a.csv", "--json")
    assert (missing.status, missing.error["code"]) == (FAILED, "file_unwritable")


# --- sheets ----------------------------------------------------------------------------------------


def test_sheets_are_shown_and_written(run: Run, hall: Path, tmp_path: Path, people: None) -> None:
    del people
    run("post", 1, "--a", "1001", "--b", "1002")
    run("change", "1002", "--duty", "<script>alert(1)</script>", "--department", 'a"b&c')
    sign = run("sheet", "window", 1)
    for word in ("张三", "1001", "0519-1", "12345", "受理", "纳税服务", "税务所", "B岗"):
        assert word in sign.out
    board = run("sheet", "whereabouts").out
    assert board.index("税务所") < board.index("张三") < board.index("0519-1")
    for words in (("window", 1), ("whereabouts",)):
        file = tmp_path / f"{words[0]}.html"
        ran = run("sheet", *words, "--html", file, "--json")
        assert ran.json["file"] == str(file)
        page = file.read_text(encoding="utf-8")
        address = (hall / "p" / "张 三.jpg").as_uri()
        assert f'<img src="{address}" alt="张三">' in page
        assert "<script" not in page
        assert 'a"b' not in page
        assert page.count("<tr>") == page.count("</tr>")
    assert "&lt;script&gt;" in (tmp_path / "window.html").read_text(encoding="utf-8")
    assert "a&quot;b&amp;c" in (tmp_path / "whereabouts.html").read_text(encoding="utf-8")
    assert run("sheet", "window", 77, "--json").error["code"] == "unknown_window"
    assert (
        run("sheet", "window", 1, "--printer", "nix", "--json").error["code"] == "unknown_printer"
    )


@pytest.fixture
async def simulated() -> AsyncIterator[SimulatedPrinter]:
    """A simulated printer on a port of its own."""
    async with SimulatedPrinter() as printer:
        yield printer
        assert printer.errors == []


@pytest.mark.parametrize("width", [58, 80])
async def test_sheets_come_out_of_a_printer(
    hall: Path, simulated: SimulatedPrinter, width: int
) -> None:
    settings = hall / SETTINGS_FILE
    lines = PRINTER.replace("host", f"port = {simulated.port}\nwidth = {width}\nhost")
    settings.write_text(SMALL_HALL + lines, encoding="utf-8")

    async def run(*words: object) -> Ran:
        return await asyncio.to_thread(yichuang, "staff", *words, "--json", hall=hall)

    await run("add", "1001", "--name", "张三", "--duty", "受理、咨询、出件" * 5)
    await run("post", 2, "--a", "1001")
    for words in (("window", 2), ("whereabouts",)):
        ran = await run("sheet", *words, "--printer", "kiosk")
        assert ran.status == DONE, ran.err
        assert ran.json["print"]["state"] == "processed"
    papers = await simulated.wait_for_papers(2)
    sign, board = ["\n".join(paper.lines) for paper in papers]
    for word in ("公安服务", "张三", "工号 1001", "监督电话：12345"):
        assert word in sign
    assert "去向公示牌" in board
    assert all(width_of(line) <= {58: 32, 80: 48}[width] for each in papers for line in each.lines)
    jobs = await asyncio.to_thread(yichuang, "device", "jobs", hall=hall)
    assert "窗口标识牌" in jobs.out
    assert "测试页" not in jobs.out
    await simulated.fail(Failure.PAPER_OUT)
    lost = await run("sheet", "window", 2, "--printer", "kiosk")
    assert lost.status == FAILED
    assert lost.json["print"]["reason"] == "paper_out"


# --- the doctor ------------------------------------------------------------------------------------


def test_the_doctor_looks_at_people(run: Run, hall: Path, people: None) -> None:
    del people

    def said() -> str:
        ran = yichuang("doctor", "--json", hall=hall)
        assert ran.status == DONE, "nothing of it is an error"
        return "\n".join(
            f"{each['verdict']} {each['text']}"
            for each in ran.json["findings"]
            if each["subject"] in ("人员", "岗位", "密码")
        )

    before = said()
    assert "warning 镇级大厅只有 3 人" in before
    assert "warning 没有一个管理员能登录" in before
    assert "warning 1、2、3 号窗口没有定 A岗" in before
    run("pin", "9", "--reason", "新来的")
    today = f"{SystemClock().now():%Y-%m-%d}"
    for number in range(5):
        run("add", f"20{number}", "--name", f"人{number}", "--since", "2020-02-29")
    run("change", "200", "--since", today)
    run("post", 1, "--a", "1001", "--b", "1002")
    run("post", 2, "--a", "1002")
    after = said()
    assert "只有" not in after
    assert "well 8 人在职" in after
    assert "well 到现岗位不满 2 年：200 人0" in after
    assert "201" not in after
    assert "warning 3 号窗口没有定 A岗" in after
    assert "warning 2 号窗口没有定 B岗" in after
    assert "warning 2 号窗口的标识牌没有联系电话" in after
    assert "管理员能登录" not in after
    assert "warning 还在用临时密码：9 管理员" in after
