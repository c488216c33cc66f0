"""The rules of a hall: tickets, windows, numbers, who is next. No I/O: it runs on any memory (ports.py)."""
