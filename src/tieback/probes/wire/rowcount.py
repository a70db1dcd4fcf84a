"""Queries for the number of rows of one SQL table. They return no value.

Names are quoted, not escaped: a name that the pattern does not match is never sent.
"""

import re
from collections.abc import Sequence

import msgspec

from tieback.model.figure import Figure, exact, lower_bound
from tieback.scope.conversation import SendCost

COUNTED = 10_000
"""Maximum number of rows that are counted without the grant's ``scans``."""


class CountQuery(msgspec.Struct, frozen=True):
    """Query for the number of rows of one base table, around the names of schema and table."""

    name: str
    parts: tuple[str, str]
    why: str
    cost: SendCost
    quote: str
    """Quotation mark around a name."""
    names: str
    """Regular expression of the names that may be sent."""

    def sql(self, schema: str, table: str) -> str | None:
        """The statement; ``None`` if a name must not be sent."""
        if not (re.fullmatch(self.names, schema) and re.fullmatch(self.names, table)):
            return None
        quote, (before, after) = self.quote, self.parts
        return f"{before}{quote}{schema}{quote}.{quote}{table}{quote}{after}"

    def pattern(self) -> bytes:
        """Regular expression of every statement that ``sql`` returns."""
        quote, (before, after) = self.quote, map(re.escape, self.parts)
        return f"{before}{quote}{self.names}{quote}\\.{quote}{self.names}{quote}{after}".encode()

    def figure(self, count: int) -> Figure:
        """The figure of an answer: a lower bound if the limit may have ended the count."""
        return (exact if self.cost.needs_scans or count < COUNTED else lower_bound)(count, self.name)


def count_queries(
    bounded: tuple[str, str, str], whole: tuple[str, str], quote: str, names: str
) -> Sequence[CountQuery]:
    """The two ways to count: at most ``COUNTED`` rows, and all rows, which needs the grant's ``scans``.

    Args:
        bounded: display name, text before the table's name, and the purpose. The limit follows the table's name.
        whole: display name, and text before the table's name.
        quote: quotation mark around a name.
        names: regular expression of the names that may be sent.
    """
    few = (bounded[1], f" LIMIT {COUNTED}) AS t")
    again = "the same if there are more; the server stops it after 5 seconds"
    return (
        CountQuery(bounded[0], few, bounded[2], SendCost.BOUNDED, quote, names),
        CountQuery(whole[0], (whole[1], ""), again, SendCost.SCAN, quote, names),
    )
