"""Declared queries for values of records of one SQL table: a ransom note, and a sample."""

from tieback.model.grant import Depth
from tieback.scope.conversation import DeclaredSend, SendCost


def note_send(pattern: bytes) -> DeclaredSend:
    """The query for a ransom note; ``pattern`` matches its bytes on the wire."""
    return DeclaredSend(
        "one note",
        pattern,
        "the first 1,000 characters of one record of a table that looks like a ransom note; the text is not kept",
        Depth.DESCRIBE,
        values=True,
        cost=SendCost.BOUNDED,
    )


def sample_send(pattern: bytes) -> DeclaredSend:
    """The query for a sample of records; ``pattern`` matches its bytes on the wire."""
    return DeclaredSend(
        "a sample",
        pattern,
        "the first 256 characters of each value of at most 50 records: classified in memory, nothing is kept",
        Depth.SAMPLE,
        values=True,
        cost=SendCost.BOUNDED,
    )
