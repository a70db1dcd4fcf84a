"""Microsoft SQL Server over TDS: version and encryption from the answer before a login. No login is tried.

Sends ``PRELOGIN`` (identify), which every server answers before a login. The protocol has no access without an account,
so the access stays unknown. The answer also shows whether logins must be encrypted.

Protocol: https://learn.microsoft.com/openspecs/windows_protocols/ms-tds, sections 2.2.3.1 (packet header: type, status,
length, process, packet, window; big endian) and 2.2.6.5 (options: token, offset, length; the first is the version). Not
yet verified against the real server.
"""

import re

from tieback.model.grant import Depth
from tieback.model.probe import Access, ProbeReport
from tieback.probes.interface import ProbeMeta, ReportDraft, first_answer_timeout, run_to_report
from tieback.probes.wire.opening import first_answer, plain_then_tls, printable
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.scope.conversation import Conversation, DeclaredSend, Receive, Target

_HEADER = 8
_PRELOGIN, _TABULAR = 0x12, 0x04
_LAST = 0x01
_VERSION, _ENCRYPTION, _END = 0, 1, 0xFF
_LARGEST = 4096
_ENCRYPTIONS = {0: "off, but offered", 1: "on", 2: "not supported", 3: "required"}
_MAJORS = {
    8: "2000", 9: "2005", 10: "2008", 11: "2012", 12: "2014", 13: "2016", 14: "2017", 15: "2019", 16: "2022",
    17: "2025",
}  # fmt: skip
"""Major versions and the year in the product's name, from the vendor's list of builds."""

_OPTIONS = (
    b"\x00\x00\x10\x00\x06"  # VERSION: ours, zero
    b"\x01\x00\x16\x00\x01"  # ENCRYPTION
    b"\x02\x00\x17\x00\x01"  # INSTOPT
    b"\xff"
)
_BODY = _OPTIONS + b"\0" * 6 + b"\0" + b"\0"
_HELLO = bytes((_PRELOGIN, _LAST)) + (_HEADER + len(_BODY)).to_bytes(2, "big") + b"\0\0\0\0" + _BODY
_NAME = "PRELOGIN"


class MssqlProbe:
    """Probe of SQL Server: version, and whether logins must be encrypted."""

    meta = ProbeMeta(
        name="mssql",
        products=("mssql",),
        ports=(1433, 1434),
        services=("mssql", "sqlserver"),
        cpe=("cpe:2.3:a:microsoft:sql_server",),
        cwe="CWE-306",
        sends=(
            DeclaredSend(
                _NAME, re.escape(_HELLO), "version and encryption; answered before any login, and no login is tried"
            ),
        ),
        references=("https://learn.microsoft.com/openspecs/windows_protocols/ms-tds",),
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:  # noqa: ARG002 - it only identifies
        """Identify the server at ``target``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target))

    def _talk(self, draft: ReportDraft, target: Target) -> Conversation[None]:
        seconds = first_answer_timeout(self.meta, target)
        head = yield from plain_then_tls(target.tls, lambda tls: first_answer(tls, _HELLO, _HEADER, seconds))
        size = int.from_bytes(head[2:4], "big")
        # The server's process id and packet number may have any value.
        if head[0] != _TABULAR or head[1] != _LAST or not _HEADER < size <= _LARGEST:
            raise NotThisProtocol(f"not TDS: {printable(head)}")
        options = decoded_options((yield Receive(exactly=size - _HEADER)))
        version = options.get(_VERSION, b"")
        if len(version) != 6:
            raise NotThisProtocol("a TDS answer without a version")
        draft.spoke = True
        draft.product = "mssql"
        draft.version = f"{version[0]}.{version[1]}.{int.from_bytes(version[2:4], 'big')}"
        draft.fingerprint(())
        encryption = _ENCRYPTIONS.get(options.get(_ENCRYPTION, b"\xff")[0] & 0x0F, "unknown")
        year = _MAJORS.get(version[0])
        said = f"SQL Server {year or draft.version}; encryption of logins: {encryption}"
        draft.prove(_NAME, said, Access.UNKNOWN)
        draft.problem(f"{said}; no login is tried, so it is unknown whether a login is required")


def decoded_options(body: bytes) -> dict[int, bytes]:
    """Options of a PRELOGIN answer by their token.

    Raises:
        Hostile: an option that extends past the end, or a list without a terminator.
    """
    found: dict[int, bytes] = {}
    for at in range(0, len(body), 5):
        if body[at] == _END:
            return found
        offset, size = int.from_bytes(body[at + 1 : at + 3], "big"), int.from_bytes(body[at + 3 : at + 5], "big")
        if at + 5 > len(body) or offset + size > len(body) or (not size and body[at] in (_VERSION, _ENCRYPTION)):
            break
        found[body[at]] = body[offset : offset + size]
    raise HostileAnswer("a list of TDS options that ends early")
