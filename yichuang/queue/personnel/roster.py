"""Who works here and who is at which window, in one reading: what every signed-in screen goes by."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from yichuang.queue.oversight.item import SupervisionItem, SupervisionState
from yichuang.queue.people.post import OnDuty
from yichuang.queue.people.staff import Staff
from yichuang.queue.ports import Records
from yichuang.queue.rules import HallRules

_ITEMS = 200
"""So many 督办 items are looked at, those with the nearest deadlines."""


class Roster(NamedTuple):
    """The staff, and those of them who are signed in at windows."""

    staff: Mapping[str, Staff]
    """By badge number, those who work here no more too."""
    duties: Mapping[int, OnDuty]
    """By window."""
    resets: Mapping[str, int] = MappingProxyType({})
    """Of those who were asked about and whose PIN somebody else gave them: what tells it from others."""
    urged: Mapping[str, tuple[SupervisionItem, ...]] = MappingProxyType({})
    """Of those who were asked about: what they have to see to and have not answered, by deadline."""

    def duty_of(self, badge: str) -> OnDuty | None:
        """The window where somebody is signed in."""
        return next((each for each in self.duties.values() if each.badge == badge), None)

    def name_of(self, badge: str) -> str:
        """What somebody is called; empty for an unknown badge number."""
        person = self.staff.get(badge)
        return person.name if person else ""


def view_roster(
    records: Records, rules: HallRules, now: datetime, about: Collection[str] = ()
) -> Roster:
    """The present roster; `about` are those of whose PINs it tells."""
    del rules, now
    pins = {badge: records.pin(badge) for badge in about}
    return Roster(
        {each.badge: each for each in records.staff()},
        {each.window: each for each in records.all_on_duty()},
        {badge: hash(pin.hash) for badge, pin in pins.items() if pin and pin.is_temporary},
        _urged(records, about) if about else {},
    )


def _urged(records: Records, about: Collection[str]) -> Mapping[str, tuple[SupervisionItem, ...]]:
    found: dict[str, tuple[SupervisionItem, ...]] = {}
    for item in records.supervisions(_ITEMS, closed=False):
        if item.owner in about and item.state is SupervisionState.OPEN:
            found[item.owner] = (*found.get(item.owner, ()), item)
    return found
