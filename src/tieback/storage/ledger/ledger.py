"""The ledger: mutable state. Runs and their grants; units of work, conclusions and other tables.

Every method is one transaction. Database failures raise ``WorkspaceError``.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from operator import eq
from pathlib import Path
from typing import Any, Self

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from tieback.storage.failures import storage_errors
from tieback.storage.ledger.accounts import Accounts
from tieback.storage.ledger.cases import Cases
from tieback.storage.ledger.conclusions import Conclusions
from tieback.storage.ledger.database import Database, open_database, sqlite_url
from tieback.storage.ledger.deliveries import Deliveries
from tieback.storage.ledger.inventory import Inventory
from tieback.storage.ledger.jobs import Jobs
from tieback.storage.ledger.run_order import latest_first
from tieback.storage.ledger.store_facts import AppStoreFacts
from tieback.storage.ledger.tables import exposure_apps, exposures, findings, grants, jobs, runs
from tieback.storage.ledger.text import storable
from tieback.storage.ledger.units import Units
from tieback.storage.ledger.write_ahead import LogGuard

RESUME_SECONDS = 24 * 3600.0
"""An older interrupted run is not resumed, in seconds: its results must not be mixed with new ones."""


class RunRow(msgspec.Struct, frozen=True):
    """A run of ``tieback scan``."""

    id: str
    """ID of the run."""
    started: datetime
    """When it started (UTC)."""
    ended: datetime | None
    """``None`` if it is still running or was interrupted."""
    grant_sha256: str | None
    """SHA-256 of the grant; ``None`` without one."""
    args: tuple[str, ...]
    """The words of the command line."""


class Ledger(Units):
    """An open ledger."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.database = database
        self.conclusions = Conclusions(database)
        self.inventory = Inventory(database)
        self.store_facts = AppStoreFacts(database)
        self.cases = Cases(database)
        self.deliveries = Deliveries(database)
        self.accounts = Accounts(database)
        self.jobs = Jobs(database)

    @classmethod
    def open(cls, path: Path, guard: LogGuard | None = None) -> Self:
        """Open the SQLite file; create or migrate it if necessary.

        Args:
            path: the file.
            guard: of its log, in a trusted workspace; the ledger ends it when it is closed.

        Raises:
            WorkspaceError: it cannot be opened, is damaged, or was created by a newer release.
        """
        try:
            with storage_errors(path):
                return cls(Database(open_database(sqlite_url(path), guard), str(path), guard))
        except BaseException:
            if guard is not None:
                guard.leave()
            raise

    @classmethod
    def open_url(cls, url: str) -> Self:
        """Open a PostgreSQL database by URL (``storage.ledger.postgres``). Raises as ``open``."""
        with storage_errors(url):
            return cls(Database(open_database(url), url))

    @property
    def where(self) -> str:
        """Its name in messages."""
        return self.database.where

    def close(self) -> None:
        """Release all connections."""
        self.database.close()

    # Runs

    def start_run(self, args: Sequence[str], grant_text: str | None = None) -> str:
        """Record a run and its grant; returns the run ID, which sorts by time."""
        now = time.time()
        # The part of the second comes first, so that runs of the same second sort by time too.
        part = f"{int(now % 1 * 0x1000):03x}{secrets.token_hex(3)[:5]}"
        run = f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}-{part}"
        digest = None if grant_text is None else hashlib.sha256(grant_text.encode()).hexdigest()
        text = json.dumps([storable(arg) for arg in args])

        def start(connection: Connection) -> None:
            if digest is not None:
                grant = self.database.insert(grants).values(sha256=digest, text=grant_text, first_used=now)
                connection.execute(grant.on_conflict_do_nothing(index_elements=["sha256"]))
            connection.execute(sa.insert(runs).values(id=run, started=now, grant_sha256=digest, args=text))

        self.database.write(start)
        return run

    def resume_run(
        self, args: Sequence[str], grant_text: str | None = None, is_same_grant: Callable[[str, str], bool] = eq
    ) -> str | None:
        """The latest interrupted run with the same arguments and grant, if not older than one day.

        Only under ``Workspace.lock``: a run in another process looks the same.

        Args:
            args: arguments of the run.
            grant_text: text of its grant.
            is_same_grant: compares the stored text of a grant with ``grant_text``.
        """
        text = json.dumps([storable(arg) for arg in args])
        open_since = (runs.c.ended.is_(None)) & (runs.c.started > time.time() - RESUME_SECONDS)
        query = (
            sa.select(runs.c.id, grants.c.text)
            .select_from(runs.outerjoin(grants, runs.c.grant_sha256 == grants.c.sha256))
            .where((runs.c.args == text) & open_since)
            .order_by(runs.c.id.desc())
        )
        rows = self.database.read(lambda connection: connection.execute(query).all())
        for run, stored in rows:
            if stored == grant_text or (stored and grant_text and is_same_grant(stored, grant_text)):
                return str(run)
        return None

    def end_run(self, run: str) -> None:
        """Record the end of a run."""
        change = sa.update(runs).where(runs.c.id == run).values(ended=time.time())
        self.database.write(lambda connection: connection.execute(change))

    def discard_run(self, run: str) -> None:
        """Remove a run that read no input, with its conclusions."""

        def discard(connection: Connection) -> None:
            for table in (findings, exposure_apps, exposures):
                connection.execute(sa.delete(table).where(table.c.run == run))
            connection.execute(sa.delete(runs).where(runs.c.id == run))

        self.database.write(discard)

    def latest_run(self) -> RunRow | None:
        """The last finished run; one that ended in the future, by a wrong clock, only if there is no other."""
        ended = _RUNS.where(runs.c.ended.is_not(None)).order_by(*latest_first())
        row = self.database.read(lambda connection: connection.execute(ended.limit(1)).one_or_none())
        return None if row is None else _run_row(row)

    def find_run(self, run: str) -> RunRow | None:
        """The run with this ID, finished or not; ``None`` if there is none."""
        row = self.database.read(lambda connection: connection.execute(_RUNS.where(runs.c.id == run)).one_or_none())
        return None if row is None else _run_row(row)

    def list_runs(self) -> list[RunRow]:
        """All runs, latest first."""
        rows = self.database.read(lambda connection: connection.execute(_RUNS.order_by(runs.c.id.desc())).all())
        return [_run_row(row) for row in rows]

    def runs_without_job(self, limit: int, before: str = "") -> list[RunRow]:
        """Runs that no job made, latest first, after the ID ``before``; those of the command line."""
        query = _RUNS.where(~sa.exists().where(jobs.c.run == runs.c.id))
        query = (query.where(runs.c.id < before) if before else query).order_by(runs.c.id.desc()).limit(limit)
        return [_run_row(row) for row in self.database.read(lambda connection: connection.execute(query).all())]

    def grant_text(self, sha256: str) -> str | None:
        """The text of a grant used by a run."""
        query = sa.select(grants.c.text).where(grants.c.sha256 == sha256)
        return self.database.read(lambda connection: connection.execute(query).scalar())


_RUNS = sa.select(*(runs.c[name] for name in RunRow.__struct_fields__))


def _run_row(row: Sequence[Any]) -> RunRow:
    run, start, end, grant, args = row
    ended = None if end is None else datetime.fromtimestamp(end, UTC)
    return RunRow(run, datetime.fromtimestamp(start, UTC), ended, grant, tuple(json.loads(args)))
