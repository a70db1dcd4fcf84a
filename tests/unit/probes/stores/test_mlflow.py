"""MLflow: what its answers show. Version 3.17.2 gave the open ones; the refusals are those of its source."""

from typing import Any

import pytest

from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome

EXPERIMENTS = "GET /api/2.0/mlflow/experiments/search?max_results=1000"
OLD = "GET /api/2.0/mlflow/experiments/list"
MODELS = "GET /api/2.0/mlflow/registered-models/search?max_results=1000"
LIST = '{"experiments":[{"experiment_id":"1","name":"churn"}]}'
DEFAULT = '{"experiments":[{"experiment_id":"0","name":"Default"}]}'
MODEL = '{"registered_models":[{"name":"fraud"}]}'
HOST = "Invalid Host header - possible DNS rebinding attack detected"


@pytest.mark.parametrize(
    ("change", "access"),
    [
        ({}, Access.OPEN),
        ({MODELS: MODEL}, Access.OPEN),
        ({EXPERIMENTS: DEFAULT}, Access.OPEN_EMPTY),
        ({EXPERIMENTS: DEFAULT, MODELS: MODEL}, Access.OPEN),
        # MLflow before 1.28 has another path.
        ({EXPERIMENTS: 404, OLD: LIST}, Access.OPEN),
        ({EXPERIMENTS: 404, OLD: 401}, Access.AUTH_REQUIRED),
        ({EXPERIMENTS: 403}, Access.AUTH_REQUIRED),
        # One proof, or an answer of another product, is not enough.
        ({MODELS: 403}, Access.PARTIAL),
        ({MODELS: LIST}, Access.PARTIAL),
        ({MODELS: "<html>MLflow</html>"}, Access.PARTIAL),
        ({EXPERIMENTS: "{}"}, Access.UNKNOWN),
        ({EXPERIMENTS: '{"experiments":[{"id":7}]}'}, Access.UNKNOWN),
        ({EXPERIMENTS: "<html><title>MLflow</title></html>"}, Access.UNKNOWN),
        ({EXPERIMENTS: 500}, Access.UNKNOWN),
    ],
)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    report = web.ask("mlflow", change).result
    assert (report.access, report.untested) == (access, ())


def test_a_proof_names_the_request_that_was_answered(web: Any) -> None:
    proofs = web.ask("mlflow", {EXPERIMENTS: 404, OLD: LIST}).result.proofs
    assert [one.asked for one in proofs] == [
        "GET /api/2.0/mlflow/experiments/list",
        "GET /api/2.0/mlflow/registered-models/search",
    ]


def test_a_list_that_goes_on_is_a_lower_bound(web: Any) -> None:
    more = LIST.removesuffix("}") + ',"next_page_token":"x"}'
    figure = web.ask("mlflow", {EXPERIMENTS: more}).result.containers[0].records
    assert (figure.value, figure.quality) == (1, "lower_bound")


def test_a_refused_host_name_is_not_a_login(web: Any) -> None:
    page = type(web.pages("mlflow").page["GET /"])
    refused = {key: page(HOST, 403) for key in web.pages("mlflow").page} | {"GET /version": page("3.17.2")}
    played = web.ask("mlflow", refused, port=7)
    report = played.result
    assert (report.outcome, report.product, report.version, report.access) == (
        Outcome.OK, "mlflow", "3.17.2", Access.UNKNOWN,
    )  # fmt: skip
    assert report.untested == ("the host name that the server accepts",)
    assert len(played.sent) == 2
    assert web.ask_with("web", "mlflow", refused, port=7).result.probe == "mlflow"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"WWW-Authenticate": 'Basic realm="mlflow"'}, ""),
        ({}, "You are not authenticated. Please see https://www.mlflow.org/docs/latest/auth/index.html#x"),
    ],
)
def test_a_login_is_recognised(web: Any, headers: dict[str, str], body: str) -> None:
    page = type(web.pages("mlflow").page["GET /"])
    report = web.ask("mlflow", {"GET /": page(body, 401, headers)}, port=7).result
    assert (report.product, report.access, report.untested) == ("mlflow", Access.AUTH_REQUIRED, ())


@pytest.mark.parametrize("title", ["Mlflow clone", "Grafana", ""])
def test_another_page_is_another_product(web: Any, title: str) -> None:
    report = web.ask("mlflow", {"GET /": f"<html><title>{title}</title></html>"}).result
    assert report.outcome is Outcome.PROTOCOL_MISMATCH


def test_no_run_is_requested(web: Any) -> None:
    sent = web.ask("mlflow", depth=Depth.SAMPLE).sent
    assert not any(b"runs" in one or b"artifacts" in one for one in sent)
