"""What a printer says about itself: its answers told apart, and their bits read (hardware 4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, auto

from yichuang.queue.device import DeviceReason


class Fault(Flag):
    """What is wrong with a printer, or worth a warning."""

    OFFLINE = auto()
    COVER_OPEN = auto()
    PAPER_OUT = auto()
    NEAR_END = auto()
    CUTTER = auto()
    MECHANICAL = auto()
    UNRECOVERABLE = auto()
    RECOVERABLE = auto()
    """It mends itself, such as a hot head."""
    ERROR = auto()
    """An error without a cause told."""
    UNTOLD = auto()
    """The printer cannot be asked; nothing is known."""


HEALTHY = Fault(0)

_REASONS = (
    (Fault.COVER_OPEN, DeviceReason.COVER_OPEN),
    (Fault.PAPER_OUT, DeviceReason.PAPER_OUT),
    (Fault.CUTTER, DeviceReason.CUTTER),
    (Fault.MECHANICAL | Fault.UNRECOVERABLE, DeviceReason.PRINTER_ERROR),
    (Fault.ERROR, DeviceReason.PRINTER_ERROR),
    (Fault.OFFLINE, DeviceReason.OFFLINE),
)
"""From the first thing to mend to the last; an open cover often reports the paper as ended, too."""


def obstacle(faults: Fault) -> DeviceReason:
    """Why a printer with these faults cannot print; `NONE` when it can.

    One that mends itself (a hot head) is offline and in error meanwhile; it prints as soon as it is mended.
    """
    if Fault.RECOVERABLE in faults:
        faults &= ~(Fault.ERROR | Fault.OFFLINE)
    return next((reason for fault, reason in _REASONS if fault & faults), DeviceReason.NONE)


def warning(faults: Fault) -> DeviceReason:
    """What to warn of in a printer that can print, or soon can; `NONE` when it is healthy."""
    if Fault.RECOVERABLE in faults:
        return DeviceReason.RECOVERING
    return DeviceReason.NEAR_END if Fault.NEAR_END in faults else DeviceReason.NONE


def port_faults(status: int | None) -> Fault:
    """What the status byte of a printer port tells (IEEE 1284; usblp.c); None where there is none."""
    if status is None:
        return Fault.UNTOLD
    faults = Fault.PAPER_OUT if status & 0x20 else HEALTHY
    if not status & 0x08:
        faults |= Fault.ERROR
    if not status & 0x10:
        faults |= Fault.OFFLINE
    return faults


@dataclass(frozen=True, slots=True)
class RealTimeStatus:
    """The answer to `DLE EOT n`; the byte does not tell which n it answers."""

    byte: int


@dataclass(frozen=True, slots=True)
class AutomaticStatus:
    """A block of Automatic Status Back (`GS a`), sent unasked when something changes."""

    faults: Fault


@dataclass(frozen=True, slots=True)
class ProcessId:
    """`GS ( H`: everything before this mark is physically printed."""

    mark: bytes


@dataclass(frozen=True, slots=True)
class InBandStatus:
    """The answer to `GS r`: everything before the request was processed."""

    faults: Fault


@dataclass(frozen=True, slots=True)
class FlowControl:
    """XON or XOFF."""

    ready: bool


Answer = RealTimeStatus | AutomaticStatus | ProcessId | InBandStatus | FlowControl

_XON, _XOFF = 0x11, 0x13
_PROCESS_HEADER = b"\x37\x22"
_PROCESS_LENGTH = 7
_BLOCK_LENGTH = 4
_MOST_XOFF = 8
"""More in one block than any printer slips in: then it was no block, and a flood must not pile up."""


class StatusParser:
    """Tells a printer's answers apart as their bytes come in, whatever the chunks.

    A byte that can begin no answer is dropped, and so is the first byte of an answer that does not go on as
    it should: after garbage the parser finds its way again (hardware 4.4, Citizen CBM1000 appendix).
    """

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, data: bytes) -> list[Answer]:
        """The answers that `data` completes."""
        self._pending += data
        answers: list[Answer] = []
        while self._pending:
            size, answer = self._first()
            if not size:
                break
            del self._pending[:size]
            if answer is not None:
                answers.append(answer)
        return answers

    def reset(self) -> None:
        """Forget a half-received answer."""
        self._pending.clear()

    def _first(self) -> tuple[int, Answer | None]:
        """The bytes to take away (0: wait for more) and the answer that they are, if any."""
        byte = self._pending[0]
        if byte in (_XON, _XOFF):
            return 1, FlowControl(byte == _XON)
        if byte == _PROCESS_HEADER[0]:
            return self._process_id()
        if byte & 0x93 == 0x12:
            return 1, RealTimeStatus(byte)
        if byte & 0x93 == 0x10:
            return self._automatic()
        if byte & 0x90 == 0:
            return 1, InBandStatus(in_band_faults(byte))
        return 1, None

    def _process_id(self) -> tuple[int, Answer | None]:
        block = bytes(self._pending[:_PROCESS_LENGTH])
        mark = block[2:6]
        sound = block[:2] == _PROCESS_HEADER[: len(block)]
        if not sound or any(not 0x20 <= byte <= 0x7E for byte in mark):
            return 1, None
        if len(block) < _PROCESS_LENGTH:
            return 0, None
        return (_PROCESS_LENGTH, ProcessId(mark)) if block[-1] == 0 else (1, None)

    def _automatic(self) -> tuple[int, Answer | None]:
        """A header and three bytes; a serial printer may slip an XOFF between them."""
        block = bytearray(self._pending[:1])
        for size, byte in enumerate(self._pending[1:], start=2):
            if byte == _XOFF and size - len(block) <= _MOST_XOFF:
                continue
            if byte & 0x90:
                return 1, None
            block.append(byte)
            if len(block) == _BLOCK_LENGTH:
                return size, AutomaticStatus(automatic_faults(bytes(block)))
        return 0, None


_REAL_TIME_BITS: dict[int, tuple[tuple[int, Fault], ...]] = {
    1: ((0x08, Fault.OFFLINE),),
    2: ((0x04, Fault.COVER_OPEN), (0x20, Fault.PAPER_OUT), (0x40, Fault.ERROR)),
    3: (
        (0x04, Fault.MECHANICAL),
        (0x08, Fault.CUTTER),
        (0x20, Fault.UNRECOVERABLE),
        (0x40, Fault.RECOVERABLE),
    ),
    4: ((0x0C, Fault.NEAR_END), (0x60, Fault.PAPER_OUT)),
}
"""`DLE EOT n` (TM-T88III, TM-L60II, SRP-350): the bits of each answer that are faults."""

_AUTOMATIC_BITS: tuple[tuple[tuple[int, Fault], ...], ...] = (
    ((0x08, Fault.OFFLINE), (0x20, Fault.COVER_OPEN)),
    (
        (0x04, Fault.MECHANICAL),
        (0x08, Fault.CUTTER),
        (0x20, Fault.UNRECOVERABLE),
        (0x40, Fault.RECOVERABLE),
    ),
    ((0x03, Fault.NEAR_END), (0x0C, Fault.PAPER_OUT)),
    (),
)
"""`GS a` blocks (Ithaca PcOS, TM-L60II, STP-103P): the bits of each byte that are faults."""


def real_time_faults(n: int, byte: int) -> Fault:
    """The faults in the answer `byte` to `DLE EOT n`, n from 1 to 4."""
    return _faults(byte, _REAL_TIME_BITS[n])


def automatic_faults(block: bytes) -> Fault:
    """The faults in a four-byte block of Automatic Status Back."""
    faults = HEALTHY
    for byte, bits in zip(block, _AUTOMATIC_BITS, strict=True):
        faults |= _faults(byte, bits)
    return faults


def in_band_faults(byte: int) -> Fault:
    """The faults in the answer to `GS r 1`."""
    return _faults(byte, ((0x03, Fault.NEAR_END), (0x0C, Fault.PAPER_OUT)))


def _faults(byte: int, bits: tuple[tuple[int, Fault], ...]) -> Fault:
    faults = HEALTHY
    for mask, fault in bits:
        if byte & mask:
            faults |= fault
    return faults
