"""Permitted destinations of the proxy, and names with fixed addresses.

A capture proxies the user's own device, so by default every server is permitted. If networks are set, the proxy
connects only to them and queries no name server: only names in ``ProxySettings.names`` are resolved, others are refused
(``localhost`` is 127.0.0.1, RFC 6761).
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

LOOPBACK = ("127.0.0.0/8", "::1/128")
FORBIDDEN = "outside the destinations of this capture"


class Destinations:
    """The destination policy of one run."""

    def __init__(self, networks: Iterable[str] = (), names: Iterable[tuple[str, str]] = ()) -> None:
        """Take networks in CIDR notation, and names with their addresses; raises ``ValueError`` for invalid ones."""
        self._networks = [ip_network(network, strict=False) for network in networks]
        self._names = {name.lower().rstrip("."): ip_address(address) for name, address in names}

    @property
    def limited(self) -> bool:
        """True if only some networks are permitted."""
        return bool(self._networks)

    def place(self, host: str) -> str | None:
        """The address to connect to for ``host``; ``None`` if it is forbidden."""
        address = self.address(host)
        if address is None:
            return None if self.limited else host
        return str(address) if self._allows(address) else None

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

    def _allows(self, address: IPv4Address | IPv6Address) -> bool:
        return not self._networks or any(address in network for network in self._networks)
