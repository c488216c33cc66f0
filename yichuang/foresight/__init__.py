"""Foresight: a whole day of a hall on a virtual clock, through the real engine, and the theory beside it."""
