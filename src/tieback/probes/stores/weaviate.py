"""Weaviate: classes, objects, properties. No object is read below depth ``sample``.

Sends, in this order: ``GET /v1/meta`` (identify; this and the ready answer prove nothing); ``GET /v1/schema``, ``GET
/v1/nodes?output=verbose`` as the second proof, and one ``Aggregate`` query for the count of each of at most 50 classes
(enumerate). Properties come with the schema (describe).

The count of a node leaves out objects that are only in memory, and counts replicas twice. It is used for a class whose
``Aggregate`` is refused, for example because the class has tenants. Verified against recorded answers of Weaviate
1.37.14; the answer to ``Aggregate`` is from its documentation.
"""

from typing import Any

import msgspec

from tieback.model.figure import estimate, exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field
from tieback.probes.interface import ProbeMeta
from tieback.probes.sampling import SampledWebStore, SampleReading, sample_get
from tieback.probes.web import MAX_FIELDS, Identification, Inquiry
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import get_request, query_request
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

_AGGREGATE = query_request(
    "/v1/graphql",
    '{"query":"{Aggregate{{class}{meta{count,}}}}"}',
    "number of objects of one class; a GraphQL query reads, and no object is returned",
    names=rb"[A-Z][A-Za-z0-9_]{0,254}",
    label="POST /v1/graphql Aggregate <class> count",
)


class _Count(msgspec.Struct):
    count: Number


class _Counted(msgspec.Struct):
    meta: _Count


class _Aggregates(msgspec.Struct, rename={"classes": "Aggregate"}):
    classes: dict[str, list[_Counted] | None]


class _Answer(msgspec.Struct):
    data: _Aggregates | None = None


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
        sends=(_META.send, _SCHEMA.send, _NODES.send, _AGGREGATE.send, *(one.send for one in _SAMPLE)),
        references=("https://docs.weaviate.io/weaviate/api/rest",),
        pivot=False,
        web=True,
        hides="collections that an anonymous client may not see",
    )
    ask = _META

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the shape of its meta document; if that is refused, by a header field that it allows."""
        meta = decode_json(answer.body, _Meta) if answer.status == 200 else None
        if meta is not None:
            return Identification("weaviate", meta.version)
        allowed = answer.headers.get("access-control-allow-headers", "").lower()
        return Identification("weaviate") if "x-weaviate-api-key" in allowed else None

    def is_likely(self, root: Response) -> bool:
        """True if the root has Weaviate's list of links, or redirects to it."""
        return b'"href":"/v1"' in root.body or b"weaviate" in root.body

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
        classes = schema.classes or []
        chosen = {
            one.name for one in inquiry.limit(classes, "classes", counted=all(one.name in counts for one in classes))
        }
        for one in classes:
            count = counts.get(one.name)
            records = estimate(count, "nodes objectCount") if count is not None else None
            if one.name in chosen:
                answered = yield from inquiry.ask(_AGGREGATE, one.name, cap=16 * 1024)
                counted = decode_json(answered.body, _Answer) if answered is not None else None
                found = counted.data.classes.get(one.name) if counted is not None and counted.data is not None else None
                if found:
                    inquiry.draft.prove(_AGGREGATE.label, f"number of objects of {one.name}", Access.OPEN)
                    records = exact(found[0].meta.count, "Aggregate meta count")
            named = (one.properties or [])[:MAX_FIELDS] if inquiry.describes else []
            fields = tuple(Field(p.name[:512], ", ".join(p.kinds)[:80]) for p in named)
            inquiry.add_containers([Container((one.name,), "class", records=records, fields=fields)])
        if all(one.records is not None for one in inquiry.draft.containers):
            inquiry.refused = 0  # of the nodes' statistics, not of a class
        inquiry.draft.fingerprint(container.name for container in inquiry.draft.containers)
        inquiry.judge()

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the properties of the first objects of a class."""
        found = yield from reading.read(_SAMPLE, _Objects, *container.path)
        reading.add(container.path, (one.properties for one in found.objects or ()) if found is not None else ())
