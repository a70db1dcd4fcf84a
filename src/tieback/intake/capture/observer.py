"""The add-on that tells what passes through mitmproxy, bounded: an end of a flow is one document.

Bodies are not kept: of each the first bytes are copied while it streams through, the rest is counted. Only where the
user asked for mitmproxy's own flow file do bodies stay in memory, up to ``SAVED_BYTES`` a flow.
"""

import time
from collections.abc import Callable

from mitmproxy import connection, dns, flow, http, tcp, tls, udp, websocket
from mitmproxy.net.dns import classes, response_codes, types
from mitmproxy.proxy import server_hooks

from tieback.intake.capture.destinations import FORBIDDEN, Destinations
from tieback.intake.capture.interface import (
    BODY_BYTES,
    FIRST_BYTES,
    HEADER_BYTES,
    MAX_MESSAGES,
    Answered,
    HttpSeen,
    Observed,
    StreamSeen,
    TlsRefused,
    Unreached,
)
from tieback.intake.capture.reading import address, body_of, ends_of, headers_of, size_of, tls_of, weight
from tieback.model.flow import FlowTls

SAVED_BYTES = 8 * 1024 * 1024
"""Kept of the messages of one stream where flows are saved."""
MAX_OPEN = 20_000
"""Flows that are followed at a time; further ones pass unseen and are counted as cut."""

type Tell = Callable[[Observed], None]
type Messages = list[tcp.TCPMessage] | list[udp.UDPMessage] | list[websocket.WebSocketMessage]


