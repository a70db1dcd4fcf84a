"""VictoriaMetrics: number of series without a login."""

from typing import Any

import pytest

from tieback.model.probe import Access, Outcome

ASK, COUNT, METRICS = "GET /", "GET /api/v1/series/count", "GET /api/v1/label/__name__/values"
STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    ({}, Access.OPEN),
    ({COUNT: 401}, Access.AUTH_REQUIRED),
    ({METRICS: 401}, Access.PARTIAL),
    # One proof is not enough.
    ({METRICS: "<html>ok</html>"}, Access.PARTIAL),
    ({COUNT: '{"status":"success","data":[0]}'}, Access.OPEN_EMPTY),
    ({COUNT: "<html>ok</html>"}, Access.UNKNOWN),
    ({COUNT: '{"status":"success","data":{}}'}, Access.UNKNOWN),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("victoriametrics", change).result.access is access


@pytest.mark.parametrize("answer", ["", "ok", "{}", "[]", "<html><title>Shop</title></html>", 401, 403, 404, 500])
def test_another_server_is_another(web: Any, answer: str | int) -> None:
    report = web.ask("victoriametrics", {ASK: answer}, port=7).result
    assert report.outcome is not Outcome.OK
    assert not report.access.exposed


def test_series_are_a_lower_bound_of_samples(web: Any) -> None:
    (one,) = web.ask("victoriametrics").result.containers
    assert (one.records.value, one.records.quality) == (60, "lower_bound")
