"""Usual services of ports (ports.toml) and names of public resolvers (resolvers.toml): labelled guesses."""

import tomllib
from functools import cache
from importlib.resources import files

DNS_OVER_TLS = 853


class PortTable:
    """The port and resolver tables; ``usual_ports`` loads them once per process."""

    def __init__(self) -> None:
        folder = files(__package__)
        services = tomllib.loads(folder.joinpath("ports.toml").read_text("utf-8"))["service"]
        self._services: dict[tuple[str, int], str] = {
            (transport, port): row["protocol"]
            for row in services
            for transport in ("tcp", "udp")
            for port in row.get(transport, ())
        }
        names = tomllib.loads(folder.joinpath("resolvers.toml").read_text("utf-8"))["names"]
        self._resolvers = frozenset(names)
        self._below = tuple("." + name for name in names)
        self._ends = tuple({name[-4:] for name in names})
        """Last characters of all the names; a fast test that rejects most other names."""

    def service(self, transport: str, port: int) -> str:
        """The usual protocol of a port; empty if none is known."""
        return self._services.get((transport, port), "")

    def is_resolver(self, name: str) -> bool:
        """True if a name is a public DNS-over-HTTPS resolver, or below one."""
        return name.endswith(self._ends) and (name in self._resolvers or name.endswith(self._below))


@cache
def usual_ports() -> PortTable:
    """The tables of this release."""
    return PortTable()
