"""`yichuang simulate hall`: one simulated device of each kind, and a hall that uses them all."""

from __future__ import annotations

import asyncio
import shlex
import socket
import wave
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import click
from click.core import ParameterSource

from yichuang.cli.options import Asked, takes_hall
from yichuang.cli.outcome import say
from yichuang.cli.simulate_devices import CardHands, caller_keys, scanning
from yichuang.cli.simulate_log import Log, ShownDisplay
from yichuang.cli.typed import typed
from yichuang.config import SETTINGS_FILE, Settings, load_settings
from yichuang.errors import FolderUnusable, HallPortTaken
from yichuang.file_looks import looks_of
from yichuang.hardware.simulator.id_card import SAMPLES, MadeUpCard
from yichuang.hardware.simulator.id_reader import SimulatedIdReader
from yichuang.hardware.simulator.led import SimulatedLed
from yichuang.hardware.simulator.line_display import SimulatedLineDisplay
from yichuang.hardware.simulator.pads import (
    SimulatedCallerPad,
    SimulatedRatingPad,
    SimulatedScanner,
)
from yichuang.hardware.simulator.paper import Paper, as_text
from yichuang.hardware.simulator.printer import SimulatedPrinter
from yichuang.language import _
from yichuang.profile import printer_toml

_PRINTER, _FEED = "sim-printer", "sim-feed"
_DEVICES = "devices"
_LISTEN_SECONDS = 0.3
_RETRY_SECONDS = 1.0


def _default_folder() -> Path:
    from platformdirs import user_data_path

    return user_data_path("yichuang") / "simulated-hall"


@click.command(
    help=_("模拟整个大厅：每种设备各一台，和一个用着它们的大厅。在另一个终端里打开大厅。")
)
@click.option(
    "--folder", type=click.Path(path_type=Path), help=_("模拟大厅的文件夹；没有就新建一个")
)
@takes_hall
def hall(asked: Asked, folder: Path | None) -> None:
    """Run one simulated device of each kind until interrupted; `--hall` names the folder as well."""
    source = click.get_current_context().get_parameter_source("hall")
    if source is ParameterSource.COMMANDLINE:
        if folder is not None:
            raise click.UsageError(_("--hall 和 --folder 是一回事，只写一个"))
        folder = asked.folder
    asyncio.run(_run((folder or _default_folder()).absolute()))


async def _run(folder: Path) -> None:
    devices = folder / _DEVICES
    try:
        devices.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderUnusable(folder=folder, detail=error.strerror or error) from error
    ports = _ports(folder)
    async with AsyncExitStack() as stack:
        room = await stack.enter_async_context(_room(devices, *ports))
        if not (folder / SETTINGS_FILE).exists():
            from yichuang.bootstrap import create_hall

            await create_hall(folder, level="town", printers=room.toml(), sample=True)
        room.log.zone = load_settings(folder).zone
        queue = await stack.enter_async_context(typed())
        _explain(folder, room.toml())
        while True:
            room.hear(await queue.get())


def _ports(folder: Path) -> tuple[int, int]:
    """The ports of printer and call feed, as the hall in the folder has them, or any two free ones.

    Raises FolderUnusable for a hall that was not made here: its real devices are not simulated.
    """
    if not (folder / SETTINGS_FILE).exists():
        return _free_port(), _free_port()
    settings = load_settings(folder)
    printer = next((each.port for each in settings.printer if each.name == _PRINTER), None)
    feed = next((each.port for each in settings.call_feed if each.name == _FEED), None)
    if printer is None or feed is None or not _uses(settings, folder / _DEVICES):
        raise FolderUnusable(
            folder=folder, detail=_("这里的大厅不是 simulate hall 建的，换一个文件夹")
        )
    return printer, feed


