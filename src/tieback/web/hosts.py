"""The names that the server answers to, against DNS rebinding (a foreign name that resolves to our address).

A request whose Host header has another name gets status 421 (RFC 9110, 15.5.20). The port is not compared: a rebound
name is wrong whatever its port is.
"""

import re
from urllib.parse import urlsplit

import msgspec
from litestar.types import ASGIApp, Receive, Scope, Send

from tieback.model.errors import UsageError
from tieback.web.refusal import refuse

LOOPBACK_NAMES = frozenset(("localhost", "127.0.0.1", "::1"))
_MAX_HOST = 255
_CHECKED: frozenset[str] = frozenset(("http", "websocket"))
"""Not `lifespan`, which no client sends."""
_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::[0-9]{1,5})?", re.ASCII)


class OwnNames(msgspec.Struct, frozen=True):
    """What the server is called."""

    hosts: frozenset[str] = LOOPBACK_NAMES
    """Host names without port, lower case, IPv6 without brackets."""
    origin: str = ""
    """Scheme, host and port of the public URL (RFC 6454), lower case; empty if there is none."""

    @property
    def secure(self) -> bool:
        """Say if users reach the server over TLS."""
        return self.origin.startswith("https://")


def own_names(public_url: str = "") -> OwnNames:
    """The names of a server with this public URL (empty: none).

    Raises:
        UsageError: the public URL is not an HTTP address.
    """
    if not public_url:
        return OwnNames()
    try:
        parts = urlsplit(public_url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if (
        parts.scheme not in {"http", "https"} or not host or parts.username is not None or parts.query or parts.fragment
        or not public_url.isprintable()
    ):  # fmt: skip
        raise UsageError("not a public URL", where=public_url[:80], advice="Use https://HOST or https://HOST:PORT")
    if parts.path.strip("/"):
        raise UsageError(
            "the pages cannot be below a path",
            where=public_url[:80],
            advice="Give the server a host name or a port of its own, and use https://HOST",
        )
    shown = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}[parts.scheme]
    origin = f"{parts.scheme}://{shown}" + (f":{port}" if port is not None and port != usual else "")
    return OwnNames(LOOPBACK_NAMES | {host}, origin)


def host_name(header: str) -> str:
    """The host of a Host header without its port, lower case; empty if the header is not valid."""
    found = _HOST.fullmatch(header.lower()) if len(header) <= _MAX_HOST else None
    return found[1] or found[2] if found is not None else ""


class HostCheck:
    """ASGI middleware: only requests for our own names pass."""

    def __init__(self, app: ASGIApp, own: OwnNames) -> None:
        self._app = app
        self._own = own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 421 to a foreign, missing, repeated or damaged Host header."""
        if scope["type"] not in _CHECKED:
            await self._app(scope, receive, send)
            return
        found = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(found) == 1 and host_name(found[0]) in self._own.hosts:
            await self._app(scope, receive, send)
            return
        await refuse(
            scope, send, 421, "This server does not answer to that name", "Use the address that `tieback serve` prints."
        )
