"""The one place that names concrete classes and puts a hall together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from yichuang.clock import Clock, SystemClock
from yichuang.config import SETTINGS_FILE, STORE_FILE, Level, load_settings, parse_settings
from yichuang.errors import FolderUnusable, HallExists, HallMissing
from yichuang.profile import SAMPLE_PLACES, hall_name, hall_toml
from yichuang.queue.item_import import package_items
from yichuang.queue.service import Hall


@asynccontextmanager
async def open_hall(folder: Path | str, *, clock: Clock | None = None) -> AsyncIterator[Hall]:
    """The hall in `folder`, open until the block ends.

    Raises HallMissing, InvalidHall or a StoreError.
    """
    from yichuang.store.sqlite import SqliteStore

    folder = Path(folder)
    clock = clock or SystemClock()
    settings = load_settings(folder)
    path = folder / STORE_FILE
    if not path.exists():
        raise HallMissing(folder=folder)
    store = await SqliteStore.open(path, clock)
    async with Hall(settings, store, clock) as hall:
        yield hall


async def create_hall(
    folder: Path,
    *,
    level: Level,
    place: str | None = None,
    naming: str = "changzhou",
    printers: str = "",
    clock: Clock | None = None,
) -> None:
    """Make a hall in `folder`: hall.toml, the SQLite file, and the shipped items.

    Raises HallExists or FolderUnusable; a hall that could not be finished leaves nothing behind.
    """
    settings_path, store_path = folder / SETTINGS_FILE, folder / STORE_FILE
    text = hall_toml(hall_name(place or SAMPLE_PLACES[level], level, naming), level, printers)
    settings = parse_settings(text, settings_path)
    _lay_files(folder, text)
    try:
        async with open_hall(folder, clock=clock) as hall:
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
            part.unlink(missing_ok=True)
