"""Staff as administrators keep it: people, files of people, keys, and somebody who can administer."""

from __future__ import annotations

import base64
import csv
import io
from dataclasses import dataclass
from datetime import date
from typing import Any

import asyncssh
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuang.errors import (
    BadgeTaken,
    InvalidKey,
    InvalidStaff,
    KeyTaken,
    LastAdministrator,
    NotPermitted,
    StaffChangedSince,
    UnknownKey,
    UnknownPost,
    UnknownStaff,
)
from yichuang.queue.event import Entry, EventKind
from yichuang.queue.people.actor import Actor, ActorKind
from yichuang.queue.people.role import STAFF_ROLES, Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.personnel.keys import KINDS, read_key
from yichuang.queue.personnel.staff_import import COLUMNS, read_staff
from yichuang.queue.service import Hall
from yichuang.text import is_harmless

HEADER = ",".join(COLUMNS)
WHOLE = "1001,张三,女,行政审批局,综合窗口岗,受理,0519-1,a.jpg,clerk;督查,否,手语 英语,2025/3/1,是"
PERSON = Staff(
    badge="1001",
    name="张三",
    roles=(Role.CLERK, Role.SUPERVISOR),
    sex="女",
    department="行政审批局",
    post="综合窗口岗",
    duty="受理",
    phone="0519-1",
    photo="a.jpg",
    qualified=False,
    skills=("手语", "英语"),
    since=date(2025, 3, 1),
)
ADMINISTRATOR = Staff("9", "管理员", (Role.ADMINISTRATOR,))


async def events(hall: Hall, kind: EventKind) -> list[Entry]:
    """The events of that kind."""
    return [each for each in await hall.entries(0) if each.event.kind is kind]


def problems(text: str, known: dict[str, Staff] | None = None) -> str:
    """What is wrong with a file."""
    with pytest.raises(InvalidStaff) as caught:
        read_staff(text.encode(), known or {})
    return caught.value.message


# --- people ----------------------------------------------------------------------------------------


async def test_what_somebody_else_changed_meanwhile_is_not_overwritten(hall: Hall) -> None:
    await hall.people.save(PERSON, over=[])
    theirs = PERSON._replace(phone="0519-2")
    await hall.people.save(theirs, over=[PERSON])
    with pytest.raises(StaffChangedSince):
        await hall.people.save(PERSON._replace(name="李四"), over=[PERSON])
    with pytest.raises(StaffChangedSince):
        await hall.people.save(Staff("1001", "新人"), over=[], source="a.csv")
    with pytest.raises(StaffChangedSince):
        await hall.people.save(ADMINISTRATOR, over=[ADMINISTRATOR])
    assert await hall.people.member("1001") == theirs


async def test_a_new_person_gets_no_badge_that_is_anothers(hall: Hall) -> None:
    await hall.people.save(PERSON)
    with pytest.raises(BadgeTaken) as caught:
        await hall.people.save(Staff("1001", "新人"), over=[])
    assert caught.value.message == "工号 1001 已经有人：张三"
    assert "yichuang staff change 1001" in caught.value.hint
    assert await hall.people.member("1001") == PERSON


