"""A short answer of a middleware that refuses a request (RFC 9457), before any handler runs."""

import msgspec
from litestar.enums import ScopeType
from litestar.types import Scope, Send

_TITLES = {400: "Bad request", 403: "Forbidden", 413: "Content too large", 421: "Misdirected request"}


async def refuse(scope: Scope, send: Send, status: int, detail: str, advice: str) -> None:
    """Send a problem document; a websocket is closed."""
    if scope["type"] == ScopeType.WEBSOCKET:
        await send({"type": "websocket.close", "code": 1008, "reason": detail})
        return
    problem = {"type": "about:blank", "title": _TITLES[status], "status": status, "detail": f"{detail}. {advice}"}
    headers = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(problem), "more_body": False})
