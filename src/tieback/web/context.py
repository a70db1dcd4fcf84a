"""What each handler receives: the workspace, and who made the request."""

from collections.abc import Callable
from typing import Any, Protocol

import msgspec
from litestar.connection import ASGIConnection

from tieback.pipeline.accounts.oidc_settings import OidcSettings
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.accounts.service import AccountService, Client, Identity
from tieback.pipeline.views.opening import Workspace, WriteCheck
from tieback.web.settings import WebSettings

USER = "tieback.user"
"""Key of the user in the scope of a request; set by ``web.identity``."""

type Connection = ASGIConnection[Any, Any, Any, Any]
type Identify = Callable[[Connection], "User | None"]


User = Identity
"""Who made a request."""


NOBODY = User(id="", name="", role=Role.VIEWER)
"""The user of routes that are open to everyone."""


class ChangeLog(Protocol):
    """Records each change that a user makes."""

    def note(self, user: User, action: str, subject: str) -> None: ...  # noqa: D102


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """The first argument of each view and change."""

    workspace: Workspace
    writes: WriteCheck
    settings: WebSettings
    user: User
    changes: ChangeLog
    accounts: AccountService
    client: Client
    """The address and browser of the request."""
    provider: OidcSettings | None
    """The sign-in provider, if one is configured."""


def user_in_scope(connection: Connection) -> User | None:
    """The user whom ``web.identity`` found for this request."""
    found = connection.scope.get(USER)
    return found if isinstance(found, User) else None
