"""Journal entries and alerts in words: one line each, in the user's language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, tzinfo
from string import Formatter
from typing import Any, NamedTuple

from yichuang.language import N_, _
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState
from yichuang.queue.dispatch.reason import call_sentence
from yichuang.queue.event import Entry, EventKind
from yichuang.queue.oversight.alert import Alert, AlertKind, Severity
from yichuang.queue.people.whereabouts import Whereabouts
from yichuang.queue.personnel.keys import fingerprint
from yichuang.queue.personnel.leaving import leaving_word
from yichuang.queue.rating import Grade
from yichuang.queue.supervision.finding import BEHIND
from yichuang.text import one_line


class Names(NamedTuple):
    """How things are called that the journal knows by their codes."""

    categories: Mapping[str, str]
    """By code."""
    staff: Mapping[str, str]
    """By badge number."""
    zone: tzinfo
    """The hall's own, for times within sentences."""

    def person(self, badge: str) -> str:
        """Somebody by name and badge number; by the badge number alone where the name is not known."""
        name = self.staff.get(badge)
        return _("{name}（{badge}）").format(name=name, badge=badge) if name else badge

    def category(self, code: str) -> str:
        """A category's name; its code where hall.toml has it no more."""
        return self.categories.get(code, code)


_K = EventKind

