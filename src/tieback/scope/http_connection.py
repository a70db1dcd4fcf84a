"""HTTP connections with one deadline over the whole exchange.

The time limit of a socket holds for one read. A server that sends one byte per second, or endless interim answers (RFC
9110, 15.2), never reaches it.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Buffer
from functools import partial
from typing import Any
from urllib.parse import SplitResult

from tieback.scope.guard import ServiceGuard


class Deadline:
    """The end of an exchange; the bytes of a body may extend it."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds that are left.

        Raises:
            TimeoutError: none.
        """
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the response takes too long")
        return left

    def extend(self, seconds: float) -> None:
        """Allow more time."""
        self._until += seconds


def open_connection(
    parts: SplitResult, deadline: Deadline, stall: float, trust: ssl.SSLContext | None, guard: ServiceGuard
) -> http.client.HTTPConnection:
    """A connection to the host of a checked URL; it is not connected yet.

    Args:
        parts: the URL.
        deadline: limit of the whole exchange.
        stall: limit of one wait, in seconds.
        trust: policy for TLS; ``None`` for plain HTTP.
        guard: site policies; connecting raises ``ExcludedServiceError`` for what they exclude.
    """
    connection = _Connection(parts, min(stall, deadline.left()), trust, guard)
    connection.response_class = partial(_Response, deadline, stall)  # type: ignore[assignment]
    return connection


class _Connection(http.client.HTTPConnection):
    """A connection to an address that site policies permit."""

    def __init__(self, parts: SplitResult, wait: float, trust: ssl.SSLContext | None, guard: ServiceGuard) -> None:
        self.default_port = 80 if trust is None else 443
        super().__init__(parts.hostname or "", parts.port or self.default_port, timeout=wait)
        self._wait = wait
        self._trust = trust
        self._guard = guard

    def connect(self) -> None:
        """Connect, with TLS if there is a policy for it."""
        self.sock = self._guard.connect(self.host, self.port, self._wait)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._trust is not None:
            self.sock = self._trust.wrap_socket(self.sock, server_hostname=self.host)


class _Response(http.client.HTTPResponse):
    """A response that is read only until the deadline."""

    def __init__(self, deadline: Deadline, stall: float, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp.close()
        self.fp = io.BufferedReader(SocketReader(sock, deadline, stall))


class SocketReader(io.RawIOBase):
    """The bytes of a socket; each wait is limited by the deadline."""

    def __init__(self, sock: socket.socket, deadline: Deadline, stall: float) -> None:
        self._socket = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._deadline = deadline
        self._stall = stall

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Buffer) -> int | None:
        """Read what has arrived, or wait. Raises ``TimeoutError`` at the deadline."""
        self._socket.settimeout(min(self._stall, self._deadline.left()))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Close this view of the socket."""
        self._raw.close()
        super().close()
