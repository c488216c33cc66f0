"""Going by the profile of another level."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.halls import SMALL_HALL
from yichuang.config import Level, parse_settings
from yichuang.config.edit import Put, Spot, edited
from yichuang.profile import hall_toml
from yichuang.queue.administration.level import LEVELS, profile_edits

PATH = Path("hall.toml")


@pytest.mark.parametrize("wanted", LEVELS)
@pytest.mark.parametrize("level", LEVELS)
def test_a_hall_becomes_what_a_new_one_of_that_level_is(level: Level, wanted: Level) -> None:
    text = hall_toml("一个大厅", level)
    text = edited(
        text, [Put(Spot("missed", path=("calls",)), 9), Put(Spot("hall", path=("notice",)), "x")]
    )
    after = parse_settings(edited(text, profile_edits(parse_settings(text, PATH), wanted)), PATH)
    new = parse_settings(hall_toml("一个大厅", wanted), PATH)
    assert after.window == new.window
    assert (after.hall.level, after.hall.notice) == (wanted, "x")
    assert (after.missed, after.dispatch, after.pause) == (new.missed, new.dispatch, new.pause)


def test_a_hall_s_own_categories_all_have_a_window() -> None:
    settings = parse_settings(SMALL_HALL, PATH)
    for level in LEVELS:
        after = parse_settings(edited(SMALL_HALL, profile_edits(settings, level)), PATH)
        served = {code for window in after.window for code in window.categories}
        assert served == {"tax", "police", "unserved"}
