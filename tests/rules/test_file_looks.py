"""What tells a file that was written from one that was let alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from yichuang.file_looks import looks_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that looks as one of long ago."""
    path = tmp_path / "hall.toml"
    path.write_text("old")
    _date(path)
    return path


def _date(path: Path) -> None:
    os.utime(path, ns=(10**18, 10**18))


def test_who_only_reads_changes_nothing(path: Path) -> None:
    before = looks_of(path)
    assert before is not None
    assert path.read_text() == "old"
    assert looks_of(path) == before


def test_another_time_is_seen_in_a_text_of_the_same_length(path: Path) -> None:
    before = looks_of(path)
    path.write_text("new")
    os.utime(path, ns=(10**18, 10**18 + 1000))
    assert looks_of(path) != before


def test_another_length_is_seen_at_the_same_time(path: Path) -> None:
    before = looks_of(path)
    path.write_text("longer")
    _date(path)
    assert looks_of(path) != before


def test_another_file_in_its_place_is_seen_though_all_else_is_the_same(path: Path) -> None:
    before = looks_of(path)
    other = path.with_name("draft")
    other.write_text("new")
    _date(other)
    other.replace(path)
    assert looks_of(path) != before


def test_what_is_not_there_has_no_looks(path: Path) -> None:
    path.unlink()
    assert looks_of(path) is None
    assert looks_of(path / "below") is None
