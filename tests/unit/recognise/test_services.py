"""Products by port, host and path."""

from tests.each import each
from tieback.recognise.services import BEFORE, ServiceRules, host_and_parents

SERVICES = ServiceRules()


@each(
    ("host", "port", "service"),
    [
        ("a.de", 9200, "elasticsearch"),
        ("a.de", 27017, "mongodb"),
        ("a.de", 3306, "mysql"),
        ("a.de", 5432, "postgresql"),
        ("a.de", 6379, "redis"),
        ("a.de", 21, "ftp"),
        ("2001:db8::1", 21, "ftp"),
        ("page", 21, None),
        ("", 21, None),
        ("a.de", 443, None),
        ("a.de", None, None),
        ("x.found.io", 443, "elasticsearch"),
    ],
)
def test_services(host: str, port: int | None, service: str | None) -> None:
    assert SERVICES.of(host, port) == service


def test_parents_begin_with_the_name_itself() -> None:
    assert list(host_and_parents("a.b.c")) == ["a.b.c", "b.c", "c"]


@each(("service", "path"), [(one.service, path) for one in SERVICES.paths for path in one.match])
def test_paths_that_one_service_has(service: str, path: str) -> None:
    assert SERVICES.of_path(path) == service


@each("path", ["", "/", *(path for one in SERVICES.paths for path in one.avoid)])
def test_paths_that_anyone_may_have(path: str) -> None:
    assert SERVICES.of_path(path) is None


def test_texts_before_a_url_that_name_its_service() -> None:
    for one in SERVICES.contexts:
        for text in one.match:
            assert SERVICES.of_context(text.encode()[-BEFORE:]) == one.service, text
        for text in one.avoid:
            assert SERVICES.of_context(text.encode()[-BEFORE:]) is None, text
