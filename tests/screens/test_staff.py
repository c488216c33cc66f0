"""The staff screen: finding, adding and changing people, and that the journal says who did it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.screens.frame import assert_frame, frame, until_gone, until_seen
from yichuang.language import use_language
from yichuang.queue.event import Entry, EventKind
from yichuang.queue.people.actor import HOST, Actor, ActorKind
from yichuang.queue.people.post import Post
from yichuang.queue.people.role import STAFF_ROLES, Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.service import Hall
from yichuang.tui.app import HallApp, Restart
from yichuang.tui.entry import screen_for

SIZES = [(80, 24), (100, 30)]
ADMIN = Actor(ActorKind.STAFF, "0001", "10.0.0.2")
SUPERVISOR = Actor(ActorKind.STAFF, "0100", "10.0.0.3")
OBSERVER = Actor(ActorKind.STAFF, "0101", "10.0.0.4")

WANG = Staff(
    "0231",
    "王芳",
    (Role.CLERK,),
    sex="女",
    department="社会事务办",
    post="综合窗口岗",
    duty="受理社会事务类事项",
    phone="0519-88886601",
    skills=("手语", "英语"),
    since=date(2025, 6, 1),
)
LI = Staff("0232", "李强", (Role.CLERK, Role.GUIDE), department="社保所", qualified=False)
PEOPLE = (
    WANG,
    LI,
    Staff("0001", "陈静", (Role.ADMINISTRATOR,), department="政务服务中心"),
    Staff("0100", "周莉", (Role.SUPERVISOR,), department="政务服务中心"),
    Staff("0101", "吴刚", (Role.OBSERVER,)),
    Staff("0099", "赵前", (Role.CLERK,), active=False),
)

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJJmSMvuEBQVqPjIQqG9Ss+AJt8sQTRcmVKmRrFyoLqy wang@pc"


@pytest.fixture(autouse=True)
async def people(hall: Hall) -> None:
    """Six people; one works here no more, one has not passed yet."""
    await hall.people.save(*PEOPLE)
    await hall.people.name_post(3, "0231", ["0232"])


@asynccontextmanager
async def staff(
    hall: Hall, who: Actor = ADMIN, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Pilot[Restart]]:
    """The staff screen in somebody's hands, up and loaded."""
    mine = hall.acting(who)
    app = HallApp(mine, lambda place, window: screen_for(mine, place, window), "staff")
    async with app.run_test(size=size) as pilot:
        await until_seen(pilot, "人员 5 人")
        yield pilot


async def last(hall: Hall, kind: EventKind) -> Entry:
    """The newest journal entry of a kind; fails when there is none."""
    return [each for each in await hall.entries(0) if each.event.kind is kind][-1]


async def come_to(pilot: Pilot[Restart], typed: str, name: str) -> list[str]:
    """Look for a person by what is typed."""
    await pilot.press(*typed)
    await until_seen(pilot, "找到 1 人")
    return await until_seen(pilot, name)


async def fill(pilot: Pilot[Restart], field: str, text: str) -> None:
    """Have a field of the form that is open hold this, as if it had been pasted over what stood there."""
    typed = pilot.app.screen.query_one(f"#{field}", Input)
    typed.focus()
    typed.value = text
    await pilot.pause()


# --- the list ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_frames(hall: Hall, size: tuple[int, int]) -> None:
    async with staff(hall, size=size) as pilot:
        await pilot.press("down", "down", "down")
        rows = await until_seen(pilot, "3 号窗口 A岗")
        assert_frame(f"staff-{size[0]}x{size[1]}", rows)
        await pilot.press("enter")
        rows = await until_seen(pilot, "受理社会事务类事项")
        assert_frame(f"staff-form-{size[0]}x{size[1]}", rows)


async def test_people_are_found_by_badge_number_initials_and_name(hall: Hall) -> None:
    async with staff(hall) as pilot:
        for typed, name in (("wf", "王芳"), ("0232", "李强"), ("陈", "陈静"), ("社保", "李强")):
            rows = await come_to(pilot, typed, name)
            assert sum("务" in row or "社保所" in row for row in rows) <= 3
            await pilot.press("escape")
            await until_gone(pilot, "找到")
        await pilot.press("q", "q", "q")
        await until_seen(pilot, "找到 0 人")


# --- changing ----------------------------------------------------------------------------------------


