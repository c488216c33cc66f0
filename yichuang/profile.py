"""What a new hall begins with: its name, its categories and windows, as the text of a hall.toml."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from yichuang.config import CategorySettings, Level

NAMING: Mapping[str, Mapping[Level, str]] = MappingProxyType(
    {
        "changzhou": {
            "city": "{place}政务服务中心",
            "town": "{place}为民服务中心",
            "village": "{place}便民服务中心",
        },
        "suzhou": {
            "city": "{place}政务服务中心",
            "town": "{place}为民服务中心",
            "village": "{place}便民服务中心",
        },
        "suzhou_agency": {
            "city": "{place}政务服务中心",
            "town": "{place}便民服务中心",
            "village": "{place}便民服务站",
        },
        "guigang": {
            "city": "{place}政务服务中心",
            "town": "{place}便民服务中心",
            "village": "{place}综合服务中心",
        },
    }
)
"""What halls are called, by locality and level.

changzhou: the Tianning plan, annex 2 (S03); suzhou: DB3205/T 1025-2021 (S01, S02); suzhou_agency:
DB3205/T 1077-2023 (S06, S07); guigang: the Guigang rules (S04, S05).
"""

_FULL_NAME_ENDS = ("中心", "站", "大厅")

SAMPLE_PLACES: Mapping[Level, str] = MappingProxyType(
    {"city": "常州市", "town": "郑陆镇", "village": "丰北村"}
)
"""The place in a hall's name when none is given."""


CATEGORIES = tuple(
    CategorySettings(code=code, name=name, english=english, letter=letter)
    for code, name, english, letter in (
        ("legal_affairs", "法人事务", "Legal entities", "A"),
        ("social_affairs", "社会事务", "Social affairs", "B"),
        ("social_insurance", "社保医保", "Social insurance", "C"),
        ("tax", "纳税服务", "Tax", "D"),
        ("police", "公安服务", "Police", "E"),
        ("public_service", "公共服务", "Public services", "F"),
    )
)
"""The six categories that a new hall has, DB4105/T 229-2024 4.1 (B01)."""

WINDOW_SHARES: Mapping[Level, tuple[int, ...]] = MappingProxyType(
    {"town": (1, 1, 2, 1, 2, 1), "city": (4, 5, 7, 4, 6, 4)}
)
"""How many windows each category has as its own; a town has 8 (B11)."""


def hall_name(place: str, level: Level, naming: str) -> str:
    """The hall's full name; a `place` that is one already is kept."""
    if place.endswith(_FULL_NAME_ENDS):
        return place
    return NAMING[naming][level].format(place=place)


def hall_toml(name: str, level: Level, printers: str = "", *, sample: bool = False) -> str:
    """The commented hall.toml of a new hall; `printers` is put where printers are named."""
    return _TEMPLATE.format(
        name=_quoted(name),
        level=level,
        sample=_SAMPLE if sample else "",
        categories="\n".join(_category(each) for each in CATEGORIES),
        windows="\n".join(_windows(level)),
        printers=(printers or _NO_PRINTER).rstrip("\n"),
        devices=_DEVICES,
        remote=_REMOTE,
    )


def printer_toml(name: str, *, host: str, port: int, width: int, simulated: bool = False) -> str:
    """The lines of hall.toml for one network printer."""
    more = _SIMULATED if simulated else ""
    return (
        f'[[printer]]\nname = {_quoted(name)}\ntransport = "tcp"\n'
        f"host = {_quoted(host)}\nport = {port}\nwidth = {width}\n{more}"
    )


def _category(category: CategorySettings) -> str:
    return (
        f'[[category]]\ncode = "{category.code}"\nname = "{category.name}"\n'
        f'english = "{category.english}"\nletter = "{category.letter}"\n'
    )


def _windows(level: Level) -> list[str]:
    codes = [category.code for category in CATEGORIES]
    if level == "village":
        return ['[[window]]\nnumber = 1\nkind = "all_subject"         # 全科窗口：办所有类别\n']
    owners = [
        code
        for code, share in zip(codes, WINDOW_SHARES[level], strict=True)
        for _each in range(share)
    ]
    return [
        _window(number, [own], [code for code in codes if code != own])
        for number, own in enumerate(owners, start=1)
    ]


def _window(number: int, own: list[str], helps: list[str]) -> str:
    lines = [f"[[window]]\nnumber = {number}", f"categories = {_listed(own)}"]
    if helps:
        lines.append(f"helps = {_listed(helps)}")
    return "\n".join(lines) + "\n"


def _listed(codes: list[str]) -> str:
    return "[" + ", ".join(f'"{code}"' for code in codes) + "]"


def _quoted(text: str) -> str:
    kept = "".join(each for each in text if each.isprintable())
    return '"' + kept.replace("\\", "\\\\").replace('"', '\\"') + '"'


_SAMPLE = """\
sample = true                   # 供试用的大厅：没有终端时 yichuang run 会演一段日常
"""

