"""hall.toml changed while the hall is open: by a screen, another process, a hand, a dying machine."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from yichuang.bootstrap import create_hall, open_hall
from yichuang.bootstrap.following import following_settings
from yichuang.bootstrap.settings_file import SettingsFile, hash_of
from yichuang.clock import FixedClock
from yichuang.config.edit import Add, Edit, Put, Remove, Spot, edited
from yichuang.errors import (
    CategoryInUse,
    DiskFull,
    FolderUnusable,
    InvalidHall,
    NoFormerSettings,
    NotPermitted,
    OnlyAtTheHost,
    SettingsChangedMeanwhile,
    SettingsUnchanged,
    UnknownSettingsVersion,
    WindowInUse,
)
from yichuang.queue.event import EventKind
from yichuang.queue.people.actor import Actor, ActorKind
from yichuang.queue.people.command import SaveStaff
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.ports import Memory, Result
from yichuang.queue.revision.version import VersionKind
from yichuang.queue.service import Hall

NAME = Spot("window", 3, ("name",))
DEADLINE = 10.0
GATE = {"name": "gate", "input": "serial"}

FOLLOWER = """
import asyncio, sys
from pathlib import Path
from yichuang.bootstrap import open_hall
from yichuang.bootstrap.following import following_settings

async def main():
    folder = Path(sys.argv[1])
    async with open_hall(folder) as hall, following_settings(hall, folder):
        changes = hall.changes()
        print("ready", flush=True)
        while hall.rules.window(3).name != "followed":
            await anext(changes)
        print("followed", flush=True)

asyncio.run(main())
"""

FAILING = """
import asyncio, os, sys
from pathlib import Path
from yichuang.bootstrap import open_hall, settings_file
from yichuang.config.edit import Put, Spot, edited

replaced = settings_file.replace_file

def replace(path, text):
    if sys.argv[2] == "after":
        replaced(path, text)
    os.kill(os.getpid(), 9)

settings_file.replace_file = replace

async def main():
    folder = Path(sys.argv[1])
    async with open_hall(folder) as hall:
        file = settings_file.SettingsFile(hall, folder)
        found = await file.read()
        text = edited(found.text, [Put(Spot("window", 3, ("name",)), "torn")])
        await file.keep(hall, text, was=found.hash, reason="why", actor="admin")

asyncio.run(main())
"""


@pytest.fixture
async def folder(tmp_path: Path, clock: FixedClock) -> Path:
    """The folder of a town's hall."""
    await create_hall(tmp_path / "hall", level="town", place="郑陆镇", clock=clock)
    return tmp_path / "hall"


@pytest.fixture
async def hall(folder: Path, clock: FixedClock) -> AsyncIterator[Hall]:
    """The hall, open."""
    async with open_hall(folder, clock=clock) as hall:
        yield hall


@pytest.fixture
def file(hall: Hall, folder: Path) -> SettingsFile:
    """Its hall.toml."""
    return SettingsFile(hall, folder)


async def change(file: SettingsFile, hall: Hall, *edits: Edit, reason: str = "why") -> None:
    """Edit and keep."""
    found = await file.read()
    text = edited(found.text, edits)
    await file.keep(hall, text, was=found.hash, reason=reason, actor="admin")


async def ended(process: asyncio.subprocess.Process) -> None:
    """End it, if it has not ended."""
    if process.returncode is None:
        process.kill()
        await process.wait()


async def kinds(hall: Hall) -> list[EventKind]:
    """What the journal tells of settings."""
    return [
        each.event.kind for each in await hall.entries(0) if "Settings" in each.event.kind.value
    ]


async def until(hall: Hall, name: str) -> None:
    """Wait until the hall goes by that name of the third window."""
    changes = hall.changes(0.5)
    async with asyncio.timeout(DEADLINE):
        while hall.rules.window(3).name != name:
            await anext(changes)


async def test_a_change_is_written_journaled_and_in_force(
    hall: Hall, file: SettingsFile, folder: Path
) -> None:
    (folder / "hall.toml").chmod(0o640)
    await change(file, hall, Put(NAME, "综合"), reason="改名字")
    assert hall.rules.window(3).name == "综合"
    assert 'name = "综合"' in (folder / "hall.toml").read_text(encoding="utf-8")
    assert (folder / "hall.toml").stat().st_mode & 0o777 == 0o640
    entry = (await hall.entries(0))[-1]
    assert (entry.event.kind, entry.actor) == (EventKind.SETTINGS_CHANGED, "admin")
    assert entry.event.data["reason"] == "改名字"
    assert entry.event.data["changes"] == [
        {"section": "window", "element": "3", "key": "name", "old": "", "new": "综合"}
    ]
    newest, first = await file.history()
    assert (newest.kind, first.kind) == (VersionKind.CHANGED, VersionKind.BEGUN)
    assert 'name = "综合"' not in await file.text_of(first.id)


