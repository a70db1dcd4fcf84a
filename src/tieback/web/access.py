"""Who may use a route, and with which parameters: each route names its lowest role; one without a role is closed."""

from litestar.enums import HttpMethod
from litestar.exceptions import MethodNotAllowedException, NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter
from litestar.routes import HTTPRoute

from tieback.model.errors import UsageError
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views.opening import require_writable
from tieback.web.context import Connection, Identify
from tieback.web.csrf import SAFE_METHODS

ROLE = "tieback_role"
"""Option of a route with its lowest role; ``None`` for everyone, without signing in."""
API = "/api/"
WORKSPACE = "tieback_workspace"
"""State of the application: the open workspace."""
IDENTIFY = "tieback_identify"
"""State of the application: finds the user of a request."""


def check_role(connection: Connection, handler: BaseRouteHandler) -> None:
    """Refuse a request without the role of its route.

    Raises:
        NotAuthorizedException: nobody has signed in.
        MethodNotAllowedException: the method is OPTIONS, for which the framework makes routes.
        PermissionDeniedException: the user has a lower role or a token that only reads, or the route names no role.
    """
    if ROLE not in handler.opt and connection.scope.get("method") == HttpMethod.OPTIONS:
        path = connection.scope.get("path_template", "")
        routes = (one for one in connection.app.routes if isinstance(one, HTTPRoute) and one.path_format == path)
        methods = sorted(method for route in routes for one in route.route_handlers for method in one.http_methods)
        raise MethodNotAllowedException(headers={"Allow": ", ".join(methods)})
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


def check_writable(connection: Connection, handler: BaseRouteHandler) -> None:
    """Refuse every change of a workspace that can only be read; signing in and out changes only a copy.

    Raises:
        WorkspaceError: the workspace can only be read.
    """
    if handler.opt.get(ROLE) is not None and connection.scope.get("method") not in SAFE_METHODS:
        require_writable(connection.app.state[WORKSPACE])


def check_query(connection: Connection, handler: BaseRouteHandler) -> None:
    """Refuse a request of the API with a parameter that its address does not have: a list would not be filtered by it.

    Raises:
        UsageError: there is such a parameter.
    """
    if not connection.url.path.startswith(API) or not getattr(handler, "operation_id", None):
        return  # a page, or a redirection: the address that it leads to is checked
    fields = handler.parsed_fn_signature.parameters.items()
    known = [name for name, field in fields if isinstance(field.kwarg_definition, QueryParameter)]
    for name in connection.query_params:
        if name not in known:
            advice = f"This address has {', '.join(known)}" if known else "This address has no parameters"
            raise UsageError("unknown parameter", where=name[:80], advice=advice)
