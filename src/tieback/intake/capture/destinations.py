"""Permitted destinations of the proxy, and names with fixed addresses.

A capture proxies the user's own device, so by default every remote server is permitted. The examined app must not
reach what only this host can reach: its loopback addresses, and the metadata service of a cloud. If networks are set,
the proxy connects only to them and queries no name server: only names in ``ProxySettings.names`` are resolved, others
are refused (``localhost`` is 127.0.0.1, RFC 6761).
"""

import asyncio
import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from tieback.model.capture import OUTSIDE_DESTINATIONS
from tieback.scope.guard import CANONICAL_NAME
from tieback.scope.policy.exclude import Exclusions, SourcedRule

LOOPBACK = ("127.0.0.0/8", "::1/128")
ANY = ("any",)
"""Permits everything, also the addresses of ``HOST_ONLY``."""
HOST_ONLY = (
    *LOOPBACK,
    *("0.0.0.0/8", "::/128"),  # connect(2) takes the unspecified address for loopback
    *("169.254.0.0/16", "fe80::/10"),  # link-local, with the metadata service of most clouds
    *("fd00:ec2::254/128", "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32"),  # AWS, Alibaba, Azure, Oracle
    *("224.0.0.0/3", "ff00::/8"),  # multicast, reserved, broadcast
    *("64:ff9b::/96", "2002::/16"),  # IPv4 inside IPv6: NAT64 and 6to4
)
"""Addresses that only this host or its network segment can reach; refused unless a network permits them."""
FORBIDDEN = OUTSIDE_DESTINATIONS


class Destinations:
    """The destination policy of one run."""

    def __init__(
        self,
        networks: Iterable[str] = (),
        names: Iterable[tuple[str, str]] = (),
        never: Iterable[SourcedRule] = (),
    ) -> None:
        """Take networks in CIDR notation or ``ANY``, names with their addresses, and what nothing permits.

        Raises:
            ValueError: a network or an address is invalid.
        """
        self._never = Exclusions(never)
        chosen = tuple(networks)
        self._anywhere = chosen == ANY
        self._networks = [] if self._anywhere else [ip_network(network, strict=False) for network in chosen]
        self._names = {name.lower().rstrip("."): ip_address(address) for name, address in names}

    @property
    def limited(self) -> bool:
        """True if only some networks are permitted."""
        return bool(self._networks)

    def place(self, host: str, port: int | None = None) -> str | None:
        """The address to connect to for ``host``; ``None`` if it is forbidden."""
        address = self.address(host)
        if self.excludes([host], address, port):
            return None
        if address is None:
            return None if self.limited or (not self._anywhere and _is_local(host)) else host
        named = not self.limited and host.lower().rstrip(".") in self._names
        return str(address) if named or self.permits(address) else None

    def address(self, host: str) -> IPv4Address | IPv6Address | None:
        """The address of a host, without a DNS query; ``None`` if only DNS knows it."""
        name = host.lower().rstrip(".")
        if name in self._names:
            return self._names[name]
        try:
            address = ip_address(name.partition("%")[0].strip("[]"))
            return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
        except ValueError:
            local = self.limited and (name == "localhost" or name.endswith(".localhost"))
            return IPv4Address("127.0.0.1") if local else None

    def excludes(self, names: Iterable[str], address: IPv4Address | IPv6Address | None, port: int | None) -> str:
        """Why a site policy excludes this, or empty. Without an address, only the names are checked."""
        if not self._never:
            return ""
        known = [name.rstrip(".") for name in names]
        if address is None:
            return self._never.name_reason(known, port)
        return self._never.reason(known, address, port)

    def permits(self, address: IPv4Address | IPv6Address) -> bool:
        """True if the proxy may connect to this address."""
        if self._networks:
            return any(address in network for network in self._networks)
        return self._anywhere or not any(address in network for network in _HOST_ONLY)


class GuardedResolver:
    """Replaces ``getaddrinfo`` of the proxy's event loop, so that a name cannot lead to a forbidden address.

    The addresses that are checked are those that are connected to: there is no second query in between.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, destinations: Destinations) -> None:
        self._query = loop.getaddrinfo
        self._destinations = destinations

    async def getaddrinfo(self, host: Any, port: Any, **options: Any) -> list[Any]:
        """As for the event loop, without the forbidden addresses.

        Raises:
            OSError: the name has no permitted address.
        """
        found = await self._query(host, port, **options | {"flags": options.get("flags", 0) | CANONICAL_NAME})
        names = [str(host), *(str(one[3]) for one in found if one[3])]
        kept = [one for one in found if self._permits(one, names)]
        if found and not kept:
            raise OSError(FORBIDDEN)
        return kept

    def _permits(self, found: tuple[Any, ...], names: list[str]) -> bool:
        *_, place = found
        address = ip_address(str(place[0]).partition("%")[0])
        plain = (address.ipv4_mapped or address) if address.version == 6 else address
        return self._destinations.permits(plain) and not self._destinations.excludes(names, plain, int(place[1]))


_SHORT_ADDRESS = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}")
"""What inet_aton(3) takes for an IPv4 address."""
_HOST_ONLY = [ip_network(network) for network in HOST_ONLY]


def _is_local(host: str) -> bool:
    """True for ``localhost`` (RFC 6761), and for spellings of addresses that only a C library reads, such as 127.1."""
    name = host.lower().rstrip(".")
    if name in ("", "localhost") or name.endswith(".localhost"):
        return True
    return _SHORT_ADDRESS.fullmatch(name) is not None
