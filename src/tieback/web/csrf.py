"""Refuses changes that another site makes in a user's browser (CSRF), without tokens in forms.

Browsers name the origin of each request in ``Sec-Fetch-Site`` (Fetch Metadata, W3C; only over TLS or to loopback) or in
``Origin`` (RFC 6454), and scripts cannot change these headers. A request with a bearer token is exempt: no browser adds
one by itself.
"""

from collections.abc import Iterable

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from tieback.web.hosts import OwnNames
from tieback.web.refusal import refuse

SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))
_OWN_SITES = frozenset((b"same-origin", b"none"))


class CsrfCheck:
    """ASGI middleware: an unsafe request of a browser must come from our own pages."""

    def __init__(self, app: ASGIApp, own: OwnNames) -> None:
        self._app = app
        self._own = own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 to a change that another site may have made."""
        if scope["type"] == ScopeType.HTTP and scope["method"] not in SAFE_METHODS:
            problem = _problem(scope["headers"], scope["scheme"], self._own)
            if problem:
                await refuse(scope, send, 403, problem, "Use the pages of this server, or a token (Authorization).")
                return
        await self._app(scope, receive, send)


def _problem(headers: Iterable[tuple[bytes, bytes]], scheme: str, own: OwnNames) -> str:
    """Why a change is refused; empty if it is not."""
    found: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        found.setdefault(name, []).append(value)
    if is_bearer(found.get(b"authorization", [])):
        return ""
    sites, origins = found.get(b"sec-fetch-site", []), found.get(b"origin", [])
    if sites:
        return "" if len(sites) == 1 and sites[0] in _OWN_SITES else "This change comes from another site"
    if origins:
        ours = {f"{scheme}://{host.decode('latin-1').lower()}" for host in found.get(b"host", [])} | {own.origin}
        same = len(origins) == 1 and origins[0].decode("latin-1").lower() in ours - {""}
        return "" if same else "This change comes from another site"
    return "The browser does not name the site that makes this change" if b"cookie" in found else ""


def is_bearer(values: list[bytes]) -> bool:
    """Say if these values of the Authorization header are one bearer token."""
    return len(values) == 1 and values[0][:7].lower() == b"bearer "