async def test_a_change_is_journaled_with_what_it_was(hall: Hall) -> None:
    done = await hall.people.save(PERSON, ADMINISTRATOR, actor="host")
    assert done.counts == (2, 0)
    moved = PERSON._replace(department="税务所", since=date(2026, 1, 5))
    assert (await hall.people.save(moved, ADMINISTRATOR)).counts == (0, 1)
    entry = (await events(hall, EventKind.STAFF_SAVED))[-1]
    assert entry.event.data["changed"] == {
        "department": {"from": "行政审批局", "to": "税务所"},
        "since": {"from": "2025-03-01", "to": "2026-01-05"},
    }
    before = len(await hall.entries(0))
    assert (await hall.people.save(moved)).counts == (0, 0)
    assert len(await hall.entries(0)) == before


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"badge": ""}, "工号"),
        ({"badge": "1 1"}, "工号"),
        ({"badge": "-11"}, "工号"),
        ({"badge": "1" * 13}, "工号"),
        ({"badge": "１１"}, "工号"),
        ({"name": " "}, "姓名"),
        ({"name": "长" * 21}, "20"),
        ({"phone": "1\n2"}, "控制字符"),
        ({"duty": "\x1b[2J"}, "控制字符"),
        ({"photo": "\u202egpj"}, "控制字符"),
        ({"department": "\udcff"}, "控制字符"),
        ({"skills": ("",)}, "技能"),
        ({"skills": ("手\t语",)}, "技能"),
        ({"roles": (Role.VISITOR,)}, "群众"),
    ],
)
async def test_facts_that_cannot_be_kept(hall: Hall, changed: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidStaff) as caught:
        await hall.people.save(Staff("1", "好人"), PERSON._replace(**changed))
    assert said in caught.value.message
    assert "\x1b" not in caught.value.message
    assert await hall.people.staff() == [], "one that is wrong keeps all out"


async def test_somebody_stays_who_can_administer(hall: Hall) -> None:
    second = ADMINISTRATOR._replace(badge="8")
    await hall.people.save(ADMINISTRATOR, second)
    await hall.people.save(second._replace(active=False))
    for lost in (ADMINISTRATOR._replace(active=False), ADMINISTRATOR._replace(roles=())):
        with pytest.raises(LastAdministrator) as caught:
            await hall.people.save(lost)
        assert "9" in caught.value.message
    assert await hall.people.member("9") == ADMINISTRATOR
    third = Staff("7", "新人", (Role.ADMINISTRATOR,))
    await hall.people.save(third, ADMINISTRATOR._replace(active=False))
    data = f"{HEADER}\n7,新人,,,,,,,clerk,,,,\n".encode()
    with pytest.raises(LastAdministrator):
        await hall.people.import_staff(data, source="staff.csv")


async def test_a_hall_without_administrators_takes_staff_all_the_same(hall: Hall) -> None:
    await hall.people.save(PERSON)
    assert [each.badge for each in await hall.people.staff()] == ["1001"]


async def test_the_first_administrator_is_made_once_and_told_once(hall: Hall) -> None:
    await hall.people.save(Staff("admin", "别人", (Role.CLERK,)))
    made = await hall.people.first_administrator()
    assert made is not None
    badge, pin = made
    assert badge == "admin1"
    assert (await hall.people.sign_in(badge, pin)).must_change
    assert await hall.people.first_administrator() is None
    assert pin not in str([each.as_json() for each in await hall.entries(0)])


async def test_a_badge_number_is_for_ever(hall: Hall) -> None:
    await hall.people.save(PERSON._replace(active=False))
    with pytest.raises(UnknownStaff):
        await hall.people.member("1002")
    assert (await hall.people.member("1001")).active is False
    assert await hall.people.everybody() == ()


# --- files -----------------------------------------------------------------------------------------


def test_reads_a_whole_line() -> None:
    assert read_staff(f"{HEADER}\n{WHOLE}\n".encode(), {}) == [PERSON]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_reads_what_spreadsheets_write(encoding: str) -> None:
    text = f"{HEADER}\r\n{WHOLE}\r\n,,,,,,,,,,,,\r\n"
    assert read_staff(text.encode(encoding), {}) == [PERSON]


def test_columns_that_a_file_has_not_keep_their_facts() -> None:
    other = Staff("1002", "乙")
    (changed, new) = read_staff(
        "Name, BADGE ,phone\n张三丰,1001,110\n新人,1003,\n".encode(),
        {"1001": PERSON, "1002": other},
    )
    assert changed == PERSON._replace(name="张三丰", phone="110")
    assert new == Staff("1003", "新人", (Role.CLERK,)), "whoever is new is a clerk"


def test_columns_that_are_empty_clear_their_facts() -> None:
    (person,) = read_staff(f"{HEADER}\n1001,张三,,,,,,,,,,,\n".encode(), {"1001": PERSON})
    assert person == Staff("1001", "张三", qualified=False), "but yes and no stay as they are"


