"""Words of supervision: alerts, 督办 items, notices, figures of the day, and how the journal is searched."""
