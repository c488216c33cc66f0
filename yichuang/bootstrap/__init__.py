"""The one place that names concrete classes and puts a hall together."""

from __future__ import annotations

from yichuang.bootstrap.devices import try_device, working_devices
from yichuang.bootstrap.first_pin import first_pin_kept, forget_first_pin
from yichuang.bootstrap.following import following_settings
from yichuang.bootstrap.hall import (
    create_hall,
    last_good_settings,
    open_hall,
    rehearsal_hall,
)
from yichuang.bootstrap.owner import holding
from yichuang.bootstrap.printers import (
    PAPERS_KEPT,
    Papers,
    finish_print_job,
    printer_states,
    simulated_printers,
)
from yichuang.bootstrap.serving import serving_hall
from yichuang.bootstrap.teaching import PadTeacher
from yichuang.bootstrap.upkeep import back_up, examine_store, verify_journal
from yichuang.bootstrap.watch import watching

__all__ = [
    "PAPERS_KEPT",
    "PadTeacher",
    "Papers",
    "back_up",
    "create_hall",
    "examine_store",
    "finish_print_job",
    "first_pin_kept",
    "following_settings",
    "forget_first_pin",
    "holding",
    "last_good_settings",
    "open_hall",
    "printer_states",
    "rehearsal_hall",
    "serving_hall",
    "simulated_printers",
    "try_device",
    "verify_journal",
    "watching",
    "working_devices",
]
