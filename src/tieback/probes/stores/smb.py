"""SMB file servers (Windows, Samba): dialect, signing and the server's own identifier. No login is tried.

Sends one ``NEGOTIATE`` of SMB 2 and 3 (identify), which every server answers before a login. Shares are not listed: an
anonymous session would have to write a request to a named pipe, which is more than reading. Servers that support only
version 1 close the connection and are not recognised.

Protocol: https://learn.microsoft.com/openspecs/windows_protocols/ms-smb2, sections 2.1 (4 bytes of length before each
message), 2.2.1.2 (header) and 2.2.3, 2.2.4 (NEGOTIATE); little endian. Verified against Samba 4.22; Windows not yet
verified against the real server.
"""

import re
import struct
from uuid import UUID

from tieback.model.grant import Depth
from tieback.model.probe import Access, ProbeReport
from tieback.probes.interface import ProbeMeta, ReportDraft, first_answer_timeout, run_to_report
from tieback.probes.wire.opening import first_answer, plain_then_tls, printable
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.scope.conversation import Conversation, DeclaredSend, Receive, Target

_MAGIC = b"\xfeSMB"
_HEADER = 64
_BODY = 64
"""Bytes of the fixed part of the answer to NEGOTIATE."""
_LARGEST = 64 * 1024
_DIALECTS = {0x0202: "2.0.2", 0x0210: "2.1", 0x0300: "3.0", 0x0302: "3.0.2"}
"""Dialects that are offered. 3.1.1 is not: both sides would have to list their capabilities, without more information
about the store."""
_SIGNING_REQUIRED = 2

_REQUEST = (
    struct.pack("<4sHHIHHIIQIIQ16s", _MAGIC, _HEADER, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, bytes(16))
    + struct.pack("<HHHHI16sQ", 36, len(_DIALECTS), 1, 0, 0, bytes(16), 0)
    + b"".join(struct.pack("<H", dialect) for dialect in _DIALECTS)
)
_HELLO = len(_REQUEST).to_bytes(4, "big") + _REQUEST
_NAME = "NEGOTIATE"


class SmbProbe:
    """Probe of SMB file servers: dialect, signing, server identifier."""

    meta = ProbeMeta(
        name="smb",
        products=("smb", "samba"),
        ports=(445,),
        services=("smb", "cifs"),
        cpe=("cpe:2.3:a:samba:samba",),
        cwe="CWE-306",
        sends=(
            DeclaredSend(_NAME, re.escape(_HELLO), "dialect, signing and server identifier; answered before any login"),
        ),
        references=("https://learn.microsoft.com/openspecs/windows_protocols/ms-smb2",),
        keeps_quiet=True,
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:  # noqa: ARG002 - it only identifies
        """Identify the server at ``target``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target))

    def _talk(self, draft: ReportDraft, target: Target) -> Conversation[None]:
        seconds = first_answer_timeout(self.meta, target)
        head = yield from plain_then_tls(target.tls, lambda tls: first_answer(tls, _HELLO, 8, seconds))
        size = int.from_bytes(head[:4], "big")
        if head[4:8] != _MAGIC or not _HEADER + _BODY <= size <= _LARGEST:
            raise NotThisProtocol(f"not SMB 2: {printable(head)}")
        message = _MAGIC + (yield Receive(exactly=_HEADER + _BODY - len(_MAGIC)))
        status, command, flags = struct.unpack_from("<8xIH2xI", message)
        if command != 0 or not flags & 1:
            raise HostileAnswer("an SMB message that does not answer the request")
        if status:
            raise NotThisProtocol(f"an SMB server that refuses to negotiate: status {status:#010x}")
        security, dialect, guid = struct.unpack_from("<2xHH2x16s", message, _HEADER)
        if dialect not in _DIALECTS:
            raise HostileAnswer("a dialect that was not offered")
        draft.spoke = True
        named = _named(guid)
        draft.product = "samba" if named else "smb"
        draft.fingerprint(())
        if any(guid) and not named:
            draft.vendor_id("server_guid", str(UUID(bytes_le=guid)))
        signing = "required" if security & _SIGNING_REQUIRED else "not required"
        draft.prove(_NAME, f"dialect {_DIALECTS[dialect]}, signing {signing}", Access.UNKNOWN)
        draft.problem("shares are not listed, so anonymous access to them is unknown")


def _named(guid: bytes) -> bool:
    """True if the identifier is a host's name: Samba writes its NetBIOS name there, Windows a random number."""
    return re.fullmatch(rb"[A-Za-z0-9_.-]{1,15}\x00+", guid) is not None
