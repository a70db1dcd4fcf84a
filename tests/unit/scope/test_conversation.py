"""The words that probes and the dialer share."""

import pytest

from tests.each import each
from tieback.model.probe import Outcome
from tieback.model.public_key import PublicKey
from tieback.scope.conversation import DeclaredSend, Fault, Target


@pytest.mark.parametrize(
    ("host", "label"), [("db.x.test", "db.x.test:80"), ("127.0.0.1", "127.0.0.1:80"), ("::1", "[::1]:80")]
)
def test_target_labels(host: str, label: str) -> None:
    assert Target(host, 80).label == label


def test_a_resource_at_a_shared_host_is_a_target_of_its_own() -> None:
    one, other = (Target("firestore.test", 443, resource=project) for project in ("shop", "club"))
    assert (one.label, other.label) == ("firestore.test:443/shop", "firestore.test:443/club")


def test_a_key_is_found_by_its_kind() -> None:
    target = Target("a.test", 443, keys=(PublicKey("parse", "app"), PublicKey("supabase_anon", "key")))
    assert target.key("supabase_publishable", "supabase_anon") == "key"
    assert target.key("algolia_search") is None


@pytest.mark.parametrize(
    ("data", "declared"),
    [
        (b"GET /_cat HTTP/1.1\r\n", True),
        (b"GET /_cat HTTP/1.1\r\nX: y\r\n", False),
        (b"xGET /_cat HTTP/1.1\r\n", False),
        (b"GET /_cat HTTP/1.1\r\n\n", False),
        (b"", False),
    ],
)
def test_a_send_is_declared_as_a_whole(data: bytes, declared: bool) -> None:
    assert DeclaredSend("GET /_cat", rb"GET /_cat HTTP/1\.1\r\n", "names").matches(data) is declared


def test_a_dot_covers_newlines() -> None:
    assert DeclaredSend("frame", rb"\x01.{4}", "a counter").matches(b"\x01\n\r\n\x00")


def test_fault_has_outcome_and_reason() -> None:
    assert str(Fault(Outcome.TIMEOUT, "no answer")) == "timeout: no answer"


@each(
    ("path", "data", "form"),
    [
        ("", b"GET /x HTTP/1.1", b"GET /x HTTP/1.1"),
        ("", b"PING", b"PING"),
        ("/es", b"GET /es/_cat HTTP/1.1", b"GET /_cat HTTP/1.1"),
        ("/es", b"POST /es/ HTTP/1.1", b"POST / HTTP/1.1"),
        ("/es", b"GET /esx/_cat HTTP/1.1", None),
        ("/es", b"GET / HTTP/1.1", None),
        ("/es", b"PUT /es/x HTTP/1.1", None),
        ("/es", b"PING", None),
    ],
)
def test_below_a_path_only_requests_below_it_are_declared(path: str, data: bytes, form: bytes | None) -> None:
    assert Target("h.test", 80, path=path).declared_form(data) == form


@pytest.mark.parametrize(
    ("more", "label"),
    [
        ({}, "h.test:80"),
        ({"resource": "shop"}, "h.test:80/shop"),
        ({"path": "/es"}, "h.test:80/es/"),
        ({"path": "/a/b"}, "h.test:80/a/b/"),
    ],
)
def test_the_label_names_the_place(more: dict[str, str], label: str) -> None:
    assert Target("h.test", 80, **more).label == label  # type: ignore[arg-type]
