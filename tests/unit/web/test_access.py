"""Every route and method: who may use it, and what it answers to bad requests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from litestar.types import ASGIApp

from tests.each import each
from tests.examples import few
from tests.unit.web.clients import Changes, client
from tieback.pipeline.accounts.roles import Role
from tieback.web.access import ROLE
from tieback.web.app import build_app
from tieback.web.settings import WebSettings

OPEN = {
    "/static", "/healthz", "/readyz", "/metrics", "/sign-in", "/sign-out", "/first-start",
}  # fmt: skip
"""Starts of the addresses that answer someone who has not signed in."""
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def every_route() -> list[tuple[str, str, Role | str | None]]:
    """Method, address and lowest role of each route; the role is ``"closed"`` for a route that names none."""
    app = build_app(WebSettings(workspace=Path("unused")))
    found = []
    for route in app.routes:
        for handler in getattr(route, "route_handlers", None) or [getattr(route, "route_handler", None)]:
            role = handler.opt.get(ROLE, "closed") if handler is not None else "closed"
            methods = getattr(handler, "http_methods", {"GET"})
            found += [(method, route.path_format, role) for method in sorted(methods) if method != "OPTIONS"]
    return sorted(found, key=str)


def address(path: str, value: str = "0" * 64) -> str:
    """The address of a route with this value for each parameter."""
    while "{" in path:
        start, end = path.index("{"), path.index("}")
        path = path[:start] + value + path[end + 1 :]
    return path


ROUTES = every_route()
CLOSED_TO_STRANGERS = [(method, path) for method, path, role in ROUTES if role is not None]


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient[ASGIApp]]:
    with client(tmp_path_factory.mktemp("pages") / "ws", None) as made:
        yield made


@pytest.fixture(scope="module")
def viewer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient[ASGIApp]]:
    with client(tmp_path_factory.mktemp("pages") / "ws", Role.VIEWER) as made:
        yield made


def test_only_known_addresses_are_open() -> None:
    open_ = {path for _, path, role in ROUTES if role is None}
    assert {path for path in open_ if not any(path.startswith(one) for one in OPEN)} == set()


def test_routes_that_change_something_are_under_the_api_or_forms() -> None:
    assert all(path.startswith("/api/v1") or method == "POST" for method, path, _ in ROUTES if method in UNSAFE)


@each(("method", "path"), CLOSED_TO_STRANGERS)
def test_without_a_session_nothing_is_read(stranger: TestClient[ASGIApp], method: str, path: str) -> None:
    answer = stranger.request(method, address(path), follow_redirects=False)
    assert answer.status_code in {401, 403} or answer.headers.get("location", "").startswith("/sign-in?next=")


@each(
    ("method", "path"),
    [(method, path) for method, path, role in ROUTES if isinstance(role, Role) and not Role.VIEWER.permits(role)]
    or [("GET", "/closed/openapi")],
)
def test_a_lower_role_is_refused(viewer: TestClient[ASGIApp], method: str, path: str) -> None:
    assert viewer.request(method, address(path), follow_redirects=False).status_code == 403


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient[ASGIApp], Changes]]:
    changes = Changes()
    with client(tmp_path_factory.mktemp("pages") / "ws", Role.ADMIN, changes) as made:
        yield made, changes


@each(("method", "path"), [(method, path) for method, path, _ in ROUTES if method in UNSAFE])
@each(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://attacker.test", "Sec-Fetch-Site": ""},
        {"Origin": "null", "Sec-Fetch-Site": ""},
    ],
    ids=["cross-site", "same-site", "another origin", "no origin"],
)
def test_another_site_changes_nothing(
    admin: tuple[TestClient[ASGIApp], Changes], method: str, path: str, headers: dict[str, str]
) -> None:
    before = list(admin[1].lines)
    answer = admin[0].request(method, address(path), headers=headers | {"Cookie": "tieback=x"}, follow_redirects=False)
    assert answer.status_code == 403
    assert admin[1].lines == before


BODIES: list[Any] = [b"", b"{", b"[]", b'{"a":', b"\xff\xfe", b'{"name": ' + b"[" * 5000 + b"}", b"null",
                     b'{"x":' + b"[" * 60_000, b'{"name":"\xff"}', b'{"name":"\\ud800"}']  # fmt: skip


@each(
    ("method", "path"),
    [(method, path) for method, path, role in ROUTES if isinstance(role, Role)],
)
@each("value", ["0" * 64, "..%2f..%2fetc", "'\"--<script>", "a" * 3000])
def test_unknown_ids_are_no_fault(
    admin: tuple[TestClient[ASGIApp], Changes], method: str, path: str, value: str
) -> None:
    answer = admin[0].request(method, address(path, value), follow_redirects=False)
    assert answer.status_code < 500
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert "<script>" not in answer.text
    if "{" in path and method in {"GET", "HEAD"}:
        assert answer.status_code in {400, 404}


@pytest.mark.parametrize(
    ("method", "path"),
    few([(method, path) for method, path, role in ROUTES if isinstance(role, Role) and method in UNSAFE], 3),
)
def test_malformed_bodies_are_no_fault(admin: tuple[TestClient[ASGIApp], Changes], method: str, path: str) -> None:
    before = list(admin[1].lines)
    for kind in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        for body in BODIES:
            headers = {"Content-Type": kind}
            answer = admin[0].request(method, address(path), content=body, headers=headers, follow_redirects=False)
            assert 300 <= answer.status_code < 500 or (answer.status_code < 300 and body in {b"", b"null", b"[]"})
    assert admin[1].lines == before or path.endswith(("sign-out",))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        (method, path)
        for method, path, role in ROUTES
        if isinstance(role, Role) and method in UNSAFE and "/uploads" not in path
    ],
)
def test_oversized_bodies_are_refused(admin: tuple[TestClient[ASGIApp], Changes], method: str, path: str) -> None:
    big = b'{"name": "' + b"x" * (1 << 21) + b'"}'
    answer = admin[0].request(
        method, address(path), content=big, headers={"Content-Type": "application/json"}, follow_redirects=False
    )
    assert 400 <= answer.status_code < 500 or (method == "DELETE" and answer.status_code < 500)
