"""Ollama: two proofs, models and their sizes, and nothing that runs or shows a model."""

from typing import Any

import pytest

from tieback.assess.leaves import records_total
from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access, Outcome
from tieback.probes.stores.ollama import OllamaProbe

TAGS, RUNNING, OLD = "GET /api/tags", "GET /api/ps", "GET /v1/models"
LIST = '{"object":"list","data":[{"id":"tiny-test:latest","object":"model","owned_by":"library"}]}'


@pytest.mark.parametrize(
    ("change", "access", "abilities"),
    [
        ({}, Access.OPEN, (Ability.GENERATE,)),
        # Anybody may download a model to an empty server, and run it.
        ({TAGS: '{"models":[]}'}, Access.OPEN, (Ability.GENERATE,)),
        ({TAGS: '{"models":null}'}, Access.OPEN, (Ability.GENERATE,)),
        ({RUNNING: 404, OLD: LIST}, Access.OPEN, (Ability.GENERATE,)),
        # One proof is not enough.
        ({RUNNING: 404}, Access.PARTIAL, ()),
        ({RUNNING: "Ollama is running"}, Access.PARTIAL, ()),
        ({RUNNING: 403}, Access.PARTIAL, ()),
        ({TAGS: '{"models":[]}', RUNNING: 500}, Access.OPEN_EMPTY, ()),
        ({TAGS: 401}, Access.AUTH_REQUIRED, ()),
        ({TAGS: 403}, Access.AUTH_REQUIRED, ()),
        ({TAGS: 500}, Access.UNKNOWN, ()),
        ({TAGS: "<html>ok</html>"}, Access.UNKNOWN, ()),
        ({TAGS: '{"models":"many"}'}, Access.UNKNOWN, ()),
    ],
)
def test_access_state_by_server_answers(
    web: Any, change: dict[str, int | str], access: Access, abilities: tuple[Ability, ...]
) -> None:
    report = web.ask("ollama", change).result
    assert (report.access, report.abilities) == (access, abilities)


def test_models_are_no_records(web: Any) -> None:
    report = web.ask("ollama").result
    assert {one.name: one.kind for one in report.containers} == {
        "acme-support-bot:v2": "model",
        "tiny-test:latest": "model",
    }
    assert records_total(report.containers).value == 0


def test_the_version_belongs_to_its_identification(web: Any) -> None:
    played = web.ask("ollama", depth=Depth.IDENTIFY)
    report = played.result
    assert (report.product, report.version, report.access, report.containers) == (
        "ollama",
        "0.32.15",
        Access.UNKNOWN,
        (),
    )
    assert len(played.sent) == 2


def test_two_servers_with_the_same_public_model_are_two(web: Any) -> None:
    one = '{"models":[{"name":"llama3:latest","size":1,"digest":"aa","modified_at":"2026-01-01T00:00:00.1Z"}]}'
    other = one.replace("00.1Z", "00.2Z")
    assert web.ask("ollama", {TAGS: one}).result.identity != web.ask("ollama", {TAGS: other}).result.identity


@pytest.mark.parametrize("answer", ["", "Ollama is running, or is it", "<html>Ollama is running</html>", 401, 404, 500])
def test_another_server_is_another(web: Any, answer: str | int) -> None:
    assert web.ask("ollama", {"GET /": answer}, port=7).result.outcome is Outcome.PROTOCOL_MISMATCH


def test_no_send_runs_shows_or_changes_a_model() -> None:
    patterns = b" ".join(send.pattern for send in OllamaProbe.meta.sends)
    assert b"POST" not in patterns
    for word in (b"show", b"pull", b"generate", b"chat", b"embed", b"delete", b"create"):
        assert word not in patterns
