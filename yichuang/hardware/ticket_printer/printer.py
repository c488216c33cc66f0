"""A ticket printer: documents in, truthful reports out."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from yichuang.config import PrinterSettings
from yichuang.errors import DeviceError
from yichuang.hardware.link.link import Link
from yichuang.hardware.ticket_printer.encode import TicketEncoder
from yichuang.hardware.ticket_printer.job import TicketJobs
from yichuang.hardware.ticket_printer.layout import columns_of, lay_out
from yichuang.hardware.ticket_printer.sheet import lay_out_sheet
from yichuang.hardware.ticket_printer.test_page import lay_out_test
from yichuang.language import use_language
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState
from yichuang.queue.document import TicketDocument
from yichuang.queue.printing import JobState, PrintReport

logger = logging.getLogger(__name__)


class EscposPrinter:
    """An ESC/POS printer over any link; fulfils `yichuang.queue.printing.TicketPrinter`."""

    def __init__(
        self, settings: PrinterSettings, link: Link, encoder: TicketEncoder, language: str
    ) -> None:
        self._settings = settings
        self._link = link
        self._encoder = encoder
        self._language = language
        self._jobs = TicketJobs(link, settings)

    @property
    def name(self) -> str:
        """The printer's name in hall.toml."""
        return self._settings.name

    async def print_ticket(self, document: TicketDocument) -> PrintReport:
        """Print one ticket and find out what became of it; raises nothing but cancellation."""
        try:
            # In a thread: the first ticket loads the library, and a drawn line takes milliseconds.
            ticket = await asyncio.to_thread(self._compose, document)
        except DeviceError as error:
            self._tell(error)
            return PrintReport(JobState.FAILED, DeviceReason.PRINTER_ERROR, untouched=True)
        return self._warned(await self._jobs.print(ticket))

    async def health(self) -> DeviceHealth:
        """Ask the printer how it is; the first time it also loads what printing needs."""
        try:
            await asyncio.to_thread(self._encoder.load)
        except DeviceError as error:
            self._tell(error)
        health = await self._jobs.health()
        if self._encoder.lacks_font and health.state in (DeviceState.READY, DeviceState.UNKNOWN):
            return DeviceHealth(DeviceState.DEGRADED, DeviceReason.NO_FONT)
        return health

    async def close(self) -> None:
        """Let the device go without losing bytes that are under way."""
        await self._link.close()

    def _tell(self, error: DeviceError) -> None:
        """Log what is wrong and what to do about it: the error says it in words, with no traceback."""
        logger.error("printer %s: %s %s", self.name, error, error.hint)

    def _warned(self, report: PrintReport) -> PrintReport:
        """The report with the warning that hanzi came out as 〓, where nothing weighs more."""
        bad = report.state in (JobState.FAILED, JobState.UNKNOWN)
        if bad or report.reason or not self._encoder.replaced:
            return report
        return replace(report, reason=DeviceReason.NO_FONT)

    def _compose(self, document: TicketDocument) -> bytes:
        # The thread has its own copy of the context, so the caller's language stays as it is.
        use_language(self._language)
        if document.test:
            return self._encoder.encode(lay_out_test(document, self._settings))
        if document.sheet:
            columns = columns_of(self._settings)
            return self._encoder.encode(lay_out_sheet(document.sheet, columns))
        if self._settings.qr == "none":
            document = replace(document, code="")
        return self._encoder.encode(lay_out(document, columns_of(self._settings)))
