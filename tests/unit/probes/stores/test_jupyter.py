"""Jupyter: what its answers show. Jupyter Server 2.17.0 gave them, open and with a token."""

from typing import Any

import pytest

from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access, Outcome, Privileges

STATUS = "GET /api/status?no_track_activity=1"
FILES = "GET /api/contents?type=directory&content=1&no_track_activity=1"
NO_FILES = '{"name":"","path":"","type":"directory","writable":false,"content":[]}'
ONE_FOLDER = '{"name":"","path":"","type":"directory","content":[{"name":"data","type":"directory","size":null}]}'
BUSY = '{"connections":1,"kernels":2,"started":"2026-11-28T13:30:16.961959Z"}'
FORBIDDEN = '{"message": "Forbidden", "reason": null}'
POLICY = {"Content-Security-Policy": "frame-ancestors 'self'; report-uri /api/security/csp-report; default-src 'none'"}


@pytest.mark.parametrize(
    ("change", "access"),
    [
        ({}, Access.OPEN),
        # Anybody may run code there, even without files.
        ({FILES: NO_FILES}, Access.OPEN),
        ({FILES: NO_FILES, STATUS: BUSY}, Access.OPEN),
        ({FILES: ONE_FOLDER}, Access.OPEN),
        ({STATUS: 403, FILES: 403}, Access.AUTH_REQUIRED),
        ({STATUS: 401}, Access.AUTH_REQUIRED),
        # One proof, or an answer of another product, is not enough.
        ({FILES: 403}, Access.PARTIAL),
        ({FILES: "<html>x</html>"}, Access.PARTIAL),
        ({STATUS: '{"status":"healthy","sessions":0,"version":"0.25.2"}'}, Access.UNKNOWN),
        ({STATUS: "<html>x</html>"}, Access.UNKNOWN),
        ({STATUS: 404}, Access.UNKNOWN),
    ],
)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    report = web.ask("jupyter", change).result
    assert (report.access, report.untested) == (access, ())


def test_a_folder_below_makes_the_number_of_files_a_lower_bound(web: Any) -> None:
    report = web.ask("jupyter").result
    (files,) = (one for one in report.containers if one.name == "files")
    assert (files.records.quality, files.bytes.quality) == ("lower_bound", "lower_bound")
    assert (report.privileges, report.abilities) == (Privileges.ADMIN, (Ability.RUN_CODE,))
    assert "customers" not in str(report)


def test_a_refused_host_name_is_not_a_login(web: Any) -> None:
    page = type(web.pages("jupyter").page["GET /"])
    played = web.ask("jupyter", {"GET /api": page(FORBIDDEN, 403, POLICY)}, port=7)
    assert (played.result.product, played.result.access) == ("jupyter", Access.UNKNOWN)
    assert played.result.untested == ("the host name that the server accepts",)
    assert len(played.sent) == 1


@pytest.mark.parametrize("location", ["/lab?", "/tree?", "/login?next=%2Flab%3F", "/user/ann/lab", "/nbclassic/tree"])
def test_it_is_found_behind_the_pages_to_which_it_redirects(web: Any, location: str) -> None:
    page = type(web.pages("jupyter").page["GET /"])
    root = page("", 302, {"Server": "TornadoServer/6.6.1", "Location": location})
    assert web.ask_with("web", "jupyter", {"GET /": root}, port=7).result.probe == "jupyter"


@pytest.mark.parametrize(
    "headers",
    [{"Server": "TornadoServer/6.6.1", "Location": "/status"}, {"Server": "nginx", "Location": "/lab?"}, {}],
)
def test_another_redirect_is_not_followed_to_its_api(web: Any, headers: dict[str, str]) -> None:
    page = type(web.pages("jupyter").page["GET /"])
    sent = web.ask_with("web", "jupyter", {"GET /": page("", 302, headers)}, port=7).sent
    assert not any(one.startswith(b"GET /api ") for one in sent)


@pytest.mark.parametrize("body", ['{"version":"2.17.0"}', '{"version":"2","status":"ok"}', "", 404])
def test_another_api_is_another_product(web: Any, body: str | int) -> None:
    assert web.ask("jupyter", {"GET /api": body}).result.outcome is Outcome.PROTOCOL_MISMATCH


def test_nothing_is_started_and_no_file_is_read(web: Any) -> None:
    sent = web.ask("jupyter", depth=Depth.SAMPLE).sent
    assert all(one.startswith(b"GET ") for one in sent)
    assert not any(b"/api/contents/" in one or b"/files/" in one or b"/api/terminals" in one for one in sent)
