"""The ledger in the user's PostgreSQL database: its URL, its sessions, and session locks.

A URL is a libpq connection URI (manual, "Connection URIs") without a password; the password comes from
``TIEBACK_LEDGER_PASSWORD``, ``PGPASSWORD``, ``~/.pgpass`` or a service file. TLS is libpq's: ``sslmode`` and related
options are part of the URI. This never connects to an examined host.
"""

import os
import platform
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tieback.model.errors import BusyError, UsageError, WorkspaceError
from tieback.model.extras import extra_advice
from tieback.scope.guard import ADVICE, ExcludedServiceError, ServiceGuard
from tieback.storage.failures import is_passing, storage_errors

if TYPE_CHECKING:
    import psycopg

PASSWORD_VARIABLE = "TIEBACK_LEDGER_PASSWORD"
CONNECT_SECONDS = 10
LOCK_SECONDS = 30
"""Maximum time to wait for the writes of another process, in seconds."""
PATIENCE = 45.0
"""How long a run waits for an unreachable server, such as one that restarts, in seconds."""
_PAUSES = (0.05, 0.2, 0.5, 1.0, 2.0)
_CHECKED_SECONDS = 2.0
_DYING_SECONDS = 1.0
"""The server may still be ending the session of a recently killed process."""
_LINE = {
    "connect_timeout": CONNECT_SECONDS,
    # A dead connection is detected within one minute.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
_SETTINGS = (
    f"SET lock_timeout = '{LOCK_SECONDS}s'",
    # A machine without power holds locks for at most one minute.
    "SET tcp_keepalives_idle = 30",
    "SET tcp_keepalives_interval = 10",
    "SET tcp_keepalives_count = 3",
)


def check_address(url: str) -> str:
    """Check and normalise the URL of a ledger.

    Raises:
        UsageError: the URL is invalid, contains a password, or the extra is missing.
    """
    if not url.startswith(("postgresql://", "postgres://")) or not url.isprintable():
        raise UsageError("not the URL of a ledger", where=url, advice="Use postgresql://USER@HOST:PORT/DATABASE")
    driver = _driver()
    try:
        parts = driver.conninfo.conninfo_to_dict(url)
    except driver.Error as error:
        # The text is not shown: it may contain a password.
        why = str(error).strip().partition(":")[0]
        raise UsageError(f"not the URL of a ledger ({why})", where="--ledger", advice=_AS) from None
    except UnicodeDecodeError:
        raise UsageError("not the URL of a ledger (a part is not UTF-8)", where="--ledger", advice=_AS) from None
    secret = next((name for name in parts if name.endswith("password")), None)
    if secret is not None:
        raise UsageError(
            f"the URL contains a {secret}, which others could read",
            where="--ledger",
            advice=f"Put it into ~/.pgpass or {PASSWORD_VARIABLE}, and remove it from the URL",
        )
    return url


_AS = "Use postgresql://USER@HOST:PORT/DATABASE; encode % and @ in names as %25 and %40"


def _driver() -> Any:
    try:
        import psycopg
        import psycopg.conninfo
    except ImportError:
        raise UsageError("psycopg is not installed", where="--ledger", advice=extra_advice("postgres")) from None
    return psycopg


def connect(url: str, *, autocommit: bool = False) -> "psycopg.Connection[Any]":
    """Open a session with tieback's settings.

    Raises:
        UsageError: the extra is missing.
        psycopg.Error: the session cannot be opened; ``storage_errors`` explains it.
    """
    driver = _driver()
    given = driver.conninfo.conninfo_to_dict(url)
    settings: dict[str, Any] = {
        "client_encoding": "utf8",
        "application_name": f"tieback {os.getpid()} {platform.node()}"[:63],
    }
    if "service" not in given and "PGSERVICE" not in os.environ:
        # These would override the settings of a service file.
        settings |= {name: value for name, value in _LINE.items() if name not in given}
    settings |= _permitted(driver, given)
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
                f"the database has the text encoding {encoding[0] if encoding else 'nothing'}",
                where=url,
                advice="Create one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
            )
        session.autocommit = autocommit
    except BaseException:
        session.close()
        raise
    return session


