"""The checks around the application: own names, foreign sites, headers, proxies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar, Request, get, post
from litestar.testing import TestClient

from tests.each import each
from tieback.model.errors import UsageError
from tieback.web.hosts import host_name, own_names
from tieback.web.protection import protected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from litestar.types import ASGIApp

_HERE = "http://127.0.0.1:8484"
_COOKIE = {"cookie": "tieback=abc"}


@get("/seen", sync_to_thread=False)
def _seen(request: Request[Any, Any, Any]) -> dict[str, str]:
    return {"client": request.client.host if request.client else "", "scheme": request.url.scheme}


@post("/change", sync_to_thread=False)
def _change() -> dict[str, str]:
    return {"done": "yes"}


@pytest.fixture(scope="module")
def app() -> Litestar:
    return Litestar([_seen, _change], openapi_config=None)


@pytest.fixture(scope="module")
def client(app: Litestar) -> Iterator[TestClient[ASGIApp]]:
    guarded = protected(app, own_names("https://tieback.hospital.test/"))
    with TestClient(guarded, base_url=_HERE) as opened:
        yield opened


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8484", "LOCALHOST:1", "127.0.0.1:8484", "[::1]:8484", "[::1]", "tieback.hospital.test"],
)
def test_own_names_pass(client: TestClient[ASGIApp], host: str) -> None:
    assert client.get("/seen", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "attacker.test", "localhost.attacker.test", "attacker.test:8484", "127.0.0.1.attacker.test",
        "localhost@a.test", "a.test#localhost", "localhost, a.test", "", "[::1", "localhost:port", "localhost:999999",
        "127.0.0.2", "0.0.0.0", "tieback.hospital.test.", "a.test/localhost", "localhost\\a.test", "x" * 300,
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/seen", "/no-such-page"])
def test_other_names_are_misdirected(client: TestClient[ASGIApp], host: str, path: str) -> None:
    response = client.get(path, headers={"host": host})
    assert response.status_code == 421
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == 421


def test_two_host_headers_are_misdirected(client: TestClient[ASGIApp]) -> None:
    response = client.get("/seen", headers=[("host", "localhost"), ("host", "attacker.test")])
    assert response.status_code == 421


@given(st.text(max_size=300))
def test_the_name_of_any_header_is_one_of_the_allowed_or_refused(header: str) -> None:
    name = host_name(header)
    assert name == "" or name in header.lower()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        # Sec-Fetch-Site decides if it is there.
        ({"sec-fetch-site": "same-origin"}, 201),
        ({"sec-fetch-site": "none"}, 201),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": ""}, 403),
        ({"sec-fetch-site": "cross-site", "origin": _HERE}, 403),
        # Older browsers, and plain HTTP beyond loopback.
        ({"origin": _HERE}, 201),
        ({"origin": "https://tieback.hospital.test"}, 201),
        ({"origin": "http://127.0.0.1:3000"}, 403),
        ({"origin": "http://tieback.hospital.test"}, 403),
        ({"origin": "https://127.0.0.1:8484"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"origin": "http://127.0.0.1:8484.attacker.test"}, 403),
        # No browser says nothing at all.
        ({}, 403),
        # A token is not added by a browser.
        ({"authorization": "Bearer tbk_x"}, 201),
        ({"authorization": "Bearer tbk_x", "sec-fetch-site": "cross-site"}, 201),
        ({"authorization": "Basic dXNlcjpw", "sec-fetch-site": "cross-site"}, 403),
    ],
)
def test_a_change_comes_from_our_own_pages(client: TestClient[ASGIApp], headers: dict[str, str], status: int) -> None:
    assert client.post("/change", headers=_COOKIE | headers).status_code == status


def test_signing_in_from_another_site_is_refused_without_any_cookie(client: TestClient[ASGIApp]) -> None:
    assert client.post("/change", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.post("/change", headers={"origin": "https://attacker.test"}).status_code == 403
    assert client.post("/change").status_code == 201


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_every_other_method_is_unsafe(client: TestClient[ASGIApp], method: str) -> None:
    response = client.request(method, "/change", headers=_COOKIE | {"sec-fetch-site": "cross-site"})
    assert response.status_code == 403


def test_reading_needs_no_origin(client: TestClient[ASGIApp]) -> None:
    assert client.get("/seen", headers=_COOKIE | {"sec-fetch-site": "cross-site"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "host"), [("/seen", "localhost"), ("/no-such-page", "localhost"), ("/seen", "attacker.test")]
)
def test_every_response_has_the_headers(client: TestClient[ASGIApp], path: str, host: str) -> None:
    headers = client.get(path, headers={"host": host}).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe-" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


def _reported(app: Litestar, proxies: list[str], peer: str) -> dict[str, str]:
    async def from_peer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope["client"] = (peer, 4711)
        await protected(app, own_names(), proxies)(scope, receive, send)

    with TestClient(from_peer, base_url="http://127.0.0.1") as client:
        headers = {"x-forwarded-for": "198.51.100.9, 203.0.113.7", "x-forwarded-proto": "https"}
        found: dict[str, str] = client.get("/seen", headers=headers).json()
    return found


def test_only_a_listed_proxy_names_the_client(app: Litestar) -> None:
    assert _reported(app, [], "127.0.0.1") == {"client": "127.0.0.1", "scheme": "http"}
    assert _reported(app, ["192.0.2.0/24"], "127.0.0.1") == {"client": "127.0.0.1", "scheme": "http"}
    # The address that the proxy saw, not the one that its client claims.
    assert _reported(app, ["192.0.2.0/24"], "192.0.2.8") == {"client": "203.0.113.7", "scheme": "https"}


@pytest.mark.parametrize("proxy", ["*", "proxy.test", "10.0.0.0/99", ""])
def test_a_proxy_is_an_address(app: Litestar, proxy: str) -> None:
    with pytest.raises(UsageError, match="not an address or network"):
        protected(app, own_names(), [proxy])


@pytest.mark.parametrize(
    ("url", "origin", "secure"),
    [
        ("", "", False),
        ("https://Tieback.test", "https://tieback.test", True),
        ("https://tieback.test:443/", "https://tieback.test", True),
        ("https://tieback.test:8443//", "https://tieback.test:8443", True),
        ("http://[2001:db8::1]:80/", "http://[2001:db8::1]", False),
    ],
)
def test_the_names_of_a_public_url(url: str, origin: str, secure: bool) -> None:
    own = own_names(url)
    assert (own.origin, own.secure) == (origin, secure)


@pytest.mark.parametrize("url", ["https://a.test/tieback", "https://a.test/x/"])
def test_a_public_url_with_a_path_is_refused(url: str) -> None:
    """All links of the pages begin at the root of the host."""
    with pytest.raises(UsageError, match="cannot be below a path"):
        own_names(url)


@each(
    "url",
    ["ftp://a.test", "a.test", "https://", "https://u@a.test", "https://a.test:x", "https://a.test/?q", "https://[::1"],
)
def test_a_public_url_is_an_http_address(url: str) -> None:
    with pytest.raises(UsageError, match="not a public URL"):
        own_names(url)
