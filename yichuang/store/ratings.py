"""The table `rating`: one for each ticket."""

from __future__ import annotations

from datetime import datetime

from yichuang.queue.rating import Grade, Rating, RatingChannel
from yichuang.store.table import Table

_ADD = """
INSERT INTO rating (ticket, grade, channel, window, at)
VALUES (:ticket, :grade, :channel, :window, :at)
"""

_OF = "SELECT ticket, grade, channel, window, at FROM rating WHERE ticket = :ticket"


class Ratings(Table):
    """Ratings of tickets."""

    __slots__ = ()

    def add_rating(self, rating: Rating) -> None:
        """Keep a rating; a second one of the ticket is an IntegrityError."""
        facts = {
            "ticket": rating.ticket,
            "grade": rating.grade.value,
            "channel": rating.channel.value,
            "window": rating.window,
            "at": rating.at.isoformat(),
        }
        self.connection.execute(_ADD, facts)

    def rating_of(self, ticket: int) -> Rating | None:
        """How the ticket with that id was rated."""
        row = self.connection.execute(_OF, {"ticket": ticket}).fetchone()
        if row is None:
            return None
        at = datetime.fromisoformat(row[4])
        return Rating(row[0], Grade(row[1]), RatingChannel(row[2]), row[3], at)
