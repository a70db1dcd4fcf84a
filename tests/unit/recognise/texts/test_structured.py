"""Strings and keys of JSON, escapes, packages and source maps."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.recognise.texts.structured import (
    SourceMap,
    Unescaped,
    is_lock,
    is_metadata_key,
    is_package,
    is_source_map,
    json_spans,
    key_before,
)  # fmt: skip


@given(st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"])))
def test_the_text_of_a_string_is_what_a_json_parser_reads(text: str) -> None:
    data = json.dumps(text).encode()
    assert Unescaped(data, 1, len(data) - 1).text.decode() == text.replace("\b", " ").replace("\f", " ")


@pytest.mark.parametrize(
    ("text", "at", "expected"), [("a\nhttp", 2, 2), ('"\\"x', 3, 3), ("\u00e9x", 1, 2), ("\t\t\tx", 3, 3)]
)
def test_offsets_in_the_text_of_a_string(text: str, at: int, expected: int) -> None:
    data = b'["' + json.dumps(text)[1:-1].encode() + b'"]'
    found = Unescaped(data, 2, len(data) - 2)
    raw = data.index(json.dumps(text[at:])[1:-1].encode())
    assert found.offset(raw) == expected


@each(
    ("text", "key", "described"),
    [
        ('{"homepage": "X"}', b"homepage", True),
        ('{"type": "service_account", "client_x509_cert_url": "X"}', b"client_x509_cert_url", True),
        ('{"type": "service_account", "token_uri": "X"}', b"token_uri", False),
        ('{"apiUrl": "X"}', b"apiurl", False),
        ('{"license": {"type": "MIT", "url": "X"}}', b"url", True),
        ('{"licenses": [{"type": "MIT", "url": "X"}]}', b"url", True),
        ('{"license": {}, "url": "X"}', b"url", False),
        ('{homepage:"X"}', b"homepage", True),
        ('["X"]', b"", False),
    ],
)
def test_keys_of_facts_about_software(text: str, key: bytes, described: bool) -> None:
    data = text.encode()
    start = data.index(b'"X"')
    assert (key_before(data, start), is_metadata_key(data, start)) == (key, described)


def test_more_keys_count_in_the_description_of_a_package() -> None:
    data = b'{"name": "a", "version": "1", "repository": {"type": "git", "url": "X"}}'
    start = data.index(b'"X"')
    assert is_package(data)
    assert (is_metadata_key(data, start), is_metadata_key(data, start, package=True)) == (False, True)


def test_packages_and_locks() -> None:
    assert not is_package(b'{"name": "a", "version": "1", "url": "X"}')
    assert is_lock(b'{"lockfileVersion": 3}')
    assert not is_lock(b'{"version": 3}')


def test_strings_of_json() -> None:
    data = rb'{"a": "b\"c", "d'
    assert [data[one.start : one.end] for one in json_spans(data)] == [b'"a"', rb'"b\"c"', b'"d']


def test_sources_of_a_source_map() -> None:
    data = json.dumps(
        {"version": 3, "sources": ["a.js", "b.css", "c.ts"], "sourcesContent": ["A", None, "C"], "mappings": "AAAA"}
    ).encode()
    spans = json_spans(data)
    read = SourceMap(data, spans)
    by_text = {data[one.start : one.end]: read.source(one) for one in spans}
    assert is_source_map(data)
    assert (by_text[b'"A"'], by_text[b'"C"'], by_text[b'"AAAA"'], by_text[b'"a.js"']) == ("a.js", "c.ts", None, None)
