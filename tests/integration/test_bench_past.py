"""The benchmarks' made-up past is one that the program could have written itself."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

from bench.history import A_DAY, Past
from tests.halls import MORNING
from yichuang.bootstrap import create_hall, open_hall, verify_journal
from yichuang.clock import FixedClock
from yichuang.config import STORE_FILE
from yichuang.queue.ticket import TicketState
from yichuang.store.database import connect_to


async def test_two_days_of_the_past_are_sound(tmp_path: Path) -> None:
    clock = FixedClock(MORNING)
    await create_hall(tmp_path, level="town", clock=clock)
    with closing(connect_to(tmp_path / STORE_FILE)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        Past(8, 2 * A_DAY, date(2026, 3, 1)).fill(connection)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    rows, _last = verify_journal(tmp_path / STORE_FILE, lambda rows: None)
    assert rows == 1 + 4 * 2 * A_DAY
    async with open_hall(tmp_path, clock=clock) as hall:
        yesterday = date(2026, 3, 1)
        counts = await hall.store.read(lambda records: records.state_counts(yesterday))
        assert counts == {TicketState.FINISHED: A_DAY}
        done = await hall.issue(category="tax")
        assert done.ticket is not None
        assert done.ticket.number == "D001"
