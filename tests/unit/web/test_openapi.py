"""The OpenAPI document: valid, as committed, and with a problem document for each error."""

import runpy
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
