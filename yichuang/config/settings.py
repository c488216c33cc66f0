"""The whole of hall.toml, and how it is read."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from yichuang.config.alert import AlertSettings
from yichuang.config.appointment import AppointmentSettings
from yichuang.config.device import (
    CallerPadSettings,
    CallFeedSettings,
    DisplaySettings,
    IdReaderSettings,
    KioskSettings,
    RatingPadSettings,
    RatingSettings,
    ScannerSettings,
    VoiceSettings,
)
from yichuang.config.forecast import ForecastSettings
from yichuang.config.hall import (
    GROUPS,
    CategorySettings,
    DispatchSettings,
    GroupSettings,
    HallSettings,
    MissedSettings,
    PauseSettings,
    TicketSettings,
    WindowSettings,
)
from yichuang.config.hours import HolidaySettings, HoursSettings
from yichuang.config.printer import PrinterSettings
from yichuang.config.remote import RemoteSettings, StaffSettings
from yichuang.config.section import Section, nearest, refuse_twins
from yichuang.errors import FileUnreadable, HallIncomplete, HallMissing, InvalidHall
from yichuang.language import N_, _

SETTINGS_FILE = "hall.toml"
"""The name of the settings inside a hall's folder."""

STORE_FILE = "hall.sqlite3"
"""The name of the SQLite file inside a hall's folder."""

KEY_FILE = "hall.key"
"""The name of the file, inside a hall's folder, with the secret under which persons are recognised."""
HOST_KEY_FILE = "hall.ssh_key"
"""The name of the file, inside a hall's folder, with the key by which SSH clients know it again."""

MOST_CATEGORIES = 6
"""B02, DB4105/T 229-2024 4.1: "设置分类区域不应超过6类"."""


AnyDevice = (
    PrinterSettings
    | DisplaySettings
    | CallFeedSettings
    | VoiceSettings
    | IdReaderSettings
    | RatingPadSettings
    | CallerPadSettings
    | ScannerSettings
)


