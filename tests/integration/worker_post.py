"""A process that takes posts as it is told: `python worker_post.py FOLDER`, then `take 1 1001` a line."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

from yichuang.bootstrap import open_hall
from yichuang.clock import FixedClock
from yichuang.errors import QueueRefusal
from yichuang.queue.people.actor import Actor, ActorKind

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""No day may turn while the test runs."""


async def main(folder: str) -> None:
    """Do what each line says, in the hands of whom it names; answer with `done` or the refusal's code."""
    async with open_hall(folder, clock=FixedClock(MORNING)) as hall:
        answer("ready")
        while line := await asyncio.to_thread(sys.stdin.readline):
            act, window, badge = line.split()
            people = hall.acting(Actor(ActorKind.STAFF, badge)).people
            try:
                if act == "take":
                    await people.take_post(int(window), badge)
                else:
                    await people.leave_post(int(window), badge)
            except QueueRefusal as refusal:
                answer(refusal.code)
            else:
                answer("done")


def answer(word: str) -> None:
    """Tell whoever started this process."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