def _permitted(driver: Any, given: Mapping[str, Any]) -> dict[str, str]:
    """The addresses to connect to, without those that site policies exclude; empty if there are no policies.

    libpq then resolves no name, so the addresses that were checked are those of the connection.

    Raises:
        WorkspaceError: a policy excludes the host, or it is in a service file, which cannot be checked.
        GrantError: a site policy is damaged.
        psycopg.Error: a host has no address.
    """
    guard = ServiceGuard.load()
    if not guard:
        return {}
    env = os.environ.get
    hosts = str(given.get("hostaddr") or given.get("host") or env("PGHOSTADDR") or env("PGHOST") or "")
    if not hosts and ("service" in given or env("PGSERVICE")):
        raise WorkspaceError(
            "the host is in a service file, so site policies cannot be checked",
            where="--ledger",
            advice="Put the host into the URL: postgresql://USER@HOST:PORT/DATABASE",
        )
    names = str(given.get("host") or env("PGHOST") or hosts).split(",")
    ports = str(given.get("port") or env("PGPORT") or "5432").split(",")
    found: list[tuple[str, str, str]] = []
    for at, host in enumerate(hosts.split(",")):
        name, port = names[min(at, len(names) - 1)], ports[min(at, len(ports) - 1)] or "5432"
        if not host or host.startswith(("/", "@")):
            found.append((host, "", port))  # a socket of this machine
            continue
        try:
            guard.check_name(name, int(port))
            found += [(name, one.ip, port) for one in guard.addresses(host, int(port))]
        except ExcludedServiceError as error:
            raise WorkspaceError(str(error), where=f"ledger at {host}", advice=ADVICE) from None
        except (OSError, ValueError) as error:
            raise driver.OperationalError(f"connection failed: {host}: {error}") from None
    return {
        key: ",".join(values)
        for key, values in zip(("host", "hostaddr", "port"), zip(*found, strict=True), strict=True)
    }


def pauses(patience: float = PATIENCE) -> "RetryPauses":
    """Pauses between retries after a lost connection."""
    return RetryPauses(patience)


class RetryPauses:
    """Increasing pauses, until the total time is used up."""

    def __init__(self, patience: float) -> None:
        self._until = time.monotonic() + patience
        self._count = 0

    def take(self) -> bool:
        """Sleep; returns ``False`` immediately if the time is used up."""
        pause = _PAUSES[min(self._count, len(_PAUSES) - 1)]
        self._count += 1
        if time.monotonic() + pause > self._until:
            return False
        time.sleep(pause)
        return True


class SessionLock:
    """An advisory lock in its own session (``pg_advisory_lock``): it ends with the session or its process.

    The name includes the ledger's schema, so that ledgers in several schemas of a database do not conflict.
    """

    def __init__(self, url: str, name: str, what: str, advice: str) -> None:
        """Set up; ``take`` takes the lock.

        Args:
            url: the ledger.
            name: name of the lock.
            what: error text if it is taken, such as "another run is writing to this workspace"; the process is added.
            advice: advice for the error.
        """
        self._url = url
        self._name = name
        self._what = what
        self._advice = advice
        self.regained: Callable[[], None] = _nothing
        """Called after the lock was lost and taken again; raises if that is not sufficient."""
        self._session: psycopg.Connection[Any] | None = None
        self._checked = 0.0

    def take(self) -> None:
        """Take the lock. Raises ``BusyError`` if another session holds it, ``WorkspaceError`` if it is unreachable."""
        waiting = pauses(_DYING_SECONDS)
        while True:
            try:
                with storage_errors(self._url):
                    return self._take()
            except BusyError:
                if not waiting.take():
                    raise

    def _take(self) -> None:
        session = connect(self._url, autocommit=True)
        try:
            row = session.execute(f"SELECT pg_try_advisory_lock({_KEY})", {"name": self._name}).fetchone()
            if row is None or not row[0]:
                holder = session.execute(_HOLDER, {"name": self._name}).fetchone()
                by = _told(holder[0]) if holder and holder[0] else ""
                raise BusyError(f"{self._what}{by}", where=self._url, advice=self._advice)
        except BaseException:
            session.close()
            raise
        self._session = session
        self._checked = time.monotonic()

    def check(self, *, now: bool = False) -> None:
        """Check the session, at most every two seconds unless ``now``; if it is lost, take the lock again.

        Raises:
            WorkspaceError: the server stays unreachable, or another session holds or held the lock.
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
                except BusyError:
                    # The server may not have noticed yet that our own session ended.
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
        """Release the lock."""
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
    """The process of a session, from its application name."""
    match application.split(maxsplit=2):
        case ["tieback", number, host] if number.isdigit():
            return f" (process {number} on {host})"
        case _:
            return ""


def _nothing() -> None:
    return
