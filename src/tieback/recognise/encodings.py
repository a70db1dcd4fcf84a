r"""Endpoints in other encodings: escaped slashes, percent signs, ``\u0068``, base64, or reversed text.

Verification is fast, because the anchors contain the encoded scheme and only the text at a hit is decoded. Base64 is
RFC 4648 in both alphabets.
"""

import binascii
import re
from enum import Enum, auto
from itertools import islice
from urllib.parse import unquote

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern


class Encoding(Enum):
    """Encoding of an endpoint's text."""

    PLAIN = auto()
    ESCAPED = auto()
    r"""Slashes as ``\\/``, as in JSON and scripts."""
    PERCENT = auto()
    """``https%3A%2F%2F``, a URL in a query."""
    UNICODE = auto()
    r"""Characters as ``\\u002f``, as in JSON and scripts (RFC 8259, section 7)."""
    BASE64 = auto()
    REVERSED = auto()


_PERCENT = lazy_pattern(rb"[A-Za-z0-9%._~!*'()+-]{1,2048}")
_PERCENT_STOP = lazy_pattern(rb"%(?![0-9A-Fa-f]{2})|%26|%3[Bb]|%20")
_PARAMETER = lazy_pattern(rb"[?&](?:img|image|imgurl|image_?url|photo|pic|picture|src|thumb)=\Z", re.IGNORECASE)
"""The parameter of a query that names a picture."""
_AROUND = lazy_pattern(
    rb"https?://(?!localhost[:/]|127\.|[\w-]{1,40}\.androidplatform\.net/)[A-Za-z0-9._~:/?@%+,;=&-]{1,500}\Z",
    re.IGNORECASE,
)
_NAME_LENGTH, _BEFORE = 12, 512
"""Bytes before an address in which the parameter begins, and the address around it."""
OF_PICTURE = "only in the query of another address, whose server loads the picture"
_UNICODE = lazy_pattern(
    rb"(?:[A-Za-z0-9._~:@%+=&?#/-]|\\/"
    rb"|\\u00(?:2[356bdefBDEF]|3[0-9adfADF]|4[0-9a-fA-F]|5[0-9afAF]|6[1-9a-fA-F]|7[0-9aeAE])){1,2048}"
)
"""Characters of an address, plain or escaped."""
_ESCAPE = lazy_pattern(rb"\\(?:u00([0-9A-Fa-f]{2})|/)")
_BASE64 = lazy_pattern(rb"[A-Za-z0-9+/_-]{1,2736}={0,2}")
_BACKWARDS = lazy_pattern(rb"[A-Za-z0-9._~:/?#@%+=&-]{1,2048}\Z")
_NEXT = lazy_pattern(rb"(?:[,;|\s]\s{0,8}|[$#~^]{1,3}|@@|:::|&&)([a-z][a-z0-9+.-]{1,15}://)", re.IGNORECASE)
"""The next address of a list."""
_NEXT_READ = lazy_pattern(rb"(?:[#~]+|@@+|:::+|&&+)(?=[a-z][a-z0-9+.-]{1,15}://)", re.IGNORECASE)
"""The same for the separators that can be in an address."""
_CHARACTER = lazy_pattern(rb"%[0-9A-Fa-f]{2}|\\u00[0-9A-Fa-f]{2}|\\/|.", re.DOTALL)
_URLSAFE = bytes.maketrans(b"-_", b"+/")


def is_picture_of(data: Bytes, start: int) -> bool:
    """True if the text at ``start`` is a picture that the server of the address around it loads, as a search does."""
    return (
        _PARAMETER.search(data, max(0, start - _NAME_LENGTH), start) is not None
        and _AROUND.search(data, max(0, start - _BEFORE), start) is not None
    )


def decode_percent(data: Bytes, start: int, stop: int) -> tuple[bytes, int]:
    """The text at ``start`` without percent escapes, and its length in the data; a space or ``&`` ends it."""
    found = _PERCENT.match(data, start, stop)
    if found is None:
        return b"", 0
    # An escaped ampersand ends the parameter only if the URL inside has no query.
    raw = found[0]
    end = _PERCENT_STOP.search(raw)
    raw = raw[: end.start()] if end else raw
    return unquote(raw.decode("ascii"), "utf-8", "replace").encode("utf-8", "replace"), len(raw)


def decode_unicode(data: Bytes, start: int, stop: int) -> tuple[bytes, int]:
    r"""The text at ``start`` without escapes such as ``\u002f``, and its length in the data."""
    found = _UNICODE.match(data, start, stop)
    if found is None:
        return b"", 0
    plain = _ESCAPE.sub(lambda one: bytes((int(one[1], 16),)) if one[1] else b"/", found[0])
    return plain, len(found[0])


def decode_base64(data: Bytes, start: int, stop: int, shift: int) -> tuple[bytes, int]:
    """The text that begins ``shift`` bytes into the base64 group at ``start``, and the length of the encoded run."""
    found = _BASE64.match(data, start, stop)
    if found is None:
        return b"", 0
    raw = found[0].rstrip(b"=").translate(_URLSAFE)
    raw = raw[: len(raw) - (len(raw) % 4 == 1)]
    try:
        text = binascii.a2b_base64(raw + b"=" * (-len(raw) % 4))
    except binascii.Error:
        return b"", 0
    return text[shift:], len(found[0])


def first_of_list(raw: bytes, taken: int, data: Bytes, start: int, *, group: int = -1) -> tuple[bytes, int]:
    """The first address of a decoded list of addresses, and the length before the next one in the data.

    Args:
        raw: the decoded text.
        taken: the length of its encoded form.
        data: what has that form.
        start: its offset.
        group: for base64, the number of bytes in the group at ``start`` that are before the text.
    """
    found = _NEXT.search(raw)
    if found is None:
        return raw, taken
    before = found.start(1)
    if group >= 0:
        return raw[: found.start()], (group + before) // 3 * 4
    characters = islice(_CHARACTER.finditer(data[start : start + taken]), before)
    return raw[: found.start()], sum(len(one[0]) for one in characters)


def decode_reversed(data: Bytes, low: int, end: int) -> bytes:
    """The text that ends at ``end``, read from right to left; the first address of a list."""
    found = _BACKWARDS.search(data[max(low, end - 2048) : end])
    raw = found[0][::-1] if found else b""
    more = _NEXT_READ.search(raw)
    return raw[: more.start()] if more is not None else raw