@pytest.mark.parametrize("written", ["2026-03-01", "2026/3/1", "2026.3.1", "2026年3月1日"])
def test_a_day_is_read_as_spreadsheets_write_it(written: str) -> None:
    (person,) = read_staff(f"badge,name,since\n1,甲,{written}\n".encode(), {})
    assert person.since == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("role", "found"),
    [
        *((role.value, role) for role in STAFF_ROLES),
        ("窗口人员", Role.CLERK),
        ("导引人员", Role.GUIDE),
        ("督查", Role.SUPERVISOR),
        ("只读督查", Role.OBSERVER),
        ("管理员", Role.ADMINISTRATOR),
        ("CLERK", Role.CLERK),
    ],
)
def test_roles_by_either_name(role: str, found: Role) -> None:
    (person,) = read_staff(f"badge,name,roles\n1,甲,{role} {role}\n".encode(), {})
    assert person.roles == (found,)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1,甲,visitor,,", "没有「visitor」这个角色"),
        ("1,甲,superviser,,", "是不是 supervisor"),
        ("1,甲,,也许,", "qualified 要写 1 或 0"),
        ("1,甲,,,2026-02-30", "since 要写成"),
        ("1,甲,,,昨天", "since 要写成"),
        (",甲,,,", "工号"),
        ("1,,,,", "缺少姓名"),
        ("2,甲,,,", "工号 2 出现了不止一次"),
        ("1,甲,clerk", "应有 5 列，实有 3 列"),
        ("1,甲,乙,clerk,1,", "应有 5 列，实有 6 列"),
        ('1,"甲"乙,,,', "引号不成对"),
        ("1,\x1b[31m甲,,,", "控制字符"),
    ],
)
def test_a_bad_line_is_told_with_its_number(line: str, said: str) -> None:
    text = f"badge,name,roles,qualified,since\n2,乙,,,\n{line}\n"
    message = problems(text)
    assert "第 3 行：" in message
    assert said in message
    assert "\x1b" not in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "文件是空的"),
        ("badge,name\n", "只有表头"),
        ("badge\n1\n", "缺少列：name"),
        ("badge,name,nmae\n", "没有「nmae」这一列"),
        ("badge,name,name\n", "不止一次"),
    ],
)
def test_a_bad_header(text: str, said: str) -> None:
    assert said in problems(text)


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(InvalidStaff):
        read_staff(HEADER.encode("utf-16"), {})


async def test_a_file_is_taken_whole_or_not_at_all(hall: Hall) -> None:
    await hall.people.save(PERSON)
    before = len(await hall.entries(0))
    bad = "badge,name\n1001,改名\n1002,\n".encode()
    with pytest.raises(InvalidStaff):
        await hall.people.import_staff(bad, source="人员.csv")
    assert await hall.people.staff() == [PERSON]
    assert len(await hall.entries(0)) == before
    good = "badge,name\n1001,改名\n1002,新人\n".encode("gbk")
    assert (await hall.people.import_staff(good, source="人员.csv")).counts == (1, 1)
    (entry,) = await events(hall, EventKind.STAFF_IMPORTED)
    assert entry.event.data == {"source": "人员.csv", "new": 1, "changed": 1}
    assert (await hall.people.import_staff(good, source="人员.csv")).counts == (0, 0)
    kept = await hall.store.read(lambda records: records.pin("1002"))
    assert kept is not None
    assert kept.hash == "", "nobody gets a PIN by a file"


cells = st.text(max_size=12) | st.sampled_from(["1001", "clerk", "1", "是", "2026-03-01", ""])


@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    _read_or_refuse(data)
    _read_or_refuse(HEADER.encode() + b"\n" + data)


