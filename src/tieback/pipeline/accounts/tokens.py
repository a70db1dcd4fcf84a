"""API tokens: shown once, stored as a hash, with a role of their own and an end."""

import msgspec

from tieback.model.errors import UsageError
from tieback.pipeline.accounts.problems import NoSuchAccountError
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.accounts.secrets import PREFIX_LETTERS, digest_of, new_id, new_token
from tieback.pipeline.accounts.service import AccountService, Identity, line
from tieback.pipeline.accounts.users import clean_display, require_session
from tieback.storage.ledger.accounts import StoredToken

DEFAULT_DAYS = 90
MAX_DAYS = 365
MAX_TOKENS = 50
"""Valid tokens of one user."""
_DAY = 86_400.0


class NewToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token, with its secret for the only time."""

    token: StoredToken
    secret: str


def create_token(
    service: AccountService, by: Identity, name: str, role: Role, *, reads_only: bool, days: int = DEFAULT_DAYS
) -> NewToken:
    """Create a token for the user of the request.

    Args:
        service: the accounts.
        by: the user.
        name: what the token is for.
        role: its highest role, at most the user's.
        reads_only: True if it must change nothing.
        days: until it expires.

    Raises:
        UsageError: the name is empty, the role is higher than the user's, or the time is too long.
        NotPermittedError: the request itself has a token.
    """
    require_session(by)
    shown = clean_display(name, "")
    if not shown:
        raise UsageError("a token needs a name", where="name", advice="Name the program that uses it")
    if not by.role.permits(role):
        raise UsageError(f"the role {role.value} is higher than yours", where="role", advice="Choose a lower one")
    if not 1 <= days <= MAX_DAYS:
        raise UsageError(f"{days} is not between 1 and {MAX_DAYS}", where="days")
    secret, now = new_token(), service.clock()
    token = StoredToken(
        id=new_id(now),
        hash=digest_of(secret),
        prefix=secret[:PREFIX_LETTERS],
        name=shown,
        user=by.id,
        role=role.value,
        reads_only=int(reads_only),
        created=now,
        expires=now + days * _DAY,
    )
    what = "reads only" if reads_only else "reads and changes"
    entry = line("token created", by, token=token.id, name=shown, role=role.value, scope=what, days=str(days))
    service.store.add_token(token, MAX_TOKENS, [entry])
    return NewToken(token=token, secret=secret)


def revoke_token(service: AccountService, by: Identity, token: str) -> None:
    """Revoke an own token, or as an administrator any token. A token may revoke itself and its owner's others.

    Raises:
        NoSuchAccountError: there is no such token, or it belongs to another user.
    """
    owner = "" if by.role is Role.ADMIN and by.session else by.id
    if not service.store.revoke_token(token, owner, service.clock(), [line("token revoked", by, token=token)]):
        raise NoSuchAccountError("no such token", where=token)
