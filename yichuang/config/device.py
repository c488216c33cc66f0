"""The sections of hall.toml about devices other than printers: displays, voice, readers, pads, scanners.

What stands here as a default and is not certain of real devices is marked so in docs/devices; each of it can
be chosen otherwise in hall.toml.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from yichuang.config.byte_template import parse_template
from yichuang.config.hex_pattern import HexPattern
from yichuang.config.key_names import is_key
from yichuang.config.section import Line, Section
from yichuang.language import _

DeviceName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,20}$")]
"""A device's name: letters, digits, - and _. No two devices of a hall share one."""

UsbId = Annotated[int, Field(ge=0, le=0xFFFF)]
"""A USB vendor or product number; hall.toml may write it as 0x04b8."""

Endpoint = Annotated[int, Field(ge=1, le=0x8F)]
"""A USB endpoint's address; from 0x81 on it is one for input."""

Baud = Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200]

HexBytes = Annotated[str, Field(pattern=r"^(?:[0-9A-Fa-f]{2} ?)*$", max_length=600)]
"""Bytes in hexadecimal, such as `1B 40`."""


class LinkSettings(Section):
    """How bytes reach a device."""

    name: DeviceName
    transport: Literal["tcp", "serial", "file", "usb"]
    """`file` is a path: a device such as /dev/usb/lp0, or a plain file."""
    host: str = Field("", max_length=255)
    port: int = Field(9100, ge=1, le=65535)
    path: str = ""
    """For `file` and `serial`, such as /dev/usb/lp0 or /dev/serial/by-id/…."""
    baud: Baud = 9600
    flow: Literal["none", "rtscts", "xonxoff"] = "none"
    """How a serial device says that it takes no more bytes for now."""
    vendor: UsbId = 0
    product: UsbId = 0
    serial_number: Line = Field("", max_length=60)
    """Tells two USB devices of one make apart; empty takes the first."""

    @model_validator(mode="after")
    def _names_its_place(self) -> LinkSettings:
        if self.transport == "tcp" and not self.host:
            raise ValueError(_('transport = "tcp" 要有 host，例如 host = "192.168.1.50"'))
        if self.transport == "file" and not self.path:
            raise ValueError(_('transport = "file" 要有 path，例如 path = "/dev/usb/lp0"'))
        if self.transport == "serial" and not self.path:
            raise ValueError(_('transport = "serial" 要有 path，例如 path = "/dev/ttyUSB0"'))
        if self.transport == "usb" and not (self.vendor and self.product):
            raise ValueError(
                _(
                    'transport = "usb" 要有 vendor 和 product，例如 vendor = 0x04b8，product = 0x0e28'
                )
            )
        return self


class LedAreaSettings(Section):
    """`[display.area]`: where a text stands on an LED strip, and how it moves (hardware 10.2)."""

    x: int = Field(0, ge=0, le=2047)
    """Dots, as all four are."""
    y: int = Field(0, ge=0, le=2047)
    width: int = Field(128, ge=8, le=2048)
    height: int = Field(32, ge=8, le=512)
    motion: Literal["static", "fast", "left", "right", "up", "down"] = "static"
    speed: int = Field(5, ge=0, le=63)
    stay: int = Field(10, ge=0, le=255)
    """Half seconds that a page stays."""
    number: int = Field(0, ge=0, le=254)
    """The card's number for the area of the first line; the second line's is one more."""


class TemplateSettings(Section):
    """`[display.template]`: the bytes of a strip that no driver knows, one template a state.

    How a template is written stands in `yichuang.config.byte_template` and docs/devices/template.md.
    """

    opening: Line = Field("", max_length=600)
    """Sent once after the strip was opened, such as bytes that choose its encoding."""
    calling: Line = Field(max_length=600)
    """A new call. A strip that can flash is told so here."""
    called: Line = Field("", max_length=600)
    """The same call when the flashing is over; empty sends nothing more, as for those below."""
    serving: Line = Field("", max_length=600)
    paused: Line = Field("", max_length=600)
    idle: Line = Field("", max_length=600)
    closed: Line = Field("", max_length=600)

    @field_validator("*")
    @classmethod
    def _can_be_read(cls, template: str) -> str:
        parse_template(template)
        return template


Fact = Literal["unit", "item", "badge"]


