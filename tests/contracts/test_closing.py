"""A day closed by hand, and where people stand, on both stores."""

from __future__ import annotations

from datetime import timedelta

from tests.contracts.conftest import AnyStore
from tests.contracts.tables import TODAY, keep, new_ticket
from tests.halls import MORNING
from yichuang.queue.ports import Memory
from yichuang.queue.ticket import TicketState
from yichuang.queue.window import Closing


async def test_a_day_is_closed_and_opened_again(store: AnyStore) -> None:
    closing = Closing(MORNING, "停电")

    def close(memory: Memory) -> None:
        assert memory.closing(TODAY) is None
        memory.save_closing(TODAY, None)
        memory.save_closing(TODAY, Closing(MORNING, ""))
        memory.save_closing(TODAY, closing)

    await store.transact(close)
    assert await store.read(lambda records: records.closing(TODAY)) == closing
    assert await store.read(lambda records: records.closing(TODAY + timedelta(days=1))) is None
    await store.transact(lambda memory: memory.save_closing(TODAY, None))
    assert await store.read(lambda records: records.closing(TODAY)) is None


async def test_where_people_stand(store: AnyStore) -> None:
    def work(memory: Memory) -> set[tuple[int | None, str, str]]:
        assert memory.standing(TODAY) == set()
        for serial in (1, 2):
            keep(memory, new_ticket(serial))
        keep(memory, new_ticket(3)._replace(need="手语"))
        keep(memory, new_ticket(4)._replace(target_window=7))
        keep(memory, new_ticket(5, on=TODAY - timedelta(days=1))._replace(need="英语"))
        done = keep(memory, new_ticket(6, category="police"))
        memory.save_ticket(done._replace(state=TicketState.CANCELLED))
        return memory.standing(TODAY)

    assert await store.transact(work) == {
        (None, "tax", ""),
        (None, "tax", "手语"),
        (7, "tax", ""),
    }
