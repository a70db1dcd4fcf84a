"""Strings and keys of JSON, escapes, packages and source maps."""

import json
import re
from typing import cast
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.recognise.texts import structured
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
        ('{"homepage": "X"}', b"homepage", False),
        ('{"homepage": "X", "license": "MIT"}', b"homepage", True),
        ('{"license": {"type": "widevine", "url": "X"}}', b"url", False),
        ('{"type": "service_account", "client_x509_cert_url": "X"}', b"client_x509_cert_url", True),
        ('{"type": "service_account", "token_uri": "X"}', b"token_uri", False),
        ('{"apiUrl": "X"}', b"apiurl", False),
        ('{"license": {"type": "MIT", "url": "X"}}', b"url", True),
        ('{"licenses": [{"type": "MIT", "url": "X"}]}', b"url", True),
        ('{"license": {}, "url": "X"}', b"url", False),
        ('{homepage:"X"}', b"homepage", False),
        ('{version:"1",main:"a.js",homepage:"X"}', b"homepage", True),
        ('{version:"1",homepage:"X"}', b"homepage", False),
        ('{a:{license:"1"},homepage:"X"}', b"homepage", True),
        ('{version:"1"},{homepage:"X"}', b"homepage", False),
        ('s({id:"org.a.b",app:e,label:"B",homepage:"X",logo:"Y",packageName:"b"},f)', b"homepage", True),
        ('s({id:"org.a.b",label:"B",homepage:"X",logo:"Y",packageName:"org.a.b"},f)', b"homepage", False),
        ('s({id:"org.a.b",app:e,label:"B",start:"X",packageName:"b"},f)', b"start", False),
        ('["X"]', b"", False),
        ('u.schema={description:"A random URL.",sampleResults:["http://a.test","X"]},u.b=1', b"", True),
        ('u={description:"A shop",pictures:["http://a.test","X"]}', b"", False),
        ('u={sampleResults:["http://a.test","X"]}', b"", False),
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


_KEY = re.compile(rb"[\"']?([\w$@.-]{1,64})[\"']?\s{0,20}:\s{0,8}\Z")
_KEY_PARTS = (
    b'"', b"'", b":", b" ", b" " * 8, b" " * 20, b"\t", b"key", b"K", b"$", b"-", b"@", b",", b"{", b"[", b"x" * 64,
    b"a" * 30, b"\xff",
)  # fmt: skip


@given(st.lists(st.sampled_from(_KEY_PARTS), max_size=9))
def test_keys_are_those_of_the_patterns(parts: list[bytes]) -> None:
    data = b"".join(parts)
    found, opened = _KEY.search(data[-100:]), structured._OPEN.search(data[-100:])
    assert key_before(data, len(data)) == (found[1].lower() if found else b"")
    assert structured._key_of(data[-100:]) == (opened[1] if opened else b"")


@given(st.lists(st.sampled_from((b"\\", b"n", b"b", b"a", b"\n", b'"', b"\r", b"u0041", b"x41", b"/")), max_size=16))
def test_escapes_read_together_are_those_read_one_by_one(parts: list[bytes]) -> None:
    data = b"ab" + b"".join(parts)
    one_by_one = Unescaped(data, 2, len(data))
    with patch.object(structured, "_LEAST_SIMPLE", 0):
        together = Unescaped(data, 2, len(data))
    assert cast("dict[str, object]", vars(together)) == vars(one_by_one)
