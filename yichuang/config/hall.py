"""The sections of hall.toml about the hall itself, its categories, windows, tickets and printers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from yichuang.config.section import Line, Name, Section
from yichuang.language import N_, _, current_language

Level = Literal["village", "town", "city"]


class HallSettings(Section):
    """`[hall]`: what the hall is called and where it stands."""

    name: Name
    """The full name on tickets and screens, such as 郑陆镇为民服务中心 (S01-S07)."""
    level: Level = "town"
    timezone: str = "Asia/Shanghai"
    """The hall's own time zone: business dates and printed times are told in it."""
    complaint_phone: Line = Field("12345", max_length=20)
    """M01, C08: on the board and on every ticket."""
    language: Literal["zh_CN", "en"] = "zh_CN"
    sample: bool = False
    """A hall for trying out: `run` without a terminal plays a scripted day in it."""
    notice: Line = Field(N_("取号后请在等候区休息，留意屏幕和语音叫号"), max_length=80)
    """The line at the foot of the board."""

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(
                _("没有「{zone}」这个时区，例如 Asia/Shanghai").format(zone=zone)
            ) from None
        return zone


class CategorySettings(Section):
    """`[[category]]`: one of at most six kinds of business (B01, B02)."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    name: Name
    english: Line = Field("", max_length=40)
    letter: str = Field(pattern=r"^[A-Z]$")
    """What its ticket numbers begin with."""

    @property
    def label(self) -> str:
        """The name in the user's language."""
        return self.name_in(current_language())

    def name_in(self, language: str) -> str:
        """The name in that language, where it has one."""
        return self.english if self.english and language == "en" else self.name


WindowKind = Literal[
    "integrated",
    "instant",
    "one_thing",
    "cross_region",
    "complaint",
    "collection",
    "servicemen",
    "department",
    "all_subject",
]
"""What a window is for, in the standards' terms (B03, B05, B07, B13, F02, I29)."""

WINDOW_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "integrated": N_("综合窗口"),
        "instant": N_("即办件"),
        "one_thing": N_("一件事"),
        "cross_region": N_("跨区域通办"),
        "complaint": N_("有诉即办"),
        "collection": N_("出件"),
        "servicemen": N_("军人优先"),
        "department": N_("部门窗口"),
        "all_subject": N_("全科窗口"),
    }
)
"""What each kind of window is called."""

SPECIAL_KINDS = ("one_thing", "cross_region", "complaint", "collection")
"""Kinds whose own lines hold only the tickets that ask for such a window."""


class WindowSettings(Section):
    """`[[window]]`: one window and what it serves, in order of preference."""

    number: int = Field(ge=1, le=999)
    name: Line = Field("", max_length=20)
    zone: Line = Field("", max_length=20)
    """The zone printed on the ticket (A07); empty where the hall has one room (B20)."""
    kind: WindowKind = "integrated"
    categories: tuple[str, ...] = ()
    """Its own categories; an `all_subject` window that names none is given all (B13)."""
    helps: tuple[str, ...] = ()
    """Categories it takes when its own lines are empty, or theirs are long (`[dispatch]`)."""
    skills: tuple[Annotated[Line, Field(min_length=1, max_length=10)], ...] = ()
    """What its clerk can do besides, such as 手语, 方言, 英语 (H13): a ticket may ask for one."""
    reason: Line = Field("", max_length=80)
    """Why there is a department window at all: "原则上不可以按部门、按事项设置专业窗口" (B18)."""

    @model_validator(mode="after")
    def _says_why_and_what(self) -> WindowSettings:
        if self.kind == "department" and not self.reason:
            raise ValueError(
                _(
                    '{window} 号是部门窗口，要写明设置的原因，例如 reason = "公安专网"'
                    "（原则上不按部门设置窗口）"
                ).format(window=self.number)
            )
        if not self.categories and self.kind != "all_subject":
            raise ValueError(
                _("{window} 号窗口要写 categories，至少一个类别").format(window=self.number)
            )
        return self

    @property
    def serves(self) -> tuple[str, ...]:
        """Own categories, then help categories."""
        return self.categories + self.helps

    @property
    def label(self) -> str:
        """What kind of window it is, in the user's language."""
        return _(WINDOW_KINDS[self.kind])


