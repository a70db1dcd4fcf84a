import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.probes.stores.elasticsearch.answers import (
    MAX_FIELDS,
    ClusterStats,
    CountAnswer,
    RootAnswer,
    mapping_fields,
)
from tieback.probes.wire.jsontext import decode_json

ROOTS = [
    # GET /, is a search engine, is OpenSearch
    (b'{"version":{"number":"8.1.0","lucene_version":"9"},"tagline":"You Know, for Search"}', True, False),
    (b'{"version":{"number":"1.0"},"tagline":"You Know, for Search"}', True, False),
    (b'{"version":{"number":"2.1.0","distribution":"opensearch","lucene_version":"9"}}', True, True),
    (b'{"couchdb":"Welcome","version":{"number":"3"}}', False, False),
    (b'{"version":{}}', False, False),
]


@pytest.mark.parametrize(("body", "engine", "opensearch"), ROOTS)
def test_root_answers_identify_the_product(body: bytes, engine: bool, opensearch: bool) -> None:
    root = decode_json(body, RootAnswer)
    assert root is not None
    assert (root.is_search_engine, root.is_opensearch) == (engine, opensearch)


MAPPINGS = [
    # mapping, fields
    (b'{"i":{"mappings":{"properties":{"a":{"type":"text","fields":{"raw":{"type":"keyword"}}}}}}}', [("a", "text")]),
    (b'{"i":{"mappings":{"properties":{"a":{"properties":{"b":{"type":"ip"}}}}}}}', [("a.b", "ip")]),
    (b'{"i":{"mappings":{"properties":{"a":{"type":"object"}}}}}', [("a", "object")]),
    (b'{"i":{"mappings":{"_doc":{"properties":{"a":{"type":"long"}}}}}}', [("a", "long")]),
    (b'{"i":{"mappings":{}}}', []),
    (b"{}", []),
]


@each(("body", "fields"), MAPPINGS)
def test_mappings(body: bytes, fields: list[tuple[str, str]]) -> None:
    assert mapping_fields(body) == fields


def test_a_mapping_without_bounds_is_bounded() -> None:
    wide = b",".join(b'"f%d":{"type":"text"}' % i for i in range(MAX_FIELDS + 500))
    assert len(mapping_fields(b'{"i":{"mappings":{"properties":{%b}}}}' % wide) or []) == MAX_FIELDS
    deep = b'{"properties":{"a":' * 20000 + b"{}" + b"}}" * 20000
    assert mapping_fields(b'{"i":{"mappings":%b}}' % deep) in ([], None)


@given(st.binary(max_size=200))
@settings(max_examples=examples(100), deadline=None)
def test_reading_any_bytes_never_raises(body: bytes) -> None:
    for kind in (RootAnswer, ClusterStats, CountAnswer):
        decode_json(body, kind)
    mapping_fields(body)
