"""Meilisearch: indexes, documents, fields. No document is read below depth ``sample``.

Sends, in this order: ``GET /`` (identify; like ``/health``, it proves nothing); ``GET /stats``, ``GET /indexes`` as the
second proof, ``GET /version`` (enumerate). Names of fields come with the statistics (describe). Not yet verified
against the real server.
"""

from typing import Any

import msgspec

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Container, Field
from tieback.probes.interface import ProbeMeta
from tieback.probes.sampling import SampledWebStore, SampleReading, sample_get
from tieback.probes.web import MAX_FIELDS, Identification, Inquiry
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_ROOT = get_request("/", "product; needs no login, so not a proof of access", depth=Depth.IDENTIFY)
_STATS = get_request("/stats", "names of indexes, number of documents, names of fields; statistics only")
_INDEXES = get_request("/indexes?limit=100", "whether an anonymous client may list the indexes: the second proof")
_VERSION = get_request("/version", "version")
_SAMPLE = sample_get(
    "/indexes/{index}/documents?limit=#", "documents of an index; searches nothing", names=rb"[A-Za-z0-9_-]{1,400}"
)


class _Status(msgspec.Struct):
    status: str


class _Index(msgspec.Struct, rename={"documents": "numberOfDocuments", "fields": "fieldDistribution"}):
    documents: Number
    fields: dict[str, int] = {}


class _Stats(msgspec.Struct):
    indexes: dict[str, _Index]


class _Indexes(msgspec.Struct):
    results: list[msgspec.Raw]


class _Version(msgspec.Struct, rename={"version": "pkgVersion"}):
    version: str


class _Documents(msgspec.Struct):
    results: list[dict[str, Any]]


class MeilisearchProbe(SampledWebStore):
    """Probe of Meilisearch: indexes, documents, fields."""

    meta = ProbeMeta(
        name="meilisearch",
        products=("meilisearch",),
        ports=(7700,),
        services=("meilisearch",),
        cpe=("cpe:2.3:a:meilisearch:meilisearch",),
        cwe="CWE-306",
        sends=(_ROOT.send, _STATS.send, _INDEXES.send, _VERSION.send, *(one.send for one in _SAMPLE)),
        references=("https://www.meilisearch.com/docs/reference/api",),
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by its status text, or the mini-dashboard, which it shows without a master key."""
        said = decode_json(answer.body, _Status) if answer.status == 200 else None
        speaks = said is not None and said.status.startswith("Meilisearch is running")
        page = answer.status == 200 and b"Meilisearch mini-dashboard" in answer.body
        return Identification("meilisearch") if speaks or page else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """List all indexes at once."""
        if not inquiry.enumerates:
            return
        stats = yield from inquiry.catalogue(_STATS, _Stats)
        if stats is None:
            return
        yield from inquiry.confirm(_INDEXES, _Indexes)
        version = yield from inquiry.read(_VERSION, _Version, cap=16 * 1024)
        inquiry.draft.version = version.version[:40] if version is not None else ""
        inquiry.refused = 0
        for name, index in stats.indexes.items():
            named = list(index.fields)[:MAX_FIELDS] if inquiry.describes else []
            records = exact(index.documents, "stats numberOfDocuments")
            fields = tuple(Field(field[:512]) for field in named)
            inquiry.add_containers([Container((name,), "index", records=records, fields=fields)])
        inquiry.draft.fingerprint(stats.indexes)
        inquiry.judge()

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the first documents of an index."""
        found = yield from reading.read(_SAMPLE, _Documents, *container.path)
        reading.add(container.path, found.results if found is not None else ())
