"""A command that issues works its own paper, or watches who does, and tells what became of it."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.command import Ran, environment, yichuang
from yichuang.bootstrap import create_hall, open_hall, working_devices
from yichuang.hardware.simulator.printer import Failure, SimulatedPrinter
from yichuang.profile import printer_toml


@pytest.fixture
async def simulated() -> AsyncIterator[SimulatedPrinter]:
    """A simulated printer on a port of its own."""
    async with SimulatedPrinter() as printer:
        yield printer
        assert printer.errors == []


@pytest.fixture
async def hall(tmp_path: Path, simulated: SimulatedPrinter) -> Path:
    """A village hall whose printer is the simulated one."""
    folder = tmp_path / "hall"
    lines = printer_toml("kiosk", host="127.0.0.1", port=simulated.port, width=80)
    lines += "print_seconds = 0.5\nanswer_seconds = 0.3\n"
    await create_hall(folder, level="village", printers=lines)
    return folder


async def run(hall: Path, *words: str) -> Ran:
    """Run a command beside the simulated printer."""
    return await asyncio.to_thread(yichuang, *words, "--json", hall=hall)


async def issue(hall: Path) -> Ran:
    """Issue a ticket on paper."""
    return await run(hall, "ticket", "issue", "--category", "tax")


async def test_a_ticket_comes_out_and_a_reprint_says_so(
    hall: Path, simulated: SimulatedPrinter
) -> None:
    ran = await issue(hall)
    assert ran.status == 0
    assert ran.json["print"]["state"] == "processed"
    again = await run(hall, "ticket", "reprint", "D001")
    assert again.json["print"]["state"] == "processed"
    first, second = ["\n".join(paper.lines) for paper in await simulated.wait_for_papers(2)]
    assert "D001" in first
    assert "补打" not in first
    assert "补打" in second


@pytest.mark.parametrize(
    ("failure", "state", "reason"),
    [
        (Failure.PAPER_OUT, "failed", "paper_out"),
        (Failure.COVER_OPEN, "failed", "cover_open"),
        (Failure.OFFLINE, "failed", "offline"),
        (Failure.CUTTER, "failed", "cutter"),
        (Failure.SILENT, "failed", "offline"),
        (Failure.HALF_OPEN, "failed", "offline"),
        (Failure.PAPER_OUT_MID, "failed", "paper_out"),
        (Failure.NEAR_END, "processed", "near_end"),
    ],
)
async def test_a_dead_printer_never_counts_as_printed(
    hall: Path, simulated: SimulatedPrinter, failure: Failure, state: str, reason: str
) -> None:
    await simulated.fail(failure)
    ran = await issue(hall)
    assert ran.status == 0, "the number is issued; what failed is the paper, and it says so"
    assert (ran.json["print"]["state"], ran.json["print"]["reason"]) == (state, reason)
    assert ran.json["print"]["message"]
    untouched = "可以再打" in ran.out
    assert ("device retry" in ran.err) == untouched
    assert ("reprint" in ran.err) == (state == "failed" and not untouched)
    await simulated.fail(None)
    again = await run(hall, "ticket", "reprint", ran.json["ticket"]["number"])
    assert again.json["print"]["state"] == "processed"


async def test_a_command_waits_for_the_process_that_holds_the_lease(
    hall: Path, simulated: SimulatedPrinter
) -> None:
    async with open_hall(hall) as open_one, working_devices(open_one):
        mark = open_one.store.mark()
        while not (await open_one.printers())[0].since:
            mark = await open_one.store.wait_for_change(mark, 5)
        for _each in range(3):
            assert (await issue(hall)).json["print"]["state"] == "processed"
    assert simulated.connections == 1
    assert len(simulated.papers) == 3


async def test_ten_commands_at_once_print_ten_tickets_once_each(
    hall: Path, simulated: SimulatedPrinter
) -> None:
    ran = await asyncio.gather(*(issue(hall) for _each in range(10)))
    assert {each.json["print"]["state"] for each in ran} == {"processed"}
    numbers = [each.json["ticket"]["number"] for each in ran]
    papers = [
        re.findall(r"D\d{3}", "\n".join(paper.lines))
        for paper in await simulated.wait_for_papers(10)
    ]
    assert sorted(numbers) == sorted(number for [number] in papers)
    assert len(set(numbers)) == 10


async def test_the_simulator_command_shows_the_paper(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "yichuang", "simulate", "printer", "--port", "0", "--width", "58",
        "--save", str(tmp_path / "png"),
        env=environment(PYTHONUNBUFFERED="1"), stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        said = ""
        while "width = 58" not in said:
            said += (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
        port = int(re.findall(r"port = (\d+)", said)[0])
        folder = tmp_path / "hall"
        lines = printer_toml("kiosk", host="127.0.0.1", port=port, width=58)
        await create_hall(folder, level="village", printers=lines)
        assert (await issue(folder)).json["print"]["state"] == "processed"
        shown = ""
        while "12345" not in shown:
            shown += (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
        assert "丰北村便民服务中心".replace("", " ").split()[0] in shown
        assert "8<" in shown + (await process.stdout.readline()).decode()
    finally:
        process.terminate()
        await process.wait()
    assert (tmp_path / "png" / "ticket-0001.png").read_bytes().startswith(b"\x89PNG")
