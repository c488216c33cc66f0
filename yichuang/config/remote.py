"""The sections of hall.toml about terminals that come over SSH, and about those who sit at them."""

from __future__ import annotations

from pydantic import Field

from yichuang.config.section import Line, Section


class RemoteSettings(Section):
    """`[remote]`: what `yichuang serve` lets in, and for how long (DESIGN 8, 9)."""

    listen: Line = "0.0.0.0"
    """The address to listen on; 127.0.0.1 lets only this machine in."""
    port: int = Field(2222, ge=0, le=65535)
    """0 takes any that is free."""
    most_sessions: int = Field(64, ge=1, le=500)
    """How many screens are served at once; further connections are told so and closed."""
    most_per_person: int = Field(2, ge=1, le=20)
    """How many of them one person may have."""
    most_guests: int = Field(16, ge=1, le=200)
    """How many may stand before the sign-in screen at once."""
    most_unproved: int = Field(32, ge=1, le=500)
    """How many connections may be half open, with their handshake not yet done."""
    connections_a_minute: int = Field(60, ge=1, le=10_000)
    """How many connections one address may begin in a minute."""
    handshake_seconds: float = Field(20.0, ge=1, le=120)
    """In which a connection must have come as far as a screen."""
    sign_in_seconds: float = Field(120.0, ge=10, le=3600)
    """After which whoever has not signed in is sent away."""
    keepalive_seconds: float = Field(9.0, ge=1, le=60)
    """How often a client is asked whether it is still there; after three silences it is dead."""
    compression: bool = True
    """Whether compression is offered: it makes a screen some 28 times smaller on a slow line."""


class StaffSettings(Section):
    """`[staff]`: signing in, PINs and posts (areas B10, H)."""

    sign_in_here: bool = False
    """Whether the screens on the hall's own machine ask for badge number and PIN, too."""
    least_pin: int = Field(6, ge=4, le=12)
    """Digits that a PIN has at least."""
    wrong_pins: int = Field(5, ge=1, le=20)
    """After so many wrong PINs in a row a badge number is locked."""
    lock_seconds: int = Field(60, ge=1, le=86_400)
    """For how long at first; each further wrong PIN doubles it, up to a day."""
    wrong_a_minute: int = Field(30, ge=1, le=1000)
    """After so many wrong PINs from one address within a minute nobody is let in from there for a while."""
    idle_minutes_clerk: int = Field(0, ge=0, le=1440)
    """After how long without a key a clerk is signed out; 0 for never: a window is not left by itself."""
    idle_minutes_guide: int = Field(0, ge=0, le=1440)
    idle_minutes_supervisor: int = Field(240, ge=0, le=1440)
    """For supervisors, read-only ones too."""
    idle_minutes_administrator: int = Field(15, ge=0, le=1440)
    whereabouts_board: Line = ""
    """A line at the foot of the whereabouts board."""