@given(rows=st.lists(st.lists(cells, min_size=12, max_size=14), max_size=4))
def test_any_table_is_read_or_refused(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    _read_or_refuse((f"{HEADER}\n{out.getvalue()}").encode("utf-8", "surrogatepass"))


def _read_or_refuse(data: bytes) -> None:
    people: list[Staff] = []
    refused = ""
    try:
        people = read_staff(data, {"1001": PERSON})
    except InvalidStaff as error:
        refused = error.message
    assert bool(people) != bool(refused)
    assert "\x1b" not in refused
    assert len({each.badge for each in people}) == len(people)
    for each in people:
        assert each.name.strip()
        assert set(each.roles) <= set(STAFF_ROLES)
        assert is_harmless(each.name)


# --- keys ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KeyPair:
    """A key as a person has it."""

    public: str
    private: str


def generated(kind: str, **options: int) -> KeyPair:
    """A real key of that kind."""
    key = asyncssh.generate_private_key(kind, comment="甲的 电脑", **options)
    return KeyPair(key.export_public_key().decode(), key.export_private_key().decode())


@pytest.fixture(scope="module")
def ed25519() -> KeyPair:
    return generated("ssh-ed25519")


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("ssh-ed25519", {}),
        ("ecdsa-sha2-nistp256", {}),
        ("ecdsa-sha2-nistp384", {}),
        ("ecdsa-sha2-nistp521", {}),
        ("ssh-rsa", {"key_size": 2048}),
    ],
)
async def test_a_real_key_is_let_in(hall: Hall, kind: str, options: dict[str, int]) -> None:
    await hall.people.save(PERSON)
    pair = generated(kind, **options)
    await hall.people.add_key(pair.public, badge="1001", actor="9")
    (kept,) = await hall.people.keys()
    assert kept.key == " ".join(pair.public.split()[:2])
    assert kept.comment == "甲的 电脑"
    found = await hall.people.key(f"  {kept.key}   another comment\r\n")
    assert found == kept
    asyncssh.import_public_key(kept.key)  # as the server reads it
    (entry,) = await events(hall, EventKind.KEY_ADDED)
    assert (entry.actor, entry.event.data["badge"]) == ("9", "1001")


def security_key(kind: str, *parts: bytes) -> str:
    """A key that lives in a security key; making a real one takes a hand on it."""
    fields = (kind.encode(), *parts, b"ssh:")
    blob = b"".join(len(field).to_bytes(4, "big") + field for field in fields)
    return f"{kind} {base64.b64encode(blob).decode()}"


def test_keys_of_security_keys() -> None:
    for line in (
        security_key("sk-ssh-ed25519@openssh.com", bytes(32)),
        security_key("sk-ecdsa-sha2-nistp256@openssh.com", b"nistp256", b"\x04" + bytes(64)),
    ):
        assert read_key(line) == (line, "")


async def test_an_open_door_is_never_taken_for_a_key(hall: Hall, ed25519: KeyPair) -> None:
    await hall.people.save(PERSON)
    kind, text = ed25519.public.split()[:2]
    blob = base64.b64decode(text)
    lines = {
        "private": ed25519.private,
        "private on one line": ed25519.private.replace("\n", " "),
        "dsa": generated("ssh-dss").public,
        "rsa 1024": generated("ssh-rsa", key_size=1024).public,
        "options in front": f'command="sh",no-pty {ed25519.public}',
        "certificate": ed25519.public.replace(kind, f"{kind}-cert-v01@openssh.com"),
        "another kind in front": ed25519.public.replace(kind, "ssh-rsa"),
        "no comment and no key": kind,
        "no base64": f"{kind} {text[:-4]}*!@#",
        "nothing": "",
        "kind alone": f"{kind} {base64.b64encode(blob[:15]).decode()}",
        "too much": f"{kind} {base64.b64encode(blob + bytes(4)).decode()}",
        "a short point": security_key("sk-ssh-ed25519@openssh.com", bytes(31)),
        "another curve": security_key(
            "sk-ecdsa-sha2-nistp256@openssh.com", b"nistp384", b"\x04" + bytes(96)
        ),
        "a long one": f"{kind} {'A' * 20_000}",
    }
    for why, line in lines.items():
        with pytest.raises(InvalidKey) as caught:
            await hall.people.add_key(line, badge="1001")
        assert caught.value.hint, why
    assert "私钥" in _refusal(ed25519.private)
    assert "2048" in _refusal(lines["rsa 1024"])
    assert await hall.people.keys() == []


