"""Taking items into the hall's catalogue: by code, all or nothing, the same file twice changing nothing."""

from __future__ import annotations

from dataclasses import replace

from yichuang.queue.command import ImportItems
from yichuang.queue.desk import Desk, Done
from yichuang.queue.event import EventKind


def import_items(desk: Desk, command: ImportItems) -> Done:
    """Add new items and update changed ones; a code never changes its item's identity (D05).

    What the hall has retired stays so: a file of all the items that there are may well name it again.
    """
    retired = {item.code for item in desk.memory.items(retired=True) if not item.active}
    items = [replace(each, active=each.code not in retired) for each in command.items]
    new, changed = desk.memory.replace_items(items)
    if new or changed:
        desk.record(EventKind.ITEMS_IMPORTED, source=command.source, new=new, changed=changed)
    return Done(counts=(new, changed))
