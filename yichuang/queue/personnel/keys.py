"""Public keys as OpenSSH writes them (RFC 4253 section 6.6, RFC 5656, RFC 8709; OpenSSH's PROTOCOL.u2f)."""

from __future__ import annotations

import base64
import binascii

from yichuang.errors import InvalidKey
from yichuang.language import _

KINDS = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-rsa",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
)
"""The kinds of key that are let in. DSA is broken."""

LEAST_RSA_BITS = 2048
_LONGEST = 16_384


def read_key(line: str) -> tuple[str, str]:
    """The key of a line of a .pub or authorized_keys file without options, and its comment.

    Raises InvalidKey.
    """
    parts = line.strip().split(None, 2)
    if "PRIVATE KEY" in line:
        raise InvalidKey(detail=_("这是私钥，不能给任何人；要的是 .pub 文件"))
    if len(line) > _LONGEST or len(parts) < 2 or parts[0] not in KINDS:
        raise InvalidKey(detail=_("开头应是 {kinds}").format(kinds=_("、").join(KINDS[:5])))
    kind, text = parts[0], parts[1]
    try:
        blob = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidKey(detail=_("中间一段不是 base64，可能没有贴全")) from None
    fields = _fields(blob)
    if not fields or fields[0] != kind.encode():
        raise InvalidKey(detail=_("中间一段和开头对不上，可能没有贴全"))
    if kind == "ssh-rsa" and (len(fields) != 3 or _bits(fields[2]) < LEAST_RSA_BITS):
        raise InvalidKey(detail=_("RSA 公钥短于 {bits} 位").format(bits=LEAST_RSA_BITS))
    plain = base64.b64encode(blob).decode("ascii")
    return f"{kind} {plain}", parts[2] if len(parts) > 2 else ""


def _fields(blob: bytes) -> list[bytes]:
    """The strings that a key is made of; none where their lengths do not add up."""
    fields, at = [], 0
    while at < len(blob):
        length = int.from_bytes(blob[at : at + 4], "big")
        at += 4 + length
        if at > len(blob):
            return []
        fields.append(blob[at - length : at])
    return fields


def _bits(number: bytes) -> int:
    return int.from_bytes(number, "big").bit_length()
