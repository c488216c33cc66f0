"""What happened of late, read once after each change however many screens ask: rows, and how devices are."""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from collections.abc import Sequence
from itertools import takewhile

from yichuang.queue.device import DeviceStatus
from yichuang.queue.event import Entry
from yichuang.queue.ports import Records, Store

MOST = 200
"""So many rows are kept; a screen that is further behind is read again whatever happened."""

_OF_STORES: weakref.WeakKeyDictionary[Store, Happenings] = weakref.WeakKeyDictionary()


class Happenings:
    """What happened of late in the hall of one store."""

    def __init__(self, store: Store) -> None:
        # Else what is kept for a store would keep the store itself.
        self._store: Store = weakref.proxy(store)
        self._turn = asyncio.Lock()
        self._mark = -1
        self._rows: deque[Entry] = deque(maxlen=MOST)
        self.seq: int | None = None
        """The newest row that is known; None before the first reading."""
        self.devices: Sequence[DeviceStatus] = ()
        """Every device that was ever worked, then: who lets one go, or finds it as it was, leaves no row."""

    @staticmethod
    def of(store: Store) -> Happenings:
        """What all screens over that store share."""
        found = _OF_STORES.get(store)
        if found is None:
            found = _OF_STORES[store] = Happenings(store)
        return found

    async def since(self, seq: int | None) -> Sequence[Entry] | None:
        """The rows behind `seq`, newest first; None when they are not all known. Raises StoreError."""
        if self._mark != self._store.mark():
            await self._catch_up()
        if seq is None or self.seq is None or (self.seq - seq > len(self._rows)):
            return None
        return list(takewhile(lambda each: each.seq > seq, reversed(self._rows)))

    async def _catch_up(self) -> None:
        async with self._turn:
            # Taken first: what is committed during the reading is then read again.
            mark = self._store.mark()
            if mark != self._mark:
                rows, self.seq, self.devices = await self._store.read(self._read)
                if len(rows) == MOST:
                    self._rows.clear()  # there may be more of them
                else:
                    self._rows += rows
                self._mark = mark

    def _read(self, records: Records) -> tuple[list[Entry], int, list[DeviceStatus]]:
        latest = records.latest()
        newest = latest.seq if latest else 0
        rows = records.entries(self.seq, MOST) if self.seq is not None else []
        return rows, newest, records.devices()
