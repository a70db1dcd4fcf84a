"""Search for many literal texts at once, with hyperscan."""

import re
from collections.abc import Sequence

import hyperscan

MAX_LITERALS = 20_000
MAX_HITS = 10_000
"""Most hits of one text."""


class LiteralScanner:
    """Texts, compiled. For one thread at a time, because of hyperscan's scratch space."""

    def __init__(self, literals: Sequence[bytes]) -> None:
        """Search for these texts in any case; each has at least one byte, and none has a NUL."""
        self.literals = literals
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK) if literals else None
        if self._database is not None:
            self._database.compile(
                expressions=[re.escape(text) for text in literals],
                ids=list(range(len(literals))),
                elements=len(literals),
                flags=[hyperscan.HS_FLAG_CASELESS] * len(literals),
            )

    def scan(self, data: bytes) -> list[tuple[int, int]]:
        """``(index of the text, offset of its first byte)`` in ascending order of the end, at most ``MAX_HITS``."""
        hits: list[tuple[int, int]] = []
        if self._database is None or not data:
            return hits

        def on_match(index: int, _from: int, to: int, _flags: int, _context: object) -> bool | None:
            hits.append((index, to - len(self.literals[index])))
            return len(hits) >= MAX_HITS or None

        try:
            self._database.scan(data, match_event_handler=on_match)
        except hyperscan.ScanTerminated:
            return hits
        return hits
