"""What administrators and supervisors do about people: each act, and taking the last change back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from yichuang.errors import (
    BadgeTaken,
    FileUnreadable,
    InvalidStaff,
    StaffChangedSince,
    UnknownStaff,
)
from yichuang.language import N_, _
from yichuang.queue.people.command import AddKey, AllowUnqualified, NamePost, SaveStaff, SetPin
from yichuang.queue.people.post import Post
from yichuang.queue.people.staff import SshKey, Staff
from yichuang.queue.permission import OF_OTHERS
from yichuang.queue.service import Hall
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.screens.choice import NO_WINDOW, Pick
from yichuang.tui.screens.dialog import ask
from yichuang.tui.screens.guide_dialogs import Listing
from yichuang.tui.screens.overview_acts import supervisor
from yichuang.tui.screens.question import Question
from yichuang.tui.screens.reason import Reason
from yichuang.tui.screens.staff_dialogs import KeyAct, KeyForm, Keys, PathForm, PinShown, PostForm
from yichuang.tui.screens.staff_edit import StaffForm
from yichuang.tui.screens.staff_form import Unfit
from yichuang.tui.screens.staff_rows import fact_rows, fingerprint, post_row

PIN_REASONS = (N_("新来的人"), N_("忘了密码"), N_("密码可能被别人知道"))
ALLOW_REASONS = (N_("已培训，待考核"), N_("人手不够，有人在旁指导"), N_("临时代班"))
"""What is offered for a reason; any other can be typed."""


class Change(NamedTuple):
    """What was last saved from this screen."""

    before: Sequence[Staff | None]
    """As they were; None for those who were new."""
    after: Sequence[Staff]


class StaffActing(HallScreen):
    """A screen from which the staff are administered. A subclass shows them and knows who is chosen."""

    NEEDS = MappingProxyType(
        {
            "new": SaveStaff,
            "import": SaveStaff,
            "reset_pin": tuple(OF_OTHERS[SetPin]),
            "keys": AddKey,
            "unattended": AddKey,
            "posts": NamePost,
            "allow": AllowUnqualified,
            "stop": SaveStaff,
            "restore": SaveStaff,
            "undo": SaveStaff,
        }
    )

    def __init__(self, hall: Hall) -> None:
        super().__init__(hall)
        self.actor = supervisor()
        self.people: list[Staff] = []
        """Everybody, as last read."""
        self.last: Change | None = None
        """What can be taken back."""

    @property
    def chosen(self) -> Staff | None:
        """Whom an act is about."""
        raise NotImplementedError

    def come_to(self, badge: str) -> None:
        """Put the cursor on a person."""
        raise NotImplementedError

    def tell(self, text: str, hint: str = "") -> None:
        """Show a notice, and what to do next."""
        self.status.say(f" {text}", f" {hint}" if hint else "")

    @property
    def _names(self) -> Mapping[str, str]:
        return {each.badge: each.name for each in self.people}

    # --- facts --------------------------------------------------------------------------------

    def action_new(self) -> None:
        """Add a person."""
        ask(self, StaffForm(None, self._names, self._save_new), self._told_new)

    async def _save_new(self, person: Staff) -> Staff:
        try:
            await self.hall.people.save(person, over=[], actor=self.actor)
        except BadgeTaken as error:
            text = _("这个工号是 {name} 的").format(name=error.facts["name"])
            raise Unfit("badge", text) from error
        self.last = Change([None], [person])
        return person

    async def _told_new(self, person: Staff) -> None:
        self.come_to(person.badge)
        await self.reload()
        self.tell(
            _("已登记 {badge} {name}").format(badge=person.badge, name=person.name),
            _("按 F4 给一个临时密码，或按 F5 登记公钥，才能登录；F12 撤销"),
        )

    def edit(self, person: Staff) -> None:
        """Change a person, or only look where that is not for whoever sits here."""
        if not self.may(SaveStaff):
            heading = _("{badge} {name}").format(badge=person.badge, name=person.name)
            self.app.push_screen(Listing(heading, fact_rows(person)))
            return
        ask(
            self, StaffForm(person, self._names, partial(self._save_over, person)), self._told_saved
        )

    async def _save_over(self, before: Staff, person: Staff) -> Staff:
        """Save what was changed, unless somebody else changed the person meanwhile."""
        try:
            await self.hall.people.save(person, over=[before], actor=self.actor)
        except StaffChangedSince as error:
            raise Unfit("name", _("别人刚改过这个人：按 Esc 离开，再进来改")) from error
        if person != before:
            self.last = Change([before], [person])
        return person

    async def _told_saved(self, person: Staff) -> None:
        await self.reload()
        text = _("{badge} {name} 已存").format(badge=person.badge, name=person.name)
        self.tell(text, _("按 F12 撤销"))

    async def action_stop(self) -> None:
        """Let somebody work here no more: ask."""
        await self._ask_active(active=False)

    async def action_restore(self) -> None:
        """Let somebody work here again: ask."""
        await self._ask_active(active=True)

    async def _ask_active(self, *, active: bool) -> None:
        person = self.chosen
        if person is None:
            return
        text = _("停用 {badge} {name}？不能再登录，在窗口的会被请出；工号留着，不给别人。")
        if active:
            text = _("恢复 {badge} {name}？密码和公钥和停用前一样。")
        question = text.format(badge=person.badge, name=person.name)
        ask(self, Question(question), partial(self._set_active, person, active))

    async def _set_active(self, person: Staff, active: bool, _sure: bool) -> None:
        changed = person._replace(active=active)
        save = self.hall.people.save(changed, over=[person], actor=self.actor)
        if await self.act(save) is None:
            return
        self.last = Change([person], [changed])
        text = _("已恢复 {badge} {name}") if active else _("已停用 {badge} {name}")
        self.tell(text.format(badge=person.badge, name=person.name), _("按 F12 撤销"))

    # --- files --------------------------------------------------------------------------------

    def action_import(self) -> None:
        """Take over a CSV file: at the hall's own machine, where files are."""
        if not self.session.is_host:
            text = _("在大厅主机上导入：yichuang staff import 文件.csv")
            self.tell(text, _("这里是远程终端，读不到您电脑上的文件"))
            return
        ask(self, PathForm(self._import), self._told_import)

    async def _import(self, path: str) -> Change:
        data = await asyncio.to_thread(_read, path)
        known = {each.badge: each for each in await self.hall.people.staff()}
        try:
            await self.hall.people.import_staff(data, source=Path(path).name, actor=self.actor)
        except InvalidStaff as error:
            raise Unfit("path", error.message) from error
        people = await self.hall.people.staff()
        changed = [each for each in people if known.get(each.badge) != each]
        return Change([known.get(each.badge) for each in changed], changed)

    async def _told_import(self, change: Change) -> None:
        if change.after:
            self.last = change
        await self.reload()
        new = sum(each is None for each in change.before)
        text = _("已导入：新 {new} 人，改 {changed} 人")
        self.tell(
            text.format(new=new, changed=len(change.after) - new),
            _("新来的人还没有密码：按 F4 给；F12 撤销") if new else _("按 F12 撤销"),
        )

    # --- taking back --------------------------------------------------------------------------

    def action_undo(self) -> None:
        """Save the last changed people as they were: ask."""
        if self.last is None:
            self.tell(_("在这个界面上还没有改过"))
            return
        named = _("、").join(f"{each.badge} {each.name}" for each in self.last.after[:3])
        text = _("撤销对 {who} 的改动？")
        if len(self.last.after) > len(self.last.after[:3]):
            text = _("撤销对 {who} 等 {count} 人的改动？")
        if None in self.last.before:
            text += _("新登记的会停用。")
        question = text.format(who=named, count=len(self.last.after))
        ask(self, Question(question), partial(self._undo, self.last))

    async def _undo(self, change: Change, _sure: bool) -> None:
        former = [
            before if before is not None else after._replace(active=False)
            for before, after in zip(change.before, change.after, strict=True)
        ]
        save = self.hall.people.save(*former, over=change.after, actor=self.actor)
        done = await self.act(save)
        self.last = None
        if done is not None:
            self.tell(_("已撤销"))

    # --- PINs and permission ------------------------------------------------------------------

    def action_reset_pin(self) -> None:
        """Give somebody a PIN: ask why."""
        person = self.chosen
        if person is not None:
            heading = _("给 {badge} {name} 临时密码的原因")
            heading = heading.format(badge=person.badge, name=person.name)
            ask(self, Reason(heading, PIN_REASONS), partial(self._reset_pin, person))

    async def _reset_pin(self, person: Staff, reason: str) -> None:
        command = self.hall.people.reset_pin(person.badge, reason=reason, actor=self.actor)
        pin = await self.act(command)
        if pin is not None:
            self.app.push_screen(PinShown(person, pin))

    def action_allow(self) -> None:
        """Let somebody serve today without qualification: ask why."""
        person = self.chosen
        if person is None:
            return
        if person.qualified:
            text = _("{badge} {name} 考核合格，不用特许")
            self.tell(text.format(badge=person.badge, name=person.name))
            return
        heading = _("特许 {badge} {name} 今天上岗的原因")
        heading = heading.format(badge=person.badge, name=person.name)
        ask(self, Reason(heading, ALLOW_REASONS), partial(self._allow, person))

    async def _allow(self, person: Staff, reason: str) -> None:
        command = self.hall.people.allow_unqualified(person.badge, reason=reason, actor=self.actor)
        if await self.act(command) is not None:
            text = _("{badge} {name} 今天可以上岗：由您负责，已记入流水")
            self.tell(text.format(badge=person.badge, name=person.name))

    # --- keys ---------------------------------------------------------------------------------

    async def action_keys(self) -> None:
        """The public keys of somebody."""
        if self.chosen is not None:
            await self._ask_keys(self.chosen)

    async def action_unattended(self) -> None:
        """The public keys of the screens where nobody signs in."""
        await self._ask_keys(None)

    async def _ask_keys(self, person: Staff | None) -> None:
        keys = await self.look(self.hall.people.keys())
        if keys is None:
            return
        heading = _("无人值守界面的公钥")
        if person is not None:
            text = _("{badge} {name} 的公钥")
            heading = text.format(badge=person.badge, name=person.name)
        badge = person.badge if person else None
        own = [key for key in keys if key.badge == badge]
        ask(self, Keys(heading, own), partial(self._act_on_key, person, heading))

    async def _act_on_key(self, person: Staff | None, heading: str, wanted: KeyAct) -> None:
        if wanted.removed is None:
            form = KeyForm(heading, partial(self._add_key, person), post=person is None)
            ask(self, form, partial(self._told_key, person))
            return
        key = wanted.removed
        text = _("删除公钥 {comment}（{print}）？以后用它不能登录。")
        question = text.format(comment=key.comment or "-", print=fingerprint(key.key))
        ask(self, Question(question), partial(self._remove_key, person, key))

    async def _add_key(self, person: Staff | None, line: str, post: str) -> str:
        badge = person.badge if person else None
        people = self.hall.people
        await people.add_key(line, badge=badge, post=post or None, actor=self.actor)
        return line

    async def _told_key(self, person: Staff | None, line: str) -> None:
        await self.reload()
        self.tell(_("已登记公钥 {print}").format(print=fingerprint(line)))
        await self._ask_keys(person)

    async def _remove_key(self, person: Staff | None, key: SshKey, _sure: bool) -> None:
        if await self.act(self.hall.people.remove_key(key.key, actor=self.actor)) is not None:
            self.tell(_("已删除公钥 {print}").format(print=fingerprint(key.key)))
        await self._ask_keys(person)

    # --- posts --------------------------------------------------------------------------------

    async def action_posts(self) -> None:
        """Whose post a window is, and who stands in: ask which window."""
        posts = await self.look(self.hall.people.posts())
        if posts is None:
            return
        known = {post.window: post for post in posts}
        entries = [
            (
                str(each.number),
                post_row(each.number, each.name, known.get(each.number), self._names),
            )
            for each in self.hall.settings.window
        ]
        pick = Pick(_("定哪个窗口的岗"), _("窗口号"), entries, NO_WINDOW)
        ask(self, pick, partial(self._ask_post, known))

    async def _ask_post(self, known: Mapping[int, Post], typed: str) -> None:
        if not any(str(each.number) == typed for each in self.hall.settings.window):
            self.tell(_(NO_WINDOW))
            return
        post = known.get(int(typed), Post(int(typed)))
        ask(self, PostForm(post, self.people, self._name_post), self._told_post)

    async def _name_post(self, post: Post) -> Post:
        try:
            await self.hall.people.name_post(post.window, post.a, post.b, actor=self.actor)
        except UnknownStaff as error:
            raise Unfit("a", error.message) from error
        return post

    async def _told_post(self, post: Post) -> None:
        await self.reload()
        text = _("{window} 号窗口：A岗 {a}，B岗 {b}")
        names = self._names
        a = names.get(post.a or "", "-")
        b = _("、").join(names.get(badge, badge) for badge in post.b) or "-"
        self.tell(text.format(window=post.window, a=a, b=b))


def _read(path: str) -> bytes:
    """What a file holds; raises Unfit."""
    try:
        return Path(path).expanduser().read_bytes()
    except (OSError, RuntimeError, ValueError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        raise Unfit("path", FileUnreadable(path=path, detail=detail).message) from error
