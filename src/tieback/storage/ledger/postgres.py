"""The ledger in a PostgreSQL of the operator's own: its address, its sessions, and what only one session may hold.

An address is a connection URI as libpq takes it (its manual, "Connection URIs"), without a password: that comes from
``TIEBACK_LEDGER_PASSWORD``, ``PGPASSWORD``, ``~/.pgpass`` or a service file. TLS is libpq's: ``sslmode`` and its
companions stand in the URI. Nothing of this is ever spoken with a host that is examined.
"""

import os
import platform
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tieback.model.errors import UsageError, WorkspaceError
from tieback.storage.failures import is_passing, storage_errors

if TYPE_CHECKING:
    import psycopg

PASSWORD_VARIABLE = "TIEBACK_LEDGER_PASSWORD"
CONNECT_SECONDS = 10
LOCK_SECONDS = 30
"""How long one process waits for the writes of another."""
PATIENCE = 45.0
"""How long a run waits for a server that went away, such as one that is restarted."""
_PAUSES = (0.05, 0.2, 0.5, 1.0, 2.0)
_CHECKED_SECONDS = 2.0
_DYING_SECONDS = 1.0
"""The server may still be ending the session of a process that was killed a moment ago."""
_LINE = {
    "connect_timeout": CONNECT_SECONDS,
    # A line that is dead is noticed within a minute.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
_SETTINGS = (
    f"SET lock_timeout = '{LOCK_SECONDS}s'",
    # A machine that lost its power holds nothing for longer than a minute.
    "SET tcp_keepalives_idle = 30",
    "SET tcp_keepalives_interval = 10",
    "SET tcp_keepalives_count = 3",
)


def check_address(url: str) -> str:
    """The address of a ledger, as it is kept.

    Raises:
        UsageError: it is none, holds a password, or the extra is missing.
    """
    if not url.startswith(("postgresql://", "postgres://")) or not url.isprintable():
        raise UsageError(
            "not the address of a ledger", where=url, advice="Write it as postgresql://USER@HOST:PORT/DATABASE"
        )
    driver = _driver()
    try:
        parts = driver.conninfo.conninfo_to_dict(url)
    except driver.Error as error:
        # The text is not shown: it may hold what was meant as a password.
        why = str(error).strip().partition(":")[0]
        raise UsageError(f"not the address of a ledger ({why})", where="--ledger", advice=_AS) from None
    secret = next((name for name in parts if name.endswith("password")), None)
    if secret is not None:
        raise UsageError(
            f"the address holds a {secret}, which others could read",
            where="--ledger",
            advice=f"Put it into ~/.pgpass or {PASSWORD_VARIABLE}, and leave it out there",
        )
    return url


_AS = "Write it as postgresql://USER@HOST:PORT/DATABASE; % and @ within a name are %25 and %40"


def _driver() -> Any:
    try:
        import psycopg
        import psycopg.conninfo
    except ImportError:
        raise UsageError(
            "psycopg is not installed", where="--ledger", advice="Install the extra: pip install 'tieback[postgres]'"
        ) from None
    return psycopg


def connect(url: str, *, autocommit: bool = False) -> "psycopg.Connection[Any]":
    """A session, with the settings that every one of ours has.

    Raises:
        UsageError: the extra is missing.
        psycopg.Error: it cannot be opened; ``storage_errors`` explains it.
    """
    driver = _driver()
    given = driver.conninfo.conninfo_to_dict(url)
    settings: dict[str, Any] = {
        "client_encoding": "utf8",
        "application_name": f"tieback {os.getpid()} {platform.node()}"[:63],
    }
    if "service" not in given and "PGSERVICE" not in os.environ:
        # What stands in a service file would be overruled by these.
        settings |= {name: value for name, value in _LINE.items() if name not in given}
    password = os.environ.get(PASSWORD_VARIABLE)
    if password:
        settings["password"] = password
    session: psycopg.Connection[Any] = driver.connect(url, autocommit=True, **settings)
    try:
        for setting in _SETTINGS:
            session.execute(setting)
        encoding = session.execute("SHOW server_encoding").fetchone()
        if encoding != ("UTF8",):
            raise WorkspaceError(
                f"the database keeps its text as {encoding[0] if encoding else 'nothing'}",
                where=url,
                advice="Make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
            )
        session.autocommit = autocommit
    except BaseException:
        session.close()
        raise
    return session


def pauses(patience: float = PATIENCE) -> "Pauses":
    """How often to try again what a lost connection stopped."""
    return Pauses(patience)


class Pauses:
    """Longer and longer pauses, until patience ends."""

    def __init__(self, patience: float) -> None:
        self._until = time.monotonic() + patience
        self._count = 0

    def take(self) -> bool:
        """Sleep; ``False`` at once where patience has ended."""
        pause = _PAUSES[min(self._count, len(_PAUSES) - 1)]
        self._count += 1
        if time.monotonic() + pause > self._until:
            return False
        time.sleep(pause)
        return True


class _HeldError(WorkspaceError):
    """Another session has it."""


class SessionHold:
    """An advisory lock of a session of its own (``pg_advisory_lock``): it dies with the session, or its process.

    The name is one of the ledger's schema, so that ledgers in several schemas of a database do not meet.
    """

    def __init__(self, url: str, name: str, what: str, advice: str) -> None:
        """Prepare it; ``take`` takes it.

        Args:
            url: the ledger.
            name: what is held.
            what: who holds it where somebody does, such as "another run is writing here"; the process is added.
            advice: what to do then.
        """
        self._url = url
        self._name = name
        self._what = what
        self._advice = advice
        self.regained: Callable[[], None] = _nothing
        """Called where it was lost and taken again; raises where that is not enough."""
        self._session: psycopg.Connection[Any] | None = None
        self._checked = 0.0

    def take(self) -> None:
        """Take it. Raises ``WorkspaceError`` where another session has it, or the server cannot be asked."""
        waiting = pauses(_DYING_SECONDS)
        while True:
            try:
                with storage_errors(self._url):
                    return self._take()
            except _HeldError:
                if not waiting.take():
                    raise

    def _take(self) -> None:
        session = connect(self._url, autocommit=True)
        try:
            row = session.execute(f"SELECT pg_try_advisory_lock({_KEY})", {"name": self._name}).fetchone()
            if row is None or not row[0]:
                holder = session.execute(_HOLDER, {"name": self._name}).fetchone()
                by = _told(holder[0]) if holder and holder[0] else ""
                raise _HeldError(f"{self._what}{by}", where=self._url, advice=self._advice)
        except BaseException:
            session.close()
            raise
        self._session = session
        self._checked = time.monotonic()

    def check(self, *, now: bool = False) -> None:
        """Ask the session, at most every two seconds unless ``now``; where it is gone, take the lock again.

        Raises:
            WorkspaceError: the server did not come back, or somebody else has the lock, or had it.
        """
        if not now and time.monotonic() - self._checked < _CHECKED_SECONDS:
            return
        with storage_errors(self._url):
            if self._alive():
                return
            waiting = pauses()
            while True:
                try:
                    self._take()
                    break
                except _HeldError:
                    # The server may not have noticed yet that our own session has gone.
                    if not waiting.take():
                        raise
                except Exception as error:
                    if not is_passing(error) or not waiting.take():
                        raise
        self.regained()

    def _alive(self) -> bool:
        if self._session is None:
            return False
        try:
            self._session.execute("SELECT 1")
        except Exception as error:
            if not is_passing(error):
                raise
            self._session.close()
            self._session = None
            return False
        self._checked = time.monotonic()
        return True

    def release(self) -> None:
        """Give it up."""
        if self._session is not None:
            self._session.close()
            self._session = None


_KEY = "hashtextextended(current_schema() || '/tieback/' || %(name)s, 0)"
_HOLDER = f"""
SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (l.classid::bigint << 32) | l.objid::bigint = {_KEY}"""  # noqa: S608


def _told(application: str) -> str:
    """Who that is, from the name that our sessions have."""
    match application.split(maxsplit=2):
        case ["tieback", number, host] if number.isdigit():
            return f" (process {number} on {host})"
        case _:
            return ""


def _nothing() -> None:
    return
