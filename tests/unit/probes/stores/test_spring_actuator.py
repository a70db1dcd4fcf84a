"""Spring Boot Actuator: what its index says, and that no other endpoint is ever requested."""

from typing import Any

import pytest

from tests.each import each
from tieback.model.probe import Access, Notice, Outcome
from tieback.probes import PROBES
from tieback.probes.finder import MAX_TRIES
from tieback.probes.stores.directory_listing import _FOLDER
from tieback.scope.conversation import Target, is_never_sent

INDEX, HEALTH = "GET /actuator", "GET /actuator/health"


def index(*names: str) -> str:
    links = ",".join(f'"{name}":{{"href":"http://h/actuator/{name}","templated":false}}' for name in names)
    return f'{{"_links":{{"self":{{"href":"http://h/actuator","templated":false}},{links}}}}}'


def test_the_index_is_the_result(web: Any) -> None:
    report = web.ask("spring_actuator").result
    assert dict(report.traits) == {
        Notice.MEMORY_DUMP: "the index names heapdump; it was not requested",
        Notice.DIAGNOSTICS: "the index names env, threaddump; none was requested",
    }
    names = {one.name for one in report.containers}
    assert names == {"beans", "health", "env", "heapdump", "threaddump", "metrics"}


@pytest.mark.parametrize(
    ("change", "access", "notices"),
    [
        ({INDEX: index("health", "metrics")}, Access.SCHEMA_ONLY, set()),
        ({INDEX: index("health", "logfile")}, Access.SCHEMA_ONLY, {Notice.DIAGNOSTICS}),
        ({INDEX: index("health", "heapdump")}, Access.SCHEMA_ONLY, {Notice.MEMORY_DUMP}),
        # Public by design.
        ({INDEX: index("health")}, Access.UNKNOWN, set()),
        ({INDEX: index("health", "info")}, Access.UNKNOWN, set()),
        # The server does not confirm its index.
        ({HEALTH: "<html>ok</html>"}, Access.UNKNOWN, set()),
        ({HEALTH: 404}, Access.UNKNOWN, set()),
        ({HEALTH: 401}, Access.UNKNOWN, set()),
    ],
)
def test_access_state_by_server_answers(
    web: Any, change: dict[str, int | str], access: Access, notices: set[Notice]
) -> None:
    report = web.ask("spring_actuator", change).result
    assert report.access is access
    assert {key for key, _ in report.traits} == notices


@pytest.mark.parametrize(
    "answer",
    ["", "ok", "{}", '{"_links":{}}', '{"_links":{"self":{"href":"http://h/api"},"heapdump":{"href":"http://h/api/x"}}}',
     "<html>shop</html>", 401, 403, 404, 500],
)  # fmt: skip
def test_another_server_is_another(web: Any, answer: str | int) -> None:
    assert web.ask("spring_actuator", {INDEX: answer}, port=7).result.outcome is not Outcome.OK


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<html><body><h1>Whitelabel Error Page</h1></body></html>", True),
        ('{"timestamp":1795796547784,"status":404,"error":"Not Found","message":"No","path":"/"}', True),
        ('{"timestamp":"2026-11-27T16:22:27.784+00:00","path":"/","status":404,"error":"Not Found"}', True),
        ('{"status":404,"error":"Not Found"}', False),
        ("<html>shop</html>", False),
    ],
)
def test_only_an_app_that_shows_spring_boot_is_asked_for_its_index(web: Any, body: str, found: bool) -> None:
    page = type(web.pages("spring_actuator").page[INDEX])(body, 404)
    played = web.ask_with("web", "spring_actuator", {"GET /": page}, port=7)
    assert (played.result.probe == "spring_actuator") is found
    assert any(b" /actuator " in one for one in played.sent) is found
    assert len(played.sent) <= 1 + MAX_TRIES


NEVER = [
    *(f"/actuator/{name}" for name in ("heapdump", "threaddump", "env", "logfile", "env/x", "configprops", "shutdown")),
    *("/heapdump", "/threaddump", "/logfile", "/manage/heapdump", "/api/v1/actuator/env", "/ACTUATOR/HEAPDUMP"),
    *("/actuator%2Fheapdump", "/heapdump/", "/heapdump?live=true", "/actuator/heapdump;x", "/heapdump.hprof.gz"),
    *("/actuator/health/x", "/actuator/healthz"),
]


@each("path", NEVER)
@each("verb", ["GET", "HEAD", "POST", "PROPFIND"])
def test_no_declared_send_of_any_probe_permits_a_dump_or_the_settings(verb: str, path: str) -> None:
    """Names come from servers, apps and rules: whatever a pattern permits, these requests never leave."""
    fields = "User-Agent: \r\nAccept: application/json\r\nAccept-Encoding: identity\r\n\r\n"
    data = f"{verb} {path} HTTP/1.1\r\nHost: a.test\r\n{fields}".encode()
    assert is_never_sent(data)
    assert [send.name for probe in PROBES for send in probe.meta.sends if send.matches(data)] == []
    assert Target("a.test", 80).declared_form(data) is None


def test_a_base_path_of_the_app_opens_no_way_to_them() -> None:
    data = b"GET /actuator/env HTTP/1.1\r\n"
    assert Target("a.test", 80, path="/actuator").declared_form(data) is None


def test_a_folder_of_that_name_is_skipped() -> None:
    assert _FOLDER.fill("actuator/heapdump") is None
    assert _FOLDER.fill("heapdump") is None
    assert _FOLDER.fill("actuators") == "/actuators/"


@each(
    "path",
    ["/actuator", "/actuator/health", "/health", "/env/_count", "/heapdumps", "/logfiles/x", "/my-heapdump", "/"],
)
def test_other_paths_may_be_sent(path: str) -> None:
    assert not is_never_sent(f"GET {path} HTTP/1.1\r\n".encode())
