"""Errors of the server for terminals over SSH."""

from __future__ import annotations

from yichuang.errors.device import PortTaken
from yichuang.errors.settings import ConfigError
from yichuang.language import N_


class HostKeyUnusable(ConfigError):
    """The file of the SSH server's key cannot be read, written or understood."""

    code = "host_key_unusable"
    text = N_("SSH 主机密钥 {path} 用不了：{detail}")
    advice = N_(
        "检查这个文件的权限；坏了就从备份放回来，没有备份就删掉它再启动，各终端会提示主机密钥变了"
    )


class SshPortTaken(PortTaken):
    """The server for terminals cannot listen there."""

    code = "ssh_port_taken"
    advice = N_(
        "多半是别的程序占着；用 --ssh-port 换一个，或改 hall.toml 的 [remote] port 和 listen"
    )
