"""The checksums of displays' protocols."""

from __future__ import annotations

from functools import reduce

_POLYNOMIAL = 0xA001
"""0x8005, reflected."""


def _crc16(data: bytes, crc: int) -> int:
    for byte in data:
        crc ^= byte
        for _bit in range(8):
            crc = (crc >> 1) ^ _POLYNOMIAL if crc & 1 else crc >> 1
    return crc


def crc16_arc(data: bytes) -> int:
    """CRC-16/ARC: 0xBB3D for `123456789`."""
    return _crc16(data, 0)


def crc16_modbus(data: bytes) -> int:
    """CRC-16/MODBUS: 0x4B37 for `123456789`."""
    return _crc16(data, 0xFFFF)


def xor8(data: bytes) -> int:
    """All bytes, exclusively or-ed."""
    return reduce(lambda before, byte: before ^ byte, data, 0)
