"""How the screens see what simulated printers printed without knowing the devices."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Papers = Callable[[], Sequence[str]]
"""Gives what simulated printers printed, as text, newest last."""
