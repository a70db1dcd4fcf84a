"""Triton: two proofs, and the names of its models."""

from typing import Any

import pytest

from tieback.model.probe import Ability, Access, Outcome

STATISTICS = "GET /v2/models/stats"


@pytest.mark.parametrize(
    ("change", "access", "abilities"),
    [
        ({}, Access.OPEN, (Ability.GENERATE,)),
        ({STATISTICS: '{"model_stats":[]}'}, Access.OPEN, (Ability.GENERATE,)),
        ({STATISTICS: 403}, Access.AUTH_REQUIRED, ()),
        ({STATISTICS: 404}, Access.UNKNOWN, ()),
        ({STATISTICS: "<html>ok</html>"}, Access.UNKNOWN, ()),
    ],
)
def test_access_state_by_server_answers(
    web: Any, change: dict[str, int | str], access: Access, abilities: tuple[Ability, ...]
) -> None:
    report = web.ask("triton", change).result
    assert (report.access, report.abilities) == (access, abilities)


def test_a_model_with_two_versions_is_one_model(web: Any) -> None:
    found = [(one.name, one.kind, one.records) for one in web.ask("triton").result.containers]
    assert found == [("face_match", "model", None), ("ocr", "model", None)]


@pytest.mark.parametrize(
    "answer",
    ["", "ok", '{"name":"kserve","version":"1","extensions":["statistics"]}', '{"name":"triton"}', 401, 404, 500],
)
def test_another_server_is_another(web: Any, answer: str | int) -> None:
    assert web.ask("triton", {"GET /v2": answer}, port=7).result.outcome is Outcome.PROTOCOL_MISMATCH
