"""The commands of the fair hall, as scripts and supervisors run them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.command import Ran, yichuang


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    """A town hall with the tax window open."""
    folder = tmp_path / "hall"
    assert yichuang("init", "--hall", folder, "--profile", "town").status == 0
    assert yichuang("window", "open", 6, hall=folder).status == 0
    return folder


def ask(hall: Path, *words: object) -> Ran:
    """A command that must be done."""
    ran = yichuang(*words, "--json", hall=hall)
    assert ran.status == 0, ran.out
    return ran


def issue(hall: Path, *words: str) -> str:
    """A ticket's number."""
    ticket = ask(hall, "ticket", "issue", "--category", "tax", "--no-print", *words).json["ticket"]
    return str(ticket["number"])


def test_a_pin_goes_first_and_why_says_so(hall: Path) -> None:
    first, second = issue(hall), issue(hall)
    pinned = ask(hall, "ticket", "pin", second, "--reason", "急件", "--actor", "王主任")
    assert pinned.json["ticket"]["class"] == "pinned"
    assert ask(hall, "window", "next", 6).json["ticket"]["number"] == second
    assert "置顶" in ask(hall, "ticket", "why", second).json["why"]
    assert "还没有叫过" in ask(hall, "ticket", "why", first).json["why"]


def test_a_pin_is_taken_back(hall: Path) -> None:
    first, second = issue(hall), issue(hall)
    ask(hall, "ticket", "pin", second, "--reason", "急件", "--actor", "王主任")
    ask(hall, "ticket", "unpin", second)
    assert ask(hall, "window", "next", 6).json["ticket"]["number"] == first
    assert yichuang("ticket", "unpin", second, hall=hall).status == 3


def test_the_group_is_told_nowhere(hall: Path) -> None:
    number = issue(hall, "--class", "priority", "--group", "pregnant")
    for words in (("ticket", "show", number), ("ticket", "list"), ("journal", "tail"), ("status",)):
        for form in ((), ("--json",)):
            ran = yichuang(*words, *form, hall=hall)
            assert ran.status == 0, ran.err
            assert "pregnant" not in ran.out
            assert "孕" not in ran.out


def test_a_route_goes_on_with_one_number(hall: Path) -> None:
    ask(hall, "window", "open", 5)
    number = issue(hall, "--route", "police")
    assert "还要去：公安服务" in yichuang("ticket", "show", number, hall=hall).out
    ask(hall, "window", "next", 6)
    ask(hall, "window", "start", 6)
    forwarded = ask(hall, "window", "finish", 6).json["ticket"]
    assert (forwarded["state"], forwarded["category"]) == ("waiting", "police")
    assert ask(hall, "window", "next", 5).json["ticket"]["number"] == number


def test_a_rerouted_ticket_waits_elsewhere(hall: Path) -> None:
    number = issue(hall)
    assert (
        ask(hall, "ticket", "reroute", number, "--to-category", "police").json["ticket"]["category"]
        == "police"
    )
    assert yichuang("ticket", "reroute", number, hall=hall).status == 2


@pytest.mark.parametrize("kind", ["free", "kept", "outside"])
def test_a_held_ticket_is_woken(hall: Path, kind: str) -> None:
    number = issue(hall)
    ask(hall, "window", "next", 6)
    ask(hall, "window", "start", 6)
    assert ask(hall, "window", "hold", 6, "--kind", kind).json["ticket"]["hold"] == kind
    shown = yichuang("ticket", "show", number, hall=hall).out
    told = {"free": "不持件挂起：", "kept": "持件挂起：材料在 6 号窗口", "outside": "等待挂起："}
    assert told[kind] in shown.splitlines()[2].strip()[: len(told[kind])]
    woken = ask(hall, "ticket", "wake", number).json["ticket"]
    assert woken["target_window"] == (None if kind == "free" else 6)


def test_a_pass_needs_its_calls(hall: Path) -> None:
    issue(hall)
    ask(hall, "window", "next", 6)
    ran = yichuang("window", "pass", 6, "--reason", "未到", "--json", hall=hall)
    assert (ran.status, ran.error["code"]) == (3, "pass_too_soon")


def test_a_window_is_re_assigned_and_set_back(hall: Path) -> None:
    words = ("window", "assign", 6, "--category", "police", "--help-category", "tax")
    assert ask(hall, *words).json["window"]["categories"] == ["police"]
    shown = next(row for row in yichuang("status", hall=hall).out.splitlines() if "改办" in row)
    assert "6 号窗口" in shown
    assert "改办：公安服务  帮办：纳税服务" in shown
    assert ask(hall, "window", "assign", 6, "--reset").json["window"]["categories"] is None
    assert "改办" not in yichuang("status", hall=hall).out


def test_surge_begins_and_ends(hall: Path) -> None:
    assert ask(hall, "surge", "on", "--reason", "排长队").json["surge"] is True
    shown = yichuang("status", hall=hall).out
    assert "高峰互助中：所有窗口帮办所有类别（排长队）" in shown
    assert "现在取号约等" in next(row for row in shown.splitlines() if "D 纳税服务" in row)
    assert ask(hall, "status").json["surge"]["reason"] == "排长队"
    assert ask(hall, "surge", "off").json["surge"] is False


def test_an_outage_gives_slips(hall: Path) -> None:
    number = issue(hall)
    closed = ask(hall, "day", "close", "--outage", "--reason", "停电").json
    assert closed["ended"] == [number]
    assert closed["valid_on"]
    assert "优先凭条" not in yichuang("day", "close", hall=hall).out
    on = ask(hall, "status").json["business_date"]
    shown = yichuang("ticket", "show", number, "--date", on, hall=hall).out
    assert f"优先凭条：{closed['valid_on']} 有效，还没有用" in shown
    again = yichuang("day", "close", "--outage", "--reason", "停电", hall=hall)
    assert "没有要发凭条的号" in again.out
    former = yichuang("ticket", "show", number, "--date", "2026-01-05", "--json", hall=hall)
    assert (former.status, former.error["code"]) == (3, "unknown_former_ticket")


def test_an_outage_says_whether_the_slips_are_printed(hall: Path) -> None:
    issue(hall)
    settings = hall / "hall.toml"
    without = settings.read_text(encoding="utf-8")
    settings.write_text(
        without + '[[printer]]\nname = "kiosk"\ntransport = "tcp"\nhost = "127.0.0.1"\n',
        encoding="utf-8",
    )
    words = ("day", "close", "--outage", "--reason", "停电")
    assert "1 张凭条已排队打印" in yichuang(*words, hall=hall).out
    settings.write_text(without, encoding="utf-8")
    issue(hall)
    assert "没有打印：请把号写给办事人" in yichuang(*words, hall=hall).out
