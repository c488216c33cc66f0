"""Public keys as OpenSSH writes them (RFC 4253 section 6.6, RFC 5656, RFC 8709; OpenSSH's PROTOCOL.u2f)."""

from __future__ import annotations

import base64
import binascii
import hashlib

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
_ED25519_BYTES = 32
_POINT_BYTES = {b"nistp256": 65, b"nistp384": 97, b"nistp521": 133}
"""Of an uncompressed point of each curve (RFC 5656 section 3.1, SEC 1 section 2.3.3)."""
_UNCOMPRESSED = b"\x04"


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
    if not _is_whole(kind, fields):
        raise InvalidKey(detail=_("中间一段和开头对不上，可能没有贴全"))
    if kind == "ssh-rsa" and _bits(fields[2]) < LEAST_RSA_BITS:
        raise InvalidKey(detail=_("RSA 公钥短于 {bits} 位").format(bits=LEAST_RSA_BITS))
    plain = base64.b64encode(blob).decode("ascii")
    return f"{kind} {plain}", parts[2] if len(parts) > 2 else ""


def fingerprint(key: str) -> str:
    """What a person compares of a key: `SHA256:…`, as ssh-keygen tells it."""
    digest = hashlib.sha256(base64.b64decode(key.split()[1])).digest()
    return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")


def _is_whole(kind: str, fields: list[bytes]) -> bool:
    """Whether these are the parts of such a key, each as long as it must be."""
    if not fields or fields[0] != kind.encode():
        return False
    match kind.removeprefix("sk-").partition("@")[0], fields[1:]:
        case "ssh-rsa", [exponent, modulus]:
            return bool(_bits(exponent) and _bits(modulus))
        case "ssh-ed25519", [point, *more]:
            return len(point) == _ED25519_BYTES and len(more) == kind.startswith("sk-")
        case name, [curve, point, *more]:
            length = _POINT_BYTES.get(curve)
            is_point = len(point) == length and point[:1] == _UNCOMPRESSED
            is_named = name == f"ecdsa-sha2-{curve.decode('ascii', 'replace')}"
            return is_point and is_named and len(more) == kind.startswith("sk-")
    return False


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
