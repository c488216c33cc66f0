-- A business date that was closed by hand: kiosks give no more numbers, until a window opens again.
CREATE TABLE closing (
    business_date TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;
