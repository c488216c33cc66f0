"""Under which name a worker holds the lease of a device."""

from __future__ import annotations

import os
import secrets


def new_owner() -> str:
    """A name that no other worker has, in this process or another; it begins with the process's number."""
    return f"{os.getpid()}-{secrets.token_hex(6)}"