async def test_what_is_refused_changes_nothing(hall: Hall, file: SettingsFile) -> None:
    found = await file.read()
    with pytest.raises(SettingsUnchanged):
        await file.keep(hall, found.text, was=found.hash, reason="")
    with pytest.raises(SettingsChangedMeanwhile):
        await file.keep(hall, found.text + "\n", was=hash_of("another"), reason="")
    with pytest.raises(InvalidHall):
        await change(file, hall, Put(Spot("missed", path=("calls",)), 0))
    await hall.open_window(3)
    for edit in (Remove("window", 3), Put(Spot("window", 3, ("number",)), 33)):
        with pytest.raises(WindowInUse):
            await change(file, hall, edit)
    await hall.issue(category="tax")
    used = Put(Spot("category", "tax", ("code",)), "taxes")
    nobody = [Put(Spot("window", n, ("helps",)), []) for n in range(1, 9)]
    tax = [n for n in range(1, 9) if "tax" in hall.rules.window(n).categories]
    moved = [Put(Spot("window", n, ("categories",)), ["police"]) for n in tax]
    renamed = [Put(Spot("window", n, ("categories",)), ["taxes"]) for n in tax]
    for edits in ([used, *nobody, *renamed], [*nobody, *moved]):
        with pytest.raises(CategoryInUse):
            await change(file, hall, *edits)
    assert (await file.read()).text == found.text
    assert await kinds(hall) == []


async def test_only_administrators_change_settings(hall: Hall, file: SettingsFile) -> None:
    people = [
        Staff("1001", "甲", (Role.SUPERVISOR,)),
        Staff("1002", "乙", (Role.ADMINISTRATOR,)),
    ]
    await hall.do(SaveStaff(people))
    supervisor = hall.acting(Actor(ActorKind.STAFF, "1001"))
    with pytest.raises(NotPermitted):
        await change(file, supervisor, Put(NAME, "x"))
    await change(file, hall.acting(Actor(ActorKind.STAFF, "1002")), Put(NAME, "y"))
    assert (await hall.entries(0))[-1].actor == "1002"


@pytest.mark.parametrize(
    ("edits", "what"),
    [
        ([Put(Spot("voice", None, ("command",)), ["sh", "-c", "id"])], "voice.command"),
        ([Put(Spot("voice", None, ("device",)), 'file:"|id",raw')], "voice.device"),
        ([Put(Spot("voice", None, ("pack",)), "/root")], "voice.pack"),
        (
            [Add("scanner", {**GATE, "path": "/dev/../etc/passwd"})],
            "gate.path",
        ),
    ],
)
async def test_a_terminal_names_no_program_and_no_file_of_the_host(
    hall: Hall, file: SettingsFile, edits: list[Edit], what: str
) -> None:
    await hall.do(SaveStaff([Staff("1002", "乙", (Role.ADMINISTRATOR,))]))
    administrator = hall.acting(Actor(ActorKind.STAFF, "1002"))
    before = await file.read()
    with pytest.raises(OnlyAtTheHost, match=re.escape(what)):
        await change(file, administrator, *edits)
    assert await file.read() == before
    await change(file, hall, *edits)
    await change(file, administrator, Put(NAME, "y"))
    await file.undo(administrator)
    await file.undo(administrator)
    with pytest.raises(OnlyAtTheHost):
        await file.restore(administrator, 2)


async def test_a_terminal_names_a_device_of_the_host(hall: Hall, file: SettingsFile) -> None:
    await hall.do(SaveStaff([Staff("1002", "乙", (Role.ADMINISTRATOR,))]))
    administrator = hall.acting(Actor(ActorKind.STAFF, "1002"))
    await change(file, administrator, Add("scanner", {**GATE, "path": "/dev/ttyUSB0"}))
    assert hall.settings.scanner[0].path == "/dev/ttyUSB0"


