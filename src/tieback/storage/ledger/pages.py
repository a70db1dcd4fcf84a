"""Pages of long tables: some rows after a key, in the order of their list, by an index and without OFFSET.

Documents are decoded only as far as a list shows them. Database failures raise ``WorkspaceError``.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from itertools import batched, islice
from typing import Any

import msgspec
import sqlalchemy as sa

from tieback.model.case import Case, CaseState, LogLine
from tieback.model.document import decode
from tieback.model.exposure import Exposure, Finding, PeopleRange, PiiClassTotal, Severity
from tieback.model.figure import Figure
from tieback.model.probe import Ability, Access, Entry, Privileges, Ransom, is_undecided
from tieback.storage.ledger import case_log as chain
from tieback.storage.ledger.case_order import DUE, CaseKey, Whole, by_urgency
from tieback.storage.ledger.database import Database
from tieback.storage.ledger.run_order import latest_first
from tieback.storage.ledger.tables import case_log, cases, exposures, findings, runs

_ROWS_AT_ONCE = 500

type StoreKey = tuple[Whole, Whole, Whole, Whole, str]
"""Open or not, severity, points, records, ID: the sort key of a store."""
type FindingKey = tuple[Whole, str, str]
"""Severity with people at our own domains, rule, ID."""


class StoreFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which stores of a run; each field that is set must match."""

    exposed: bool | None = None
    access: Access | None = None
    product: str = ""
    severity: Severity | None = None
    pii_class: str = ""
    """A class of personal data or credentials that it contains."""
    experimental: bool | None = None


class RoutePart(msgspec.Struct, frozen=True):
    """The part of a route that a list needs."""

    app_sha256: str


class StoreHead(msgspec.Struct, frozen=True):
    """A store as a list shows it: without its fields, and with its containers and routes unread."""

    id: str
    product: str
    version: str
    access: Access
    severity: Severity
    score: int
    targets: tuple[str, ...]
    addresses: tuple[str, ...]
    records: Figure
    bytes: Figure
    pii: tuple[PiiClassTotal, ...]
    ransom: Ransom
    routes: tuple[RoutePart, ...] = ()
    containers: tuple[msgspec.Raw, ...] = ()
    people: PeopleRange | None = None
    honeypot: tuple[str, ...] = ()
    untested: tuple[str, ...] = ()
    experimental: bool = False
    entry: Entry = Entry.NONE
    privileges: Privileges = Privileges.NONE
    account: str = ""
    provider: str = ""
    country: str = ""
    cleartext: bool = False
    abilities: tuple[Ability, ...] = ()

    @property
    def exposed(self) -> bool:
        """As ``Exposure.exposed``."""
        return self.access.exposed and not self.honeypot

    @property
    def undecided(self) -> bool:
        """As ``Exposure.undecided``."""
        return is_undecided(self.access, self.untested)


class StoreInRun(msgspec.Struct, frozen=True):
    """What one run found of a store."""

    run: str
    started: datetime
    ended: datetime | None
    store: StoreHead | None
    """``None`` if the run did not find it."""


class CaseHead(msgspec.Struct, frozen=True):
    """A case of a store."""

    id: str
    store: str
    vendor: str
    """ID."""
    state: CaseState


def store_page(
    database: Database, run: str, which: StoreFilter, after: StoreKey | None, limit: int
) -> list[tuple[StoreKey, StoreHead]]:
    """At most ``limit`` stores of a run after a key: open ones first, then by severity, points and records."""
    table = exposures.c
    query = sa.select(table.exposed, table.rank, table.score, table.records, table.id, table.document)
    query = query.where(_stores(run, which))
    if after is not None:
        falling = sa.tuple_(table.exposed, table.rank, table.score, table.records)
        last = sa.tuple_(*(sa.literal(one) for one in after[:4]))
        query = query.where((falling < last) | ((falling == last) & (table.id > after[4])))
    order = (table.exposed.desc(), table.rank.desc(), table.score.desc(), table.records.desc(), table.id)
    reader = msgspec.json.Decoder(StoreHead)
    return [
        ((row[0], row[1], row[2], row[3], row[4]), reader.decode(row[5]))
        for row in _rows(database, query.order_by(*order).limit(limit))
    ]


def count_stores(database: Database, run: str, which: StoreFilter) -> int:
    """The number of these stores."""
    return _count(database, sa.select(sa.func.count()).select_from(exposures).where(_stores(run, which)))


