"""Decodes untrusted JSON straight into small structs: additional content of a hostile answer costs no memory."""

from typing import Annotated

import msgspec

type Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""Count or size: an integer that is not negative and fits in 63 bits."""


def decode_json[T](body: bytes, into: type[T]) -> T | None:
    """Decode the body as ``into``; ``None`` if it has another shape, is nested too deeply or has too large numbers."""
    try:
        return msgspec.json.decode(body, type=into)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def parse_count(value: str | int | None) -> int | None:
    """Count that is not negative and fits in 63 bits; many APIs write 64-bit numbers as text."""
    if isinstance(value, str):
        if not (value.isascii() and value.isdigit() and len(value) <= 18):
            return None
        value = int(value)
    return value if value is not None and 0 <= value < 2**63 else None
