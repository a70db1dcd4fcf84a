"""Who may use a route: each route names its lowest role, and a route without one is closed."""

from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler

from tieback.pipeline.accounts.roles import Role
from tieback.web.context import Connection, Identify
from tieback.web.csrf import SAFE_METHODS

ROLE = "tieback_role"
"""Option of a route with its lowest role; ``None`` for everyone, without signing in."""
IDENTIFY = "tieback_identify"
"""State of the application: finds the user of a request."""


def check_role(connection: Connection, handler: BaseRouteHandler) -> None:
    """Refuse a request without the role of its route.

    Raises:
        NotAuthorizedException: nobody has signed in.
        PermissionDeniedException: the user has a lower role or a token that only reads, or the route names no role.
    """
    if ROLE not in handler.opt:
        raise PermissionDeniedException("this address is closed")
    lowest: Role | None = handler.opt[ROLE]
    if lowest is None:
        return
    identify: Identify = connection.app.state[IDENTIFY]
    user = identify(connection)
    if user is None:
        raise NotAuthorizedException("sign in first", headers={"WWW-Authenticate": "Bearer"})
    if not user.role.permits(lowest):
        raise PermissionDeniedException(f"this needs the role {lowest.value}; you have {user.role.value}")
    if user.reads_only and connection.scope.get("method") not in SAFE_METHODS:
        raise PermissionDeniedException("this token only reads")
