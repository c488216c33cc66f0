"""The sections of hall.toml about the hall itself, its categories, windows, tickets and printers."""

from __future__ import annotations

from typing import Literal
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


class WindowSettings(Section):
    """`[[window]]`: one window and what it serves, in order of preference."""

    number: int = Field(ge=1, le=999)
    name: Line = Field("", max_length=20)
    zone: Line = Field("", max_length=20)
    """The zone printed on the ticket (A07); empty where the hall has one room (B20)."""
    categories: tuple[str, ...] = Field(min_length=1)
    """Its own categories."""
    helps: tuple[str, ...] = ()
    """Categories it takes when its own lines are empty."""

    @property
    def serves(self) -> tuple[str, ...]:
        """Own categories, then help categories."""
        return self.categories + self.helps


class TicketSettings(Section):
    """`[ticket]`: numbers and what is on the paper."""

    digits: int = Field(3, ge=2, le=4)
    """Digits after the letter; numbers past the last one grow by a digit."""
    priority_prefix: str = Field("", pattern=r"^[A-Z]?$")
    """A letter before green-channel numbers (V in some halls); empty for none."""
    hints: tuple[Line, ...] = (
        N_("请在等候区休息，留意屏幕和语音叫号"),
        N_("过号请到窗口或导引台恢复，当天有效"),
    )


class MissedSettings(Section):
    """`[missed]`: what becomes of a passed ticket (requirements 4.5, 4.11)."""

    put_back: int = Field(3, ge=0, le=50)
    """A reinstated ticket goes behind this many others of its line."""
    returns: int = Field(2, ge=0, le=9)
    """How often one ticket may be reinstated."""
    reasons: tuple[Name, ...] = Field(
        (N_("未到"), N_("走开了"), N_("放弃办理"), N_("叫错")), min_length=1, max_length=9
    )


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


class PrinterSettings(Section):
    """`[[printer]]`: one ticket printer."""

    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,20}$")
    transport: Literal["tcp", "file"]
    host: str = Field("", max_length=255)
    port: int = Field(9100, ge=1, le=65535)
    path: str = ""
    """For `file`: a device such as /dev/usb/lp0, or a plain file."""
    width: Literal[58, 80] = 80
    """Paper width in mm: 58 has 32 columns (384 dots), 80 has 48 (576 dots)."""
    encoding: Literal["gbk", "gb18030", "utf-8", "raster"] = "gbk"
    """How Chinese is sent; `raster` draws every line that is not ASCII."""
    rare: Literal["replace", "raster"] = "replace"
    """Characters outside the encoding: 〓 in their place, or the line drawn as an image."""
    font: str = ""
    """A font file for drawn lines; empty looks among the system's."""
    chinese_mode: Literal["once", "runs", "never"] = "once"
    """When `FS &` is sent: once after initialising, around every Chinese run, or not at all."""
    simulated: bool = False
    """`run` starts a simulated printer on this `port` (a hall for trying out). It listens at 127.0.0.1 only,
    on this machine, so `host` must be 127.0.0.1 or localhost."""
    cutter: bool = True
    process_id: bool = False
    """The printer answers `GS ( H`; a clone that does not know it may print stray characters."""
    buzzer: bool = False
    answers: bool = True
    """False for print servers and boards that never answer: a ticket is then at best handed over."""
    answer_seconds: float = Field(1.0, gt=0, le=10)
    """How long to wait for the answer to a status request."""
    print_seconds: float = Field(6.0, gt=0, le=60)
    """How long a ticket may take from the last byte to the printer's confirmation, and how long the next
    waits at most for a printer that still owes answers."""

    @model_validator(mode="after")
    def _names_its_place(self) -> PrinterSettings:
        if self.transport == "tcp" and not self.host:
            raise ValueError(_('transport = "tcp" 要有 host，例如 host = "192.168.1.50"'))
        if self.transport == "file" and not self.path:
            raise ValueError(_('transport = "file" 要有 path，例如 path = "/dev/usb/lp0"'))
        return self
