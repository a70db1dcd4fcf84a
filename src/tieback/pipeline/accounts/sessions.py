"""Sessions of browsers, and who a request comes from.

A session is on the server; the cookie has only its random secret. It ends after 12 hours without a request, and 7 days
after the sign-in in any case.
"""

from collections.abc import Callable
from contextlib import suppress

from tieback.model.errors import WorkspaceError
from tieback.pipeline.accounts.agents import short_agent
from tieback.pipeline.accounts.roles import lower_of, role_named
from tieback.pipeline.accounts.secrets import TOKEN_START, digest_of, new_secret
from tieback.pipeline.accounts.service import AccountService, Client, Identity, line, role_of
from tieback.storage.ledger.accounts import StoredSession, StoredUser

IDLE_SECONDS = 12 * 3600.0
ABSOLUTE_SECONDS = 7 * 24 * 3600.0
SECOND_FACTOR_SECONDS = 300.0
"""Time for the code after the password."""
SEEN_SECONDS = 300.0
"""The time of the last request is recorded at most this often."""
FULL = "full"
SECOND_FACTOR = "second_factor"
"""Kind of a session that has only the password so far; it authenticates no request."""
_MAX_SECRET = 200


def open_session(service: AccountService, user: StoredUser, client: Client, old: str, how: str) -> str:
    """Open a session for a user who has proved who they are.

    Args:
        service: the accounts.
        user: the user.
        client: the browser.
        old: secret of the browser's earlier session, which ends: no secret survives a sign-in (session fixation).
        how: ``password``, ``password and code``, ``provider`` or ``link``, for the log.

    Returns:
        The secret for the cookie.
    """
    return _open(service, user, client, old, FULL, how)


def open_second_step(service: AccountService, user: StoredUser, client: Client, old: str) -> str:
    """Remember that the password was right, until the code arrives. Returns the secret for the cookie."""
    return _open(service, user, client, old, SECOND_FACTOR, "")


def session_user(service: AccountService, secret: str) -> Identity | None:
    """The user of a full session; None if it is unknown or has ended, or the user may nothing."""
    found = _find(service, secret, FULL)
    if found is None:
        return None
    session, user = found
    role = role_of(user)
    now = service.clock()
    if role is None or now >= min(session.seen + IDLE_SECONDS, session.expires):
        return None
    if now - session.seen >= SEEN_SECONDS:
        _record(lambda: service.store.see_session(session.hash, now))
    return Identity(id=user.id, name=user.name, role=role, session=session.hash)


def second_step_user(service: AccountService, secret: str) -> StoredUser | None:
    """The user who has given the right password, and not yet a code."""
    found = _find(service, secret, SECOND_FACTOR)
    return found[1] if found is not None and service.clock() < found[0].expires else None


def token_user(service: AccountService, secret: str) -> Identity | None:
    """The user of an API token, with the lower role of the token and its owner; None if it is not valid."""
    if not secret.startswith(TOKEN_START) or len(secret) > _MAX_SECRET:
        return None
    found = service.store.token(digest_of(secret))
    if found is None:
        return None
    token, user = found
    role, ceiling = role_of(user), role_named(token.role)
    now = service.clock()
    if role is None or ceiling is None or token.revoked is not None or now >= token.expires:
        return None
    if token.used is None or now - token.used >= SEEN_SECONDS:
        _record(lambda: service.store.see_token(token.id, now))
    return Identity(
        id=user.id,
        name=user.name,
        role=lower_of(role, ceiling),
        token=token.id,
        reads_only=bool(token.reads_only),
    )


def sign_out(service: AccountService, identity: Identity, client: Client) -> None:
    """End the session of a request."""
    if identity.session:
        service.store.end_session(identity.session, [line("signed out", identity, client)])


def _record(write: Callable[[], None]) -> None:
    """Record the time of a request. If the ledger is busy, the request goes on, and the session ends earlier."""
    with suppress(WorkspaceError):
        write()


def _open(service: AccountService, user: StoredUser, client: Client, old: str, kind: str, how: str) -> str:
    secret, now = new_secret(), service.clock()
    session = StoredSession(
        hash=digest_of(secret),
        user=user.id,
        kind=kind,
        created=now,
        seen=now,
        expires=now + (ABSOLUTE_SECONDS if kind == FULL else SECOND_FACTOR_SECONDS),
        agent=short_agent(client.agent),
    )
    lines = [line("signed in", user, client, how=how)] if kind == FULL else []
    service.store.open_session(session, lines, replaces=digest_of(old) if old else "")
    return secret


def _find(service: AccountService, secret: str, kind: str) -> tuple[StoredSession, StoredUser] | None:
    if not secret or len(secret) > _MAX_SECRET:
        return None
    found = service.store.session(digest_of(secret))
    return found if found is not None and found[0].kind == kind else None
