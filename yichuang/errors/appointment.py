"""Refusals around appointments and persons, and files of bookings. None of them repeats an ID number."""

from __future__ import annotations

from typing import Any

from yichuang.errors.refusal import QueueRefusal
from yichuang.errors.settings import ConfigError
from yichuang.language import N_


class InvalidIdNumber(QueueRefusal):
    """What was typed is not an ID number by GB 11643."""

    code = "invalid_id_number"
    text = N_("身份证号码不对：{detail}")
    advice = N_("对照证件再输入一遍；共 18 位，最后一位可能是 X")


class InvalidPhone(QueueRefusal):
    """What was typed is not a telephone number."""

    code = "invalid_phone"
    text = N_("电话号码不对")
    advice = N_("写 11 位手机号，或带区号的固定电话，例如 0519-12345678")


class KeyBroken(ConfigError):
    """The hall's secret is not as it was made."""

    code = "key_broken"
    text = N_("{path} 不是本程序生成的密钥")
    advice = N_("从备份把 hall.key 放回来；没有备份就把它移走，以前登记的证件将认不出来")


class AppointmentsOff(QueueRefusal):
    """The hall takes no appointments."""

    code = "appointments_off"
    text = N_("本大厅不接受预约")
    advice = N_("直接取号；管理员可在 hall.toml 的 [appointment] 里打开")


class NotBookable(QueueRefusal):
    """The category has no capacity for bookings."""

    code = "not_bookable"
    text = N_("「{category}」不接受预约")
    advice = N_("到大厅直接取号；管理员可在 hall.toml 的 [appointment] 里设 capacity")


class VisitorMissing(QueueRefusal):
    """A booking needs somebody who can be recognised."""

    code = "visitor_missing"
    text = N_("没有写明是谁预约")
    advice = N_("写身份证号码或电话号码，有一样就行")


class DayNotBookable(QueueRefusal):
    """The day is too near or too far (requirements 4.7)."""

    code = "day_not_bookable"
    text = N_("{date} 不能预约")
    advice = N_("可以约的日子：{days}")


class SlotUnknown(QueueRefusal):
    """No slot begins then, or not for what is asked."""

    code = "slot_unknown"
    text = N_("{start} 没有可以约的时段")
    advice = N_("当天可以约：{slots}")


class SlotPassed(QueueRefusal):
    """The slot has begun already."""

    code = "slot_passed"
    text = N_("{start} 的时段已经开始")
    advice = N_("改约后面的时段，或直接取号")


class SlotFull(QueueRefusal):
    """The slot has as many bookings as it may."""

    code = "slot_full"
    text = N_("{start} 约满了（{capacity} 人）")
    advice = N_("当天还有空的时段：{slots}")


class BookedThatDay(QueueRefusal):
    """One person books so often a day and no more (requirements 4.7)."""

    code = "booked_that_day"
    text = N_("这位办事人 {date} 已经约过 {count} 次")
    advice = N_("每人每天最多 {most} 次；要改时间先取消原来的预约，或改约别的日子")


class VisitorBarred(QueueRefusal):
    """The person missed too many appointments (requirements 4.7)."""

    code = "visitor_barred"
    text = N_("这位办事人爽约 {times} 次，{until} 之前不能预约")
    advice = N_("可以到大厅直接取号")


class BookingCodeTaken(QueueRefusal):
    """The code belongs to another open booking."""

    code = "booking_code_taken"
    text = N_("预约码已经被别的预约占用")
    advice = N_("再试一次；导入的文件里换一个 code，或空着由程序生成")
    retryable = True


class ReferenceDiffers(QueueRefusal):
    """A booking with that reference was imported before, for another time."""

    code = "reference_differs"
    text = N_("编号 {reference} 导入过，类别或时间与那次不同")
    advice = N_("先取消那次预约，改期的预约换一个编号")


class UnknownAppointment(QueueRefusal):
    """No booking is known by that code, or for that person today."""

    code = "unknown_appointment"
    text = N_("没有找到预约")
    advice = N_("核对六位预约码，或改用预约时登记的身份证；没有预约可以直接取号")


class AppointmentEnded(QueueRefusal):
    """The booking is checked in, cancelled or missed already."""

    code = "appointment_ended"
    text = N_("这个预约{state}，不能再取消")
    advice = N_("已签到的取消它的号；其余的不用再办")


class AppointmentCancelled(QueueRefusal):
    """Nobody can check in a cancelled booking."""

    code = "appointment_cancelled"
    text = N_("{start} 的预约已经取消")
    advice = N_("可以直接取号，或另约时间")


class CancelTooLate(QueueRefusal):
    """It is too near to the slot (requirements 4.7)."""

    code = "cancel_too_late"
    text = N_("离 {start} 不到 {hours} 小时，不能取消")
    advice = N_("请按时来；来不了请告诉导引台，导引台可以写明原因代为取消（--force --reason）")


class AppointmentOtherDay(QueueRefusal):
    """The booking is for another day."""

    code = "appointment_other_day"
    text = N_("预约的是 {start}，不是今天")
    advice = N_("请在预约那天来签到；今天要办可以直接取号")


class AlreadyCheckedIn(QueueRefusal):
    """The booking has its ticket."""

    code = "already_checked_in"
    text = N_("这个预约已经签到，号是 {number}")
    advice = N_("票丢了可以补打：yichuang ticket reprint {number}")


class AppointmentTooLate(QueueRefusal):
    """The slot is over since longer than the hall waits."""

    code = "appointment_too_late"
    text = N_("{start} 的预约已过时 {minutes} 分钟以上，不再按预约叫号")
    advice = N_("请取一个普通号排队")


class InvalidBookings(ConfigError):
    """A file of bookings has bad lines; nothing was imported. `problems` lists every one."""

    code = "bookings_invalid"
    text = N_("{path} 有 {count} 处不能导入，没有导入任何预约：\n{listing}")
    advice = N_("改好上面各行，再导入一次；已经导入过的预约不会重复")

    def __init__(self, *, path: Any, problems: list[str]) -> None:
        self.problems = problems
        listing = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(path=path, count=len(problems), listing=listing)
