"""Users of the pages in the ledger: their sessions, tokens and one-time links, and the log of changes.

Secrets of sessions, tokens and links are stored as SHA-256; passwords and second factors as the caller passes them.
A change and its log lines are one transaction.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from tieback.model.case import LogLine, NewLogLine
from tieback.model.count_text import count_text
from tieback.model.errors import UsageError
from tieback.storage.ledger import case_log as chain
from tieback.storage.ledger.database import Database
from tieback.storage.ledger.tables import user_links, user_log, user_sessions, user_tokens, users
from tieback.storage.ledger.text import storable

ADMIN = "admin"
"""The role of which one enabled user must remain."""
FIRST_ADMIN = "first_admin"
"""Purpose of the link that creates the first administrator."""
_ALONE = "accounts"
_ROWS_AT_ONCE = 500


class StoredUser(msgspec.Struct, frozen=True, kw_only=True):
    """A user; all times are seconds since 1970."""

    id: str
    name: str
    display: str
    password: str = ""
    """Argon2id hash; empty: no sign-in by password."""
    totp: str = ""
    """Encrypted secret of the second factor; empty: none."""
    totp_step: int = 0
    """Time step of the last code; no code of this step or an earlier one counts again."""
    role: str = ""
    disabled: int = 0
    issuer: str | None = None
    subject: str | None = None
    created: float
    signed_in: float | None = None


class StoredSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session of a browser."""

    hash: str
    user: str
    kind: str
    created: float
    seen: float
    expires: float
    agent: str


class StoredToken(msgspec.Struct, frozen=True, kw_only=True):
    """An API token."""

    id: str
    hash: str
    prefix: str
    name: str
    user: str
    role: str
    reads_only: int
    created: float
    expires: float
    used: float | None = None
    revoked: float | None = None