class DisplaySettings(LinkSettings):
    """`[[display]]`: one call display, over a window or for the whole hall (C01, C02, C05)."""

    driver: Literal["line", "onbon", "template"]
    """A line display of two lines (ESC/POS), an Onbon BX LED strip, or bytes by template."""
    transport: Literal["tcp", "serial", "file", "usb"] = "serial"
    windows: tuple[int, ...] = ()
    """The windows it shows, usually one; empty for the whole hall's calls."""
    layout: Literal[8, 12, 20] = 8
    """Half-width characters in a line: hanzi take two. A line display has 20 unless told otherwise."""
    lines: Literal[1, 2] = 2
    """An Onbon strip whose area is less than 32 dots high has 1 unless told otherwise."""
    hanzi: bool = False
    """Whether a line display has Chinese characters (GBK); most have none and show ASCII."""
    commands: Literal["epson", "cd5220"] = "epson"
    """Which command set a line display speaks (hardware 10.1)."""
    brightness: int = Field(0, ge=0, le=4)
    """Of a line display, 1-4; 0 leaves it alone."""
    cards: Literal["any", "5k", "6k"] = "any"
    """The generation of an Onbon card, told in each frame; cards take a frame for `any` too [U]."""
    address: int = Field(1, ge=0, le=0xFFFF)
    """An Onbon card's address; 0xFFFE reaches any."""
    area: LedAreaSettings = LedAreaSettings()
    colour: Literal["red", "green", "yellow"] = "red"
    template: TemplateSettings | None = None
    idle_text: Line = Field("", max_length=40)
    """What it shows while its window is free; empty shows the window's number."""
    facts: tuple[Fact, ...] = ("unit", "item", "badge")
    """What takes turns with the number while a ticket is served: department, item, badge number (C01).
    One that does not fit the lines is left out."""
    page_seconds: float = Field(4.0, ge=1, le=60)
    """How long each of what takes turns stays."""
    flash_seconds: float = Field(3.0, ge=0, le=30)
    """How long a new call flashes."""
    repeat_seconds: float = Field(5.0, ge=0, le=60)
    """A repeat that follows sooner does not flash again."""
    answers: bool = True
    """Whether an Onbon card acknowledges frames [U]."""
    refresh_seconds: float = Field(60.0, ge=0, le=3600)
    """What it shows is sent anew so often, for a strip that lost power meanwhile; 0 for never."""

    @model_validator(mode="before")
    @classmethod
    def _as_its_driver(cls, data: Any) -> Any:
        """What the driver's devices usually have stands behind what is written."""
        if not isinstance(data, dict):
            return data
        usual: dict[str, Any] = {}
        if data.get("driver") == "line":
            usual["layout"] = 20
        area = data.get("area")
        height = area.get("height", 32) if isinstance(area, dict) else 32
        if data.get("driver") == "onbon" and isinstance(height, int) and height < 32:
            usual["lines"] = 1
        return {**usual, **data}

    @model_validator(mode="after")
    def _fits_its_driver(self) -> DisplaySettings:
        if self.driver == "template" and self.template is None:
            raise ValueError(_('driver = "template" 要有 [display.template] 一节'))
        if self.driver != "onbon":
            return self
        if self.layout * 8 > self.area.width:
            raise ValueError(
                _("area 宽 {width} 点，一行放不下 {layout} 个半角字：每个要 8 点").format(
                    width=self.area.width, layout=self.layout
                )
            )
        if self.lines * 16 > self.area.height:
            raise ValueError(
                _("area 高 {height} 点，放不下 {lines} 行：每行要 16 点").format(
                    height=self.area.height, lines=self.lines
                )
            )
        return self


class CallFeedSettings(Section):
    """`[[call_feed]]`: a TCP port where programs of others read each call as a line of JSON."""

    name: DeviceName
    host: str = Field("127.0.0.1", max_length=255)
    """Where it listens: only this machine unless told otherwise."""
    port: int = Field(9108, ge=1, le=65535)
    clients: int = Field(16, ge=1, le=200)
    """How many may read at a time."""


_PINYIN = re.compile(
    r"(?: ?(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?(?:[aeiouv]{1,3}(?:ng?|r)?)[1-5])+", re.IGNORECASE
)
"""Syllables as espeak-ng takes them."""