class Settings(Section):
    """The whole of hall.toml."""

    hall: HallSettings
    category: tuple[CategorySettings, ...] = Field(min_length=1)
    window: tuple[WindowSettings, ...] = Field(min_length=1)
    printer: tuple[PrinterSettings, ...] = ()
    ticket: TicketSettings = TicketSettings()
    missed: MissedSettings = MissedSettings()
    dispatch: DispatchSettings = DispatchSettings()
    group: tuple[GroupSettings, ...] = GROUPS
    pause: PauseSettings = PauseSettings()
    hours: HoursSettings = HoursSettings()
    holiday: tuple[HolidaySettings, ...] = ()
    forecast: ForecastSettings = ForecastSettings()
    appointment: AppointmentSettings = AppointmentSettings()
    kiosk: KioskSettings = KioskSettings()
    rating: RatingSettings = RatingSettings()
    voice: VoiceSettings = VoiceSettings()
    remote: RemoteSettings = RemoteSettings()
    staff: StaffSettings = StaffSettings()
    alert: AlertSettings = AlertSettings()
    display: tuple[DisplaySettings, ...] = ()
    call_feed: tuple[CallFeedSettings, ...] = ()
    id_reader: tuple[IdReaderSettings, ...] = ()
    rating_pad: tuple[RatingPadSettings, ...] = ()
    caller_pad: tuple[CallerPadSettings, ...] = ()
    scanner: tuple[ScannerSettings, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _all_subjects(cls, data: Any) -> Any:
        """An all-subject window that names no category has all of them (B13)."""
        if not isinstance(data, dict) or not isinstance(data.get("window"), list):
            return data
        categories = data.get("category")
        known = categories if isinstance(categories, list) else []
        codes = [each["code"] for each in known if isinstance(each, dict) and "code" in each]
        windows = [
            {**window, "categories": codes}
            if isinstance(window, dict)
            and window.get("kind") == "all_subject"
            and not window.get("categories")
            else window
            for window in data["window"]
        ]
        return {**data, "window": windows}

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
        refuse_twins("code", [category.code for category in categories])
        refuse_twins("letter", [category.letter for category in categories])
        return categories

    @field_validator("window")
    @classmethod
    def _windows_differ(cls, windows: tuple[WindowSettings, ...]) -> tuple[WindowSettings, ...]:
        refuse_twins("number", [window.number for window in windows])
        return windows

    @field_validator("group")
    @classmethod
    def _groups_differ(cls, groups: tuple[GroupSettings, ...]) -> tuple[GroupSettings, ...]:
        refuse_twins("code", [group.code for group in groups])
        return groups

    @field_validator("holiday")
    @classmethod
    def _holidays_differ(cls, holidays: tuple[HolidaySettings, ...]) -> tuple[HolidaySettings, ...]:
        refuse_twins("date", [holiday.date for holiday in holidays])
        return holidays

    @model_validator(mode="after")
    def _noon_windows_exist(self) -> Settings:
        known = [window.number for window in self.window]
        for number in self.hours.noon_windows:
            if number not in known:
                raise ValueError(
                    _("hours.noon_windows 写了 {window} 号窗口，大厅里没有").format(window=number)
                )
        return self

    @model_validator(mode="after")
    def _forecast_names_known_categories(self) -> Settings:
        known = [category.code for category in self.category]
        for code in self.forecast.categories:
            if code not in known:
                near = nearest(code, known)
                raise ValueError(
                    _("forecast.categories 的类别「{code}」不存在{near}").format(
                        code=code, near=near
                    )
                )
        return self

    @model_validator(mode="after")
    def _windows_serve_known_categories(self) -> Settings:
        known = [category.code for category in self.category]
        for window in self.window:
            for code in window.serves:
                if code not in known:
                    near = nearest(code, known)
                    raise ValueError(
                        _("{window} 号窗口的类别「{code}」不存在{near}").format(
                            window=window.number, code=code, near=near
                        )
                    )
            refuse_twins(
                _("{window} 号窗口的类别").format(window=window.number), list(window.serves)
            )
        return self

    @model_validator(mode="after")
    def _capacities_are_of_known_categories(self) -> Settings:
        known = [category.code for category in self.category]
        for code in self.appointment.capacities:
            if code not in known:
                raise ValueError(
                    _("appointment.capacities 的类别「{code}」不存在{near}").format(
                        code=code, near=nearest(code, known)
                    )
                )
        return self

    @model_validator(mode="after")
    def _devices_fit_the_hall(self) -> Settings:
        devices = self.devices
        refuse_twins(_("设备的 name"), [device.name for device in devices])
        known = {window.number for window in self.window}
        for device in devices:
            for number in _windows_of(device):
                if number not in known:
                    raise ValueError(
                        _("设备 {device} 写了 {window} 号窗口，大厅里没有").format(
                            device=device.name, window=number
                        )
                    )
        printers = [printer.name for printer in self.printer]
        for printer in self.printer:
            if printer.backup and printer.backup not in set(printers) - {printer.name}:
                raise ValueError(
                    _("打印机 {printer} 的 backup「{backup}」要是另一台打印机").format(
                        printer=printer.name, backup=printer.backup
                    )
                )
        return self

    @property
    def devices(self) -> tuple[AnyDevice, ...]:
        """Every device of the hall, the voice included when it is enabled."""
        voice = (self.voice,) if self.voice.enabled else ()
        return (
            *self.printer,
            *self.display,
            *self.call_feed,
            *voice,
            *self.id_reader,
            *self.rating_pad,
            *self.caller_pad,
            *self.scanner,
        )

    @property
    def prints_qr(self) -> bool:
        """Whether tickets carry a code."""
        return bool(self.scanner) if self.ticket.qr is None else self.ticket.qr

    @property
    def zone(self) -> ZoneInfo:
        """The hall's time zone."""
        return ZoneInfo(self.hall.timezone)


def _windows_of(device: AnyDevice) -> tuple[int, ...]:
    if isinstance(device, RatingPadSettings | CallerPadSettings):
        return (device.window,)
    return device.windows if isinstance(device, PrinterSettings | DisplaySettings) else ()


def load_settings(folder: Path) -> Settings:
    """Read the settings of the hall at `folder`; raises HallMissing, HallIncomplete or InvalidHall."""
    path = folder / SETTINGS_FILE
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        if (folder / STORE_FILE).exists():
            raise HallIncomplete(folder=folder, found=STORE_FILE, lost=SETTINGS_FILE) from None
        raise HallMissing(folder=folder) from None
    except OSError as error:
        raise FileUnreadable(path=path, detail=error.strerror) from error
    return parse_settings(text_from(raw, path), path)


def text_from(raw: bytes, path: Path) -> str:
    """The text of a hall.toml as it was read; `path` is only for messages. Raises InvalidHall."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise InvalidHall(
            path=path, problems=[_("不是 UTF-8 文本（第 {byte} 字节）").format(byte=error.start)]
        ) from error


def parse_settings(text: str, path: Path) -> Settings:
    """Settings from the text of a hall.toml; `path` is only for messages. Raises InvalidHall."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidHall(
            path=path, problems=[_("不是合法的 TOML：{detail}").format(detail=_in_words(error))]
        ) from error
    try:
        return Settings.model_validate(raw)
    except ValidationError as error:
        raise InvalidHall(path=path, problems=list(problems_of(error))) from error


