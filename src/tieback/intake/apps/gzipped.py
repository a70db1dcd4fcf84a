"""Files compressed with gzip (RFC 1952) inside a package: scripts and tables that an app expands when it starts.

The header is ten bytes, then, by its flags, an extra field, a name, a comment and a checksum; then one deflate stream.
Further members are left out. Content that expands like a bomb is cut off, with the same budget as in archives (see
``budget``).
"""

from tieback.intake.apps.budget import PackageBudget
from tieback.intake.apps.inflate import inflate
from tieback.intake.apps.problems import PackageProblems
from tieback.model.count_text import count_text
from tieback.model.sighting import UnreadKind

MAGIC = b"\x1f\x8b\x08"
MAX_SIZE = 64 * 1024 * 1024
"""Bytes of one file, as of one entry."""
PLAIN_RATIO = 20
"""Growth up to which a file is not suspected as a bomb; above it the budget for suspects applies."""
_EXTRA, _NAME, _COMMENT, _CHECKSUM = 4, 8, 16, 2
_MOST_NAME = 4096


def decompress(
    file: str, data: bytes | bytearray, problems: PackageProblems, budget: PackageBudget
) -> tuple[str, bytes | bytearray]:
    """Name and bytes of the content of a compressed file; empty, with a problem, if it cannot be read."""
    start = _stream(data)
    if start < 0:
        problems.note("the gzip header is damaged", file, UnreadKind.UNREADABLE)
        return "", b""
    allowed = min(MAX_SIZE, max(PLAIN_RATIO * len(data), budget.suspect), budget.total)
    stated = int.from_bytes(data[-4:], "little")
    # The size at the end may belong to another member, or be false: then the stream decides.
    result = inflate(data, start, len(data) - start, stated if stated <= allowed else 0, allowed)
    budget.total -= len(result.data)
    if len(result.data) > PLAIN_RATIO * len(data):
        budget.suspect -= min(budget.suspect, len(result.data))
    if result.error:
        problems.note(result.error, file, UnreadKind.UNREADABLE)
    elif not result.whole:
        problems.note(
            f"only the first {count_text(len(result.data), 'byte was', 'bytes were')} read: it expands like a bomb",
            file,
            UnreadKind.LIMIT,
        )
    inner = file.rpartition("/")[2]
    return f"{file}!{inner.removesuffix('.gz')}", result.data


def _stream(data: bytes | bytearray) -> int:
    """Offset of the deflate stream; -1 if the header extends beyond the end."""
    if len(data) < 18:
        return -1
    flags, at = data[3], 10
    if flags & _EXTRA:
        at += 2 + int.from_bytes(data[at : at + 2], "little")
    for flag in (_NAME, _COMMENT):
        if flags & flag:
            end = data.find(b"\0", at, at + _MOST_NAME)
            if end < 0:
                return -1
            at = end + 1
    at += 2 if flags & _CHECKSUM else 0
    return at if at < len(data) - 8 else -1
