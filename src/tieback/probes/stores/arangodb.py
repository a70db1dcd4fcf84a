"""ArangoDB: databases, collections, documents. No document is read below depth ``sample``.

Sends, in this order: ``GET /_api/version`` (identify); ``GET /_api/database/user``, ``GET
/_db/<database>/_api/collection`` and ``.../collection/<name>/count`` for at most 50 of each (enumerate); nothing more
to describe. At depth ``sample``: a fixed query of at most 50 documents of a collection. Not yet verified against
the real server.
"""

from typing import Any

import msgspec

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.sampling import SampledWebStore, SampleReading, sample_post
from tieback.probes.web import MAX_PROBED, Identification, Inquiry
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_VERSION = get_request(
    "/_api/version", "product, version, and whether authentication is required", depth=Depth.IDENTIFY
)
_DATABASES = get_request("/_api/database/user", "names of databases that an anonymous client may use")
_COLLECTIONS = get_request("/_db/{database}/_api/collection?excludeSystem=true", "names of collections")
_COUNT = get_request("/_db/{database}/_api/collection/{collection}/count", "number of documents; returns no document")
_SAMPLE = sample_post(
    "/_db/{database}/_api/cursor",
    '{"query":"FOR d IN @@c LIMIT # RETURN d","bindVars":{"@c":"{collection}"},"batchSize":100,'
    '"memoryLimit":33554432,"options":{"maxRuntime":5}}',
    "documents of a collection by a fixed query without functions; the answer is complete, so no cursor stays",
    names=rb"[A-Za-z_][A-Za-z0-9_-]{0,255}",
)
_OF_ARANGODB = frozenset(("_id", "_rev"))


class _Version(msgspec.Struct):
    server: str
    version: str


class _Databases(msgspec.Struct):
    result: list[str]


class _Collection(msgspec.Struct):
    name: str


class _Collections(msgspec.Struct):
    result: list[_Collection]


class _Count(msgspec.Struct):
    count: Number


class _Documents(msgspec.Struct):
    result: list[dict[str, Any]]


class ArangodbProbe(SampledWebStore):
    """Probe of ArangoDB: databases, collections, documents."""

    meta = ProbeMeta(
        name="arangodb",
        products=("arangodb",),
        ports=(8529,),
        services=("arangodb",),
        cpe=("cpe:2.3:a:arangodb:arangodb",),
        cwe="CWE-306",
        sends=(_VERSION.send, _DATABASES.send, _COLLECTIONS.send, _COUNT.send, *(one.send for one in _SAMPLE)),
        references=("https://docs.arangodb.com/stable/develop/http-api/",),
        web=True,
    )
    ask = _VERSION

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by its answer, or by the realm of its refusal."""
        said = decode_json(answer.body, _Version) if answer.status == 200 else None
        if said is not None and said.server == "arango":
            return Identification("arangodb", said.version)
        realm = 'realm="arangodb"' in answer.headers.get("www-authenticate", "").lower()
        return Identification("arangodb") if realm and answer.status == 401 else None

    def is_likely(self, root: Response) -> bool:
        """True if the server has ArangoDB's name, or redirects to its web interface."""
        here = root.headers.get("server", "") == "ArangoDB"
        return here or "/_admin/aardvark" in root.headers.get("location", "")

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """List the collections of each database."""
        if not inquiry.enumerates:
            return
        databases = yield from inquiry.catalogue(_DATABASES, _Databases)
        if databases is None:
            return
        left = MAX_PROBED
        for database in inquiry.limit(databases.result, "databases"):
            listed = yield from inquiry.read(_COLLECTIONS, _Collections, database)
            if listed is None:
                inquiry.add_containers([Container((database,), "database")])
                continue
            for position, one in enumerate(listed.result):
                count = (yield from inquiry.read(_COUNT, _Count, database, one.name)) if position < left else None
                records = exact(count.count, "collection count") if count is not None else None
                if records is not None:
                    inquiry.draft.prove(_COUNT.label, f"number of documents of {one.name}", Access.OPEN)
                inquiry.add_containers([Container((database, one.name), "collection", records=records)])
            left = max(0, left - len(listed.result))
        inquiry.draft.fingerprint(container.name for container in inquiry.draft.containers)
        inquiry.judge()

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the first documents of a collection."""
        if len(container.path) == 2:
            found = yield from reading.read(_SAMPLE, _Documents, *container.path)
            documents = found.result if found is not None else ()
            reading.add(container.path, ({k: v for k, v in one.items() if k not in _OF_ARANGODB} for one in documents))