_SIMULATED = """\
simulated = true                # 模拟打印机：由 yichuang run 一起启动；换成真打印机时删去这一行
process_id = true               # 打印机支持 GS ( H，能确认纸已打完
"""

_NO_PRINTER = """\
# [[printer]]
# name = "kiosk"
# transport = "tcp"             # 网口打印机；USB 打印机：transport = "file"，path = "/dev/usb/lp0"
# host = "192.168.1.50"
# port = 9100
# width = 80                    # 纸宽毫米：58 或 80
"""

_DEVICES = """\
# 别的设备：有哪一种，就去掉那一种每行前面的“# ”，改成本厅的。还有哪些设置见 docs/devices。

# [voice]
# enabled = true                # 语音叫号
# languages = ["zh_CN"]         # 说哪几种语言，按次序："zh_CN"、"en"
# times = 2                     # 每次叫号说几遍
# volume = 100                  # 0 到 100
# pack = "clips"                # 自己录的语音包，从本文件夹算起；不写就用合成语音

# [[display]]
# name = "led1"                 # 各设备的名字不能相同：字母、数字、- 和 _
# driver = "onbon"              # line 两行窗口屏、onbon 仰邦 LED 条屏、template 别的条屏
# windows = [1]                 # 哪个窗口的屏；不写就是大厅的屏
# transport = "tcp"             # 串口："serial"，再写 path，不写 host 和 port
# host = "192.168.1.61"
# port = 5005

# [[call_feed]]
# name = "feed"
# host = "127.0.0.1"            # 只给本机的程序读；没有密码，不要对外网开
# port = 9108

# [[id_reader]]
# name = "card1"                # USB 的阅读器只写这一行，串口的再写下面三行
# transport = "serial"
# path = "/dev/ttyUSB0"
# baud = 115200

# [[rating_pad]]
# name = "rating1"
# window = 1
# path = "/dev/input/by-id/usb-rating-event-kbd"
# best = 1                      # 表示非常满意的键：1 或 5

# [[caller_pad]]
# name = "caller1"
# window = 1
# path = "/dev/input/by-id/usb-caller-event-kbd"

# [[scanner]]
# name = "scanner"
# input = "serial"              # 键盘模式的扫码器写 "evdev"
# path = "/dev/ttyACM0"

# [kiosk]
# elderly_age = 60              # 放上证件的人满多少岁，就问要不要走绿色通道
# keyboard_scanner = false      # true：像键盘一样输入的扫码器也读预约码

# [rating]
# seconds = 30                  # 办结后多少秒内，评价器的按键算数
"""

_REMOTE = """\
# SSH 终端、登录和预警。写的都是默认值：要改哪一项，去掉这一节第一行和那一项前面的“# ”，再改。

# [remote]
# listen = "0.0.0.0"            # 在哪个地址上听；"127.0.0.1" 只许本机连
# port = 2222                   # SSH 端口
# most_sessions = 64            # 最多同时开多少个界面
# most_per_person = 2           # 一个人最多同时开几个
# most_guests = 16              # 最多多少个还没有登录
# most_unproved = 32            # 最多多少个连接还没有握完手
# connections_a_minute = 60     # 一个地址一分钟最多连几次
# handshake_seconds = 20        # 连上后多少秒内要握完手
# sign_in_seconds = 120         # 多少秒内要登录，不然断开
# keepalive_seconds = 9         # 每隔多少秒问一次终端还在不在，三次不答就断开
# compression = true            # 慢线路上压缩

# [staff]
# sign_in_here = false          # true：本机的界面也要工号和密码
# least_pin = 6                 # 密码最少几位
# wrong_pins = 5                # 连错几次密码就锁住这个工号
# lock_seconds = 60             # 先锁多少秒；再错一次加一倍，最多一天
# wrong_a_minute = 30           # 一个地址一分钟错多少次，就暂时不让那里登录
# idle_minutes_clerk = 0        # 窗口人员多少分钟不按键就退出登录；0 不退
# idle_minutes_guide = 0        # 导引人员
# idle_minutes_supervisor = 240 # 督查和只读督查
# idle_minutes_administrator = 15   # 管理员
# whereabouts_board = ""        # 去向牌最下面的一行字

# [alert]                       # 先写黄色、再写红色的界限
# wait_minutes = [15, 30]       # 队首等了多少分钟
# line_length = [10, 20]        # 一类有多少人在等
# service_minutes = [30, 60]    # 一个号办了多少分钟
# pause_minutes = [15, 30]      # 窗口暂停了多少分钟
# idle_minutes = [5, 10]        # 有人在等，开着的窗口多少分钟没有叫号
# disk_mb = [1024, 256]         # 磁盘剩下多少 MB

# 绿色通道的人群；写了就只有写的这些：
# [[group]]
# code = "elderly"
# name = "老"
"""

