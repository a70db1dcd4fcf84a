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
    parts: SplitResult, deadline: Deadline, stall: float, trust: ssl.SSLContext | None
) -> http.client.HTTPConnection:
    """A connection to the host of a checked URL; it is not connected yet.

    Args:
        parts: the URL.
        deadline: limit of the whole exchange.
        stall: limit of one wait, in seconds.
        trust: policy for TLS; ``None`` for plain HTTP.
    """
    host, wait = parts.hostname or "", min(stall, deadline.left())
    connection = (
        http.client.HTTPConnection(host, parts.port or 80, timeout=wait)
        if trust is None
        else http.client.HTTPSConnection(host, parts.port or 443, timeout=wait, context=trust)
    )
    connection.response_class = partial(_Response, deadline, stall)  # type: ignore[assignment]
    return connection


class _Response(http.client.HTTPResponse):
    """A response that is read only until the deadline."""

    def __init__(self, deadline: Deadline, stall: float, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_Reader(sock, deadline, stall))


class _Reader(io.RawIOBase):
    """The bytes of a socket; each wait is limited by the deadline."""

    def __init__(self, sock: socket.socket, deadline: Deadline, stall: float) -> None:
        self._socket = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._deadline = deadline
        self._stall = stall

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int | None:
        self._socket.settimeout(min(self._stall, self._deadline.left()))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()