def other_stores_by_access(database: Database, run: str) -> dict[Access, int]:
    """Number of stores of a run that are not open, by access state, the most first."""
    number = sa.func.count()
    query = sa.select(exposures.c.access, number).where((exposures.c.run == run) & (exposures.c.exposed == 0))
    rows = _rows(database, query.group_by(exposures.c.access).order_by(number.desc(), exposures.c.access))
    return {Access(access): count for access, count in rows}


def store_products(database: Database, run: str, limit: int) -> list[str]:
    """The products of the stores of a run, sorted; at most ``limit``."""
    query = sa.select(exposures.c.product).distinct().where(exposures.c.run == run)
    return [row[0] for row in _rows(database, query.order_by(exposures.c.product).limit(limit))]


def _stores(run: str, which: StoreFilter) -> sa.ColumnElement[bool]:
    """The document has the fields that no column has. A quote within a text is escaped there, so no name can match."""
    found = exposures.c.run == run
    if which.exposed is not None:
        found &= exposures.c.exposed == int(which.exposed)
    if which.access is not None:
        found &= exposures.c.access == which.access.value
    if which.product:
        found &= exposures.c.product == which.product
    if which.severity is not None:
        found &= exposures.c.severity == which.severity.value
    if which.pii_class:
        found &= exposures.c.document.contains(f'"pii_class":{_quoted(which.pii_class)}', autoescape=True)
    if which.experimental is not None:
        marked = exposures.c.document.contains('"experimental":true', autoescape=True)
        found &= marked if which.experimental else sa.not_(marked)
    return found


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()


def store_in_runs(database: Database, key: str, limit: int) -> list[StoreInRun]:
    """What the last finished runs found of a store, the latest first; at most ``limit`` runs."""
    latest = sa.select(runs).where(runs.c.ended.is_not(None)).order_by(*latest_first())
    some = latest.limit(limit).subquery()
    both = some.outerjoin(exposures, (exposures.c.run == some.c.id) & (exposures.c.id == key))
    query = sa.select(some.c.id, some.c.started, some.c.ended, exposures.c.document).select_from(both)
    reader = msgspec.json.Decoder(StoreHead)
    return [
        StoreInRun(run, _time(started), _time(ended), None if text is None else reader.decode(text))
        for run, started, ended, text in _rows(database, query.order_by(some.c.ended.desc(), some.c.id.desc()))
    ]


def latest_run_of_store(database: Database, key: str) -> str:
    """ID of the latest finished run that found the store with this ID; empty if none did."""
    query = sa.select(runs.c.id).join(exposures, exposures.c.run == runs.c.id)
    query = query.where((exposures.c.id == key) & runs.c.ended.is_not(None))
    rows = _rows(database, query.order_by(*latest_first()).limit(1))
    return next((str(run) for (run,) in rows), "")


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def find_store(database: Database, run: str, key: str) -> Exposure | None:
    """One store of a run; ``None`` if the run has none with this ID."""
    query = sa.select(exposures.c.document).where((exposures.c.run == run) & (exposures.c.id == key))
    return next((decode(text, "exposure", Exposure) for (text,) in _rows(database, query)), None)


def finding_page(
    database: Database,
    run: str,
    after: FindingKey | None,
    limit: int,
    *,
    rule: str = "",
    severity: Severity | None = None,
) -> list[tuple[FindingKey, Finding]]:
    """At most ``limit`` findings of a run after a key, most severe first, then by rule."""
    table = findings.c
    query = sa.select(table.rank, table.rule, table.id, table.document).where(_findings(run, rule, severity))
    if after is not None:
        rest = sa.tuple_(table.rule, table.id) > sa.tuple_(sa.literal(after[1]), sa.literal(after[2]))
        query = query.where((table.rank < after[0]) | ((table.rank == after[0]) & rest))
    query = query.order_by(table.rank.desc(), table.rule, table.id).limit(limit)
    return [((row[0], row[1], row[2]), decode(row[3], "finding", Finding)) for row in _rows(database, query)]


def count_findings(database: Database, run: str, *, rule: str = "", severity: Severity | None = None) -> int:
    """The number of these findings."""
    return _count(database, sa.select(sa.func.count()).select_from(findings).where(_findings(run, rule, severity)))


def findings_by_rule(database: Database, run: str) -> dict[str, int]:
    """The number of findings per rule."""
    query = sa.select(findings.c.rule, sa.func.count()).where(findings.c.run == run).group_by(findings.c.rule)
    return {row[0]: row[1] for row in _rows(database, query.order_by(findings.c.rule))}


def pick_findings(database: Database, run: str, keys: Sequence[str]) -> list[Finding]:
    """The findings of a run with these IDs, most severe first."""
    which = (findings.c.run == run) & findings.c.id.in_(list(keys))
    query = sa.select(findings.c.document).where(which).order_by(findings.c.rank.desc(), findings.c.rule, findings.c.id)
    return [decode(text, "finding", Finding) for (text,) in _rows(database, query)]


