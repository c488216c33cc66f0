"""The memory of a hall: one SQLite file, its journal and its print outbox."""
