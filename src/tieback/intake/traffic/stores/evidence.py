"""What one side or both say together, and the bounded cleartext that goes up with a verdict.

A side is weighed as ``None`` (not captured), ``0.0`` (captured, and no such protocol), or up to ``1.0`` (a magic, or
several frames whose lengths and fields all fit). One side alone never gives more than 0.7, both never less than 0.75,
and a side that contradicts takes the verdict away.
"""

import re
from collections.abc import Iterable, Iterator

from tieback.model.flow import Sample

SAMPLE_BYTES = 4096
"""Most cleartext a direction and flow."""
SIDE_ALONE = 0.7
MOST_SAMPLES = 4
"""Samples of one direction where each message is one by itself."""
LEAST = 0.35
"""Less than this is no verdict."""

_SQL = re.compile(
    rb"(?i)(?<![A-Za-z0-9_])(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|MERGE|CREATE|ALTER|DROP|TRUNCATE|WITH|CALL|EXEC|"
    rb"BEGIN|MATCH|UNWIND|DECLARE)[ \t\r\n][\t\n\r\x20-\x7e\x80-\xff]{3,1000}"
)
_TEXT = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]*")
_ASCII = re.compile(rb"[\x20-\x7e]+")


def weigh(client: float | None, server: float | None) -> float:
    """Confidence from both sides' weights; 0.0 where they give no verdict."""
    if client == 0.0 or server == 0.0 or (client is None and server is None):
        return 0.0
    if client is None or server is None:
        alone = SIDE_ALONE * (client or server or 0.0)
        return round(alone, 3) if alone >= LEAST else 0.0
    strong, weak = max(client, server), min(client, server)
    if strong < 0.75:
        return 0.75
    return round(0.9 + 0.08 * weak, 3)


def text(data: bytes) -> bool:
    """Whether all of it is text: no control characters but tab and line ends. Bytes above 0x7f may be UTF-8."""
    return _TEXT.fullmatch(data) is not None


def ascii_text(data: bytes) -> bool:
    """Whether it is printable ASCII, and not empty."""
    return _ASCII.fullmatch(data) is not None


def sql_runs(data: bytes, limit: int = SAMPLE_BYTES) -> list[bytes]:
    """Runs of text that begin with a verb of SQL or Cypher, for protocols whose frames are not taken apart."""
    return [found.group() for found in _SQL.finditer(data[: 4 * limit])]


def bounded(parts: Iterable[bytes], separator: bytes = b"\n", limit: int = SAMPLE_BYTES) -> bytes:
    """The parts joined, cut at ``limit`` bytes; reads no further than it needs."""
    kept: list[bytes] = []
    size = 0
    for part in parts:
        kept.append(part)
        size += len(part) + len(separator)
        if size >= limit:
            break
    return separator.join(kept)[:limit]


def each(kind: str, out: Iterable[bytes] = (), back: Iterable[bytes] = ()) -> tuple[Sample, ...]:
    """A sample a message, for messages that are documents: the first few of each direction, bounded together."""
    return (*_each(kind, "out", out), *_each(kind, "in", back))


def _each(kind: str, direction: str, parts: Iterable[bytes]) -> Iterator[Sample]:
    left, count = SAMPLE_BYTES, 0
    for part in parts:
        if not part:
            continue
        if count == MOST_SAMPLES or (count and len(part) > left):
            return
        yield Sample(direction=direction, kind=kind, data=part[:left])
        left -= len(part)
        count += 1


def samples(
    kind: str, out: Iterable[bytes] = (), back: Iterable[bytes] = (), separator: bytes = b"\n"
) -> tuple[Sample, ...]:
    """Samples of both directions; a direction with nothing to show has none."""
    both = (("out", bounded(out, separator)), ("in", bounded(back, separator)))
    return tuple(Sample(direction=direction, kind=kind, data=data) for direction, data in both if data)
