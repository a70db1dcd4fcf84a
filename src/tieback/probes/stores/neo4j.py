"""Neo4j over HTTP: number of nodes and relationships, names of properties. No node is read below depth ``sample``.

Sends ``GET /`` (identify: needs no login and proves nothing). Then it sends fixed statements to the Query API with
``accessMode: READ``: two counts and the database's own identifier (enumerate), and the names of properties (describe).
The counts come from the count store.

Servers before 5.19 have no such endpoint. From 4.0 on the same statements go to the transaction API with ``access-mode:
READ``, each in a transaction that ends with its answer. Servers before 4.0 are only identified over HTTP, and probed
over Bolt. Verified against 4.4.38 and 5.26.0.
"""

import re
from typing import Any

import msgspec

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Container, Field
from tieback.probes.interface import SAMPLED_RECORDS, ProbeMeta
from tieback.probes.sampling import FEWER_RECORDS, SampledWebStore, SampleReading, sampling_request
from tieback.probes.web import MAX_FIELDS, Identification, Inquiry
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import Request, get_request, post_request
from tieback.scope.conversation import Conversation

_QUERY = "/db/neo4j/query/v2"
_TRANSACTION = "/db/neo4j/tx/commit"
_READ = (("access-mode", "READ"),)

_ROOT = get_request("/", "product and version; needs no login, so not a proof of access", depth=Depth.IDENTIFY)


class _Statement(msgspec.Struct, frozen=True):
    """Fixed statement, for either endpoint."""

    query: Request
    transaction: Request


def _statement(text: str, why: str, depth: Depth = Depth.ENUMERATE) -> _Statement:
    label = text.partition(" AS ")[0].partition(" YIELD ")[0]
    return _Statement(
        post_request(
            _QUERY,
            f'{{"statement":"{text}","accessMode":"READ"}}'.encode(),
            f"{why}; since 5.19",
            label=label,
            depth=depth,
        ),
        post_request(
            _TRANSACTION,
            f'{{"statements":[{{"statement":"{text}"}}]}}'.encode(),
            f"{why}; 4.0 to 5.18",
            headers=_READ,
            label=f"{label} (transaction)",
            depth=depth,
        ),
    )


def _sample(count: int) -> tuple[Request, Request]:
    """Statement that returns properties of nodes, for either endpoint."""
    one = _statement(
        f"MATCH (n) RETURN properties(n) AS p LIMIT {count}",
        f"properties of at most {count} nodes: classified for personal data in memory, nothing is kept",
        Depth.SAMPLE,
    )
    query, transaction = (sampling_request(version) for version in (one.query, one.transaction))
    label = f"MATCH (n) RETURN properties(n) ({count} records)"
    return (
        msgspec.structs.replace(query, send=msgspec.structs.replace(query.send, name=label)),
        msgspec.structs.replace(
            transaction, send=msgspec.structs.replace(transaction.send, name=f"{label} (transaction)")
        ),
    )


_NODES = _statement("MATCH (n) RETURN count(n) AS n", "number of nodes, from the count store; returns no node")
_EDGES = _statement(
    "MATCH ()-[r]->() RETURN count(r) AS n", "number of relationships, from the count store: the second proof"
)
_INFO = _statement("CALL db.info() YIELD id RETURN id", "identifier of the database")
_KEYS = _statement("CALL db.propertyKeys()", "names of properties; no values", Depth.DESCRIBE)
_STATEMENTS = (_NODES, _EDGES, _INFO, _KEYS)
_SAMPLE = tuple(zip(*(_sample(count) for count in (SAMPLED_RECORDS, FEWER_RECORDS)), strict=True))
"""The same for the Query API and for transactions: at most fifty records, then fewer."""
_SINCE = (5, 19)
"""First version with the Query API; 4.0 was the first with ``access-mode``."""


class _Root(msgspec.Struct):
    neo4j_version: str


class _Before4(msgspec.Struct):
    data: str
    management: str


class _Counted(msgspec.Struct):
    values: list[list[Number]]


class _Count(msgspec.Struct):
    data: _Counted


class _Named(msgspec.Struct):
    values: list[list[str]]


class _Names(msgspec.Struct):
    data: _Named


class _NumberRow(msgspec.Struct):
    row: list[Number]


class _NumberRows(msgspec.Struct):
    data: list[_NumberRow]


class _NumberResults(msgspec.Struct):
    results: list[_NumberRows]


class _TextRow(msgspec.Struct):
    row: list[str]


