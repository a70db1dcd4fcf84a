"""DNS answers in the lake: one row per answer, with its expiry time.

A later run queries only expired names. Rows are never removed: an answer on a date is a fact.
"""

import secrets
import time
from collections.abc import Callable
from functools import cached_property
from types import TracebackType
from typing import Self

import msgspec

from tieback.model.dns_answer import DnsAnswer, DnsAnswerState
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.schemas import rows_table

MAX_READ = 100_000
"""Maximum answers of earlier runs in memory: those that expire last. Others are queried again."""
ANSWERS_WAITING = 2_000
"""Maximum answers that an interruption can lose."""


class DnsAnswerCache:
    """The valid answers of earlier runs, and a writer for those of this run.

    Use it in a ``with`` statement; pending answers are published at its end, even after an error.
    """

    def __init__(self, lake: Lake, *, clock: Callable[[], float] = time.time, waiting: int = ANSWERS_WAITING) -> None:
        """Set up; nothing is read before the first query.

        Args:
            lake: source and target lake.
            clock: seconds since 1970, UTC.
            waiting: publish when this many answers are pending.
        """
        self._lake = lake
        self._clock = clock
        self._limit = waiting
        self._waiting: list[DnsAnswer] = []

    @cached_property
    def _known(self) -> dict[tuple[str, str], DnsAnswer]:
        sql = """SELECT * FROM dns_answers WHERE until > ? AND asked <= ?
            QUALIFY row_number() OVER (PARTITION BY name, kind ORDER BY asked DESC) = 1
            ORDER BY until DESC LIMIT ?"""
        now = self._clock()
        found = {}
        for name, kind, state, asked, until, values, aliases, problem, authentic in self._lake.stream(
            sql, [now, now, MAX_READ]
        ):
            found[name, kind] = DnsAnswer(
                name, kind, DnsAnswerState(state), asked, until, tuple(values), tuple(aliases), problem, authentic
            )
        return found

    def get(self, name: str, kind: str) -> DnsAnswer | None:
        """The latest answer that was valid at the first query, or arrived since. Raises ``WorkspaceError``."""
        return self._known.get((name, kind))

    def put(self, answer: DnsAnswer) -> None:
        """Store an answer. Raises ``WorkspaceError`` if the lake cannot be written."""
        if len(self._known) < MAX_READ:
            self._known[answer.name, answer.kind] = answer
        self._waiting.append(answer)
        if len(self._waiting) >= self._limit:
            self.flush()

    def flush(self) -> None:
        """Publish pending answers. Raises as ``put``."""
        if not self._waiting:
            return
        rows = [msgspec.structs.astuple(answer) for answer in self._waiting]
        self._lake.publish(f"dns-{secrets.token_hex(16)}", {"dns_answers": rows_table("dns_answers", rows)})
        self._waiting.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.flush()
