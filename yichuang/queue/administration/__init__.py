"""Administering a hall while it is open: its settings and its items."""