async def test_a_person_is_added_with_mistakes_told_and_nothing_typed_lost(hall: Hall) -> None:
    async with staff(hall) as pilot:
        await pilot.press("f2")
        await until_seen(pilot, "登记新的人员")
        await fill(pilot, "badge", "0231")
        await fill(pilot, "phone", "13800000003")
        await fill(pilot, "since", "2026-3")
        await pilot.press("f2")
        rows = await until_seen(pilot, "这个工号是 王芳 的")
        assert_frame("staff-form-wrong-80x24", rows)
        assert any("缺少姓名" in row for row in rows)
        assert any("写成 2026-03-01" in row for row in rows)
        await fill(pilot, "badge", "0240")
        await pilot.press("down", *"孙萍")
        await fill(pilot, "since", "2026-03-01")
        await until_gone(pilot, "写成 2026-03-01 这样")
        await pilot.press("f2")
        await until_seen(pilot, "已登记 0240 孙萍")
        person = await hall.people.member("0240")
        assert (person.phone, person.since) == ("13800000003", date(2026, 3, 1))
        assert (person.roles, person.qualified) == ((Role.CLERK,), False)
        assert (await last(hall, EventKind.STAFF_SAVED)).actor == "0001"
        await pilot.press("f12")
        await until_seen(pilot, "撤销对 0240 孙萍 的改动？新登记的会停用。")
        await pilot.press("1")
        await until_seen(pilot, "已撤销")
        assert not (await hall.people.member("0240")).active


async def test_a_person_is_changed_and_the_change_taken_back(hall: Hall) -> None:
    async with staff(hall) as pilot:
        await come_to(pilot, "wf", "王芳")
        await pilot.press("enter")
        await until_seen(pilot, "0231 王芳")
        await fill(pilot, "phone", "１２３")
        pilot.app.screen.query_one("#roles").focus()
        await pilot.press("2", "3")
        await pilot.press("f2")
        await until_seen(pilot, "0231 王芳 已存")
        changed = await hall.people.member("0231")
        assert changed == WANG._replace(
            phone="123", roles=(Role.CLERK, Role.GUIDE, Role.SUPERVISOR)
        )
        await pilot.press("f12")
        await until_seen(pilot, "撤销对 0231 王芳 的改动？")
        await pilot.press("enter")
        await until_seen(pilot, "已撤销")
        assert await hall.people.member("0231") == WANG
        await pilot.press("f12")
        await until_seen(pilot, "还没有改过")


async def test_what_somebody_else_changed_meanwhile_is_neither_overwritten_nor_taken_back(
    hall: Hall,
) -> None:
    async with staff(hall) as pilot:
        await come_to(pilot, "wf", "王芳")
        await pilot.press("enter")
        await until_seen(pilot, "0231 王芳")
        await fill(pilot, "post", "社保岗")
        await hall.people.save(WANG._replace(phone="1"))
        await pilot.press("f2")
        await until_seen(pilot, "别人刚改过这个人")
        assert (await hall.people.member("0231")).post == "综合窗口岗"
        await pilot.press("escape")
        await until_seen(pilot, "还没有存，不要了吗")
        await pilot.press("enter")
        await until_gone(pilot, "受理社会事务类事项  ")
        await pilot.press("f8")
        await until_seen(pilot, "停用 0231 王芳？")
        await pilot.press("1")
        await until_seen(pilot, "已停用 0231 王芳")
        await hall.people.save(WANG._replace(phone="2"))
        await pilot.press("f12")
        await until_seen(pilot, "撤销对 0231 王芳 的改动？")
        await pilot.press("1")
        await until_seen(pilot, "刚被别人登记或改过")
        assert (await hall.people.member("0231")).phone == "2"


async def test_a_badge_that_was_given_away_meanwhile_is_told_in_the_form(hall: Hall) -> None:
    async with staff(hall) as pilot:
        await pilot.press("f2")
        await until_seen(pilot, "登记新的人员")
        await fill(pilot, "badge", "0240")
        await fill(pilot, "name", "孙萍")
        await hall.people.save(Staff("0240", "钱进"))
        await pilot.press("f2")
        await until_seen(pilot, "这个工号是 钱进 的")
        assert (await hall.people.member("0240")).name == "钱进"


