"""The ledger: what changes. Units of work and their leases, runs and the grants they carried; ``conclusions`` beside.

Every method is one transaction. Failures of the database come as ``WorkspaceError``.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import batched
from pathlib import Path
from typing import Any, Protocol, Self

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import postgresql, sqlite

from tieback.storage.cases import Cases
from tieback.storage.conclusions import Conclusions
from tieback.storage.database import open_database, sqlite_url, writing
from tieback.storage.deliveries import Deliveries
from tieback.storage.failures import storage_errors
from tieback.storage.inventory import Inventory
from tieback.storage.tables import State, grants, parts, runs, units

ROWS_A_STATEMENT = 500
"""SQLite takes 32,766 parameters in one statement."""


RESUME_SECONDS = 24 * 3600.0
"""A run that was killed longer ago is begun anew: what its services answered is too old to stand beside new answers."""


class UnitLike(Protocol):
    """A unit of work as the engine describes it."""

    @property
    def key(self) -> str: ...  # noqa: D102 - as in ``engine.interface.Unit``
    @property
    def version(self) -> str: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def size(self) -> int: ...  # noqa: D102


class EndLike(Protocol):
    """The end of a unit as the engine describes it."""

    @property
    def unit(self) -> UnitLike: ...  # noqa: D102 - as in ``engine.interface.UnitEnd``
    @property
    def state(self) -> str: ...  # noqa: D102
    @property
    def part(self) -> str: ...  # noqa: D102
    @property
    def problem(self) -> str: ...  # noqa: D102
    @property
    def attempts(self) -> int: ...  # noqa: D102


class UnitRow(msgspec.Struct, frozen=True):
    """A unit of work as the ledger knows it."""

    key: str
    version: str
    state: State
    attempts: int
    """Over all runs."""
    problem: str
    part: str | None
    """Part of the lake with its results."""
    size: int
    source: str
    """Where it was found last."""


class RunRow(msgspec.Struct, frozen=True):
    """A run of the main job."""

    id: str
    started: datetime
    ended: datetime | None
    """``None`` where it still runs or was killed."""
    grant_sha256: str | None
    args: tuple[str, ...]


class Ledger:
    """An open ledger. ``claim`` and ``finish`` may be called from several processes at once."""

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine = engine
        self._where = where
        self.where = where
        """As lines about it name it."""
        self.conclusions = Conclusions(engine, where)
        self.inventory = Inventory(engine, where)
        self.cases = Cases(engine, where)
        self.deliveries = Deliveries(engine, where)
        # ON CONFLICT is written alike in both, but SQLAlchemy keeps it with the dialects.
        self._insert = sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the SQLite file, making it or bringing it up to date.

        Raises:
            WorkspaceError: it cannot be opened, is damaged, or was made by a newer release.
        """
        with storage_errors(path):
            return cls(open_database(sqlite_url(path)), str(path))

    @classmethod
    def open_url(cls, url: str) -> Self:
        """Open a database by its SQLAlchemy URL, such as one of PostgreSQL. Raises as ``open`` does."""
        engine = open_database(url)
        return cls(engine, engine.url.render_as_string(hide_password=True))

    def close(self) -> None:
        """Release all connections."""
        self._engine.dispose()

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with storage_errors(self._where), writing(self._engine) as connection:
            yield connection

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with storage_errors(self._where), self._engine.connect() as connection:
            yield connection

    # Units of work

    def claim[U: UnitLike](self, wanted: Sequence[U], owner: str, lease_seconds: float) -> list[U]:
        """Take those units that are neither done, set aside, nor held by somebody else; each goes to one owner only.

        Args:
            wanted: units to work on; of equal ones the first counts.
            owner: who will work, such as the id of a run.
            lease_seconds: after this time others may take them, if they have not ended.

        Returns:
            The units taken, in the order of ``wanted``.
        """
        now = time.time()
        distinct = {(unit.key, unit.version): unit for unit in reversed(wanted)}
        taken: set[tuple[str, str]] = set()
        with self._write() as connection:
            for chunk in batched(distinct.values(), ROWS_A_STATEMENT):
                rows = [
                    {
                        **_described(unit),
                        "state": State.LEASED,
                        "attempts": 0,
                        "problem": "",
                        "lease_owner": owner,
                        "lease_until": now + lease_seconds,
                        "updated": now,
                    }
                    for unit in chunk
                ]
                insert = self._insert(units).values(rows)
                changed = ("state", "lease_owner", "lease_until", "source", "size", "updated")
                claim = insert.on_conflict_do_update(
                    index_elements=["key", "version"],
                    set_={name: insert.excluded[name] for name in changed},
                    where=units.c.state.in_([State.RELEASED, State.FAILED])
                    | ((units.c.state == State.LEASED) & (units.c.lease_until < now)),
                ).returning(units.c.key, units.c.version)
                taken.update((key, version) for key, version in connection.execute(claim))
        claimed = []
        for unit in wanted:
            name = (unit.key, unit.version)
            if name in taken:
                taken.remove(name)
                claimed.append(unit)
        return claimed

    def finish(self, ends: Sequence[EndLike]) -> None:
        """Enter the ends of units. What is done stays done, with the part that it was first entered with."""
        if not ends:
            return
        now = time.time()
        rows = [
            {
                **_described(end.unit),
                "state": State(end.state),
                "attempts": end.attempts,
                "problem": _storable(end.problem),
                "part": end.part or None,
                "lease_owner": None,
                "lease_until": None,
                "updated": now,
            }
            for end in ends
        ]
        insert = self._insert(units)
        changed = ("state", "problem", "part", "lease_owner", "lease_until", "updated")
        values: dict[str, Any] = {name: insert.excluded[name] for name in changed}
        values["attempts"] = units.c.attempts + insert.excluded.attempts
        finish = insert.on_conflict_do_update(
            index_elements=["key", "version"], set_=values, where=units.c.state != State.DONE
        )
        with self._write() as connection:
            connection.execute(finish, rows)

    def enter_part(self, part: str, members: Sequence[UnitLike]) -> int:
        """Enter a part that was found in the lake: its units are done, whatever the ledger thought.

        Returns:
            How many of the units were not known to be done.
        """
        now = time.time()
        found = 0
        with self._write() as connection:
            for chunk in batched(members, ROWS_A_STATEMENT):
                rows = [
                    {
                        **_described(unit),
                        "state": State.DONE,
                        "attempts": 1,
                        "problem": "",
                        "part": part,
                        "lease_owner": None,
                        "lease_until": None,
                        "updated": now,
                    }
                    for unit in chunk
                ]
                insert = self._insert(units).values(rows)
                changed = ("state", "problem", "part", "lease_owner", "lease_until", "updated")
                enter = insert.on_conflict_do_update(
                    index_elements=["key", "version"],
                    set_={name: insert.excluded[name] for name in changed},
                    where=units.c.state != State.DONE,
                ).returning(units.c.key)
                found += len(connection.execute(enter).all())
            entered = self._insert(parts).values(name=part, units=len(members), entered=now)
            connection.execute(entered.on_conflict_do_nothing(index_elements=["name"]))
        return found

    def held_elsewhere(self, part: str, members: Sequence[UnitLike]) -> set[tuple[str, str]]:
        """Those of a part's units, by key and version, whose results are done in another part."""
        wanted = {(unit.key, unit.version) for unit in members}
        found: set[tuple[str, str]] = set()
        with self._read() as connection:
            for chunk in batched(sorted({key for key, _ in wanted}), ROWS_A_STATEMENT):
                elsewhere = (units.c.state == State.DONE) & units.c.part.is_not(None) & (units.c.part != part)
                rows = connection.execute(
                    sa.select(units.c.key, units.c.version).where(units.c.key.in_(chunk) & elsewhere)
                )
                found.update((key, version) for key, version in rows)
        return found & wanted

    def entered_parts(self) -> set[str]:
        """Parts that ``enter_part`` has seen."""
        with self._read() as connection:
            return set(connection.execute(sa.select(parts.c.name)).scalars())

    def named_parts(self) -> set[str]:
        """Parts that hold the results of some unit."""
        with self._read() as connection:
            return set(
                connection.execute(sa.select(units.c.part).where(units.c.part.is_not(None)).distinct()).scalars()
            )

    def forget_part(self, part: str) -> int:
        """A part is gone from the lake: its units have to be done again. Returns how many they are."""
        with self._write() as connection:
            lost = connection.execute(
                sa.update(units)
                .where(units.c.part == part)
                .values(state=State.RELEASED, part=None, updated=time.time())
                .returning(units.c.key)
            ).all()
            connection.execute(sa.delete(parts).where(parts.c.name == part))
        return len(lost)

    def release(self, owner: str | None = None) -> int:
        """Give up leases: those of ``owner``, or all where no other process can hold one. Returns how many."""
        held = units.c.state == State.LEASED
        return self._set_released(held if owner is None else held & (units.c.lease_owner == owner))

    def release_expired(self) -> int:
        """Give up leases whose time is over. Returns how many."""
        return self._set_released((units.c.state == State.LEASED) & (units.c.lease_until < time.time()))

    def retry_poison(self) -> int:
        """Let the next run try once more what was set aside. Returns how many units that are."""
        return self._set_released(units.c.state == State.POISON)

    def _set_released(self, which: sa.ColumnElement[bool]) -> int:
        with self._write() as connection:
            change = sa.update(units).where(which).returning(units.c.key)
            values = {"state": State.RELEASED, "lease_owner": None, "lease_until": None, "updated": time.time()}
            return len(connection.execute(change.values(values)).all())

    def unit(self, key: str, version: str) -> UnitRow | None:
        """What is known of one unit."""
        which = (units.c.key == key) & (units.c.version == version)
        return next(self._unit_rows(which), None)

    def unfinished(self) -> Iterator[UnitRow]:
        """Units that failed or were set aside, by source."""
        return self._unit_rows(units.c.state.in_([State.FAILED, State.POISON]))

    def _unit_rows(self, which: sa.ColumnElement[bool]) -> Iterator[UnitRow]:
        columns = [units.c[name] for name in UnitRow.__struct_fields__]
        with self._read() as connection:
            for row in connection.execution_options(yield_per=1000).execute(
                sa.select(*columns).where(which).order_by(units.c.source, units.c.key)
            ):
                key, version, state, *rest = row
                yield UnitRow(key, version, State(state), *rest)

    def counts(self) -> dict[State, int]:
        """How many units are in each state; states without any are left out."""
        with self._read() as connection:
            rows = connection.execute(sa.select(units.c.state, sa.func.count()).group_by(units.c.state))
            return {State(state): count for state, count in rows}

    # Runs

    def start_run(self, args: Sequence[str], grant_text: str | None = None) -> str:
        """Note a run and the grant that it carries; returns its id, which sorts by time."""
        now = time.time()
        run = f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        digest = None if grant_text is None else hashlib.sha256(grant_text.encode()).hexdigest()
        with self._write() as connection:
            if digest is not None:
                grant = self._insert(grants).values(sha256=digest, text=grant_text, first_used=now)
                connection.execute(grant.on_conflict_do_nothing(index_elements=["sha256"]))
            text = json.dumps([_storable(arg) for arg in args])
            connection.execute(sa.insert(runs).values(id=run, started=now, grant_sha256=digest, args=text))
        return run

    def resume_run(self, args: Sequence[str], grant_text: str | None = None) -> str | None:
        """The run with the same arguments and grant that was started last, was killed, and is not older than a day.

        Only under ``Workspace.lock``: a run that goes on elsewhere looks the same.
        """
        digest = None if grant_text is None else hashlib.sha256(grant_text.encode()).hexdigest()
        text = json.dumps([_storable(arg) for arg in args])
        same = (runs.c.args == text) & (runs.c.grant_sha256.is_not_distinct_from(digest))
        open_since = (runs.c.ended.is_(None)) & (runs.c.started > time.time() - RESUME_SECONDS)
        with self._read() as connection:
            query = sa.select(runs.c.id).where(same & open_since).order_by(runs.c.id.desc()).limit(1)
            return connection.execute(query).scalar()

    def end_run(self, run: str) -> None:
        """Note that a run came to its end."""
        with self._write() as connection:
            connection.execute(sa.update(runs).where(runs.c.id == run).values(ended=time.time()))

    def latest_run(self) -> RunRow | None:
        """The run that ended last."""
        columns = [runs.c[name] for name in RunRow.__struct_fields__]
        ended = sa.select(*columns).where(runs.c.ended.is_not(None)).order_by(runs.c.ended.desc(), runs.c.id.desc())
        with self._read() as connection:
            row = connection.execute(ended.limit(1)).one_or_none()
        if row is None:
            return None
        run, start, end, grant, args = row
        return RunRow(
            run, datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC), grant, tuple(json.loads(args))
        )

    def grant_text(self, sha256: str) -> str | None:
        """A grant that a run carried, word for word."""
        with self._read() as connection:
            return connection.execute(sa.select(grants.c.text).where(grants.c.sha256 == sha256)).scalar()


def _described(unit: UnitLike) -> dict[str, object]:
    return {"key": unit.key, "version": unit.version, "source": _storable(unit.source), "size": unit.size}


def _storable(text: str) -> str:
    """Text that UTF-8 can hold: file names may carry bytes that are none (PEP 383)."""
    return text.encode("utf-8", "backslashreplace").decode()
