"""hall.toml while the hall is open: read, replaced whole, its versions kept, and the hall told."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from yichuang.bootstrap.printers import settle_print_jobs
from yichuang.config import SETTINGS_FILE, Settings, parse_settings, text_from
from yichuang.config.difference import differences
from yichuang.errors import (
    FileUnreadable,
    FolderUnusable,
    InvalidHall,
    NoFormerSettings,
    SettingsChangedMeanwhile,
    UnknownSettingsVersion,
)
from yichuang.queue.revision.command import DraftSettings, KeepSettings, NoteSettings
from yichuang.queue.revision.version import Change, Revision, SettingsVersion, VersionKind
from yichuang.queue.service import Hall
from yichuang.queue.settings_keeper import Written

_ALL = 100_000
"""More versions than a hall will ever have."""


class SettingsFile:
    """One hall's hall.toml; a `yichuang.queue.settings_keeper.SettingsKeeper`.

    A change is first drafted in the store, then, in one transaction, checked, journaled and written. A
    machine that fails in between leaves either the old file, and a draft that is forgotten, or the new one,
    and a draft that says whose it is: the next look at the file (`adopt`) journals it.
    """

    def __init__(self, hall: Hall, folder: Path) -> None:
        """`hall` in the hands of the host: what was found in the file is nobody's act."""
        self._hall = hall
        self._path = (folder / SETTINGS_FILE).resolve()
        self._turn = asyncio.Lock()
        self._known = Written("", "")

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._path

    async def read(self) -> Written:
        """What stands in the file."""
        return await asyncio.to_thread(self._read_and_check)

    def _read_and_check(self) -> Written:
        raw = self._read()
        text = _legible(raw)
        if self._known.text == text:  # screens ask after each change of the hall
            return self._known
        problems: tuple[str, ...] = ()
        try:
            self._parse(raw)
        except InvalidHall as invalid:
            problems = tuple(invalid.problems)
        self._known = Written(text, hash_of(text), problems)
        return self._known

    def _read(self) -> bytes:
        try:
            return self._path.read_bytes()
        except OSError as error:
            raise FileUnreadable(path=self._path, detail=error.strerror or error) from error

    def _parse(self, raw: bytes) -> tuple[str, Settings]:
        text = text_from(raw, self._path)
        return text, self.check(text)

    def check(self, text: str) -> Settings:
        """The settings that a text makes; raises InvalidHall."""
        return parse_settings(text, self._path)

    # --- versions -----------------------------------------------------------------------------

    async def history(self, limit: int = 50) -> Sequence[SettingsVersion]:
        """The versions that were kept, newest first."""
        return await self._hall.store.read(lambda records: records.settings_versions(limit))

    async def text_of(self, version: int) -> str:
        """The text of a version; raises UnknownSettingsVersion."""
        text = await self._hall.store.read(lambda records: records.settings_text(version))
        if text is None:
            raise UnknownSettingsVersion(version=version)
        return text

    async def former(self) -> SettingsVersion:
        """The version before the last change that stands; raises NoFormerSettings."""
        await self.note()
        for version in before_the_last(await self.history(_ALL)):
            with suppress(InvalidHall):  # spoiled by hand: the hall never went by it
                self.check(await self.text_of(version.id))
                return version
        raise NoFormerSettings

    async def note(self) -> None:
        """Take the file as it stands for the present version, even one that a hand has spoiled."""
        try:
            await self.adopt()
        except InvalidHall:
            await self._keep_spoiled(await self.read())

    async def adopt(self) -> Settings:
        """Take the file as it stands for the present version; its settings. Raises InvalidHall."""
        text, settings = self._parse(await asyncio.to_thread(self._read))
        present = await self.history(1)
        if not present or present[0].hash != hash_of(text):
            former = await self._last_known(present)
            revision = Revision(
                text, hash_of(text), "", changes_between(former, settings), settings
            )
            await self._hall.do(NoteSettings(revision))
        return settings

    async def _last_known(self, present: Sequence[SettingsVersion]) -> Settings:
        with suppress(InvalidHall):  # a version that another program's rules allowed
            if present:
                return self.check(await self.text_of(present[0].id))
        return self._hall.settings

    # --- changing -----------------------------------------------------------------------------

    async def keep(
        self, hall: Hall, text: str, *, was: str, reason: str, actor: str = ""
    ) -> Settings:
        """Write another text, and go by it from now on."""
        return await self._change(hall, text, was, VersionKind.CHANGED, reason, actor)

    async def undo(self, hall: Hall, *, reason: str = "", actor: str = "") -> Settings:
        """Take the last change that stands back."""
        former = await self.former()
        return await self._go_back(hall, former, VersionKind.UNDONE, reason, actor)

    async def restore(
        self, hall: Hall, version: int, *, reason: str = "", actor: str = ""
    ) -> Settings:
        """Write the text of a former version."""
        known = {each.id: each for each in await self.history(_ALL)}
        if version not in known:
            raise UnknownSettingsVersion(version=version)
        return await self._go_back(hall, known[version], VersionKind.CHANGED, reason, actor)

    async def _go_back(
        self, hall: Hall, to: SettingsVersion, kind: VersionKind, reason: str, actor: str
    ) -> Settings:
        text = await self.text_of(to.id)
        present = await self.read()
        return await self._change(hall, text, present.hash, kind, reason, actor, to.id)

    async def _change(
        self,
        hall: Hall,
        text: str,
        was: str,
        kind: VersionKind,
        reason: str,
        actor: str,
        restores: int | None = None,
    ) -> Settings:
        settings = self.check(text)
        async with self._turn:
            former = await self._present(was)
            changes = changes_between(former, settings)
            revision = Revision(text, hash_of(text), was, changes, settings, reason, kind, restores)
            await hall.do(DraftSettings(revision), actor)
            file = _Replacement(self._path, text, was)
            try:
                await hall.do(KeepSettings(revision, file.write), actor)
            except Exception:
                # Written, and then not committed: nothing has changed for anybody. (Whoever gives up waiting
                # does not stop the store's thread, which has its own end.)
                await asyncio.to_thread(file.take_back)
                raise
        await go_by(self._hall, settings)
        return settings

    async def _present(self, was: str) -> Settings:
        """The settings that are to be replaced; raises SettingsChangedMeanwhile."""
        present = await self.read()
        if present.hash != was:
            raise SettingsChangedMeanwhile
        if present.problems:
            # It was spoiled by hand: the hall still goes by the version before, which is the last kept.
            await self._keep_spoiled(present)
            return self._hall.settings
        return await self.adopt()

    async def _keep_spoiled(self, present: Written) -> None:
        """What a hand has spoiled is a version, too: else the file would seem to be another than it is."""
        revision = Revision(present.text, present.hash, "", (), self._hall.settings)
        await self._hall.do(NoteSettings(revision))


