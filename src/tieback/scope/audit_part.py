"""Parts of an audit log that prove connections to some hosts: whole blocks, each up to the checkpoint that signs it.

A line can be proved only together with the lines up to the next checkpoint. A block that also names other hosts is left
out, because it would disclose them. A re-check ends with a checkpoint per case, so its blocks name only one case.
"""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import msgspec

from tieback.model.errors import WorkspaceError
from tieback.scope.audit import MAX_LINE, AuditLine, read_line
from tieback.scope.checkpoints import EVENT as CHECKPOINT
from tieback.scope.checkpoints import checkpoint_key

MAX_BLOCK = 4096
"""Maximum lines of a block; a longer one, of several concurrent runs, is left out."""
MAX_BLOCKS = 8
"""Limit on the blocks of a part; the newest are kept."""
MAX_BYTES = 16 << 20
"""Maximum bytes of a part; older blocks are left out."""


class AuditPart(msgspec.Struct, frozen=True):
    """Blocks of a log."""

    lines: tuple[bytes, ...]
    """Without newlines, in the order of the log."""
    blocks: int
    left_out: int
    """Blocks with connections to the hosts that are left out, because they also name other hosts or are too long."""


class AuditProof(msgspec.Struct, frozen=True):
    """Result of verifying a part."""

    lines: int
    keys: tuple[str, ...]
    """Fingerprints of the keys that signed the checkpoints."""
    first: str
    """Time of the first line, ISO 8601; empty if the part is empty."""
    last: str


def read_part(path: Path, hosts: Collection[str], *, others: bool = False) -> AuditPart:
    """Read the blocks with connections to these hosts, in one pass.

    Args:
        path: the log; a missing one has none.
        hosts: hosts without port, IPv6 without brackets.
        others: keep blocks that also name other hosts.

    Raises:
        WorkspaceError: the log cannot be read.
    """
    found: list[list[bytes]] = []
    left_out = 0
    block: list[bytes] = []
    size = 0
    try:
        with path.open("rb") as file:
            for raw in iter(lambda: file.readline(MAX_LINE + 1), b""):
                size += 1
                if size <= MAX_BLOCK:
                    block.append(raw.removesuffix(b"\n"))
                if b'"event":"checkpoint"' not in raw or (line := _line(raw)) is None or line.event != CHECKPOINT:
                    continue
                named = {host for one in block if (host := _host(one))}
                if not named.isdisjoint(hosts):
                    if size <= MAX_BLOCK and (others or named <= set(hosts)):
                        found = _newest([*found, block])
                    else:
                        left_out += 1
                block, size = [], 0
    except FileNotFoundError:
        return AuditPart((), 0, 0)
    except OSError as error:
        raise WorkspaceError(f"cannot be read ({error.strerror})", where=str(path), advice="Check the path") from None
    return AuditPart(tuple(line for one in found for line in one), len(found), left_out)


def _newest(blocks: Sequence[list[bytes]]) -> list[list[bytes]]:
    """The newest blocks within the limits."""
    kept: list[list[bytes]] = []
    size = 0
    for block in blocks[: -MAX_BLOCKS - 1 : -1]:
        size += sum(len(line) + 1 for line in block)
        if size > MAX_BYTES:
            break
        kept.insert(0, block)
    return kept


def verify_part(lines: Sequence[bytes]) -> AuditProof:
    """Verify the lines of a part: each hash, the chain within a block, and the signature at its end.

    Raises:
        ValueError: a line was changed, moved or removed, or the part does not end with a checkpoint.
    """
    keys: dict[str, None] = {}
    head, times = "", []
    for number, raw in enumerate(lines, start=1):
        try:
            line, digest = read_line(raw)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from None
        if head and line.prev != head:
            raise ValueError(f"line {number} does not follow the previous line")
        if line.event == CHECKPOINT:
            try:
                keys[checkpoint_key(line.fields, line.seq, line.prev).fingerprint] = None
            except ValueError as error:
                raise ValueError(f"line {number}: {error}") from None
        head = "" if line.event == CHECKPOINT else digest
        times.append(line.time)
    if head:
        raise ValueError("the last lines are not signed by a checkpoint")
    return AuditProof(len(lines), tuple(keys), times[0] if times else "", times[-1] if times else "")


def hosts_of(targets: Iterable[str]) -> frozenset[str]:
    """The hosts of target labels such as ``host:port/path``."""
    return frozenset(target.partition("/")[0].rpartition(":")[0].strip("[]") for target in targets)


def _host(raw: bytes) -> str:
    line = _line(raw)
    target = line.fields.get("target") if line is not None else None
    return next(iter(hosts_of([target]))) if isinstance(target, str) else ""


def _line(raw: bytes) -> AuditLine | None:
    try:
        return read_line(raw.removesuffix(b"\n"))[0]
    except ValueError:
        return None
