"""Memcached over its text protocol: version, number of items, bytes. No key and no value is read.

Sends, in this order: ``version``, three times at once (identify); ``stats`` (enumerate). Nothing more to describe: a
dump of keys would return what users store in key names. A server with ``--auth-file`` refuses both with its own error
text. A server that closes on text may speak only the binary protocol (``-B binary``, or SASL with ``-S``). It receives
``version`` in binary, and ``stat`` if that was answered. With SASL it answers the first to any client and refuses the
second. TCP only.

Identity: process id and start time of the server, from ``stats`` (they change at a restart). Verified against Memcached
1.6.38.
"""

import re
import struct

from tieback.model.byte_text import byte_text
from tieback.model.count_text import count_text
from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Outcome, ProbeReport
from tieback.probes.interface import ProbeMeta, ReportDraft, first_answer_timeout, is_expected, run_to_report
from tieback.probes.wire.opening import (
    HANDSHAKES,
    LATE_PEER,
    SILENT_PEER,
    STREAM_ENDED,
    first_answer,
    opening_bytes,
    plain_then_tls,
    printable,
)
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.scope.conversation import Connect, Conversation, DeclaredSend, Fault, Receive, Send, Target

_TIMES = 3
_VERSION = b"version\r\n" * _TIMES
"""Longer than a header of the binary protocol, so that a server of that protocol detects the mismatch at once."""
_STATS = b"stats\r\n"
_LINE = 1024
_MAX_STATS = 32 * 1024
"""Maximum number of bytes of an answer to ``stats``; servers send two to four KiB."""
_MAX_PACKETS = 400
_UNAUTHENTICATED = b"CLIENT_ERROR unauthenticated"

_HEADER = struct.Struct(">BBHBxHIIQ")
"""Header fields: magic, opcode, length of key, length of extras, (data type,) status, length of body, opaque, CAS."""
_BINARY_VERSION = _HEADER.pack(0x80, 0x0B, 0, 0, 0, 0, 0, 0)
_BINARY_STAT = _HEADER.pack(0x80, 0x10, 0, 0, 0, 0, 0, 0)
_AUTH_ERROR = 0x20

SENDS = (
    DeclaredSend(
        "version",
        re.escape(_VERSION),
        "product, version, and whether authentication is required; reads nothing",
        Depth.IDENTIFY,
    ),
    DeclaredSend(
        "version (binary)",
        re.escape(_BINARY_VERSION),
        "the same for servers of the binary protocol; reads nothing",
        Depth.IDENTIFY,
    ),
    DeclaredSend(
        "stats", re.escape(_STATS), "number of items, bytes, start time of the server; statistics only", Depth.ENUMERATE
    ),
    DeclaredSend(
        "stat (binary)",
        re.escape(_BINARY_STAT),
        "statistics, or the refusal of an unauthenticated client",
        Depth.IDENTIFY,
    ),
)


class MemcachedProbe:
    """Probe of Memcached: number of items, bytes."""

    meta = ProbeMeta(
        name="memcached",
        products=("memcached",),
        ports=(11211,),
        services=("memcached",),
        cpe=("cpe:2.3:a:memcached:memcached",),
        cwe="CWE-306",
        sends=SENDS,
        references=(
            "https://github.com/memcached/memcached/blob/master/doc/protocol.txt",
            "https://docs.memcached.org/protocols/binary/",
        ),
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target, depth))

    def _talk(self, draft: ReportDraft, target: Target, depth: Depth) -> Conversation[None]:
        def attempt(tls: bool) -> Conversation[bytes]:
            return (yield from first_answer(tls, _VERSION, 1, first_answer_timeout(self.meta, target)))

        try:
            first = yield from plain_then_tls(target.tls, attempt)
        except NotThisProtocol as verdict:
            # A server of the binary protocol closes on text.
            if str(verdict).startswith(SILENT_PEER) and not is_expected(self.meta, target):
                raise
            binary = yield from _binary_version(target, first_answer_timeout(self.meta, target), str(verdict))
            if binary is None:
                raise
            yield from _binary(draft, depth, binary)
            return
        if first not in (b"V", b"C"):
            raise NotThisProtocol(f"answers version with {byte_text(first)}")
        line = (first + (yield Receive(until=b"\r\n", limit=_LINE))).removesuffix(b"\r\n")
        if line == _UNAUTHENTICATED:
            _known(draft, "")
            draft.access = Access.AUTH_REQUIRED
            draft.prove("version", _UNAUTHENTICATED.decode(), Access.AUTH_REQUIRED)
            return
        version = re.fullmatch(rb"VERSION ([!-~]{1,40})", line)
        if version is None:
            raise NotThisProtocol(f"answers version with {printable(line)}")
        _known(draft, version[1].decode())
        for _ in range(_TIMES - 1):
            yield Receive(until=b"\r\n", limit=_LINE)
        draft.access = Access.PARTIAL
        draft.prove("version", f"answers without a login: {draft.version}", Access.OPEN)
        if depth.allows(Depth.ENUMERATE):
            yield Send(_STATS)
            _enumerate(draft, "stats", (yield from _text_stats(draft)))


