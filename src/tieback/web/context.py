"""What each handler receives: the workspace, and who made the request."""

from collections.abc import Callable
from typing import Any, Protocol

import msgspec
from litestar.connection import ASGIConnection

from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views.opening import Workspace
from tieback.web.settings import WebSettings

USER = "tieback.user"
"""Key of the user in the scope of a request; set by ``web.identity``."""

type Connection = ASGIConnection[Any, Any, Any, Any]
type Identify = Callable[[Connection], "User | None"]


class User(msgspec.Struct, frozen=True, kw_only=True):
    """Who made a request."""

    id: str
    name: str
    role: Role
    token: str = ""
    """ID of the API token; empty for a browser session."""


NOBODY = User(id="", name="", role=Role.VIEWER)
"""The user of routes that are open to everyone."""


class ChangeLog(Protocol):
    """Records each change that a user makes."""

    def note(self, user: User, action: str, subject: str) -> None: ...  # noqa: D102


class NoChangeLog:
    """Records nothing; for tests of pages that change nothing."""

    def note(self, user: User, action: str, subject: str) -> None: ...  # noqa: D102


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """The first argument of each view and change."""

    workspace: Workspace
    settings: WebSettings
    user: User
    changes: ChangeLog


def user_in_scope(connection: Connection) -> User | None:
    """The user whom ``web.identity`` found for this request."""
    found = connection.scope.get(USER)
    return found if isinstance(found, User) else None
