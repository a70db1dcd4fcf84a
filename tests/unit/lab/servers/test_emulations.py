"""The emulations answer as the real servers did: status, header fields and the keys of their JSON."""

import json
from pathlib import Path
from typing import Any

from tests.each import each
from tieback.lab.servers.emulations import KIND, emulations
from tieback.lab.table_server import find_answer
from tieback.protocols import http1

ANSWERS = Path(__file__).parents[3] / "recordings" / "answers"
SDK = "mcp-1.30.0"
CALLS = {name: json.dumps({"method": f"{name}/list", "id": 2}) for name in ("tools", "resources", "prompts")}


def test_every_store_has_its_answers() -> None:
    assert set(emulations()) == {store.name for store in KIND.stores}
    assert all("*" in one.answers and one.source for one in emulations().values())
    assert all(store.emulation for store in KIND.stores)


@each(
    ("store", "verb", "path", "body", "recorded"),
    [
        ("ollama", "GET", "/", "", "ollama-root"),
        ("ollama", "GET", "/api/version", "", "ollama-version"),
        ("ollama", "GET", "/api/tags", "", "ollama-tags"),
        ("ollama", "GET", "/api/ps", "", "ollama-ps"),
        ("litellm-open", "GET", "/", "", "litellm-root"),
        ("litellm-open", "GET", "/v1/models", "", "litellm-models"),
        ("litellm-open", "GET", "/model/info", "", "litellm-info"),
        ("litellm-protected", "GET", "/v1/models", "", "litellm-closed-models"),
        ("openbao-uninitialised", "GET", "/v1/sys/seal-status", "", "openbao-new-seal"),
        ("openbao-uninitialised", "GET", "/v1/sys/init", "", "openbao-new-init"),
        ("mcp", "GET", "/mcp", "", f"{SDK}-get"),
        ("mcp", "POST", "/mcp", '{"method":"initialize","id":1}', f"{SDK}-initialize"),
        *(("mcp", "POST", "/mcp", body, f"{SDK}-{name}") for name, body in CALLS.items()),
    ],
)
def test_an_answer_has_the_shape_of_the_recorded_one(
    store: str, verb: str, path: str, body: str, recorded: str
) -> None:
    answer = find_answer(emulations()[store].answers, verb, path, body.encode())
    raw = (ANSWERS / f"{recorded}.http").read_bytes()
    line, message = http1.status_line(raw), next(http1.messages(raw, limit=1, max_body=1 << 20))
    assert line is not None
    assert answer.status == line.status
    assert {name.lower() for name in answer.headers} <= {name.lower() for name, _ in message.headers}
    # The recorded SDK streamed its answers as events.
    text = next((one[5:] for one in message.body.splitlines() if one.startswith(b"data:")), message.body)
    if text.lstrip()[:1] != b"{":
        assert answer.body.strip() == text.strip()
        return
    assert keys(json.loads(answer.body)) <= keys(json.loads(text))


def keys(value: Any, path: str = "") -> set[str]:
    """Paths of all keys. What depends on the tools and models is left out: their schemas and figures."""
    match value:
        case dict():
            inner = (keys(one, f"{path}/{key}") for key, one in value.items() if key != "inputSchema")
            return {f"{path}/{key}" for key in value}.union(*inner)
        case list():
            return set().union(*(keys(one, f"{path}[]") for one in value))
    return set()
