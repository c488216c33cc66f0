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
    assert ask(hall, "window", "assign", 6, "--reset").json["window"]["categories"] is None


def test_surge_begins_and_ends(hall: Path) -> None:
    assert ask(hall, "surge", "on", "--reason", "排长队").json["surge"] is True
    assert ask(hall, "surge", "off").json["surge"] is False


def test_an_outage_gives_slips(hall: Path) -> None:
    number = issue(hall)
    closed = ask(hall, "day", "close", "--outage", "--reason", "停电").json
    assert closed["ended"] == [number]
    assert closed["valid_on"]
    assert yichuang("ticket", "issue", "--slip", number, hall=hall).status == 3
    assert "优先凭条" not in yichuang("day", "close", hall=hall).out