class TicketSettings(Section):
    """`[ticket]`: numbers and what is on the paper."""

    digits: int = Field(3, ge=2, le=4)
    """Digits after the letter; numbers past the last one grow by a digit."""
    priority_prefix: str = Field("", pattern=r"^[A-Z]?$")
    """A letter before green-channel numbers (V in some halls); empty for none."""
    appointment_prefix: str = Field("Y", pattern=r"^[A-Z]?$")
    """A letter before the numbers of appointments; empty for none."""
    qr: bool | None = None
    """Whether a code for rating and enquiry is printed; by itself where the hall has a scanner."""
    keep_person_days: int = Field(30, ge=1, le=3650)
    """After so many days the keyed hash of whose ticket it was is cleared (PIPL 19, 47)."""
    hints: tuple[Line, ...] = (
        N_("请在等候区休息，留意屏幕和语音叫号"),
        N_("过号请到窗口或导引台恢复，当天有效"),
    )


class MissedSettings(Section):
    """`[missed]`: when a ticket may be passed, and what becomes of it (requirements 4.5, 4.11)."""

    calls: int = Field(3, ge=1, le=9)
    """How often it must have been called before it may be passed."""
    gap_seconds: int = Field(20, ge=0, le=600)
    """Calls that follow one another sooner count as one; so long, too, must a pass wait after the last."""
    void_at_once: bool = False
    """A passed ticket is void: the visitor takes a new one."""
    put_back: int = Field(3, ge=0, le=50)
    """A reinstated ticket goes behind this many others of its line."""
    returns: int = Field(2, ge=0, le=9)
    """How often one ticket may be reinstated; the next pass makes it void."""
    late_numbers: int = Field(3, ge=0, le=50)
    """A window may call a passed ticket directly while no more than so many of its category were called
    since; 0 for never."""
    reasons: tuple[Name, ...] = Field(
        (N_("未到"), N_("走开了"), N_("放弃办理"), N_("叫错")), min_length=1, max_length=9
    )


class RateSettings(Section):
    """`[dispatch.rates]`: how fast each class gathers priority while it waits, under `accumulating`."""

    ordinary: float = Field(1.0, gt=0, le=100)
    appointment: float = Field(2.0, gt=0, le=100)
    priority: float = Field(4.0, gt=0, le=100)
    transferred: float = Field(6.0, gt=0, le=100)


POLICIES: Mapping[str, str] = MappingProxyType(
    {
        "fifo": N_("先到先叫"),
        "alternating": N_("按比例交替"),
        "accumulating": N_("累积优先"),
    }
)
"""What each policy is called."""


class DispatchSettings(Section):
    """`[dispatch]`: who is next (DESIGN 5)."""

    policy: Literal["fifo", "alternating", "accumulating"] = "accumulating"
    front_calls: int = Field(2, ge=1, le=99)
    """Under `alternating`: after so many from the front classes one ordinary ticket is called."""
    rates: RateSettings = RateSettings()
    help_longer_than: int = Field(10, ge=0, le=999)
    """A help category with more waiting than this is helped though the own lines are not empty
    (requirements 4.9: "more than 10 waiting triggers cross-window help")."""
    help_after_minutes: int = Field(15, ge=0, le=600)
    """So is one whose head has waited this long."""
    chosen_reasons: tuple[Name, ...] = Field(
        (N_("有人等急"), N_("材料已备齐"), N_("同一件事"), N_("老人小孩")),
        min_length=1,
        max_length=9,
    )
    """Why a clerk may call a ticket out of order (A05); any other reason can be typed."""


class GroupSettings(Section):
    """`[[group]]`: a reason for the priority class, kept for statistics and shown nowhere (F01, F02, F04)."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    name: Name

    @property
    def label(self) -> str:
        """The group in the user's language, for the desk that issues and for statistics."""
        return _(self.name, "group")


GROUPS = tuple(
    GroupSettings(code=code, name=name)
    for code, name in (
        ("elderly", N_("老", "group")),
        ("frail", N_("弱", "group")),
        ("sick", N_("病", "group")),
        ("disabled", N_("残", "group")),
        ("pregnant", N_("孕", "group")),
        ("servicemen", N_("现役军人", "group")),
        ("veterans", N_("退役军人", "group")),
        ("firefighters", N_("消防救援人员", "group")),
        ("key_project", N_("重点项目", "group")),
    )
)
"""The groups that a hall has unless it names its own (F01, F02, F04; requirements 4.8)."""


class PauseSettings(Section):
    """`[pause]`: why a window may pause."""

    reasons: tuple[Name, ...] = Field(
        (
            N_("临时离开"),
            N_("用餐"),
            N_("开会"),
            N_("换班"),
            N_("设备故障"),
            N_("整理材料"),
        ),
        min_length=1,
        max_length=9,
    )
