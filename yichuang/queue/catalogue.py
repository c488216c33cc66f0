"""Taking items into the hall's catalogue: by code, all or nothing, the same file twice changing nothing."""

from __future__ import annotations

from yichuang.queue.command import ImportItems
from yichuang.queue.desk import Desk, Done
from yichuang.queue.event import EventKind


def import_items(desk: Desk, command: ImportItems) -> Done:
    """Add new items and update changed ones; a code never changes its item's identity (D05)."""
    new, changed = desk.memory.replace_items(command.items)
    if new or changed:
        desk.record(EventKind.ITEMS_IMPORTED, source=command.source, new=new, changed=changed)
    return Done(counts=(new, changed))
