"""Files whose whole content is wrapped: base64, zlib, or XOR with one byte. Apps hide code and settings that way.

What is behind the wrapping must have a known form: DEX, ELF, an archive, gzip, or text. So pictures, keys and hashes
stay as they are. Sources: RFC 4648 (base64), RFC 1950 (zlib).
"""

import binascii
import re
from collections import Counter

from tieback.intake.apps.budget import PackageBudget
from tieback.intake.apps.content import SNIFF, Content, is_text, sniff
from tieback.intake.apps.gzipped import MAX_SIZE, PLAIN_RATIO
from tieback.intake.apps.inflate import inflate
from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern

MAX_WRAPPED = 16 * 1024 * 1024
"""Bytes of the largest file that is unwrapped."""
_SHORTEST = 24
"""Bytes of the shortest file that is unwrapped."""

_BASE64_HEAD = lazy_pattern(rb"\s{0,8}[A-Za-z0-9+/_-]{16}[A-Za-z0-9+/_=\r\n-]{8,}")
_BASE64 = lazy_pattern(rb"[A-Za-z0-9+/]{24,}={0,2}")
_STANDARD = bytes.maketrans(b"-_", b"+/")
_SPACE = b" \t\r\n"
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_MAGICS = (
    b"dex\n03",
    b"dex\n04",
    b"PK\x03\x04\x14\x00",
    b"\x7fELF\x02\x01\x01",
    b"\x7fELF\x01\x01\x01",
    b"SQLite format 3",
)
"""First bytes of files that are recognised behind an XOR."""
_BY_DIFFERENCE = {
    first ^ second: tuple(magic for magic in _MAGICS if magic[0] ^ magic[1] == first ^ second)
    for first, second, *_ in _MAGICS
}
"""The same by the XOR of the first two bytes, on which the key has no influence."""
_HIGH = bytes(range(0x80, 0x100))
_KNOWN = frozenset({Content.DEX, Content.ELF, Content.ARCHIVE, Content.GZIP, Content.SQLITE, Content.BINARY_PLIST})
_SETTINGS = lazy_pattern(rb"https?://|\"\s{0,4}:|<\?xml|://|^[\w.]{2,60}=", re.MULTILINE)

_PLAIN = lazy_pattern(
    _SETTINGS.pattern + rb"|</\w|/>|\"\s{0,4}[,\]}]|(?<![\w.-])(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?![\w.-])"
    rb"|(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])|[A-Za-z]{3,}[,;=:|][A-Za-z]{3,}",
    re.MULTILINE | re.IGNORECASE,
)
"""What shows that a text is readable as it is: also tags, strings, names of hosts, addresses, and words in a list."""


def unwrap(data: Bytes, content: Content, budget: PackageBudget) -> Bytes | None:
    """The content behind one wrapping of a file; ``None`` if it is not wrapped or nothing known is behind.

    Args:
        data: the file.
        content: what its first bytes say: only text and unknown binary can be wrapped.
        budget: cost limits of the package; what is unwrapped is charged.
    """
    if not _SHORTEST <= len(data) <= min(MAX_WRAPPED, budget.total):
        return None
    if content is Content.TEXT:
        inner = _from_base64(data) or _from_xor(data)
    elif content is Content.BINARY:
        inner = _from_zlib(data, budget) or _from_xor(data)
    else:
        return None
    if inner is not None:
        budget.total -= len(inner)
    return inner


def _is_known(inner: Bytes) -> bool:
    content = sniff(inner[:SNIFF])
    return content in _KNOWN or (content in (Content.TEXT, Content.XML_PLIST) and _is_settings(inner))


def _is_settings(inner: Bytes) -> bool:
    """True for printable text with a URL, a key with a value, or a tag."""
    head = bytes(inner[:SNIFF])
    return is_text(head) and head.isascii() and _SETTINGS.search(head) is not None


def _from_base64(data: Bytes) -> Bytes | None:
    if _BASE64_HEAD.match(data) is None:
        return None
    plain = bytes(data).translate(_STANDARD, _SPACE)
    if _BASE64.fullmatch(plain) is None or len(plain.rstrip(b"=")) % 4 == 1:
        return None
    plain = plain.rstrip(b"=")
    inner = binascii.a2b_base64(plain + b"=" * (-len(plain) % 4))
    # By chance no bytes decode to base64 again.
    if _is_known(inner) or inner.startswith(_ZLIB) or _BASE64.fullmatch(inner.translate(None, _SPACE)):
        return inner
    return _from_xor(inner)


def _from_zlib(data: Bytes, budget: PackageBudget) -> Bytes | None:
    if not data.startswith(_ZLIB) or int.from_bytes(data[:2]) % 31:
        return None
    allowed = min(MAX_SIZE, max(PLAIN_RATIO * len(data), budget.suspect), budget.total)
    result = inflate(bytearray(data), 2, len(data) - 2, 0, allowed)
    if len(result.data) > PLAIN_RATIO * len(data):
        budget.suspect -= min(budget.suspect, len(result.data))
    return result.data if result.whole and _is_known(result.data) else None


def _from_xor(data: Bytes) -> Bytes | None:
    """The content behind an XOR with one byte, from the first bytes of the known formats or the commonest byte."""
    head = bytes(data[:SNIFF])
    for magic in _BY_DIFFERENCE.get(head[0] ^ head[1], ()):
        key = head[0] ^ magic[0]
        if key and all(byte ^ key == mark for byte, mark in zip(head, magic, strict=False)):
            return _xor(data, key)
    # Bytes of ASCII text have one highest bit, whatever the key; a text that is readable as it is needs no key.
    if b"\n" in head or b" " in head or not (head.isascii() or not head.translate(None, _HIGH)):
        return None
    if is_text(head) and _PLAIN.search(head):
        return None
    # The commonest byte of a text is mostly a space or an ``e``; the key must make the whole beginning readable.
    for common, _ in Counter(head).most_common(2):
        for char in b' e"/t':
            key = common ^ char
            if key and _is_settings(_xor(head, key)):
                return _xor(data, key)
    return None


def _xor(data: Bytes, key: int) -> bytes:
    return bytes(data).translate(bytes(byte ^ key for byte in range(256)))
