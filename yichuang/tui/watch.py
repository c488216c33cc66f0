"""How the screens learn of the printers' health and papers without knowing the devices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from yichuang.queue.printing import PrinterHealth

PrinterWatch = Callable[[], Mapping[str, PrinterHealth]]
"""Gives how each printer was when it was last asked, by its name; it must not block."""

Papers = Callable[[], Sequence[str]]
"""Gives what simulated printers printed, as text, newest last."""
