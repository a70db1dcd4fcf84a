"""Users, tokens and sessions, and the log of changes, as the pages show them. Secrets are never part of a view."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from tieback.pipeline.accounts.oidc_settings import OidcSettings
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.accounts.service import AccountService, Identity
from tieback.pipeline.accounts.sessions import FULL, IDLE_SECONDS
from tieback.pipeline.views.listing import Listing, bounded_limit, cut, decode_cursor
from tieback.pipeline.views.times import at
from tieback.storage.ledger.accounts import Accounts, StoredSession, StoredToken, StoredUser

_USERS_AT_ONCE = 500


class UserRow(msgspec.Struct, frozen=True, kw_only=True):
    """A user in a list. Times are seconds since 1970."""

    id: str
    """ID of the user; the audit log has it as the object of lines about the user."""
    name: str
    """Sign-in name."""
    display: str
    """Name that the pages show."""
    role: str
    """Empty for a user whose groups have no role."""
    disabled: bool
    """True for a user without access."""
    provider: bool
    """True if a sign-in provider signs the user in."""
    second_factor: bool
    """True if sign-in needs a code, too."""
    password: bool
    """False for a local user who has not used the first link yet."""
    created: float
    """As ``created_at``, in seconds since 1970."""
    created_at: datetime
    """Time of the creation."""
    signed_in: float | None
    """As ``signed_in_at``, in seconds since 1970."""
    signed_in_at: datetime | None
    """Time of the last sign-in; null if there was none."""


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A session of a browser."""

    created: float
    """As ``created_at``, in seconds since 1970."""
    created_at: datetime
    seen: float
    """As ``seen_at``, in seconds since 1970."""
    seen_at: datetime
    """Time of the last request, to 5 minutes."""
    agent: str
    current: bool
    """True for the session of this request."""


class TokenRow(msgspec.Struct, frozen=True, kw_only=True):
    """A token in a list, without its secret."""

    id: str
    name: str
    prefix: str
    """Start of the secret, to recognise it."""
    owner: str
    role: str
    reads_only: bool
    created: float
    """As ``created_at``, in seconds since 1970."""
    created_at: datetime
    expires: float
    """As ``expires_at``, in seconds since 1970."""
    expires_at: datetime
    used: float | None
    """As ``used_at``, in seconds since 1970."""
    used_at: datetime | None
    """Time of the last request, to 5 minutes."""
    state: str
    """``valid``, ``expired`` or ``revoked``."""


class UserPage(msgspec.Struct, frozen=True, kw_only=True):
    """One user, with sessions and tokens."""

    user: UserRow
    sessions: tuple[SessionRow, ...]
    tokens: tuple[TokenRow, ...]


class ChangeLogLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the log of changes."""

    seq: int
    time: str
    """ISO 8601, UTC."""
    author: str
    action: str
    subject: str
    """ID of the object; the user's for lines about users."""
    fields: dict[str, str]
    hash: str


class ChangeLogCheck(msgspec.Struct, frozen=True, kw_only=True):
    """Result of verifying the chain of the log."""

    ok: bool
    lines: int
    """Valid lines from the start."""
    head: str
    """Hash of the last valid line. Keep it elsewhere: a removal of the last lines shows only by comparison."""
    problem: str


class ChangeLogPage(msgspec.Struct, frozen=True, kw_only=True):
    """Lines of the log of changes, newest first."""

    lines: Listing[ChangeLogLine]
    next: str | None
    check: ChangeLogCheck | None
    """Only if it was requested."""


class OidcSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of the sign-in provider. The client secret is not shown."""

    name: str
    issuer: str
    client_id: str
    groups_claim: str
    scopes: tuple[str, ...]
    roles: dict[str, str]
    """Group to role; all other groups give no role."""


def list_users(accounts: AccountService, after: str = "", limit: int = 50) -> Listing[UserRow]:
    """Users by name."""
    start = decode_cursor(after, tuple[str])[0] if after else ""
    rows = [user_row(user) for user in accounts.store.users(start, bounded_limit(limit) + 1)]
    items, following = cut(rows, limit, lambda row: (row.name,))
    return Listing(items=items, next=following, total=accounts.store.count())


def every_user(store: Accounts) -> Iterator[UserRow]:
    """All users by name."""
    after = ""
    while rows := store.users(after, _USERS_AT_ONCE):
        yield from map(user_row, rows)
        after = rows[-1].name


def find_user(accounts: AccountService, user: str, by: Identity) -> UserPage | None:
    """One user; None if there is none with this ID."""
    found = accounts.store.user(user)
    if found is None:
        return None
    now = accounts.clock()
    sessions = tuple(
        _session_row(one, by)
        for one in accounts.store.sessions(user)
        if one.kind == FULL and now < min(one.expires, one.seen + IDLE_SECONDS)
    )
    tokens = tuple(token_row(one, owner.name, now) for one, owner in accounts.store.tokens(user))
    return UserPage(user=user_row(found), sessions=sessions, tokens=tokens)


def list_tokens(
    accounts: AccountService, by: Identity, *, everyone: bool = False, after: str = "", limit: int = 50
) -> Listing[TokenRow]:
    """Tokens, newest first: the own ones, or for an administrator those of all users."""
    start = decode_cursor(after, tuple[str])[0] if after else ""
    owner = "" if everyone and by.role is Role.ADMIN else by.id
    now = accounts.clock()
    rows = [
        token_row(one, mine.name, now) for one, mine in accounts.store.tokens(owner, start, bounded_limit(limit) + 1)
    ]
    items, following = cut(rows, limit, lambda row: (row.id,))
    return Listing(items=items, next=following)


def audit_page(
    accounts: AccountService, *, author: str = "", verify: bool = False, after: str = "", limit: int = 50
) -> ChangeLogPage:
    """Lines of the log of changes, of one author or of all."""
    before = decode_cursor(after, tuple[int])[0] if after else None
    if before is not None and abs(before) >= 2**63:
        before = 0
    rows = [
        ChangeLogLine(
            seq=line.seq,
            time=line.time.isoformat(),
            author=line.by,
            action=line.event,
            subject=line.subject,
            fields={name: line.fields[name] for name in sorted(line.fields, key=lambda name: (name != "user", name))},
            hash=line.hash,
        )
        for line in accounts.store.log(before, bounded_limit(limit) + 1, author)
    ]
    items, following = cut(rows, limit, lambda row: (row.seq,))
    return ChangeLogPage(
        lines=Listing(items=items, next=following), next=following, check=check_audit_log(accounts) if verify else None
    )


def check_audit_log(accounts: AccountService) -> ChangeLogCheck:
    """Verify the chain of the whole log."""
    verdict = accounts.store.verify_log()
    return ChangeLogCheck(ok=verdict.ok, lines=verdict.lines, head=verdict.head, problem=verdict.why)


def oidc_summary(settings: OidcSettings) -> OidcSummary:
    """The settings of the provider, without secrets."""
    return OidcSummary(
        name=settings.name,
        issuer=settings.issuer,
        client_id=settings.client_id,
        groups_claim=settings.groups_claim,
        scopes=settings.scopes,
        roles={group: role.value for group, role in sorted(settings.roles.items())},
    )


def user_row(user: StoredUser) -> UserRow:
    """A user, without the password's hash and the second factor."""
    return UserRow(
        id=user.id,
        name=user.name,
        display=user.display,
        role=user.role,
        disabled=bool(user.disabled),
        provider=user.issuer is not None,
        second_factor=bool(user.totp),
        password=bool(user.password),
        created=user.created,
        created_at=at(user.created),
        signed_in=user.signed_in,
        signed_in_at=at(user.signed_in),
    )


def _session_row(session: StoredSession, by: Identity) -> SessionRow:
    return SessionRow(
        created=session.created,
        created_at=at(session.created),
        seen=session.seen,
        seen_at=at(session.seen),
        agent=session.agent,
        current=session.hash == by.session,
    )


def token_row(token: StoredToken, owner: str, now: float) -> TokenRow:
    """A token of the user with this name, without its hash."""
    state = "revoked" if token.revoked is not None else "expired" if now >= token.expires else "valid"
    return TokenRow(
        id=token.id,
        name=token.name,
        prefix=token.prefix,
        owner=owner,
        role=token.role,
        reads_only=bool(token.reads_only),
        created=token.created,
        created_at=at(token.created),
        expires=token.expires,
        expires_at=at(token.expires),
        used=token.used,
        used_at=at(token.used),
        state=state,
    )
