"""The OpenAPI document: valid, as committed, and with a problem document for each error."""

import json
import runpy
from fnmatch import fnmatch
from pathlib import Path

import pytest
from litestar.testing import TestClient
from litestar.types import ASGIApp

ROOT = Path(__file__).parents[3]
COMMITTED = ROOT / "docs/reference/schemas/openapi.json"


def test_the_committed_document_is_current() -> None:
    made = runpy.run_path(str(ROOT / "tools/write-openapi"))["document"]()
    assert made == COMMITTED.read_text(), "run tools/write-openapi, and read the difference"


@pytest.mark.more  # the validator is slow; schemathesis reads the document, too
def test_the_document_is_valid(pages: TestClient[ASGIApp]) -> None:
    validator = pytest.importorskip("openapi_spec_validator")
    document = pages.get("/api/v1/openapi.json").json()
    validator.validate(document)
    assert document["openapi"].startswith("3.1")
    answers = [one["responses"] for path in document["paths"].values() for one in path.values()]
    assert all("default" in one for one in answers)
    assert all(path.startswith("/api/v1/") for path in document["paths"])


def test_lists_have_short_names(pages: TestClient[ASGIApp]) -> None:
    names = set(pages.get("/api/v1/openapi.json").json()["components"]["schemas"])
    assert "Problem" in names
    assert {name for name in names if "." in name} == set()


def test_each_schema_has_a_title_of_its_own() -> None:
    """Generators name a class by the title; of two equal ones they drop one, and all answers with it."""
    schemas = json.loads(COMMITTED.read_text())["components"]["schemas"]
    assert {name: one["title"] for name, one in schemas.items() if one.get("title", name) != name} == {}


NO_TIMES = {"confidence", "percent", "parts"}
"""Numbers with a fraction that are no times."""


def test_each_time_is_a_text_in_utc() -> None:
    """A number is kept for clients of earlier releases; the text is beside it."""
    schemas = json.loads(COMMITTED.read_text())["components"]["schemas"]
    numbers = {
        (name, key): f"{key}_at" in one["properties"] and '"date-time"' in json.dumps(one["properties"][f"{key}_at"])
        for name, one in schemas.items()
        for key, value in one.get("properties", {}).items()
        if '"number"' in json.dumps(value) and key not in NO_TIMES
    }
    assert ("RunItem", "created") in numbers
    assert [where for where, has_text in numbers.items() if not has_text] == []


@pytest.mark.parametrize(("method", "path"), [("put", "/api/v1/uploads/{sha256}"), ("post", "/api/v1/uploads")])
def test_an_upload_has_a_body(method: str, path: str) -> None:
    body = json.loads(COMMITTED.read_text())["paths"][path][method]["requestBody"]
    assert body["required"]
    assert list(body["content"]) == ["application/octet-stream"]


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("/api/v1/exports/{name}", ["html", "json", "csv", "sarif", "stix", "markdown", "junit"]),
        ("/api/v1/inventory/review/{name}", ["csv"]),
    ],
)
def test_a_file_has_a_documented_type(pages: TestClient[ASGIApp], path: str, values: list[str]) -> None:
    documented = json.loads(COMMITTED.read_text())["paths"][path]["get"]["responses"]["200"]
    for value in values:
        answer = pages.get(path.replace("{name}", value))
        assert answer.status_code == 200, answer.text
        kind = answer.headers["content-type"].partition(";")[0]
        assert any(fnmatch(kind, one) for one in documented["content"]), (value, kind)
        assert kind in documented["description"]
        assert {name.lower() for name in documented["headers"]} >= {"content-disposition"} <= set(answer.headers)


def test_no_file_is_documented_as_one_json_document(pages: TestClient[ASGIApp]) -> None:
    """A generated client would read a PDF as JSON."""
    paths = json.loads(COMMITTED.read_text())["paths"]
    files = {path: list(one["get"]["responses"]["200"]["content"]) for path, one in paths.items() if _is_file(one)}
    several = ["*/*", "application/octet-stream"]
    assert files == {
        "/api/v1/cases/{case_id}/evidence": ["application/octet-stream", "application/zip"],
        "/api/v1/exports/{name}": several,
        "/api/v1/inventory/blocklists/{name}": several,
        "/api/v1/inventory/review/{name}": several,
        "/api/v1/letters/{letter_id}/files/{file_format}": several,
        "/api/v1/runs/{run_id}/files/{name}": ["application/octet-stream"],
    }
    untyped = {"/api/v1/runs/{run_id}/events", *files}
    schemas = {
        path: one["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        for path, one in paths.items()
        if "get" in one and path not in untyped
    }
    assert {path for path, schema in schemas.items() if not schema} == set()


def _is_file(operations: dict[str, object]) -> bool:
    return "Content-Disposition" in json.dumps(operations.get("get", {}))


def test_only_changes_that_compare_have_if_match() -> None:
    paths = json.loads(COMMITTED.read_text())["paths"]
    having = {
        path
        for path, operations in paths.items()
        for one in operations.values()
        if any(parameter["name"] == "If-Match" for parameter in one.get("parameters", ()))
    }
    assert "/api/v1/cases/{case_id}/due" in having
    assert "/api/v1/cases/{case_id}/notes" not in having
    tagged = paths["/api/v1/cases/{case_id}"]["get"]["responses"]["200"]["headers"]
    assert list(tagged) == ["ETag"]