def _legible(raw: bytes) -> str:
    """A file's text as it can be kept, even where a program has written it in another encoding."""
    return raw.decode(errors="replace")


def hash_of(text: str) -> str:
    """What tells two texts of hall.toml apart."""
    return hashlib.sha256(text.encode()).hexdigest()


def changes_between(old: Settings, new: Settings) -> tuple[Change, ...]:
    """What changes, as the journal keeps it."""
    return tuple(each._asdict() for each in differences(old, new))


async def go_by(hall: Hall, settings: Settings) -> None:
    """Let this process go by other settings, and every screen and device of it see that."""
    hall.choose(settings)
    await hall.settle()
    await settle_print_jobs(hall)
    # Whoever has read the hall between the commit and now has read it by the former rules.
    await hall.store.transact(lambda memory: None)


def before_the_last(versions: Sequence[SettingsVersion]) -> Sequence[SettingsVersion]:
    """The versions before the last change that stands, newest first; `versions` are all, newest first.

    One that restores a former version stands where that stood: undoing again and again goes ever further
    back.
    """
    places = {each.id: place for place, each in enumerate(versions)}
    if not versions:
        return ()
    present = versions[0]
    while present.restores is not None and present.restores in places:
        present = versions[places[present.restores]]
    return versions[places[present.id] + 1 :]


class _Replacement:
    """One replacing of a file, which can be taken back as long as nothing else was written since."""

    def __init__(self, path: Path, text: str, was: str) -> None:
        self._path = path
        self._text = text
        self._was = was
        self._former: bytes | None = None

    def write(self) -> None:
        """Put the text in the file's place; raises SettingsChangedMeanwhile or FolderUnusable."""
        try:
            former = self._path.read_bytes()
            if hash_of(_legible(former)) != self._was:
                raise SettingsChangedMeanwhile
            replace_file(self._path, self._text.encode())
            self._former = former
        except OSError as error:
            raise FolderUnusable(
                folder=self._path.parent, detail=error.strerror or error
            ) from error

    def take_back(self) -> None:
        """Put back what was there, if it was written and is there still."""
        if self._former is None:
            return
        with suppress(OSError):
            if self._path.read_bytes() == self._text.encode():
                replace_file(self._path, self._former)


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` in the place of a file, whole or not at all, with the same rights and owner."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(path, name)
        present = path.stat()
        if (present.st_uid, present.st_gid) != (os.geteuid(), os.getegid()):
            with suppress(PermissionError):
                os.chown(name, present.st_uid, present.st_gid)
        Path(name).replace(path)
        _sync_folder(path.parent)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _sync_folder(folder: Path) -> None:
    """The new name lasts only with its folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
