"""The dialogs of the staff screen: keys, posts, a PIN shown once, another PIN for oneself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import ClassVar, NamedTuple, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.types import CSSPathType
from textual.widgets import Input

from yichuang.language import N_, _
from yichuang.queue.people.post import Post
from yichuang.queue.people.staff import SshKey, Staff
from yichuang.tui.screens.dialog import Dialog, ask
from yichuang.tui.screens.guide_dialogs import Listing
from yichuang.tui.screens.staff_form import Field, Form
from yichuang.tui.screens.staff_rows import key_row, key_rows
from yichuang.tui.screens.staff_search import PersonSearch
from yichuang.tui.text import Line, wrap
from yichuang.tui.widgets.big_number import BigNumber
from yichuang.tui.widgets.list_pane import ListPane
from yichuang.tui.widgets.rows import Rows

Answer = TypeVar("Answer")

LONGEST_KEY = 20_000
"""Characters of a line that can be pasted; the rules take 16384 and say so."""

_MOST_ROWS = 12
_CELLS = 60


class KeyAct(NamedTuple):
    """What is to be done about keys."""

    removed: SshKey | None = None
    """The key to be removed; None to add one."""


class Keys(Dialog[KeyAct]):
    """The public keys that let somebody in: one is added, or removed."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialog.tcss", "staff_dialogs.tcss"]
    AUTO_FOCUS = "#keys-let-in"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "add", N_("登记公钥")),
        Binding("f8,delete", "remove", N_("删除")),
    ]

    def __init__(self, heading: str, keys: Sequence[SshKey], *, only_read: bool = False) -> None:
        """`heading` is in the user's language."""
        super().__init__(heading)
        self._keys = list(keys)
        self._only_read = only_read

    def compose_body(self) -> ComposeResult:
        """The keys, or that there is none."""
        rows = [key_row(key) for key in self._keys]
        pane = ListPane(rows, widget_id="keys-let-in")
        pane.styles.height = max(1, min(len(rows), _MOST_ROWS))
        yield pane
        yield Rows(["" if rows else f" {_('还没有登记公钥')}"])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a key that is there can be removed."""
        if action == "remove":
            return bool(self._keys) and not self._only_read
        if action == "add":
            return not self._only_read
        return super().check_action(action, parameters)

    def action_add(self) -> None:
        """Add another one."""
        self.dismiss(KeyAct())

    @on(ListPane.Chosen)
    def show_key(self, message: ListPane.Chosen) -> None:
        """Everything about the one under the cursor."""
        key = self._keys[message.row]
        self.app.push_screen(Listing(key.comment or "-", key_rows(key)))

    def action_remove(self) -> None:
        """Remove the one under the cursor."""
        row = self.query_one("#keys-let-in", ListPane).cursor
        if row is not None and row < len(self._keys):
            self.dismiss(KeyAct(self._keys[row]))


class KeyForm(Form[str]):
    """Takes the line of a .pub file, and for an unattended screen which one; gives the comment."""

    def __init__(
        self, heading: str, save: Callable[[str, str], Awaitable[str]], *, post: bool
    ) -> None:
        """`save` takes the line and the post, which is empty for a person's key."""
        fields = [
            Field(
                "key",
                N_("公钥"),
                longest=LONGEST_KEY,
                hint=N_("贴上 .pub 文件里的一整行，例如 ssh-ed25519 AAAA..."),
            )
        ]
        if post:
            hint = N_("kiosk、kiosk:名字、board 或 whereabouts：接上就是这个界面，不用登录")
            fields.insert(0, Field("post", N_("界面"), "board", 40, hint))
        self._asks_post = post
        self._save = save
        super().__init__(heading, fields)

    def problems(self) -> Mapping[str, str]:
        """Only what is missing: the rules know a key from what is none."""
        return {} if self.value("key") else {"key": _("还没有贴")}

    async def submit(self) -> str:
        """Add the key."""
        return await self._save(self.value("key"), self.value("post") if self._asks_post else "")


