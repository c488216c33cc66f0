"""Opening a hall, and making one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from yichuang.bootstrap.printers import settle_print_jobs
from yichuang.clock import Clock, SystemClock
from yichuang.config import SETTINGS_FILE, STORE_FILE, Level, load_settings, parse_settings
from yichuang.errors import FolderUnusable, HallExists, HallIncomplete, InvalidHall
from yichuang.profile import SAMPLE_PLACES, hall_name, hall_toml
from yichuang.queue.service import Hall

if TYPE_CHECKING:
    from yichuang.config import Settings
    from yichuang.queue.ports import Records

_LOOKED_AT = 1000
"""How many versions of hall.toml are looked through for one that holds."""


@asynccontextmanager
async def open_hall(
    folder: Path | str,
    *,
    clock: Clock | None = None,
    create: bool = False,
    settings: Settings | None = None,
) -> AsyncIterator[Hall]:
    """The hall in `folder`, open until the block ends; `create` is for a hall that is being made.

    `settings` hold in place of those in hall.toml, which then may be spoiled. Raises a ConfigError or a
    StoreError.
    """
    from yichuang.store.key import load_key
    from yichuang.store.sqlite import SqliteStore

    folder = Path(folder)
    clock = clock or SystemClock()
    settings = settings or load_settings(folder)
    path = folder / STORE_FILE
    if not path.exists():
        raise HallIncomplete(folder=folder, found=SETTINGS_FILE, lost=STORE_FILE)
    store = await SqliteStore.open(path, clock, create=create)
    async with Hall(settings, store, clock, secret=partial(load_key, folder)) as hall:
        await hall.settle()
        await settle_print_jobs(hall)
        yield hall


async def last_good_settings(folder: Path) -> Settings | None:
    """The newest settings that the store has kept and that still hold; None when it kept none.

    For a hall whose hall.toml was spoiled: it is what the hall went by, and what can be taken back.
    """
    from yichuang.store.sqlite import SqliteStore

    path = folder / STORE_FILE
    if not path.exists():
        return None

    def find(records: Records) -> Settings | None:
        for version in records.settings_versions(_LOOKED_AT):
            text = records.settings_text(version.id)
            with suppress(InvalidHall):
                return parse_settings(text or "", folder / SETTINGS_FILE)
        return None

    store = await SqliteStore.open(path, SystemClock())
    try:
        return await store.read(find)
    finally:
        await store.close()


def rehearsal_hall(settings: Settings, clock: Clock) -> Hall:
    """A hall that keeps all in memory and forgets it at its end: for simulated days.

    It tells nobody an expected wait: that would take longer than all the rest of the day.
    """
    from yichuang.store.memory import InMemoryStore

    forecast = settings.forecast.model_copy(update={"enabled": False})
    settings = settings.model_copy(update={"forecast": forecast})
    return Hall(settings, InMemoryStore(clock), clock)


async def create_hall(
    folder: Path,
    *,
    level: Level,
    place: str | None = None,
    naming: str = "changzhou",
    printers: str = "",
    sample: bool = False,
    clock: Clock | None = None,
) -> None:
    """Make a hall in `folder`: hall.toml, the SQLite file, and the shipped items.

    Raises HallExists or FolderUnusable; a hall that could not be finished leaves nothing behind.
    """
    from yichuang.queue.item_import import package_items

    settings_path, store_path = folder / SETTINGS_FILE, folder / STORE_FILE
    text = hall_toml(
        hall_name(place or SAMPLE_PLACES[level], level, naming), level, printers, sample=sample
    )
    settings = parse_settings(text, settings_path)
    _lay_files(folder, text)
    try:
        async with open_hall(folder, clock=clock, create=True) as hall:
            codes = [category.code for category in settings.category]
            await hall.import_items(package_items(codes), source="items.csv")
    except BaseException:
        _unmake(settings_path, store_path)
        raise


def _lay_files(folder: Path, text: str) -> None:
    settings_path, store_path = folder / SETTINGS_FILE, folder / STORE_FILE
    if settings_path.exists() or store_path.exists():
        raise HallExists(folder=folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        store_path.touch(mode=0o600)
        settings_path.write_text(text, encoding="utf-8")
    except OSError as error:
        _unmake(settings_path, store_path)
        raise FolderUnusable(folder=folder, detail=error.strerror or error) from error


def _unmake(settings_path: Path, store_path: Path) -> None:
    for path in (settings_path, store_path):
        for part in (path, *path.parent.glob(f"{path.name}-*")):
            with suppress(OSError):  # what cannot be taken away was not made by us
                part.unlink()
