"""Pass-through of apps that reject the proxy's certificate: their next connection to the same server is not opened.

Such an app goes on working, and its connections are reported with name and bytes, but without content. What may be
contacted is still decided by ``connections``. QUIC is not passed through: apps then use TCP.
"""

from mitmproxy import connection
from mitmproxy.proxy import context

MAX_PINNED = 4096
"""Servers remembered; later ones are rejected as without this add-on."""
DISTRUST = "The client"
"""Start of mitmproxy's reasons if the client aborted because of the certificate, or may have."""


class PassThrough:
    """The servers whose certificate an app rejected, by client address."""

    def __init__(self) -> None:
        self._pinned: set[tuple[str, str]] = set()

    def note(self, client: connection.Client, server: connection.Server, reason: str) -> None:
        """Remember a rejected certificate."""
        if reason.startswith(DISTRUST) and len(self._pinned) < MAX_PINNED:
            self._pinned.add(_key(client, client.sni or "", server))

    def knows(self, client: connection.Client) -> bool:
        """True if this client rejected any certificate."""
        address = client.peername[0]
        return any(known == address for known, _ in self._pinned)

    def passes(self, where: context.Context, name: str) -> bool:
        """True if this client rejected the certificate for this name or server."""
        return _key(where.client, name, where.server) in self._pinned


def _key(client: connection.Client, name: str, server: connection.Server) -> tuple[str, str]:
    host = str(server.address[0]) if server.address else ""
    return client.peername[0], (name or host).lower()
