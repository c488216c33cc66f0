"""Whose a ticket was, on both stores: found while it is known, and forgotten in time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.contracts.conftest import AnyStore
from tests.contracts.tables import TODAY, keep, new_ticket
from yichuang.queue.ports import Memory


async def test_a_person_is_forgotten_after_a_while(store: AnyStore) -> None:
    def work(memory: Memory) -> list[str | None]:
        old = TODAY - timedelta(days=31)
        kept = [
            keep(memory, new_ticket(serial, on=on)._replace(person="f00d"))
            for serial, on in ((1, old), (2, old), (3, TODAY))
        ]
        assert memory.open_ticket_of("f00d", "tax", old) == kept[1]
        assert memory.forget_persons(TODAY - timedelta(days=30)) == 2
        assert memory.forget_persons(TODAY - timedelta(days=30)) == 0
        assert memory.open_ticket_of("f00d", "tax", old) is None
        assert memory.open_ticket_of("f00d", "tax", TODAY) == kept[2]
        found = [memory.ticket(ticket.id) for ticket in kept]
        return [ticket.person if ticket else "gone" for ticket in found]

    assert await store.transact(work) == [None, None, "f00d"]


async def test_forgetting_is_undone_with_its_transaction(store: AnyStore) -> None:
    def fill(memory: Memory) -> int:
        ticket = new_ticket(1, on=TODAY - timedelta(days=9))._replace(person="f00d")
        return keep(memory, ticket).id

    def fail(memory: Memory) -> None:
        memory.forget_persons(TODAY)
        raise LookupError

    ticket = await store.transact(fill)
    with pytest.raises(LookupError):
        await store.transact(fail)
    found = await store.read(lambda records: records.ticket(ticket))
    assert found is not None
    assert found.person == "f00d"
