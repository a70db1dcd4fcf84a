"""QUIC: the ClientHello in Initial packets, whose keys can be derived from the connection ID.

Sources: RFC 9000 and 9001 (version 1), RFC 9369 (version 2), the drafts 23 to 34 that clients sent; Google's own
versions up to Q046, whose CHLO is cleartext
(https://docs.google.com/document/d/1WJvyZflAO2pq77yOLbp9NsGjC1CHetAXV8I0fQe-B_U).
"""

import hashlib
import hmac
from struct import Struct

import msgspec
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tieback.intake.traffic.tls import client_hello_message, version_name
from tieback.model.flow import FlowTls

_V1, _V2 = 1, 0x6B3343CF
_SALT_1 = bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a")
_SALT_2 = bytes.fromhex("0dede3def700a6db819381be6e269dcbf9bd2ed9")
_SALT_DRAFT_29 = bytes.fromhex("afbfec289993d24c9e9786f19c6111e04390a899")
_SALT_DRAFT_23 = bytes.fromhex("c3eef712c72ebb5a11a7d2432bb46365bef9f502")

MAX_CRYPTO = 16 * 1024
_MAX_FRAMES = 256
_MAX_COALESCED = 6
_word = Struct(">I").unpack_from


class QuicSummary(msgspec.Struct, frozen=True, gc=False):
    """QUIC in the first datagrams of a flow."""

    version: str
    tls: FlowTls
    confidence: float


class _Keys(msgspec.Struct, frozen=True, gc=False):
    """Keys of the client's Initial packets (RFC 9001, section 5.2)."""

    key: bytes
    iv: bytes
    protection: bytes


def recognise_quic(client: list[bytes], server: list[bytes]) -> QuicSummary | None:
    """QUIC facts from the datagrams of both directions; ``None`` if they are not QUIC."""
    version = 0
    for data in (*client[:4], *server[:4]):
        found = long_header_version(data)
        if found:
            version = found
            break
    if not version:
        return _google(client, server)
    handshake = _client_handshake(client) if client else b""
    hello = client_hello_message(handshake)
    answered = any(long_header_version(data) for data in server[:4])
    name = _version_text(version)
    if hello is None:
        known = answered and bool(client) and bool(long_header_version(client[0]))
        return QuicSummary(name, FlowTls(version="TLSv1.3"), 0.9 if known else 0.7)
    tls = FlowTls(version=version_name(hello.version) or "TLSv1.3", sni=hello.sni, alpn=hello.alpn, ech=hello.ech)
    return QuicSummary(name, tls, 0.99)


def long_header_version(data: bytes) -> int:
    """The version in a long header, if it is a known one; else 0."""
    if len(data) < 24 or data[0] & 0xC0 != 0xC0:
        return 0
    version = _word(data, 1)[0]
    return version if _is_version(version) and data[5] <= 20 else 0


def _is_version(version: int) -> bool:
    return version in {_V1, _V2} or 0xFF000017 <= version <= 0xFF000022 or version >> 8 == 0xFACEB0


def _version_text(version: int) -> str:
    if version == _V1:
        return "v1"
    if version == _V2:
        return "v2"
    return f"draft-{version & 0xFF}" if version >> 24 == 0xFF else "mvfst"


def _client_handshake(datagrams: list[bytes]) -> bytes:
    """The CRYPTO stream of the client's Initial packets, up to its first gap."""
    pieces: dict[int, bytes] = {}
    total = 0
    keys: dict[tuple[int, bytes], _Keys] = {}
    for data in datagrams:
        at = 0
        for _ in range(_MAX_COALESCED):
            packet = _initial(data, at)
            if packet is None:
                break
            version, connection, number_at, at_next, initial = packet
            if initial:
                material = keys.get((version, connection))
                if material is None and len(keys) < 4:
                    # The server's choice changes the ID in later packets, never the keys of the first flight.
                    material = keys[version, connection] = client_keys(version, connection)
                if material is not None:
                    for offset, piece in _crypto_frames(_open(data, at, number_at, at_next, material)):
                        if total < MAX_CRYPTO:
                            pieces.setdefault(offset, piece)
                            total += len(piece)
            at = at_next
        handshake = _joined(pieces)
        if len(handshake) >= 4 and len(handshake) >= 4 + int.from_bytes(handshake[1:4]):
            return handshake
    return _joined(pieces)


def _joined(pieces: dict[int, bytes]) -> bytes:
    out = b""
    for offset in sorted(pieces):
        if offset > len(out):
            break
        out += pieces[offset][len(out) - offset :]
    return out


