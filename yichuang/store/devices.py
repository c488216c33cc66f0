"""The tables `device`, `muted_device` and `announcement`: who works what, how it is, what was said."""

from __future__ import annotations

import json
import time
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from yichuang.queue.announcement import AnnouncementKept, AnnouncementState
from yichuang.queue.device import (
    UNWATCHED,
    DeviceHealth,
    DeviceReason,
    DeviceState,
    DeviceStatus,
)
from yichuang.store.table import Table, time_or_none

_LEASE = """
INSERT INTO device (name, owner, boot, until)
VALUES (:device, :owner, :boot, :now + :seconds)
ON CONFLICT (name) DO UPDATE SET
    owner = excluded.owner, boot = excluded.boot, until = excluded.until
WHERE device.owner = :owner OR device.owner IS NULL OR device.boot <> :boot
    OR device.until <= :now
"""

_HOLDER = "SELECT owner, boot, until FROM device WHERE name = :device"

_RELEASE = """
UPDATE device SET owner = NULL, until = 0, state = 'unknown', reason = ''
WHERE name = :device AND owner = :owner
"""

_NOTE = """
UPDATE device SET state = :state, reason = :reason, since = :at
WHERE name = :device AND owner = :owner AND (state <> :state OR reason <> :reason)
"""

_DEVICES = """
SELECT n.name, d.state, d.reason, d.since, d.owner, d.boot, d.until, m.name IS NOT NULL
FROM (SELECT name FROM device UNION SELECT name FROM muted_device) AS n
LEFT JOIN device AS d ON d.name = n.name
LEFT JOIN muted_device AS m ON m.name = n.name
ORDER BY n.name
"""

_MUTE = "INSERT OR IGNORE INTO muted_device (name, since) VALUES (:device, :at)"

_UNMUTE = "DELETE FROM muted_device WHERE name = :device"

_CONCLUDE = """
INSERT INTO announcement (seq, state, at) VALUES (:seq, :state, :at)
ON CONFLICT (seq) DO UPDATE SET state = excluded.state, at = excluded.at
"""

_LAST_ANNOUNCED = "SELECT COALESCE(MAX(seq), 0) FROM announcement"

_ANNOUNCEMENTS = """
SELECT a.seq, j.data, j.window, a.state, a.at
FROM announcement AS a JOIN journal AS j ON j.seq = a.seq
ORDER BY a.seq DESC LIMIT :limit
"""


class Devices(Table):
    """Leases, health, mutes and announcements."""

    __slots__ = ()

    def lease(self, device: str, owner: str, seconds: float, instant: tuple[str, float]) -> bool:
        """Take or renew the lease; `instant` is this boot's id and the seconds since it began."""
        boot, now = instant
        facts = {"device": device, "owner": owner, "boot": boot, "now": now, "seconds": seconds}
        return self.connection.execute(_LEASE, facts).rowcount > 0

    def holder(self, device: str, instant: tuple[str, float]) -> str | None:
        """Who holds the lease of the device now."""
        row = self.connection.execute(_HOLDER, {"device": device}).fetchone()
        boot, now = instant
        return row[0] if row and row[1] == boot and row[2] > now else None

    def release(self, device: str, owner: str) -> None:
        """Give the lease back."""
        self.connection.execute(_RELEASE, {"device": device, "owner": owner})

    def note_device(self, device: str, owner: str, health: DeviceHealth, at: datetime) -> bool:
        """Keep what the device's worker saw; whether anything was new. Only the lease's owner is heard."""
        facts = {
            "device": device,
            "owner": owner,
            "state": health.state.value,
            "reason": health.reason.value,
            "at": at.isoformat(),
        }
        return self.connection.execute(_NOTE, facts).rowcount > 0

    def devices(self) -> list[DeviceStatus]:
        """Every device that was ever worked or muted; unknown when nobody works it now."""
        boot, now = instant()
        return [
            _status_from(row, is_watched=row[4] is not None and row[5] == boot and row[6] > now)
            for row in self.connection.execute(_DEVICES)
        ]

    def mute(self, device: str, *, on: bool, at: datetime) -> bool:
        """Mute a device or let it be heard; whether that was new."""
        facts = {"device": device, "at": at.isoformat()}
        return self.connection.execute(_MUTE if on else _UNMUTE, facts).rowcount > 0

    def conclude_announcement(self, seq: int, state: AnnouncementState, at: datetime) -> None:
        """Keep what became of an announcement."""
        facts = {"seq": seq, "state": state.value, "at": at.isoformat()}
        self.connection.execute(_CONCLUDE, facts)

    def last_announced(self) -> int:
        """The journal row of the latest concluded announcement; 0 for none."""
        row: int = self.connection.execute(_LAST_ANNOUNCED).fetchone()[0]
        return row

    def announcements(self, limit: int) -> list[AnnouncementKept]:
        """The latest concluded announcements, newest first."""
        return [
            AnnouncementKept(
                row[0],
                json.loads(row[1]).get("number", ""),
                row[2] or 0,
                AnnouncementState(row[3]),
                datetime.fromisoformat(row[4]),
            )
            for row in self.connection.execute(_ANNOUNCEMENTS, {"limit": limit})
        ]


def instant() -> tuple[str, float]:
    """This boot of the machine, and seconds that only go forward in it, the same in all processes."""
    return _boot_id(), time.monotonic()


@cache
def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _status_from(row: tuple[Any, ...], *, is_watched: bool) -> DeviceStatus:
    health = DeviceHealth(DeviceState(row[1]), DeviceReason(row[2])) if is_watched else UNWATCHED
    return DeviceStatus(row[0], health, time_or_none(row[3]), muted=bool(row[7]))
