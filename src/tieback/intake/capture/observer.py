"""mitmproxy add-on that reports flows, bounded: one document per flow, when it ends.

Bodies are not kept: the first bytes of each are copied while it streams through, the rest is counted. Only if the user
requested mitmproxy's own flow file do bodies stay in memory, up to ``SAVED_BYTES`` per flow.
"""

import time

from mitmproxy import flow, http, tcp, udp, websocket

from tieback.intake.capture.connections import ConnectionAddon, Tell
from tieback.intake.capture.convert import body_size, header_size, read_body, read_headers, read_tls
from tieback.intake.capture.interface import (
    BODY_BYTES,
    FIRST_BYTES,
    HEADER_BYTES,
    MAX_MESSAGES,
    HttpObserved,
    StreamObserved,
)

SAVED_BYTES = 8 * 1024 * 1024
"""Bytes kept of the messages of one stream if flows are saved."""
MAX_OPEN = 20_000
"""Flows followed at the same time; further ones pass unobserved and are counted as cut."""

type Messages = list[tcp.TCPMessage] | list[udp.UDPMessage] | list[websocket.WebSocketMessage]


class Direction:
    """The first bytes and the byte count of one direction; a stream function for mitmproxy."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = bytearray()
        self.size = 0
        self.pieces = 0

    def __call__(self, data: bytes) -> bytes:
        """Record a chunk and pass it on."""
        if data:
            self._kept += data[: self._limit - len(self._kept)]
            self.size += len(data)
            self.pieces += 1
        return data

    @property
    def first_bytes(self) -> bytes:
        """The first bytes."""
        return bytes(self._kept)


class OpenFlow:
    """State of a flow in progress."""

    def __init__(self, limit: int) -> None:
        self.out = Direction(limit)
        self.back = Direction(limit)
        self.messages: list[tuple[str, bytes]] = []
        self.saved = 0


class FlowAddon:
    """Hooks of mitmproxy (its ``addons`` documentation names each); each is fast and bounded."""

    def __init__(self, tell: Tell, connections: ConnectionAddon, *, saving: bool) -> None:
        self._tell = tell
        self._connections = connections
        self._saving = saving
        self._open: dict[str, tuple[flow.Flow, OpenFlow]] = {}
        self.cut = 0

    # HTTP

    def requestheaders(self, one: http.HTTPFlow) -> None:
        """Copy the beginning of the request body while it streams."""
        watched = self._watch(one, BODY_BYTES)
        if watched is not None and not self._saving:
            one.request.stream = watched.out

    def responseheaders(self, one: http.HTTPFlow) -> None:
        """Copy the beginning of the response body; a response that switches protocols has none."""
        watched = self._watched(one)
        if watched is not None and not self._saving and one.response is not None and one.response.status_code != 101:
            one.response.stream = watched.back

    def response(self, one: http.HTTPFlow) -> None:
        """Report a flow whose response is complete."""
        if one.websocket is None:
            self._tell_http(one)

    def error(self, one: http.HTTPFlow) -> None:
        """Report a flow that ended early."""
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
        """Report a closed WebSocket."""
        self._tell_http(one)

    def _tell_http(self, one: http.HTTPFlow) -> None:
        watched = self._forget(one)
        if watched is None:
            return
        request, response = one.request, one.response
        asked = read_headers(request)
        answered = read_headers(response)
        self._connections.mark(one.client_conn, (request.host, request.port), one.server_conn.address)
        self._tell(
            HttpObserved(
                connection=one.client_conn.id,
                ends=self._connections.ends(one.client_conn, one.server_conn),
                scheme=request.scheme,
                host=request.pretty_host[:300],
                port=request.port,
                method=request.method[:32],
                path=request.path[:HEADER_BYTES],
                request=asked,
                request_body=watched.out.first_bytes or read_body(request),
                status=response.status_code if response is not None else 0,
                response=answered,
                response_body=watched.back.first_bytes or read_body(response),
                bytes_out=header_size(asked) + (watched.out.size or body_size(request)),
                bytes_in=header_size(answered) + (watched.back.size or body_size(response)),
                start=request.timestamp_start,
                end=(response.timestamp_end if response is not None else None) or time.time(),
                tls=read_tls(one.client_conn, one.server_conn),
                version=request.http_version[:16],
                websocket=tuple(watched.messages),
                trouble=one.error.msg[:300] if one.error else "",
            )
        )

    # Streams

    def tcp_start(self, one: tcp.TCPFlow) -> None:
        """Start to follow a TCP connection that is not HTTP."""
        self._watch(one, FIRST_BYTES)

    def tcp_message(self, one: tcp.TCPFlow) -> None:
        """Record a chunk."""
        self._message(one)

    def tcp_end(self, one: tcp.TCPFlow) -> None:
        """Report a closed connection."""
        self._tell_stream(one)

    def tcp_error(self, one: tcp.TCPFlow) -> None:
        """Report a connection that broke or was never established."""
        self._tell_stream(one)

    def udp_start(self, one: udp.UDPFlow) -> None:
        """Start to follow datagrams between two ports."""
        self._watch(one, FIRST_BYTES)

    def udp_message(self, one: udp.UDPFlow) -> None:
        """Record a datagram."""
        self._message(one)

    def udp_end(self, one: udp.UDPFlow) -> None:
        """Report a UDP flow after an idle time."""
        self._tell_stream(one)

    def udp_error(self, one: udp.UDPFlow) -> None:
        """Report a UDP flow that broke."""
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

    def _let_go(self, watched: OpenFlow, messages: Messages, size: int) -> None:
        """Discard messages, unless flows are saved; then keep them up to a limit."""
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
            return  # the connection reports servers that could not be reached
        self._connections.mark(one.client_conn, one.server_conn.address)
        start = one.client_conn.timestamp_start
        self._tell(
            StreamObserved(
                connection=one.client_conn.id,
                ends=self._connections.ends(one.client_conn, one.server_conn),
                transport="udp" if isinstance(one, udp.UDPFlow) else "tcp",
                out=watched.out.first_bytes,
                back=watched.back.first_bytes,
                bytes_out=watched.out.size,
                bytes_in=watched.back.size,
                packets_out=watched.out.pieces,
                packets_in=watched.back.pieces,
                start=start,
                end=max(time.time(), start),
                tls=read_tls(one.client_conn, one.server_conn),
                trouble=one.error.msg[:300] if one.error else "",
            )
        )

    # Flows in progress

    def finish(self) -> None:
        """Report the flows that are still in progress."""
        for one, _ in list(self._open.values()):
            if isinstance(one, http.HTTPFlow):
                self._tell_http(one)
            elif isinstance(one, tcp.TCPFlow | udp.UDPFlow):
                self._tell_stream(one)

    def _watch(self, one: flow.Flow, limit: int) -> OpenFlow | None:
        if len(self._open) >= MAX_OPEN:
            self.cut += 1
            return None
        watched = OpenFlow(limit)
        self._open[one.id] = (one, watched)
        return watched

    def _watched(self, one: flow.Flow) -> OpenFlow | None:
        found = self._open.get(one.id)
        return found[1] if found is not None else None

    def _forget(self, one: flow.Flow) -> OpenFlow | None:
        found = self._open.pop(one.id, None)
        return found[1] if found is not None else None
