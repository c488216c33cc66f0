"""A ticket printer: documents in, truthful reports out."""

from __future__ import annotations

import asyncio
import logging

from yichuang.config import PrinterSettings
from yichuang.errors import DeviceError
from yichuang.hardware.link.link import Link
from yichuang.hardware.ticket_printer.encode import TicketEncoder
from yichuang.hardware.ticket_printer.job import TicketJobs
from yichuang.hardware.ticket_printer.layout import COLUMNS, lay_out
from yichuang.language import use_language
from yichuang.queue.device import DeviceHealth, DeviceReason
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
            logger.error("printer %s: %s %s", self.name, error, error.hint)  # noqa: TRY400
            return PrintReport(JobState.FAILED, DeviceReason.PRINTER_ERROR, untouched=True)
        return await self._jobs.print(ticket)

    async def health(self) -> DeviceHealth:
        """Ask the printer how it is; the first time it also loads what printing needs."""
        try:
            await asyncio.to_thread(self._encoder.load)
        except DeviceError as error:
            logger.error("printer %s: %s %s", self.name, error, error.hint)  # noqa: TRY400
        return await self._jobs.health()

    async def close(self) -> None:
        """Let the device go without losing bytes that are under way."""
        await self._link.close()

    def _compose(self, document: TicketDocument) -> bytes:
        # The thread has its own copy of the context, so the caller's language stays as it is.
        use_language(self._language)
        return self._encoder.encode(lay_out(document, COLUMNS[self._settings.width]))
