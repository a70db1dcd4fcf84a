"""Lists in pages: some items, and a cursor for the next ones."""

import base64
import binascii
from collections.abc import Callable, Sequence

import msgspec

from tieback.model.errors import UsageError

DEFAULT_LIMIT = 50
MAX_LIMIT = 500
MAX_CURSOR = 2_000
"""Length of a cursor, in characters."""


class Listing[T](msgspec.Struct, frozen=True, kw_only=True):
    """Some items of a list, in its order."""

    items: tuple[T, ...]
    next: str | None = None
    """Cursor of the next items, for the parameter ``after``; ``None`` at the end."""
    total: int | None = None
    """How many items the whole list has, with the same filters; ``None`` if they were not counted."""
    run: str | None = None
    """ID of the run that they come from; ``None`` if they do not depend on a run."""


def encode_cursor(key: Sequence[str | int | float | None]) -> str:
    """The cursor after the item with this sort key."""
    return base64.urlsafe_b64encode(msgspec.json.encode(list(key))).decode().rstrip("=")


def decode_cursor[K](cursor: str, shape: type[K]) -> K:
    """The sort key in a cursor.

    Args:
        cursor: from a user, so anything.
        shape: type of the key, such as ``tuple[int, str]``.

    Raises:
        UsageError: it is not a cursor of this list.
    """
    if len(cursor) <= MAX_CURSOR:
        try:
            data = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            key = msgspec.json.decode(data, type=shape)
            if not isinstance(key, tuple) or all(_fits(part) for part in key):
                return key
        except (binascii.Error, ValueError, RecursionError, msgspec.MsgspecError):
            pass
    raise UsageError("not a cursor of this list", where="after", advice="Use `next` of the previous page")


def _fits(part: object) -> bool:
    """True if a database accepts it as a parameter."""
    return not isinstance(part, int) or -(2**63) <= part < 2**63


def bounded_limit(limit: int) -> int:
    """The number of items to return.

    Raises:
        UsageError: it is not between 1 and ``MAX_LIMIT``.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise UsageError(f"{limit} is not between 1 and {MAX_LIMIT}", where="limit")
    return limit


def cut[T](
    rows: Sequence[T], limit: int, key: Callable[[T], Sequence[str | int | float | None]]
) -> tuple[tuple[T, ...], str | None]:
    """The items of one page from ``limit + 1`` rows, and the cursor of the next page."""
    if len(rows) <= limit:
        return tuple(rows), None
    return tuple(rows[:limit]), encode_cursor(key(rows[limit - 1]))
