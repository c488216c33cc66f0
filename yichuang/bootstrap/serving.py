"""A hall served over SSH: devices, those who watch over it and terminals, in one process (DESIGN 2)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yichuang.bootstrap.devices import working_devices
from yichuang.bootstrap.following import following_settings
from yichuang.bootstrap.teaching import PadTeacher
from yichuang.bootstrap.watch import watching
from yichuang.config import HOST_KEY_FILE
from yichuang.queue.service import Hall

if TYPE_CHECKING:
    from yichuang.tui.remote.server import RemoteServer


@asynccontextmanager
async def serving_hall(hall: Hall, folder: Path, **chosen: Any) -> AsyncIterator[RemoteServer]:
    """Serve the hall's screens for the block; `hall` is in the host's hands.

    `chosen` are fields of `yichuang.config.RemoteSettings` in place of what hall.toml says. The process
    must have called `yichuang.tui.terminal.prepare_environment` before.
    """
    # Here, because Textual looks at the environment when it is imported.
    from yichuang.tui.entry import Means
    from yichuang.tui.remote.heap import tended_heap
    from yichuang.tui.remote.server import serving
    from yichuang.tui.remote.visits import Visits

    # Who has too many screens is asked which one to close (`Visits`): the server refuses nobody for it.
    most = hall.settings.remote.most_sessions
    settings = hall.settings.remote.model_copy(update={"most_per_person": most, **chosen})
    async with AsyncExitStack() as stack:
        # Every reader and scanner: over SSH any kiosk may be shown.
        await stack.enter_async_context(working_devices(hall, kiosks=None, folder=folder))
        await stack.enter_async_context(watching(hall, folder))
        keeper = await stack.enter_async_context(following_settings(hall, folder))
        visits = Visits(hall, Means(teacher=PadTeacher(hall, folder), settings=keeper))
        server = await stack.enter_async_context(
            serving(visits, settings, folder / HOST_KEY_FILE, hall.clock)
        )
        # Last: what was loaded until now is set aside at once.
        await stack.enter_async_context(tended_heap())
        yield server