class _TextRows(msgspec.Struct):
    data: list[_TextRow]


class _TextResults(msgspec.Struct):
    results: list[_TextRows]


class _Maps(msgspec.Struct):
    values: list[list[dict[str, Any]]]


class _MapValues(msgspec.Struct):
    data: _Maps


class _MapRow(msgspec.Struct):
    row: tuple[dict[str, Any]]


class _MapRows(msgspec.Struct):
    data: list[_MapRow]


class _MapResults(msgspec.Struct):
    results: list[_MapRows]


class Neo4jProbe(SampledWebStore):
    """Probe of Neo4j over HTTP: number of nodes and relationships."""

    meta = ProbeMeta(
        name="neo4j",
        products=("neo4j",),
        ports=(7474, 7473),
        services=("neo4j",),
        cpe=("cpe:2.3:a:neo4j:neo4j",),
        cwe="CWE-306",
        sends=(
            _ROOT.send,
            *(one.query.send for one in _STATEMENTS),
            *(one.transaction.send for one in _STATEMENTS),
            *(one.send for versions in _SAMPLE for one in versions),
        ),
        references=("https://neo4j.com/docs/query-api/current/", "https://neo4j.com/docs/http-api/current/"),
        web=True,
        hides="nodes of other databases than the one named neo4j",
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the keys of its discovery document."""
        if answer.status != 200:
            return None
        root = decode_json(answer.body, _Root)
        if root is not None:
            return Identification("neo4j", root.neo4j_version)
        old = decode_json(answer.body, _Before4)
        return Identification("neo4j") if old is not None and old.data.endswith("/db/data/") else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Read the default database as two containers."""
        if not inquiry.enumerates:
            return
        version = tuple(int(part) for part in re.findall(r"[0-9]{1,4}", inquiry.draft.version)[:2])
        if version < (4,):
            inquiry.draft.problem("a version before 4.0 is only identified over HTTP; the Bolt probe reads it")
            return
        old = version < _SINCE
        counts = yield from self._counts(inquiry, _NODES, old=old)
        if counts is None:
            return
        yield from self._identity(inquiry, old=old)
        edges = yield from self._counts(inquiry, _EDGES, old=old, second=True)
        fields: tuple[Field, ...] = ()
        if inquiry.describes:
            named = yield from self._texts(inquiry, _KEYS, old=old)
            fields = tuple(Field(row[0][:512], "property") for row in named[:MAX_FIELDS] if row)
        for name, counted, named_fields in (("nodes", counts, fields), ("relationships", edges, ())):
            row = counted[0] if counted else []
            records = exact(row[0], "count store") if row else None
            inquiry.add_containers([Container(("neo4j", name), name, records=records, fields=named_fields)])
        inquiry.judge()

    def _counts(
        self, inquiry: Inquiry, statement: _Statement, *, old: bool, second: bool = False
    ) -> Conversation[list[list[Number]] | None]:
        ask = inquiry.confirm if second else inquiry.catalogue
        if old:
            told = yield from ask(statement.transaction, _NumberResults, cap=16 * 1024)
            return [one.row for one in told.results[0].data] if told is not None and told.results else None
        found = yield from ask(statement.query, _Count, cap=16 * 1024)
        return found.data.values if found is not None else None

    def _texts(self, inquiry: Inquiry, statement: _Statement, *, old: bool) -> Conversation[list[list[str]]]:
        if old:
            told = yield from inquiry.read(statement.transaction, _TextResults)
            return [one.row for one in told.results[0].data] if told is not None and told.results else []
        found = yield from inquiry.read(statement.query, _Names)
        return found.data.values if found is not None else []

    def _identity(self, inquiry: Inquiry, *, old: bool) -> Conversation[None]:
        rows = yield from self._texts(inquiry, _INFO, old=old)
        identifier = rows[0][0] if rows and rows[0] else ""
        if re.fullmatch(r"[0-9A-Fa-f-]{32,64}", identifier):
            inquiry.draft.vendor_id("database_id", identifier.upper())

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the properties of the first nodes."""
        if container.path[-1] != "nodes":
            return
        query, transaction = _SAMPLE
        found = yield from reading.read(query, _MapValues)
        if found is not None:
            reading.add(container.path, (row[0] for row in found.data.values if row))
            return
        old = yield from reading.read(transaction, _MapResults)
        reading.add(
            container.path, (one.row[0] for part in old.results for one in part.data) if old is not None else ()
        )
