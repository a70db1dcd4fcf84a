"""ClickHouse over HTTP: tables, rows, bytes, columns, from its system tables.

Sends, in this order: ``GET /`` (identify: the greeting proves nothing); then, as the user of requests without a login,
``SELECT version()``, ``SHOW GRANTS``, ``system.databases``, ``system.tables``, ``system.parts``, for tables without
parts ``total_rows`` or a limited count, ``serverUUID()`` (enumerate), ``system.columns`` (describe); the first values
of tables, after their engine and the defaults of their columns were read (sample). Only databases whose tables the
server itself knows are listed, and only tables that keep their own rows are counted and read, so that it contacts no
other server for us (``wire.clickhouse``). The server itself executes a GET read-only.
"""

import re

import msgspec

from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field
from tieback.probes.interface import SAMPLED_COLUMNS, SAMPLED_RECORDS, ProbeMeta
from tieback.probes.sampling import SampledWebStore, SampleReading, sampling_request
from tieback.probes.web import MAX_FIELDS, Identification, Inquiry
from tieback.probes.wire import clickhouse
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json, parse_count
from tieback.probes.wire.requests import Request, get_request
from tieback.scope.conversation import Conversation, SendCost

_ROOT = get_request("/", "product; needs no login, so not a proof of access", depth=Depth.IDENTIFY)
_VERSION = get_request("/?query=SELECT+version()+FORMAT+JSONCompact", "version", label="SELECT version()")
_UUID = get_request(
    "/?query=SELECT+serverUUID()+FORMAT+JSONCompact", "identifier of the server", label="SELECT serverUUID()"
)
_DATABASES = get_request(
    "/?query=SELECT+name,engine+FROM+system.databases+LIMIT+5000+FORMAT+JSONCompact",
    "names and engines of databases; contacts no other server",
    label="SELECT ... FROM system.databases",
)
_TABLES = get_request(
    "/?query=SELECT+database,name,engine+FROM+system.tables+WHERE+database+IN+({names})+LIMIT+5000+FORMAT+JSONCompact",
    "names of tables; reads the catalogue only",
    names=clickhouse.NAMES,
    raw=True,
    label="SELECT ... FROM system.tables",
)
_PARTS = get_request(
    "/?query=SELECT+database,table,sum(rows),sum(bytes_on_disk)+FROM+system.parts"
    "+WHERE+active+AND+database+IN+({names})+GROUP+BY+database,table+LIMIT+5000+FORMAT+JSONCompact",
    "rows and bytes of tables: the second proof; reads the catalogue only",
    names=clickhouse.NAMES,
    raw=True,
    label="SELECT ... FROM system.parts",
)
_GRANTS = get_request(
    "/?query=SHOW+GRANTS+FORMAT+JSONCompact",
    "privileges of our own user; reads the catalogue only",
    label="SHOW GRANTS",
)
_TOTALS = get_request(
    "/?query=SELECT+name,total_rows,total_bytes+FROM+system.tables+WHERE+database+IN+({database})+AND+name+IN+({names})"
    "+LIMIT+50+FORMAT+JSONCompact",
    "rows and bytes of tables without parts; reads the catalogue only",
    names=clickhouse.NAMES,
    raw=True,
    label="SELECT total_rows FROM system.tables",
)
_FEW = get_request(
    "/?query=SELECT+count()+FROM+(SELECT+1+FROM+%60{database}%60.%60{table}%60+LIMIT+10000)+FORMAT+JSONCompact",
    "number of rows of a table that keeps its own rows, at most 10,000; returns no value",
    names=clickhouse.NAME,
    raw=True,
    label="SELECT count() of at most 10,000 rows",
).costing(SendCost.BOUNDED)
_ALL = get_request(
    "/?query=SELECT+count()+FROM+%60{database}%60.%60{table}%60+FORMAT+JSONCompact"
    "&max_execution_time=5&max_rows_to_read=1000000000",
    "the same if there are more; the server stops it after 5 seconds",
    names=clickhouse.NAME,
    raw=True,
    label="SELECT count() of all rows",
).costing(SendCost.SCAN)
_COLUMNS = get_request(
    "/?query=SELECT+database,table,name,type+FROM+system.columns+WHERE+database+IN+({names})+LIMIT+6000"
    "+FORMAT+JSONCompact",
    "names and types of columns; reads the catalogue only",
    names=clickhouse.NAMES,
    raw=True,
    depth=Depth.DESCRIBE,
    label="SELECT ... FROM system.columns",
)
_ENGINE = get_request(
    "/?query=SELECT+name,engine+FROM+system.tables+WHERE+database+IN+({database})+AND+name+IN+({names})+LIMIT+1"
    "+FORMAT+JSONCompact",
    "whether a table keeps its own rows, before they are read; reads the catalogue only",
    names=clickhouse.NAMES,
    raw=True,
    depth=Depth.SAMPLE,
    label="SELECT engine FROM system.tables",
)
_DEFAULTS = get_request(
    "/?query=SELECT+name,type,default_kind+FROM+system.columns+WHERE+database+IN+({database})+AND+table+IN+({names})"
    "+LIMIT+200+FORMAT+JSONCompact",
    "which columns are not computed, before they are read; reads the catalogue only",
    names=clickhouse.NAMES,
    raw=True,
    depth=Depth.SAMPLE,
    label="SELECT default_kind FROM system.columns",
)
_SAMPLE = sampling_request(
    get_request(
        "/?query=SELECT+concat('',{fields})+FROM+%60{database}%60.%60{table}%60+LIMIT+50+FORMAT+JSONCompact",
        f"256 characters of each value of {SAMPLED_RECORDS} rows of a table with its own rows: "
        "classified for personal data in memory, nothing is kept",
        names=clickhouse.sampled_fields(b"%60"),
        raw=True,
        label="SELECT ... LIMIT 50",
    )
)
_ROWS_CAP = 512 * 1024
_CLOSED = ("516", "194", "497")
"""AUTHENTICATION_FAILED, REQUIRED_PASSWORD, ACCESS_DENIED (src/Common/ErrorCodes.cpp)."""

