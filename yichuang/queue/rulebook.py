"""Which rule answers which command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yichuang.queue import (
    calling,
    day,
    device_acts,
    duty,
    entrance,
    holding,
    issuing,
    paper,
    rate,
    undo,
)
from yichuang.queue import command as commands
from yichuang.queue.administration import item_acts, revising
from yichuang.queue.booking import booking
from yichuang.queue.booking.importing import import_appointments
from yichuang.queue.catalogue import import_items
from yichuang.queue.command import Command
from yichuang.queue.desk import Desk, Done
from yichuang.queue.oversight import command as oversight
from yichuang.queue.people import command as people
from yichuang.queue.personnel import posts, sheet, sign_in, staff_acts
from yichuang.queue.revision import command as revision
from yichuang.queue.supervision import announcing, noting, urging

RULES: dict[type[Command], Callable[[Desk, Any], Done]] = {
    commands.IssueTicket: issuing.issue_ticket,
    commands.ReprintTicket: paper.reprint_ticket,
    commands.CancelTicket: entrance.cancel_ticket,
    commands.PinTicket: entrance.pin_ticket,
    commands.UnpinTicket: entrance.unpin_ticket,
    commands.RerouteTicket: entrance.reroute_ticket,
    commands.WakeTicket: holding.wake,
    commands.ReinstateTicket: entrance.reinstate_ticket,
    commands.BookAppointment: booking.book_appointment,
    commands.CancelAppointment: booking.cancel_appointment,
    commands.CheckIn: booking.check_in,
    commands.ImportAppointments: import_appointments,
    commands.NoteAbsences: booking.note_missed,
    commands.AssignWindow: duty.assign,
    commands.SetSurge: duty.set_surge,
    commands.CloseDay: day.close_day,
    commands.OpenWindow: duty.open_for_duty,
    commands.PauseWindow: duty.pause,
    commands.ResumeWindow: duty.resume_duty,
    commands.CloseWindow: duty.close,
    commands.CallNext: calling.call_next,
    commands.CallChosen: calling.call_chosen,
    commands.Recall: calling.recall,
    commands.Start: calling.start,
    commands.Finish: calling.finish,
    commands.Pass: calling.pass_ticket,
    commands.Hold: holding.hold,
    commands.Resume: holding.resume,
    commands.Transfer: calling.transfer,
    commands.Undo: undo.undo,
    commands.RateTicket: rate.rate_ticket,
    commands.NoteDevice: device_acts.note_device,
    commands.TestDevice: device_acts.test_device,
    commands.MuteDevice: device_acts.mute_device,
    commands.RetryPrint: device_acts.retry_print,
    commands.ImportItems: import_items,
    revision.DraftSettings: revising.draft_settings,
    revision.KeepSettings: revising.keep_settings,
    revision.NoteSettings: revising.note_settings,
    revision.SaveItem: item_acts.save_item,
    revision.RetireItem: item_acts.retire_item,
    revision.UndoItemChange: item_acts.undo_item_change,
    people.SaveStaff: staff_acts.save_staff,
    people.SetPin: staff_acts.set_pin,
    people.AddKey: staff_acts.add_key,
    people.RemoveKey: staff_acts.remove_key,
    people.NamePost: staff_acts.name_post,
    people.AllowUnqualified: posts.allow_unqualified,
    people.TakePost: posts.take_post,
    people.LeavePost: posts.leave_post,
    people.SetWhereabouts: posts.set_whereabouts,
    people.NoteSignIn: sign_in.note_sign_in,
    people.NoteSignOut: sign_in.note_sign_out,
    people.NoteWrongPin: sign_in.note_wrong_pin,
    people.PrintSheet: sheet.print_sheet,
    oversight.NoteAlerts: noting.note_alerts,
    oversight.AcknowledgeAlert: urging.acknowledge_alert,
    oversight.OpenSupervision: urging.open_supervision,
    oversight.AnswerSupervision: urging.answer_supervision,
    oversight.CloseSupervision: urging.close_supervision,
    oversight.BroadcastNotice: announcing.broadcast_notice,
    oversight.WithdrawNotice: announcing.withdraw_notice,
    oversight.RecordIncident: urging.record_incident,
}


OF_DUTY = (
    commands.OpenWindow,
    commands.PauseWindow,
    commands.ResumeWindow,
    commands.CloseWindow,
    commands.AssignWindow,
    commands.SetSurge,
    commands.CloseDay,
)
"""Commands after which another number of windows serves: waits are foretold anew."""