class VoiceSettings(Section):
    """`[voice]`: how calls are spoken; one queue of announcements per hall (C09)."""

    enabled: bool = False
    name: DeviceName = "voice"
    engine: Literal["auto", "pack", "espeak", "chime"] = "auto"
    """`auto` takes the recorded pack if there is one, else espeak-ng, else a chime."""
    pack: str = ""
    """A folder of recorded words (WAV files named by token)."""
    languages: tuple[Literal["zh_CN", "en"], ...] = Field(("zh_CN",), min_length=1, max_length=2)
    """In this order."""
    chinese: Line = Field("请 {number} 号到 {window} 号窗口办理", max_length=80)
    english: Line = Field("Number {number}, please go to window {window}", max_length=80)
    times: int = Field(2, ge=1, le=5)
    """How often each call is spoken."""
    volume: int = Field(100, ge=0, le=100)
    speed: int = Field(150, ge=80, le=300)
    """Words a minute, as espeak-ng counts them."""
    yao: bool = False
    """Say 幺 for the digit 1 of ticket numbers."""
    words: dict[str, str] = Field(default_factory=dict)
    """How words are read, in pinyin with tones, v for ü: `{"重庆" = "chong2qing4"}`."""
    stale_seconds: float = Field(60.0, ge=5, le=3600)
    """A call that is older is not spoken any more."""
    player: Literal["auto", "aplay", "paplay", "pw-play"] = "auto"
    device: Line = Field("", max_length=80)
    """The sound device, as the player names it; empty for the system's own."""
    command: tuple[Line, ...] = ()
    """Another player: its words, `{file}` in place of the WAV file."""

    @field_validator("words")
    @classmethod
    def _are_pinyin(cls, words: dict[str, str]) -> dict[str, str]:
        """What is no pinyin with tones would be read as English."""
        for word, read in words.items():
            if not _PINYIN.fullmatch(read):
                raise ValueError(
                    _(
                        "「{word}」的读法「{read}」不对：每个音节写拼音加声调 1-5，"
                        "例如 chong2qing4；绿写成 lv4"
                    ).format(word=word, read=read)
                )
        return words

    @field_validator("chinese", "english")
    @classmethod
    def _names_both(cls, phrase: str) -> str:
        if not {"number", "window"} <= set(re.findall(r"\{(\w+)\}", phrase)):
            raise ValueError(_("句子里要有 {number} 和 {window}"))
        return phrase


class KioskSettings(Section):
    """`[kiosk]`: what kiosks offer."""

    elderly_age: int = Field(60, ge=50, le=100)
    """From this age on an ID card on the reader brings the offer of the green channel (F01)."""
    keyboard_scanner: bool = False
    """A scanner that types like a keyboard reads booking codes, too. Digits must then be held back for 35 ms,
    to tell it from a hand; the codes on tickets are told without that."""


class RatingSettings(Section):
    """`[rating]`: how visitors rate (L01-L05)."""

    seconds: float = Field(30.0, ge=5, le=300)
    """How long after the end a rating pad takes a press."""


class IdReaderSettings(LinkSettings):
    """`[[id_reader]]`: a reader of second-generation ID cards that speaks SDT (hardware 9)."""

    transport: Literal["tcp", "serial", "file", "usb"] = "usb"
    vendor: UsbId = 0x0400
    product: UsbId = 0xC35A
    baud: Baud = 115200
    kiosk: Line = Field("", max_length=20)
    """The kiosk that it belongs to; empty for one without a name."""
    debounce_seconds: float = Field(5.0, ge=0, le=60)
    """A card that stays on the reader counts once in so long."""
    find_seconds: float = Field(0.4, ge=0.1, le=5)
    """How often it is asked for a card."""
    answer_seconds: float = Field(0.5, ge=0.1, le=10)
    """How long an answer other than a card's content may take."""
    read_seconds: float = Field(2.0, ge=0.5, le=20)
    """How long a card's content may take; at 9600 baud its bytes alone take 1.4."""
    handshake: bool = True
    """Whether to ask for the state of the security module (SAM) when it is opened."""
    split_pipes: bool = True
    """Over USB: whether a frame's preamble and length go over pipes of their own, as the first readers
    have it, or whole frames over one pipe."""
    endpoints: tuple[Endpoint, Endpoint, Endpoint, Endpoint] = (0x02, 0x06, 0x81, 0x85)
    """Over USB: out for the head, out for the rest, in for the head, in for the rest. With whole frames
    only the first and the third are used."""

    @model_validator(mode="after")
    def _points_both_ways(self) -> IdReaderSettings:
        if any((number >= 0x80) is not (place > 1) for place, number in enumerate(self.endpoints)):
            raise ValueError(_("endpoints 前两个是输出（小于 0x80），后两个是输入（0x81 起）"))
        return self


