"""Confidence from the weights of one or both sides, and the bounded cleartext that accompanies a verdict.

The weight of a side is ``None`` if it was not captured, and ``0.0`` if it is not this protocol. It is up to ``1.0`` for
a magic number, or several frames whose lengths and fields all fit. A single side never yields more than 0.7, both never
less than 0.75. A side that contradicts yields no verdict.
"""

import re
from collections.abc import Iterable, Iterator

from tieback.model.flow import CleartextSample

SAMPLE_BYTES = 4096
"""Bytes of cleartext per direction and flow."""
ONE_SIDE = 0.7
MOST_SAMPLES = 4
"""Samples of one direction if each message is a sample of its own."""
MIN_CONFIDENCE = 0.35
"""Confidence below which there is no verdict."""

_SQL = re.compile(
    rb"(?i)(?<![A-Za-z0-9_])(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|MERGE|CREATE|ALTER|DROP|TRUNCATE|WITH|CALL|EXEC|"
    rb"BEGIN|MATCH|UNWIND|DECLARE)[ \t\r\n][\t\n\r\x20-\x7e\x80-\xff]{3,1000}"
)
_TEXT = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]*")
_ASCII = re.compile(rb"[\x20-\x7e]+")


def combine_confidence(client: float | None, server: float | None) -> float:
    """Confidence from both sides' weights; 0.0 if there is no verdict."""
    if client == 0.0 or server == 0.0 or (client is None and server is None):
        return 0.0
    if client is None or server is None:
        alone = ONE_SIDE * (client or server or 0.0)
        return round(alone, 3) if alone >= MIN_CONFIDENCE else 0.0
    strong, weak = max(client, server), min(client, server)
    if strong < 0.75:
        return 0.75
    return round(0.9 + 0.08 * weak, 3)


def is_text(data: bytes) -> bool:
    """True if all bytes are text: no control characters except tab and line ends. Bytes above 0x7f may be UTF-8."""
    return _TEXT.fullmatch(data) is not None


def is_ascii_text(data: bytes) -> bool:
    """True if it is printable ASCII, and not empty."""
    return _ASCII.fullmatch(data) is not None


def sql_runs(data: bytes, limit: int = SAMPLE_BYTES) -> list[bytes]:
    """Runs of text that begin with a verb of SQL or Cypher, for protocols whose frames are not parsed."""
    return [found.group() for found in _SQL.finditer(data[: 4 * limit])]


def join_bounded(parts: Iterable[bytes], separator: bytes = b"\n", limit: int = SAMPLE_BYTES) -> bytes:
    """The parts joined, cut at ``limit`` bytes; reads no further than it needs."""
    kept: list[bytes] = []
    size = 0
    for part in parts:
        kept.append(part)
        size += len(part) + len(separator)
        if size >= limit:
            break
    return separator.join(kept)[:limit]


def sample_messages(kind: str, out: Iterable[bytes] = (), back: Iterable[bytes] = ()) -> tuple[CleartextSample, ...]:
    """One sample per message, for messages that are documents: the first few of each direction, bounded together."""
    return (*_each(kind, "out", out), *_each(kind, "in", back))


def _each(kind: str, direction: str, parts: Iterable[bytes]) -> Iterator[CleartextSample]:
    left, count = SAMPLE_BYTES, 0
    for part in parts:
        if not part:
            continue
        if count == MOST_SAMPLES or (count and len(part) > left):
            return
        yield CleartextSample(direction=direction, kind=kind, data=part[:left])
        left -= len(part)
        count += 1


def sample_directions(
    kind: str, out: Iterable[bytes] = (), back: Iterable[bytes] = (), separator: bytes = b"\n"
) -> tuple[CleartextSample, ...]:
    """Samples of both directions; a direction without content has none."""
    both = (("out", join_bounded(out, separator)), ("in", join_bounded(back, separator)))
    return tuple(CleartextSample(direction=direction, kind=kind, data=data) for direction, data in both if data)
