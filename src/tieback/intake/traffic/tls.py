"""TLS without keys: hellos, certificates up to TLS 1.2, and records of a connection in progress.

Sources: RFC 8446, RFC 5246, RFC 6066 (SNI), RFC 7301 (ALPN), RFC 9849 (Encrypted Client Hello).
"""

from struct import Struct

import msgspec

from tieback.intake.traffic.certificate import CertificateNames
from tieback.model.flow import FlowTls

VERSIONS = {0x0300: "SSLv3", 0x0301: "TLSv1.0", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2", 0x0304: "TLSv1.3"}

_ALERT, _HANDSHAKE, _DATA = 21, 22, 23
_CLIENT_HELLO, _SERVER_HELLO, _CERTIFICATE, _HELLO_DONE = 1, 2, 11, 14
_SNI, _ALPN, _SUPPORTED_VERSIONS = 0, 16, 43
_ECH = {0xFE0D, 0xFF02, 0xFF03, 0xFFCE}
"""Encrypted Client Hello, the drafts of it that clients sent, and its predecessor ESNI."""
_READ = {_SNI, _ALPN, _SUPPORTED_VERSIONS, *_ECH}
_MAX_EXTENSIONS = 128
_MAX_RECORD = 16384 + 2048
_half = Struct(">H").unpack_from
_pair = Struct(">HH").unpack_from


class Hello(msgspec.Struct, frozen=True, gc=False):
    """A ClientHello or ServerHello."""

    version: int
    """The highest offered version, or the chosen one; 0 if unknown."""
    sni: str = ""
    alpn: tuple[str, ...] = ()
    ech: bool = False


class TlsSummary(msgspec.Struct, frozen=True, gc=False):
    """TLS in the first bytes of a connection."""

    tls: FlowTls
    confidence: float
    swapped: bool = False
    """True if the ClientHello came from the side that was assumed to be the server."""


def recognise_tls(
    client: bytes, server: bytes, certificates: CertificateNames, *, starttls: bool = False
) -> TlsSummary | None:
    """TLS facts from a connection's first bytes; ``None`` if it is not TLS."""
    if not _may_be_record(client) and not _may_be_record(server):
        return None
    offered = client_hello(client)
    if offered is None and server[:1] == b"\x16":
        turned = client_hello(server)
        if turned is not None:
            seen = recognise_tls(server, client, certificates, starttls=starttls)
            return TlsSummary(seen.tls, seen.confidence, swapped=not seen.swapped) if seen else None
    chosen, subject, names = server_flight(server, certificates)
    if offered is None and chosen is None:
        return _under_way(client, server, starttls=starttls)
    version = chosen.version if chosen and chosen.version else offered.version if offered else 0
    alpn = chosen.alpn if chosen and chosen.alpn else offered.alpn if offered else ()
    tls = FlowTls(
        version=version_name(version),
        sni=offered.sni if offered else "",
        alpn=alpn,
        ech=offered.ech if offered else False,
        certificate_subject=subject,
        certificate_names=names,
        starttls=starttls,
    )
    return TlsSummary(tls, 0.99 if offered and chosen else 0.95 if offered else 0.9)


def version_name(version: int) -> str:
    """``TLSv1.3`` for 0x0304 and its drafts; empty if unknown."""
    if version >> 8 in {0x7F, 0xFB}:
        return "TLSv1.3"
    return VERSIONS.get(version, "")


def _may_be_record(data: bytes) -> bool:
    return len(data) >= 5 and 20 <= data[0] <= 23 and data[1] == 3 and data[2] <= 4


def handshake_bytes(data: bytes) -> bytes:
    """The handshake bytes of the leading records, joined, including those of a truncated record."""
    if len(data) < 6 or data[0] != _HANDSHAKE or data[1] != 3:
        return b""
    first = 5 + _half(data, 3)[0]
    if first >= len(data):
        return data[5:]
    parts = [data[5:first]]
    at = first
    while at + 5 <= len(data) and data[at] == _HANDSHAKE and data[at + 1] == 3:
        size = _half(data, at + 3)[0]
        if not 0 < size <= _MAX_RECORD:
            break
        parts.append(data[at + 5 : at + 5 + size])
        at += 5 + size
    return b"".join(parts)


def client_hello(data: bytes) -> Hello | None:
    """The ClientHello at the beginning of a direction, also over several records."""
    if len(data) < 11 or data[0] != _HANDSHAKE or data[1] != 3 or data[5] != _CLIENT_HELLO:
        return None
    return client_hello_message(handshake_bytes(data))


def client_hello_message(body: bytes) -> Hello | None:
    """A ClientHello as a handshake message; of a truncated one the part before the cut is used."""
    if len(body) < 42 or body[0] != _CLIENT_HELLO or body[4] != 3:
        return None
    end = min(len(body), 4 + int.from_bytes(body[1:4]))
    at = 39 + body[38]
    if body[38] > 32 or at + 2 > end:
        return None
    ciphers = _half(body, at)[0]
    at += 2 + ciphers
    if ciphers & 1 or at >= end:
        return None if ciphers & 1 else Hello(_half(body, 4)[0])
    at += 1 + body[at]
    return _extensions(body, at, end, _half(body, 4)[0])


def _extensions(body: bytes, at: int, end: int, version: int) -> Hello:
    """The extensions of either hello."""
    sni = ""
    alpn: tuple[str, ...] = ()
    ech = False
    at += 2
    for _ in range(_MAX_EXTENSIONS):
        if at + 4 > end:
            break
        kind, size = _pair(body, at)
        at += 4
        if kind in _READ:
            stop = min(at + size, end)
            if kind == _SNI:
                sni = sni or _server_name(body, at, stop)
            elif kind == _ALPN:
                alpn = _protocols(body, at, stop)
            elif kind == _SUPPORTED_VERSIONS:
                version = _highest(body, at, stop) or version
            else:
                ech = True
        at += size
    return Hello(version, sni, alpn, ech)


def _server_name(body: bytes, at: int, stop: int) -> str:
    """RFC 6066, section 3: list length, type 0, name length, name."""
    if at + 5 > stop or body[at + 2] != 0:
        return ""
    size = _half(body, at + 3)[0]
    raw = body[at + 5 : min(at + 5 + size, stop)]
    if len(raw) < size or size > 255:
        return ""
    name = raw.decode("ascii", "replace")
    return name if name.isprintable() else ""


def _protocols(body: bytes, at: int, stop: int) -> tuple[str, ...]:
    at += 2
    found: list[str] = []
    while at < stop and len(found) < 16:
        size = body[at]
        raw = body[at + 1 : min(at + 1 + size, stop)]
        at += 1 + size
        if (raw and raw[0] & 0x0F != 0x0A) or raw[1:2] != raw[:1]:  # GREASE, RFC 8701
            text = raw.decode("ascii", "replace")
            if text.isprintable() and text:
                found.append(text)
    return tuple(found)


def _highest(body: bytes, at: int, stop: int) -> int:
    """``supported_versions``: a list in a ClientHello, one in a ServerHello."""
    if stop - at == 2:
        return int(_half(body, at)[0])
    best = 0
    for place in range(at + 1, stop - 1, 2):
        version = _half(body, place)[0]
        if version_name(version) and (version < 0x7F00 or not best):
            best = max(best if best < 0x7F00 else 0, version)
    return best


def server_flight(data: bytes, certificates: CertificateNames) -> tuple[Hello | None, str, tuple[str, ...]]:
    """The ServerHello, and the certificate's subject and DNS names if they are cleartext."""
    if len(data) < 11 or data[0] != _HANDSHAKE or data[1] != 3 or data[5] not in {_SERVER_HELLO, _CERTIFICATE}:
        return None, "", ()
    body = handshake_bytes(data)
    chosen: Hello | None = None
    at = 0
    for _ in range(8):
        if at + 4 > len(body):
            break
        kind = body[at]
        size = int.from_bytes(body[at + 1 : at + 4])
        if kind == _SERVER_HELLO:
            chosen = _server_hello(body, at, min(at + 4 + size, len(body)))
            if chosen is None:
                return None, "", ()
        elif kind == _CERTIFICATE:
            subject, names = certificates.read(_leaf(body[at + 4 : at + 4 + size]))
            return chosen or Hello(0), subject, names
        elif kind == _HELLO_DONE:
            break
        at += 4 + size
    return chosen, "", ()


def _server_hello(body: bytes, at: int, end: int) -> Hello | None:
    if end - at < 42 or body[at + 4] != 3 or body[at + 38] > 32:
        return None
    version = _half(body, at + 4)[0]
    return _extensions(body, at + 39 + body[at + 38] + 3, end, version)


def _leaf(body: bytes) -> bytes:
    """The first certificate of a chain (RFC 5246, section 7.4.2)."""
    if len(body) < 6:
        return b""
    size = int.from_bytes(body[3:6])
    return body[6 : 6 + size] if 6 + size <= len(body) else b""


def _under_way(client: bytes, server: bytes, *, starttls: bool) -> TlsSummary | None:
    """TLS whose handshake was not captured: chains of valid records."""
    counts = [count_records(data) for data in (client, server) if data]
    if not counts or min(counts) < 1 or (len(counts) == 1 and counts[0] < 2):
        return None
    version = (client if _may_be_record(client) else server)[2]
    # The record layer of TLS 1.3 states 1.2, so an application record only excludes the other versions.
    name = VERSIONS.get(0x0300 | version, "") if version < 3 else ""
    return TlsSummary(FlowTls(version=name, starttls=starttls), 0.8 if len(counts) == 2 else 0.6)


def count_records(data: bytes) -> int:
    """Number of valid TLS records at the beginning; 0 if anything else follows one of them."""
    at = count = 0
    while at + 5 <= len(data) and count < 32:
        if not 20 <= data[at] <= 23 or data[at + 1] != 3 or data[at + 2] > 4:
            return 0
        size = _half(data, at + 3)[0]
        if not 0 < size <= _MAX_RECORD or (data[at] == _ALERT and size > 64):
            return 0
        at += 5 + size
        count += 1
    return count


def find_client_hello(data: bytes) -> int:
    """Offset of a ClientHello inside another protocol, or -1: STARTTLS, whatever its command is."""
    at = 0
    for _ in range(8):
        at = data.find(b"\x16\x03", at)
        if at < 0 or at + 43 > len(data):
            return -1
        if (
            data[at + 2] <= 3
            and data[at + 5] == _CLIENT_HELLO
            and data[at + 9] == 3
            and client_hello(data[at:]) is not None
        ):
            return at
        at += 2
    return -1


def find_records(data: bytes) -> bool:
    """True if there is a chain of three application records anywhere: TLS captured from the middle of a record."""
    at = 0
    for _ in range(16):
        at = data.find(b"\x17\x03", at)
        if at < 0:
            return False
        if data[at + 2 : at + 3] <= b"\x03" and count_records(data[at:]) >= 3:
            return True
        at += 2
    return False
