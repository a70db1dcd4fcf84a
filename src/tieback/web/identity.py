"""Finds the user of each request: by a bearer token, else by the session cookie."""

from anyio import to_thread
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from tieback.model.case import NewLogLine
from tieback.pipeline.accounts.service import AccountService, Client
from tieback.pipeline.accounts.sessions import session_user, token_user
from tieback.web.context import USER, Connection, User
from tieback.web.cookies import CookieName, cookie_value
from tieback.web.settings import WebSettings

ACCOUNTS = "tieback_accounts"
"""State of the application: its ``AccountService``."""
PROVIDER = "tieback_provider"
"""State of the application: its ``OidcProvider``, or None."""
STATIC_PATH = "/static/"
"""Files for everyone: no user is looked up for them."""
SETTINGS = "tieback_settings"
"""State of the application: its ``WebSettings``."""


class IdentityMiddleware(ASGIMiddleware):
    """Puts the user into the scope; a request without one goes on, and its route decides."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, settings: WebSettings) -> None:
        self._settings = settings

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Look up the user in a thread."""
        await look_up_user(ASGIConnection(scope), self._settings)
        await next_app(scope, receive, send)


async def look_up_user(connection: Connection, settings: WebSettings) -> None:
    """Put the user into the scope of a request; a long response calls it again, because a session can end."""
    bearer = connection.headers.get("authorization")
    secret = cookie_value(connection, CookieName.SESSION, settings)
    user: User | None = None
    if (bearer is not None or secret) and not connection.url.path.startswith(STATIC_PATH):
        accounts: AccountService = connection.app.state[ACCOUNTS]
        user = await to_thread.run_sync(_find, accounts, bearer, secret)
    connection.scope[USER] = user  # type: ignore[literal-required]


def _find(accounts: AccountService, bearer: str | None, secret: str) -> User | None:
    # A request with a token is exempt from the check of its origin, so its cookie must not count.
    if bearer is not None:
        kind, _, token = bearer.partition(" ")
        return token_user(accounts, token.strip()) if kind.lower() == "bearer" else None
    return session_user(accounts, secret)


def client_of(connection: Connection) -> Client:
    """The address and browser of a request."""
    address = connection.client.host if connection.client is not None else ""
    return Client(address, connection.headers.get("user-agent", ""))


class LedgerChangeLog:
    """Records changes in the chained log of the ledger."""

    def __init__(self, accounts: AccountService) -> None:
        self._accounts = accounts

    def note(self, user: User, action: str, subject: str) -> None:
        """Add a line."""
        fields = {"user": user.name} | ({"token": user.token} if user.token else {})
        self._accounts.store.note([NewLogLine(subject[:200], action, fields, user.name)])