async def test_the_last_administrator_stays_and_the_form_with_it(hall: Hall) -> None:
    async with staff(hall) as pilot:
        await come_to(pilot, "0001", "陈静")
        await pilot.press("enter")
        await until_seen(pilot, "0001 陈静")
        await fill(pilot, "phone", "119")
        pilot.app.screen.query_one("#roles").focus()
        await pilot.press("5", "f2")
        await until_seen(pilot, "0001 是最后一名管理员")
        assert pilot.app.screen.query_one("#phone", Input).value == "119"
        assert (await hall.people.member("0001")).may(Role.ADMINISTRATOR)


async def test_somebody_is_stopped_and_restored(hall: Hall) -> None:
    async with staff(hall) as pilot:
        await come_to(pilot, "0099", "赵前")
        await pilot.press("f8")
        await until_seen(pilot, "恢复 0099 赵前？")
        await pilot.press("1")
        await until_seen(pilot, "已恢复 0099 赵前")
        assert (await hall.people.member("0099")).active
        await pilot.press("f8")
        await until_seen(pilot, "停用 0099 赵前？")
        await pilot.press("1")
        await until_seen(pilot, "已停用 0099 赵前")
        entry = await last(hall, EventKind.STAFF_SAVED)
        assert entry.event.data["changed"]["active"] == {"from": True, "to": False}


# --- PINs, keys, posts, permission -------------------------------------------------------------------


async def test_a_supervisor_resets_a_pin_which_is_shown_once(hall: Hall) -> None:
    async with staff(hall, SUPERVISOR) as pilot:
        rows = frame(pilot.app)
        assert not any("新增" in row or "公钥" in row or "撤销" in row for row in rows)
        await come_to(pilot, "wf", "王芳")
        await pilot.press("f4")
        await until_seen(pilot, "给 0231 王芳 临时密码的原因")
        await pilot.press("2")
        rows = await until_seen(pilot, "只在这里显示一次")
        pin = next(row for row in rows if "只在这里" in row).split("密码 ")[1][:6]
        await pilot.press("2", "1", "enter")
        await until_seen(pilot, pin)
        await pilot.press("f2")
        await until_gone(pilot, pin)
        entry = await last(hall, EventKind.PIN_RESET)
        assert (entry.actor, entry.event.data["reason"]) == ("0100", "忘了密码")
        assert pin not in str(entry)
        assert (await hall.people.sign_in("0231", pin)).must_change
        await until_seen(pilot, "临时密码")


async def test_a_supervisor_allows_somebody_who_has_not_passed(hall: Hall) -> None:
    async with staff(hall, SUPERVISOR) as pilot:
        await come_to(pilot, "lq", "李强")
        await until_seen(pilot, "考核未合格")
        await pilot.press("f7")
        await until_seen(pilot, "特许 0232 李强 今天上岗的原因")
        await pilot.press("1")
        await until_seen(pilot, "0232 李强 今天可以上岗")
        await until_seen(pilot, "今天特许上岗")
        await hall.people.take_post(3, "0232")
        assert (await last(hall, EventKind.UNQUALIFIED_ALLOWED)).actor == "0100"


async def test_keys_are_added_and_removed(hall: Hall) -> None:
    async with staff(hall) as pilot:
        await come_to(pilot, "wf", "王芳")
        await pilot.press("f5")
        await until_seen(pilot, "还没有登记公钥")
        await pilot.press("f2")
        await until_seen(pilot, "贴上 .pub 文件里的一整行")
        await fill(pilot, "key", "ssh-dss AAAA")
        await pilot.press("f2")
        await until_seen(pilot, "这不是能用的公钥")
        await fill(pilot, "key", KEY)
        await pilot.press("enter")
        rows = await until_seen(pilot, "wang@pc")
        assert_frame("staff-keys-80x24", rows)
        await pilot.press("enter")
        rows = await until_seen(pilot, "指纹")
        assert any(
            row.endswith("SHA256:xiMWkYWaAGoMw/AlmmCnytotE1sC+XFH2j+y9w0s2Bw") for row in rows
        )
        await pilot.press("escape")
        await until_gone(pilot, "指纹")
        (key,) = await hall.people.keys()
        assert (key.badge, key.comment) == ("0231", "wang@pc")
        assert (await last(hall, EventKind.KEY_ADDED)).actor == "0001"
        await pilot.press("f8")
        await until_seen(pilot, "删除公钥 wang@pc")
        await pilot.press("1")
        await until_seen(pilot, "还没有登记公钥")
        assert await hall.people.keys() == []
        assert (await last(hall, EventKind.KEY_REMOVED)).actor == "0001"


