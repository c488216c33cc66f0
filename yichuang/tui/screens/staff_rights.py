"""What whoever sits at this terminal may ask for about people: which keys its screens show."""

from __future__ import annotations

from typing import Any, NamedTuple

from yichuang.queue.people.actor import ActorKind
from yichuang.queue.people.staff import Staff
from yichuang.queue.permission import OF_OTHERS, may_ask
from yichuang.queue.service import Hall


class Rights(NamedTuple):
    """By what right somebody asks. The rules decide in the end: this is for showing."""

    kind: ActorKind
    person: Staff | None = None
    """Who signed in; nobody at the host and at unattended screens."""

    @property
    def badge(self) -> str:
        """The badge number of who signed in; empty for nobody."""
        return self.person.badge if self.person else ""

    def may(self, command: type[Any]) -> bool:
        """Whether that kind of command would be let pass."""
        if self.person is None:
            return self.kind is ActorKind.HOST
        return may_ask(self.person, command)

    def may_for(self, badge: str, command: type[Any]) -> bool:
        """Whether it would be let pass about one person, oneself or another."""
        if self.person is None or badge == self.person.badge or command not in OF_OTHERS:
            return self.may(command)
        return self.person.may(*OF_OTHERS[command])


async def rights_of(hall: Hall) -> Rights:
    """The rights of those in whose hands the hall is; raises UnknownStaff for who is not known any more."""
    who = hall.who
    if who.kind is not ActorKind.STAFF:
        return Rights(who.kind)
    return Rights(who.kind, await hall.people.member(who.name))
