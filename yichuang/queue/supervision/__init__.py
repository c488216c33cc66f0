"""Supervision: finding alerts, urging, announcing, and what the journal tells of people and days."""
