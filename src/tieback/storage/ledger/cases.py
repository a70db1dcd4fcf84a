"""Vendors, cases and their log in the ledger. Every change writes the document and its log entries in one step.

Change functions may be called again if the connection to the database is lost before the change is committed.

Database failures raise ``WorkspaceError``; documents with another schema raise ``DocumentError``.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from tieback.model.case import Case, Letter, LogLine, NewLogLine
from tieback.model.document import decode, encode
from tieback.model.errors import UsageError
from tieback.model.safe_text import escape_json
from tieback.model.vendor import Vendor
from tieback.storage.ledger import case_log as chain
from tieback.storage.ledger.case_order import DUE, by_urgency
from tieback.storage.ledger.database import Database
from tieback.storage.ledger.tables import case_log, cases, letters, vendors
from tieback.storage.ledger.text import storable

_ROWS_AT_ONCE = 500
_ALONE = "cases"
"""Lock name: the log is a chain, so only one writer may append at a time."""

type Changed[T] = tuple[T, tuple[NewLogLine, ...]]
"""The new value, and the log entries that explain the change."""


class Cases:
    """Vendors, cases, letters and their log in an open ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Vendors

    def vendors(self) -> Iterator[Vendor]:
        """The whole register, by name."""
        for (text,) in self._rows(sa.select(vendors.c.document).order_by(vendors.c.name, vendors.c.id)):
            yield decode(text, "vendor", Vendor)

    def vendor(self, key: str) -> Vendor:
        """One vendor. Raises ``UsageError`` if there is none with this ID."""
        return self._database.read(lambda connection: _vendor(connection, key))

    def vendors_naming(self, texts: Iterable[str]) -> list[Vendor]:
        """Vendors whose documents contain one of these texts as a value, such as a signer or a bundle identifier."""
        quoted = [escape_json(msgspec.json.encode(storable(text))).decode() for text in texts if text]
        which = [vendors.c.document.contains(text, autoescape=True) for text in quoted]
        query = sa.select(vendors.c.document).where(sa.or_(sa.false(), *which)).order_by(vendors.c.name, vendors.c.id)
        return [decode(text, "vendor", Vendor) for (text,) in self._rows(query)]

    def change_vendors(self, change: Callable[[list[Vendor]], Iterable[Changed[Vendor]]], now: datetime) -> int:
        """Pass the whole register to ``change``; store the new or changed vendors it returns. Returns their number."""
        query = sa.select(vendors.c.document).order_by(vendors.c.name, vendors.c.id)

        def put(connection: Connection) -> int:
            known = [decode(text, "vendor", Vendor) for (text,) in connection.execute(query)]
            count = 0
            for vendor, entries in change(known):
                _put_vendor(connection, vendor)
                chain.append(connection, entries, now)
                count += 1
            return count

        return self._database.write(put, alone=_ALONE)

    def change_vendor(self, key: str, change: Callable[[Vendor], Changed[Vendor]], now: datetime) -> Vendor:
        """Change one vendor. Raises ``UsageError`` if there is none with this ID."""

        def put(connection: Connection) -> Vendor:
            vendor, entries = change(_vendor(connection, key))
            _put_vendor(connection, vendor)
            chain.append(connection, entries, now)
            return vendor

        return self._database.write(put, alone=_ALONE)

    def merge_vendors(self, kept: Vendor, gone: str, entries: tuple[NewLogLine, ...], now: datetime) -> None:
        """Merge ``gone`` into ``kept``, with its cases and letters."""

        def merge(connection: Connection) -> None:
            _vendor(connection, gone)
            _put_vendor(connection, kept)
            for (text,) in connection.execute(sa.select(cases.c.document).where(cases.c.vendor == gone)).all():
                case = msgspec.structs.replace(decode(text, "case", Case), vendor=kept.id)
                moved = NewLogLine(
                    case.id, "edited", {"vendor": kept.id, "from": gone}, entries[0].by if entries else ""
                )
                _put_case(connection, case, (moved,), now)
            connection.execute(sa.update(letters).where(letters.c.vendor == gone).values(vendor=kept.id))
            connection.execute(sa.delete(vendors).where(vendors.c.id == gone))
            chain.append(connection, entries, now)

        self._database.write(merge, alone=_ALONE)

    # Cases

    def cases(self, *, states: Collection[str] = (), vendor: str = "") -> Iterator[Case]:
        """The cases in these states (default: all) and of one vendor (default: all), the most urgent first."""
        query = sa.select(DUE, cases.c.id, cases.c.document)
        if states:
            query = query.where(cases.c.state.in_([str(state) for state in states]))
        if vendor:
            query = query.where(cases.c.vendor == vendor)
        rows = ((row[0], row[1], row[2]) for row in self._rows(query.order_by(DUE)))
        for _, text in by_urgency(rows):
            yield decode(text, "case", Case)

    def case(self, key: str) -> Case:
        """One case. Raises ``UsageError`` if there is none with this ID."""
        return self._database.read(lambda connection: _case(connection, key))

    def open(self, wanted: Iterable[Changed[Case]], now: datetime) -> list[Case]:
        """Open cases; existing ones do not change. Returns the new ones."""
        given = tuple(wanted)

        def put(connection: Connection) -> list[Case]:
            opened = []
            for case, entries in given:
                if connection.execute(sa.select(cases.c.id).where(cases.c.id == case.id)).scalar() is None:
                    _put_case(connection, case, entries, now)
                    opened.append(case)
            return opened

        return self._database.write(put, alone=_ALONE)

    def change(self, key: str, change: Callable[[Case], Changed[Case]], now: datetime) -> Case:
        """Change one case: ``change`` receives its current state, and no other writer can change it meanwhile.

        Raises:
            UsageError: there is none with this ID. Errors of ``change`` are passed on; nothing is changed then.
        """

        def put(connection: Connection) -> Case:
            case, entries = change(_case(connection, key))
            _put_case(connection, case, entries, now)
            return case

        return self._database.write(put, alone=_ALONE)

    def note(self, entries: Iterable[NewLogLine], now: datetime) -> None:
        """Add log entries that change nothing else."""
        given = tuple(entries)
        self._database.write(lambda connection: chain.append(connection, given, now), alone=_ALONE)

    # The log

    def log(self, subject: str = "") -> Iterator[LogLine]:
        """The entries of a case or vendor, or all, in order."""
        query = sa.select(case_log)
        if subject:
            query = query.where(case_log.c.subject == subject)
        return chain.read(self._rows(query.order_by(case_log.c.seq)))

    def sent_letters(self) -> Iterator[LogLine]:
        """One entry per letter that a person sent, in order; entries of its cases are left out."""
        sent = case_log.c.fields.contains('"sent":', autoescape=True)
        query = sa.select(case_log).where((case_log.c.event == "letter") & sent)
        rows = self._rows(query.order_by(case_log.c.seq))
        yield from (line for line in chain.read(rows) if "sent" in line.fields and not line.subject.startswith("case-"))

    def verify(self) -> chain.LogVerdict:
        """Verify the chain of the whole log, and that each case is as the log says."""

        def check(connection: Connection) -> chain.LogVerdict:
            def rows() -> Iterator[Any]:
                query = sa.select(case_log).order_by(case_log.c.seq)
                yield from connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query)

            verdict = chain.verify_chain(rows())
            if not verdict.ok:
                return verdict
            states = chain.CaseStates()
            for line in chain.read(rows()):
                states.add(line)
            return _verify_cases(connection, states, verdict)

        return self._database.read(check)

    # Letters

    def letters(self, vendor: str = "", kind: str = "") -> Iterator[Letter]:
        """The letters written, by vendor, kind and version."""
        query = sa.select(letters.c.document)
        if vendor:
            query = query.where(letters.c.vendor == vendor)
        if kind:
            query = query.where(letters.c.kind == kind)
        found = [decode(text, "letter", Letter) for (text,) in self._rows(query)]
        yield from sorted(found, key=lambda letter: (letter.vendor, letter.kind, letter.language, letter.version))

    def save_letter(self, letter: Letter, entries: tuple[NewLogLine, ...], now: datetime) -> None:
        """Store a letter, or replace the one with the same ID (further files of the same text)."""
        row = {
            "id": letter.id, "vendor": letter.vendor, "kind": letter.kind, "language": letter.language,
            "sha256": letter.sha256, "document": encode("letter", letter).decode(),
        }  # fmt: skip

        def save(connection: Connection) -> None:
            connection.execute(sa.delete(letters).where(letters.c.id == letter.id))
            connection.execute(sa.insert(letters).values(**row))
            chain.append(connection, entries, now)

        self._database.write(save, alone=_ALONE)

    def _rows(self, query: sa.Select[Any]) -> Iterator[Any]:
        with self._database.reading() as connection:
            yield from connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query)


