"""Edits of hall.toml: the text keeps its remarks and its order, and means what was asked for."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.halls import SMALL_HALL
from yichuang.config import parse_settings
from yichuang.config.difference import ELEMENT_KEYS, differences
from yichuang.config.edit import Add, Drop, Edit, Put, Remove, Spot, edited
from yichuang.errors import InvalidHall, SettingsUneditable
from yichuang.profile import hall_toml

TOWN = hall_toml("郑陆镇为民服务中心", "town")
PATH = Path("hall.toml")


def lines_lost(before: str, after: str) -> list[str]:
    """The lines of `before` that `after` has no more."""
    left = after.splitlines()
    return [line for line in before.splitlines() if line.strip() and line not in left]


def test_a_value_keeps_the_remark_beside_it() -> None:
    text = edited(TOWN, [Put(Spot("dispatch", path=("policy",)), "fifo")])
    assert 'policy = "fifo"         # 谁是下一个：' in text
    assert len(lines_lost(TOWN, text)) == 1


def test_a_value_that_was_not_there_stands_in_its_section() -> None:
    text = edited(TOWN, [Put(Spot("hours", path=("saturday",)), ["09:00-12:00"])])
    text = edited(text, [Put(Spot("ticket", path=("qr",)), True)])
    text = edited(text, [Put(Spot("dispatch", path=("help_longer_than",)), 5)])
    settings = parse_settings(text, PATH)
    assert settings.ticket.qr is True
    assert settings.dispatch.help_longer_than == 5
    assert [str(span) for span in settings.hours.saturday] == ["09:00-12:00"]
    ticket, dispatch = text.index("[ticket]"), text.index("[dispatch]")
    assert ticket < text.index("\nqr = true") < dispatch


def test_a_value_behind_a_section_of_its_own_is_not_put_into_that() -> None:
    bare = SMALL_HALL + "\n[dispatch.rates]\nordinary = 2.0\n# the last remark\n"
    text = edited(bare, [Put(Spot("dispatch", path=("policy",)), "fifo")])
    settings = parse_settings(text, PATH)
    assert (settings.dispatch.policy, settings.dispatch.rates.ordinary) == ("fifo", 2.0)
    both = SMALL_HALL + "\n[dispatch]\nfront_calls = 3\n[dispatch.rates]\nordinary = 2.0\n# last\n"
    text = edited(both, [Put(Spot("dispatch", path=("policy",)), "fifo")])
    assert parse_settings(text, PATH).dispatch.policy == "fifo"
    assert lines_lost(both, text) == []


def test_a_new_window_stands_behind_the_others_and_before_the_remarks() -> None:
    text = edited(TOWN, [Add("window", {"number": 9, "categories": ["tax"], "name": "税"})])
    assert lines_lost(TOWN, text) == []
    eighth, ninth = text.index("number = 8"), text.index("number = 9")
    assert eighth < ninth < text.index("# 票据打印机：第一台是取号用的。")
    assert parse_settings(text, PATH).window[8].name == "税"


def test_the_first_of_its_kind_begins_a_section_at_the_end() -> None:
    values = {"name": "kiosk", "transport": "tcp", "host": "192.168.1.50"}
    text = edited(TOWN, [Add("printer", values), Add("printer", values | {"name": "second"})])
    assert lines_lost(TOWN, text) == []
    assert [each.name for each in parse_settings(text, PATH).printer] == ["kiosk", "second"]


def test_a_removed_window_leaves_the_remarks_behind_it() -> None:
    text = edited(TOWN, [Remove("window", 8), Remove("window", 1)])
    assert "# 票据打印机：第一台是取号用的。" in text
    assert "# 窗口：categories 是本窗口的类别" in text
    assert [each.number for each in parse_settings(text, PATH).window] == list(range(2, 8))


def test_adding_and_removing_gives_the_same_text_again() -> None:
    text = edited(TOWN, [Add("window", {"number": 9, "categories": ["tax"]}), Remove("window", 9)])
    assert tomllib.loads(text) == tomllib.loads(TOWN)
    assert lines_lost(TOWN, text) == []


def test_the_last_of_its_kind_takes_its_section_with_it() -> None:
    text = edited(TOWN, [Add("holiday", {"date": date(2026, 10, 10), "open": True})])
    assert parse_settings(text, PATH).holiday[0].open
    text = edited(text, [Remove("holiday", "2026-10-10")])
    assert "holiday" not in tomllib.loads(text)
    assert lines_lost(TOWN, text) == []


def test_groups_that_a_hall_has_by_itself_are_written_out_before_one_is_changed() -> None:
    text = edited(TOWN, [Put(Spot("group", "elderly", ("name",)), "老人")])
    settings = parse_settings(text, PATH)
    assert [each.name for each in settings.group][:2] == ["老人", "弱"]
    assert len(settings.group) == 9
    text = edited(TOWN, [Remove("group", "key_project")])
    assert len(parse_settings(text, PATH).group) == 8


def test_sections_inside_elements_and_tables_of_their_own() -> None:
    led = (
        '\n[[display]]\nname = "led"\ndriver = "onbon"\ntransport = "tcp"\nhost = "a"\n'
        "[display.area]\nwidth = 128 # wide\n\n# behind\n"
    )
    text = edited(TOWN + led, [Put(Spot("display", "led", ("area", "height")), 64)])
    text = edited(text, [Put(Spot("display", "led", ("colour",)), "green")])
    display = parse_settings(text, PATH).display[0]
    assert (display.area.height, display.area.width, display.colour) == (64, 128, "green")
    assert lines_lost(TOWN + led, text) == []
    text = edited(TOWN, [Put(Spot("forecast", path=("categories",)), {"tax": 6.0})])
    assert parse_settings(text, PATH).forecast.categories == {"tax": 6.0}
    section = SMALL_HALL + "\n[forecast.categories]\ntax = 3.0 # old\n"
    text = edited(section, [Put(Spot("forecast", path=("categories",)), {"police": 6.0})])
    assert parse_settings(text, PATH).forecast.categories == {"police": 6.0}


def test_windows_that_are_written_inline_can_be_edited() -> None:
    head, _windows = SMALL_HALL.split("[[window]]", 1)
    inline = 'window = [{number = 1, categories = ["tax"]}]\n' + head
    text = edited(
        inline,
        [
            Add("window", {"number": 2, "categories": ["police"]}),
            Put(Spot("window", 1, ("name",)), "甲"),
        ],
    )
    assert [(each.number, each.name) for each in parse_settings(text, PATH).window] == [
        (1, "甲"),
        (2, ""),
    ]
    assert len(parse_settings(edited(text, [Remove("window", 1)]), PATH).window) == 1


def test_a_default_holds_again() -> None:
    text = edited(TOWN, [Drop(Spot("missed", path=("calls",)))])
    assert "\ncalls = 3" not in text
    assert edited(TOWN, [Drop(Spot("kiosk", path=("elderly_age",)))]) == TOWN


def test_dotted_keys_and_tables_on_one_line() -> None:
    short = 'missed.calls = 2\ndispatch = { policy = "fifo" } # short\n' + SMALL_HALL.replace(
        "[missed]\ncalls = 1\ngap_seconds = 0\n", ""
    )
    text = edited(short, [Put(Spot("missed", path=("returns",)), 1)])
    text = edited(text, [Put(Spot("dispatch", path=("rates", "priority")), 9.0)])
    settings = parse_settings(text, PATH)
    assert (settings.missed.calls, settings.missed.returns) == (2, 1)
    assert (settings.dispatch.policy, settings.dispatch.rates.priority) == ("fifo", 9.0)
    assert "# short" in text
    text = edited(short, [Drop(Spot("missed", path=("calls",)))])
    assert parse_settings(text, PATH).missed.calls == 3


def test_the_first_window_of_a_spoiled_file() -> None:
    text = edited("# nothing but a remark\n", [Add("window", {"number": 1})])
    assert tomllib.loads(text) == {"window": [{"number": 1}]}


def test_elements_are_one_blank_line_apart() -> None:
    added = [Add("call_feed", {"name": name}) for name in ("a", "b", "c")]
    text = edited(TOWN, added)
    assert "\n\n\n" not in text.removeprefix(TOWN)
    assert text.endswith('[[call_feed]]\nname = "c"\n')


@pytest.mark.parametrize(
    "edit",
    [
        Put(Spot("window", 99, ("name",)), "x"),
        Remove("category", "nothing"),
        Drop(Spot("printer", "none", ("host",))),
    ],
)
def test_what_is_not_there_cannot_be_edited(edit: Edit) -> None:
    with pytest.raises(SettingsUneditable):
        edited(TOWN, [edit])


def test_no_toml_cannot_be_edited() -> None:
    with pytest.raises(SettingsUneditable):
        edited("this is = = not", [Put(Spot("hall", path=("name",)), "x")])


def test_differences_are_told_value_by_value() -> None:
    old = parse_settings(TOWN, PATH)
    text = edited(
        TOWN,
        [
            Put(Spot("window", 3, ("name",)), "综合"),
            Put(Spot("dispatch", path=("rates", "priority")), 5.0),
            Put(Spot("hours", path=("noon",)), ["12:00-13:00"]),
            Add("holiday", {"date": date(2026, 10, 10)}),
            Remove("window", 8),
        ],
    )
    found = {
        each.place: (each.old, each.new) for each in differences(old, parse_settings(text, PATH))
    }
    assert found["window.3.name"] == ("", "综合")
    assert found["dispatch.rates.priority"] == (4.0, 5.0)
    assert found["hours.noon"] == ([], ["12:00-13:00"])
    assert found["holiday.2026-10-10"] == (None, {"date": "2026-10-10"})
    assert found["window.8"][1] is None
    assert len(found) == 5
    assert differences(old, parse_settings(TOWN + "\n# a remark\n", PATH)) == []


# --- any edit -------------------------------------------------------------------------------------

CODES = ["legal_affairs", "social_affairs", "tax", "police"]
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
NUMBERS = st.integers(1, 12)
EDITS: st.SearchStrategy[Edit] = st.one_of(
    st.builds(lambda n, v: Put(Spot("window", n, ("name",)), v), NUMBERS, TEXTS),
    st.builds(lambda n, v: Put(Spot("window", n, ("number",)), v), NUMBERS, NUMBERS),
    st.builds(
        lambda n, v: Put(Spot("window", n, ("helps",)), v),
        NUMBERS,
        st.lists(st.sampled_from(CODES)),
    ),
    st.builds(lambda n: Drop(Spot("window", n, ("helps",))), NUMBERS),
    st.builds(lambda n: Remove("window", n), NUMBERS),
    st.builds(
        lambda n, c: Add("window", {"number": n, "categories": c}), NUMBERS, st.just(["tax"])
    ),
    st.builds(lambda v: Put(Spot("missed", path=("calls",)), v), st.integers(0, 12)),
    st.builds(lambda v: Put(Spot("missed", path=("reasons",)), v), st.lists(TEXTS, max_size=4)),
    st.builds(lambda v: Put(Spot("dispatch", path=("rates", "ordinary")), v), st.floats(0, 200)),
    st.builds(lambda v: Put(Spot("ticket", path=("qr",)), v), st.booleans()),
    st.builds(lambda: Drop(Spot("ticket", path=("qr",)))),
    st.builds(lambda v: Put(Spot("kiosk", path=("elderly_age",)), v), st.integers(40, 101)),
    st.builds(lambda v: Put(Spot("group", "sick", ("name",)), v), TEXTS),
    st.builds(
        lambda v: Put(Spot("appointment", path=("capacities",)), v),
        st.dictionaries(st.sampled_from(CODES), st.integers(0, 9)),
    ),
    st.builds(lambda d: Add("holiday", {"date": d}), st.dates(date(2026, 1, 1), date(2026, 1, 5))),
    st.builds(lambda d: Remove("holiday", d), st.dates(date(2026, 1, 1), date(2026, 1, 5))),
    st.builds(lambda v: Put(Spot("voice", path=("words",)), v), st.just({"重庆": "chong2qing4"})),
)


@hypothesis.settings(deadline=None, max_examples=40)
@given(st.lists(EDITS, max_size=5))
def test_any_edit_that_validates_means_what_was_asked(edits: list[Edit]) -> None:
    text = TOWN
    for edit in edits:
        former = text
        try:
            text = edited(text, [edit])
        except SettingsUneditable:
            continue
        if isinstance(edit, Put):
            assert edit.value in values_at(text, edit.spot)
        elif isinstance(edit, Remove):
            assert len(tomllib.loads(text).get(edit.section, [])) == size(former, edit.section) - 1
        elif isinstance(edit, Add):
            assert len(tomllib.loads(text)[edit.section]) == size(former, edit.section) + 1
        assert remarks(text) >= remarks(former)
        try:
            before, after = parse_settings(former, PATH), parse_settings(text, PATH)
        except InvalidHall:
            continue
        assert bool(differences(before, after)) == (before != after)


def size(text: str, section: str) -> int:
    """How many of a section there are."""
    return len(tomllib.loads(text).get(section, []))


def remarks(text: str) -> set[str]:
    """The rows that are nothing but a remark."""
    return {line.strip() for line in text.splitlines() if line.strip().startswith("#")}


def values_at(text: str, spot: Spot) -> list[Any]:
    """What stands there; where the value is what tells the elements apart, that of all of them."""
    homes: Any = tomllib.loads(text)[spot.section]
    if spot.element is None:
        homes = [homes]
    else:
        key = ELEMENT_KEYS[spot.section]
        homes = [each for each in homes if spot.path == (key,) or each[key] == spot.element]
    found = []
    for home in homes:
        for part in spot.path[:-1]:
            home = home[part]
        found.append(home.get(spot.path[-1]))
    return found
