"""Expected waits: what the hall's past teaches, rolled forward from its present under its own policy."""
