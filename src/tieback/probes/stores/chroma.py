"""Chroma: collections and number of their records. No document or vector is read.

Sends, in this order: ``GET /api/v2/heartbeat`` and ``GET /api/v2/version`` (identify); ``GET
/api/v2/tenants/default_tenant/databases``, ``.../databases/<db>/collections``, ``.../collections/<id>/count`` for at
most 50 (enumerate). If there is no v2 (up to 0.5), it sends ``GET /api/v1/collections``. The identifying requests need
no login by design and prove nothing. Names of metadata keys come with the listing (describe): those of a collection,
and since version 1 those of its records. At depth ``sample``: ``POST .../collections/<id>/get``. Verified against 1.5.9
(which reports 1.0.0); v1 not yet verified against the real server.
"""

from typing import Any

import msgspec

from tieback.model.count_text import count_text
from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field
from tieback.probes.interface import ProbeMeta
from tieback.probes.sampling import SampledWebStore, SampleReading, sample_post
from tieback.probes.web import MAX_FIELDS, Identification, Inquiry
from tieback.probes.wire.http import MAX_BODY, Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import Request, get_request
from tieback.scope.conversation import Conversation

_TENANT = "/api/v2/tenants/default_tenant/databases"
_BEAT = get_request(
    "/api/v2/heartbeat", "whether this is Chroma; public by design, so not a proof of access", depth=Depth.IDENTIFY
)
_VERSION = get_request("/api/v2/version", "version; needs no login, so not a proof of access", depth=Depth.IDENTIFY)
_DATABASES = get_request(_TENANT, "names of databases")
_LIST = get_request(f"{_TENANT}/{{database}}/collections?limit=1000", "names of collections and of metadata keys")
_COUNT = get_request(f"{_TENANT}/{{database}}/collections/{{id}}/count", "number of records; returns no record")
_LIST_1 = get_request("/api/v1/collections", "names of collections, for versions up to 0.5")
_COUNT_1 = get_request("/api/v1/collections/{id}/count", "number of records, for versions up to 0.5; returns no record")
_ASKED = (_BEAT, _VERSION, _DATABASES, _LIST, _COUNT, _LIST_1, _COUNT_1)
_NAME = rb"[A-Za-z0-9][A-Za-z0-9._-]{0,511}"
_GET = '{"limit":#,"include":["metadatas","documents"]}'
_WHAT = "records of a collection with their metadata and documents, without vectors; changes nothing"
_SAMPLE = sample_post(f"{_TENANT}/{{database}}/collections/{{id}}/get", _GET, _WHAT, names=_NAME)
_SAMPLE_1 = sample_post("/api/v1/collections/{id}/get", _GET, f"{_WHAT}; versions up to 0.5", names=_NAME)


class _Database(msgspec.Struct):
    name: str


class _Schema(msgspec.Struct):
    keys: dict[str, dict[str, msgspec.Raw]] = {}


class _Collection(msgspec.Struct):
    id: str
    name: str
    dimension: int | None = None
    metadata: dict[str, msgspec.Raw] | None = None
    schema: _Schema = msgspec.field(default_factory=_Schema)
    """Names and types of the metadata of records, since version 1."""


class _Records(msgspec.Struct):
    metadatas: list[dict[str, Any] | None] | None = None
    documents: list[str | None] | None = None


class ChromaProbe(SampledWebStore):
    """Probe of Chroma: databases, collections, records."""

    meta = ProbeMeta(
        name="chroma",
        products=("chroma",),
        ports=(8000,),
        services=("chroma", "chromadb"),
        cpe=("cpe:2.3:a:trychroma:chromadb",),
        cwe="CWE-306",
        sends=tuple(r.send for r in (*_ASKED, *_SAMPLE, *_SAMPLE_1)),
        references=("https://docs.trychroma.com/reference/", "https://cookbook.chromadb.dev/core/api/"),
        pivot=False,
        web=True,
        hides="collections of other tenants than default_tenant",
    )
    ask = _BEAT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the only key of the heartbeat; v1 servers answer 404 or 410."""
        beat = decode_json(answer.body, dict[str, int]) if answer.status == 200 else None
        return Identification("chroma") if beat is not None and list(beat) == ["nanosecond heartbeat"] else None

    def is_likely(self, root: Response) -> bool:
        """True if the answer has Chroma's trace id, or is a 404 without a body or with FastAPI's."""
        bare = not root.body or b'"detail":"Not Found"' in root.body
        return "chroma-trace-id" in root.headers or (root.status == 404 and bare)

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """List the databases of the default tenant, and their collections."""
        draft = inquiry.draft
        told = yield from inquiry.ask(_VERSION, cap=1024)
        draft.version = (decode_json(told.body, str) or "")[:40] if told is not None and told.status == 200 else ""
        if not inquiry.enumerates:
            return
        first = yield from inquiry.ask(_DATABASES)
        if first is None:
            return
        if first.status in (404, 405, 501):
            yield from self._collections(inquiry, (), _LIST_1, _COUNT_1)
        elif not inquiry.is_refused(_DATABASES, first):
            databases = decode_json(first.body, list[_Database]) if first.status == 200 else None
            if databases is None:
                draft.problem(f"{_DATABASES.label}: status {first.status}, unreadable answer")
                return
            draft.prove(_DATABASES.label, count_text(len(databases), "database"), Access.OPEN)
            for database in inquiry.limit(databases, "databases"):
                yield from self._collections(inquiry, (database.name,), _LIST, _COUNT)

    def _collections(
        self, inquiry: Inquiry, inside: tuple[str, ...], listing: Request, counting: Request
    ) -> Conversation[None]:
        found = yield from inquiry.catalogue(listing, list[_Collection], *inside, cap=MAX_BODY)
        if found is None:
            return
        chosen = inquiry.limit(found, "collections")
        for one in chosen:
            count = yield from inquiry.read(counting, Number.__value__, *inside, one.id, cap=1024)
            fields = _fields(one) if inquiry.describes else ()
            records = exact(count, "count") if count is not None else None
            if records is not None:
                inquiry.draft.prove(counting.label, f"number of records of {one.name}", Access.OPEN)
            inquiry.add_containers(
                [Container((*inside, one.name), "collection", records=records, fields=fields, uid=one.id[:64])]
            )
        inquiry.add_containers([Container((*inside, one.name), "collection") for one in found[len(chosen) :]])
        inquiry.draft.fingerprint(f"{one.name}\0{one.id}" for one in found)
        inquiry.judge()

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read metadata and documents of the first records of a collection."""
        if not container.uid:
            return
        inside = container.path[:-1]
        found = yield from reading.read(_SAMPLE if inside else _SAMPLE_1, _Records, *inside, container.uid)
        if found is not None:
            texts = found.documents or []
            rows = found.metadatas or [None] * len(texts)
            texts += [None] * (len(rows) - len(texts))
            reading.add(
                container.path, ({**(row or {}), "document": text} for row, text in zip(rows, texts, strict=False))
            )


def _fields(one: _Collection) -> tuple[Field, ...]:
    """Keys of the collection's own metadata, and of its records' metadata as far as the schema has them."""
    known = {key: kind for key, kind in one.schema.keys.items() if not key.startswith("#")}
    named = dict.fromkeys(one.metadata or {}, "metadata") | {key: next(iter(kind), "") for key, kind in known.items()}
    return tuple(Field(key[:512], kind[:40]) for key, kind in list(named.items())[:MAX_FIELDS])