def _initial(data: bytes, at: int) -> tuple[int, bytes, int, int, bool] | None:
    """Version, destination ID, offsets of the packet number and of the next packet, and true if it is Initial."""
    if len(data) - at < 24 or data[at] & 0xC0 != 0xC0:
        return None
    version = _word(data, at + 1)[0]
    if not _is_version(version):
        return None
    kind = data[at] >> 4 & 3
    initial = kind == (1 if version == _V2 else 0)
    place = at + 5
    size = data[place]
    connection = data[place + 1 : place + 1 + size]
    place += 1 + size
    if size > 20 or place >= len(data) or data[place] > 20:
        return None
    place += 1 + data[place]
    if initial:
        token, place = _varint(data, place)
        if place < 0:
            return None
        place += token
    elif kind == (0 if version == _V2 else 3):
        return None  # Retry has no length
    length, place = _varint(data, place)
    if place < 0 or length < 20 or place + length > len(data):
        return None
    return version, connection, place, place + length, initial


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A variable-length integer (RFC 9000, section 16) and the offset behind it; -1 if it is truncated."""
    if at >= len(data):
        return 0, -1
    size = 1 << (data[at] >> 6)
    if at + size > len(data):
        return 0, -1
    value = data[at] & 0x3F
    for byte in data[at + 1 : at + size]:
        value = value << 8 | byte
    return value, at + size


def client_keys(version: int, connection: bytes) -> _Keys:
    """Derive the keys of the client's Initial packets from its first destination ID."""
    if version == _V2:
        salt, prefix = _SALT_2, b"quicv2 "
    elif version == _V1 or version >= 0xFF000021:
        salt, prefix = _SALT_1, b"quic "
    elif version >= 0xFF00001D or version >> 8 == 0xFACEB0:
        salt, prefix = _SALT_DRAFT_29, b"quic "
    else:
        salt, prefix = _SALT_DRAFT_23, b"quic "
    secret = _expand(hmac.digest(salt, connection, hashlib.sha256), b"client in", 32)
    return _Keys(
        _expand(secret, prefix + b"key", 16), _expand(secret, prefix + b"iv", 12), _expand(secret, prefix + b"hp", 16)
    )


def _expand(secret: bytes, label: bytes, length: int) -> bytes:
    """HKDF-Expand-Label of TLS 1.3 (RFC 8446, section 7.1) for up to one block."""
    label = b"tls13 " + label
    info = length.to_bytes(2) + bytes([len(label)]) + label + b"\0"
    return hmac.digest(secret, info + b"\x01", hashlib.sha256)[:length]


def _open(data: bytes, start: int, number_at: int, end: int, keys: _Keys) -> bytes:
    """Remove header protection and decrypt; empty if the packet is not the client's."""
    sample = data[number_at + 4 : number_at + 20]
    if len(sample) < 16:
        return b""
    try:
        mask = Cipher(algorithms.AES(keys.protection), modes.ECB()).encryptor().update(sample)  # noqa: S305 - one block, as RFC 9001 has it
        first = data[start] ^ mask[0] & 0x0F
        size = (first & 3) + 1
        number = bytes(a ^ b for a, b in zip(data[number_at : number_at + size], mask[1:], strict=False))
        header = bytes([first]) + data[start + 1 : number_at] + number
        nonce = (int.from_bytes(keys.iv) ^ int.from_bytes(number)).to_bytes(12)
        return AESGCM(keys.key).decrypt(nonce, data[number_at + size : end], header)
    except (InvalidTag, UnsupportedAlgorithm, ValueError):
        return b""


def _crypto_frames(plain: bytes) -> list[tuple[int, bytes]]:
    """Offset and data of CRYPTO frames among the frames that Initial packets may have (RFC 9000, section 17.2.2)."""
    found = []
    at = 0
    for _ in range(_MAX_FRAMES):
        while at < len(plain) and plain[at] == 0:  # PADDING
            at += 1
        if at >= len(plain):
            break
        kind = plain[at]
        at += 1
        if kind == 1:  # PING
            continue
        if kind == 6:
            offset, at = _varint(plain, at)
            size, at = _varint(plain, at) if at >= 0 else (0, -1)
            if at < 0 or at + size > len(plain) or offset > MAX_CRYPTO:
                break
            found.append((offset, plain[at : at + size]))
            at += size
        elif kind in {2, 3}:
            at = _skip_ack(plain, at, ecn=kind == 3)
            if at < 0:
                break
        else:
            break
    return found


def _skip_ack(plain: bytes, at: int, *, ecn: bool) -> int:
    count = 0
    for field in range(4):
        value, at = _varint(plain, at)
        if at < 0:
            return -1
        if field == 2:
            count = value
    for _ in range(min(count, 64) * 2 + (3 if ecn else 0)):
        _, at = _varint(plain, at)
        if at < 0:
            return -1
    return at


def _google(client: list[bytes], server: list[bytes]) -> QuicSummary | None:
    """Google's QUIC: a version ``Qnnn`` in the header, and the server's name in the CHLO of Q046 and older."""
    for data in (*client[:3], *server[:2]):
        if len(data) < 16:
            continue
        place = 1 if data[0] & 0xC0 == 0xC0 else 9
        name = data[place : place + 4]
        if (data[0] & 0x80 or data[0] & 0x01) and name[:1] in {b"Q", b"T"} and name[1:].isdigit() and name[1:2] == b"0":
            return QuicSummary(name.decode(), FlowTls(version="QUIC-Crypto", sni=_chlo_name(data)), 0.95)
    return None


def _chlo_name(data: bytes) -> str:
    """The SNI of a CHLO message: tag, count, then tags with the ends of their values."""
    at = data.find(b"CHLO")
    if at < 0 or at + 8 > len(data):
        return ""
    count = int.from_bytes(data[at + 4 : at + 6], "little")
    values = at + 8 + count * 8
    begin = 0
    for number in range(min(count, 64)):
        entry = data[at + 8 + number * 8 : at + 16 + number * 8]
        if len(entry) < 8:
            return ""
        end = int.from_bytes(entry[4:], "little")
        if entry[:4] == b"SNI\0":
            raw = data[values + begin : values + end]
            name = raw[:255].decode("ascii", "replace")
            return name if name.isprintable() else ""
        begin = end
    return ""


def is_client_first(datagrams: list[bytes]) -> bool:
    """True if the first datagram can be a client's: an Initial packet that fills it (RFC 9000, section 14.1)."""
    return bool(datagrams) and len(datagrams[0]) >= 1200 and bool(long_header_version(datagrams[0]))
