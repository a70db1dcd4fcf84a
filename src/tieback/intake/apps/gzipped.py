"""Files compressed with gzip (RFC 1952) inside a package: scripts and tables that an app expands when it starts.

The header is ten bytes, then, by its flags, an extra field, a name, a comment and a checksum; then one deflate stream.
Members behind the first one continue its content, as ``java.util.zip.GZIPInputStream`` reads them. Content that expands
like a bomb is cut off, with the same budget as in archives (see ``budget``).
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
MAX_MEMBERS = 10_000
"""Members of one file. Files with an index have one for 64 KiB."""
_EXTRA, _NAME, _COMMENT, _CHECKSUM = 4, 8, 16, 2
_TRAILER = 8
"""Bytes of checksum and size behind a stream."""
_MOST_NAME = 4096


def decompress(
    file: str, data: bytes | bytearray, problems: PackageProblems, budget: PackageBudget
) -> tuple[str, bytes | bytearray]:
    """Name and bytes of the content of a compressed file; empty, with a problem, if it cannot be read."""
    start = _stream(data, 0)
    if start < 0:
        problems.note("the gzip header is damaged", file, UnreadKind.UNREADABLE)
        return "", b""
    allowed = min(MAX_SIZE, max(PLAIN_RATIO * len(data), budget.suspect), budget.total)
    # The size at the end may belong to another member, or be false: then the stream decides.
    stated = int.from_bytes(data[-4:], "little") if data.find(MAGIC, start) < 0 else 0
    result = inflate(data, start, len(data) - start, stated if stated <= allowed else 0, allowed)
    content = result.data
    members = 1
    while result.whole and (start := _stream(data, result.end + _TRAILER) if result.end >= 0 else -1) >= 0:
        members += 1
        if members > MAX_MEMBERS:
            problems.note(f"only the first {MAX_MEMBERS:,} gzip members were read", file, UnreadKind.LIMIT)
            break
        result = inflate(data, start, len(data) - start, 0, allowed - len(content))
        content = content if isinstance(content, bytearray) else bytearray(content)
        content += result.data
    budget.total -= len(content)
    if len(content) > PLAIN_RATIO * len(data):
        budget.suspect -= min(budget.suspect, len(content))
    if result.error:
        problems.note(result.error, file, UnreadKind.UNREADABLE)
    elif not result.whole:
        problems.note(
            f"only the first {count_text(len(content), 'byte was', 'bytes were')} read: it expands like a bomb",
            file,
            UnreadKind.LIMIT,
        )
    inner = file.rpartition("/")[2]
    return f"{file}!{inner.removesuffix('.gz')}", content


def _stream(data: bytes | bytearray, at: int) -> int:
    """Offset of the deflate stream of the member at ``at``; -1 if there is none, or its header has no end."""
    if len(data) < at + 18 or data[at : at + 3] != MAGIC:
        return -1
    flags, at = data[at + 3], at + 10
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
