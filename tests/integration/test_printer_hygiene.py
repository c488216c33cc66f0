"""Importing and printing leave the process as it was: log handlers, stdout, $TMPDIR, environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PRINT = """
import asyncio, logging, os, sys
from pathlib import Path
from yichuang.config import PrinterSettings
from yichuang.hardware.ticket_printer import open_printer
import yichuang.hardware.ticket_printer.worker
from yichuang.queue.document import TicketDocument

for transport in (
    {"transport": "usb", "vendor": 1, "product": 2},
    {"transport": "serial", "path": "/dev/ttyUSB0"},
):
    open_printer(PrinterSettings(name="other", **transport))
heavy = {
    "escpos", "PIL", "usb", "libusb_package", "serial", "qrcode", "yaml", "textual"
} & set(sys.modules)
assert not heavy, heavy
before = dict(os.environ)
out = Path(sys.argv[1])
printer = open_printer(
    PrinterSettings(name="desk", transport="file", path=str(out / "tickets.bin")), out / "cache"
)
ticket = TicketDocument("大厅", "A001", "社会事务", "2026-11-20 09:31:05", 0)
report = asyncio.run(printer.print_ticket(ticket))
assert report.state == "handed_over", report
assert "escpos" in sys.modules
root = logging.getLogger()
assert root.handlers == [] and root.level == logging.WARNING, root.handlers
assert dict(os.environ) == before
"""


def run(tmp_path: Path) -> subprocess.CompletedProcess[str]:
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-c", PRINT, str(tmp_path)],
        env={**os.environ, "TMPDIR": str(scratch), "HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_printing_leaves_no_trace_in_the_process_or_in_tmp(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list((tmp_path / "scratch").iterdir()) == []
    assert not (tmp_path / "home").exists()
    [pickle] = (tmp_path / "cache" / "escpos").iterdir()
    assert pickle.suffix == ".pickle"
    assert (tmp_path / "cache" / "escpos").stat().st_mode & 0o777 == 0o700


def test_a_cache_that_was_half_written_is_no_obstacle(tmp_path: Path) -> None:
    assert run(tmp_path).returncode == 0
    [pickle] = (tmp_path / "cache" / "escpos").iterdir()
    pickle.write_bytes(pickle.read_bytes()[:100])
    done = run(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "tickets.bin").read_bytes().count(b"A001") == 2


def test_a_cache_that_cannot_be_made_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way", encoding="utf-8")
    done = run(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list((tmp_path / "scratch").iterdir()) == []
