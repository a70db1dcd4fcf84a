"""Watches and vetoes connections of this process: Python's own audit events, before the kernel sees anything.

See https://docs.python.org/3/library/audit_events.html. A hook cannot be removed, so there is one, which is idle unless
``watched`` is active.
"""

import socket
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager

_ACTIVE: "list[tuple[list[str], Collection[str]]]" = []
_QUERIES = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
_INSTALLED: list[bool] = []


def _hook(event: str, args: tuple[object, ...]) -> None:
    if not _ACTIVE:
        return
    seen, allowed = _ACTIVE[-1]
    if event == "socket.connect":
        sock, address = args
        # Children are talked to over Unix sockets.
        if isinstance(sock, socket.socket) and sock.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0]) if isinstance(address, tuple) else repr(address)
            seen.append(host)
            if host not in allowed:
                raise ConnectionRefusedError(f"the test forbids a connection to {host}")
    elif event in _QUERIES:
        seen.append(f"name {args[0]!r}")
        raise socket.gaierror(f"the test forbids {event}")


@contextmanager
def watched(allowed: Collection[str]) -> Iterator[list[str]]:
    """The addresses that this process tries to connect to, and the names that the C library is asked for.

    Connections to other addresses than ``allowed`` fail before anything is sent.
    """
    if not _INSTALLED:
        sys.addaudithook(_hook)
        _INSTALLED.append(True)
    seen: list[str] = []
    _ACTIVE.append((seen, allowed))
    try:
        yield seen
    finally:
        _ACTIVE.pop()
