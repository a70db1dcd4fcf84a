"""Oracle Database's listener over TNS: version. No service is connected to and no login is tried.

Sends one ``CONNECT`` with ``(CONNECT_DATA=(COMMAND=VERSION))`` (identify). Since 10g the listener refuses it without
authentication, and the refusal contains the version (``VSNNUM``) and an error; some listeners accept it. Neither answer
shows whether the database requires a login, so the access stays unknown.

Protocol: Oracle Net Services Reference and the packet layout in Wireshark's dissector ``packet-tns.c``. A packet is
length, checksum, type, flags, header checksum, big endian. Types are 1 connect, 2 accept, 4 refuse, 5 redirect, 11
resend. Not yet verified against the real server.
"""

import re
import struct

from tieback.model.grant import Depth
from tieback.model.probe import Access, ProbeReport
from tieback.probes.interface import ProbeMeta, ReportDraft, first_answer_timeout, run_to_report
from tieback.probes.wire.opening import first_answer, plain_then_tls, printable
from tieback.probes.wire.verdicts import NotThisProtocol
from tieback.scope.conversation import Conversation, DeclaredSend, Receive, Send, Target

_HEADER = 8
_CONNECT, _ACCEPT, _REFUSE, _REDIRECT, _RESEND = 1, 2, 4, 5, 11
_LARGEST = 8192
_DATA = b"(CONNECT_DATA=(COMMAND=VERSION))"
_OFFSET = 58
"""Offset of the connect data, counted from the packet's first byte."""
_CONNECT_BODY = struct.pack(
    ">HHHHHHHHHHIBB",
    0x0139,  # version 313
    0x012C,  # compatible down to 300
    0,  # service options
    2048,  # session data unit
    32767,  # transport data unit
    0x4F98,  # protocol characteristics
    0,  # turnaround
    1,  # the value one in our byte order
    len(_DATA),
    _OFFSET,
    0,  # maximum size of connect data that is received
    0,
    0,
)
_HELLO = (
    struct.pack(">HHBBH", _OFFSET + len(_DATA), 0, _CONNECT, 0, 0)
    + _CONNECT_BODY.ljust(_OFFSET - _HEADER, b"\0")
    + _DATA
)
_NAME = "CONNECT (COMMAND=VERSION)"
_NUMBER = re.compile(rb"\(VSNNUM=([0-9]{1,10})\)")
_TEXT = re.compile(rb"Version ([0-9]+(?:\.[0-9]+){2,4})")
_ERROR = re.compile(rb"\(ERR=([0-9]{1,6})\)")


class OracleProbe:
    """Probe of Oracle's listener: version."""

    meta = ProbeMeta(
        name="oracle",
        products=("oracle",),
        ports=(1521, 1522, 1526),
        services=("oracle",),
        cpe=("cpe:2.3:a:oracle:database_server",),
        cwe="CWE-306",
        sends=(
            DeclaredSend(
                _NAME, re.escape(_HELLO), "version of the listener; connects to no service and tries no login"
            ),
        ),
        references=("https://docs.oracle.com/en/database/oracle/oracle-database/23/netrf/",),
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:  # noqa: ARG002 - it only identifies
        """Identify the server at ``target``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target))

    def _talk(self, draft: ReportDraft, target: Target) -> Conversation[None]:
        seconds = first_answer_timeout(self.meta, target)
        head = yield from plain_then_tls(target.tls, lambda tls: first_answer(tls, _HELLO, _HEADER, seconds))
        kind, size = _packet(head)
        if kind == _RESEND:
            # A listener may request the same bytes again (after TLS was set up, or when its buffers were cold).
            yield Send(_HELLO)
            kind, size = _packet((yield Receive(exactly=_HEADER)))
        if kind not in (_ACCEPT, _REFUSE, _REDIRECT):
            raise NotThisProtocol(f"answers CONNECT with a packet of type {kind}")
        body = (yield Receive(exactly=size - _HEADER)) if size > _HEADER else b""
        number, text, error = _NUMBER.search(body), _TEXT.search(body), _ERROR.search(body)
        if kind == _REFUSE and number is None and error is None:
            raise NotThisProtocol("a refusal without an Oracle error")
        draft.spoke = True
        draft.product = "oracle"
        draft.version = text[1].decode("ascii")[:40] if text else version_of(int(number[1])) if number else ""
        draft.fingerprint(())
        word = {_ACCEPT: "accepts", _REFUSE: "refuses", _REDIRECT: "redirects"}[kind]
        why = f" with error {error[1].decode('ascii')}" if error else ""
        draft.prove(_NAME, f"the listener {word} the version request{why}", Access.UNKNOWN)
        draft.problem("no service is connected to and no login is tried, so it is unknown whether a login is required")


def version_of(number: int) -> str:
    """Dotted version of a ``VSNNUM``: 8 bits, 4, 8, 4 and 8 (Oracle Call Interface, ``OCIServerRelease``)."""
    parts = (number >> 24 & 0xFF, number >> 20 & 0xF, number >> 12 & 0xFF, number >> 8 & 0xF, number & 0xFF)
    return ".".join(map(str, parts))


def _packet(head: bytes) -> tuple[int, int]:
    size, checksum, kind, _, header_checksum = struct.unpack(">HHBBH", head)
    if checksum or header_checksum or not _HEADER <= size <= _LARGEST or not 1 <= kind <= 19:
        raise NotThisProtocol(f"not TNS: {printable(head)}")
    return kind, size
