"""Every command that brings a value gives it under its key or field; answers give theirs too."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.leaks.redis import read_resp


def resp(*words: str) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode()) for word in words)


MAIL = "a@b.test"


@each(
    ("data", "expected"),
    [
        (resp("SET", "mail:1", MAIL), {"key:mail:1": MAIL}),
        (resp("set", "u:1", '{"mail":"a@b.test"}'), {"key:u:1 json:$.mail": MAIL}),
        (resp("SETEX", "mail:1", "60", MAIL), {"key:mail:1": MAIL}),
        (resp("MSET", "a", MAIL, "b", "2"), {"key:a": MAIL, "key:b": "2"}),
        (resp("HSET", "u:1", "mail", MAIL, "pin", "1234"), {"field:mail": MAIL, "field:pin": "1234"}),
        (resp("HSETNX", "u:1", "mail", MAIL), {"field:mail": MAIL}),
        (resp("XADD", "log", "*", "mail", MAIL), {"field:mail": MAIL}),
        (resp("SADD", "mails", MAIL), {"key:mails": MAIL}),
        (resp("ZADD", "mails", "1", MAIL), {"key:mails": MAIL}),
        (resp("PUBLISH", "news", MAIL), {"key:news": MAIL}),
        (resp("JSON.SET", "u:1", "$", '{"pin":"1234"}'), {"key:u:1 json:$.pin": "1234"}),
        (resp("AUTH", "s3cret"), {"command:auth": "s3cret"}),
        (resp("AUTH", "ada", "s3cret"), {"command:auth": "s3cret"}),
        (resp("HELLO", "3", "AUTH", "ada", "s3cret"), {"command:auth": "s3cret"}),
        (resp("GET", "x") + resp("SET", "k", "v"), {"field:GET": "x", "key:k": "v"}),
        (b"$8\r\na@b.test\r\n", {"answer": MAIL}),
        (
            b"*4\r\n$4\r\nmail\r\n$8\r\na@b.test\r\n$3\r\npin\r\n$4\r\n1234\r\n",
            {"field:mail": MAIL, "field:pin": "1234"},
        ),
        (b"%1\r\n$4\r\nmail\r\n$8\r\na@b.test\r\n", {"field:mail": MAIL}),
        (b"*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$4\r\nmail\r\n$8\r\na@b.test\r\n", {"answer": "1-1", "field:mail": MAIL}),
        (b"*2\r\n$8\r\na@b.test\r\n$8\r\nc@d.test\r\n", {"answer": "c@d.test"}),
        (b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$900\r\na@b.test", {"key:k": MAIL}),
        (b"+OK\r\n:1\r\n$-1\r\n", {"answer": "OK"}),
        (b"*1\r\n" * 6 + b"%1\r\n$4\r\nmail\r\n$8\r\na@b.test\r\n", {"field:mail": MAIL}),
        (b"%1\r\n$4\r\nmail\r\n=12\r\ntxt:a@b.test\r\n", {"field:mail": MAIL}),
        (b"*2\r\n|1\r\n+ttl\r\n:9\r\n$4\r\nmail\r\n$8\r\na@b.test\r\n", {"field:mail": MAIL}),
        (b"of a value\r\n$8\r\na@b.test\r\n", {"answer": MAIL}),
        (b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n@\r\n$8\r\na@b.test\r\n", {"answer": MAIL, "field:SET": "k"}),
        (b"", {}),
        (b"\x16\x03\x01", {}),
    ],
)
def test_redis_commands_give_named_values(data: bytes, expected: dict[str, str]) -> None:
    assert {pair.where: pair.value for pair in read_resp(data)} == expected


@settings(max_examples=examples(200), deadline=None)
@given(
    st.lists(
        st.sampled_from([b"*2\r\n", b"$3\r\nSET\r\n", b"%9\r\n", b"*99999999\r\n", b"$5\r\n", b"\r\n", b"*-1\r\n"])
        | st.binary(max_size=20),
        max_size=30,
    )
)
def test_anything_is_read_without_an_error(parts: list[bytes]) -> None:
    for pair in read_resp(b"".join(parts)):
        assert len(pair.value) <= 512


def test_nesting_is_bounded() -> None:
    assert list(read_resp(b"*1\r\n" * 5000 + b"$1\r\nx\r\n")) == []
