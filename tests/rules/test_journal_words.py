"""The journal in words: it is found by the words that it shows, and shows no code and nobody wrong."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import date
from itertools import chain
from typing import Any

import pytest

from tests.halls import MORNING
from tests.rules.conftest import Issue
from yichuang.queue.event import Entry, Event, EventKind
from yichuang.queue.oversight.search import JournalFilter
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.people.whereabouts import Whereabouts
from yichuang.queue.personnel.keys import fingerprint
from yichuang.queue.personnel.leaving import WORDS, leaving_word
from yichuang.queue.rating import Grade, RatingChannel
from yichuang.queue.service import Hall
from yichuang.tui.goings import SignOutWhy
from yichuang.tui.remote.reception import Why

K = EventKind
A, B = "1001", "1002"
_BLOB = b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20" + bytes(32)
KEY = f"ssh-ed25519 {base64.b64encode(_BLOB).decode()}"


@pytest.fixture(autouse=True)
async def people(hall: Hall) -> None:
    """Two clerks."""
    await hall.people.save(Staff(A, "甲甲", (Role.CLERK,)), Staff(B, "乙乙", (Role.CLERK,)))


async def found(hall: Hall, text: str, **more: Any) -> list[tuple[EventKind, str]]:
    """Kinds and actors of what is found by a text, the oldest first."""
    entries = await hall.supervision.search(JournalFilter(text=text, **more))
    return [(each.event.kind, each.actor) for each in reversed(entries)]


async def said(hall: Hall, kind: EventKind, facts: Mapping[str, Any], actor: str = "") -> str:
    """An entry in words."""
    entry = Entry(1, MORNING, date(2026, 3, 2), Event(kind, None, None, facts), actor, "00")
    return hall.supervision.sentence(entry, await hall.supervision.names())


# --- found by what is shown -----------------------------------------------------------------------


async def test_a_category_is_found_by_its_name(hall: Hall, issue: Issue) -> None:
    await issue("tax")
    await issue("police")
    assert await found(hall, "纳税服务") == [(K.TICKET_ISSUED, "")]
    assert await found(hall, "没有的类别") == []


async def test_a_person_is_found_as_who_did_it_and_in_the_facts(hall: Hall) -> None:
    await hall.people.set_whereabouts(A, Whereabouts.IN_MEETING)
    await hall.people.set_whereabouts(B, Whereabouts.ON_LEAVE, actor=A)
    await hall.people.set_whereabouts(B, Whereabouts.ON_TRIP)
    moved = K.WHEREABOUTS_CHANGED
    of_moves = frozenset({moved})
    assert await found(hall, "甲甲", kinds=of_moves) == [(moved, A), (moved, A)]
    assert await found(hall, "乙（1002）", kinds=of_moves) == [(moved, A), (moved, B)]
    assert await found(hall, "请假") == [(moved, A)]


async def test_an_event_is_found_by_its_name_and_by_its_sentence(
    hall: Hall, open_windows: None
) -> None:
    await hall.pause_window(1, reason="去复印")
    assert K.WINDOW_PAUSED in dict(await found(hall, "暂停服务"))
    opened = await found(hall, "开窗口")
    assert {kind for kind, _actor in opened} == {K.WINDOW_OPENED}
    assert await found(hall, "号窗口开窗") == opened


async def test_what_stands_in_the_facts_is_found_as_ever(hall: Hall, open_windows: None) -> None:
    await hall.pause_window(1, reason="去复印")
    assert await found(hall, "去复印") == [(K.WINDOW_PAUSED, "")]


async def test_a_grade_and_why_somebody_left_are_found_by_their_words(
    hall: Hall, issue: Issue, open_windows: None
) -> None:
    await issue("tax")
    await hall.call_next(1)
    await hall.start(1)
    await hall.finish(1)
    await hall.rate(Grade.VERY_SATISFIED, RatingChannel.PAD, window=1)
    await hall.people.sign_out(A, "127.0.0.1", "gone")
    await hall.people.sign_out(B, "127.0.0.1", "idle")
    assert await found(hall, "非常满意") == [(K.TICKET_RATED, "")]
    assert await found(hall, "断线") == [(K.SIGNED_OUT, A)]


# --- said in words --------------------------------------------------------------------------------


def test_every_reason_to_leave_has_a_word() -> None:
    codes = {each.value for each in chain(SignOutWhy, Why)}
    assert codes == set(WORDS)
    assert [code for code in codes if leaving_word(code).isascii()] == []
    assert (leaving_word("退出"), leaving_word("newer"), leaving_word("")) == ("退出", "newer", "")


async def test_signing_out_is_told_without_a_code(hall: Hall) -> None:
    facts = {"badge": A, "origin": "127.0.0.1", "why": "gone"}
    assert await said(hall, K.SIGNED_OUT, facts) == (
        "甲甲（1001） 退出登录，来自 127.0.0.1（断线）"
    )


async def test_a_key_is_told_with_whose_it_is_and_which(hall: Hall) -> None:
    await hall.people.add_key(f"{KEY} 家里的电脑", badge=A, actor="tester")
    await hall.people.remove_key(KEY, actor="tester")
    names = await hall.supervision.names()
    words = [hall.supervision.sentence(each, names) for each in (await hall.entries(0))[-2:]]
    which = fingerprint(KEY)
    assert words == [
        f"登记 甲甲（1001） 的公钥 {which}（家里的电脑）",
        f"删除 甲甲（1001） 的公钥 {which}",
    ]
    of_post = {"key": KEY, "badge": None, "post": "board", "comment": ""}
    assert await said(hall, K.KEY_ADDED, of_post) == f"登记 board 的公钥 {which}"
    assert await said(hall, K.KEY_REMOVED, {"key": "x", "badge": B}) == "删除 乙乙（1002） 的公钥 -"


@pytest.mark.parametrize("kind", [K.SIGN_IN_REFUSED, K.SIGN_IN_LOCKED])
async def test_a_wrong_pin_was_given_by_nobody_known(hall: Hall, kind: EventKind) -> None:
    facts = {"badge": A, "origin": "127.0.0.1", "wrong": 1, "seconds": 60}
    words = await said(hall, kind, facts, A)
    assert words.startswith("甲甲（1001） 的密码输错")
    assert words.endswith("来自 127.0.0.1")
    for each, doer in ((kind, ""), (K.SIGNED_IN, A)):
        entry = Entry(1, MORNING, date(2026, 3, 2), Event(each, None, None, facts), A, "00")
        assert hall.supervision.doer(entry) == doer
