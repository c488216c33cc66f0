-- Alerts, 督办 items, notices; indexes for figures of bad ratings and for the search through the journal.

CREATE TABLE alert (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('yellow', 'red')),
    subject TEXT NOT NULL,
    value REAL NOT NULL,
    detail TEXT NOT NULL,
    window INTEGER,
    raised_at TEXT NOT NULL,
    gone_since TEXT,
    cleared_at TEXT,
    acknowledged_by TEXT NOT NULL DEFAULT '',
    acknowledged_at TEXT,
    note TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE UNIQUE INDEX alert_open ON alert (key) WHERE cleared_at IS NULL;

CREATE INDEX alert_key ON alert (key, id);

CREATE TABLE supervision (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    owner TEXT NOT NULL,
    deadline TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'closed')),
    opened_at TEXT NOT NULL,
    opened_by TEXT NOT NULL,
    alert INTEGER REFERENCES alert (id),
    note TEXT NOT NULL,
    answer TEXT NOT NULL,
    answered_at TEXT,
    feedback TEXT NOT NULL,
    closed_at TEXT,
    closed_by TEXT NOT NULL
) STRICT;

CREATE INDEX supervision_under_way ON supervision (deadline, id) WHERE state <> 'closed';

CREATE TABLE notice (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    at TEXT NOT NULL,
    until TEXT NOT NULL,
    by TEXT NOT NULL,
    reason TEXT NOT NULL,
    spoken INTEGER NOT NULL CHECK (spoken IN (0, 1)),
    shown INTEGER NOT NULL CHECK (shown IN (0, 1)),
    withdrawn_at TEXT
) STRICT;

CREATE INDEX notice_live ON notice (until) WHERE withdrawn_at IS NULL;

CREATE INDEX rating_bad ON rating (at) WHERE grade IN ('dissatisfied', 'very_dissatisfied');

-- What the search looks at stands in the index: rows that do not fit are passed over without being read.
CREATE INDEX journal_day ON journal (business_date, seq, event, actor, window, ticket);
