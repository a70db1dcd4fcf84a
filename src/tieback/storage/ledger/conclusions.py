"""The conclusions of a run in the ledger: exposures and findings, written once, read in any number, worst first.

Every method is one transaction. A method that yields rows keeps it open until the iterator ends. Database failures
raise ``WorkspaceError``; documents with another schema raise ``DocumentError``.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import batched
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from tieback.model.document import decode, encode
from tieback.model.exposure import Exposure, Finding, PeopleRange, PiiClassTotal
from tieback.model.figure import Figure
from tieback.model.pii import OwnPeople
from tieback.model.probe import Access, Ransom, is_undecided
from tieback.storage.ledger.bulk import insert_rows
from tieback.storage.ledger.database import Database
from tieback.storage.ledger.tables import exposure_apps, exposures, findings, runs

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_A_STATEMENT = 500
"""SQLite allows 32,766 parameters per statement."""
_ROWS_AT_ONCE = 1000
_STORES_AT_ONCE = 5_000
_MOST_RECORDS = 2**62
_OWN_LIMIT = 100_000
"""Limit of people at our own domains in the columns for sorting, where they count less than severity and more than the
rest. Such a column is compared only within a run."""
_MOST_POINTS = 1000
_WORST_FIRST = (exposures.c.rank.desc(), exposures.c.score.desc(), exposures.c.records.desc(), exposures.c.id)


class StoreLine(msgspec.Struct, frozen=True):
    """The main figures of one store, without its containers and routes."""

    id: str
    product: str
    access: Access
    records: Figure
    bytes: Figure
    pii: tuple[PiiClassTotal, ...]
    ransom: Ransom
    people: PeopleRange | None = None
    own_people: OwnPeople | None = None
    honeypot: tuple[str, ...] = ()
    provider: str = ""
    country: str = ""
    containers: tuple["DescribedLine", ...] = ()
    at_most: int = 1
    records_at_most: Figure | None = None
    bytes_at_most: Figure | None = None
    untested: tuple[str, ...] = ()

    @property
    def undecided(self) -> bool:
        """As ``Exposure.undecided``."""
        return is_undecided(self.access, self.untested)

    @property
    def described(self) -> bool:
        """True if the fields of a non-system container were read."""
        return any(bytes(container.fields) != b"[]" and not container.system for container in self.containers)


class DescribedLine(msgspec.Struct, frozen=True):
    """Whether the fields of a container are known; they are not decoded."""

    fields: msgspec.Raw = msgspec.Raw(b"[]")
    system: bool = False


class TargetLine(msgspec.Struct, frozen=True):
    """Where a store was probed and whether it was open, to match it under another identity."""

    id: str
    access: Access
    targets: tuple[str, ...]
    addresses: tuple[str, ...]
    honeypot: tuple[str, ...] = ()
    untested: tuple[str, ...] = ()

    @property
    def exposed(self) -> bool:
        """As ``Exposure.exposed``."""
        return self.access.exposed and not self.honeypot

    @property
    def undecided(self) -> bool:
        """As ``Exposure.undecided``."""
        return is_undecided(self.access, self.untested)


class OpenPeriod(msgspec.Struct, frozen=True):
    """When finished runs found a store open."""

    first: date
    last: date
    run: str
    """The last of these runs."""


class Conclusions:
    """The conclusions of all runs in an open ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, run: str, stores: Iterable[Exposure], found: Iterable[Finding]) -> None:
        """Store the conclusions of a run, replacing earlier ones."""

        def save(connection: Connection) -> None:
            for table in (exposures, exposure_apps, findings):
                connection.execute(sa.delete(table).where(table.c.run == run))
            for chunk in batched(stores, _STORES_AT_ONCE):
                insert_rows(connection, exposures, (_exposure_row(run, store) for store in chunk))
                insert_rows(connection, exposure_apps, _leading(run, chunk))
            insert_rows(connection, findings, (_finding_row(run, finding) for finding in found))

        if isinstance(stores, Collection) and isinstance(found, Collection):
            self._database.write(save, alone="conclusions")
            return
        with self._database.writing("conclusions") as connection:  # the iterators can be read only once, so no retry
            save(connection)

    def exposures(self, run: str, *, exposed: bool | None = None) -> Iterator[Exposure]:
        """The stores of a run by severity, people at our domains, points and records; ``exposed`` selects one kind."""
        query = sa.select(exposures.c.document).where(self._which(run, exposed))
        for (text,) in self._stream(query.order_by(*_WORST_FIRST)):
            yield decode(text, "exposure", Exposure)

    def pick(self, run: str, ids: Collection[str], *, exposed: bool | None = None) -> Iterator[Exposure]:
        """The stores with one of these IDs, unordered; ``exposed`` selects one kind."""
        for some in batched(ids, ROWS_A_STATEMENT):
            query = sa.select(exposures.c.document).where(self._which(run, exposed) & exposures.c.id.in_(some))
            for (text,) in self._stream(query):
                yield decode(text, "exposure", Exposure)

    def lines(self, run: str) -> Iterator[StoreLine]:
        """The main figures of every store, unordered."""
        reader = msgspec.json.Decoder(StoreLine)
        for (text,) in self._stream(sa.select(exposures.c.document).where(exposures.c.run == run)):
            yield reader.decode(text)

    def places(self, run: str, ids: Collection[str] | None = None) -> Iterator[TargetLine]:
        """Where the stores of a run were probed, unordered; ``ids`` selects some."""
        reader = msgspec.json.Decoder(TargetLine)
        wanted = [None] if ids is None else list(batched(ids, ROWS_A_STATEMENT))
        for some in wanted:
            which = exposures.c.run == run
            if some is not None:
                which &= exposures.c.id.in_(some)
            for (text,) in self._stream(sa.select(exposures.c.document).where(which)):
                yield reader.decode(text)

    def open_periods(self, before: str) -> dict[str, OpenPeriod]:
        """Stores that runs found open which ended before this run started, by ID."""
        began = sa.select(runs.c.started).where(runs.c.id == before).scalar_subquery()
        query = (
            sa.select(exposures.c.id, runs.c.started, runs.c.id)
            .join(runs, runs.c.id == exposures.c.run)
            .where((exposures.c.exposed == 1) & runs.c.ended.is_not(None) & (runs.c.started < began))
            .where(exposures.c.run != before)
            .order_by(runs.c.started)
        )
        found: dict[str, OpenPeriod] = {}
        for key, started, run in self._stream(query):
            day = datetime.fromtimestamp(started, UTC).date()
            known = found.get(key)
            found[key] = OpenPeriod(day if known is None else known.first, day, run)
        return found

    def runs_before(self, run: str) -> tuple[int, date | None]:
        """Number of runs that ended before this run started, and the date of the first."""
        began = sa.select(runs.c.started).where(runs.c.id == run).scalar_subquery()
        which = runs.c.ended.is_not(None) & (runs.c.started < began) & (runs.c.id != run)
        with self._database.reading() as connection:
            count, first = connection.execute(
                sa.select(sa.func.count(), sa.func.min(runs.c.started)).where(which)
            ).one()
        return count, None if first is None else datetime.fromtimestamp(first, UTC).date()

    def first_run_started(self) -> datetime | None:
        """When the first run started; ``None`` if there was none."""
        with self._database.reading() as connection:
            started = connection.scalar(sa.select(sa.func.min(runs.c.started)))
        return None if started is None else datetime.fromtimestamp(started, UTC)

    def runs_started_since(self, run: str) -> list[datetime]:
        """Start times of later runs that have not finished."""
        began = sa.select(runs.c.started).where(runs.c.id == run).scalar_subquery()
        later = runs.c.ended.is_(None) & (runs.c.started >= began) & (runs.c.id != run)
        query = sa.select(runs.c.started).where(later)
        return [datetime.fromtimestamp(started, UTC) for (started,) in self._stream(query.order_by(runs.c.started))]

    def findings(self, run: str) -> Iterator[Finding]:
        """The findings of a run, most severe first, then by rule."""
        query = sa.select(findings.c.document).where(findings.c.run == run)
        for (text,) in self._stream(query.order_by(findings.c.rank.desc(), findings.c.rule, findings.c.id)):
            yield decode(text, "finding", Finding)

    def counts(self, run: str) -> tuple[int, int, int]:
        """Number of exposed stores, of other stores that responded, and of findings."""
        with self._database.reading() as connection:
            return (
                connection.scalar(_count(exposures).where(self._which(run, exposed=True))) or 0,
                connection.scalar(_count(exposures).where(self._which(run, exposed=False))) or 0,
                connection.scalar(_count(findings).where(findings.c.run == run)) or 0,
            )

    def ways(self, run: str) -> tuple[int, int]:
        """Number of pairs of an app and a store that it leads to: exposed stores, and others."""
        both = exposure_apps.join(
            exposures, (exposures.c.run == exposure_apps.c.run) & (exposures.c.id == exposure_apps.c.exposure)
        )
        query = sa.select(exposures.c.exposed, sa.func.count()).select_from(both).where(exposure_apps.c.run == run)
        with self._database.reading() as connection:
            found = {row[0]: row[1] for row in connection.execute(query.group_by(exposures.c.exposed))}
        return found.get(1, 0), found.get(0, 0)

    def apps_affected(self, run: str) -> int:
        """Number of apps that lead to an exposed store."""
        both = exposure_apps.join(
            exposures, (exposures.c.run == exposure_apps.c.run) & (exposures.c.id == exposure_apps.c.exposure)
        )
        distinct = sa.func.count(sa.distinct(exposure_apps.c.app))
        with self._database.reading() as connection:
            query = (
                sa.select(distinct).select_from(both).where((exposure_apps.c.run == run) & (exposures.c.exposed == 1))
            )
            return connection.scalar(query) or 0

    def app_store_table(self, run: str) -> "pa.Table":
        """Which app leads to which store: columns ``app``, ``exposure``, ``exposed``, ``place`` (worst store first)."""
        import pyarrow as pa

        order = sa.func.row_number().over(order_by=(exposures.c.exposed.desc(), *_WORST_FIRST))
        ranked = (
            sa.select(exposures.c.id, exposures.c.exposed, order.label("place"))
            .where(exposures.c.run == run)
            .subquery()
        )
        query = (
            sa.select(exposure_apps.c.app, exposure_apps.c.exposure, ranked.c.exposed, ranked.c.place)
            .join(ranked, ranked.c.id == exposure_apps.c.exposure)
            .where(exposure_apps.c.run == run)
        )
        schema = pa.schema(
            [("app", pa.string()), ("exposure", pa.string()), ("exposed", pa.bool_()), ("place", pa.int64())]
        )
        batches = [
            pa.record_batch(
                [
                    pa.array([row[0] for row in rows], pa.string()),
                    pa.array([row[1] for row in rows], pa.string()),
                    pa.array([bool(row[2]) for row in rows], pa.bool_()),
                    pa.array([row[3] for row in rows], pa.int64()),
                ],
                schema=schema,
            )
            for rows in batched(self._stream(query), 10_000)
        ]
        return pa.Table.from_batches(batches, schema=schema)

    @staticmethod
    def _which(run: str, exposed: bool | None) -> sa.ColumnElement[bool]:
        which = exposures.c.run == run
        return which if exposed is None else which & (exposures.c.exposed == int(exposed))

    def _stream(self, query: sa.Select[Any]) -> Iterator[Any]:
        with self._database.reading() as connection:
            yield from connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query)


