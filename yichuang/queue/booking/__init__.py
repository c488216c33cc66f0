"""Booking appointments (E01-E03): the slots, the rules, the import, and the desk that people ask."""
