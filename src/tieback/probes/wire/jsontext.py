"""Decodes untrusted JSON straight into small structs: additional content of a hostile answer costs no memory."""

import re
from typing import Annotated

import msgspec

type Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""Count or size: an integer that is not negative and fits in 63 bits."""
_PAIR = rb"u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPE = re.compile(rb"\\(?:" + _PAIR + rb"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL)
_REPLACEMENT = rb"\ufffd"


def decode_json[T](body: bytes, into: type[T]) -> T | None:
    """Decode the body as ``into``; ``None`` if it has another shape, is nested too deeply or has too large numbers.

    Half of a surrogate pair and bytes that are not UTF-8 become U+FFFD: one odd name must not hide an open store.
    """
    try:
        return msgspec.json.decode(body, type=into)
    except msgspec.ValidationError:
        return None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        repaired = _ESCAPE.sub(_whole_escape, body.decode("utf-8", "replace").encode())
    if repaired == body:
        return None
    try:
        return msgspec.json.decode(repaired, type=into)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _whole_escape(match: re.Match[bytes]) -> bytes:
    return _REPLACEMENT if match["half"] else match[0]


def parse_count(value: str | int | None) -> int | None:
    """Count that is not negative and fits in 63 bits; many APIs write 64-bit numbers as text."""
    if isinstance(value, str):
        if not (value.isascii() and value.isdigit() and len(value) <= 18):
            return None
        value = int(value)
    return value if value is not None and 0 <= value < 2**63 else None
