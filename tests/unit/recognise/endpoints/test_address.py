"""Bare host:port: what is believed and what is only written alike."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.recognise.endpoints.address import verify
from tieback.recognise.rules import RuleFiles

RULES = RuleFiles()


@each(
    ("before", "host", "after", "value", "service"),
    [
        ("", "es.fieldhand.test", "9200", "es.fieldhand.test:9200", "elasticsearch"),
        ('="', "db.shop.de", '27017"', "db.shop.de:27017", "mongodb"),
        ("//", "api.shop.de", "8080/v1", "api.shop.de:8080", None),
        (" ", "DB.SHOP.DE", "3306", "db.shop.de:3306", "mysql"),
        ("u@", "pg.shop.de", "5432/crm", "pg.shop.de:5432", "postgresql"),
        ("", "mail.shop.de", "587,", "mail.shop.de:587", None),
        ("", "shop.de", "6379.", "shop.de:6379", "redis"),
        ("", "api.foo.rs", "8080", "api.foo.rs:8080", None),
        ("", "10.1.2.3", "6379", "10.1.2.3:6379", "redis"),
        (" ", "8.8.4.4", "443", "8.8.4.4:443", None),
        ("", "[2a00:1450::1]", "8080", "[2a00:1450::1]:8080", None),
        ("", "proj.firebaseio.com", "443", "firebase-rtdb:proj", "firebase-rtdb"),
    ],
)
def test_host_port_texts_are_accepted(before: str, host: str, after: str, value: str, service: str | None) -> None:
    verdict = verify(before, host, after, RULES)
    assert [(e.value, e.service) for e in verdict.endpoints] == [(value, service)], verdict.rejected


@each(
    ("before", "host", "after", "reason"),
    [
        ("", "foo.kt", "45", "port that no service uses"),
        ("", "Foo.kt", "1045", "case of a class name"),
        ("", "file.java", "1234", "file name with a line number"),
        ("", "main.rs", "1024", "file name with a line number"),
        ("", "script.py", "2000", "file name with a line number"),
        ("", "e.top", "1500", "property of an object in a script"),
        ("", "com.shop.app", "8080", "package name or Maven coordinate"),
        ("", "androidx.core", "1234", "package name or Maven coordinate"),
        ("", "foo.prototype", "8080", "unknown top-level name"),
        ("", "db.shop.de", "27017.1", "number goes on"),
        ("", "db.shop.de", "80:12", "number goes on"),
        ("", "db.shop.de", "123456", "number goes on"),
        ("", "pass.word.de", "8080@h", "number goes on"),
        ("", "db.shop.de", "%d", "number goes on"),
        ("", "db.shop.de", "70000", "port out of range"),
        ("", "db.shop.de", "12", "port that no service uses"),
        ("", "10.1.2.3", "12", "port that no service uses"),
        ("a/", "db.shop.de", "8080", "part of a longer word"),
        ("?", "e.shop.de", "8080", "part of a longer word"),
        ("x:", "db.shop.de", "8080", "part of a longer word"),
        ("}", ".shop.de", "8080", "part of a longer word"),
        ("", "1.2.3", "8080", "number instead of a host"),
        ("", "1.2.3.4.5", "8080", "number instead of a host"),
        ("", "300.2.3.4", "8080", "malformed address"),
        ("", "foo_bar.de", "8080", "underscore in a registered name"),
    ],
)
def test_other_texts_are_rejected(before: str, host: str, after: str, reason: str) -> None:
    verdict = verify(before, host, after, RULES)
    assert verdict.rejected == reason
    assert not verdict.endpoints


def test_loopback_is_not_a_back_end() -> None:
    (text,) = verify("", "127.0.0.1", "8080", RULES).not_backends
    assert text.value == "127.0.0.1:8080"


def test_a_placeholder_is_not_a_back_end() -> None:
    (text,) = verify("", "123.123.123.123", "12345", RULES).not_backends
    assert text.reason == "placeholder for an address, as long as one can be"


@given(st.text(max_size=2), st.text("abc.-_012:[]", max_size=260), st.text(max_size=16))
@settings(max_examples=examples(100), deadline=None)
def test_any_text_has_a_verdict(before: str, host: str, after: str) -> None:
    verdict = verify(before, host, after, RULES)
    assert verdict.rejected or verdict.endpoints or verdict.not_backends


@each(
    ("before", "host", "port", "value"),
    [
        ('"', "elasticsearch", "9200", "elasticsearch:9200"),
        ("", "redis", "6379", "redis:6379"),
        ("", "worker", "1234", ""),
        ("", "line", "45", ""),
        ("", "x", "9200", ""),
        ("a", "redis", "6379", ""),
    ],
)
def test_name_without_a_dot_is_reported_only_with_the_port_of_a_store(
    before: str, host: str, port: str, value: str
) -> None:
    verdict = verify(before, host, port, RULES)
    assert verdict.endpoints == ()
    assert [one.value for one in verdict.not_backends] == ([value] if value else [])
