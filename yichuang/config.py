"""hall.toml as frozen pydantic models: everything a hall may choose, with a sound default.

Unknown keys are refused with the nearest known name, and all mistakes are reported at once
(`yichuang.errors.InvalidHall`).
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from yichuang.errors import FileUnreadable, HallIncomplete, HallMissing, InvalidHall
from yichuang.language import N_, _, current_language
from yichuang.text import is_harmless

SETTINGS_FILE = "hall.toml"
"""The name of the settings inside a hall's folder."""

STORE_FILE = "hall.sqlite3"
"""The name of the SQLite file inside a hall's folder."""

MOST_CATEGORIES = 6
"""B02, DB4105/T 229-2024 4.1: "设置分类区域不应超过6类"."""

Level = Literal["village", "town", "city"]


def _one_harmless_line(text: str) -> str:
    if not is_harmless(text):
        raise ValueError(_("只能写一行文字，不能有控制字符"))
    return text


Line = Annotated[str, AfterValidator(_one_harmless_line)]
"""One line of text that no terminal and no printer would obey."""

Name = Annotated[Line, Field(min_length=1, max_length=40)]


class Section(BaseModel):
    """A part of hall.toml: frozen, and strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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


class Settings(Section):
    """The whole of hall.toml."""

    hall: HallSettings
    category: tuple[CategorySettings, ...] = Field(min_length=1)
    window: tuple[WindowSettings, ...] = Field(min_length=1)
    printer: tuple[PrinterSettings, ...] = ()
    ticket: TicketSettings = TicketSettings()
    missed: MissedSettings = MissedSettings()
    pause: PauseSettings = PauseSettings()

    @field_validator("category")
    @classmethod
    def _six_at_most(cls, categories: tuple[CategorySettings, ...]) -> tuple[CategorySettings, ...]:
        if len(categories) > MOST_CATEGORIES:
            raise ValueError(
                _(
                    "设了 {count} 个类别。「设置分类区域不应超过6类」"
                    "（DB4105/T 229-2024 4.1）：合并相近的类别"
                ).format(count=len(categories))
            )
        _refuse_twins("code", [category.code for category in categories])
        _refuse_twins("letter", [category.letter for category in categories])
        return categories

    @field_validator("window")
    @classmethod
    def _windows_differ(cls, windows: tuple[WindowSettings, ...]) -> tuple[WindowSettings, ...]:
        _refuse_twins("number", [window.number for window in windows])
        return windows

    @field_validator("printer")
    @classmethod
    def _printers_differ(cls, printers: tuple[PrinterSettings, ...]) -> tuple[PrinterSettings, ...]:
        _refuse_twins("name", [printer.name for printer in printers])
        return printers

    @model_validator(mode="after")
    def _windows_serve_known_categories(self) -> Settings:
        known = [category.code for category in self.category]
        for window in self.window:
            for code in window.serves:
                if code not in known:
                    near = _nearest(code, known)
                    raise ValueError(
                        _("{window} 号窗口的类别「{code}」不存在{near}").format(
                            window=window.number, code=code, near=near
                        )
                    )
            _refuse_twins(
                _("{window} 号窗口的类别").format(window=window.number), list(window.serves)
            )
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The hall's time zone."""
        return ZoneInfo(self.hall.timezone)


def _refuse_twins(what: str, values: list[Any]) -> None:
    twins = sorted({str(value) for value in values if values.count(value) > 1})
    if twins:
        raise ValueError(_("{what} 重复：{twins}").format(what=what, twins=_("、").join(twins)))


def load_settings(folder: Path) -> Settings:
    """Read the settings of the hall at `folder`; raises HallMissing, HallIncomplete or InvalidHall."""
    path = folder / SETTINGS_FILE
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        if (folder / STORE_FILE).exists():
            raise HallIncomplete(folder=folder, found=STORE_FILE, lost=SETTINGS_FILE) from None
        raise HallMissing(folder=folder) from None
    except UnicodeDecodeError as error:
        raise InvalidHall(
            path=path, problems=[_("不是 UTF-8 文本（第 {byte} 字节）").format(byte=error.start)]
        ) from error
    except OSError as error:
        raise FileUnreadable(path=path, detail=error.strerror) from error
    return parse_settings(text, path)


def parse_settings(text: str, path: Path) -> Settings:
    """Settings from the text of a hall.toml; `path` is only for messages. Raises InvalidHall."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidHall(
            path=path, problems=[_("不是合法的 TOML：{detail}").format(detail=error)]
        ) from error
    try:
        return Settings.model_validate(raw)
    except ValidationError as error:
        raise InvalidHall(path=path, problems=list(_problems(error))) from error


_REASONS = {
    "missing": N_("缺少这一项"),
    "int_parsing": N_("要写成整数"),
    "int_type": N_("要写成整数"),
    "float_type": N_("要写成数"),
    "string_type": N_("要写成带引号的文字"),
    "bool_type": N_("要写 true 或 false"),
    "bool_parsing": N_("要写 true 或 false"),
    "tuple_type": N_("要写成方括号里的一列"),
    "model_type": N_("要写成一节"),
    "model_attributes_type": N_("要写成一节"),
}


def _problems(error: ValidationError) -> Iterator[str]:
    for found in error.errors(include_url=False):
        place = _place(found["loc"])
        kind, context = found["type"], found.get("ctx", {})
        if kind == "too_short" and len(found["loc"]) == 1 and found["input"]:
            continue  # its parts were refused one by one already
        if kind == "extra_forbidden":
            near = _nearest(str(found["loc"][-1]), _known_keys(found["loc"][:-1]))
            yield _("{place}：没有这一项{near}").format(place=place, near=near)
        elif kind == "value_error":
            yield f"{place}：{context['error']}" if place else str(context["error"])
        elif kind == "literal_error":
            yield _("{place}：只能是 {expected}").format(
                place=place, expected=context["expected"].replace(" or ", "、")
            )
        elif kind in _REASONS:
            yield f"{place}：{_(_REASONS[kind])}"
        else:
            yield _("{place}：不能是 {value}（{rule}）").format(
                place=place, value=repr(found["input"]), rule=found["msg"]
            )


def _place(loc: tuple[int | str, ...]) -> str:
    text = ""
    for part in loc:
        if isinstance(part, int):
            text += _("[第 {place} 个]").format(place=part + 1)
        else:
            text += f".{part}" if text else part
    return text


def _known_keys(loc: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] = Settings
    for part in loc:
        if isinstance(part, int):
            continue
        annotation = model.model_fields[part].annotation
        inner = [kind for kind in (annotation, *get_args(annotation)) if isinstance(kind, type)]
        found = [kind for kind in inner if issubclass(kind, BaseModel)]
        if not found:
            return []
        model = found[0]
    return list(model.model_fields)


def _nearest(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    if near:
        return _("，是不是 {near}？").format(near=near[0])
    return _("，可用：{known}").format(known=_("、").join(known))
