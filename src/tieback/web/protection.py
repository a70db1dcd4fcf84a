"""The checks around the whole application: they also cover addresses that no route has."""

from collections.abc import Sequence
from ipaddress import ip_network
from typing import cast

from litestar.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from tieback.model.errors import UsageError
from tieback.web.csrf import CsrfCheck
from tieback.web.head import HeadAsGet
from tieback.web.headers import SecurityHeaders
from tieback.web.hosts import HostCheck, OwnNames


def protected(app: ASGIApp, own: OwnNames, proxies: Sequence[str] = ()) -> ASGIApp:
    """The application behind its checks.

    Args:
        app: the application.
        own: the names that it answers to.
        proxies: addresses or networks whose X-Forwarded-For and X-Forwarded-Proto count; nothing else does.

    Raises:
        UsageError: a proxy is not an address or network.
    """
    checked: ASGIApp = SecurityHeaders(HostCheck(CsrfCheck(HeadAsGet(app), own), own))
    if not proxies:
        return checked
    for proxy in proxies:
        try:
            ip_network(proxy)
        except ValueError:
            raise UsageError(
                "not an address or network of a proxy", where=proxy[:80], advice="Use for example 10.0.0.5"
            ) from None
    # uvicorn's types and Litestar's describe the same interface (ASGI 3).
    return cast("ASGIApp", ProxyHeadersMiddleware(checked, list(proxies)))  # type: ignore[arg-type]
