"""Requests that schemathesis makes of the OpenAPI document: no answer is a fault, and each has a documented shape."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.examples import FULL, few
from tests.unit.pipeline.graph_workspace import made
from tests.unit.web.clients import Changes
from tieback.pipeline.accounts.roles import Role
from tieback.web.app import build_app
from tieback.web.context import User
from tieback.web.settings import WebSettings

COMMITTED = Path(__file__).parents[3] / "docs/reference/schemas/openapi.json"
USER = User(id="u1", name="Ann", role=Role.ADMIN)


OPERATIONS = [
    (method.upper(), path)
    for path, methods in json.loads(COMMITTED.read_text())["paths"].items()
    for method in methods
    if not path.endswith("/events")
]
EXAMPLES = settings(
    max_examples=5 if FULL else 2,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The API over a workspace of its own: some requests change it."""
    import schemathesis  # a second, which every worker would spend while it collects

    scanned = made(tmp_path_factory.mktemp("api"))
    app = build_app(WebSettings(workspace=scanned), identify=lambda _: USER, changes=Changes())
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)


@pytest.mark.parametrize(("method", "path"), few(OPERATIONS, 2))
def test_each_request_has_a_documented_answer(api: Any, method: str, path: str) -> None:
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

    seen = []

    @EXAMPLES
    @given(case=api[path][method].as_strategy())
    def check(case: Any) -> None:
        answer = case.call()
        case.validate_response(
            answer, checks=[not_a_server_error, content_type_conformance, response_schema_conformance]
        )
        seen.append(answer.status_code)

    check()
    assert seen
