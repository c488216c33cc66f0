"""What is asked of devices: noting how they are, testing, muting, sending a print job again."""

from __future__ import annotations

from yichuang.errors import (
    CannotMute,
    NotSurelyUnprinted,
    PaperPointless,
    PrintedSince,
    RetryNeedless,
    UnknownPrintJob,
    UnknownTicket,
)
from yichuang.queue.command import MuteDevice, NoteDevice, RetryPrint, TestDevice
from yichuang.queue.desk import Desk, Done, because
from yichuang.queue.device import DeviceKind
from yichuang.queue.document import TicketDocument
from yichuang.queue.event import EventKind
from yichuang.queue.printing import JobState, PrintJob
from yichuang.queue.ticket import TicketState
from yichuang.text import one_line


def note_device(desk: Desk, command: NoteDevice) -> Done:
    """Keep how a device is, and journal it when that has changed."""
    health = command.health
    if desk.memory.note_device(command.device, command.owner, health, desk.now):
        desk.record(
            EventKind.DEVICE_CHANGED,
            device=command.device,
            state=health.state.value,
            reason=health.reason.value,
        )
    return Done()


def test_device(desk: Desk, command: TestDevice) -> Done:
    """Ask a device for a test; a printer's is a print job. Raises UnknownDevice."""
    kind = desk.rules.device(command.device)
    desk.record(EventKind.DEVICE_TESTED, device=command.device)
    if kind is not DeviceKind.PRINTER:
        return Done()
    settings = desk.rules.settings
    page = TicketDocument(
        hall=settings.hall.name,
        number="",
        category=command.device,
        issued_at=desk.now.astimezone(desk.rules.zone).strftime("%Y-%m-%d %H:%M:%S"),
        ahead=0,
        test=True,
    )
    return Done(print_job=desk.memory.add_print_job(command.device, None, page, desk.now))


def mute_device(desk: Desk, command: MuteDevice) -> Done:
    """Silence the voice, or let a device be heard again.

    Raises UnknownDevice, and CannotMute for any device but a voice.
    """
    kind = desk.rules.device(command.device)
    if command.on and kind is not DeviceKind.VOICE:
        raise CannotMute(device=command.device, kind=kind)
    if desk.memory.mute(command.device, on=command.on, at=desk.now):
        event = EventKind.DEVICE_MUTED if command.on else EventKind.DEVICE_UNMUTED
        desk.record(event, device=command.device, reason=one_line(command.reason))
    return Done()


_OVER = (TicketState.FINISHED, TicketState.CANCELLED, TicketState.VOID)


def _expect_wanted(desk: Desk, job: PrintJob, ticket_id: int) -> None:
    """Refuse a paper beside a later one, of a ticket that is over, or of a former day."""
    later = desk.memory.last_print_job(ticket_id)
    if later not in (None, job.id):
        raise PrintedSince(job=job.id, later=later, number=job.number)
    ticket = desk.memory.ticket(ticket_id)
    if ticket is None or ticket.business_date < desk.today:
        raise UnknownTicket(number=job.number)
    # After an outage the slip is a void ticket's paper: with it the visitor goes first another day.
    is_slip = bool(job.document.valid_on)
    if ticket.state in _OVER and not is_slip:
        raise PaperPointless(number=job.number, state=ticket.state)


def retry_print(desk: Desk, command: RetryPrint) -> Done:
    """Queue a job again of which surely nothing was printed.

    Raises UnknownPrintJob; RetryNeedless when it is still to come out or did; NotSurelyUnprinted when a
    paper may be out, which only a reprint may follow; UnknownPrinter when hall.toml has its printer no more;
    PrintedSince, PaperPointless or UnknownTicket when nobody waits for that paper any more.
    """
    job = desk.memory.print_job(command.job)
    if job is None:
        raise UnknownPrintJob(job=command.job)
    if not job.is_surely_unprinted:
        doubtful = job.state in (JobState.FAILED, JobState.UNKNOWN, JobState.HANDED_OVER)
        refusal = NotSurelyUnprinted if doubtful else RetryNeedless
        raise refusal(job=job.id, state=job.state, number=job.what)
    desk.rules.printer(job.printer)
    if job.ticket is not None:
        _expect_wanted(desk, job, job.ticket)
    desk.memory.requeue_print_job(job.id, desk.now)
    desk.record(
        EventKind.PRINT_RETRIED,
        ticket=job.ticket,
        number=job.number,
        job=job.id,
        printer=job.printer,
        after=job.reason.value,
        **because(command.reason),
    )
    return Done(print_job=job.id)
