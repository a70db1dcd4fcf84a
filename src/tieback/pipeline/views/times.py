"""Times of the documents of the API: ISO 8601 in UTC.

Some documents of earlier releases have seconds since 1970. They keep them, beside the time with the suffix ``_at``.
"""

from datetime import UTC, datetime
from typing import overload


@overload
def at(seconds: float) -> datetime: ...


@overload
def at(seconds: float | None) -> datetime | None: ...


def at(seconds: float | None) -> datetime | None:
    """The time of seconds since 1970; ``None`` for ``None``."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
