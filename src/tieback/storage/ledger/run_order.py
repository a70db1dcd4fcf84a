"""Which finished run is the last one, also if a clock was wrong."""

import time
from typing import Any

import sqlalchemy as sa

from tieback.storage.ledger.tables import runs

MAX_SKEW = 3600.0
"""Seconds that the clock of another machine may be ahead."""


def latest_first(now: float | None = None) -> tuple[sa.ColumnElement[Any], ...]:
    """Order of finished runs: the last one first, those that ended in the future by a wrong clock behind all others."""
    present = time.time() if now is None else now
    in_future = sa.case((runs.c.ended > present + MAX_SKEW, 1), else_=0)
    return in_future, runs.c.ended.desc(), runs.c.id.desc()