class StoredLink(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time link."""

    hash: str
    purpose: str
    user: str
    expires: float
    used: float | None = None


class Accounts:
    """Users, sessions, tokens, links and their log in an open ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Users

    def user(self, key: str) -> StoredUser | None:
        """The user with this ID."""
        return self._one(_USERS.where(users.c.id == key), StoredUser)

    def user_named(self, name: str) -> StoredUser | None:
        """The user with this sign-in name."""
        return self._one(_USERS.where(users.c.name == name), StoredUser)

    def user_of(self, issuer: str, subject: str) -> StoredUser | None:
        """The user of an account at a sign-in provider."""
        return self._one(_USERS.where((users.c.issuer == issuer) & (users.c.subject == subject)), StoredUser)

    def users(self, after: str = "", limit: int = 50) -> list[StoredUser]:
        """Users by name, from the first one after ``after``."""
        query = _USERS.where(users.c.name > after).order_by(users.c.name).limit(limit)
        return [_struct(StoredUser, row) for row in self._rows(query)]

    def count(self) -> int:
        """The number of users."""
        return int(self._rows(sa.select(sa.func.count()).select_from(users))[0][0])

    def has_admin(self) -> bool:
        """True if an enabled administrator exists."""
        return self._database.read(_has_admin)

    def add_user(self, user: StoredUser, entries: Iterable[NewLogLine]) -> None:
        """Add a user. Raises ``UsageError`` if the name is in use."""
        lines = tuple(entries)

        def put(connection: Connection) -> None:
            if connection.execute(sa.select(users.c.id).where(users.c.name == user.name)).scalar() is not None:
                raise UsageError("a user with this name exists", where=user.name, advice="Choose another name")
            connection.execute(sa.insert(users).values(**msgspec.structs.asdict(user)))
            _append(connection, lines)

        self._database.write(put, alone=_ALONE)

    def change_user(
        self,
        key: str,
        change: Callable[[StoredUser], StoredUser],
        entries: Iterable[NewLogLine] = (),
        *,
        end_sessions: bool = False,
        keep: str = "",
        keep_admin: bool = True,
    ) -> StoredUser:
        """Change a user in one transaction.

        Args:
            key: ID of the user.
            change: receives the current state; may be called again after a rollback.
            entries: lines for the log.
            end_sessions: delete all sessions of the user.
            keep: hash of a session that stays.
            keep_admin: refuse a change after which no enabled administrator would remain.

        Raises:
            UsageError: there is no such user, or no enabled administrator would remain.
        """
        lines = tuple(entries)

        def put(connection: Connection) -> StoredUser:
            before = connection.execute(_USERS.where(users.c.id == key)).one_or_none()
            if before is None:
                raise UsageError("no such user", where=key)
            had_admin = keep_admin and _has_admin(connection)
            user = change(_struct(StoredUser, before))
            connection.execute(sa.update(users).where(users.c.id == key).values(**msgspec.structs.asdict(user)))
            _keep_admin(connection, user, had_admin=had_admin)
            if end_sessions:
                gone = (user_sessions.c.user == key) & (user_sessions.c.hash != keep)
                connection.execute(sa.delete(user_sessions).where(gone))
                connection.execute(sa.delete(user_links).where(user_links.c.user == key))
            _append(connection, lines)
            return user

        return self._database.write(put, alone=_ALONE)

    def remove_user(self, key: str, entries: Callable[[StoredUser], Iterable[NewLogLine]]) -> StoredUser:
        """Remove a user with all sessions, tokens and links, in one transaction. The log keeps all its lines.

        Args:
            key: ID of the user.
            entries: lines for the log; receives the user as removed.

        Raises:
            UsageError: there is no such user, or no enabled administrator would remain.
        """

        def put(connection: Connection) -> StoredUser:
            found = connection.execute(_USERS.where(users.c.id == key)).one_or_none()
            if found is None:
                raise UsageError("no such user", where=key)
            user = _struct(StoredUser, found)
            had_admin = _has_admin(connection)
            connection.execute(sa.delete(users).where(users.c.id == key))
            _keep_admin(connection, user, had_admin=had_admin)
            for table in (user_sessions, user_tokens, user_links):
                connection.execute(sa.delete(table).where(table.c.user == key))
            _append(connection, entries(user))
            return user

        return self._database.write(put, alone=_ALONE)

    def use_step(self, key: str, step: int) -> bool:
        """Record the time step of a code; False if this or a later step was used before."""
        change = sa.update(users).where((users.c.id == key) & (users.c.totp_step < step)).values(totp_step=step)
        return self._database.write(lambda connection: connection.execute(change).rowcount, alone=_ALONE) == 1

    # Sessions

    def open_session(self, session: StoredSession, entries: Iterable[NewLogLine], *, replaces: str = "") -> None:
        """Add a session; the one with the hash ``replaces`` and all expired ones are deleted."""
        lines = tuple(entries)

        def put(connection: Connection) -> None:
            gone = (user_sessions.c.hash == replaces) | (user_sessions.c.expires < session.created)
            connection.execute(sa.delete(user_sessions).where(gone))
            connection.execute(sa.insert(user_sessions).values(**msgspec.structs.asdict(session)))
            if lines:
                signed_in = sa.update(users).where(users.c.id == session.user).values(signed_in=session.created)
                connection.execute(signed_in)
            _append(connection, lines)

        self._database.write(put, alone=_ALONE)

    def session(self, digest: str) -> tuple[StoredSession, StoredUser] | None:
        """A session with its user."""
        query = sa.select(user_sessions, users).join(users, users.c.id == user_sessions.c.user)
        return self._pair(query.where(user_sessions.c.hash == digest), StoredSession, StoredUser)

    def see_session(self, digest: str, seen: float) -> None:
        """Record the time of the last request."""
        change = sa.update(user_sessions).where(user_sessions.c.hash == digest).values(seen=seen)
        self._database.write(lambda connection: connection.execute(change))

    def end_session(self, digest: str, entries: Iterable[NewLogLine] = ()) -> None:
        """Delete a session."""
        lines = tuple(entries)

        def put(connection: Connection) -> None:
            connection.execute(sa.delete(user_sessions).where(user_sessions.c.hash == digest))
            _append(connection, lines)

        self._database.write(put, alone=_ALONE)

    def sessions(self, user: str) -> list[StoredSession]:
        """The sessions of a user, newest first."""
        query = sa.select(user_sessions).where(user_sessions.c.user == user).order_by(user_sessions.c.created.desc())
        return [_struct(StoredSession, row) for row in self._rows(query)]

    # Tokens

    def add_token(self, token: StoredToken, most: int, entries: Iterable[NewLogLine]) -> None:
        """Add a token. Raises ``UsageError`` if the user has ``most`` tokens that are neither expired nor revoked."""
        lines = tuple(entries)

        def put(connection: Connection) -> None:
            mine = (user_tokens.c.user == token.user) & user_tokens.c.revoked.is_(None)
            valid = mine & (user_tokens.c.expires > token.created)
            if connection.execute(sa.select(sa.func.count()).where(valid)).scalar_one() >= most:
                raise UsageError(
                    f"a user has at most {count_text(most, 'token')}", advice="Revoke one that is not needed"
                )
            connection.execute(sa.insert(user_tokens).values(**msgspec.structs.asdict(token)))
            _append(connection, lines)

        self._database.write(put, alone=_ALONE)

    def token(self, digest: str) -> tuple[StoredToken, StoredUser] | None:
        """A token, by its hash, with its owner."""
        query = sa.select(user_tokens, users).join(users, users.c.id == user_tokens.c.user)
        return self._pair(query.where(user_tokens.c.hash == digest), StoredToken, StoredUser)

    def tokens(self, user: str = "", after: str = "", limit: int = 50) -> list[tuple[StoredToken, StoredUser]]:
        """Tokens with their owners, newest first, of one user or of all; IDs sort by time."""
        query = sa.select(user_tokens, users).join(users, users.c.id == user_tokens.c.user)
        if user:
            query = query.where(user_tokens.c.user == user)
        if after:
            query = query.where(user_tokens.c.id < after)
        rows = self._rows(query.order_by(user_tokens.c.id.desc()).limit(limit))
        return [(_struct(StoredToken, row), _struct(StoredUser, row[_TOKEN_COLUMNS:])) for row in rows]

    def see_token(self, key: str, used: float) -> None:
        """Record the time of the last request with a token."""
        change = sa.update(user_tokens).where(user_tokens.c.id == key).values(used=used)
        self._database.write(lambda connection: connection.execute(change))

    def revoke_token(self, key: str, owner: str, now: float, entries: Iterable[NewLogLine]) -> bool:
        """Revoke a token; it stays in lists.

        Args:
            key: its ID.
            owner: only if it belongs to this user; empty: anyone's.
            now: the time.
            entries: lines for the log.

        Returns:
            False if there is no such token.
        """
        lines = tuple(entries)
        which = user_tokens.c.id == key
        if owner:
            which &= user_tokens.c.user == owner

        def put(connection: Connection) -> bool:
            if connection.execute(sa.select(user_tokens.c.id).where(which)).scalar() is None:
                return False
            change = sa.update(user_tokens).where(which & user_tokens.c.revoked.is_(None)).values(revoked=now)
            if connection.execute(change).rowcount:
                _append(connection, lines)
            return True

        return self._database.write(put, alone=_ALONE)

    # One-time links

    def add_link(self, link: StoredLink, now: float, entries: Iterable[NewLogLine] = ()) -> None:
        """Add a link; earlier ones for the same purpose and user, and expired ones, are deleted."""
        lines = tuple(entries)

        def put(connection: Connection) -> None:
            same = (user_links.c.purpose == link.purpose) & (user_links.c.user == link.user)
            connection.execute(sa.delete(user_links).where(same | (user_links.c.expires < now)))
            connection.execute(sa.insert(user_links).values(**msgspec.structs.asdict(link)))
            _append(connection, lines)

        self._database.write(put, alone=_ALONE)

    def link(self, digest: str) -> tuple[StoredLink, StoredUser | None] | None:
        """A link with its user, used and expired ones included."""
        link = self._one(sa.select(user_links).where(user_links.c.hash == digest), StoredLink)
        return None if link is None else (link, self.user(link.user) if link.user else None)

    def use_link(
        self,
        digest: str,
        now: float,
        change: Callable[[StoredUser | None], StoredUser],
        entries: Callable[[StoredUser], Iterable[NewLogLine]],
    ) -> StoredUser | None:
        """Use a link once: change its user, or create the first administrator.

        Args:
            digest: hash of the secret.
            now: the time.
            change: receives the user of the link (None: the first administrator's) and returns the user to store.
            entries: lines for the log.

        Returns:
            The user; None if the link is unknown, expired or used, or the administrator already exists.
        """

        def put(connection: Connection) -> StoredUser | None:
            valid = (user_links.c.hash == digest) & user_links.c.used.is_(None) & (user_links.c.expires > now)
            row = connection.execute(sa.select(user_links).where(valid)).one_or_none()
            if row is None:
                return None
            link = _struct(StoredLink, row)
            if link.purpose == FIRST_ADMIN and _has_admin(connection):
                return None
            found = connection.execute(_USERS.where(users.c.id == link.user)).one_or_none() if link.user else None
            if (found is None) is not (link.purpose == FIRST_ADMIN):
                return None
            user = change(None if found is None else _struct(StoredUser, found))
            if found is None:
                if connection.execute(sa.select(users.c.id).where(users.c.name == user.name)).scalar() is not None:
                    raise UsageError("a user with this name exists", where=user.name, advice="Choose another name")
                connection.execute(sa.insert(users).values(**msgspec.structs.asdict(user)))
            else:
                connection.execute(sa.update(users).where(users.c.id == user.id).values(**msgspec.structs.asdict(user)))
            connection.execute(sa.update(user_links).where(valid).values(used=now))
            connection.execute(sa.delete(user_sessions).where(user_sessions.c.user == user.id))
            _append(connection, entries(user))
            return user

        return self._database.write(put, alone=_ALONE)

    # The log

    def note(self, entries: Iterable[NewLogLine]) -> None:
        """Add log lines that change nothing else."""
        lines = tuple(entries)
        self._database.write(lambda connection: _append(connection, lines), alone=_ALONE)

    def log(self, before: int | None = None, limit: int = 50, author: str = "") -> list[LogLine]:
        """Log lines, newest first, with a lower number than ``before``; of one author or of all."""
        query = sa.select(user_log)
        if before is not None:
            query = query.where(user_log.c.seq < before)
        if author:
            query = query.where(user_log.c.author == author)
        return list(chain.read(self._rows(query.order_by(user_log.c.seq.desc()).limit(limit))))

    def verify_log(self) -> chain.LogVerdict:
        """Verify the chain of the whole log."""
        query = sa.select(user_log).order_by(user_log.c.seq)

        def check(connection: Connection) -> chain.LogVerdict:
            return chain.verify_chain(connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query))

        return self._database.read(check)

    def _rows(self, query: sa.Select[Any]) -> Sequence[Any]:
        return self._database.read(lambda connection: connection.execute(query).all())

    def _one[T: msgspec.Struct](self, query: sa.Select[Any], kind: type[T]) -> T | None:
        rows = self._rows(query)
        return _struct(kind, rows[0]) if rows else None

    def _pair[A: msgspec.Struct, B: msgspec.Struct](
        self, query: sa.Select[Any], first: type[A], second: type[B]
    ) -> tuple[A, B] | None:
        rows = self._rows(query)
        if not rows:
            return None
        return _struct(first, rows[0]), _struct(second, rows[0][len(first.__struct_fields__) :])


_USERS = sa.select(users)
_TOKEN_COLUMNS = len(StoredToken.__struct_fields__)


def _struct[T: msgspec.Struct](kind: type[T], row: Sequence[Any]) -> T:
    return kind(**dict(zip(kind.__struct_fields__, row, strict=False)))


def _has_admin(connection: Connection) -> bool:
    query = sa.select(users.c.id).where((users.c.role == ADMIN) & (users.c.disabled == 0)).limit(1)
    return connection.execute(query).scalar() is not None


def _keep_admin(connection: Connection, changed: StoredUser, *, had_admin: bool) -> None:
    if had_admin and not _has_admin(connection):
        raise UsageError(
            "this is the last administrator", where=changed.name, advice="Make another user an administrator first"
        )


def _append(connection: Connection, entries: Iterable[NewLogLine]) -> None:
    # Escaped before the hash is computed, so that the chain holds in every database.
    lines = [
        NewLogLine(
            storable(line.subject),
            storable(line.event),
            {storable(key): storable(value) for key, value in line.fields.items()},
            storable(line.by),
        )
        for line in entries
    ]
    if lines:
        chain.append(connection, lines, datetime.now(UTC), user_log)
