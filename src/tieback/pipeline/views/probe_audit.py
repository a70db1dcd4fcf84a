"""The audit log of probing: whether its chain is intact, and its last entries."""

import threading
from collections import OrderedDict
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from tieback.model.count_text import count_text
from tieback.model.errors import UsageError
from tieback.pipeline.views.listing import Listing, bounded_limit, decode_cursor, encode_cursor
from tieback.scope.audit_check import AuditCheck, AuditDemands, verify
from tieback.scope.audit_pages import last_lines
from tieback.scope.checkpoints import own_fingerprint, record_of
from tieback.storage.workspace import Workspace

_MAX_TARGET = 300
_KEPT = 8


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the log."""

    seq: int
    time: datetime
    event: str
    target: str
    text: str
    """The other fields, as short text."""
    fields: dict[str, Any]


class AuditState(msgspec.Struct, frozen=True, kw_only=True):
    """Result of verifying the whole log, as of ``tieback grant audit``."""

    ok: bool
    empty: bool
    """True if nothing was logged, because nothing was probed."""
    lines: int
    head: str
    bad_line: int | None
    why: str
    checkpoints: int
    unsigned: int
    """Lines after the last checkpoint: changes to them cannot be detected."""
    keys: tuple[str, ...]
    own_key: str
    """Fingerprint of this machine's key."""
    notes: tuple[str, ...]


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """The log of probing."""

    state: AuditState
    target: str
    entries: Listing[AuditEntry]


def probe_audit(workspace: Workspace, *, target: str = "", after: str = "", limit: int = 50) -> AuditPage:
    """Entries, latest first, and the state of the whole log.

    Raises:
        UsageError: the cursor or the limit is not valid, or the target is too long.
        WorkspaceError: the log cannot be read.
    """
    limit = bounded_limit(limit)
    if len(target) > _MAX_TARGET:
        raise UsageError(f"longer than {_MAX_TARGET} characters", where="target")
    before = decode_cursor(after, tuple[int])[0] if after else None
    page = last_lines(workspace.audit_file, before=before, limit=limit, target=target)
    entries = tuple(
        AuditEntry(
            seq=line.seq,
            time=datetime.fromisoformat(line.time),
            event=line.event,
            target=str(line.fields.get("target", "")),
            text=_text(line.fields),
            fields=line.fields,
        )
        for line in page.lines
    )
    following = None if page.before is None else encode_cursor((page.before,))
    return AuditPage(state=audit_state(workspace), target=target, entries=Listing(items=entries, next=following))


def audit_state(workspace: Workspace) -> AuditState:
    """Verify the whole log; the result is kept until the log changes. Raises ``WorkspaceError``."""
    path = workspace.audit_file
    if not path.exists() or not path.stat().st_size:
        known = record_of(path)
        gone = (
            ""
            if known is None
            else f"the log had {count_text(known.lines, 'entry', 'entries')} on {known.time[:10]}, and is gone"
        )
        return AuditState(
            ok=not gone, empty=not gone, lines=0, head="", bad_line=None, why=gone, checkpoints=0, unsigned=0, keys=(),
            own_key=own_fingerprint(), notes=(),
        )  # fmt: skip
    found = _VERIFIED.check(path)
    return AuditState(
        ok=found.ok,
        empty=False,
        lines=found.lines,
        head=found.head,
        bad_line=found.bad_line,
        why=found.why,
        checkpoints=found.checkpoints,
        unsigned=found.unsigned,
        keys=found.keys,
        own_key=own_fingerprint(),
        notes=found.notes,
    )


class _Verified:
    """The last results, by file, size and time of the last change: a log of a million lines takes seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[object, ...], AuditCheck] = OrderedDict()

    def check(self, path: Path) -> AuditCheck:
        found = path.stat()
        record = record_of(path)
        key = (path, found.st_ino, found.st_size, found.st_mtime_ns, record)
        with self._lock:
            if key not in self._known:
                self._known[key] = verify(path, AuditDemands(record))
                while len(self._known) > _KEPT:
                    self._known.popitem(last=False)
            return self._known[key]


_VERIFIED = _Verified()


def _text(fields: dict[str, Any]) -> str:
    parts = [
        f"{key}: {_short(value)}"
        for key, value in fields.items()
        if key != "target" and value not in ("", None, 0, {}, [])
    ]
    return ", ".join(parts)[:600]


def _short(value: object) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode("utf-8", "replace")
    return text[:120]
