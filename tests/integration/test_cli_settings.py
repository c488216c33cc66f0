"""`yichuang settings`: looking at hall.toml, changing it, and going back, from the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.integration.command import yichuang


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new village's hall."""
    folder = tmp_path_factory.mktemp("halls") / "hall"
    assert yichuang("init", "--hall", folder, "--profile", "village").status == 0
    return folder


@pytest.fixture
def hall(made: Path, tmp_path: Path) -> Path:
    """The same, for one test alone."""
    return shutil.copytree(made, tmp_path / "hall")


def test_a_value_is_changed_shown_and_taken_back(hall: Path) -> None:
    before = (hall / "hall.toml").read_text(encoding="utf-8")
    ran = yichuang(
        "settings", "set", "missed.calls", 2, "--reason", "试行", "--actor", "张三", hall=hall
    )
    assert (ran.status, ran.out) == (0, "过号 叫几次可过号：3 -> 2\n")
    assert yichuang("settings", "show", "missed.calls", hall=hall).out == "missed.calls = 2\n"
    ran = yichuang("settings", "history", "--json", hall=hall)
    newest, first = ran.json["versions"]
    assert (newest["actor"], newest["reason"], newest["kind"]) == ("张三", "试行", "changed")
    assert first["kind"] == "begun"
    assert yichuang("settings", "undo", hall=hall).out == "过号 叫几次可过号：2 -> 3\n"
    assert (hall / "hall.toml").read_text(encoding="utf-8") == before
    ran = yichuang("settings", "undo", "--json", hall=hall)
    assert (ran.status, ran.error["code"]) == (3, "no_former_settings")
    ran = yichuang("settings", "restore", newest["id"], "--json", hall=hall)
    assert ran.json["changes"] == [
        {"section": "missed", "element": "", "key": "calls", "old": 3, "new": 2}
    ]


def test_elements_are_added_and_removed(hall: Path) -> None:
    ran = yichuang("settings", "add", "window", "number=2", "categories=tax|police", hall=hall)
    assert ran.status == 0, ran.err
    shown = yichuang("settings", "show", "window.2", "--json", hall=hall).json["value"]
    assert shown["categories"] == ["tax", "police"]
    assert yichuang("settings", "remove", "window.2", hall=hall).out == "删 窗口 2\n"
    ran = yichuang("settings", "add", "holiday", "date=2026-10-10", "open=是", hall=hall)
    assert ran.status == 0, ran.err
    assert "open = true" in (hall / "hall.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("set", "missed.calls", "99"), 1, "hall_invalid"),
        (("set", "missed.cals", "9"), 1, "settings_uneditable"),
        (("set", "missed.calls", "3"), 3, "settings_unchanged"),
        (("remove", "window.1"), 1, "hall_invalid"),
        (("restore", "7"), 3, "unknown_settings_version"),
    ],
)
def test_what_is_refused(hall: Path, words: tuple[str, ...], status: int, code: str) -> None:
    before = (hall / "hall.toml").read_bytes()
    ran = yichuang("settings", *words, "--json", hall=hall)
    assert (ran.status, ran.error["code"]) == (status, code)
    assert (hall / "hall.toml").read_bytes() == before


def test_a_window_that_is_open_stays(hall: Path) -> None:
    assert (
        yichuang("settings", "add", "window", "number=2", "categories=tax", hall=hall).status == 0
    )
    assert yichuang("window", "open", 2, hall=hall).status == 0
    ran = yichuang("settings", "remove", "window.2", "--json", hall=hall)
    assert (ran.status, ran.error["code"]) == (3, "window_in_use")


@pytest.mark.parametrize(
    "spoiled",
    [b"[hall\nname = ", b"[hall]\nname = 5\n", '[hall]\nname = "大厅"\n'.encode("gbk")],
    ids=["no TOML", "wrong value", "other encoding"],
)
def test_what_a_hand_has_spoiled_is_taken_back(hall: Path, spoiled: bytes) -> None:
    file = hall / "hall.toml"
    assert yichuang("settings", "set", "missed.calls", 2, hall=hall).status == 0
    good = file.read_bytes()
    file.write_bytes(spoiled)
    assert yichuang("device", "list", hall=hall).status == 1
    shown = yichuang("settings", "show", "missed.calls", hall=hall)
    assert (shown.status, shown.out) == (0, "missed.calls = 2\n")
    assert "hall.toml 有错，大厅仍按原来的设置" in shown.err
    newest, kept, *_rest = yichuang("settings", "history", "--json", hall=hall).json["versions"]
    assert (newest["kind"], kept["kind"]) == ("by_hand", "changed")
    assert file.read_bytes() == spoiled
    ran = yichuang("settings", "undo", "--reason", "改坏了", hall=hall)
    assert (ran.status, ran.out) == (0, "意思没有变\n")
    assert file.read_bytes() == good
    # Undoing further goes to what was before the last good one.
    assert yichuang("settings", "undo", hall=hall).out == "过号 叫几次可过号：2 -> 3\n"
    file.write_bytes(spoiled)
    assert yichuang("settings", "restore", kept["id"], hall=hall).status == 0
    assert file.read_bytes() == good
    assert yichuang("journal", "verify", hall=hall).status == 0


def test_a_hall_of_which_nothing_is_known_says_what_is_wrong(hall: Path) -> None:
    (hall / "hall.toml").write_bytes(b"[hall\n")
    ran = yichuang("settings", "undo", "--json", hall=hall)
    assert (ran.status, ran.error["code"]) == (1, "hall_invalid")