_TEMPLATE = """\
# 一窗 Yichuang 的大厅设置。改完保存就生效；写错了仍用原来的设置，yichuang doctor 指出错处。

[hall]
name = {name}
level = "{level}"               # village、town 或 city
timezone = "Asia/Shanghai"
complaint_phone = "12345"       # 印在票上，显示在大屏下方
language = "zh_CN"              # 或 en
{sample}notice = "取号后请在等候区休息，留意屏幕和语音叫号"

[ticket]
digits = 3                      # 字母后的位数，超过后自动加一位
priority_prefix = ""            # 绿色通道号前的字母，例如 "V"；空着就不加
# qr = true                     # 票上印码，供评价和查询；不写：有扫码器就印
keep_person_days = 30           # 多少天后清除号上的证件信息（只存带密钥的散列值）
hints = ["请在等候区休息，留意屏幕和语音叫号", "过号请到窗口或导引台恢复，当天有效"]

[dispatch]
policy = "accumulating"         # 谁是下一个：accumulating 累积优先、alternating 按比例交替、fifo 先到先叫
front_calls = 2                 # alternating：连叫几个前列的号以后叫一个普通号
help_longer_than = 10           # 帮办的类别等候超过这么多人，自己的队不空也去帮
help_after_minutes = 15         # 帮办的类别队首等了这么久，也去帮
# 窗口指定叫号（不按顺序）时选的原因，也可以键入别的
chosen_reasons = ["有人等急", "材料已备齐", "同一件事", "老人小孩"]

[dispatch.rates]                # accumulating：每等一分钟各类得几分，分高的先叫
ordinary = 1.0
appointment = 2.0
priority = 4.0
transferred = 6.0

[missed]
calls = 3                       # 叫过几次才可以过号
gap_seconds = 20                # 每次至少隔几秒
void_at_once = false            # true：过号就作废，要重新取号
put_back = 3                    # 恢复的号排在本队几个人之后
returns = 2                     # 一个号最多恢复几次，再过号就作废
late_numbers = 3                # 过号后本类只叫了这么多个以内，窗口可以直接补叫；0 不许
reasons = ["未到", "走开了", "放弃办理", "叫错"]

[pause]
reasons = ["临时离开", "用餐", "开会", "换班", "设备故障", "整理材料"]

[hours]
weekday = ["09:00-12:00", "13:00-17:00"]   # 工作日，包括调休上班的周六、周日
noon = []                       # 午间不间断服务，例如 ["12:00-13:00"]
noon_windows = []               # 午间办公的窗口号；空着就是全部窗口
saturday = []                   # 周六的时段，例如 ["09:00-12:00"]；空着就不开放
saturday_flagged_only = true    # 周六只办理标为周六可办的事项
sunday = []
elastic_minutes = 0             # 上班前、下班后多少分钟内只接待预约的人，最多 60
closing_minutes = 15            # 离下班多少分钟起，取号时先说明要等多久

[forecast]
enabled = true                  # 票上和屏幕上说预计等候时间
minutes = 8.0                   # 大厅还没有自己的数据时，假定每个号在窗口几分钟；之后自己学
categories = {{}}                 # 个别类别另定，例如 {{ tax = 6.0 }}

[appointment]
enabled = true                  # 是否接受预约（现场、电话、网上）
slot_minutes = 30               # 一个时段多长
capacity = 2                    # 每个类别每个时段约几人；0 表示不接受预约
capacities = {{}}                 # 个别类别另定，例如 {{ tax = 4 }}
days_ahead_least = 1            # 最少提前几个工作日，0 表示当天也可以约
days_ahead_most = 5             # 最多提前几个工作日
per_day = 1                     # 每人每天约几次
cancel_hours = 2                # 最晚提前几小时取消
late_minutes = 30               # 时段过后多少分钟内签到仍按预约叫号，再晚记为爽约
no_show_limit = 0               # 爽约几次后停约，0 表示不停
barred_days = 90                # 停约多少天
keep_days = 90                  # 预约日期过后多少天清除姓名、电话和证件信息

# 法定节假日和调休程序已经知道（yichuang hours 列出）。本厅另有安排的日子写在这里，以这里为准：
# [[holiday]]
# date = 2026-10-10
# open = true                   # true 上班，false 放假
# name = "便民日"
# hours = ["09:00-11:30"]       # 放假不写；上班不写就按 weekday 的时段

# 类别：最多六个（“设置分类区域不应超过6类”，DB4105/T 229-2024 4.1）。name 可以改，code 不要改。

{categories}
# 窗口：categories 是本窗口的类别；helps 是帮办的类别。还可以写：
#   zone = "A区"                 区域，印在票上
#   skills = ["手语", "英语"]     窗口人员会的，取号时可以要求
#   kind = "integrated"          窗口的种类：integrated 综合、instant 即办件、one_thing 一件事、
#     cross_region 跨区域通办、complaint 有诉即办、collection 出件、servicemen 军人优先、
#     department 部门（要写 reason）、all_subject 全科（不写 categories 就办所有类别）

{windows}
# 票据打印机：第一台是取号用的。

{printers}

{devices}
{remote}"""