class InputSettings(Section):
    """How key presses or scans come in."""

    name: DeviceName
    input: Literal["evdev", "serial", "hidraw"] = "evdev"
    path: str = ""
    """/dev/input/by-id/…-event-kbd, a serial port or /dev/hidrawN; empty looks for vendor and product."""
    vendor: UsbId = 0
    product: UsbId = 0
    baud: Baud = 9600
    grab: bool = True
    """Keep an evdev device's keys from the terminal."""

    @model_validator(mode="after")
    def _is_somewhere(self) -> InputSettings:
        if not self.path and not (self.vendor and self.product):
            raise ValueError(_("要有 path，或者 vendor 和 product"))
        if self.input == "serial" and not self.path:
            raise ValueError(_('input = "serial" 要有 path，例如 path = "/dev/ttyUSB0"'))
        return self


class PadSettings(InputSettings):
    """What rating pads and caller pads share."""

    window: int = Field(ge=1, le=999)
    frame: Line = Field("", max_length=200)
    """For serial pads: a regular expression over the bytes as hexadecimal, its first group is the key;
    empty takes each byte as a key."""
    checksum: Literal["none", "sum", "xor"] = "none"
    """For serial pads with a `frame`: what its last byte is of all bytes before it."""
    poll: HexBytes = ""
    """Bytes to send again and again to a pad that answers only when asked."""
    poll_seconds: float = Field(0.2, ge=0.05, le=10)
    """How often."""
    report_bytes: int = Field(8, ge=1, le=64)
    """For hidraw: the length of a report."""
    offset: int = Field(0, ge=0, le=63)
    """For hidraw: which byte of a report tells the key."""

    @field_validator("frame")
    @classmethod
    def _is_understood(cls, frame: str) -> str:
        try:
            if frame:
                HexPattern(frame)
        except ValueError:
            raise ValueError(
                _("「{frame}」看不懂，例如 AA(0[1-5])..：字节写成十六进制，括号里是键").format(
                    frame=frame
                )
            ) from None
        return frame

    @field_validator("keys", check_fields=False)
    @classmethod
    def _can_be_sent(cls, keys: dict[str, str]) -> dict[str, str]:
        for key in keys:
            if not is_key(key):
                raise ValueError(
                    _(
                        "「{key}」不是键名：写 KEY_KP1 这样的名字，或 0x31 这样的字节；"
                        "yichuang device teach 会教"
                    ).format(key=key)
                )
        return keys


Grade5 = Literal[
    "very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied"
]


class RatingPadSettings(PadSettings):
    """`[[rating_pad]]`: five keys on a window's counter (L01, L02)."""

    best: Literal[1, 5] = 1
    """What 非常满意 sends: 1 where the numbers go 1…5 (L01), 5 where they are stars."""
    keys: dict[str, Grade5] = Field(default_factory=dict)
    """Key → grade, as teach-in writes it; empty takes the digits 1-5 in the order of `best`."""


CallerAction = Literal[
    "next", "recall", "start", "finish", "start_finish", "pass", "transfer", "pause", "enter"
]


class CallerPadSettings(PadSettings):
    """`[[caller_pad]]`: a numeric keypad at a window that calls without a screen."""

    keys: dict[str, CallerAction] = Field(default_factory=dict)
    """Key → action, as teach-in writes it; empty takes the keys of a USB numeric keypad."""


class ScannerSettings(InputSettings):
    """`[[scanner]]`: a scanner for tickets' and bookings' codes (hardware 13)."""

    input: Literal["evdev", "serial"] = "evdev"
    kiosk: Line = Field("", max_length=20)
    """The kiosk or guide desk that it belongs to; empty for those without a name."""
    repeat_seconds: float = Field(3.0, ge=0, le=60)
    """The same code again counts once in so long."""
