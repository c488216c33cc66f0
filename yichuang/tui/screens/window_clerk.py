"""What a clerk's screen does at one key: steps without a question, and what the others share."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

from textual.timer import Timer

from yichuang.config import CategorySettings
from yichuang.errors import NeverPrinted, QueueRefusal
from yichuang.language import _
from yichuang.queue import command as commands
from yichuang.queue.clerk import ClerkView
from yichuang.queue.concern import BEFALLS_TICKETS, concerns_window
from yichuang.queue.desk import Done
from yichuang.queue.device import DeviceStatus
from yichuang.queue.event import Entry
from yichuang.queue.people import command as people
from yichuang.queue.people.role import Role
from yichuang.queue.permission import MAY, OF_ONE_POST
from yichuang.queue.printing import PrintJob
from yichuang.queue.rating import Grade, RatingChannel
from yichuang.queue.service import Hall
from yichuang.queue.view import Rated, WindowView
from yichuang.tui.screens.choice import Choice
from yichuang.tui.screens.device_rows import seen_in, unheard
from yichuang.tui.screens.dialog import ask
from yichuang.tui.screens.paper_job import FollowsPaper
from yichuang.tui.screens.post_acts import ask_to_leave, ask_to_take, ask_whereabouts, take_post
from yichuang.tui.screens.window_rows import route_stops
from yichuang.tui.screens.window_steps import refusal
from yichuang.tui.text import Line, Part

Step = Coroutine[Any, Any, Done]


class ClerkScreen(FollowsPaper):
    """A screen at one window. A subclass shows the window, and keeps in `clerk` what it showed."""

    NEEDS = MappingProxyType(
        {
            "call_next": commands.CallNext,
            "recall": commands.Recall,
            "start": commands.Start,
            "finish": commands.Finish,
            "pass": commands.Pass,
            "hold": commands.Hold,
            "transfer": commands.Transfer,
            "pause": commands.PauseWindow,
            "resume_duty": commands.ResumeWindow,
            "undo": commands.Undo,
            "pick": commands.CallChosen,
            "open": commands.OpenWindow,
            "close": commands.CloseWindow,
            "take_back": commands.Resume,
            "reinstate": commands.ReinstateTicket,
            "reprint": commands.ReprintTicket,
            "rate_told": commands.RateTicket,
            "leave_post": people.LeavePost,
            "take_post": people.TakePost,
            "whereabouts": people.SetWhereabouts,
        }
    )

    def __init__(self, hall: Hall, window: int) -> None:
        """`window` must be one of the hall's."""
        super().__init__(hall)
        self.window_number = window
        self.actor = f"window-{window}"
        self.clerk: ClerkView | None = None
        """The window as it was last read; None before the first reading."""
        self.rated: Rated | None = None
        """The ticket that was finished last here, with its rating, while there is none at hand."""
        self._rules = hall.rules
        """What the hall went by when it was read last."""
        self._unheard = ""
        """What is told of the voice."""
        self._until_rated: Timer | None = None

    @property
    def _categories(self) -> dict[str, CategorySettings]:
        """The categories by code, as they are now."""
        return self.hall.rules.categories

    @property
    def has_pad(self) -> bool:
        """Whether visitors have a rating pad before them."""
        pads = self.hall.settings.rating_pad
        return any(pad.window == self.window_number for pad in pads)

    @property
    def _view(self) -> WindowView | None:
        return self.clerk.window if self.clerk else None

    # --- who is here --------------------------------------------------------------------------

    @property
    def is_mine(self) -> bool:
        """Whether the person before this screen is on duty at this window."""
        duty = self.session.duty
        return duty is not None and duty.window == self.window_number

    def allows(self, action: str) -> bool:
        """At windows clerks act alone where they are on duty; supervisors open, pause and close any (B10).

        At the hall's own machine, where nobody has signed in, there is no post to take or leave.
        """
        if action in ("leave_post", "take_post", "whereabouts") and not self.session.is_person:
            return False
        if not super().allows(action):
            return False
        if action in ("leave_post", "take_post"):
            return (action == "leave_post") == self.is_mine
        need = self.NEEDS.get(action)
        if need not in OF_ONE_POST or not self.session.is_person or self.is_mine:
            return True
        person = self.session.staff
        return person is not None and person.may(Role.SUPERVISOR) and Role.SUPERVISOR in MAY[need]

    async def who_is_here(self) -> list[Part]:
        """Who is on duty at this window, unless that is whoever sits before this screen."""
        roster = await self.session.rosters.read()
        duty = roster.duties.get(self.window_number)
        if duty is None:
            nobody = ("  ", (f" {_('没有人在岗')} ", "mark"))
            return list(nobody) if self.session.is_person else []
        who = f"{duty.badge} {roster.name_of(duty.badge)}"
        if self.session.is_host:
            return [f"  {who}"]
        if duty.badge == self.session.badge:
            return []  # the title row says so
        return ["  ", (f" {_('现在由 {who} 在岗').format(who=who)} ", "alert")]

    async def action_leave_post(self) -> None:
        """Leave the window: somebody is proposed to step in."""
        await ask_to_leave(self, self.window_number)

    async def action_take_post(self) -> None:
        """Go on duty here; where somebody else is, ask first."""
        posts = await self.look(self.hall.people.posts_of(self.session.badge))
        for post in posts or ():
            if post.window == self.window_number and post.duty is not None:
                ask_to_take(self, post)
            elif post.window == self.window_number:
                await take_post(self, post.window)

    def action_whereabouts(self) -> None:
        """Say where one is."""
        ask_whereabouts(self)

    # --- what happens elsewhere ---------------------------------------------------------------

    def may_show(self, entries: Sequence[Entry]) -> bool:
        """What happens at other windows, to others' visitors, changes nothing here."""
        clerk = self.clerk
        if clerk is None or self.followed is not None or self._rules is not self.hall.rules:
            return True
        if self._unheard != self._unheard_by(self.hall.devices.of_hall(self._happenings.devices)):
            return True
        view = clerk.window
        serves = {line.category.code for line in (*view.own, *view.help)}
        return any(
            # What it shows of tickets may be newer than all that it shows.
            (each.seq > clerk.seq or each.event.kind not in BEFALLS_TICKETS)
            and concerns_window(each.event, self.window_number, serves)
            for each in entries
        )

    # --- what can be done ---------------------------------------------------------------------

    def possible(self, action: str) -> bool:
        """Whether an action can be done now; the key bar shows the others dim."""
        if action == "reprint" and not self.hall.settings.printer:
            return False
        return self._refused(action) is None

    def keys_follow(self) -> object:
        """The window's state and ticket, and whether there is anything to call, take back or undo."""
        clerk = self.clerk
        if clerk is None:
            return None
        view = clerk.window
        some = (view.waiting, clerk.late, view.held, view.passed)
        is_far = view.pass_in > 0
        return (view.window.state, view.ticket, is_far, view.can_undo, *map(bool, some))

    def _refused(self, action: str) -> QueueRefusal | None:
        if self.clerk is None:
            return None
        return refusal(self.clerk, action, self.hall.rules, self.hall.clock.now())

    def _may(self, action: str) -> bool:
        """Whether to ask at all; shows why not."""
        refused = self._refused(action)
        if refused is not None:
            self.status.refuse(refused)
        return refused is None

    def _present(self) -> str:
        ticket = self._view.ticket if self._view else None
        return ticket.number if ticket else ""

    def said_of(self, job: PrintJob) -> str:
        """How the paper stands: here it is always one that is printed once more."""
        return _("补打 {number}：{state}").format(number=job.number, state=job.state.label)

    # --- voice and ratings --------------------------------------------------------------------

    async def unheard(self) -> str:
        """That nobody hears the calls of a hall that has a voice; empty when they are heard."""
        has_voice = self.hall.settings.voice.enabled
        self._unheard = self._unheard_by(await self.hall.devices.statuses() if has_voice else ())
        return self._unheard

    def _unheard_by(self, statuses: Sequence[DeviceStatus]) -> str:
        return unheard(seen_in(self.hall, statuses)) if self.hall.settings.voice.enabled else ""

    def take_rating(self, rated: Rated | None) -> None:
        """Keep what the last visitor thought; once the time for it is over, that is shown once."""
        if self._until_rated is not None:
            self._until_rated.stop()
            self._until_rated = None
        self.rated = rated
        if rated is not None and rated.awaited and rated.rating is None and self.has_pad:
            # A little later than the rule's seconds, so that this is never too early.
            self._until_rated = self.set_timer(rated.awaited + 0.1, self.reload, name="rated")

    def commands(self) -> list[tuple[str, str]]:
        """A rating that the visitor tells instead of pressing it; of the last ticket, once."""
        if self.rated is None or self.rated.rating is not None:
            return []
        number = self.rated.ticket.number
        return [(_("代录评价：{number}").format(number=number), "rate_told")]

    def action_rate_told(self) -> None:
        """Keep what the visitor told: ask which grade."""
        if not self.commands() or self.rated is None:
            return
        number = self.rated.ticket.number
        heading = _("{number} 的办事人说").format(number=number)
        grades: list[tuple[Line, Grade]] = [(grade.label, grade) for grade in Grade]
        ask(self, Choice(heading, grades), partial(self._rate, number))

    async def _rate(self, number: str, grade: Grade) -> None:
        command = self.hall.rate(grade, RatingChannel.STAFF, number=number, actor=self.actor)
        await self.step(command, _("{number} 的评价记下了"))

    # --- steps without a question -------------------------------------------------------------

    async def step(self, command: Step, said: str = "") -> None:
        """Run one command; `said` is shown after it, with `{number}` filled in."""
        done = await self.act(command)
        if done is not None and said:
            number = done.ticket.number if done.ticket else ""
            self.status.say(f" {said.format(number=number)}")

    async def action_call_next(self) -> None:
        """Call the ticket whose turn it is."""
        await self.step(self.hall.call_next(self.window_number, actor=self.actor))

    async def _step_shown(self, action: str, command: Callable[..., Step], said: str = "") -> None:
        """Run a command on the ticket that stands on the screen, and on no other.

        Another terminal may have gone on meanwhile; what the clerk does not see is left alone.
        """
        shown = self._present()
        if shown:
            step = command(self.window_number, ticket=shown, actor=self.actor)
            await self.step(step, said)
        else:
            self._may(action)

    async def action_recall(self) -> None:
        """Announce the ticket again; say so when that is too soon to count towards a pass."""
        ticket = self._view.ticket if self._view else None
        if ticket is None:
            self._may("recall")
            return
        command = self.hall.recall(self.window_number, ticket=ticket.number, actor=self.actor)
        done = await self.act(command)
        if done is not None and done.ticket is not None:
            counts = done.ticket.counted > ticket.counted
            said = _("已重呼 {number}") if counts else _("已重呼 {number}；离上次太近，不计次数")
            self.status.say(f" {said.format(number=ticket.number)}")

    async def action_start(self) -> None:
        """The visitor came."""
        await self._step_shown("start", self.hall.start)

    async def action_finish(self) -> None:
        """The work is done; a ticket on a joint route goes on to its next stop."""
        said = _("{number} 已办结；按错了 30 秒内按 9 撤销")
        ticket = self._view.ticket if self._view else None
        if ticket is not None and ticket.route:
            stop = route_stops(ticket, self._categories)[0]
            said = _("{number} 本站已办结，转到{stop}；按错了 30 秒内按 9 撤销")
            said = said.replace("{stop}", stop)
        await self._step_shown("finish", self.hall.finish, said)

    async def action_undo(self) -> None:
        """Take the last step back."""
        said = _("已撤销：{number}")
        await self.step(self.hall.undo(self.window_number, actor=self.actor), said)

    async def action_open(self) -> None:
        """Begin duty."""
        await self.step(self.hall.open_window(self.window_number, actor=self.actor))

    async def action_resume_duty(self) -> None:
        """End the pause."""
        await self.step(self.hall.resume_window(self.window_number, actor=self.actor))

    async def action_reprint(self) -> None:
        """Print the present ticket once more."""
        if not self.hall.settings.printer:
            self.status.refuse(NeverPrinted())
            return
        if not self._may("reprint") or self._view is None or self._view.ticket is None:
            return
        done = await self.act(self.hall.reprint(self._view.ticket.number, actor=self.actor))
        if done is not None:
            self.followed = done.print_job
            await self.reload()
