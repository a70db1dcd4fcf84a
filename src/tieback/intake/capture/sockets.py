"""Sockets and packages of an Android device: its socket tables, and the packages behind user IDs.

Sources: ``proc_net_tcp`` of the Linux kernel's documentation (addresses are 32-bit words in the byte order of the
machine; Android's are little-endian), and the output of Android's ``pm list packages -U``.
"""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

import msgspec

MAX_SOCKETS = 10_000
MAX_PACKAGES = 10_000
_LISTEN = 0x0A
_ROW = re.compile(
    r"^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{2}) "
    r"\S+ \S+ \S+\s+(\d{1,10})\s",
    re.ASCII,
)
_PACKAGE = re.compile(r"^package:(?:\S*=)?([A-Za-z][\w.]{0,254})\s+uid:([\d,]{1,100})\s*$", re.ASCII)


class Socket(msgspec.Struct, frozen=True):
    """A socket that has a peer."""

    local_ip: str
    local_port: int
    ip: str
    """IP address of the peer."""
    port: int
    uid: int


def parse_sockets(text: str) -> Iterator[Socket]:
    """The sockets with a peer in ``/proc/net/tcp``, ``tcp6``, ``udp`` and ``udp6``; other lines are skipped."""
    found = 0
    for line in text.splitlines():
        match = _ROW.match(line)
        if match is None:
            continue
        local, local_port, remote, port, state, uid = match.groups()
        if int(state, 16) == _LISTEN or int(port, 16) == 0:
            continue
        yield Socket(_address(local), int(local_port, 16), _address(remote), int(port, 16), int(uid))
        found += 1
        if found >= MAX_SOCKETS:
            return


def _address(text: str) -> str:
    raw = bytes.fromhex(text)
    turned = b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4))
    if len(turned) == 4:
        return str(IPv4Address(turned))
    address = IPv6Address(turned)
    return str(address.ipv4_mapped or address)


def parse_packages(text: str) -> dict[int, tuple[str, ...]]:
    """User IDs and their packages, from ``package:NAME uid:N`` lines; a shared ID has several packages."""
    found: dict[int, list[str]] = {}
    for line in text.splitlines()[:MAX_PACKAGES]:
        match = _PACKAGE.match(line)
        if match is not None:
            for uid in match[2].split(","):
                if uid and len(uid) <= 10:
                    found.setdefault(int(uid), []).append(match[1])
    return {uid: tuple(sorted(set(names))) for uid, names in found.items()}
