"""The docs say what the program does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.hygiene.generated import DOCS, PAGES, error_classes
from yichuang.config import RemoteSettings, StaffSettings
from yichuang.config.alert import AlertSettings
from yichuang.queue.event import EventKind
from yichuang.queue.ticket import PriorityClass, TicketState

ROOT = DOCS.parent
PROSE = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_generated_pages_are_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"


def test_every_error_has_its_own_code_a_sentence_and_a_next_step() -> None:
    kinds = list(error_classes())
    codes = [kind.code for kind in kinds]
    assert len(codes) == len(set(codes))
    for kind in kinds:
        assert re.search("[\u4e00-\u9fff]", kind.text), kind
        assert re.search("[\u4e00-\u9fff]", kind.advice), kind
        assert kind.__doc__


@pytest.mark.parametrize("path", PROSE, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_the_docs_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", PROSE, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_in_the_docs_exist(path: Path) -> None:
    import click

    from yichuang.cli.root import root

    for words in re.findall(
        r"^(?:\$ )?yichuang ((?:[a-z]+ ?)+)", path.read_text(encoding="utf-8"), re.MULTILINE
    ):
        command: click.Command = root
        for word in words.split():
            if not isinstance(command, click.Group):
                break
            with click.Context(command) as context:
                found = command.get_command(context, word)
            assert found is not None, f"yichuang {words}"
            command = found


def test_makefile_targets_in_the_docs_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for path in PROSE:
        for target in re.findall(r"`make ([a-z]+)`", path.read_text(encoding="utf-8")):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{path.name}: make {target}"


def test_the_glossary_knows_every_state_class_and_event() -> None:
    glossary = (DOCS / "glossary.md").read_text(encoding="utf-8")
    for word in [*TicketState, *PriorityClass, *EventKind]:
        assert f"`{word.value}`" in glossary, word


def test_modules_named_in_the_architecture_exist() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for path in re.findall(r"`(yichuang/[a-z_/]+(?:\.[a-z]+)?)`", text):
        assert (ROOT / path).exists(), path


def test_the_page_on_terminals_shows_every_setting_with_its_default() -> None:
    (block,) = re.findall(
        r"```toml\n(.*?)```", (DOCS / "remote.md").read_text(encoding="utf-8"), re.DOTALL
    )
    shown = tomllib.loads(block)
    assert shown["remote"] == RemoteSettings().model_dump()
    assert shown["staff"] == StaffSettings().model_dump()


def test_the_manual_tells_the_bounds_of_every_alert() -> None:
    manual = (DOCS / "manual.zh.md").read_text(encoding="utf-8")
    for name, (yellow, red) in AlertSettings().model_dump().items():
        assert re.search(rf"\| {yellow}、{red} [^|]*\| `{name}` \|", manual), name
