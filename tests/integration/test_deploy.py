"""What is in deploy/ fits the program: the unit's command exists, the rules know the settings' devices."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import click
import pytest

from tests.halls import small_settings
from yichuang.cli.root import root
from yichuang.config import IdReaderSettings

DEPLOY = Path(__file__).parents[2] / "deploy"


def rules() -> list[str]:
    """The rules that are in force, without comments."""
    text = (DEPLOY / "70-yichuang.rules").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("name", ["yichuang-devices", "yichuang-serve"])
def test_the_unit_runs_a_command_that_exists(name: str) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.read(DEPLOY / f"{name}.service", encoding="utf-8")
    program, *words = unit["Service"]["ExecStart"].split()
    assert Path(program).name == "yichuang"
    command: click.Command = root
    for word in words:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), word)
        assert found is not None, word
        command = found
    assert unit["Service"]["Type"] == "notify", "it says READY=1"
    # Printing jobs may take twice print_seconds, which is 60 at most, and closing some seconds more.
    assert int(unit["Service"]["TimeoutStopSec"]) > 2 * 60 + 20


def test_the_rules_know_the_readers_that_the_settings_presume() -> None:
    found = {
        (int(vendor, 16), int(product, 16))
        for rule in rules()
        for vendor, product in re.findall(
            r'ATTR\{idVendor\}=="(\w{4})", ATTR\{idProduct\}=="(\w{4})"', rule
        )
    }
    reader: IdReaderSettings = small_settings('[[id_reader]]\nname = "reader"\n').id_reader[0]
    assert found == {(reader.vendor, reader.product)}


def test_no_rule_opens_a_device_to_everybody_or_every_keyboard() -> None:
    for rule in rules():
        modes = re.findall(r'MODE="(\d+)"', rule)
        assert set(modes) <= {"0660"}
        assert ('GROUP="queuehw"' in rule) == bool(modes)
        if 'SUBSYSTEM=="input"' in rule or 'SUBSYSTEM=="hidraw"' in rule:
            assert "idVendor" in rule
        # Each part is a match or an assignment (udev(7)).
        for part in re.split(r",\s*", rule):
            assert re.fullmatch(r'[A-Z]+(\{[\w/]+\})?(==|!=|\+=|=|:=)"[^"]*"', part), part


def test_the_pages_name_the_files() -> None:
    page = (DEPLOY / "README.md").read_text(encoding="utf-8")
    for file in DEPLOY.iterdir():
        assert file.name == "README.md" or file.name in page