def _refusal(line: str) -> str:
    with pytest.raises(InvalidKey) as caught:
        read_key(line)
    return caught.value.message


def test_a_key_that_was_cut_anywhere_is_refused(ed25519: KeyPair) -> None:
    kind, text = ed25519.public.split()[:2]
    for length in range(len(text)):
        with pytest.raises(InvalidKey):
            read_key(f"{kind} {text[:length]}")


@given(line=st.text(max_size=80), kind=st.sampled_from(KINDS))
def test_any_line_is_read_or_refused(line: str, kind: str) -> None:
    for each in (line, f"{kind} {line}"):
        with pytest.raises(InvalidKey):
            read_key(each)


@given(blob=st.binary(max_size=200), kind=st.sampled_from(KINDS))
def test_any_blob_is_read_or_refused(blob: bytes, kind: str) -> None:
    name = kind.encode()
    inside = len(name).to_bytes(4, "big") + name + blob
    try:
        read_key(f"{kind} {base64.b64encode(inside).decode()}")
    except InvalidKey:
        return
    pytest.fail("no key is made by chance")


@pytest.mark.parametrize("post", ["kiosk", "kiosk:kiosk2", "board", "whereabouts"])
async def test_a_key_opens_an_unattended_screen(hall: Hall, ed25519: KeyPair, post: str) -> None:
    await hall.people.add_key(ed25519.public, post=post)
    found = await hall.people.key(ed25519.public)
    assert found is not None
    assert (found.badge, found.post) == (None, post)


@pytest.mark.parametrize("post", ["window", "kiosk:", "kiosk:a b", "kiosk:" + "x" * 21, "", "run"])
async def test_a_key_opens_nothing_else(hall: Hall, ed25519: KeyPair, post: str) -> None:
    with pytest.raises(UnknownPost):
        await hall.people.add_key(ed25519.public, post=post)


async def test_keys_come_and_go(hall: Hall, ed25519: KeyPair) -> None:
    await hall.people.save(PERSON, ADMINISTRATOR)
    with pytest.raises(UnknownStaff):
        await hall.people.add_key(ed25519.public, badge="404")
    mine = hall.acting(Actor(ActorKind.STAFF, "1001"))
    with pytest.raises(NotPermitted):
        await mine.people.add_key(ed25519.public, badge="9")
    await hall.people.add_key(ed25519.public, badge="1001")
    (kept,) = await hall.people.keys()
    await hall.people.remove_key(kept.key)
    with pytest.raises(UnknownKey):
        await hall.people.remove_key(kept.key)
    assert await hall.people.key(ed25519.public) is None


@pytest.mark.parametrize(
    ("owner", "said"),
    [({"badge": "1001"}, "1001 张三"), ({"post": "kiosk:kiosk2"}, "kiosk:kiosk2")],
)
async def test_a_key_opens_one_door_and_is_not_moved_unseen(
    hall: Hall, ed25519: KeyPair, owner: dict[str, str], said: str
) -> None:
    await hall.people.save(PERSON, ADMINISTRATOR)
    await hall.people.add_key(ed25519.public, **owner)
    before = await hall.people.keys()
    other = generated("ssh-ed25519").public
    wanted: list[dict[str, str]] = [{"badge": "9"}, {"post": "kiosk"}, {"post": "board"}]
    for place in wanted:
        with pytest.raises(KeyTaken) as caught:
            await hall.people.add_key(other, ed25519.public, **place)
        assert caught.value.message == f"这把公钥已经登记给 {said}"
    assert await hall.people.keys() == before, "all or none"
    await hall.people.add_key(ed25519.public, **owner)
    assert await hall.people.keys() == before, "told again it is the same"
    assert len(await events(hall, EventKind.KEY_ADDED)) == 1
    plain = " ".join(ed25519.public.split()[:2])
    await hall.people.add_key(f"{plain} 新电脑", **owner)
    (kept,) = await hall.people.keys()
    assert (kept.comment, len(await events(hall, EventKind.KEY_ADDED))) == ("新电脑", 2)