async def test_undoing_goes_ever_further_back(hall: Hall, file: SettingsFile) -> None:
    begun = (await file.read()).text
    for name in ("one", "two"):
        await change(file, hall, Put(NAME, name))
    await file.undo(hall, actor="admin")
    assert hall.rules.window(3).name == "one"
    await change(file, hall, Put(NAME, "three"))
    for expected in ("one", ""):
        await file.undo(hall)
        assert hall.rules.window(3).name == expected
    assert (await file.read()).text == begun
    with pytest.raises(NoFormerSettings):
        await file.undo(hall)
    two = next(
        each
        for each in await file.history()
        if each.changes and "two" in str(each.changes[0]["new"])
    )
    await file.restore(hall, two.id, reason="again")
    assert hall.rules.window(3).name == "two"
    with pytest.raises(UnknownSettingsVersion):
        await file.restore(hall, 999)
    assert (await kinds(hall)).count(EventKind.SETTINGS_UNDONE) == 3


async def test_a_window_in_use_cannot_be_undone_away(hall: Hall, file: SettingsFile) -> None:
    await change(file, hall, Add("window", {"number": 9, "categories": ["tax"]}))
    await hall.open_window(9)
    with pytest.raises(WindowInUse):
        await file.undo(hall)
    await hall.close_window(9)
    await file.undo(hall)
    assert 9 not in hall.rules.windows


async def test_what_the_store_cannot_take_is_not_in_the_file(
    hall: Hall, file: SettingsFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await file.read()
    transact = hall.store.transact

    async def full(work: Callable[[Memory], Result]) -> Result:
        def then(memory: Memory) -> Result:
            result = work(memory)
            if "torn" in file.path.read_text(encoding="utf-8"):
                raise DiskFull
            return result

        return await transact(then)

    monkeypatch.setattr(hall.store, "transact", full)
    with pytest.raises(DiskFull):
        await change(file, hall, Put(NAME, "torn"))
    assert (await file.read()).text == found.text
    assert hall.rules.window(3).name == ""


async def test_a_folder_that_cannot_be_written_is_named(
    hall: Hall, file: SettingsFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, content: bytes) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("yichuang.bootstrap.settings_file.replace_file", refuse)
    with pytest.raises(FolderUnusable):
        await change(file, hall, Put(NAME, "x"))
    assert await kinds(hall) == []


async def test_a_hand_s_edit_takes_effect_and_becomes_a_version(
    hall: Hall, file: SettingsFile, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = folder / "hall.toml"
    before = path.read_text(encoding="utf-8")
    async with following_settings(hall, folder) as followed:
        path.write_text(edited(before, [Put(NAME, "by hand")]), encoding="utf-8")
        await until(hall, "by hand")
        newest = (await file.history())[0]
        assert (newest.kind, newest.actor) == (VersionKind.BY_HAND, "")
        path.write_text("[hall]\nname = 5\n", encoding="utf-8")
        async with asyncio.timeout(DEADLINE):
            while not any("has mistakes" in each.message for each in caplog.records):
                await anext(hall.changes(0.2))
        assert hall.rules.window(3).name == "by hand"
        spoiled = await followed.read()
        assert spoiled.problems
        # What a hand has spoiled can be mended from a screen, and is not what is gone back to.
        await followed.keep(hall, before, was=spoiled.hash, reason="mended")
        await until(hall, "")
        await followed.undo(hall)
        assert hall.rules.window(3).name == "by hand"


async def test_a_change_is_followed_by_another_process(
    hall: Hall, file: SettingsFile, folder: Path
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FOLLOWER, str(folder), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    async with AsyncExitStack() as stack:
        stack.push_async_callback(ended, process)
        async with asyncio.timeout(DEADLINE * 3):
            assert await process.stdout.readline() == b"ready\n"
            await change(file, hall, Put(NAME, "followed"))
            assert await process.stdout.readline() == b"followed\n"
            assert await process.wait() == 0


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_machine_that_fails_between_file_and_journal(
    folder: Path, clock: FixedClock, when: str
) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", FAILING, str(folder), when)
    async with asyncio.timeout(DEADLINE * 3):
        assert await process.wait() == -9
    async with open_hall(folder, clock=clock) as hall:
        file = SettingsFile(hall, folder)
        assert await kinds(hall) == []
        async with following_settings(hall, folder):
            await until(hall, "torn" if when == "after" else "")
            async with asyncio.timeout(DEADLINE):
                while when == "after" and not await kinds(hall):
                    await anext(hall.changes(0.2))
            if when == "after":
                entry = (await hall.entries(0))[-1]
                assert (entry.actor, entry.event.data["reason"]) == ("admin", "why")
            else:
                # The draft of what never was is no version, and the next change is not disturbed by it.
                await change(file, hall, Put(NAME, "next"))
            told = [each.actor for each in await file.history() if each.kind is VersionKind.CHANGED]
            assert told == ["admin"]


def test_texts_are_told_apart() -> None:
    assert hash_of("a") != hash_of("a\n")
    assert hash_of("号") == hash_of("号")