def _uses(settings: Settings, devices: Path) -> bool:
    """Whether the hall's displays are those of this folder."""
    return all(Path(each.path).parent == devices for each in settings.display)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class _Room:
    """The simulated devices of a hall, and who listens to what comes out of them."""

    def __init__(self, devices: Path, printer: int, feed: int) -> None:
        self.log = Log()
        self._devices = devices
        self._ports = printer, feed
        self.printer = SimulatedPrinter(printer, 80, None, self._paper)
        self.shown = ShownDisplay(self.log, _("窗口屏")), ShownDisplay(self.log, _("大厅屏"))
        window, whole = self.shown
        self.line = SimulatedLineDisplay(
            show=window.show, link=devices / "line-display", columns=20
        )
        self.led = SimulatedLed(show=whole.show, link=devices / "led")
        show = partial(partial, self.log.tell)
        self.reader = SimulatedIdReader(show=show(_("阅读器")), link=devices / "id-reader")
        self.rating = SimulatedRatingPad(show=show(_("评价器")), link=devices / "rating-pad")
        self.caller = SimulatedCallerPad(show=show(_("叫号器")), link=devices / "caller-pad")
        self.scanner = SimulatedScanner(show=show(_("扫码器")), link=devices / "scanner")
        self._hands = CardHands(self.reader)
        self._scan = scanning(self.scanner)

    @property
    def sound(self) -> Path:
        """Where what is spoken ends up, since there may be no loudspeaker."""
        return self._devices / "voice.wav"

    def toml(self) -> str:
        """The sections of hall.toml that use them all."""
        printer, feed = self._ports
        command = f'["cp", "{{file}}", "{self.sound}"]'
        return "\n".join(
            [
                printer_toml(_PRINTER, host="127.0.0.1", port=printer, width=80)
                + 'qr = "native"\n',  # what its codes say stands on the simulated paper
                self.line.toml("sim-window", (1,)),
                self.led.toml("sim-hall", ()),
                f'[[call_feed]]\nname = "{_FEED}"\nport = {feed}\n',
                f"[voice]\nenabled = true\ncommand = {command}\n",
                self.reader.toml(),
                self.rating.toml(),
                self.caller.toml(),
                self.scanner.toml(),
            ]
        )

    def hear(self, line: str) -> None:
        """Do with a device what was typed."""
        word, _space, rest = line.partition(" ")
        rest = rest.strip()
        try:
            match word:
                case "":
                    self._hands.key("")
                case "card":
                    self._hands.key(rest)
                case "rate":
                    self.rating.press(rest)
                case "call":
                    keys = rest.lower().removesuffix("enter").strip()
                    for key in keys:
                        self.caller.press(key)
                    if not keys or keys[-1].isdecimal():
                        self.caller.press("enter")
                case "scan":
                    self._scan(rest)
                case _:
                    say(_how())
        except KeyError:
            say(_how())

    def _paper(self, paper: Paper) -> None:
        self.log.tell(_("打印机"), as_text(paper))

    async def listen(self) -> None:
        """Tell of each sound that is played, until cancelled."""
        seen = looks_of(self.sound)
        while True:
            await asyncio.sleep(_LISTEN_SECONDS)
            now = looks_of(self.sound)
            if now == seen:
                continue
            seen = now
            with suppress(OSError, EOFError, wave.Error), wave.open(str(self.sound)) as file:
                seconds = file.getnframes() / file.getframerate()
                self.log.tell(_("语音"), _("播了 {seconds:.1f} 秒").format(seconds=seconds))

    async def read_feed(self) -> None:
        """Tell of each line of the call feed, as a program of others would read it, until cancelled."""
        _printer, port = self._ports
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                try:
                    while line := await reader.readline():
                        self.log.tell(_("数据口"), line.decode(errors="replace").rstrip())
                finally:
                    writer.close()
            await asyncio.sleep(_RETRY_SECONDS)


@asynccontextmanager
async def _room(devices: Path, printer: int, feed: int) -> AsyncIterator[_Room]:
    """Every device, until the block ends. Raises HallPortTaken."""
    room = _Room(devices, printer, feed)
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(room.printer)
        except OSError as error:
            detail = error.strerror or error
            raise HallPortTaken(device=_PRINTER, port=printer, detail=detail) from error
        for each in (room.line, room.led, room.reader, room.rating, room.caller, room.scanner):
            await stack.enter_async_context(each)
        tasks = [asyncio.create_task(room.listen()), asyncio.create_task(room.read_feed())]
        try:
            yield room
        finally:
            for task in tasks:
                task.cancel()
            for display in room.shown:
                display.close()
            await asyncio.gather(*tasks, return_exceptions=True)


def _explain(folder: Path, toml: str) -> None:
    place = shlex.quote(str(folder))
    say(_("模拟大厅在 {folder}，它的 hall.toml 这样用下面的设备：").format(folder=folder))
    say("")
    say(toml)
    say(_("在另一个终端里打开大厅：yichuang run --hall {folder}").format(folder=place))
    say(_("只要设备、不要界面：yichuang device run --hall {folder}").format(folder=place))
    say(_("看设备：yichuang device list --hall {folder}").format(folder=place))
    say("")
    say(_how())
    say("")


def _how() -> str:
    return "\n".join(
        [
            _("在这里输入（每行按 Enter）："),
            "  card      " + _("放上一张身份证，再输入一次拿走；card 2 放第二张"),
            *_cards(),
            "  rate 1    " + _("在评价器上按 1-5"),
            "  call KEYS " + _("在叫号器上按键：") + caller_keys(),
            "  scan TEXT " + _("扫一个码：票上 [QR ..] 里的那串，或六位预约码"),
            "  Ctrl+C    " + _("结束"),
        ]
    )


def _cards() -> list[str]:
    """The sample cards with their numbers: an appointment made for one is checked in with it."""
    rows = [f"  {n}  {card.number}  {_called(card)}" for n, card in enumerate(SAMPLES, start=1)]
    return ["            " + _("样例证件，号码是编的："), *("          " + row for row in rows)]


def _called(card: MadeUpCard) -> str:
    return f"{card.kind.label} {card.name or card.english_name}"
