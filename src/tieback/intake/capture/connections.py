"""mitmproxy add-on for connections: permitted destinations, failed connections, and certificates that apps reject."""

import asyncio
import time
from collections.abc import Callable

import msgspec
from mitmproxy import connection, tls
from mitmproxy.proxy import server_hooks

from tieback.intake.capture.convert import connection_ends, plain_address, read_tls
from tieback.intake.capture.destinations import FORBIDDEN, Destinations
from tieback.intake.capture.interface import MAX_MESSAGES, ConnectFailure, ConnectionEnds, Observation, TlsRefusal
from tieback.intake.capture.pinned import PassThrough
from tieback.model.flow import FlowTls

MAX_CLIENTS = 20_000
"""Clients followed at the same time; for further ones only flows are reported."""

type Tell = Callable[[Observation], None]


class ConnectionAddon:
    """Follows each client connection until it closes. Hooks of mitmproxy; each is fast and bounded."""

    def __init__(self, tell: Tell, destinations: Destinations, pinned: PassThrough | None = None) -> None:
        self._tell = tell
        self._pinned = pinned
        self._destinations = destinations
        self._told: dict[str, set[tuple[str, int | None]]] = {}
        """Servers already reported for a client connection."""
        self._unreached: dict[str, list[tuple[str, ConnectFailure]]] = {}
        """Failures with the host that the proxy tried, which is an address if the name has one."""
        self._names: dict[str, dict[str, str]] = {}
        """The names that a client asked for, by server connection, if the connection goes to an address instead."""

    def client_connected(self, client: connection.Client) -> None:
        """Start to follow a client connection."""
        if len(self._told) < MAX_CLIENTS:
            self._told[client.id] = set()

    def client_disconnected(self, client: connection.Client) -> None:
        """Report the server connections that failed, and forget the client."""
        self._close(client.id)

    def _close(self, client: str) -> None:
        self._names.pop(client, None)
        told = self._told.pop(client, set())
        for tried, one in self._unreached.pop(client, []):
            if told.isdisjoint({(one.ends.host, one.ends.port), (tried, one.ends.port)}):
                self._tell(one)

    async def server_connect(self, data: server_hooks.ServerConnectionHookData) -> None:
        """Decide whether the proxy may connect, and to which address. The event loop checks names for TCP."""
        assert data.server.address
        host, port = data.server.address[:2]
        place = self._destinations.place(host, port)
        if place is not None and data.server.transport_protocol == "udp" and self._destinations.address(place) is None:
            place = await self._resolved(place, port)
        if place is None:
            data.server.error = FORBIDDEN
        elif place != host:
            data.server.address = (place, port)
            names = self._names.setdefault(data.client.id, {}) if data.client.id in self._told else {}
            if len(names) < MAX_MESSAGES:
                names[data.server.id] = host

    async def _resolved(self, host: str, port: int) -> str | None:
        """A permitted address of a name; mitmproxy resolves names for UDP outside the event loop."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port)
        except OSError as error:
            return None if str(error) == FORBIDDEN else host
        return str(found[0][4][0]) if found else None

    def server_connect_error(self, data: server_hooks.ServerConnectionHookData) -> None:
        """Record a server that could not be reached."""
        self._trouble(data.client, data.server, data.server.error or "no connection")

    def _trouble(self, client: connection.Client, server: connection.Server, reason: str) -> None:
        waiting = self._unreached.setdefault(client.id, []) if client.id in self._told else []
        if len(waiting) < MAX_MESSAGES:
            failure = ConnectFailure(
                connection=client.id,
                ends=self.ends(client, server),
                transport=server.transport_protocol,
                reason=reason[:300],
                forbidden=reason == FORBIDDEN,
                start=server.timestamp_start or time.time(),
            )
            waiting.append((server.address[0] if server.address else "", failure))

    def tls_failed_client(self, data: tls.TlsData) -> None:
        """Report that the client aborted the TLS handshake with the proxy."""
        client, server = data.context.client, data.context.server
        known = read_tls(client, server)
        self.mark(client, server.address)
        if self._pinned is not None:
            self._pinned.note(client, server, data.conn.error or "")
        self._tell(
            TlsRefusal(
                connection=client.id,
                ends=self.ends(client, server),
                tls=known or FlowTls(sni=client.sni or ""),
                quic=client.transport_protocol == "udp" and not data.is_dtls,
                reason=(data.conn.error or "")[:300],
                start=client.timestamp_start,
                end=time.time(),
            )
        )

    def tls_failed_server(self, data: tls.TlsData) -> None:
        """Record that the TLS handshake with the server failed, for example because of its certificate."""
        self._trouble(data.context.client, data.context.server, data.conn.error or "TLS failed")

    def ends(self, client: connection.Client, server: connection.Server) -> ConnectionEnds:
        """Client and server of a connection, with the name that the client asked for."""
        found = connection_ends(client, server)
        name = self._names.get(client.id, {}).get(server.id, "")
        return msgspec.structs.replace(found, host=plain_address(name[:300])) if name else found

    def mark(self, client: connection.Client, *servers: tuple[str, int] | None) -> None:
        """Record that a flow reports these servers."""
        told = self._told.get(client.id)
        if told is not None:
            told.update((server[0], server[1]) for server in servers if server is not None)

    def finish(self) -> None:
        """Report unreachable servers of clients that are still connected."""
        for client in list(self._unreached):
            self._close(client)