def _in_words(error: tomllib.TOMLDecodeError) -> str:
    """Where a file is no TOML, in the user's language, and what tomllib says of it."""
    detail = str(error)
    if found := re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", detail, re.DOTALL):
        told, line, column = found.groups()
        return _("第 {line} 行第 {column} 列（{told}）").format(line=line, column=column, told=told)
    if found := re.fullmatch(r"(.*) \(at end of document\)", detail, re.DOTALL):
        return _("文件末尾（{told}）").format(told=found[1])
    return detail


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
    "dict_type": N_("要写成一节"),
    "int_from_float": N_("要写成整数"),
    "float_parsing": N_("要写成数"),
    "finite_number": N_("要写成数"),
    "greater_than": N_("要大于 {gt}"),
    "greater_than_equal": N_("不能小于 {ge}"),
    "less_than": N_("要小于 {lt}"),
    "less_than_equal": N_("不能大于 {le}"),
    "string_too_short": N_("不能少于 {min_length} 个字"),
    "string_too_long": N_("不能多于 {max_length} 个字"),
    "too_short": N_("不能少于 {min_length} 个"),
    "too_long": N_("不能多于 {max_length} 个"),
    "string_pattern_mismatch": N_("要符合 {pattern}"),
}
"""What pydantic finds wrong, by its name for that; in braces what it tells of it."""

_LISTED = ", "
_LAST_LISTED = " or "
"""How pydantic joins the words of which one is meant."""

_LONGEST_SHOWN = 40
"""Characters of a wrong value that are repeated."""


def problems_of(error: ValidationError, only: str | None = None) -> Iterator[str]:
    """What pydantic found wrong, each in a sentence of the user's language; `only` that of one value."""
    for found in error.errors(include_url=False):
        if only is not None and found["loc"][:1] != (only,):
            continue
        place = _place(found["loc"])
        kind, context = found["type"], found.get("ctx", {})
        if kind == "too_short" and len(found["loc"]) == 1 and found["input"]:
            continue  # its parts were refused one by one already
        if kind == "extra_forbidden":
            near = nearest(str(found["loc"][-1]), _known_keys(found["loc"][:-1]))
            yield _("{place}：没有这一项{near}").format(place=place, near=near)
        elif kind == "value_error":
            told = str(context["error"])
            yield _("{what}：{text}").format(what=place, text=told) if place else told
        elif kind == "literal_error":
            yield _("{place}：只能是 {expected}").format(
                place=place, expected=_alternatives(context["expected"])
            )
        elif kind in _REASONS:
            bounds = {name: _plain(bound) for name, bound in context.items()}
            rule = _(_REASONS[kind]).format(**bounds)
            yield _("{what}：{text}").format(what=place, text=rule + _instead_of(found["input"]))
        else:
            yield _("{place}：不能是 {value}（{rule}）").format(
                place=place, value=repr(found["input"]), rule=found["msg"]
            )


def _alternatives(expected: str) -> str:
    return expected.replace(_LAST_LISTED, _LISTED).replace(_LISTED, _("、"))


def _plain(bound: Any) -> Any:
    """A number as people write it: 5 and not 5.0."""
    return f"{bound:g}" if isinstance(bound, float) else bound


def _instead_of(value: Any) -> str:
    """What stands there, where it is short enough to be shown."""
    if not isinstance(value, str | int | float) or len(str(value)) > _LONGEST_SHOWN:
        return ""
    return _("，现在是 {value}").format(value=json.dumps(value, ensure_ascii=False))


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