def _count(table: sa.Table) -> sa.Select[int]:
    return sa.select(sa.func.count()).select_from(table)


def _exposure_row(run: str, store: Exposure) -> Mapping[str, object]:
    return {
        "run": run,
        "id": store.id,
        "product": store.product,
        "access": store.access,
        "severity": store.severity,
        "rank": store.severity.rank,
        "score": store.score + _MOST_POINTS * min(store.own_count, _OWN_LIMIT),
        "exposed": int(store.exposed),
        "records": min(store.records.value, _MOST_RECORDS),
        "document": encode("exposure", store).decode(),
    }


def finding_rank(finding: Finding) -> int:
    """The column by which findings are sorted first: severity, then people at our own domains."""
    return finding.severity.rank * _OWN_LIMIT + min(finding.own_people, _OWN_LIMIT - 1)


def _finding_row(run: str, finding: Finding) -> Mapping[str, object]:
    return {
        "run": run,
        "id": finding.id,
        "rule": finding.rule,
        "severity": finding.severity,
        "rank": finding_rank(finding),
        "document": encode("finding", finding).decode(),
    }


def _leading(run: str, stores: Iterable[Exposure]) -> Iterator[Mapping[str, object]]:
    for store in stores:
        for app in dict.fromkeys(route.app_sha256 for route in store.routes):
            yield {"run": run, "exposure": store.id, "app": app}
