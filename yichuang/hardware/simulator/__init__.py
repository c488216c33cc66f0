"""Simulated devices that speak their real protocols, for tests and for people without hardware."""
