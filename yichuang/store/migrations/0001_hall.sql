-- The queue of one hall. Times are UTC in ISO 8601; business dates are in the hall's own zone.

CREATE TABLE ticket (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL,
    category TEXT NOT NULL,
    class TEXT NOT NULL CHECK (class IN ('ordinary', 'priority')),
    state TEXT NOT NULL CHECK (
        state IN ('waiting', 'called', 'serving', 'held', 'passed', 'finished', 'cancelled')
    ),
    business_date TEXT NOT NULL,
    serial INTEGER NOT NULL CHECK (serial > 0),
    issued_at TEXT NOT NULL,
    line_order INTEGER NOT NULL,
    line_entry INTEGER NOT NULL,
    item TEXT REFERENCES item (code),
    target_window INTEGER,
    call INTEGER REFERENCES call (id),
    first_called_at TEXT,
    ended_at TEXT,
    calls INTEGER NOT NULL DEFAULT 0,
    reinstated INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    UNIQUE (business_date, number)
) STRICT;

CREATE INDEX ticket_line ON ticket (category, class, line_order, line_entry)
    WHERE state = 'waiting' AND target_window IS NULL;

CREATE INDEX ticket_directed ON ticket (target_window, line_order, line_entry)
    WHERE state = 'waiting' AND target_window IS NOT NULL;

CREATE INDEX ticket_waiting ON ticket (line_order, line_entry) WHERE state = 'waiting';

CREATE INDEX ticket_day ON ticket (business_date, state);

CREATE INDEX ticket_open ON ticket (business_date)
    WHERE state IN ('waiting', 'called', 'serving', 'held');

-- One row each time a ticket is called to a window, until it leaves that window again.
CREATE TABLE call (
    id INTEGER PRIMARY KEY,
    ticket INTEGER NOT NULL REFERENCES ticket (id),
    business_date TEXT NOT NULL,
    window INTEGER NOT NULL,
    rule TEXT NOT NULL,
    called_at TEXT NOT NULL,
    times INTEGER NOT NULL DEFAULT 1,
    started_at TEXT,
    ended_at TEXT,
    ending TEXT
) STRICT;

CREATE UNIQUE INDEX call_one_ticket_a_window ON call (window) WHERE ended_at IS NULL;

CREATE UNIQUE INDEX call_one_window_a_ticket ON call (ticket) WHERE ended_at IS NULL;

-- The day's latest calls, without a walk through those of former days.
CREATE INDEX call_day ON call (business_date);

CREATE TABLE serial (
    letter TEXT NOT NULL,
    business_date TEXT NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (letter, business_date)
) STRICT, WITHOUT ROWID;

CREATE TABLE window (
    number INTEGER PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('closed', 'open', 'paused')),
    since TEXT NOT NULL,
    reason TEXT
) STRICT;

CREATE TABLE item (
    code TEXT PRIMARY KEY,
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    alias TEXT NOT NULL,
    department TEXT NOT NULL,
    category TEXT NOT NULL,
    item_group TEXT NOT NULL,
    private INTEGER NOT NULL CHECK (private IN (0, 1)),
    sample INTEGER NOT NULL CHECK (sample IN (0, 1)),
    initials TEXT NOT NULL,
    alias_initials TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Append-only: each row carries the hash of the row before it, and no row can be changed or taken out.
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    business_date TEXT NOT NULL,
    event TEXT NOT NULL,
    ticket INTEGER,
    window INTEGER,
    actor TEXT NOT NULL,
    data TEXT NOT NULL,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;

CREATE INDEX journal_window ON journal (window, seq) WHERE window IS NOT NULL;

CREATE INDEX journal_ticket ON journal (ticket, seq) WHERE ticket IS NOT NULL;

CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;

CREATE TRIGGER journal_is_never_cut BEFORE DELETE ON journal
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;

CREATE TABLE print_job (
    id INTEGER PRIMARY KEY,
    printer TEXT NOT NULL,
    ticket INTEGER NOT NULL REFERENCES ticket (id),
    document TEXT NOT NULL,
    state TEXT NOT NULL CHECK (
        state IN ('queued', 'sending', 'printed', 'processed', 'handed_over', 'failed', 'unknown')
    ),
    reason TEXT NOT NULL DEFAULT '',
    owner TEXT,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX print_job_open ON print_job (printer, id) WHERE state IN ('queued', 'sending');

CREATE INDEX print_job_ticket ON print_job (ticket);

-- A printer as its worker last saw it, and who works its jobs. The lease holds `until` that many seconds
-- since `boot`, so that a clock set wrong neither frees a lease nor keeps one.
CREATE TABLE printer (
    name TEXT PRIMARY KEY,
    owner TEXT,
    boot TEXT NOT NULL,
    until REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'unknown' CHECK (
        state IN ('unknown', 'ready', 'degraded', 'missing')
    ),
    reason TEXT NOT NULL DEFAULT '',
    since TEXT
) STRICT, WITHOUT ROWID;
