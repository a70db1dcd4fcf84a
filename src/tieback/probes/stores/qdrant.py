"""Qdrant: collections, points, names of indexed payload fields. No point is read below depth ``sample``.

Sends, in this order: ``GET /`` (identify; needs no login and proves nothing); ``GET /collections``, ``GET /telemetry``
as the second proof, ``GET /collections/<name>`` for at most 50 (enumerate). Payload fields come with that answer
(describe). At depth ``sample``: ``POST /collections/<name>/points/scroll``, which reads. Not yet verified against the
real server.
"""

from typing import Any

import msgspec

from tieback.model.figure import estimate
from tieback.model.grant import Depth
from tieback.model.probe import Container, Field
from tieback.probes.interface import ProbeMeta
from tieback.probes.sampling import SampledWebStore, SampleReading, sample_post
from tieback.probes.web import MAX_FIELDS, Identification, Inquiry
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_ROOT = get_request("/", "product and version; needs no login, so not a proof of access", depth=Depth.IDENTIFY)
_COLLECTIONS = get_request("/collections", "names of collections")
_TELEMETRY = get_request("/telemetry", "whether an anonymous client may read the server's statistics: the second proof")
_ONE = get_request(
    "/collections/{collection}", "number of points and names of indexed payload fields; returns no point"
)
_SAMPLE = sample_post(
    "/collections/{collection}/points/scroll",
    '{"limit":#,"with_payload":true,"with_vector":false}',
    "points of a collection with their payload, without vectors; changes nothing",
    names=rb"[A-Za-z0-9][A-Za-z0-9_.-]{0,254}",
)


class _Root(msgspec.Struct):
    title: str
    version: str


class _Name(msgspec.Struct):
    name: str


class _Names(msgspec.Struct):
    collections: list[_Name]


class _Listing(msgspec.Struct):
    result: _Names


class _Id(msgspec.Struct):
    id: str = ""


class _Telemetry(msgspec.Struct):
    result: _Id


class _Schema(msgspec.Struct):
    data_type: str = ""


class _Collection(msgspec.Struct):
    points_count: Number | None = None
    payload_schema: dict[str, _Schema] = {}


class _Answer(msgspec.Struct):
    result: _Collection


class _Point(msgspec.Struct):
    payload: dict[str, Any] | None = None


class _Points(msgspec.Struct):
    points: list[_Point]


class _Scrolled(msgspec.Struct):
    result: _Points


class QdrantProbe(SampledWebStore):
    """Probe of Qdrant: collections, points, indexed payload fields."""

    meta = ProbeMeta(
        name="qdrant",
        products=("qdrant",),
        ports=(6333,),
        services=("qdrant",),
        cpe=("cpe:2.3:a:qdrant:qdrant",),
        cwe="CWE-306",
        sends=(_ROOT.send, _COLLECTIONS.send, _TELEMETRY.send, _ONE.send, *(one.send for one in _SAMPLE)),
        references=("https://api.qdrant.tech/api-reference",),
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by its title."""
        root = decode_json(answer.body, _Root) if answer.status == 200 else None
        return Identification("qdrant", root.version) if root is not None and root.title.startswith("qdrant") else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Request the collections one by one."""
        if not inquiry.enumerates:
            return
        listed = yield from inquiry.catalogue(_COLLECTIONS, _Listing)
        if listed is None:
            return
        names = [one.name for one in listed.result.collections]
        told = yield from inquiry.confirm(_TELEMETRY, _Telemetry)
        inquiry.refused = 0
        chosen = inquiry.limit(names, "collections")
        for name in chosen:
            found = yield from inquiry.read(_ONE, _Answer, name, cap=256 * 1024)
            container = Container((name,), "collection")
            if found is not None:
                count = found.result.points_count
                records = estimate(count, "points_count, approximate") if count is not None else None
                schema = list(found.result.payload_schema.items())[:MAX_FIELDS] if inquiry.describes else []
                fields = tuple(Field(key[:512], one.data_type) for key, one in schema)
                container = Container((name,), "collection", records=records, fields=fields)
            inquiry.add_containers([container])
        inquiry.add_containers([Container((name,), "collection") for name in names[len(chosen) :]])
        if told is not None and 0 < len(told.result.id) <= 64:
            inquiry.draft.vendor_id("telemetry_id", told.result.id)
        else:
            inquiry.draft.fingerprint(names)
        inquiry.judge()

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the payload of the first points of a collection."""
        found = yield from reading.read(_SAMPLE, _Scrolled, *container.path)
        reading.add(container.path, (one.payload for one in found.result.points) if found is not None else ())