class PostForm(Form[Post]):
    """Whose post a window is, and who stands in (H01), by badge number."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f4", "find", N_("查人"))]

    def __init__(
        self, post: Post, people: Sequence[Staff], save: Callable[[Post], Awaitable[Post]]
    ) -> None:
        self._window = post.window
        self._people = {each.badge: each for each in people}
        self._save = save
        fields = [
            Field("a", N_("A岗"), post.a or "", hint=N_("这个窗口是谁的岗：写工号，空着就没有")),
            Field(
                "b",
                N_("B岗"),
                " ".join(post.b),
                80,
                N_("谁顶岗：写工号，几个用空格分开，先写的先顶"),
            ),
        ]
        super().__init__(_("{window} 号窗口的岗").format(window=post.window), fields)

    def _badges(self, name: str) -> list[str]:
        return self.value(name).replace("、", " ").replace(",", " ").replace("，", " ").split()

    def problems(self) -> Mapping[str, str]:
        """Badge numbers that nobody has."""
        found: dict[str, str] = {}
        for name in ("a", "b"):
            unknown = [
                badge
                for badge in self._badges(name)
                if badge not in self._people or not self._people[badge].active
            ]
            if unknown:
                found[name] = _("没有工号 {badge}").format(badge=unknown[0])
        if len(self._badges("a")) > 1:
            found["a"] = _("A岗只有一个人")
        return found

    def remarks(self) -> Mapping[str, str]:
        """Whose the badge numbers are."""
        return {
            name: _("、").join(
                self._people[badge].name for badge in self._badges(name) if badge in self._people
            )
            for name in ("a", "b")
        }

    def action_find(self) -> None:
        """Find a person whose badge number goes into the field."""
        here = self.focused
        people = [each for each in self._people.values() if each.active]
        if isinstance(here, Input):
            ask(self, PersonSearch(people), self._take(here))

    def _take(self, here: Input) -> Callable[[Staff], Awaitable[None]]:
        async def take(person: Staff) -> None:
            several = here.id == "b" and here.value.strip()
            here.value = f"{here.value.strip()} {person.badge}" if several else person.badge
            here.cursor_position = len(here.value)

        return take

    async def submit(self) -> Post:
        """Save whose post it is."""
        a = self._badges("a")
        return await self._save(Post(self._window, a[0] if a else None, tuple(self._badges("b"))))


class PinShown(Dialog[bool]):
    """A PIN, large, this once.

    A key of its own takes it away: one that was pressed once too often before it came must not.
    """

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialog.tcss", "staff_dialogs.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f2", "agree", N_("记下了"))]

    def __init__(self, person: Staff, pin: str) -> None:
        heading = _("{badge} {name} 的新密码").format(badge=person.badge, name=person.name)
        super().__init__(heading)
        self._pin = pin

    def compose_body(self) -> ComposeResult:
        """The PIN in large digits, and in small ones; what to do with it."""
        yield Rows([""])
        yield BigNumber(self._pin, widget_id="pin")
        said = _("密码 {pin}：只在这里显示一次，请当面告诉本人。第一次登录时必须换成自己的。")
        lines: list[Line] = [f"  {line}" for line in wrap(said.format(pin=self._pin), _CELLS)]
        yield Rows(["", *lines, ""])

    def action_agree(self) -> None:
        """It was taken note of."""
        self.dismiss(True)


class PathForm(Form[Answer]):
    """The path of a CSV file of staff; gives what `take` made of it."""

    def __init__(self, take: Callable[[str], Awaitable[Answer]]) -> None:
        self._take_file = take
        hint = N_("这台机器上 CSV 文件的路径；列见手册，缺的列不改")
        super().__init__(_("导入人员"), [Field("path", N_("文件"), longest=400, hint=hint)])

    def problems(self) -> Mapping[str, str]:
        """Only what is missing."""
        return {} if self.value("path") else {"path": _("还没有写")}

    async def submit(self) -> Answer:
        """Take the file over."""
        return await self._take_file(self.value("path"))
