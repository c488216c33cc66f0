"""The catalogue's flag for Saturdays, over both stores and through an upgrade."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from tests.contracts.conftest import AnyStore
from tests.contracts.tables import item
from tests.halls import MORNING, plain_connection
from yichuang.config import STORE_FILE
from yichuang.queue.item_import import SHIPPED_CATEGORIES, package_items
from yichuang.queue.ports import Memory
from yichuang.store.items import Items
from yichuang.store.migrate import known_steps, migrate


async def test_an_item_keeps_whether_it_is_for_saturdays(store: AnyStore) -> None:
    flagged, plain = replace(item("A1"), saturday=True), item("B2")

    def work(memory: Memory) -> None:
        memory.replace_items([flagged, plain])
        assert memory.items() == [flagged, plain]
        assert memory.item("A1") == flagged
        assert memory.replace_items([replace(flagged, saturday=False)]) == (0, 1)
        assert memory.items() == [item("A1"), plain]

    await store.transact(work)


def test_items_of_an_older_file_are_not_for_saturdays_until_imported(tmp_path: Path) -> None:
    path = tmp_path / STORE_FILE
    path.touch()
    migrate(path, MORNING, known_steps()[:1])
    shipped = package_items(SHIPPED_CATEGORIES)
    with closing(plain_connection(path)) as connection:
        connection.execute(
            "INSERT INTO item (code, place, name, alias, department, category, item_group, private,"
            " sample, initials, alias_initials)"
            " VALUES ('RS156', 1, '社会保障卡申请', '社保卡', '', 'tax', '', 0, 0, 'x', 'x')"
        )
    migrate(path, MORNING)
    with closing(plain_connection(path)) as connection:
        items = Items(connection)
        assert [(each.code, each.saturday) for each in items.items()] == [("RS156", False)]
        items.replace_items(shipped)
        assert items.items() == sorted(shipped, key=lambda each: each.code != "RS156")
