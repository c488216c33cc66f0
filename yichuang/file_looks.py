"""How a file looks from outside: while it looks the same, nobody needs to read it again."""

from __future__ import annotations

from pathlib import Path

FileLooks = tuple[int, int, int]
"""When it was last written, in nanoseconds; how many bytes it has; which file it is (its inode).

The last tells a file that was put in another's place from one that was let alone."""


def looks_of(path: Path) -> FileLooks | None:
    """How the file looks now; None where there is none, or none that can be seen."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