class Direction:
    """The first bytes of one direction, and how many there were; a stream function for mitmproxy."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = bytearray()
        self.size = 0
        self.pieces = 0

    def __call__(self, data: bytes) -> bytes:
        """Note a piece and let it pass."""
        if data:
            self._kept += data[: self._limit - len(self._kept)]
            self.size += len(data)
            self.pieces += 1
        return data

    @property
    def kept(self) -> bytes:
        """The first bytes."""
        return bytes(self._kept)


class Watched:
    """What is known of a flow that is under way."""

    def __init__(self, limit: int) -> None:
        self.out = Direction(limit)
        self.back = Direction(limit)
        self.messages: list[tuple[str, bytes]] = []
        self.saved = 0


class Observer:
    """Hooks of mitmproxy (its ``addons`` documentation names each); every one is quick and bounded."""

    def __init__(self, tell: Tell, destinations: Destinations, *, saving: bool) -> None:
        self._tell = tell
        self._destinations = destinations
        self._saving = saving
        self._open: dict[str, tuple[flow.Flow, Watched]] = {}
        self._told: dict[str, set[tuple[str, int | None]]] = {}
        """Servers that a client connection was already told with."""
        self._unreached: dict[str, list[Unreached]] = {}
        self.cut = 0

    # connections

    def client_connected(self, client: connection.Client) -> None:
        """Begin to follow a client's connection."""
        if len(self._told) < MAX_OPEN:
            self._told[client.id] = set()

    def client_disconnected(self, client: connection.Client) -> None:
        """Tell what never came to be, and forget the connection."""
        told = self._told.pop(client.id, set())
        for one in self._unreached.pop(client.id, []):
            if (one.ends.host, one.ends.port) not in told:
                self._tell(one)

    def server_connect(self, data: server_hooks.ServerConnectionHookData) -> None:
        """Say whether the proxy may connect, and where to."""
        assert data.server.address
        host, port = data.server.address[:2]
        place = self._destinations.place(host)
        if place is None:
            data.server.error = FORBIDDEN
        elif place != host:
            data.server.address = (place, port)

    def server_connect_error(self, data: server_hooks.ServerConnectionHookData) -> None:
        """Remember a server that could not be reached."""
        self._trouble(data.client, data.server, data.server.error or "no connection")

    def _trouble(self, client: connection.Client, server: connection.Server, reason: str) -> None:
        waiting = self._unreached.setdefault(client.id, []) if client.id in self._told else []
        if len(waiting) < MAX_MESSAGES:
            waiting.append(
                Unreached(
                    connection=client.id,
                    ends=ends_of(client, server),
                    transport=server.transport_protocol,
                    reason=reason[:300],
                    forbidden=reason == FORBIDDEN,
                    start=server.timestamp_start or time.time(),
                )
            )

    # TLS

    def tls_failed_client(self, data: tls.TlsData) -> None:
        """The app broke off the handshake with the proxy."""
        client, server = data.context.client, data.context.server
        known = tls_of(client, server)
        self._mark(client, server.address)
        self._tell(
            TlsRefused(
                connection=client.id,
                ends=ends_of(client, server),
                tls=known or FlowTls(sni=client.sni or ""),
                quic=client.transport_protocol == "udp" and not data.is_dtls,
                reason=(data.conn.error or "")[:300],
                start=client.timestamp_start,
                end=time.time(),
            )
        )

    def tls_failed_server(self, data: tls.TlsData) -> None:
        """The server's certificate or TLS did not do."""
        self._trouble(data.context.client, data.context.server, data.conn.error or "TLS failed")

    # HTTP

    def requestheaders(self, one: http.HTTPFlow) -> None:
        """Copy the beginning of the body while it passes."""
        watched = self._watch(one, BODY_BYTES)
        if watched is not None and not self._saving:
            one.request.stream = watched.out

    def responseheaders(self, one: http.HTTPFlow) -> None:
        """The same for the answer; one that changes the protocol has no body."""
        watched = self._watched(one)
        if watched is not None and not self._saving and one.response is not None and one.response.status_code != 101:
            one.response.stream = watched.back

    def response(self, one: http.HTTPFlow) -> None:
        """The answer is complete."""
        if one.websocket is None:
            self._tell_http(one)

    def error(self, one: http.HTTPFlow) -> None:
        """It ended early."""
        self._tell_http(one)

    def websocket_message(self, one: http.HTTPFlow) -> None:
        """Keep the beginning of the first messages."""
        watched = self._watched(one)
        assert one.websocket is not None
        message = one.websocket.messages[-1]
        if watched is not None:
            (watched.out if message.from_client else watched.back)(message.content)
            if len(watched.messages) < MAX_MESSAGES:
                watched.messages.append(("out" if message.from_client else "in", message.content[:BODY_BYTES]))
            self._let_go(watched, one.websocket.messages, len(message.content))

    def websocket_end(self, one: http.HTTPFlow) -> None:
        """The WebSocket is closed."""
        self._tell_http(one)

    def _tell_http(self, one: http.HTTPFlow) -> None:
        watched = self._forget(one)
        if watched is None:
            return
        request, response = one.request, one.response
        asked = headers_of(request)
        answered = headers_of(response)
        self._mark(one.client_conn, (request.host, request.port), one.server_conn.address)
        self._tell(
            HttpSeen(
                connection=one.client_conn.id,
                ends=ends_of(one.client_conn, one.server_conn),
                scheme=request.scheme,
                host=request.pretty_host[:300],
                port=request.port,
                method=request.method[:32],
                path=request.path[:HEADER_BYTES],
                request=asked,
                request_body=watched.out.kept or body_of(request),
                status=response.status_code if response is not None else 0,
                response=answered,
                response_body=watched.back.kept or body_of(response),
                bytes_out=weight(asked) + (watched.out.size or size_of(request)),
                bytes_in=weight(answered) + (watched.back.size or size_of(response)),
                start=request.timestamp_start,
                end=(response.timestamp_end if response is not None else None) or time.time(),
                tls=tls_of(one.client_conn, one.server_conn),
                version=request.http_version[:16],
                websocket=tuple(watched.messages),
                trouble=one.error.msg[:300] if one.error else "",
            )
        )

    # Streams

    def tcp_start(self, one: tcp.TCPFlow) -> None:
        """A connection that is not HTTP."""
        self._watch(one, FIRST_BYTES)

    def tcp_message(self, one: tcp.TCPFlow) -> None:
        """Some bytes."""
        self._message(one)

    def tcp_end(self, one: tcp.TCPFlow) -> None:
        """It is closed."""
        self._tell_stream(one)

    def tcp_error(self, one: tcp.TCPFlow) -> None:
        """It broke, or never was."""
        self._tell_stream(one)

    def udp_start(self, one: udp.UDPFlow) -> None:
        """Datagrams between two ports."""
        self._watch(one, FIRST_BYTES)

    def udp_message(self, one: udp.UDPFlow) -> None:
        """A datagram."""
        self._message(one)

    def udp_end(self, one: udp.UDPFlow) -> None:
        """Nothing came for a while."""
        self._tell_stream(one)

    def udp_error(self, one: udp.UDPFlow) -> None:
        """It broke."""
        self._tell_stream(one)

    def _message(self, one: tcp.TCPFlow | udp.UDPFlow) -> None:
        watched = self._watched(one)
        message = one.messages[-1]
        if watched is None:
            one.messages.clear()
            return
        side = watched.out if message.from_client else watched.back
        if isinstance(one, udp.UDPFlow) and side.pieces:
            side.size += len(message.content)
            side.pieces += 1
        else:
            side(message.content)
        self._let_go(watched, one.messages, len(message.content))

    def _let_go(self, watched: Watched, messages: Messages, size: int) -> None:
        """Messages stay only where they are saved, and then up to a limit."""
        if self._saving and watched.saved + size <= SAVED_BYTES:
            watched.saved += size
            return
        if self._saving and watched.saved <= SAVED_BYTES:
            watched.saved = SAVED_BYTES + 1
            self.cut += 1
        del messages[-1:]

    def _tell_stream(self, one: tcp.TCPFlow | udp.UDPFlow) -> None:
        watched = self._forget(one)
        if watched is None or (one.error is not None and not watched.out.size and not watched.back.size):
            return  # what could not be reached is told by its connection
        self._mark(one.client_conn, one.server_conn.address)
        start = one.client_conn.timestamp_start
        self._tell(
            StreamSeen(
                connection=one.client_conn.id,
                ends=ends_of(one.client_conn, one.server_conn),
                transport="udp" if isinstance(one, udp.UDPFlow) else "tcp",
                out=watched.out.kept,
                back=watched.back.kept,
                bytes_out=watched.out.size,
                bytes_in=watched.back.size,
                packets_out=watched.out.pieces,
                packets_in=watched.back.pieces,
                start=start,
                end=max(time.time(), start),
                tls=tls_of(one.client_conn, one.server_conn),
                trouble=one.error.msg[:300] if one.error else "",
            )
        )

    # Names

    def dns_request(self, one: dns.DNSFlow) -> None:
        """Answer for the names that are known; with limited destinations nobody else is asked."""
        question = one.request.question
        known = self._destinations.address(question.name) if question is not None else None
        if known is not None and question is not None:
            wanted = types.A if known.version == 4 else types.AAAA
            record = dns.ResourceRecord(question.name, wanted, classes.IN, 60, known.packed)
            one.response = one.request.succeed([record] if question.type == wanted else [])
        elif self._destinations.limited:
            one.response = one.request.fail(response_codes.REFUSED)

    def dns_response(self, one: dns.DNSFlow) -> None:
        """Tell what was asked and answered."""
        assert one.response is not None
        question = one.request.question
        found = [answer.data for answer in one.response.answers[:64] if answer.type in {types.A, types.AAAA}]
        self._mark(one.client_conn, one.server_conn.address)
        self._tell(
            Answered(
                ends=ends_of(one.client_conn, one.server_conn),
                question=question.name[:300] if question is not None else "",
                addresses=tuple(address(data) for data in found if len(data) in {4, 16}),
                start=one.request.timestamp or one.timestamp_created,
                end=one.response.timestamp or time.time(),
            )
        )

    # Following

    def finish(self) -> None:
        """Tell the flows that are still under way, and the servers that were not reached."""
        for one, _ in list(self._open.values()):
            if isinstance(one, http.HTTPFlow):
                self._tell_http(one)
            elif isinstance(one, tcp.TCPFlow | udp.UDPFlow):
                self._tell_stream(one)
        for waiting in list(self._unreached):
            told = self._told.pop(waiting, set())
            for late in self._unreached.pop(waiting):
                if (late.ends.host, late.ends.port) not in told:
                    self._tell(late)

    def _watch(self, one: flow.Flow, limit: int) -> Watched | None:
        if len(self._open) >= MAX_OPEN:
            self.cut += 1
            return None
        watched = Watched(limit)
        self._open[one.id] = (one, watched)
        return watched

    def _watched(self, one: flow.Flow) -> Watched | None:
        found = self._open.get(one.id)
        return found[1] if found is not None else None

    def _forget(self, one: flow.Flow) -> Watched | None:
        found = self._open.pop(one.id, None)
        return found[1] if found is not None else None

    def _mark(self, client: connection.Client, *servers: tuple[str, int] | None) -> None:
        told = self._told.get(client.id)
        if told is not None:
            told.update((server[0], server[1]) for server in servers if server is not None)
