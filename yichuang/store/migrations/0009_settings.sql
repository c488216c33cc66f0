-- Former versions of hall.toml, and items that are offered no more.

-- A draft says who is about to write what: should the machine fail between the file and this table, the next
-- look at the file tells whether it came to be.
CREATE TABLE settings_text (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    text TEXT NOT NULL,
    hash TEXT NOT NULL,
    changes TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('begun', 'changed', 'undone', 'by_hand')),
    restores INTEGER REFERENCES settings_text (id),
    is_draft INTEGER NOT NULL DEFAULT 1 CHECK (is_draft IN (0, 1))
) STRICT;

ALTER TABLE item ADD COLUMN active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1));

CREATE INDEX journal_item ON journal (seq)
    WHERE event IN ('ItemChanged', 'ItemRetired', 'ItemRestored', 'ItemUndone');
