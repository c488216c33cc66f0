"""What is loaded when: the rules stay pure, and a command loads only what it needs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "textual",
    "rich",
    "escpos",
    "PIL",
    "usb",
    "pypinyin",
    "aiosqlite",
    "sqlite3",
    "pydantic",
    "click",
}
DRAWING = {"textual", "rich"}
PRINTING = {"escpos", "PIL"}


def loaded_by(code: str, *arguments: str) -> set[str]:
    """The top-level modules in `sys.modules` after `code` ran in a process of its own."""
    probe = f"{code}\nimport json, sys; print(json.dumps(sorted({{m.split('.')[0] for m in sys.modules}})))"
    done = subprocess.run(
        [sys.executable, "-c", probe, *arguments], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert not loaded_by("import yichuang") & HEAVY


@pytest.mark.parametrize(
    "module", ["service", "view", "calling", "issuing", "undo", "item", "printing"]
)
def test_the_rules_load_no_device_no_screen_no_sql(module: str) -> None:
    forbidden = {
        "textual",
        "rich",
        "aiosqlite",
        "sqlite3",
        "usb",
        "serial",
        "escpos",
        "click",
        "pypinyin",
    }
    assert not loaded_by(f"import yichuang.queue.{module}") & forbidden


@pytest.mark.parametrize(
    ("words", "unwanted"),
    [
        (["status", "--json"], DRAWING | PRINTING | {"pypinyin"}),
        (["window", "open", "1", "--json"], DRAWING | PRINTING | {"pypinyin"}),
        (["ticket", "issue", "--category", "tax", "--no-print", "--json"], DRAWING | PRINTING),
        (["items", "find", "sbk", "--json"], DRAWING | PRINTING | {"pypinyin"}),
    ],
)
def test_a_command_loads_only_what_it_needs(
    tmp_path: Path, words: list[str], unwanted: set[str]
) -> None:
    run = "import sys\nfrom yichuang.cli.root import run_command\nassert run_command(sys.argv[1:]) == 0"
    hall = ["--hall", str(tmp_path / "hall")]
    loaded_by(run, "init", "--profile", "village", *hall)
    assert not loaded_by(run, *words, *hall) & unwanted


def test_the_public_names_are_there() -> None:
    import yichuang

    assert yichuang.open_hall.__name__ == "open_hall"
    assert yichuang.errors.NothingWaiting.code == "nothing_waiting"
    assert yichuang.errors.NothingWaiting is yichuang.__getattr__("NothingWaiting")
    with pytest.raises(AttributeError):
        yichuang.__getattr__("nothing_of_that_name")