_SENTENCES = {
    _K.TICKET_ISSUED: N_("{number} 取号，{category}"),
    _K.TICKET_RECALLED: N_("{window} 号窗口重呼 {number}"),
    _K.TICKET_STARTED: N_("{window} 号窗口开始办理 {number}"),
    _K.TICKET_FINISHED: N_("{window} 号窗口办结 {number}"),
    _K.TICKET_PASSED: N_("{number} 过号"),
    _K.TICKET_REINSTATED: N_("{number} 恢复过号，重新排队"),
    _K.TICKET_HELD: N_("{window} 号窗口挂起 {number}"),
    _K.TICKET_RESUMED: N_("{number} 取回挂起"),
    _K.TICKET_TRANSFERRED: N_("{window} 号窗口把 {number} 转到 {to}"),
    _K.TICKET_FORWARDED: N_("{number} 在 {window} 号窗口办完一项，转到 {to}"),
    _K.TICKET_REROUTED: N_("{number} 改派到 {to}"),
    _K.TICKET_PINNED: N_("{number} 置顶"),
    _K.TICKET_UNPINNED: N_("{number} 取消置顶"),
    _K.TICKET_VOIDED: N_("{number} 作废"),
    _K.TICKET_CANCELLED: N_("{number} 取消"),
    _K.TICKET_REPRINTED: N_("{number} 补打号票"),
    _K.PRINT_RETRIED: N_("{number} 的号票在 {printer} 再打一次"),
    _K.TICKET_RATED: N_("{number} 评价：{grade}（{at_window} 号窗口）"),
    _K.CALL_UNDONE: N_("{window} 号窗口撤销叫号 {number}"),
    _K.FINISH_UNDONE: N_("{window} 号窗口撤销办结 {number}"),
    _K.PASS_UNDONE: N_("{window} 号窗口撤销过号 {number}"),
    _K.WINDOW_OPENED: N_("{window} 号窗口开窗"),
    _K.WINDOW_PAUSED: N_("{window} 号窗口暂停服务"),
    _K.WINDOW_RESUMED: N_("{window} 号窗口恢复服务"),
    _K.WINDOW_CLOSED: N_("{window} 号窗口关窗"),
    _K.WINDOW_ASSIGNED: N_("{window} 号窗口改办 {categories}"),
    _K.SURGE_BEGAN: N_("开始高峰互助"),
    _K.SURGE_ENDED: N_("结束高峰互助"),
    _K.APPOINTMENT_BOOKED: N_("预约 {start} 的{category}"),
    _K.APPOINTMENT_CANCELLED: N_("取消 {start} 的预约"),
    _K.APPOINTMENT_MISSED: N_("{start} 的预约没有来"),
    _K.APPOINTMENTS_IMPORTED: N_("导入预约 {new} 个"),
    _K.DAY_TURNED: N_("换日，上一天是 {former}"),
    _K.CLOCK_WENT_BACK: N_("时钟比流水最后一行还早"),
    _K.CLOCK_CAME_RIGHT: N_("时钟恢复正常"),
    _K.ITEMS_IMPORTED: N_("导入事项：新增 {new}，改动 {changed}"),
    _K.ITEM_CHANGED: N_("事项 {item_name} 改动"),
    _K.ITEM_RETIRED: N_("事项 {item_name} 停办"),
    _K.ITEM_RESTORED: N_("事项 {item_name} 恢复办理"),
    _K.ITEM_UNDONE: N_("撤销对事项 {item_name} 的改动"),
    _K.SETTINGS_CHANGED: N_("修改设置 {count} 处，第 {version} 版"),
    _K.SETTINGS_UNDONE: N_("撤销设置修改，第 {version} 版"),
    _K.SHEET_PRINTED: N_("在 {printer} 打印公示单"),
    _K.LINES_SETTLED: N_("按新设置归队 {moved_count} 个号"),
    _K.DEVICE_CHANGED: N_("设备 {device}：{health}"),
    _K.DEVICE_TESTED: N_("测试设备 {device}"),
    _K.DEVICE_MUTED: N_("{device} 静音"),
    _K.DEVICE_UNMUTED: N_("{device} 取消静音"),
    _K.STAFF_SAVED: N_("登记人员 {person}"),
    _K.STAFF_IMPORTED: N_("导入人员：新增 {new}，改动 {changed}"),
    _K.PIN_SET: N_("{person} 改密码"),
    _K.PIN_RESET: N_("{person} 的密码被重设"),
    _K.KEY_ADDED: N_("登记 {holder} 的公钥 {fingerprint}"),
    _K.KEY_REMOVED: N_("删除 {holder} 的公钥 {fingerprint}"),
    _K.POST_NAMED: N_("{window} 号窗口定岗：A岗 {a}，B岗 {b}"),
    _K.UNQUALIFIED_ALLOWED: N_("特许 {person} 今天上岗"),
    _K.POST_TAKEN: N_("{person} 到 {window} 号窗口上岗"),
    _K.POST_LEFT: N_("{person} 离开 {window} 号窗口，在岗 {minutes} 分钟"),
    _K.POST_HANDED_OVER: N_("{window} 号窗口由 {person} 交给 {to_person}"),
    _K.WHEREABOUTS_CHANGED: N_("{person} 去向：{state}"),
    _K.SIGNED_IN: N_("{person} 登录，来自 {origin}"),
    _K.SIGNED_OUT: N_("{person} 退出登录，来自 {origin}"),
    _K.SIGN_IN_REFUSED: N_("{person} 的密码输错，来自 {origin}"),
    _K.SIGN_IN_LOCKED: N_("{person} 的密码输错太多次，锁定 {seconds} 秒，来自 {origin}"),
    _K.ALERT_RAISED: N_("{severity}色预警：{alert}"),
    _K.ALERT_WORSENED: N_("预警升为{severity}色：{alert}"),
    _K.ALERT_CLEARED: N_("预警消除：{alert}，历时 {minutes} 分钟"),
    _K.ALERT_ACKNOWLEDGED: N_("已知悉预警：{alert}"),
    _K.SUPERVISION_OPENED: N_("督办 {item}「{title}」交给 {person}，期限 {deadline}"),
    _K.SUPERVISION_ANSWERED: N_("督办 {item}「{title}」回复：{answer}"),
    _K.SUPERVISION_CLOSED: N_("督办 {item}「{title}」办结"),
    _K.NOTICE_BROADCAST: N_("发通知「{text}」，{minutes} 分钟"),
    _K.NOTICE_WITHDRAWN: N_("撤回通知「{text}」"),
    _K.INCIDENT_RECORDED: N_("事件「{kind_of}」：{what}；上报 {reported_to}"),
}

_BY_NOBODY = frozenset({_K.SIGN_IN_REFUSED, _K.SIGN_IN_LOCKED})

_REASONS = ("reason", "note", "feedback", "why", "comment")
"""Facts that say why, or more: behind the sentence, in brackets."""


def sentence(entry: Entry, names: Names) -> str:
    """An entry in words, whatever its facts are; who did it stands elsewhere, in `Entry.actor`."""
    try:
        return one_line(_said(entry, names) + _more(entry))
    except (KeyError, ValueError, TypeError, AttributeError):
        # What another version of the program wrote must not break a whole screen.
        number = str(entry.event.data.get("number", ""))
        return one_line(f"{entry.event.kind.label} {number}")


def doer(entry: Entry) -> str:
    """Who did it, to be shown beside the sentence; empty for the system, and where nobody knows.

    Whoever gives a wrong PIN has not proved to be the one whose badge number was typed.
    """
    return "" if entry.event.kind in _BY_NOBODY else entry.actor


