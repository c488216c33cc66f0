-- Items that may be handled on a Saturday which is open for flagged items only (requirement G04).
ALTER TABLE item ADD COLUMN saturday INTEGER NOT NULL DEFAULT 0 CHECK (saturday IN (0, 1));
