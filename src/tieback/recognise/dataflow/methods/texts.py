"""Results of the string methods of Java and Kotlin on constants. Unknown arguments are ``None``.

A function returns ``None`` if the result is not known. Results are not longer than ``MAX_RESULT``.
"""

import binascii
import re
from collections.abc import Sequence
from urllib.parse import quote, quote_plus, unquote_plus

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.methods.values import HOLE

MAX_RESULT = 4096
"""Most characters or items of a result."""
_LITERAL = lazy_pattern(r"(?:[^\\.\[\]{}()*+?^$|]|\\[^\w\s]|\[[^\\\]^-]\])*")
_ARGUMENT = lazy_pattern(r"\{(\d{1,2})[^}]{0,30}\}")


def replace(text: str, old: str, new: str) -> str | None:
    """``String.replace``; an empty ``old`` is not followed."""
    return text.replace(old, new)[:MAX_RESULT] if old else None


def replace_pattern(text: str, old: str, new: str, count: int = 0) -> str | None:
    """``String.replaceAll`` for a pattern that is a literal text: no pattern of an app is run."""
    if not old or len(old) > 200 or _LITERAL.fullmatch(old) is None or "$" in new or "\\" in new:
        return None
    plain = re.sub(r"\[(.)\]", r"\1", re.sub(r"\\(.)", r"\1", old))
    return text.replace(plain, new, count or -1)[:MAX_RESULT]


def part(text: str, begin: int, end: int) -> str | None:
    """``String.substring``.

    Code cuts the last character of an address only after it has looked for a slash or another separator there. If the
    address ends with a letter or digit, that path is not taken, so the result is not known.
    """
    if not 0 <= begin <= end <= len(text):
        return None
    if begin == 0 and end == len(text) - 1 and "://" in text and text[-1].isalnum():
        return None
    return text[begin:end]


def insert(text: str, at: int, piece: str | int | None) -> str | None:
    """``StringBuilder.insert``."""
    known = HOLE if piece is None else str(piece)
    return (text[:at] + known + text[at:])[:MAX_RESULT] if 0 <= at <= len(text) else None


def from_chars(chars: Sequence[object]) -> str:
    """A text from UTF-16 code units; unknown ones are a hole."""
    return "".join(
        chr(char & 0xFFFF) if isinstance(char, int) else char if isinstance(char, str) else HOLE for char in chars
    )


def from_bytes(octets: Sequence[object]) -> str | None:
    """A text from bytes in UTF-8; ``None`` if a byte is unknown or the text is not printable."""
    if not all(isinstance(octet, int) for octet in octets):
        return None
    text = bytes(octet & 0xFF for octet in octets if isinstance(octet, int)).decode("utf-8", "replace")
    return text if text.isprintable() else None


def join(separator: str, items: Sequence[object]) -> str:
    """``String.join``."""
    return separator.join(HOLE if item is None else str(item) for item in items)[:MAX_RESULT]


def join_default(separator: object, items: Sequence[object], prefix: object, postfix: object, mask: int) -> str | None:
    """Kotlin's ``joinToString``; ``mask`` has a bit for each argument that has its default value."""
    if not mask & 0x20:
        return None  # a function changes the items
    between, before, behind = (
        default if mask & bit else str(given)
        for bit, given, default in ((1, separator, ", "), (2, prefix, ""), (4, postfix, ""))
    )
    return f"{before}{join(between, items)}{behind}"[:MAX_RESULT]


def joined(held: Sequence[object]) -> str:
    """The text of a ``StringJoiner``, of its separator, beginning, end and texts."""
    separator, before, behind, *items = held
    return f"{before}{join(str(separator), items)}{behind}"[:MAX_RESULT]


def range_of(items: Sequence[object], begin: int, end: int) -> Sequence[object] | None:
    """``Arrays.copyOfRange`` within the array."""
    return list(items[begin:end]) if 0 <= begin <= end <= len(items) else None


def begin_of(items: Sequence[object], count: int) -> Sequence[object] | None:
    """``Arrays.copyOf`` within the array."""
    return range_of(items, 0, count)


def join_blocks(items: Sequence[object], title: str) -> str | None:
    """The block "join" of App Inventor, one of the primitives that the runtime calls by their titles."""
    return join("", items) if title == "join" else None


def split(text: str, separator: str) -> Sequence[object] | None:
    """``String.split`` at a literal text."""
    plain = re.sub(r"\\(.)", r"\1", separator)
    if not plain or _LITERAL.fullmatch(separator) is None:
        return None
    return list(text.split(plain))[:64]


def java_hash(text: str) -> int:
    """``String.hashCode``."""
    value = 0
    for unit in memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H"):
        value = (value * 31 + unit) & 0xFFFFFFFF
    return value - (1 << 32) if value >> 31 else value


def parse_int(text: str) -> int | None:
    """``Integer.parseInt``."""
    return int(text) if re.fullmatch(r"[+-]?[0-9]{1,10}", text) else None


def percent(text: str) -> str:
    """``URLEncoder.encode``."""
    return quote_plus(text)[:MAX_RESULT]


def unpercent(text: str) -> str:
    """``URLDecoder.decode``."""
    return unquote_plus(text)


def uri_encoded(text: str, kept: str = "") -> str:
    """``Uri.encode``: all but plain signs and those that are kept as they are."""
    return quote(text, safe="_-!.~'()*" + kept)[:MAX_RESULT]


def base64(text: str) -> Sequence[object] | None:
    """The bytes behind base64, in either alphabet."""
    plain = text.replace("-", "+").replace("_", "/").translate({10: None, 13: None})
    try:
        return list(binascii.a2b_base64(plain + "=" * (-len(plain) % 4), strict_mode=True))[:MAX_RESULT]
    except binascii.Error:
        return None


def message_format(template: str, items: Sequence[object]) -> str:
    """``MessageFormat.format`` for plain arguments."""

    def item(found: re.Match[str]) -> str:
        index = int(found[1])
        value = items[index] if index < len(items) else None
        return HOLE if value is None else str(value)

    return _ARGUMENT.sub(item, template.replace("''", "'"))[:MAX_RESULT]
