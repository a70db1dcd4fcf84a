"""Couchbase through its cluster manager: buckets, items, bytes. No item is read below depth ``sample``.

Sends, in this order: ``GET /pools`` (identify: needs no login and proves nothing); ``GET /pools/default/buckets`` and
``GET /pools/default`` as the second proof (enumerate); nothing more to describe. At depth ``sample``: the list of
documents that the console shows. Not yet verified against the real server.
"""

from typing import Any

import msgspec

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.sampling import SampledWebStore, SampleReading, sample_get
from tieback.probes.web import Identification, Inquiry
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_POOLS = get_request(
    "/pools", "product, version, cluster id; needs no login, so not a proof of access", depth=Depth.IDENTIFY
)
_BUCKETS = get_request("/pools/default/buckets", "names of buckets, number of items, bytes; statistics only")
_DEFAULT = get_request("/pools/default", "whether an anonymous client may read the cluster's details: the second proof")
_SAMPLE = sample_get(
    "/pools/default/buckets/{bucket}/docs?include_docs=true&skip=0&limit=#",
    "documents of a bucket by name, as the console lists them; runs no view",
)


class _Pools(msgspec.Struct, rename={"version": "implementationVersion"}):
    version: str
    pools: list[msgspec.Raw]
    uuid: str | list[msgspec.Raw] = ""


class _Statistics(msgspec.Struct, rename={"items": "itemCount", "used": "dataUsed"}):
    items: Number | None = None
    used: Number | None = None


class _Bucket(msgspec.Struct, rename={"basic": "basicStats"}):
    name: str
    basic: _Statistics = msgspec.field(default_factory=_Statistics)


class _Held(msgspec.Struct):
    json: dict[str, Any] | str | None = None


class _DocumentRow(msgspec.Struct):
    doc: _Held | None = None


class _Documents(msgspec.Struct):
    rows: list[_DocumentRow]


class CouchbaseProbe(SampledWebStore):
    """Probe of Couchbase: buckets, items, bytes."""

    meta = ProbeMeta(
        name="couchbase",
        products=("couchbase",),
        ports=(8091,),
        services=("couchbase",),
        cpe=("cpe:2.3:a:couchbase:couchbase_server",),
        cwe="CWE-306",
        sends=(_POOLS.send, _BUCKETS.send, _DEFAULT.send, *(one.send for one in _SAMPLE)),
        references=("https://docs.couchbase.com/server/current/rest-api/rest-intro.html",),
        web=True,
    )
    ask = _POOLS

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the keys of ``/pools``."""
        said = decode_json(answer.body, _Pools) if answer.status == 200 else None
        return Identification("couchbase", said.version) if said is not None else None

    def is_likely(self, root: Response) -> bool:
        """True if the server has Couchbase's name."""
        return root.headers.get("server", "").startswith("Couchbase Server")

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """List the buckets of the only pool."""
        said = decode_json(answer.body, _Pools)
        if said is not None and isinstance(said.uuid, str) and 0 < len(said.uuid) <= 64:
            inquiry.draft.vendor_id("uuid", said.uuid)
        if not inquiry.enumerates:
            return
        buckets = yield from inquiry.catalogue(_BUCKETS, list[_Bucket])
        if buckets is None:
            return
        yield from inquiry.confirm(_DEFAULT, dict[str, msgspec.Raw])
        inquiry.refused = 0
        for one in buckets:
            records = exact(one.basic.items, "basicStats itemCount") if one.basic.items is not None else None
            size = exact(one.basic.used, "basicStats dataUsed") if one.basic.used is not None else None
            inquiry.add_containers([Container((one.name,), "bucket", records=records, bytes=size)])
        inquiry.judge()

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the first documents of a bucket."""
        found = yield from reading.read(_SAMPLE, _Documents, *container.path)
        reading.add(container.path, (_document(row.doc) for row in found.rows) if found is not None else ())


def _document(held: _Held | None) -> object:
    """Content of a document; its JSON is a text since version 6."""
    content = held.json if held is not None else None
    return decode_json(content.encode(), dict[str, Any]) if isinstance(content, str) else content
