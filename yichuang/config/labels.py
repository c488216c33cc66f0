"""What the parts of hall.toml are called, in the user's language, for screens and lists."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from yichuang.config.difference import Difference
from yichuang.config.hall import POLICIES, WINDOW_KINDS
from yichuang.language import N_, _

SECTIONS: Mapping[str, str] = MappingProxyType(
    {
        "hall": N_("大厅"),
        "category": N_("类别"),
        "window": N_("窗口"),
        "printer": N_("打印机"),
        "ticket": N_("取号和号票"),
        "missed": N_("过号"),
        "dispatch": N_("叫号"),
        "dispatch.rates": N_("累积优先的分数"),
        "group": N_("优先人群"),
        "pause": N_("暂停服务"),
        "hours": N_("服务时间"),
        "holiday": N_("节假日"),
        "forecast": N_("预计等候"),
        "appointment": N_("预约"),
        "kiosk": N_("取号机"),
        "rating": N_("评价"),
        "voice": N_("语音"),
        "remote": N_("SSH 终端"),
        "staff": N_("登录"),
        "alert": N_("预警"),
        "display": N_("显示屏"),
        "display.area": N_("显示区域"),
        "display.template": N_("字节模板"),
        "call_feed": N_("叫号数据口"),
        "id_reader": N_("阅读器"),
        "rating_pad": N_("评价器"),
        "caller_pad": N_("叫号器"),
        "scanner": N_("扫码器"),
    }
)

LABELS: Mapping[str, str] = MappingProxyType(
    {
        # Of many sections; those of one section, below, go before.
        "name": N_("名称"),
        "code": N_("编码"),
        "host": N_("地址"),
        "port": N_("端口"),
        "path": N_("设备文件"),
        "baud": N_("波特率"),
        "flow": N_("流控"),
        "vendor": N_("USB 厂商号"),
        "product": N_("USB 产品号"),
        "serial_number": N_("USB 序列号"),
        "transport": N_("接法"),
        "input": N_("接法"),
        "grab": N_("独占按键"),
        "windows": N_("哪些窗口"),
        "window": N_("哪个窗口"),
        "kiosk": N_("哪台取号机"),
        "enabled": N_("启用"),
        "reasons": N_("可选的原因"),
        "answers": N_("会应答"),
        "keys": N_("键的含义"),
        "frame": N_("串口帧的格式"),
        "checksum": N_("帧的校验"),
        "poll": N_("轮询字节"),
        "poll_seconds": N_("轮询间隔（秒）"),
        "report_bytes": N_("报告长度"),
        "offset": N_("键在第几字节"),
        "repeat_seconds": N_("重复间隔（秒）"),
        "answer_seconds": N_("等应答（秒）"),
        "hall.name": N_("大厅全名"),
        "hall.level": N_("级别"),
        "hall.timezone": N_("时区"),
        "hall.complaint_phone": N_("投诉电话"),
        "hall.language": N_("语言"),
        "hall.sample": N_("供试用"),
        "hall.notice": N_("大屏下方的话"),
        "category.english": N_("英文名"),
        "category.letter": N_("号码字母"),
        "window.number": N_("窗口号"),
        "window.zone": N_("区域"),
        "window.kind": N_("种类"),
        "window.categories": N_("办哪些类别"),
        "window.helps": N_("帮办的类别"),
        "window.skills": N_("人员会的"),
        "window.reason": N_("设部门窗口的原因"),
        "printer.name": N_("设备名"),
        "printer.model": N_("型号"),
        "printer.width": N_("纸宽（毫米）"),
        "printer.columns": N_("每行字符"),
        "printer.encoding": N_("汉字编码"),
        "printer.rare": N_("生僻字"),
        "printer.font": N_("字体文件"),
        "printer.chinese_mode": N_("汉字模式命令"),
        "printer.qr": N_("二维码怎么打"),
        "printer.simulated": N_("模拟打印机"),
        "printer.cutter": N_("有切刀"),
        "printer.process_id": N_("能确认打完"),
        "printer.buzzer": N_("有蜂鸣器"),
        "printer.print_seconds": N_("一张最多（秒）"),
        "printer.kiosks": N_("哪些取号机用"),
        "printer.windows": N_("哪些窗口用"),
        "printer.backup": N_("备用打印机"),
        "ticket.digits": N_("号码位数"),
        "ticket.priority_prefix": N_("优先号前缀"),
        "ticket.appointment_prefix": N_("预约号前缀"),
        "ticket.qr": N_("票上印码"),
        "ticket.keep_person_days": N_("证件散列保存（天）"),
        "ticket.hints": N_("票上的提示"),
        "missed.calls": N_("叫几次可过号"),
        "missed.gap_seconds": N_("两次至少隔（秒）"),
        "missed.void_at_once": N_("过号就作废"),
        "missed.put_back": N_("恢复后排在几人后"),
        "missed.returns": N_("最多恢复几次"),
        "missed.late_numbers": N_("补叫限在几号内"),
        "dispatch.policy": N_("谁是下一个"),
        "dispatch.front_calls": N_("连叫几个前列号"),
        "dispatch.rates": N_("累积优先的分数"),
        "dispatch.help_longer_than": N_("队长超过就帮办"),
        "dispatch.help_after_minutes": N_("等多久就帮办（分）"),
        "dispatch.chosen_reasons": N_("指定叫号的原因"),
        "dispatch.rates.ordinary": N_("普通"),
        "dispatch.rates.appointment": N_("预约"),
        "dispatch.rates.priority": N_("优先"),
        "dispatch.rates.transferred": N_("转来"),
        "hours.weekday": N_("工作日时段"),
        "hours.noon": N_("午间时段"),
        "hours.noon_windows": N_("午间的窗口"),
        "hours.saturday": N_("周六时段"),
        "hours.saturday_flagged_only": N_("周六只办标明的"),
        "hours.sunday": N_("周日时段"),
        "hours.elastic_minutes": N_("预约弹性（分）"),
        "hours.closing_minutes": N_("下班前提醒（分）"),
        "holiday.date": N_("日期"),
        "holiday.open": N_("上班"),
        "holiday.hours": N_("当天时段"),
        "forecast.minutes": N_("每号几分钟"),
        "forecast.categories": N_("各类另定（分）"),
        "forecast.seconds": N_("预测有效（秒）"),
        "forecast.calls": N_("学多少次叫号"),
        "appointment.slot_minutes": N_("时段长（分）"),
        "appointment.capacity": N_("每时段约几人"),
        "appointment.capacities": N_("各类另定"),
        "appointment.days_ahead_least": N_("最少提前（工作日）"),
        "appointment.days_ahead_most": N_("最多提前（工作日）"),
        "appointment.per_day": N_("每人每天约几次"),
        "appointment.cancel_hours": N_("取消提前（小时）"),
        "appointment.late_minutes": N_("迟到宽限（分）"),
        "appointment.no_show_limit": N_("爽约几次停约"),
        "appointment.barred_days": N_("停约（天）"),
        "appointment.keep_days": N_("预约资料保存（天）"),
        "kiosk.elderly_age": N_("满几岁问绿色通道"),
        "kiosk.keyboard_scanner": N_("扫码器像键盘"),
        "rating.seconds": N_("办结后可评（秒）"),
        "voice.name": N_("设备名"),
        "voice.engine": N_("合成方式"),
        "voice.pack": N_("语音包"),
        "voice.languages": N_("说哪些语言"),
        "voice.chinese": N_("中文句子"),
        "voice.english": N_("英文句子"),
        "voice.times": N_("每次说几遍"),
        "voice.volume": N_("音量"),
        "voice.speed": N_("语速"),
        "voice.yao": N_("1 读作幺"),
        "voice.words": N_("词的读法"),
        "voice.stale_seconds": N_("过时不说（秒）"),
        "voice.player": N_("播放程序"),
        "voice.device": N_("声音设备"),
        "voice.command": N_("别的播放命令"),
        "remote.listen": N_("监听地址"),
        "remote.most_sessions": N_("最多几个终端"),
        "remote.most_per_person": N_("每人最多几个"),
        "remote.most_guests": N_("未登录的最多"),
        "remote.most_unproved": N_("半开连接最多"),
        "remote.connections_a_minute": N_("每分钟连接最多"),
        "remote.handshake_seconds": N_("握手限时（秒）"),
        "remote.sign_in_seconds": N_("登录限时（秒）"),
        "remote.keepalive_seconds": N_("探活间隔（秒）"),
        "remote.compression": N_("压缩"),
        "staff.sign_in_here": N_("本机也要登录"),
        "staff.least_pin": N_("密码最少几位"),
        "staff.wrong_pins": N_("错几次锁定"),
        "staff.lock_seconds": N_("锁定（秒）"),
        "staff.wrong_a_minute": N_("每分钟错密码最多"),
        "staff.idle_minutes_clerk": N_("窗口无操作（分）"),
        "staff.idle_minutes_guide": N_("导引无操作（分）"),
        "staff.idle_minutes_supervisor": N_("督查无操作（分）"),
        "staff.idle_minutes_administrator": N_("管理无操作（分）"),
        "staff.whereabouts_board": N_("去向牌下方的话"),
        "alert.wait_minutes": N_("等候（分）"),
        "alert.line_length": N_("排队人数"),
        "alert.service_minutes": N_("办理过长（分）"),
        "alert.pause_minutes": N_("暂停过长（分）"),
        "alert.idle_minutes": N_("有人等却空闲（分）"),
        "alert.disk_mb": N_("磁盘剩余（MB）"),
        "display.name": N_("设备名"),
        "display.driver": N_("驱动"),
        "display.layout": N_("一行几个字符"),
        "display.lines": N_("几行"),
        "display.hanzi": N_("能显示汉字"),
        "display.commands": N_("命令集"),
        "display.brightness": N_("亮度"),
        "display.cards": N_("控制卡"),
        "display.address": N_("卡的地址"),
        "display.area": N_("显示区域"),
        "display.area.x": N_("左边（点）"),
        "display.area.y": N_("上边（点）"),
        "display.area.width": N_("宽（点）"),
        "display.area.height": N_("高（点）"),
        "display.area.motion": N_("动法"),
        "display.area.speed": N_("速度"),
        "display.area.stay": N_("停留（半秒）"),
        "display.area.number": N_("区域号"),
        "display.colour": N_("颜色"),
        "display.template": N_("字节模板"),
        "display.template.opening": N_("打开时"),
        "display.template.calling": N_("叫号"),
        "display.template.called": N_("叫过"),
        "display.template.serving": N_("办理中"),
        "display.template.paused": N_("暂停"),
        "display.template.idle": N_("空闲"),
        "display.template.closed": N_("关窗"),
        "display.idle_text": N_("空闲时的话"),
        "display.facts": N_("轮换显示"),
        "display.page_seconds": N_("每页停留（秒）"),
        "display.flash_seconds": N_("新号闪（秒）"),
        "display.refresh_seconds": N_("刷新间隔（秒）"),
        "call_feed.name": N_("设备名"),
        "call_feed.clients": N_("最多几个程序"),
        "id_reader.name": N_("设备名"),
        "id_reader.debounce_seconds": N_("同卡只算一次（秒）"),
        "id_reader.find_seconds": N_("找卡间隔（秒）"),
        "id_reader.read_seconds": N_("读卡限时（秒）"),
        "id_reader.handshake": N_("查安全模块"),
        "id_reader.split_pipes": N_("分管道传"),
        "id_reader.endpoints": N_("USB 端点"),
        "rating_pad.name": N_("设备名"),
        "rating_pad.best": N_("非常满意的键"),
        "caller_pad.name": N_("设备名"),
        "scanner.name": N_("设备名"),
    }
)

_CHOICES: Mapping[str, Mapping[Any, str]] = MappingProxyType(
    {
        "window.kind": WINDOW_KINDS,
        "dispatch.policy": POLICIES,
        "hall.level": {"village": N_("村、社区"), "town": N_("镇、街道"), "city": N_("市、县")},
        "hall.language": {"zh_CN": N_("中文"), "en": N_("英文")},
        "voice.languages": {"zh_CN": N_("中文"), "en": N_("英文")},
        "transport": {
            "tcp": N_("网口"),
            "serial": N_("串口"),
            "file": N_("设备文件"),
            "usb": N_("USB"),
        },
        "display.colour": {"red": N_("红"), "green": N_("绿"), "yellow": N_("黄")},
        "display.facts": {"unit": N_("单位"), "item": N_("事项"), "badge": N_("工号")},
    }
)


def section_label(section: str) -> str:
    """What a section is called."""
    return _(SECTIONS.get(section, section))


def field_label(section: str, path: str) -> str:
    """What a value is called; its key where it has no other name. `path` is such as `rates.ordinary`."""
    last = path.rpartition(".")[2]
    found = LABELS.get(f"{section}.{path}") or LABELS.get(last)
    return _(found) if found else path


def choice_label(section: str, path: str, value: Any) -> str:
    """What one of a few possible values is called; the value itself where it has no other name."""
    named = _CHOICES.get(f"{section}.{path}") or _CHOICES.get(path) or {}
    return _(named[value]) if value in named else str(value)


def value_text(value: Any) -> str:
    """A value as it is shown: one line, empty for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, Mapping):
        return " | ".join(f"{key}={value_text(each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return " | ".join(value_text(each) for each in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def difference_text(difference: Difference) -> str:
    """One difference in words."""
    where = section_label(difference.section)
    if difference.element:
        where = f"{where} {difference.element}"
    if not difference.key:
        if difference.old is None:
            return _("加 {what}：{values}").format(what=where, values=value_text(difference.new))
        return _("删 {what}").format(what=where)
    label = field_label(difference.section, difference.key)
    return _("{what} {field}：{old} -> {new}").format(
        what=where,
        field=label,
        old=_shown(difference.section, difference.key, difference.old),
        new=_shown(difference.section, difference.key, difference.new),
    )


def _shown(section: str, key: str, value: Any) -> str:
    if isinstance(value, str):
        return choice_label(section, key, value) or _("（空）")
    return value_text(value) or _("（空）")
