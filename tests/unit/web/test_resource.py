"""One declaration gives a page and its JSON twin; changes are recorded; errors are problem documents."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient
from litestar.types import ASGIApp

from tests.unit.web.clients import Changes, client
from tieback.model.errors import GrantError, InputError, UsageError, WorkspaceError
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views.listing import Listing
from tieback.web import app as application
from tieback.web.context import Context
from tieback.web.pages import environment
from tieback.web.problems import NotFoundError, problem_of
from tieback.web.resource import change, etag_of, form, page_and_json


class Row(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    count: int = 0


class Rename(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    count: int = 0


ERRORS = {
    "missing": NotFoundError("no row with this ID", where="r9", advice="See the list"),
    "usage": UsageError("not a number", where="limit"),
    "input": InputError("not an app", where="x.apk"),
    "grant": GrantError("expired", where="g"),
    "storage": WorkspaceError("cannot be read", where="ws"),
    "fault": RuntimeError("secret detail of the server"),
}


def list_rows(context: Context, q: str = "", limit: int = 50, after: str = "") -> Listing[Row]:
    """Rows by name."""
    return Listing(items=(Row(name=q or "a", count=limit),), next=None if after else "bmV4dA")


def one_row(context: Context, row_id: str, q: str = "") -> Row:
    """One row."""
    if row_id in ERRORS:
        raise ERRORS[row_id]
    return Row(name=row_id)


@change("PATCH", "/rows/{row_id:str}", role=Role.ANALYST, action="rename a row", current=one_row)
def rename_row(context: Context, row_id: str, data: Rename) -> Row:
    """Rename a row."""
    return Row(name=data.name, count=data.count)


@form(
    "/rows/{row_id:str}/rename",
    role=Role.ANALYST,
    action="rename a row",
    done="The row was renamed.",
    again="one_row",
)
def rename_form(context: Context, row_id: str, data: Rename) -> str:
    """Rename a row in its page."""
    if data.name in ERRORS:
        raise ERRORS[data.name]
    rename_row_of(row_id, data)
    return "/rows?q=b"


def rename_row_of(row_id: str, data: Rename) -> None:
    assert (row_id, data) == ("r1", Rename(name="b", count=3))


@pytest.fixture(scope="module")
def routes() -> Iterator[None]:
    template = "rows.html"
    source = (
        "{% extends 'base.html' %}{% block main %}<h1>{{ title }}</h1>"
        "<p>{{ data.items[0].name if data.items is defined else data.name }}</p>{% endblock %}"
    )

    def with_template() -> Any:
        made = environment()
        loader = made.loader
        assert loader is not None
        load = loader.get_source
        loader.get_source = lambda env, name: (source, None, lambda: True) if name == template else load(env, name)  # type: ignore[method-assign,assignment]
        return made

    listed = page_and_json("/rows", list_rows, template=template, role=Role.ANALYST, title="Rows")
    single = page_and_json("/rows/{row_id:str}", one_row, template=template, role=Role.ANALYST, title="Row")
    others = application.routes
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(application, "environment", with_template)
        patch.setattr(application, "routes", lambda: [*others(), *listed, *single, rename_row, rename_form])
        yield


@pytest.fixture
def changes() -> Changes:
    return Changes()


@pytest.fixture
def rows(routes: None, tmp_path: Path, changes: Changes) -> Iterator[TestClient[ASGIApp]]:
    with client(tmp_path / "ws", Role.ANALYST, changes) as made:
        yield made


def test_the_page_and_its_twin_show_the_same(rows: TestClient[ASGIApp]) -> None:
    page = rows.get("/rows", params={"q": "<script>x"})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "&lt;script&gt;x" in page.text
    assert "<script>x" not in page.text
    twin = rows.get("/api/v1/rows", params={"q": "<script>x"})
    assert twin.json() == {"items": [{"name": "<script>x", "count": 50}], "next": "bmV4dA", "total": None, "run": None}


def test_the_next_page_is_a_link(rows: TestClient[ASGIApp]) -> None:
    first = rows.get("/api/v1/rows?q=b&limit=2")
    assert first.links["next"]["url"] == "/api/v1/rows?q=b&limit=2&after=bmV4dA"
    assert "link" not in rows.get(first.links["next"]["url"]).headers


def test_an_unchanged_document_is_not_sent_again(rows: TestClient[ASGIApp]) -> None:
    first = rows.get("/api/v1/rows/r1")
    again = rows.get("/api/v1/rows/r1", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/rows", "/api/v1/rows/r1", "/api/v1/rows/missing", "/healthz", "/static/tieback.css"]
)
def test_head_answers_as_get_without_a_body(rows: TestClient[ASGIApp], path: str) -> None:
    head, full = rows.head(path), rows.get(path)
    assert (head.status_code, head.content) == (full.status_code, b"")
    assert head.headers == full.headers


@pytest.mark.parametrize(
    ("method", "path", "status", "advice"),
    [
        ("GET", "/api/v1/nothing", 404, "See the page API for all addresses"),
        ("DELETE", "/api/v1/rows/r1", 405, "See the page API for the methods of each address"),
        ("PATCH", "/api/v1/rows/r1", 413, "Send at most 1 MiB; send files to /api/v1/uploads"),
    ],
)
def test_errors_of_the_framework_say_what_to_do(
    rows: TestClient[ASGIApp], method: str, path: str, status: int, advice: str
) -> None:
    body = b'{"name": "' + b"x" * (1 << 20) + b'"}' if status == 413 else b""
    answer = rows.request(method, path, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["advice"]) == (status, advice)
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.headers.get("allow") == ("GET, HEAD, PATCH" if status == 405 else None)


@pytest.mark.parametrize(
    ("key", "status"),
    [("missing", 404), ("usage", 400), ("input", 422), ("grant", 422), ("storage", 503), ("fault", 500)],
)
def test_errors_are_problem_documents_and_pages(rows: TestClient[ASGIApp], key: str, status: int) -> None:
    answer = rows.get(f"/api/v1/rows/{key}")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["status"] == status
    page = rows.get(f"/rows/{key}")
    assert page.status_code == status
    assert "<h1>" in page.text
    assert "secret detail" not in answer.text + page.text


def test_the_log_of_errors_has_no_text_of_a_request(
    rows: TestClient[ASGIApp], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ERRORS, "tbk_x\nforged line", RuntimeError("fault"))
    assert rows.get("/api/v1/rows/tbk_x%0aforged%20line?q=tbk_y").status_code == 500
    assert [record.getMessage() for record in caplog.records if record.name == "tieback.web"] == [
        "error in GET /api/v1/rows/{row_id}"
    ]


def test_a_disk_or_database_that_fails_is_in_the_log(
    rows: TestClient[ASGIApp], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ERRORS, "full", WorkspaceError("the disk is full", where="ws/ledger.db", advice="Free space"))
    for address in ("/api/v1/rows/full", "/rows/full"):
        assert rows.get(address).status_code == 503
    lines = [record.getMessage() for record in caplog.records if record.name == "tieback.web"]
    assert lines == ["unavailable: ws/ledger.db: the disk is full. Free space"]


def test_an_invalid_parameter_is_named(rows: TestClient[ASGIApp]) -> None:
    answer = rows.get("/api/v1/rows?limit=many")
    assert answer.status_code == 400
    assert answer.json()["fields"] == [{"field": "limit", "problem": "Expected `int`, got `str`"}]


def test_a_change_is_recorded(rows: TestClient[ASGIApp], changes: Changes) -> None:
    assert rows.patch("/api/v1/rows/r1", json={"name": "b"}).json() == {"name": "b", "count": 0}
    assert changes.lines == [("Ann", "rename a row", "r1")]


def test_a_change_of_something_newer_is_refused(rows: TestClient[ASGIApp], changes: Changes) -> None:
    current = etag_of(Row(name="r1"))
    assert rows.patch("/api/v1/rows/r1", json={"name": "b"}, headers={"If-Match": '"old"'}).status_code == 412
    assert changes.lines == []
    for matching in (current, f'"old", {current}', "*"):
        assert rows.patch("/api/v1/rows/r1", json={"name": "b"}, headers={"If-Match": matching}).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_change_has_the_media_type_of_json(rows: TestClient[ASGIApp], changes: Changes, kind: str) -> None:
    answer = rows.patch("/api/v1/rows/r1", content=b'{"name": "b"}', headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["detail"]) == (415, "send JSON, with Content-Type: application/json")
    assert changes.lines == []


def test_a_form_changes_and_shows_a_notice(rows: TestClient[ASGIApp], changes: Changes) -> None:
    sent = rows.post("/rows/r1/rename", data={"name": "b", "count": "3"}, follow_redirects=False)
    assert (sent.status_code, sent.headers["location"]) == (303, "/rows?q=b&done=rename_form")
    assert "The row was renamed." in rows.get(sent.headers["location"]).text
    assert changes.lines == [("Ann", "rename a row", "r1")]


def test_a_problem_without_a_form_on_the_page_is_shown_at_its_top(rows: TestClient[ASGIApp], changes: Changes) -> None:
    answer = rows.post("/rows/r1/rename", data={"name": "usage", "count": "3"}, follow_redirects=False)
    assert (answer.status_code, answer.text.count('role="alert"'), changes.lines) == (400, 1, [])
    assert "limit: not a number." in answer.text.partition("<h1>Row</h1><p>r1</p>")[0]
    for name, status in (("missing", 404), ("storage", 503), ("fault", 500)):
        other = rows.post("/rows/r1/rename", data={"name": name, "count": "3"})
        assert (other.status_code, "<p>r1</p>" in other.text) == (status, False)


def test_a_notice_of_a_stranger_is_not_shown(rows: TestClient[ASGIApp]) -> None:
    assert "Send money" not in rows.get("/rows?done=Send+money").text


def test_someone_without_a_session_reads_nothing(routes: None, tmp_path: Path) -> None:
    with client(tmp_path / "ws", None) as made:
        page = made.get("/rows?q=b", follow_redirects=False)
        assert page.headers["location"] == "/sign-in?next=%2Frows%3Fq%3Db"
        twin = made.get("/api/v1/rows")
        assert (twin.status_code, twin.headers["www-authenticate"]) == (401, "Bearer")


def test_a_lower_role_is_refused(routes: None, tmp_path: Path) -> None:
    changes = Changes()
    with client(tmp_path / "ws", Role.VIEWER, changes) as made:
        assert made.get("/rows").status_code == 403
        assert made.patch("/api/v1/rows/r1", json={"name": "b"}).status_code == 403
    assert changes.lines == []


def test_the_frameworks_own_pages_are_closed(rows: TestClient[ASGIApp]) -> None:
    assert rows.get("/closed/openapi").status_code == 403
    assert rows.get("/api/v1/nothing").status_code == 404
    assert rows.get("/api/v1/nothing").headers["content-type"].startswith("application/problem+json")


def test_an_unexpected_exception_shows_none_of_its_text() -> None:
    assert "secret" not in repr(problem_of(RuntimeError("secret")))


def test_the_api_refuses_a_parameter_that_filters_nothing(rows: TestClient[ASGIApp]) -> None:
    wrong = rows.get("/api/v1/rows", params={"q": "a", "severty": "high"})
    assert wrong.status_code == 400
    assert wrong.json() == {
        "title": "Bad Request",
        "status": 400,
        "detail": "unknown parameter",
        "where": "severty",
        "advice": "This address has q, limit, after",
    }
    assert rows.patch("/api/v1/rows/r1?dry=1", json={"name": "b"}).json()["where"] == "dry"
    assert rows.get("/rows", params={"utm_source": "mail"}).status_code == 200, "a link in a mail may have more"


def test_parameters_are_not_checked_before_the_role(tmp_path: Path, routes: None) -> None:
    with client(tmp_path / "ws", None) as stranger:
        assert stranger.get("/api/v1/rows?severty=high").status_code == 401


@pytest.mark.parametrize("path", ["/api/v1/rows/r1", "/api/v1/openapi.json", "/rows"])
def test_options_is_a_method_that_no_address_supports(rows: TestClient[ASGIApp], path: str) -> None:
    answer = rows.options(path)
    assert answer.status_code == 405
    assert answer.headers["allow"].startswith("GET, HEAD")
    assert "OPTIONS" not in answer.headers["allow"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "the body is empty"),
        (b"{", "not JSON (Input data was truncated)"),
        (b"[]", "Expected `object`, got `array`"),
        (b"{}", "Object missing required field `name`"),
    ],
)
def test_what_is_wrong_with_a_body_names_the_body(rows: TestClient[ASGIApp], body: bytes, problem: str) -> None:
    answer = rows.patch("/api/v1/rows/r1", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    document = answer.json()
    named = [(one["field"], one["problem"]) for one in document.get("fields", ())]
    assert (named or [(document["where"], document["detail"])]) == [("body", problem)]
