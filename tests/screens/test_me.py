"""A person's own page: one's facts and keys, and another PIN."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import pytest
from textual.pilot import Pilot

from tests.screens.frame import assert_frame, frame, until_gone, until_seen
from yichuang.queue.event import EventKind
from yichuang.queue.people.actor import HOST, Actor, ActorKind
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.service import Hall
from yichuang.tui.app import HallApp, Restart
from yichuang.tui.entry import screen_for

CLERK = Actor(ActorKind.STAFF, "0231", "10.0.0.5")
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJJmSMvuEBQVqPjIQqG9Ss+AJt8sQTRcmVKmRrFyoLqy wang@pc"


@pytest.fixture
async def pin(hall: Hall) -> str:
    """The PIN of a clerk with a post and a key."""
    person = Staff("0231", "王芳", (Role.CLERK,), department="社会事务办", since=date(2023, 6, 1))
    await hall.people.save(person)
    await hall.people.name_post(3, "0231")
    await hall.people.add_key(KEY, badge="0231")
    return await hall.people.reset_pin("0231", reason="新来的人")


@asynccontextmanager
async def me(
    hall: Hall, who: Actor = CLERK, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Pilot[Restart]]:
    """The page, up and loaded."""
    mine = hall.acting(who)
    app = HallApp(mine, lambda place, window: screen_for(mine, place, window), "me")
    async with app.run_test(size=size) as pilot:
        await until_seen(pilot, "我的信息")
        yield pilot


@pytest.mark.usefixtures("pin")
@pytest.mark.parametrize("size", [(80, 24), (100, 30)])
async def test_frames(hall: Hall, size: tuple[int, int]) -> None:
    async with me(hall, size=size) as pilot:
        assert_frame(f"me-{size[0]}x{size[1]}", await until_seen(pilot, "wang@pc"))


async def test_the_pin_is_changed_by_its_owner(hall: Hall, pin: str) -> None:
    async with me(hall) as pilot:
        await until_seen(pilot, "临时密码")
        await pilot.press("f2")
        await until_seen(pilot, "现在的密码")
        await pilot.press(*pin, "enter", *"314159", "enter", *"314158", "enter")
        await until_seen(pilot, "两次输的不一样")
        await pilot.press(*"314159", "enter", *"314159", "enter")
        await until_seen(pilot, "密码已改")
        await until_seen(pilot, "已设密码")
    kinds = [(each.event.kind, each.actor) for each in await hall.entries(0)]
    assert (EventKind.PIN_SET, "0231") in kinds
    assert not (await hall.people.sign_in("0231", "314159")).must_change


async def test_a_wrong_present_pin_is_counted_and_nothing_is_changed(hall: Hall, pin: str) -> None:
    wrong = f"{(int(pin) + 1) % 10 ** len(pin):0{len(pin)}}"
    async with me(hall) as pilot:
        await pilot.press("f2")
        await until_seen(pilot, "现在的密码")
        await pilot.press(*wrong, "enter", *"314159", "enter", *"314159", "enter")
        await until_seen(pilot, "工号或密码不对")
        await pilot.press("escape")
        await until_gone(pilot, "现在的密码")
    assert [each.event.kind for each in await hall.entries(0)][-1] is EventKind.SIGN_IN_REFUSED
    assert (await hall.people.sign_in("0231", pin)).must_change


async def test_at_the_host_nobody_has_a_page(hall: Hall) -> None:
    async with me(hall, HOST) as pilot:
        rows = await until_seen(pilot, "没有人登录")
        assert not any("改密码" in row for row in rows)
        await pilot.press("f2")
        await pilot.pause()
        assert not any("现在的密码" in row for row in frame(pilot.app))