type _Row = list[str | int | None]


class _Rows(msgspec.Struct):
    data: list[_Row]


class ClickhouseProbe(SampledWebStore):
    """Probe of ClickHouse over HTTP: tables, rows, bytes, columns."""

    meta = ProbeMeta(
        name="clickhouse",
        products=("clickhouse",),
        ports=(8123,),
        services=("clickhouse",),
        cpe=("cpe:2.3:a:clickhouse:clickhouse",),
        cwe="CWE-306",
        sends=tuple(
            one.send
            for one in (
                *(_ROOT, _VERSION, _GRANTS, _UUID, _DATABASES, _TABLES, _PARTS, _TOTALS, _FEW, _ALL, _COLUMNS),
                *(_ENGINE, _DEFAULTS, _SAMPLE),
            )
        ),
        references=(
            "https://clickhouse.com/docs/interfaces/http",
            "https://clickhouse.com/docs/operations/system-tables",
        ),
        hides=clickhouse.HIDDEN,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by its greeting, or the header fields of its other answers."""
        greets = answer.status == 200 and answer.body == b"Ok.\n"
        named = any(name.startswith("x-clickhouse-") for name in answer.headers)
        return Identification("clickhouse") if greets or named else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """List the tables of every visible database."""
        if not inquiry.enumerates:
            return
        draft = inquiry.draft
        told = yield from inquiry.ask(_VERSION, cap=16 * 1024)
        if told is None:
            return
        code = told.headers.get("x-clickhouse-exception-code", "")
        if code in _CLOSED or any(b"Code: " + one.encode() in told.body[:400] for one in _CLOSED):
            draft.access = Access.AUTH_REQUIRED
            draft.prove(_VERSION.label, f"status {told.status}, code {code or 'in the text'}", Access.AUTH_REQUIRED)
            return
        version = decode_json(told.body, _Rows)
        if version is not None and version.data and version.data[0]:
            draft.version = str(version.data[0][0])[:40]
        granted = yield from inquiry.ask(_GRANTS, cap=64 * 1024)
        lines = decode_json(granted.body, _Rows) if granted is not None and granted.status == 200 else None
        grants = [str(row[0]) for row in lines.data if row] if lines else []
        draft.privileges, draft.sees_all = clickhouse.privileges(grants), clickhouse.sees_all(grants)
        databases = yield from inquiry.catalogue(_DATABASES, _Rows, cap=_ROWS_CAP)
        if databases is None:
            return
        lists, problems = clickhouse.lists((str(row[0]), str(row[1])) for row in databases.data if len(row) == 2)
        for problem in problems:
            draft.leave_out(problem)
        if grants and not draft.sees_all:
            draft.leave_out(clickhouse.HIDDEN)
        for names in lists:
            if not (yield from self._list(inquiry, names)):
                return
        draft.fingerprint(c.name for c in draft.containers if not c.system)
        told = yield from inquiry.ask(_UUID, cap=16 * 1024)
        named = decode_json(told.body, _Rows) if told is not None and told.status == 200 else None
        value = str(named.data[0][0]) if named is not None and named.data and named.data[0] else ""
        if re.fullmatch(r"[0-9a-f-]{36}", value) and any(letter not in "0-" for letter in value):
            draft.vendor_id("server_uuid", value)
        draft.access = clickhouse.judge(draft.containers, incomplete=bool(problems))
        if inquiry.refused and draft.access is Access.OPEN:
            draft.access = Access.PARTIAL

    def _list(self, inquiry: Inquiry, names: str) -> Conversation[bool]:
        """Add the tables of the named databases; false if they cannot be listed: the draft's access has the reason."""
        tables = yield from inquiry.catalogue(_TABLES, _Rows, names, cap=_ROWS_CAP)
        if tables is None:
            return False
        parts = yield from inquiry.confirm(_PARTS, _Rows, names, cap=_ROWS_CAP)
        figures = {
            (str(row[0]), str(row[1])): (parse_count(row[2]), parse_count(row[3]))
            for row in (parts.data if parts else ())
            if len(row) == 4
        }
        if len(tables.data) >= clickhouse.MAX_PARTS:
            inquiry.draft.leave_out(
                f"more tables than the limit; the first {clickhouse.MAX_PARTS} of some databases are listed"
            )
        known = clickhouse.PartsOf(figures, parts is not None and len(parts.data) < clickhouse.MAX_PARTS)
        fields = (yield from self._columns(inquiry, names)) if inquiry.describes else {}
        local = [clickhouse.LocalTable((str(row[0]), str(row[1])), str(row[2])) for row in tables.data if len(row) == 3]
        counted = yield from clickhouse.count_rows(
            local,
            lambda database, some: self._rows(inquiry, _TOTALS, database, some),
            lambda database, table: self._rows(inquiry, _FEW, database, table),
            (lambda database, table: self._rows(inquiry, _ALL, database, table))
            if inquiry.draft.target.scans
            else None,
        )
        containers = [clickhouse.container(table, known, fields.get(table.path, ())) for table in local]
        inquiry.add_containers(clickhouse.with_figures(containers, counted))
        return True

    def _rows(self, inquiry: Inquiry, request: Request, *names: str) -> Conversation[list[_Row] | None]:
        """Rows, or ``None`` if the server refuses the query: versions before 20.1 have no ``total_rows``."""
        answer = yield from inquiry.ask(request, *names, cap=64 * 1024)
        found = decode_json(answer.body, _Rows) if answer is not None and answer.status == 200 else None
        return found.data if found is not None else None

    def _columns(self, inquiry: Inquiry, names: str) -> Conversation[dict[tuple[str, str], tuple[Field, ...]]]:
        columns = yield from inquiry.read(_COLUMNS, _Rows, names, cap=_ROWS_CAP)
        found: dict[tuple[str, str], list[Field]] = {}
        for row in columns.data if columns is not None else ():
            if len(row) == 4:
                kept = found.setdefault((str(row[0]), str(row[1])), [])
                if len(kept) < MAX_FIELDS:
                    kept.append(Field(str(row[2])[:512], str(row[3])[:80]))
        return {path: tuple(kept) for path, kept in found.items()}

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the first rows of a table that keeps its own rows."""
        if len(container.path) != 2 or container.kind != "table":
            return
        database, table = container.path
        engine = yield from _sampled(reading, _ENGINE, f"'{database}'", f"'{table}'")
        shape = yield from _sampled(reading, _DEFAULTS, f"'{database}'", f"'{table}'")
        known = str(engine[0][1]) if engine and len(engine[0]) == 2 else ""
        names = clickhouse.plain_columns(known, shape, SAMPLED_COLUMNS)
        if not names:
            return
        rows = yield from _sampled(reading, _SAMPLE, clickhouse.join_fields(names, "%60"), database, table)
        texts = [clickhouse.split_fields(str(row[0]), names) for row in rows if row]
        reading.add_rows(container.path, names, texts)


def _sampled(reading: SampleReading, request: Request, *names: str) -> Conversation[list[_Row]]:
    """Rows of a query; none if it is refused."""
    answer = yield from reading.ask(request, *names)
    found = decode_json(answer.body, _Rows) if answer is not None and answer.status == 200 else None
    return found.data if found is not None else []
