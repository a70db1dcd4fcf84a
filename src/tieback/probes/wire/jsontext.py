"""JSON of strangers, decoded straight into small structs: what a hostile answer adds costs no memory."""

from typing import Annotated

import msgspec

type Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""A count or a size."""


def decoded[T](body: bytes, into: type[T]) -> T | None:
    """The body as ``into``, or ``None`` where it is no JSON of that shape (too deep, too large numbers included)."""
    try:
        return msgspec.json.decode(body, type=into)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def number(value: str | int | None) -> int | None:
    """A count that is not negative and fits in 63 bits; many APIs write 64-bit numbers as text."""
    if isinstance(value, str):
        if not (value.isascii() and value.isdigit() and len(value) <= 18):
            return None
        value = int(value)
    return value if value is not None and 0 <= value < 2**63 else None
