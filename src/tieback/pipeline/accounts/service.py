"""What the accounts of a running server need: the ledger, and what is only in memory."""

import time
from collections.abc import Callable

import msgspec

from tieback.model.case import NewLogLine
from tieback.pipeline.accounts.limits import LineBudget, SignInLimits
from tieback.pipeline.accounts.passwords import Passwords
from tieback.pipeline.accounts.roles import Role, role_named
from tieback.pipeline.accounts.secret_box import SecretBox
from tieback.storage.ledger.accounts import Accounts, StoredUser
from tieback.storage.workspace import Workspace


class Client(msgspec.Struct, frozen=True):
    """Where a request comes from."""

    address: str = ""
    agent: str = ""
    """The User-Agent header."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """The user of a request, after authentication."""

    id: str
    name: str
    role: Role
    session: str = ""
    """Hash of the session; empty for an API token."""
    token: str = ""
    """ID of the API token; empty for a session."""
    reads_only: bool = False
    """True for a token that must change nothing."""


class AccountService:
    """The accounts of one server; methods of other threads may run at once."""

    def __init__(
        self,
        store: Accounts,
        *,
        passwords: Passwords | None = None,
        limits: SignInLimits | None = None,
        box: SecretBox | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Set the parts.

        Args:
            store: the accounts in the ledger.
            passwords: how passwords are hashed.
            limits: of failed sign-ins.
            box: encrypts second factors; by default with the user's key, once one is needed.
            clock: seconds since 1970.
        """
        self.store = store
        self.passwords = passwords or Passwords()
        self.limits = limits or SignInLimits()
        self.refusals = LineBudget()
        self._box = box
        self.clock = clock

    @classmethod
    def of(cls, workspace: Workspace) -> "AccountService":
        """The accounts of an open workspace."""
        return cls(workspace.accounts)

    @property
    def box(self) -> SecretBox:
        """Encrypts second factors. Raises ``WorkspaceError`` if the user's key cannot be read or made."""
        if self._box is None:
            self._box = SecretBox.of_user("second factor")
        return self._box


def role_of(user: StoredUser) -> Role | None:
    """The role of a user; None for a disabled user, and for one without a role."""
    if user.disabled:
        return None
    return role_named(user.role)


def line(
    event: str, user: StoredUser | Identity, client: Client | None = None, /, by: str = "", **fields: str
) -> NewLogLine:
    """A log line about a user; by the user, if no other author is named."""
    where = {"address": client.address} if client is not None and client.address else {}
    return NewLogLine(user.id, event, {"user": user.name} | where | fields, by or user.name)
