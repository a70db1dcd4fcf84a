"""The two cookies of the pages: the session, and a sign-in that has begun at a provider.

Over TLS their names start with ``__Host-``, so that no other host and no plain connection can set them (RFC 6265bis).
On loopback without TLS they have plain names, because browsers refuse the prefix there.
"""

from enum import StrEnum

from litestar.datastructures import Cookie

from tieback.web.context import Connection
from tieback.web.settings import WebSettings


class CookieName(StrEnum):
    """What a cookie is for."""

    SESSION = "tieback"
    BEGUN = "tieback-sign-in"
    """A sign-in that has begun at a provider."""


def cookie_name(name: CookieName, settings: WebSettings) -> str:
    """The name as browsers see it."""
    return f"__Host-{name}" if settings.secure else name


def cookie_value(connection: Connection, name: CookieName, settings: WebSettings) -> str:
    """The value in a request; empty if there is none."""
    return connection.cookies.get(cookie_name(name, settings), "")


def new_cookie(name: CookieName, value: str, settings: WebSettings, max_age: int | None = None) -> Cookie:
    """A cookie that no script reads and no other site's form sends; an empty value removes it."""
    return Cookie(
        key=cookie_name(name, settings),
        value=value,
        path="/",
        max_age=max_age if value else 0,
        httponly=True,
        secure=settings.secure,
        samesite="lax",
    )
