-- All kinds of devices, not only printers; what was announced; ratings.

ALTER TABLE printer RENAME TO device;

CREATE TABLE muted_device (
    name TEXT PRIMARY KEY,
    since TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Test pages have no ticket. `untouched`: surely no byte of a failed job reached the printer.
CREATE TABLE print_job_new (
    id INTEGER PRIMARY KEY,
    printer TEXT NOT NULL,
    ticket INTEGER REFERENCES ticket (id),
    document TEXT NOT NULL,
    state TEXT NOT NULL CHECK (
        state IN ('queued', 'sending', 'printed', 'processed', 'handed_over', 'failed', 'unknown')
    ),
    reason TEXT NOT NULL DEFAULT '',
    untouched INTEGER NOT NULL DEFAULT 0 CHECK (untouched IN (0, 1)),
    moved_from TEXT NOT NULL DEFAULT '',
    owner TEXT,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

INSERT INTO print_job_new (
    id, printer, ticket, document, state, reason, owner, created_at, changed_at
)
SELECT id, printer, ticket, document, state, reason, owner, created_at, changed_at FROM print_job;

DROP TABLE print_job;

ALTER TABLE print_job_new RENAME TO print_job;

CREATE INDEX print_job_open ON print_job (printer, id) WHERE state IN ('queued', 'sending');

CREATE INDEX print_job_ticket ON print_job (ticket);

-- One row for each call in the journal whose announcement has come to an end.
CREATE TABLE announcement (
    seq INTEGER PRIMARY KEY REFERENCES journal (seq),
    state TEXT NOT NULL CHECK (
        state IN ('spoken', 'chimed', 'shown', 'stale', 'undone', 'failed')
    ),
    at TEXT NOT NULL
) STRICT;

-- One rating a ticket (L05, L11).
CREATE TABLE rating (
    id INTEGER PRIMARY KEY,
    ticket INTEGER NOT NULL UNIQUE REFERENCES ticket (id),
    grade TEXT NOT NULL CHECK (
        grade IN (
            'very_satisfied', 'satisfied', 'basically_satisfied', 'dissatisfied', 'very_dissatisfied'
        )
    ),
    channel TEXT NOT NULL CHECK (channel IN ('pad', 'code', 'staff')),
    window INTEGER,
    at TEXT NOT NULL
) STRICT;
