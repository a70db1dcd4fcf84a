"""Hosts in captured answers: what headers, bodies and certificates name. All answers are synthetic."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.backends.hints import MAX_HINTS, extract_hints

API = "api.workhub.test"


def answer(*headers: str, body: str = "") -> bytes:
    return "\r\n".join(("HTTP/1.1 200 OK", *headers, "", body)).encode()


def found(*headers: str, body: str = "") -> list[tuple[str, int | None, str]]:
    return [(one.host, one.port, one.service) for one in extract_hints([answer(*headers, body=body)], API, 443)]


@each(
    ("header", "host", "port"),
    [
        ("X-Backend: es-1.workhub.test:9200", "es-1.workhub.test", 9200),
        ("X-Backend-Server: 10.0.3.7", "10.0.3.7", None),
        ("x-upstream-addr: [2001:DB8::1]:27017", "2001:db8::1", 27017),
        ("X-Served-By: cache.internal", "cache.internal", None),
        ("X-DB-Host: pg.workhub.test", "pg.workhub.test", None),
        ("Via: 1.1 proxy-2.workhub.test (squid/5.7)", "proxy-2.workhub.test", None),
        ("Content-Security-Policy: connect-src 'self' https://kibana.workhub.test", "kibana.workhub.test", None),
        ("Access-Control-Allow-Origin: https://admin.workhub.test:8443", "admin.workhub.test", 8443),
        ('Report-To: {"endpoints":[{"url":"https://logs.workhub.test/r"}]}', "logs.workhub.test", None),
        ("Location: http://mongo.workhub.test:8080/x", "mongo.workhub.test", 8080),
    ],
)
def test_headers_that_name_a_machine_or_an_origin(header: str, host: str, port: int | None) -> None:
    assert (host, port, "") in found(header)


@each(
    "header",
    [
        "Server: nginx/1.26.0",
        "Location: /index.html",
        "Location: page.html",
        "Access-Control-Allow-Origin: *",
        "Via: 1.1 varnish",
        "X-Backend: worker-7",
        "Set-Cookie: host=es.workhub.test",
        "Content-Type: text/html",
        "X-Backend: api.workhub.test:443",
        "X-Backend: es.workhub.test:99999",
    ],
)
def test_headers_that_name_nothing_new(header: str) -> None:
    assert found(header) == []


@each(
    ("body", "host", "port", "service"),
    [
        ('{"db":"mongodb://shop:SECRET@m1.workhub.test:27018/shop"}', "m1.workhub.test", 27018, "mongodb"),
        ('{"dsn":"postgresql://pg.elsewhere.test/x"}', "pg.elsewhere.test", None, "postgresql"),
        ("ConnectException: Connection refused: db.internal/10.0.3.7:5432", "10.0.3.7", 5432, ""),
        ("ConnectException: Connection refused: db.internal/10.0.3.7:5432", "db.internal", 5432, ""),
        ('{"url":"http://10.0.3.7:9200/users/_search"}', "10.0.3.7", 9200, ""),
        ('{"graphql":"https://search.workhub.test/graphql"}', "search.workhub.test", None, ""),
    ],
)
def test_bodies(body: str, host: str, port: int | None, service: str) -> None:
    assert (host, port, service) in found(body=body)


@pytest.mark.parametrize(
    "body",
    [
        '{"home":"https://www.elsewhere.test/"}',
        '{"at":"2026-11-01T10:00:00.123Z","version":"1.2.3"}',
        "at org.example.Main.run(Main.java:123)",
        '{"ratio":"16:9","score":"x.y:12345678"}',
        "notworkhub.test",
    ],
)
def test_bodies_that_name_no_machine(body: str) -> None:
    assert found(body=body) == []


def test_credentials_are_never_part_of_a_hint() -> None:
    told = extract_hints(
        [answer("X-Backend: mongodb://u:SECRET@m.workhub.test/a", body="redis://:SECRET@r.workhub.test:6379")], API, 443
    )
    assert [one.host for one in told] == ["m.workhub.test", "r.workhub.test"]
    assert "SECRET" not in repr(told)


def test_names_of_the_certificate_are_those_of_the_same_domain_and_come_last() -> None:
    told = extract_hints(
        [answer("X-Backend: es.workhub.test")],
        API,
        443,
        ("*.workhub.test", API, "DB.workhub.test", "es.workhub.test", "10.0.0.1", "other.test"),
    )
    assert [(one.host, one.where) for one in told] == [
        ("es.workhub.test", "header:x-backend"),
        ("workhub.test", "certificate"),
        ("db.workhub.test", "certificate"),
    ]
    assert extract_hints([], "203.0.113.7", 443, ("es.workhub.test",)) == ()


def test_hints_are_bounded() -> None:
    many = "\r\n".join(f"X-Backend: h{n}.workhub.test" for n in range(100))
    assert len(extract_hints([answer(many)], API, 443)) == MAX_HINTS


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
def test_no_answer_raises(parts: list[bytes]) -> None:
    for one in extract_hints(
        [b"HTTP/1.1 200 OK\r\nX-Backend: " + part + b"\r\n\r\n" + part for part in parts], API, 443
    ):
        assert one.port is None or 0 < one.port <= 65535
        assert one.host == one.host.lower()
        assert "/" not in one.host
        assert "@" not in one.host
