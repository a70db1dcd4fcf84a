"""Db2, Derby and Informix over DRDA: product and release from the exchange before a login. No login is tried.

Sends ``EXCSAT`` (identify): "exchange server attributes", which every server answers before a login. A login needs the
name of a database. With a synthetic name, Derby answers ``RDBNFNRM`` with and without authentication (tested with
10.14), so that would prove nothing.

Protocol: DRDA, Version 5, Volume 3 (The Open Group, C114). A DSS is length, ``D0``, format, correlation. Objects are
length and code point, big endian. Names are in EBCDIC (code page 500) until both sides agree on another. Verified
against Apache Derby 10.14; Db2 and Informix not yet verified against the real server.
"""

import re

from tieback.model.grant import Depth
from tieback.model.probe import Access, ProbeReport
from tieback.probes.interface import ProbeMeta, ReportDraft, first_answer_timeout, run_to_report
from tieback.probes.wire.cursor import Cursor
from tieback.probes.wire.opening import first_answer, plain_then_tls, printable
from tieback.probes.wire.verdicts import NotThisProtocol
from tieback.scope.conversation import Conversation, DeclaredSend, Receive, Target

_HEADER = 10
"""Bytes of the data stream structure, and of length and code point of its first object."""
_LARGEST = 4096
_EXCSAT, _EXCSATRD = 0x1041, 0x1443
_EXTNAM, _MGRLVLLS, _SRVCLSNM, _SRVNAM, _SRVRLSLV = 0x115E, 0x1404, 0x1147, 0x116D, 0x115A
_CODE_PAGE = "cp500"
_MAX_OBJECTS = 32
_RELEASE = re.compile(r"(?:SQL|IFX|[A-Z]{3})([0-9]{2})([0-9]{2})([0-9])")
_DERBY = re.compile(r"/([0-9]+(?:\.[0-9]+)+)")


def _thing(code: int, payload: bytes) -> bytes:
    return (len(payload) + 4).to_bytes(2, "big") + code.to_bytes(2, "big") + payload


def _request() -> bytes:
    levels = b"".join(code.to_bytes(2, "big") + level.to_bytes(2, "big") for code, level in ((0x1403, 7), (0x2407, 7)))
    named = ((_EXTNAM, "tieback"), (_SRVNAM, "tieback"), (_SRVRLSLV, "1"), (_SRVCLSNM, "tieback"))
    things = b"".join(_thing(code, text.encode(_CODE_PAGE)) for code, text in named)
    command = _thing(_EXCSAT, things + _thing(_MGRLVLLS, levels))
    return (len(command) + 6).to_bytes(2, "big") + b"\xd0\x01\x00\x01" + command


_HELLO = _request()
_NAME = "EXCSAT"


class DrdaProbe:
    """Probe of DRDA servers (Db2, Derby, Informix): product and release."""

    meta = ProbeMeta(
        name="drda",
        products=("db2", "derby", "informix", "drda"),
        ports=(50000, 50001, 1527, 9089),
        services=("drda", "db2", "derby", "informix"),
        cpe=("cpe:2.3:a:ibm:db2", "cpe:2.3:a:apache:derby", "cpe:2.3:a:ibm:informix_dynamic_server"),
        cwe="CWE-306",
        sends=(
            DeclaredSend(
                _NAME, re.escape(_HELLO), "product and release; answered before any login, and no login is tried"
            ),
        ),
        references=("https://publications.opengroup.org/c114",),
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:  # noqa: ARG002 - it only identifies
        """Identify the server at ``target``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target))

    def _talk(self, draft: ReportDraft, target: Target) -> Conversation[None]:
        seconds = first_answer_timeout(self.meta, target)
        head = yield from plain_then_tls(target.tls, lambda tls: first_answer(tls, _HELLO, _HEADER, seconds))
        size, inner, code = (int.from_bytes(head[at : at + 2], "big") for at in (0, 6, 8))
        if head[2] != 0xD0 or head[3] & 0x0F != 2 or code != _EXCSATRD or not 4 <= inner <= size - 6 <= _LARGEST:
            raise NotThisProtocol(f"not DRDA: {printable(head)}")
        said = read_attributes((yield Receive(exactly=inner - 4)) if inner > 4 else b"")
        draft.spoke = True
        product, release = said.get(_SRVCLSNM, ""), said.get(_SRVRLSLV, "")
        draft.product, draft.version = product_and_version(product, release)
        draft.fingerprint(())
        draft.prove(_NAME, f"{product[:60]} {release[:60]}", Access.UNKNOWN)
        draft.untested.append("a login without a password: it needs the name of a database, and no login is tried")


def read_attributes(body: bytes) -> dict[int, str]:
    """Texts of an EXCSATRD by code point.

    Raises:
        Hostile: an object that extends past the end.
    """
    cursor = Cursor(body, "a DRDA answer")
    found: dict[int, str] = {}
    for _ in range(_MAX_OBJECTS):
        if not cursor.left:
            break
        size, code = cursor.big(2), cursor.big(2)
        payload = cursor.take(size - 4)
        if code in (_EXTNAM, _SRVCLSNM, _SRVNAM, _SRVRLSLV):
            text = payload.decode(_CODE_PAGE, "replace")
            found[code] = "".join(letter for letter in text if letter.isprintable()).strip()[:120]
    return found


def product_and_version(product: str, release: str) -> tuple[str, str]:
    """Our product name and the dotted version, from server class (``QDB2/LINUXX8664``) and release (``SQL11055``)."""
    level = _RELEASE.match(release)
    dotted = f"{int(level[1])}.{int(level[2])}.{level[3]}" if level else ""
    if "derby" in product.lower():
        derby = _DERBY.search(release)
        return "derby", derby[1][:40] if derby else ""
    if product.upper().startswith(("QDB2", "DB2")):
        return "db2", dotted
    if "informix" in product.lower() or product.upper().startswith("IDS"):
        return "informix", dotted
    return "drda", dotted
