"""The command `yichuang` in a process of its own, as a script or a clerk runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """What it printed, as the one JSON object that it must be."""
        result = json.loads(self.out)
        assert isinstance(result, dict)
        return result

    @property
    def error(self) -> dict[str, str]:
        """The JSON error that it printed."""
        error = self.json["error"]
        assert set(error) == {"code", "message", "hint"}
        assert error["message"]
        assert error["hint"]
        return {key: str(value) for key, value in error.items()}


def environment(**more: str) -> dict[str, str]:
    """A plain environment: no settings of whoever runs the tests."""
    kept = {"PATH", "HOME", "TMPDIR", "VIRTUAL_ENV"}
    base = {name: value for name, value in os.environ.items() if name in kept}
    return {**base, "LC_ALL": "C.UTF-8", **more}


def yichuang(*words: object, hall: Path | None = None, **more: str) -> Ran:
    """Run `yichuang` with these words; never with a terminal. A traceback fails the test."""
    if hall is not None:
        more["YICHUANG_HALL"] = str(hall)
    done = subprocess.run(
        [sys.executable, "-m", "yichuang", *map(str, words)],
        env=environment(**more),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=90,
        check=False,
    )
    ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in ran.out + ran.err, ran.err
    return ran
