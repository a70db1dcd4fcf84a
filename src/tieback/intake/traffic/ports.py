"""What a port alone suggests (ports.toml), and which names are public resolvers (resolvers.toml): labelled guesses."""

import tomllib
from functools import cache
from importlib.resources import files

DNS_OVER_TLS = 853


class Ports:
    """The tables; ``usual_ports`` reads them once a process."""

    def __init__(self) -> None:
        folder = files(__package__)
        services = tomllib.loads(folder.joinpath("ports.toml").read_text("utf-8"))["service"]
        self._services: dict[tuple[str, int], str] = {
            (transport, port): row["protocol"]
            for row in services
            for transport in ("tcp", "udp")
            for port in row.get(transport, ())
        }
        self._resolvers = frozenset(tomllib.loads(folder.joinpath("resolvers.toml").read_text("utf-8"))["names"])

    def service(self, transport: str, port: int) -> str:
        """The protocol that usually has the port; empty where none is known."""
        return self._services.get((transport, port), "")

    def is_resolver(self, name: str) -> bool:
        """Whether a name is a public DNS-over-HTTPS resolver's, or below one."""
        while name:
            if name in self._resolvers:
                return True
            name = name.partition(".")[2]
        return False


@cache
def usual_ports() -> Ports:
    """The tables of this release."""
    return Ports()
