-- Appointments. Who one is for is kept as keyed hashes and masks, and cleared after a time (requirements 5).

CREATE TABLE appointment (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL CHECK (code GLOB '[0-9][0-9][0-9][0-9][0-9][0-9]'),
    category TEXT NOT NULL,
    -- Codes of items, as a JSON array.
    items TEXT NOT NULL DEFAULT '[]',
    channel TEXT NOT NULL CHECK (channel IN ('on_site', 'phone', 'online')),
    business_date TEXT NOT NULL,
    starts_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('booked', 'checked_in', 'cancelled', 'missed')),
    person TEXT,
    id_masked TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '',
    phone_key TEXT,
    phone TEXT NOT NULL DEFAULT '',
    booked_at TEXT NOT NULL,
    reference TEXT UNIQUE,
    ended_at TEXT,
    reason TEXT,
    ticket INTEGER UNIQUE REFERENCES ticket (id),
    CHECK ((state = 'checked_in') = (ticket IS NOT NULL)),
    CHECK ((state = 'booked') = (ended_at IS NULL))
) STRICT;

CREATE UNIQUE INDEX appointment_open_code ON appointment (code) WHERE state = 'booked';

CREATE INDEX appointment_code ON appointment (code, id);

CREATE INDEX appointment_slot ON appointment (category, starts_at) WHERE state <> 'cancelled';

CREATE INDEX appointment_day ON appointment (business_date, starts_at, id);

CREATE INDEX appointment_person ON appointment (person, business_date) WHERE person IS NOT NULL;

CREATE INDEX appointment_phone ON appointment (phone_key, business_date)
    WHERE phone_key IS NOT NULL;

CREATE INDEX appointment_open ON appointment (ends_at) WHERE state = 'booked';
