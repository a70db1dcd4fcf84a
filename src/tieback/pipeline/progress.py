"""How long work reports how far it is, and the clock that grants are judged by."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime

type Progress = Callable[[int, int], None]
"""Called with the number of items done, and the number known so far."""

type Stage = Callable[[str], AbstractContextManager[Progress]]
"""Opens a progress display for a stage, by the stage's name."""


def today_utc() -> date:
    """Today's date in UTC: the validity of a grant is judged by it."""
    return datetime.now(UTC).date()