def fixed_words(kind: EventKind) -> tuple[str, ...]:
    """What the sentences of a kind say whatever the facts are, and its label; in the user's language."""
    template = _SENTENCES.get(kind)
    if template is None:
        return (kind.label,)
    return (kind.label, *(said for said, *_rest in Formatter().parse(_(template)) if said))


def fixed_alert_words(kind: AlertKind) -> tuple[str, ...]:
    """The same of a kind of alert."""
    templates = (_CLOCK_BEHIND, _CLOCK_FREE) if kind is AlertKind.CLOCK else (_ALERTS[kind],)
    parsed = (each for text in templates for each in Formatter().parse(_(text)))
    return (kind.label, *(said for said, *_rest in parsed if said))


def _said(entry: Entry, names: Names) -> str:
    event = entry.event
    if event.kind is _K.TICKET_CALLED:
        why = call_sentence(
            event.data,
            window=event.window or 0,
            actor=names.person(entry.actor),
            category=names.category(str(event.data.get("category", ""))),
        )
        return _("{window} 号窗口叫号：{why}").format(window=event.window, why=why)
    if event.kind is _K.DAY_CLOSED:
        return _("停办收工") if event.data.get("outage") else _("收工")
    template = _SENTENCES.get(event.kind)
    if template is None:
        return " ".join(filter(None, (event.kind.label, str(event.data.get("number", "")))))
    return _(template).format_map(_Facts(entry, names))


def _more(entry: Entry) -> str:
    data = entry.event.data
    if entry.event.kind in (_K.TICKET_CALLED, _K.DEVICE_CHANGED):
        return ""
    said = (data.get(name) for name in _REASONS)
    word = leaving_word if entry.event.kind is _K.SIGNED_OUT else _
    found = [word(text) for text in said if isinstance(text, str) and text]
    return _("（{why}）").format(why=_("；").join(found)) if found else ""


class _Facts(Mapping[str, Any]):
    """The facts of an entry as a sentence shows them; what is not there is a dash.

    Only those that the sentence names are looked at: a name such as `key` means one thing in an
    alert's facts and another in those of a public key.
    """

    def __init__(self, entry: Entry, names: Names) -> None:
        self._data = entry.event.data
        self._window = entry.event.window
        self._names = names

    def __getitem__(self, name: str) -> Any:
        if name in _SHOWN:
            return _SHOWN[name](self._data, self._names)
        found = self._data.get(name, "-")
        if name == "window":
            return self._window or found or "-"
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)


def _person(data: Mapping[str, Any], names: Names) -> str:
    return names.person(str(data.get("badge") or "-"))


def _to_person(data: Mapping[str, Any], names: Names) -> str:
    return names.person(str(data.get("to") or "-"))


def _holder(data: Mapping[str, Any], names: Names) -> str:
    return names.person(str(data.get("badge") or data.get("post") or "-"))


def _fingerprint(data: Mapping[str, Any], _names: Names) -> str:
    with suppress(ValueError, IndexError):  # a kind of key that only another version knows
        return fingerprint(str(data.get("key", "")))
    return "-"


def _category(data: Mapping[str, Any], names: Names) -> str:
    return names.category(str(data.get("category", "-")))


def _categories(data: Mapping[str, Any], names: Names) -> str:
    return _("、").join(names.category(str(code)) for code in data.get("categories") or ())


def _to(data: Mapping[str, Any], names: Names) -> str:
    if data.get("to_window"):
        return _("{window} 号窗口").format(window=data["to_window"])
    return names.category(str(data.get("to_category") or "-"))


def _a(data: Mapping[str, Any], names: Names) -> str:
    return names.person(str(data.get("a") or "-"))


def _b(data: Mapping[str, Any], names: Names) -> str:
    return _("、").join(names.person(str(badge)) for badge in data.get("b") or ()) or "-"


def _health(data: Mapping[str, Any], _names: Names) -> str:
    if "state" not in data or "reason" not in data:
        return "-"
    with suppress(ValueError):  # a state that only a newer program knows
        return DeviceHealth(DeviceState(data["state"]), DeviceReason(data["reason"])).label
    return str(data["state"])


def _state(data: Mapping[str, Any], _names: Names) -> str:
    with suppress(ValueError):
        return Whereabouts(data.get("state", "")).label
    return str(data.get("state", "-"))


def _grade(data: Mapping[str, Any], _names: Names) -> str:
    with suppress(ValueError):
        return Grade(data.get("grade", "")).label
    return "-"