def _findings(run: str, rule: str, severity: Severity | None) -> sa.ColumnElement[bool]:
    found = findings.c.run == run
    if rule:
        found &= findings.c.rule == rule
    if severity is not None:
        found &= findings.c.severity == severity.value
    return found


def case_page(
    database: Database,
    after: CaseKey | None,
    limit: int,
    *,
    states: Sequence[CaseState] = (),
    vendor: str = "",
    due_by: str = "",
) -> list[tuple[CaseKey, Case]]:
    """At most ``limit`` cases after a key, the most urgent first.

    Args:
        database: the ledger.
        after: the last key of the previous page.
        limit: maximum number.
        states: only cases in one of these.
        vendor: only cases of the vendor with this ID.
        due_by: only cases with a due date on this day or before, ISO 8601.
    """
    query = sa.select(DUE, cases.c.id, cases.c.document).where(_cases(states, vendor, due_by))
    if after is not None:
        query = query.where(after[0] <= DUE)
    rows = by_urgency((row[0], row[1], row[2]) for row in _rows(database, query.order_by(DUE)))
    found = (row for row in rows if after is None or row[0] > after)
    return [(key, decode(text, "case", Case)) for key, text in islice(found, limit)]


def count_cases(database: Database, *, states: Sequence[CaseState] = (), vendor: str = "", due_by: str = "") -> int:
    """The number of these cases."""
    return _count(database, sa.select(sa.func.count()).select_from(cases).where(_cases(states, vendor, due_by)))


def count_case_states(database: Database) -> dict[str, int]:
    """The number of cases per state."""
    query = sa.select(cases.c.state, sa.func.count()).group_by(cases.c.state)
    return {row[0]: row[1] for row in _rows(database, query)}


def cases_of_stores(database: Database, stores: Collection[str]) -> list[CaseHead]:
    """The cases of these stores, by ID. The log names the store of each case; the documents are long."""
    opened = sa.select(case_log.c.subject, case_log.c.fields).where(case_log.c.event == "opened")
    store_of: dict[str, str] = {}
    for subject, fields in _rows(database, opened):
        store = _StoreOf.decode(fields).store
        if store in stores:
            store_of[subject] = store
    found: list[CaseHead] = []
    for some in batched(sorted(store_of), _ROWS_AT_ONCE):
        query = sa.select(cases.c.id, cases.c.vendor, cases.c.state).where(cases.c.id.in_(some)).order_by(cases.c.id)
        rows = _rows(database, query)
        found += [CaseHead(key, store_of[key], vendor, CaseState(state)) for key, vendor, state in rows]
    return found


class _OpenedFields(msgspec.Struct, frozen=True):
    store: str = ""


_StoreOf = msgspec.json.Decoder(_OpenedFields)


def find_case(database: Database, key: str) -> tuple[Case, str] | None:
    """One case, and the SHA-256 of its document as the log has it; ``None`` if there is none with this ID."""
    query = sa.select(cases.c.document).where(cases.c.id == key)
    rows = _rows(database, query)
    return next(((decode(text, "case", Case), chain.digest_of(text)) for (text,) in rows), None)


def _cases(states: Sequence[CaseState], vendor: str, due_by: str) -> sa.ColumnElement[bool]:
    found: sa.ColumnElement[bool] = sa.true()
    if states:
        found &= cases.c.state.in_([state.value for state in states])
    if vendor:
        found &= cases.c.vendor == vendor
    if due_by:
        found &= (cases.c.due <= due_by) & (cases.c.state != CaseState.CLOSED.value)
    return found


def log_page(database: Database, before: int | None, limit: int, subject: str = "") -> list[LogLine]:
    """At most ``limit`` lines of the log of cases before a line, the latest first.

    Args:
        database: the ledger.
        before: number of a line.
        limit: maximum number.
        subject: only lines about the case or vendor with this ID.
    """
    query = sa.select(case_log)
    if subject:
        query = query.where(case_log.c.subject == subject)
    if before is not None:
        query = query.where(case_log.c.seq < before)
    return list(chain.read(_rows(database, query.order_by(case_log.c.seq.desc()).limit(limit))))


def _count(database: Database, query: sa.Select[Any]) -> int:
    return int(database.read(lambda connection: connection.scalar(query)) or 0)


def _rows(database: Database, query: sa.Select[Any]) -> Iterator[Any]:
    with database.reading() as connection:
        yield from connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query)
