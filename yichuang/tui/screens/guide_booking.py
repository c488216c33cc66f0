"""Appointments at the guide desk: check in, book on site or by telephone, cancel, today's list (E01)."""

from __future__ import annotations

from datetime import datetime

from yichuang.errors import CancelTooLate, SlotUnknown
from yichuang.language import N_, _
from yichuang.queue.appointment import (
    CODE_DIGITS,
    Appointment,
    AppointmentState,
    BookableDay,
    Channel,
)
from yichuang.queue.desk import Done
from yichuang.queue.opening import opening_text
from yichuang.tui.screens.check_in import MOST_TYPED, CheckIn, check_in
from yichuang.tui.screens.choice import Choice, Pick
from yichuang.tui.screens.guide_acts import EntranceScreen
from yichuang.tui.screens.guide_dialogs import Listing, Typing
from yichuang.tui.screens.guide_rows import appointment_row, appointment_rows
from yichuang.tui.screens.reason import Reason
from yichuang.tui.screens.window_rows import category_row
from yichuang.tui.text import Line, pad

CANCEL_REASONS = (N_("来不了了"), N_("改约别的时间"), N_("约错了"))
"""Why a booking is cancelled later than the rule allows; any other can be typed."""


class Bookings:
    """The steps at one guide desk."""

    def __init__(self, desk: EntranceScreen) -> None:
        self._desk = desk
        self._hall = desk.hall

    async def run(self) -> None:
        """Ask what is wanted, and do it."""
        choices: list[tuple[Line, str]] = [
            (_("签到：预约码或身份证号码"), "check_in"),
            (_("现场预约"), Channel.ON_SITE),
            (_("电话预约"), Channel.PHONE),
            (_("取消预约"), "cancel"),
            (_("今天的预约"), "list"),
        ]
        wanted = await self._desk.ask(Choice(_("预约"), choices))
        if wanted == "check_in":
            await self.check_in()
        elif wanted == "cancel":
            await self.cancel()
        elif wanted == "list":
            await self.show_today()
        elif wanted is not None:
            await self.book(Channel(wanted))

    # --- the day itself -----------------------------------------------------------------------

    async def check_in(self) -> None:
        """The visitor has come."""
        answer = await self._desk.ask(CheckIn(self._check))
        if isinstance(answer, str):
            await self._desk.reprint(answer)
        elif answer is not None:
            await self._desk.reload()
            await self._desk.tell(answer)

    async def _check(self, typed: str) -> Done:
        return await check_in(self._hall, typed, printer=None, origin="", actor=self._desk.actor)

    async def show_today(self) -> None:
        """All bookings of today."""
        bookings = await self._desk.look(self._hall.appointments.between())
        if bookings is None:
            return
        rows = appointment_rows(bookings, self._hall.rules) or [_("今天没有预约")]
        open_ones = sum(each.state is AppointmentState.BOOKED for each in bookings)
        heading = _("今天的预约 {count} 个，{open} 个还没到").format(
            count=len(bookings), open=open_ones
        )
        await self._desk.ask(Listing(heading, rows))

    # --- booking ------------------------------------------------------------------------------

    async def book(self, channel: Channel) -> None:
        """Ask for category, day, slot and visitor, and book."""
        lines = await self._desk.look(self._hall.lines())
        if lines is None:
            return
        choices: list[tuple[Line, str]] = [
            (category_row(line), line.category.code) for line in lines
        ]
        category = await self._desk.ask(Choice(_("预约哪一类"), choices))
        if category is None:
            return
        days = await self._desk.look(self._hall.appointments.days(category))
        if not days:
            if days is not None:
                self._desk.status.say(f" {_('这一类没有可以约的日子')}")
            return
        day = await self._ask_day(days)
        start = await self._ask_slot(day) if day is not None else None
        if day is None or start is None:
            return
        slot = next((each for each in day.slots if self._clock(each.start) == start), None)
        if slot is None:
            free = _("、").join(self._shown(each.start) for each in day.slots if each.free)
            self._desk.status.refuse(SlotUnknown(start=start, slots=free))
            return
        who = await self._ask_visitor(channel)
        if who is None:
            return
        step = self._hall.appointments.book(
            slot.start, category=category, channel=channel, actor=self._desk.actor, **who
        )
        done = await self._desk.act(step)
        if done is not None and done.appointment is not None:
            await self._desk.tell_booking(done.appointment)

    async def _ask_day(self, days: list[BookableDay]) -> BookableDay | None:
        choices: list[tuple[Line, BookableDay]] = []
        for day in days:
            start = day.slots[0].start.astimezone(self._hall.rules.zone)
            time = f"{start.hour}:{start.minute:02d}"
            opens = opening_text(self._hall.rules, start).removesuffix(time).rstrip()
            free = _("空 {count} 个").format(count=day.free)
            choices.append((f"{pad(opens, 20)}{free if day.free else _('约满了')}", day))
        return await self._desk.ask(Choice(_("约哪一天"), choices))

    async def _ask_slot(self, day: BookableDay) -> str | None:
        entries: list[tuple[str, Line]] = []
        for slot in day.slots:
            free = _("空 {count} 个").format(count=slot.free) if slot.free else _("约满了")
            mark = f"  {_('只接待预约')}" if slot.is_elastic else ""
            entries.append(
                (self._clock(slot.start), f"{pad(self._shown(slot.start), 8)}{free}{mark}")
            )
        return await self._desk.ask(Pick(_("约几点，例如 0930"), _("时间"), entries))

    def _clock(self, start: datetime) -> str:
        return self._shown(start).replace(":", "")

    def _shown(self, start: datetime) -> str:
        return f"{start.astimezone(self._hall.rules.zone):%H:%M}"

    async def _ask_visitor(self, channel: Channel) -> dict[str, str] | None:
        """Who it is for: an ID number or a telephone number, and a name if one likes."""
        by_phone = channel is Channel.PHONE
        hint = (
            _("键入电话号码；也可以键入 18 位身份证号码")
            if by_phone
            else _("键入 18 位身份证号码；没有带证件就键入电话号码")
        )
        heading = _("电话号码") if by_phone else _("身份证号码")
        typed = await self._desk.ask(Typing(heading, hint))
        if typed is None:
            return None
        name = await self._desk.ask(
            Typing(_("姓名"), _("可以不写，直接按 Enter；只保存姓"), may_be_empty=True)
        )
        if name is None:
            return None
        kind = "id_number" if _is_long(typed) else "phone"
        return {kind: typed, "name": name}

    # --- cancelling ---------------------------------------------------------------------------

    async def cancel(self) -> None:
        """Give a place back; later than the rule allows with a reason."""
        hint = _("键入预约码、电话号码或身份证号码")
        typed = await self._desk.ask(Typing(_("取消预约"), hint))
        if typed is None:
            return
        found = await self._desk.look(self._find(typed))
        if found is None:
            return
        code = await self._choose(found, typed)
        if code is not None:
            done = await self._desk.act(self._cancelled(code))
            if done is not None:
                self._desk.status.say(f" {_('预约已取消')}")

    async def _find(self, typed: str) -> list[Appointment]:
        appointments = self._hall.appointments
        if _is_long(typed):
            return await appointments.find(id_number=typed)
        if len(typed) <= CODE_DIGITS:
            return await appointments.find(code=typed)
        return await appointments.find(phone=typed)

    async def _choose(self, found: list[Appointment], typed: str) -> str | None:
        """The code of the booking that is meant; what was typed when there is none, to be refused."""
        open_ones = [each for each in found if each.state is AppointmentState.BOOKED]
        if not open_ones:
            return found[0].code if found else typed
        choices: list[tuple[Line, str]] = [
            (appointment_row(each, self._hall.rules, with_date=True), each.code)
            for each in open_ones
        ]
        return await self._desk.ask(Choice(_("取消哪一个"), choices))

    async def _cancelled(self, code: str) -> Done | None:
        actor = self._desk.actor
        try:
            return await self._hall.appointments.cancel(code, actor=actor)
        except CancelTooLate as refused:
            heading = _("{message}；要取消请写明原因").format(message=refused.message)
            reason = await self._desk.ask(Reason(heading, CANCEL_REASONS))
            if reason is None:
                return None
            return await self._hall.appointments.cancel(
                code, reason=reason, force=True, actor=actor
            )


def _is_long(typed: str) -> bool:
    """Whether it can only be an ID number; no telephone number has so many characters."""
    return len("".join(typed.split())) >= MOST_TYPED - 1
