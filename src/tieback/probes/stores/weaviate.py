"""Weaviate: classes, objects, properties. No object is read below depth ``sample``.

Sends, in this order: ``GET /v1/meta`` (identify; this and the ready answer prove nothing); ``GET /v1/schema``, ``GET
/v1/nodes?output=verbose`` as the second proof (enumerate). Properties come with the schema (describe). Objects are
counted over the shards of every node, so replicas may count twice. Not yet verified against the real server.
"""

from typing import Any

import msgspec

from tieback.model.figure import estimate
from tieback.model.grant import Depth
from tieback.model.probe import Container, Field
from tieback.probes.interface import ProbeMeta
from tieback.probes.sampling import SampledWebStore, SampleReading, sample_get
from tieback.probes.web import MAX_FIELDS, Identification, Inquiry
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_META = get_request(
    "/v1/meta",
    "product and version; may be public even if the rest is protected, so not a proof of access",
    depth=Depth.IDENTIFY,
)
_SCHEMA = get_request("/v1/schema", "names of classes and of their properties; no values")
_NODES = get_request("/v1/nodes?output=verbose", "number of objects of each shard: the second proof; statistics only")
_SAMPLE = sample_get(
    "/v1/objects?class={class}&limit=#",
    "objects of a class, without vectors; starts no module",
    names=rb"[A-Z][A-Za-z0-9_]{0,254}",
)


class _Meta(msgspec.Struct):
    hostname: str
    version: str
    modules: dict[str, msgspec.Raw] | None


class _Property(msgspec.Struct, rename={"kinds": "dataType"}):
    name: str
    kinds: list[str] = []


class _Class(msgspec.Struct, rename={"name": "class"}):
    name: str
    properties: list[_Property] | None = None


class _Schema(msgspec.Struct):
    classes: list[_Class] | None


class _Shard(msgspec.Struct, rename={"name": "class", "objects": "objectCount"}):
    name: str
    objects: Number = 0


class _Node(msgspec.Struct):
    shards: list[_Shard] | None = None


class _Nodes(msgspec.Struct):
    nodes: list[_Node]


class _Object(msgspec.Struct):
    properties: dict[str, Any] | None = None


class _Objects(msgspec.Struct):
    objects: list[_Object] | None = None


class WeaviateProbe(SampledWebStore):
    """Probe of Weaviate: classes, objects, properties."""

    meta = ProbeMeta(
        name="weaviate",
        products=("weaviate",),
        ports=(8080,),
        services=("weaviate",),
        cpe=("cpe:2.3:a:weaviate:weaviate",),
        cwe="CWE-306",
        sends=(_META.send, _SCHEMA.send, _NODES.send, *(one.send for one in _SAMPLE)),
        references=("https://docs.weaviate.io/weaviate/api/rest",),
        pivot=False,
        web=True,
    )
    ask = _META

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the shape of its meta document."""
        meta = decode_json(answer.body, _Meta) if answer.status == 200 else None
        return Identification("weaviate", meta.version) if meta is not None else None

    def is_likely(self, root: Response) -> bool:
        """True if the root has Weaviate's list of links."""
        return root.status == 200 and (b'"href":"/v1"' in root.body or b"weaviate" in root.body)

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """List the classes, with the objects of their shards."""
        if not inquiry.enumerates:
            return
        schema = yield from inquiry.catalogue(_SCHEMA, _Schema)
        if schema is None:
            return
        nodes = yield from inquiry.confirm(_NODES, _Nodes)
        counts: dict[str, int] = {}
        for node in nodes.nodes if nodes is not None else ():
            for shard in node.shards or ():
                counts[shard.name] = counts.get(shard.name, 0) + shard.objects
        for one in schema.classes or ():
            count = counts.get(one.name)
            records = estimate(count, "nodes objectCount") if count is not None else None
            named = (one.properties or [])[:MAX_FIELDS] if inquiry.describes else []
            fields = tuple(Field(p.name[:512], ", ".join(p.kinds)[:80]) for p in named)
            inquiry.add_containers([Container((one.name,), "class", records=records, fields=fields)])
        inquiry.draft.fingerprint(container.name for container in inquiry.draft.containers)
        inquiry.judge()

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the properties of the first objects of a class."""
        found = yield from reading.read(_SAMPLE, _Objects, *container.path)
        reading.add(container.path, (one.properties for one in found.objects or ()) if found is not None else ())