def _known(draft: ReportDraft, version: str) -> None:
    draft.spoke = True
    draft.fingerprint(())
    draft.product, draft.version = "memcached", version


def _text_stats(draft: ReportDraft) -> Conversation[dict[str, str]]:
    """Read the ``STAT name value`` lines up to ``END``."""
    line = yield Receive(until=b"\r\n", limit=_LINE)
    if line == b"END\r\n":
        return {}
    if not line.startswith(b"STAT "):
        draft.problem(f"stats: {printable(line, 120)}")
        return {}
    text = line + (yield Receive(until=b"END\r\n", limit=_MAX_STATS))
    rows = (row.split(" ", 2) for row in text.decode("utf-8", "replace").splitlines() if row.startswith("STAT "))
    return {row[1][:64]: row[2][:256] for row in rows if len(row) == 3}


def _binary_version(target: Target, seconds: float | None, text: str) -> Conversation[str | None]:
    """Version of a server of the binary protocol, empty if it hides it; ``None`` if the server speaks another.

    Args:
        target: the service.
        seconds: as for ``first_answer``.
        text: the verdict about the text protocol.

    Raises:
        NotThisProtocol: no answer in time.
    """
    try:
        yield Connect(bool(target.tls), None if seconds is None else HANDSHAKES * seconds)
        yield Send(_BINARY_VERSION)
        magic = yield from opening_bytes(Receive(exactly=1, seconds=seconds))
        opcode, status, _, version = yield from _packet(magic)
    except Fault as fault:
        if fault.outcome is Outcome.TIMEOUT:
            raise NotThisProtocol(f"{text}; {LATE_PEER} to the binary protocol") from None
        if fault.outcome not in (Outcome.TLS_ERROR, *STREAM_ENDED):
            raise
        return None
    except NotThisProtocol as verdict:
        if str(verdict).startswith(SILENT_PEER):
            raise NotThisProtocol(f"{text}; {LATE_PEER} to the binary protocol") from None
        return None
    if opcode != 0x0B or status not in (0, _AUTH_ERROR):
        raise HostileAnswer("a Memcached packet that does not answer the request")
    return "" if status else printable(version)


def _binary(draft: ReportDraft, depth: Depth, version: str) -> Conversation[None]:
    _known(draft, version)
    yield Send(_BINARY_STAT)
    stats: dict[str, str] = {}
    for _ in range(_MAX_PACKETS):
        opcode, status, key, value = yield from _packet()
        if status == _AUTH_ERROR:
            draft.access = Access.AUTH_REQUIRED
            draft.prove("stat (binary)", "status 0x20, authentication error", Access.AUTH_REQUIRED)
            return
        if status or opcode != 0x10:
            draft.problem(f"stat (binary): status {status:#x}")
            return
        if not key:
            break
        stats[printable(key)] = printable(value, 256)
    draft.access = Access.PARTIAL
    draft.prove("version (binary)", "answers without a login", Access.OPEN)
    if depth.allows(Depth.ENUMERATE):
        _enumerate(draft, "stat (binary)", stats)


def _packet(magic: bytes = b"") -> Conversation[tuple[int, int, bytes, bytes]]:
    """Read one answer of the binary protocol: opcode, status, key, value.

    Args:
        magic: its first byte, if that was read already.

    Raises:
        NotThisProtocol: another magic byte.
        Hostile: lengths that exceed a limit or contradict each other.
    """
    head = magic or (yield Receive(exactly=1))
    if head != b"\x81":
        raise NotThisProtocol(f"answers a binary request with {byte_text(head)}")
    head += yield Receive(exactly=_HEADER.size - 1)
    _, opcode, key, extras, status, size, _, _ = _HEADER.unpack(head)
    if size > _MAX_STATS or key + extras > size:
        raise HostileAnswer(f"a Memcached packet of {count_text(size, 'byte')}")
    body = (yield Receive(exactly=size)) if size else b""
    return opcode, status, body[extras : extras + key], body[extras + key :]


def _enumerate(draft: ReportDraft, asked: str, stats: dict[str, str]) -> None:
    items, held = _number(stats.get("curr_items", "")), _number(stats.get("bytes", ""))
    if items is None:
        draft.problem(f"{asked}: no number of items in the answer")
        return
    draft.prove(asked, count_text(items, "item"), Access.OPEN)
    started, up = _number(stats.get("time", "")), _number(stats.get("uptime", ""))
    if started is not None and up is not None and stats.get("pid", ""):
        draft.fingerprint((f"pid:{stats['pid']}", f"started:{started - up}"))
    size = exact(held, "stats bytes, keys and overhead included") if held is not None else None
    draft.containers.append(Container(("items",), "keyspace", records=exact(items, "stats curr_items"), bytes=size))
    draft.access = Access.OPEN if items else Access.OPEN_EMPTY


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None
