"""Neo4j over HTTP: numbers of nodes and relationships, names of properties. No node is read.

Sends, in this order: ``GET /`` (identify: answers anyone and proves nothing); fixed statements to the Query API with
``accessMode: READ``: two counts, each answered from the count store, and the database's own identifier (enumerate); the
names of properties (describe). Servers before 5.19 have no such endpoint: they are identified. Not yet verified against
the real server.
"""

import re

import msgspec

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Container, Field
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import MAX_FIELDS, Inquiry, Known, WebStore
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decoded
from tieback.probes.wire.requests import posting, reading
from tieback.scope.conversation import Conversation

_QUERY = "/db/neo4j/query/v2"

_ROOT = reading("/", "product and version; answers anyone and proves nothing", depth=Depth.IDENTIFY)
_NODES = posting(
    _QUERY,
    b'{"statement":"MATCH (n) RETURN count(n) AS n","accessMode":"READ"}',
    "number of nodes, from the count store; returns none of them",
    label="MATCH (n) RETURN count(n)",
)
_EDGES = posting(
    _QUERY,
    b'{"statement":"MATCH ()-[r]->() RETURN count(r) AS n","accessMode":"READ"}',
    "number of relationships, from the count store: the second proof",
    label="MATCH ()-[r]->() RETURN count(r)",
)
_INFO = posting(
    _QUERY,
    b'{"statement":"CALL db.info() YIELD id RETURN id","accessMode":"READ"}',
    "the database's own identifier",
    label="CALL db.info()",
)
_KEYS = posting(
    _QUERY,
    b'{"statement":"CALL db.propertyKeys()","accessMode":"READ"}',
    "names of properties; no values",
    depth=Depth.DESCRIBE,
    label="CALL db.propertyKeys()",
)


class _Root(msgspec.Struct):
    neo4j_version: str


class _Counted(msgspec.Struct):
    values: list[list[Number]]


class _Count(msgspec.Struct):
    data: _Counted


class _Named(msgspec.Struct):
    values: list[list[str]]


class _Names(msgspec.Struct):
    data: _Named


class Neo4jProbe(WebStore):
    """Asks Neo4j how much it holds."""

    meta = ProbeMeta(
        name="neo4j",
        products=("neo4j",),
        ports=(7474, 7473),
        services=("neo4j",),
        cpe=("cpe:2.3:a:neo4j:neo4j",),
        cwe="CWE-306",
        sends=(_ROOT.send, _NODES.send, _EDGES.send, _INFO.send, _KEYS.send),
        references=("https://neo4j.com/docs/query-api/current/",),
        web=True,
    )
    ask = _ROOT

    def known(self, answer: Response) -> Known | None:
        """By the keys of its discovery document."""
        root = decoded(answer.body, _Root) if answer.status == 200 else None
        return Known("neo4j", root.neo4j_version) if root is not None else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """The default database as two containers."""
        if not inquiry.enumerates:
            return
        nodes = yield from inquiry.catalogue(_NODES, _Count, cap=16 * 1024)
        if nodes is None:
            return
        info = yield from inquiry.ask(_INFO, cap=16 * 1024)
        told = decoded(info.body, _Names) if info is not None and info.status in (200, 202) else None
        identifier = told.data.values[0][0] if told is not None and told.data.values and told.data.values[0] else ""
        if re.fullmatch(r"[0-9A-Fa-f-]{32,64}", identifier):
            inquiry.draft.vendor_id("database_id", identifier.upper())
        edges = yield from inquiry.confirm(_EDGES, _Count, cap=16 * 1024)
        fields: tuple[Field, ...] = ()
        if inquiry.describes:
            keys = yield from inquiry.read(_KEYS, _Names)
            named = keys.data.values[:MAX_FIELDS] if keys is not None else []
            fields = tuple(Field(row[0][:512], "property") for row in named if row)
        for name, kind, counted, named_fields in (
            ("nodes", "nodes", nodes, fields),
            ("relationships", "relationships", edges, ()),
        ):
            row = counted.data.values[0] if counted is not None and counted.data.values else []
            records = exact(row[0], "count store") if row else None
            inquiry.hold([Container(("neo4j", name), kind, records=records, fields=named_fields)])
        inquiry.judge()
