"""Values inside values are read, and anything else is left as it is."""

import base64
import gzip
import json
import zlib
from collections.abc import Callable
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.leaks.bodies import read_body, read_form
from tieback.leaks.coded import decode_value, is_form, unpack
from tieback.leaks.value import MAX_VALUES_PER_SAMPLE

INNER = json.dumps({"user": {"email": "ada@workhub.test"}})


def coded(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def token(claims: str) -> str:
    parts = ('{"alg":"HS256"}', claims, "signature-of-32-bytes-in-length..")
    return ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)


@each(
    ("value", "coding"),
    [
        (INNER, "json"),
        (coded(INNER), "base64"),
        (coded(INNER).rstrip("="), "base64"),
        (coded("email=ada%40workhub.test&v=1"), "base64"),
        (coded(gzip.compress(INNER.encode())), "base64 gzip"),
        (coded(zlib.compress(INNER.encode())), "base64 gzip"),
        (token(INNER), "jwt"),
        ("short", None),
        ("a sentence that is not base64 at all", None),
        ("0123456789abcdef0123456789abcdef", None),
        (coded(bytes(range(40))), None),
        ("{not json}" * 3, None),
    ],
)
def test_the_coding_of_a_value(value: str, coding: str | None) -> None:
    found = decode_value(value)
    assert (found[0] if found else None) == coding


@each(
    ("body", "kind", "where"),
    [
        (json.dumps({"d": INNER}), b"application/json", "json:$.d(json).user.email"),
        (json.dumps({"d": coded(INNER)}), b"application/json", "json:$.d(base64).user.email"),
        (json.dumps({"d": [{"e": coded(coded(INNER)[:8] + INNER)}]}), b"application/json", None),
        (f"d={coded(INNER)}&v=1", b"application/x-www-form-urlencoded", "form:d(base64).user.email"),
        (json.dumps({"t": token(INNER)}), b"application/json", "json:$.t(jwt).user.email"),
        (coded(INNER), b"text/plain", "text:(base64).user.email"),
        ("email=ada%40workhub.test&v=1", b"text/plain", "form:email"),
    ],
)
def test_places_of_nested_values(body: str, kind: bytes, where: str | None) -> None:
    found = {pair.where for pair in read_body(body.encode(), kind) if pair.value == "ada@workhub.test"}
    assert found == ({where} if where else set())


def test_a_token_is_a_value_and_its_claims_are_too() -> None:
    text = token(INNER)
    pairs = {pair.where: pair.value for pair in read_body(json.dumps({"t": text}).encode(), b"application/json")}
    assert pairs["json:$.t"] == text[:512]
    assert pairs["json:$.t(jwt).user.email"] == "ada@workhub.test"


def test_nesting_is_bounded() -> None:
    text = INNER
    for _ in range(8):
        text = json.dumps({"d": text})
    assert all(pair.where.count("(json)") <= 3 for pair in read_body(text.encode(), b"application/json"))


def test_a_compressed_body_without_a_header_is_read() -> None:
    assert {pair.value for pair in read_body(gzip.compress(INNER.encode()))} == {"ada@workhub.test"}


def test_graphql_variables_and_literals() -> None:
    body = {
        "query": 'mutation { invite(email: "bob@workhub.test", count: 3) { id } }',
        "variables": {"to": {"phone": "1"}},
    }
    pairs = {(pair.where, pair.value) for pair in read_body(json.dumps(body).encode(), b"application/json")}
    assert {("graphql:email", "bob@workhub.test"), ("json:$.variables.to.phone", "1")} <= pairs


def test_a_bomb_is_cut() -> None:
    content = unpack(zlib.compress(bytes(10_000_000)))
    assert content is not None
    assert len(content) <= 16 * 1024


@given(st.binary(max_size=200))
def test_bodies_never_raises(data: bytes) -> None:
    list(read_body(data, b""))
    list(read_form(data, "form"))
    is_form(data)
    decode_value(data.decode("latin-1"))


def _nested(make: Callable[[bytes], bytes], levels: int) -> bytes:
    body = b'{"email": "ada@workhub.test"}'
    for _ in range(levels):
        body = make(body)
    return body


@pytest.mark.parametrize(
    "make",
    [zlib.compress, gzip.compress, lambda inner: b"--%d\r\nContent-Type:json\r\n\r\n%b" % (len(inner), inner)],
    ids=["zlib", "gzip", "multipart"],
)
def test_bodies_inside_bodies_are_read_to_a_bounded_depth(make: Callable[[bytes], bytes]) -> None:
    assert [pair.value for pair in read_body(_nested(make, 2))] == ["ada@workhub.test"]
    assert len(list(read_body(_nested(make, 500)))) <= 1


def test_values_inside_values_are_decoded_a_bounded_number_of_times(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = []

    def counting(text: str) -> tuple[str, bytes] | None:
        decoded.append(len(text))
        return decode_value(text)

    monkeypatch.setattr("tieback.leaks.bodies.decode_value", counting)
    value = coded(gzip.compress(json.dumps({"a": [[]] * 200}).encode()))
    for _ in range(2):
        many = json.dumps({str(number): value for number in range(16_000 // (len(value) + 12))})
        value = coded(gzip.compress(many.encode()))
    body = json.dumps({"a": value}).encode()
    assert len(body) < 4096
    assert list(islice(read_body(body), MAX_VALUES_PER_SAMPLE))
    assert len(decoded) <= 4 * MAX_VALUES_PER_SAMPLE
