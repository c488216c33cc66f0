"""Ratings: five grades, one for each finished ticket (L01, L04, L05, L11)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from yichuang.language import N_, _


class Grade(StrEnum):
    """What a visitor thought; devices send numbers in either direction, which stop at the device."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    BASICALLY_SATISFIED = "basically_satisfied"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"

    @property
    def label(self) -> str:
        """The grade in the user's language."""
        return _(_GRADES[self])


_GRADES = {
    Grade.VERY_SATISFIED: N_("非常满意"),
    Grade.SATISFIED: N_("满意"),
    Grade.BASICALLY_SATISFIED: N_("基本满意"),
    Grade.DISSATISFIED: N_("不满意"),
    Grade.VERY_DISSATISFIED: N_("非常不满意"),
}


class RatingChannel(StrEnum):
    """By which way a rating came (L04)."""

    PAD = "pad"
    """The keys on the window's counter."""
    CODE = "code"
    """The code on the ticket, at a kiosk."""
    STAFF = "staff"
    """Told to, or handed on paper to, the staff."""

    @property
    def label(self) -> str:
        """The channel in the user's language."""
        return _(_CHANNELS[self])


_CHANNELS = {
    RatingChannel.PAD: N_("评价器"),
    RatingChannel.CODE: N_("票上的码"),
    RatingChannel.STAFF: N_("工作人员代录"),
}


class Rating(NamedTuple):
    """One visitor's rating."""

    ticket: int
    """The ticket's id."""
    grade: Grade
    channel: RatingChannel
    window: int | None
    """The window that finished the ticket."""
    at: datetime
