"""Errors of printers and their kin."""

from __future__ import annotations

from yichuang.errors.root import YichuangError
from yichuang.language import N_


class DeviceError(YichuangError):
    """A device does not do what was asked."""

    code = "device"
    text = N_("设备「{device}」出错：{detail}")
    advice = N_("检查电源和连线；运行 yichuang doctor 看各设备的状态")


class PortTaken(DeviceError):
    """Another program listens on the port."""

    code = "port_taken"
    text = N_("端口 {port} 用不了：{detail}")
    advice = N_("多半是别的程序占着；用 --port 换一个，例如 --port 9101")


class HallPortTaken(PortTaken):
    """The port of a simulated hall's printer: it stands in that hall's hall.toml."""

    code = "hall_port_taken"
    advice = N_("多半是这个模拟大厅在别的终端里开着，先结束它；不是就用 --folder 换一个文件夹")


class DeviceInUse(DeviceError):
    """Another process of the hall works the device."""

    code = "device_in_use"
    text = N_("设备「{device}」正由别的程序管着")
    advice = N_("先退出管设备的程序（yichuang run、screen 或 device run），做完再打开")


class DeviceMissing(DeviceError):
    """The device cannot be reached."""

    code = "device_missing"
    text = N_("连不上设备「{device}」：{detail}")
    advice = N_("检查设备是否开机、网线或数据线是否插好、hall.toml 里的地址是否正确")
    retryable = True


class WrongPrinterLibrary(DeviceError):
    """The import name `escpos` is not that of python-escpos 3."""

    code = "wrong_printer_library"
    text = N_("打印库不对：需要 python-escpos 3，找到的是 {found}")
    advice = N_("卸载同名的 escpos 等包，再装一次：pip install python-escpos==3.1")


class PlayerMissing(DeviceError):
    """No program of this machine, and none of hall.toml, plays a sound."""

    code = "player_missing"
    text = N_("没有放声音的程序")
    advice = N_("sudo apt install alsa-utils，或在 hall.toml 的 [voice] 写 command")


class VoicePackUnusable(DeviceError):
    """A file of a voice pack is not what it must be."""

    code = "voice_pack_unusable"
    text = N_("语音包里的 {file} 用不了：{detail}")
    advice = N_("存成单声道、16 位、采样率相同的 WAV；文件名见 docs/devices/voice.md")


class VoiceMissing(DeviceError):
    """No synthesiser on this machine speaks Chinese rightly."""

    code = "voice_missing"
    text = N_("没有能用的语音引擎：{detail}")
    advice = N_("运行 yichuang voice check 看缺什么；或者自己录一个语音包")