async def test_a_key_of_somebody_else_is_not_taken_away_and_a_post_has_its_own(hall: Hall) -> None:
    await hall.people.add_key(KEY, badge="0232")
    async with staff(hall) as pilot:
        await pilot.app.screen.run_action("unattended")
        await until_seen(pilot, "无人值守界面的公钥")
        await pilot.press("f2")
        await until_seen(pilot, "界面")
        await fill(pilot, "key", KEY)
        await pilot.press("f2")
        rows = await until_seen(pilot, "这把公钥已经登记给 0232 李强")
        assert any("先在那里删掉" in row for row in rows)
        (kept,) = await hall.people.keys()
        await hall.people.remove_key(kept.key)
        await fill(pilot, "post", "screen")
        await pilot.press("f2")
        await until_seen(pilot, "没有「screen」这种无人值守的界面")
        await fill(pilot, "post", "whereabouts")
        await pilot.press("f2")
        await until_seen(pilot, "whereabouts wang@pc")
        (key,) = await hall.people.keys()
        assert (key.badge, key.post) == (None, "whereabouts")


async def test_posts_are_named(hall: Hall) -> None:
    async with staff(hall, SUPERVISOR) as pilot:
        await pilot.press("f6")
        rows = await until_seen(pilot, "定哪个窗口的岗")
        assert any("A岗 0231 王芳" in row and "B岗 0232 李强" in row for row in rows)
        await pilot.press("5", "enter")
        await until_seen(pilot, "5 号窗口的岗")
        await fill(pilot, "a", "0777")
        await pilot.press("f2")
        await until_seen(pilot, "没有工号 0777")
        await fill(pilot, "a", "0232")
        await until_seen(pilot, "李强")
        await pilot.press("down", "f4")
        await until_seen(pilot, "查人")
        await pilot.press("w", "f", "enter")
        await until_seen(pilot, "0231")
        await pilot.press("f2")
        await until_seen(pilot, "5 号窗口：A岗 李强，B岗 王芳")
        assert Post(5, "0232", ("0231",)) in await hall.people.posts()
        assert (await last(hall, EventKind.POST_NAMED)).actor == "0100"


async def test_an_observer_only_looks(hall: Hall) -> None:
    async with staff(hall, OBSERVER) as pilot:
        rows = frame(pilot.app)
        assert not any("F4" in row or "F6" in row or "F7" in row for row in rows)
        await come_to(pilot, "wf", "王芳")
        await pilot.press("f4", "f8", "enter")
        rows = await until_seen(pilot, "受理社会事务类事项")
        assert any("到岗日期" in row and "2025-06-01" in row for row in rows)
        assert not any("F2" in row for row in rows)


# --- files -------------------------------------------------------------------------------------------


async def test_a_file_is_imported_at_the_host_and_taken_back(hall: Hall, tmp_path: Path) -> None:
    path = tmp_path / "staff.csv"
    path.write_text("badge,name,phone\n0231,王芳,5\n0300,郑南,6\n", encoding="utf-8")
    async with staff(hall, HOST) as pilot:
        await pilot.press("f3")
        await until_seen(pilot, "导入人员")
        await fill(pilot, "path", str(tmp_path / "none.csv"))
        await pilot.press("enter")
        await until_seen(pilot, "! 读不了")
        await fill(pilot, "path", str(path))
        await pilot.press("enter")
        await until_seen(pilot, "已导入：新 1 人，改 1 人")
        assert (await last(hall, EventKind.STAFF_IMPORTED)).event.data["source"] == "staff.csv"
        await pilot.press("f12")
        await until_seen(pilot, "新登记的会停用")
        await pilot.press("1")
        await until_seen(pilot, "已撤销")
        assert await hall.people.member("0231") == WANG
        assert not (await hall.people.member("0300")).active


async def test_a_remote_administrator_is_told_where_files_are_imported(hall: Hall) -> None:
    async with staff(hall) as pilot:
        await pilot.press("f3")
        await until_seen(pilot, "yichuang staff import")


async def test_the_form_has_room_for_english_words(hall: Hall) -> None:
    mine = hall.acting(ADMIN)
    app = HallApp(
        mine, lambda place, window: screen_for(mine, place, window), "staff", language="en"
    )
    use_language("en")
    async with app.run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "0231")
        await pilot.press("enter")
        rows = await until_seen(pilot, f"[x]{Role.ADMINISTRATOR.label}")
        text = "\n".join(rows)
        assert all(role.label in text for role in STAFF_ROLES)
