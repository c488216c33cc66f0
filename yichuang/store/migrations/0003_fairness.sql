-- Classes, holds, routes, needs, persons and slips of a ticket; what a call was for; re-assigned windows.
-- `ticket` is made anew because SQLite cannot change a CHECK; foreign keys are off meanwhile and checked after.

CREATE TABLE ticket_anew (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL,
    category TEXT NOT NULL,
    class TEXT NOT NULL CHECK (
        class IN ('pinned', 'transferred', 'priority', 'appointment', 'ordinary')
    ),
    state TEXT NOT NULL CHECK (
        state IN (
            'waiting', 'called', 'serving', 'held', 'passed', 'finished', 'cancelled', 'void'
        )
    ),
    business_date TEXT NOT NULL,
    serial INTEGER NOT NULL CHECK (serial > 0),
    issued_at TEXT NOT NULL,
    line_order INTEGER NOT NULL,
    line_entry INTEGER NOT NULL,
    since TEXT NOT NULL,
    issue_order INTEGER NOT NULL,
    issued_class TEXT NOT NULL CHECK (issued_class IN ('priority', 'appointment', 'ordinary')),
    -- Codes of items and of further stops, as JSON arrays.
    items TEXT NOT NULL DEFAULT '[]',
    route TEXT NOT NULL DEFAULT '[]',
    priority_group TEXT,
    need TEXT NOT NULL DEFAULT '',
    not_before TEXT,
    person TEXT,
    origin TEXT NOT NULL DEFAULT '',
    target_window INTEGER,
    call INTEGER REFERENCES call (id),
    first_called_at TEXT,
    ended_at TEXT,
    calls INTEGER NOT NULL DEFAULT 0,
    reinstated INTEGER NOT NULL DEFAULT 0,
    hold TEXT CHECK (hold IN ('free', 'kept', 'outside')),
    reason TEXT,
    valid_on TEXT,
    redeemed INTEGER REFERENCES ticket (id),
    UNIQUE (business_date, number)
) STRICT;

INSERT INTO ticket_anew (
    id, number, category, class, state, business_date, serial, issued_at, line_order, line_entry,
    since, issue_order, issued_class, items, target_window, call, first_called_at, ended_at, calls,
    reinstated, hold, reason
)
SELECT
    id, number, category, class, state, business_date, serial, issued_at, line_order, line_entry,
    issued_at,
    COALESCE(
        (SELECT MIN(j.seq) FROM journal AS j WHERE j.ticket = ticket.id), ticket.line_order
    ),
    class,
    CASE WHEN item IS NULL THEN '[]' ELSE json_array(item) END,
    target_window, call, first_called_at, ended_at, calls, reinstated,
    CASE WHEN state = 'held' THEN 'free' END, reason
FROM ticket;

DROP TABLE ticket;

ALTER TABLE ticket_anew RENAME TO ticket;

CREATE INDEX ticket_line ON ticket (category, class, need, line_order, line_entry)
    WHERE state = 'waiting' AND target_window IS NULL;

CREATE INDEX ticket_directed ON ticket (target_window, class, line_order, line_entry)
    WHERE state = 'waiting' AND target_window IS NOT NULL;

CREATE INDEX ticket_waiting ON ticket (line_order, line_entry) WHERE state = 'waiting';

CREATE INDEX ticket_day ON ticket (business_date, state);

CREATE INDEX ticket_open ON ticket (business_date)
    WHERE state IN ('waiting', 'called', 'serving', 'held');

CREATE INDEX ticket_person ON ticket (person, business_date) WHERE person IS NOT NULL;

CREATE INDEX ticket_origin ON ticket (origin, id) WHERE origin <> '';

CREATE INDEX ticket_slip ON ticket (valid_on, number) WHERE valid_on IS NOT NULL;

-- What a call was for, as the ticket stood in line then, and the announcements that count towards a pass.
ALTER TABLE call ADD COLUMN category TEXT NOT NULL DEFAULT '';

ALTER TABLE call ADD COLUMN class TEXT NOT NULL DEFAULT 'ordinary';

ALTER TABLE call ADD COLUMN item TEXT;

ALTER TABLE call ADD COLUMN counted INTEGER NOT NULL DEFAULT 1;

ALTER TABLE call ADD COLUMN counted_at TEXT;

UPDATE call SET
    category = (SELECT t.category FROM ticket AS t WHERE t.id = call.ticket),
    class = (SELECT t.class FROM ticket AS t WHERE t.id = call.ticket),
    item = (SELECT json_extract(t.items, '$[0]') FROM ticket AS t WHERE t.id = call.ticket),
    counted = times;

CREATE INDEX call_window ON call (window, id);

ALTER TABLE window ADD COLUMN categories TEXT;

ALTER TABLE window ADD COLUMN helps TEXT;

-- At most one row: surge mode, while it lasts.
CREATE TABLE surge (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    since TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
