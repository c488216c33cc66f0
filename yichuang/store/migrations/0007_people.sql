-- Staff, their PINs and keys, their posts at windows, and where they are (areas B10, H).

CREATE TABLE staff (
    badge TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    -- Roles and skills as JSON arrays.
    roles TEXT NOT NULL,
    sex TEXT NOT NULL,
    department TEXT NOT NULL,
    post TEXT NOT NULL,
    duty TEXT NOT NULL,
    phone TEXT NOT NULL,
    photo TEXT NOT NULL,
    qualified INTEGER NOT NULL CHECK (qualified IN (0, 1)),
    skills TEXT NOT NULL,
    since TEXT,
    active INTEGER NOT NULL CHECK (active IN (0, 1))
) STRICT, WITHOUT ROWID;

-- Apart from `staff`, so that whoever reads about people reads no hash.
CREATE TABLE pin (
    badge TEXT PRIMARY KEY REFERENCES staff (badge),
    hash TEXT NOT NULL,
    temporary INTEGER NOT NULL CHECK (temporary IN (0, 1)),
    wrong INTEGER NOT NULL,
    locked_until TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE ssh_key (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    badge TEXT REFERENCES staff (badge),
    post TEXT,
    comment TEXT NOT NULL,
    added_at TEXT NOT NULL,
    CHECK ((badge IS NULL) <> (post IS NULL))
) STRICT;

-- `rank` 0 is the clerk of the post (A), 1 and further those who stand in (B), in order.
CREATE TABLE post (
    window INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    badge TEXT NOT NULL REFERENCES staff (badge),
    PRIMARY KEY (window, rank)
) STRICT, WITHOUT ROWID;

-- One person a window, one window a person.
CREATE TABLE on_duty (
    window INTEGER PRIMARY KEY,
    badge TEXT NOT NULL UNIQUE REFERENCES staff (badge),
    since TEXT NOT NULL,
    origin TEXT NOT NULL
) STRICT;

CREATE TABLE whereabouts (
    badge TEXT PRIMARY KEY REFERENCES staff (badge),
    state TEXT NOT NULL,
    since TEXT NOT NULL,
    note TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE allowance (
    badge TEXT NOT NULL REFERENCES staff (badge),
    business_date TEXT NOT NULL,
    allowed_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (badge, business_date)
) STRICT, WITHOUT ROWID;
