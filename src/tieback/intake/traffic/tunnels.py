"""Connections through a proxy: what the client contacts through it, and where its own bytes begin.

Sources: RFC 1928 (SOCKS 5), RFC 1929 (its login with a password), Ying-Da Lee's "SOCKS" and "SOCKS 4A"; RFC 9110,
section 9.3.6 (CONNECT); RFC 9112, section 3.2.2 (a proxy gets the whole URL).
"""

from ipaddress import IPv4Address, IPv6Address, ip_address

import msgspec

from tieback.intake.traffic.http import HttpSummary
from tieback.intake.traffic.names import hostname

_NO_LOGIN, _PASSWORD = 0, 2
_CONNECT = 1
_IPV4, _NAME, _IPV6 = 1, 3, 4
_GRANTED = 90
_LONGEST = 255
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class Tunnel(msgspec.Struct, frozen=True, gc=False):
    """The end behind a proxy."""

    how: str
    """``SOCKS5``, ``SOCKS4`` or ``CONNECT``."""
    ip: str
    """Address in its canonical form; empty if the client sent a name."""
    name: str
    port: int
    out_at: int = 0
    """Offset of the client's own bytes."""
    back_at: int = 0

    @property
    def place(self) -> str:
        """``host:port``, IPv6 in brackets."""
        return f"[{self.ip}]:{self.port}" if ":" in self.ip else f"{self.ip or self.name}:{self.port}"


def read_socks(client: bytes, server: bytes) -> Tunnel | None:
    """The request of a SOCKS client that the proxy granted; ``None`` if the bytes do not show one."""
    if client[:1] == b"\x05":
        return _socks5(client, server)
    return _socks4(client, server) if client[:2] == b"\x04\x01" else None


def read_authority(authority: str, how: str, *, default: int | None = None) -> Tunnel | None:
    """A ``host:port``, IPv6 in brackets; ``None`` if it has no valid host, or no port and there is no default."""
    authority = authority.rpartition("@")[2]
    host, colon, digits = authority.rpartition(":")
    if not colon or "]" in digits:
        host, digits = authority, ""
    port = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else default if not digits else None
    ip, name = _address_or_name(host.removeprefix("[").removesuffix("]"))
    return Tunnel(how, ip, name, port) if port and port < 65536 and (ip or name) else None


def read_target(seen: HttpSummary) -> Tunnel | None:
    """The end that a request to a proxy names: of CONNECT, or of a target that is a whole URL."""
    if seen.method == "CONNECT":
        found = read_authority(seen.target, "CONNECT")
        return (
            msgspec.structs.replace(found, out_at=seen.request_end, back_at=seen.response_end)
            if found is not None
            else None
        )
    scheme, colon, rest = seen.target.partition("://")
    default = _DEFAULT_PORTS.get(scheme.lower()) if colon else None
    if default is None:
        return None
    authority = rest.split("/", 1)[0].split("?", 1)[0].split("#", 1)[0]
    return read_authority(authority, "whole URL", default=default)


def _socks5(client: bytes, server: bytes) -> Tunnel | None:
    if len(client) < 2 or len(server) < 2 or server[0] != 5 or server[1] not in client[2 : 2 + client[1]]:
        return None
    at, back_at = 2 + client[1], 2
    if server[1] == _PASSWORD:
        if client[at : at + 1] != b"\x01" or server[2:4] != b"\x01\0" or len(client) < at + 2:
            return None
        at += 2 + client[at + 1]
        if at >= len(client):
            return None
        at += 1 + client[at]
        back_at = 4
    elif server[1] != _NO_LOGIN:
        return None
    if client[at : at + 3] != b"\x05\x01\0" or server[back_at : back_at + 3] != b"\x05\0\0":
        return None
    asked, bound = _address(client, at + 3), _address(server, back_at + 3)
    if asked is None or bound is None:
        return None
    host, port, end = asked
    ip, name = _address_or_name(host)
    return Tunnel("SOCKS5", ip, name, port, end, bound[2]) if port and (ip or name) else None


def _address(data: bytes, at: int) -> tuple[str, int, int] | None:
    """Host, port and end of an address of SOCKS 5."""
    kind = data[at] if at < len(data) else 0
    at += 1
    if kind == _NAME and at < len(data):
        size = data[at]
        at += 1
        host = data[at : at + size].decode("latin-1")
    elif kind in (_IPV4, _IPV6):
        size = 4 if kind == _IPV4 else 16
        raw = data[at : at + size]
        if len(raw) < size:
            return None
        host = str(IPv4Address(raw) if kind == _IPV4 else IPv6Address(raw))
    else:
        return None
    end = at + size + 2
    return (host, int.from_bytes(data[at + size : end]), end) if end <= len(data) else None


def _socks4(client: bytes, server: bytes) -> Tunnel | None:
    if len(client) < 9 or len(server) < 8 or server[:2] != bytes([0, _GRANTED]):
        return None
    port = int.from_bytes(client[2:4])
    end = client.find(b"\0", 8, 9 + _LONGEST)
    if end < 0:
        return None
    host = str(IPv4Address(client[4:8]))
    if client[4:7] == b"\0\0\0" and client[7]:  # SOCKS 4A: the name follows the user
        start, end = end + 1, client.find(b"\0", end + 1, end + 2 + _LONGEST)
        if end < 0:
            return None
        host = client[start:end].decode("latin-1")
    ip, name = _address_or_name(host)
    return Tunnel("SOCKS4", ip, name, port, end + 1, 8) if port and (ip or name) else None


def _address_or_name(host: str) -> tuple[str, str]:
    try:
        # A zone (``fe80::1%eth0``) is any text, and has no meaning outside the client.
        return str(ip_address(host.partition("%")[0])), ""
    except ValueError:
        return "", hostname(host)
