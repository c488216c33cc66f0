"""Every error that a user can meet.

    YichuangError            code, message (what happened), hint (what to do next), exit status 1
    ├ ConfigError            hall.toml, the hall folder, item files
    ├ QueueRefusal           the rules said no (exit status 3): nothing is broken, nothing has changed
    ├ StoreError             the hall's SQLite file
    └ DeviceError            printers and their kin

Texts are Chinese and translated when they are read (`yichuang.language`); braces are filled with the facts
given to the constructor. A fact that has a `label` (a state, a move) is shown by it.
"""

from __future__ import annotations

from yichuang.errors.device import (
    DeviceError,
    DeviceMissing,
    PortTaken,
    WrongPrinterLibrary,
)
from yichuang.errors.memory import (
    DiskFull,
    JournalBroken,
    MigrationEdited,
    NewerSchema,
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreForeign,
    StoreReadOnly,
)
from yichuang.errors.refusal import (
    CategoryUnserved,
    IllegalMove,
    ItemElsewhere,
    NeverPrinted,
    NothingHeld,
    NothingPassed,
    NothingToUndo,
    NothingWaiting,
    NotServedHere,
    NotYours,
    QueueRefusal,
    ReasonMissing,
    ReturnsExhausted,
    SameWindow,
    StaleView,
    TargetClosed,
    UndoTooLate,
    UnknownCategory,
    UnknownClass,
    UnknownItem,
    UnknownPrinter,
    UnknownTicket,
    UnknownWindow,
    WindowAlreadyOpen,
    WindowBusy,
    WindowClosed,
    WindowIdle,
    WindowNotPaused,
    WindowPaused,
)
from yichuang.errors.root import YichuangError
from yichuang.errors.settings import (
    BackupRefused,
    ConfigError,
    FileUnreadable,
    FolderUnusable,
    HallExists,
    HallIncomplete,
    HallMissing,
    InvalidHall,
    InvalidItems,
    UnusableTerminal,
)

__all__ = [
    "BackupRefused",
    "CategoryUnserved",
    "ConfigError",
    "DeviceError",
    "DeviceMissing",
    "DiskFull",
    "FileUnreadable",
    "FolderUnusable",
    "HallExists",
    "HallIncomplete",
    "HallMissing",
    "IllegalMove",
    "InvalidHall",
    "InvalidItems",
    "ItemElsewhere",
    "JournalBroken",
    "MigrationEdited",
    "NeverPrinted",
    "NewerSchema",
    "NotServedHere",
    "NotYours",
    "NothingHeld",
    "NothingPassed",
    "NothingToUndo",
    "NothingWaiting",
    "PortTaken",
    "QueueRefusal",
    "ReasonMissing",
    "ReturnsExhausted",
    "SameWindow",
    "StaleView",
    "StoreBusy",
    "StoreCorrupt",
    "StoreError",
    "StoreForeign",
    "StoreReadOnly",
    "TargetClosed",
    "UndoTooLate",
    "UnknownCategory",
    "UnknownClass",
    "UnknownItem",
    "UnknownPrinter",
    "UnknownTicket",
    "UnknownWindow",
    "UnusableTerminal",
    "WindowAlreadyOpen",
    "WindowBusy",
    "WindowClosed",
    "WindowIdle",
    "WindowNotPaused",
    "WindowPaused",
    "WrongPrinterLibrary",
    "YichuangError",
]
