"""The devices: how each of them is and why, its last papers and announcements, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from types import MappingProxyType
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from yichuang.language import N_, _
from yichuang.queue import command as commands
from yichuang.queue.announcement import AnnouncementKept
from yichuang.queue.device import DeviceKind, DeviceState
from yichuang.queue.people.role import Role
from yichuang.queue.printing import PrintJob
from yichuang.queue.service import Hall
from yichuang.queue.teaching import Teacher
from yichuang.tui.keys import digit_keys
from yichuang.tui.screens import device_rows as rows
from yichuang.tui.screens.choice import Choice
from yichuang.tui.screens.dialog import ask
from yichuang.tui.screens.overview_acts import supervisor
from yichuang.tui.screens.paper_job import FollowsPaper
from yichuang.tui.screens.question import Question
from yichuang.tui.screens.reason import Reason
from yichuang.tui.text import Line
from yichuang.tui.widgets.list_pane import ListPane
from yichuang.tui.widgets.rows import Rows, TextLine

LATEST = 40
"""How many papers and announcements are read."""

TALL = 28
"""A screen with so many rows has more of them for papers and announcements."""

MUTE_REASONS = (N_("开会"), N_("午休"), N_("声音有问题"), N_("办事人要求"))
"""What is offered for a reason; any other can be typed."""

_TEACHING = N_("评价器和叫号器按 F5 教键：照提示按设备上的键，写进 hall.toml。")


def _key(digit: int, action: str, label: str) -> Binding:
    return Binding(digit_keys(digit), action, label, key_display=str(digit), id=f"devices.{action}")


class DevicesScreen(FollowsPaper):
    """Every device of hall.toml; keys act on the one under the cursor."""

    CSS_PATH = "devices.tcss"
    NAME = N_("设备")
    HOW_TO: ClassVar[tuple[str, ...]] = (
        N_("上下键选一台设备，下面说明它为什么这样、该怎么办。"),
        N_("按 1 测试：打印机打一张测试页，语音试叫一声，屏和灯亮一下。"),
        N_("没有打出的号票按 3 再打；不知有没有打出的先看出纸口，没有再按 4 补打。"),
        _TEACHING,
        N_("[+] 正常  [!] 能用，要留意  [x] 不能用  [?] 没有程序在管它"),
    )
    NEEDS = MappingProxyType(
        {
            "test": commands.TestDevice,
            "mute": commands.MuteDevice,
            "unmute": commands.MuteDevice,
            "retry": commands.RetryPrint,
            "reprint": commands.ReprintTicket,
            "teach": Role.ADMINISTRATOR,
        }
    )
    AUTO_FOCUS = "#devices"
    BINDINGS: ClassVar[list[BindingType]] = [
        _key(1, "test", N_("测试")),
        _key(2, "mute", N_("静音")),
        _key(2, "unmute", N_("取消静音")),
        _key(3, "retry", N_("再打")),
        _key(4, "reprint", N_("补打")),
        Binding("f5", "teach", N_("教键"), id="devices.teach"),
    ]

    def __init__(self, hall: Hall, teacher: Teacher | None = None) -> None:
        """`teacher` teaches pads their keys; without one they are taught from the command line."""
        super().__init__(hall)
        self.actor = supervisor()
        self._teacher = teacher
        self._devices: list[rows.Seen] = []
        self._jobs: Sequence[PrintJob] = ()
        self._said: Sequence[AnnouncementKept] = ()

    def compose_body(self) -> ComposeResult:
        """The devices, what is the matter with one, and what they did last."""
        yield TextLine(widget_id="heading")
        yield ListPane(widget_id="devices")
        yield Rows(["", ""], widget_id="detail")
        with Horizontal(id="latest"):
            yield Rows(widget_id="jobs")
            yield Rows(widget_id="said")

    @property
    def how_to(self) -> Sequence[str]:
        """F5 is told of only where there is a pad to be taught from here."""
        teacher = self._teacher
        can_teach = teacher and any(teacher.can_teach(each.name) for each in self._devices)
        return [line for line in self.HOW_TO if can_teach or line != _TEACHING]

    # --- showing ------------------------------------------------------------------------------

    async def load(self) -> None:
        """Read how the devices are, and show it."""
        self._devices = await rows.devices_of(self.hall)
        self._jobs = await self.hall.print_jobs(LATEST)
        self._said = await self.hall.devices.announcements(LATEST)
        zone, now = self.hall.settings.zone, self.hall.clock.now()
        self.query_one("#heading", TextLine).show_line(rows.heading_row(self._devices))
        self._pane.show([rows.device_row(each, zone, now) for each in self._devices])
        self._show_detail()
        for name, shown in (
            ("#jobs", rows.job_rows(self._jobs, zone, self._room)),
            ("#said", rows.announcement_rows(self._said, zone, self._room)),
        ):
            self.query_one(name, Rows).show(shown)
        await self.follow_job()

    @property
    def _pane(self) -> ListPane:
        return self.query_one("#devices", ListPane)

    @property
    def _room(self) -> int:
        return 14 if self.has_class("-tall") else 7

    @property
    def chosen(self) -> rows.Seen | None:
        """The device under the cursor."""
        row = self._pane.cursor if self.is_up() else None
        return self._devices[row] if row is not None and row < len(self._devices) else None

    def _show_detail(self) -> None:
        detail = rows.detail_rows(self.chosen, self.size.width)
        self.query_one("#detail", Rows).show(detail)

    @on(ListPane.Moved)
    def follow_the_cursor(self) -> None:
        """Tell of the device that the cursor came to."""
        self._show_detail()
        self.refresh_bindings()

    def on_resize(self) -> None:
        """Give papers and announcements more rows where there is room."""
        self.set_class(self.size.height >= TALL, "-tall")
        self.call_after_refresh(self.reload)

    # --- keys ---------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """One key mutes and lets be heard again: only one of the two is there."""
        if not self.allows(action):
            return False
        if action in ("mute", "unmute"):
            muted = self.chosen is not None and self.chosen.status.muted
            return (action == "unmute") == muted
        if action == "teach":
            return self._teacher is not None and self._can_teach(self._teacher)
        return super().check_action(action, parameters)

    def possible(self, action: str) -> bool:
        """Whether an action can be done now; the key bar shows the others dim."""
        if action == "test":
            return self.chosen is not None
        if action == "mute":
            return self.chosen is not None and self.chosen.kind is DeviceKind.VOICE
        if action == "retry":
            return bool(rows.unprinted_jobs(self._jobs))
        if action == "reprint":
            return bool(rows.bad_tickets(self._jobs))
        return True

    @on(ListPane.Chosen)
    async def test_it(self) -> None:
        """Enter on a device asks before it tests it."""
        seen = self.chosen
        if seen is not None:
            text = _("测试{device}吗？").format(device=seen.full_name)
            ask(self, Question(text), partial(self._test, seen))

    async def action_test(self) -> None:
        """Let the device show that it works."""
        if self.chosen is not None:
            await self._test(self.chosen)

    async def _test(self, seen: rows.Seen, _sure: bool = True) -> None:
        done = await self.act(self.hall.devices.test(seen.name, actor=self.actor))
        if done is None:
            return
        hint = ""
        if seen.status.health.state is DeviceState.UNKNOWN:
            hint = _("现在没有程序在管它；有了才会测试")
        self.status.say(f" {_('已让 {device} 测试').format(device=seen.full_name)}", f" {hint}")
        self.followed = done.print_job
        await self.reload()

    def action_mute(self) -> None:
        """Silence the voice: ask why."""
        seen = self.chosen
        if seen is None or not self.possible("mute"):
            self.status.say(f" {_('只有语音能静音')}", f" {_('用上下键选语音，再按 2')}")
            return
        heading = _("语音静音的原因（静音后请口头叫号）")
        ask(self, Reason(heading, MUTE_REASONS), partial(self._mute, seen))

    async def _mute(self, seen: rows.Seen, reason: str) -> None:
        done = await self.act(
            self.hall.devices.mute(seen.name, on=True, reason=reason, actor=self.actor)
        )
        if done is not None:
            text = _("{device} 已静音：请口头叫号；再按 2 恢复").format(device=seen.full_name)
            self.status.say(f" {text}")

    async def action_unmute(self) -> None:
        """Let the voice be heard again."""
        seen = self.chosen
        if seen is None:
            return
        done = await self.act(self.hall.devices.mute(seen.name, on=False, actor=self.actor))
        if done is not None:
            text = _("{device} 不再静音").format(device=seen.full_name)
            self.status.say(f" {text}")

    def _can_teach(self, teacher: Teacher) -> bool:
        return self.chosen is not None and teacher.can_teach(self.chosen.name)

    def action_teach(self) -> None:
        """Teach the pad its keys."""
        from yichuang.tui.screens.teach import Teaching

        if self._teacher is not None and self.chosen is not None:
            ask(self, Teaching(self._teacher, self.chosen.name), self._taught)

    async def _taught(self, said: str) -> None:
        self.status.say(f" {said}")

    # --- papers -------------------------------------------------------------------------------

    def action_retry(self) -> None:
        """Print again what surely was not printed: ask which."""
        jobs = rows.unprinted_jobs(self._jobs)
        if jobs:
            ask(self, Choice(_("再打哪一张（确实没有打出的）"), self._choices(jobs)), self._retry)
        elif rows.bad_tickets(self._jobs):
            self._say_none_to_retry()
        else:
            self._say_all_is_well()

    def action_reprint(self) -> None:
        """Print a ticket once more, marked as such, after a look at the printer: ask which."""
        jobs = rows.bad_tickets(self._jobs)
        if jobs:
            ask(self, Choice(_("补打哪一张（先看一眼出纸口）"), self._choices(jobs)), self._reprint)
        else:
            self._say_all_is_well()

    def _choices(self, jobs: Sequence[PrintJob]) -> list[tuple[Line, PrintJob]]:
        zone = self.hall.settings.zone
        return [(rows.job_choice(job, zone), job) for job in jobs]

    def _say_none_to_retry(self) -> None:
        self.status.say(
            f" {_('没有可以再打的：确实没有打出的才能再打')}",
            f" {_('看一眼出纸口；没有票就按 4 补打')}",
        )

    def _say_all_is_well(self) -> None:
        self.status.say(f" {_('最近的打印都没有问题')}")

    async def _retry(self, job: PrintJob) -> None:
        known = await self.look(self.hall.print_job(job.id))
        if known is None or not known.is_surely_unprinted:
            # It was sent meanwhile, from elsewhere: the rules' refusal names a command, here is a key.
            await self.reload()
            self._say_none_to_retry()
            return
        done = await self.act(self.hall.devices.retry(job.id, actor=self.actor))
        if done is not None:
            self.followed = done.print_job
            await self.reload()

    async def _reprint(self, job: PrintJob) -> None:
        reprint = self.hall.reprint(job.number, printer=job.printer, actor=self.actor)
        done = await self.act(reprint)
        if done is not None:
            self.followed = done.print_job
            await self.reload()
