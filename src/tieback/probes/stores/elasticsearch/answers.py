"""Shapes of the JSON answers of Elasticsearch and OpenSearch, decoded straight into small structs.

Only the keys that a report needs become objects: additional content of a hostile answer costs no memory.
"""

from typing import Any

import msgspec

from tieback.probes.wire.jsontext import decode_json

MAX_FIELDS = 2000
"""Maximum number of fields of one index that are kept."""
_MAX_LEVELS = 20


class VersionAnswer(msgspec.Struct):
    """``version`` of ``GET /``."""

    number: str = ""
    distribution: str = ""
    lucene_version: str = ""
    build_hash: str = ""


class RootAnswer(msgspec.Struct):
    """``GET /``."""

    version: VersionAnswer
    cluster_name: str = ""
    cluster_uuid: str = ""
    name: str = ""
    tagline: str = ""

    @property
    def is_search_engine(self) -> bool:
        """True if this is the root document of either product (CouchDB and others also have a ``version``)."""
        return bool(self.version.number) and bool(self.version.lucene_version or "for Search" in self.tagline)

    @property
    def is_opensearch(self) -> bool:
        """True if the product calls itself OpenSearch (the successor of Open Distro)."""
        return self.version.distribution == "opensearch" or "OpenSearch" in self.tagline


class StatsIndices(msgspec.Struct):
    """``indices`` of ``_cluster/stats``."""

    count: int = 0


class ClusterStats(msgspec.Struct):
    """``GET /_cluster/stats``, filtered."""

    indices: StatsIndices | None = None


class CountAnswer(msgspec.Struct):
    """``GET /<index>/_count``."""

    count: int


class _Property(msgspec.Struct):
    type: str = ""
    properties: "dict[str, _Property] | None" = None


class _Mapping(msgspec.Struct):
    properties: dict[str, _Property] | None = None


class _IndexMappings(msgspec.Struct):
    mappings: msgspec.Raw


class _Hit(msgspec.Struct):
    source: dict[str, Any] = msgspec.field(name="_source", default_factory=dict)


class _Hits(msgspec.Struct):
    hits: list[_Hit] = []


class _Found(msgspec.Struct):
    hits: _Hits


def hit_sources(body: bytes) -> list[dict[str, Any]]:
    """Documents in the answer to a search; empty if the answer has another shape."""
    answer = decode_json(body, _Found)
    return [hit.source for hit in answer.hits.hits] if answer is not None else []


def mapping_fields(body: bytes) -> list[tuple[str, str]] | None:
    """Leaf fields of one index's mapping as (dotted path, type), at most ``MAX_FIELDS``.

    Multi-fields (``fields``) index the same value in another way and are left out. Before version 7 a mapping has one
    more level, the document types.
    """
    answer = decode_json(body, dict[str, _IndexMappings])
    if answer is None:
        return None
    found: dict[tuple[str, str], None] = {}
    for index in answer.values():
        for properties in _roots(index.mappings):
            _flatten(properties, "", _MAX_LEVELS, found)
    return list(found)


def _roots(mappings: msgspec.Raw) -> list[dict[str, _Property]]:
    direct = decode_json(bytes(mappings), _Mapping)
    if direct is not None and direct.properties is not None:
        return [direct.properties]
    typed = decode_json(bytes(mappings), dict[str, _Mapping])
    return [mapping.properties for mapping in (typed or {}).values() if mapping.properties]


def _flatten(properties: dict[str, _Property], prefix: str, levels: int, found: dict[tuple[str, str], None]) -> None:
    for name, this in properties.items():
        if len(found) >= MAX_FIELDS:
            return
        path = f"{prefix}{name}"[:512]
        if this.properties and levels:
            _flatten(this.properties, f"{path}.", levels - 1, found)
        else:
            found[path, this.type or "object"] = None