def _item_name(data: Mapping[str, Any], _names: Names) -> str:
    kept = data.get("new")
    name = kept.get("name") if isinstance(kept, Mapping) else None
    return str(name or data.get("item", "-"))


def _count_of(name: str) -> Callable[[Mapping[str, Any], Names], str]:
    def show(data: Mapping[str, Any], _names: Names) -> str:
        many = data.get(name)
        return str(len(many)) if isinstance(many, list) else "-"

    return show


def _severity(data: Mapping[str, Any], _names: Names) -> str:
    with suppress(ValueError):
        return Severity(data.get("severity", "")).label
    return "-"


def _alert(data: Mapping[str, Any], names: Names) -> str:
    if "key" not in data:
        return "-"
    return alert_sentence(alert_in(data), names)


def _moment(name: str) -> Callable[[Mapping[str, Any], Names], str]:
    def show(data: Mapping[str, Any], names: Names) -> str:
        text = data.get(name)
        if not isinstance(text, str):
            return "-"
        return f"{datetime.fromisoformat(text).astimezone(names.zone):%m-%d %H:%M}"

    return show


_SHOWN: Mapping[str, Callable[[Mapping[str, Any], Names], str]] = {
    "person": _person,
    "to_person": _to_person,
    "holder": _holder,
    "fingerprint": _fingerprint,
    "category": _category,
    "categories": _categories,
    "to": _to,
    "a": _a,
    "b": _b,
    "health": _health,
    "state": _state,
    "grade": _grade,
    "item_name": _item_name,
    "count": _count_of("changes"),
    "moved_count": _count_of("moved"),
    "severity": _severity,
    "alert": _alert,
    "start": _moment("start"),
    "deadline": _moment("deadline"),
}


def alert_in(data: Mapping[str, Any]) -> Alert:
    """The alert that the facts of a journal entry tell of; raises KeyError or ValueError for others."""
    return Alert(
        key=data["key"],
        kind=AlertKind(data["kind_of"]),
        severity=Severity(data["severity"]),
        subject=data.get("subject", ""),
        value=data.get("value", 0.0),
        detail=data.get("detail", ""),
        window=data.get("at_window"),
    )


_ALERTS = {
    AlertKind.WAIT: N_("{category}等候最久的已等 {value} 分钟"),
    AlertKind.LINE_LENGTH: N_("{category}有 {value} 人等候"),
    AlertKind.LONG_SERVICE: N_("{window} 号窗口办理 {detail} 已 {value} 分钟"),
    AlertKind.LONG_PAUSE: N_("{window} 号窗口暂停已 {value} 分钟（{detail}）"),
    AlertKind.WINDOW_IDLE: N_("{window} 号窗口空着 {value} 分钟，有人等候"),
    AlertKind.BAD_REVIEW: N_("{subject} 评价{grade}（{window} 号窗口）"),
    AlertKind.DEVICE: N_("{subject}：{device}"),
    AlertKind.PAPER: N_("{value} 张号票没有打出，人还在等"),
    AlertKind.DISK: N_("磁盘只剩 {value} MB"),
    AlertKind.SETTINGS: N_("hall.toml 有 {value} 处错误，大厅仍按原来的设置"),
    AlertKind.OVERDUE: N_("督办 {subject}「{detail}」逾期 {value} 分钟"),
}
_CLOCK_BEHIND = N_("时钟比流水慢 {value} 分钟")
_CLOCK_FREE = N_("时钟没有和网络对时")


def alert_sentence(alert: Alert, names: Names) -> str:
    """An alert in words, on one line."""
    if alert.kind is AlertKind.CLOCK:
        template = _CLOCK_BEHIND if alert.detail == BEHIND else _CLOCK_FREE
    else:
        template = _ALERTS[alert.kind]
    device, grade = alert.detail, alert.detail
    if alert.kind is AlertKind.DEVICE:
        state = DeviceState.MISSING if alert.severity is Severity.RED else DeviceState.DEGRADED
        with suppress(ValueError):
            device = DeviceHealth(state, DeviceReason(alert.detail)).label
    elif alert.kind is AlertKind.BAD_REVIEW:
        with suppress(ValueError):
            grade = Grade(alert.detail).label
    said = _(template).format(
        category=names.category(alert.subject),
        subject=alert.subject,
        window=alert.window if alert.window is not None else "-",
        value=int(alert.value),
        detail=_(alert.detail) or "-",
        device=device,
        grade=grade,
    )
    return one_line(said)