def _vendor(connection: Connection, key: str) -> Vendor:
    text = connection.execute(sa.select(vendors.c.document).where(vendors.c.id == key)).scalar()
    if text is None:
        raise UsageError(
            "no such vendor", where=key, advice="See `tieback vendor list`", page="See the list of vendors"
        )
    return decode(text, "vendor", Vendor)


def _case(connection: Connection, key: str) -> Case:
    text = connection.execute(sa.select(cases.c.document).where(cases.c.id == key)).scalar()
    if text is None:
        raise UsageError("no such case", where=key, advice="See `tieback case list`", page="See the list of cases")
    return decode(text, "case", Case)


def _put_vendor(connection: Connection, vendor: Vendor) -> None:
    connection.execute(sa.delete(vendors).where(vendors.c.id == vendor.id))
    document = encode("vendor", vendor).decode()
    connection.execute(sa.insert(vendors).values(id=vendor.id, name=vendor.name, document=document))


def _verify_cases(connection: Connection, states: chain.CaseStates, verdict: chain.LogVerdict) -> chain.LogVerdict:
    good = 0
    for text, *row in connection.execute(sa.select(cases.c.document, cases.c.vendor, cases.c.state, cases.c.due)):
        why = states.problem(decode(text, "case", Case), (row[0], row[1], row[2]), text)
        if why:
            return msgspec.structs.replace(verdict, ok=False, why=why, cases=good)
        good += 1
    missing = states.missing
    why = f"{missing[0]}: the log has it, but it is gone" if missing else ""
    return msgspec.structs.replace(verdict, ok=not missing, why=why, cases=good)


def _put_case(connection: Connection, case: Case, entries: tuple[NewLogLine, ...], now: datetime) -> None:
    """Store a case with the log entries of its change."""
    document = encode("case", case).decode()
    chain.append(connection, chain.with_digest(entries, case.id, document), now)
    connection.execute(sa.delete(cases).where(cases.c.id == case.id))
    connection.execute(
        sa.insert(cases).values(
            id=case.id,
            vendor=case.vendor,
            state=case.state,
            due=case.due.isoformat() if case.due else None,
            document=document,
        )
    )
