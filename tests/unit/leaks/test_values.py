"""Samples give named values, also when they are cut; noise gives none; nothing raises."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.leaks.value import MAX_VALUES_PER_SAMPLE
from tieback.leaks.values import read_values
from tieback.model.flow import CleartextSample
from tieback.protocols.bson import encode


def found(kind: str, data: bytes) -> dict[str, str]:
    return {pair.where: pair.value for pair in read_values(CleartextSample("out", kind, data))}


@each(
    ("kind", "data", "expected"),
    [
        ("http", b"GET /me?email=a%40b.test&page=2 HTTP/1.1\r\n\r\n", {"query:email": "a@b.test", "query:page": "2"}),
        (
            "http",
            b"POST /login HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nuser=ada&password=s3cret",
            {"form:user": "ada", "form:password": "s3cret"},
        ),
        (
            "http",
            b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"user":{"phone":"+4930","tags":[{"pin":7}]}}',
            {"json:$.user.phone": "+4930", "json:$.user.tags[].pin": "7"},
        ),
        ("http", b"GET / HTTP/1.1\r\nAuthorization: Basic YTpi\r\n\r\n", {"header:authorization": "Basic YTpi"}),
        ("http", b'HTTP/1.1 200 OK\r\n\r\n{"email":"a@b.test","phone":"+49', {"json:email": "a@b.test"}),
        (
            "http",
            b"GET /users/ada%40b.test/9 HTTP/1.1\r\nX-Mail: c@d.test\r\nDate: x\r\nCookie: m=e%40f.test; s=1\r\n\r\n",
            {
                "path:2": "ada@b.test", "header:x-mail": "c@d.test", "header:cookie": "m=e%40f.test; s=1",
                "cookie:m": "e@f.test", "cookie:s": "1",
            },
        ),
        (
            "http",
            b"HTTP/1.1 302 Found\r\nLocation: /x?mail=a%40b.test\r\nSet-Cookie: id=7; Path=/\r\n\r\n",
            {"header:location:mail": "a@b.test", "header:set-cookie": "id=7; Path=/", "cookie:id": "7"},
        ),
        (
            "http",
            b'GET / HTTP/1.1\r\n\r\nPOST /login HTTP/1.1\r\nContent-Length: 14\r\n\r\n{"pin":"1234"}',
            {"json:$.pin": "1234"},
        ),
        ("mqtt", b"a@b.test is here", {"text": "a@b.test"}),
        ("mqtt", b'{"lat":52.5,"lon":13.4}', {"json:$.lat": "52.5", "json:$.lon": "13.4"}),
        ("redis", b"*3\r\n$3\r\nSET\r\n$7\r\nemail:1\r\n$8\r\na@b.test\r\n", {"key:email:1": "a@b.test"}),
        ("redis", b"*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n", {"command:auth": "secret"}),
        (
            "sql",
            b"INSERT INTO people (name, pin, age) VALUES ('Ada O''Hara', '1234', 36)",
            {"column:people.name": "Ada O'Hara", "column:people.pin": "1234", "column:people.age": "36"},
        ),
        ("sql", b"SELECT * FROM people WHERE p.email = 'a@b.test' AND age > 3", {"column:email": "a@b.test"}),
        ("sql", b"name\tpin\nAda\t1234\n", {"column:name": "Ada", "column:pin": "1234"}),
        ("sql", b"Ada Lovelace\t1234", {}),
        ("mongodb", encode({"email": "a@b.test"}), {"document:$.email": "a@b.test"}),
        ("other", b"nothing to see", {}),
        ("http", b"\x16\x03\x01", {}),
    ],
)  # fmt: skip
def test_pairs(kind: str, data: bytes, expected: dict[str, str]) -> None:
    assert found(kind, data) == expected


def test_pairs_are_bounded() -> None:
    data = b"[" + b",".join(b'{"a%d":1}' % n for n in range(5000)) + b"]"
    assert len(list(read_values(CleartextSample("in", "mqtt", data)))) <= MAX_VALUES_PER_SAMPLE
    deep = b'{"a":' * 5000 + b"1" + b"}" * 5000
    assert len(list(read_values(CleartextSample("in", "mqtt", deep)))) <= MAX_VALUES_PER_SAMPLE


@settings(max_examples=examples(150), deadline=None)
@given(st.sampled_from(["http", "mqtt", "redis", "sql", "mongodb", "websocket", "other"]), st.binary(max_size=600))
def test_anything_is_read_without_an_error(kind: str, data: bytes) -> None:
    for pair in read_values(CleartextSample("out", kind, data)):
        assert len(pair.value) <= 512
