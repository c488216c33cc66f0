"""The kiosk's pages and keys."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType

from textual.binding import Binding, BindingType

from yichuang.language import N_
from yichuang.tui.keys import digit_keys


class At(Enum):
    """The pages."""

    START = auto()
    INNER = auto()
    """Sub-groups or items of a category."""
    GROUPS = auto()
    """Why it is of the priority class, which one need not say."""
    SERVICES = auto()
    """Special desks and skills."""
    BASKET = auto()
    """Several matters, so far."""
    GIVEN = auto()
    CLOSED = auto()


MENUS = frozenset({At.START, At.INNER})
SHEETS = frozenset({At.GROUPS, At.SERVICES})
PAGES: Mapping[str, frozenset[At]] = MappingProxyType(
    {
        "enter": frozenset({At.START}),
        "choose": frozenset({At.INNER}) | SHEETS,
        "priority": frozenset({At.START}),
        "services": frozenset({At.START}),
        "check_in": frozenset({At.START, At.CLOSED}),
        "search_first": frozenset({At.START}),
        "search": frozenset({At.INNER}),
        "several": MENUS,
        "direct": frozenset({At.INNER}),
        "direct_too": frozenset({At.INNER}),
        "skip": frozenset({At.GROUPS}),
        "add_more": frozenset({At.BASKET}),
        "take": frozenset({At.BASKET}),
        "turn": frozenset({At.INNER}) | SHEETS,
        "drop_last": frozenset({At.BASKET}),
        "start_over": frozenset({At.START}),
        "step_back": MENUS | SHEETS,
    }
)
"""On which pages an action is there at all."""

MOST_CATEGORY_KEYS = 6
"""A hall has six categories at most (B02); 7, 8 and 9 ask for something else on the first page."""

KEYS: list[BindingType] = [
    *(
        Binding(
            digit_keys(digit),
            f"enter({digit})",
            N_("选择"),
            key_display=f"1-{MOST_CATEGORY_KEYS}",
            show=digit == 1,
        )
        for digit in range(1, MOST_CATEGORY_KEYS + 1)
    ),
    *(
        Binding(
            digit_keys(digit),
            f"choose({digit})",
            N_("选择"),
            key_display="1-9",
            show=digit == 1,
        )
        for digit in range(1, 10)
    ),
    Binding(digit_keys(1), "add_more", N_("还要办一件"), key_display="1"),
    Binding(digit_keys(7), "check_in", N_("预约签到"), key_display="7"),
    Binding(digit_keys(8), "services", N_("专窗"), key_display="8"),
    Binding(digit_keys(9), "priority", N_("绿色通道"), key_display="9"),
    Binding(f"{digit_keys(0)},slash,／", "search_first", N_("查事项"), key_display="0 /"),
    Binding("slash,／", "search", N_("查事项"), key_display="/"),
    Binding(f"{digit_keys(0)},enter", "direct", N_("直接取号"), key_display="0 Enter"),
    Binding(f"{digit_keys(0)},enter", "direct_too", N_("加上这一类"), key_display="0 Enter"),
    Binding(f"{digit_keys(0)},enter", "skip", N_("不选"), key_display="0 Enter"),
    Binding(f"{digit_keys(0)},enter", "take", N_("取号"), key_display="0 Enter"),
    Binding("asterisk,＊", "several", N_("一次办几件"), key_display="*"),
    Binding("pageup,left,minus", "turn(-1)", N_("上一页"), key_display="PgUp"),
    Binding("pagedown,right,plus", "turn(1)", N_("下一页"), key_display="PgDn"),
    Binding("escape", "acknowledge", N_("收起", "key")),
    Binding("escape", "drop_last", N_("去掉最后一件")),
    Binding("escape", "start_over", N_("重新开始")),
    Binding("escape", "step_back", N_("上一步")),
    Binding("escape", "back", N_("返回")),
]
"""What stands in the key bar, in this order; of one key's actions the first that is there."""
