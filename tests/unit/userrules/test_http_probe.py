"""What a declared HTTP probe may not say. The rule of ``test_declared.py`` is right; each row changes one thing."""

import re
from typing import Any

import msgspec
import pytest

from tests.each import each
from tieback.model.refused_words import refused_word, refused_words, secret_words
from tieback.userrules.http_probe import HttpProbeRule, NameForm, check_http_probe

FIRST: dict[str, Any] = {"path": "/api/status", "why": "product", "depth": "identify"}
LIST: dict[str, Any] = {
    "path": "/api/spaces",
    "why": "names",
    "cost": "catalogue",
    "open": [{"pointer": "/spaces", "type": "array"}],
    "containers": {"pointer": "/spaces"},
}
COUNT: dict[str, Any] = {
    "path": "/api/spaces/{name}/count",
    "why": "number",
    "cost": "bounded read",
    "names": "slug",
    "open": [{"pointer": "/n"}],
    "records": {"pointer": "/n", "quality": "exact"},
}
RULE: dict[str, Any] = {
    "id": "acme-records",
    "source": "https://docs.acme.test/api",
    "ports": [9333],
    "identify": [{"pointer": "/product", "equals": "Acme Records"}],
    "request": [FIRST, LIST, COUNT],
    "accept": [{"about": "open", "answers": {"/api/status": {"body": "{}"}}, "access": "open"}],
    "reject": [{"about": "other", "answers": {}}],
}


def problems(**changes: Any) -> list[str]:
    return check_http_probe(msgspec.convert({**RULE, **changes}, HttpProbeRule), {"redis", "elasticsearch"})


def with_request(base: dict[str, Any], **changes: Any) -> list[str]:
    requests = [one if one is not base else {**base, **changes} for one in (FIRST, LIST, COUNT)]
    return problems(request=[{key: value for key, value in one.items() if value is not None} for one in requests])


def test_a_right_rule_has_no_problem() -> None:
    assert problems() == []


@each(
    ("changes", "why"),
    [
        ({"id": "redis"}, "belongs to a built-in probe"),
        ({"product": "elasticsearch"}, "belongs to a built-in probe"),
        ({"id": "A"}, "small letters"),
        ({"id": "a b c"}, "small letters"),
        ({"source": "http://docs.acme.test"}, "https URL"),
        ({"source": "the manual"}, "https URL"),
        ({"cwe": "306"}, "CWE-306"),
        ({"refused": [401, 404]}, "refused: write some of 302, 303, 307, 401, 403, 407"),
        ({"ports": [0]}, "1 to 65535"),
        ({"ports": [1, 2, 3, 4, 5]}, "at most 4"),
        ({"ports": [443]}, "does not point to a product"),
        ({"request": []}, "1 to 8 requests"),
        ({"request": [FIRST] * 9}, "1 to 8 requests"),
        ({"request": [FIRST, LIST, LIST]}, "declared twice"),
        ({"request": [LIST]}, "identifies the product"),
        ({"identify": []}, "nothing names the product"),
        ({"identify": [{"status": [200]}]}, "nothing names the product"),
        ({"identify": [{"text": "ok"}]}, "nothing names the product"),
        ({"identify": [{"pointer": "/status", "type": "text"}]}, "nothing names the product"),
        ({"identify": [{"header": "content-type", "equals": "application/json"}]}, "nothing names the product"),
        ({"root": [{"status": [200]}]}, "nothing names the product"),
        ({"identify": [{"header": "server", "text": "Acme Records"}]}, "exactly one of"),
        ({"identify": [{"header": "Server", "contains": "Acme"}]}, "small letters"),
        ({"identify": [{"header": "server"}]}, "equals"),
        ({"identify": [{"pointer": "product", "equals": "Acme"}]}, "not a JSON pointer"),
        ({"identify": [{"pointer": "/product", "equals": "Acme", "type": "text"}]}, "only one of"),
        ({"identify": [{"text": "Acme Records", "equals": "x"}]}, "belong to a header or a pointer"),
        ({"identify": [{"text": "x" * 201}]}, "at most 200"),
        ({"identify": [{"pointer": "/product", "equals": "Acme Records"}] * 9}, "at most 8 conditions"),
        ({"version": "version"}, "not a JSON pointer"),
        ({"accept": []}, "at least one example"),
        ({"reject": []}, "at least one example"),
        ({"accept": [{"about": "x", "answers": {}}]}, "expected access"),
        ({"reject": [{"about": "x", "answers": {}, "access": "open"}]}, "an example to accept"),
        ({"reject": [{"about": "x", "answers": {"nothing": {}}}]}, "not a path"),
        ({"reject": [{"about": "x", "answers": {"/": {"status": 100}}}]}, "200 to 599"),
        ({"reject": [{"about": "x", "answers": {"/": {"headers": {"a": "b\r\nc: d"}}}}]}, "cannot be sent"),
    ],
)  # fmt: skip
def test_what_a_rule_must_not_say(changes: dict[str, Any], why: str) -> None:
    assert any(why in problem for problem in problems(**changes)), problems(**changes)


@each(
    ("base", "changes", "why"),
    [
        (FIRST, {"depth": "enumerate"}, "identifies the product"),
        (FIRST, {"open": [{"pointer": "/a"}]}, "proves no access"),
        (FIRST, {"path": "/api/{name}", "names": "slug"}, "must not contain {name}"),
        (LIST, {"depth": "identify"}, "only the first request"),
        (LIST, {"depth": "sample"}, "may return records"),
        (LIST, {"cost": None}, "write its cost"),
        (LIST, {"cap": 10_000_000}, "write 1 to"),
        (LIST, {"cap": 0}, "write 1 to"),
        (LIST, {"why": " "}, "why it changes nothing"),
        (LIST, {"open": [{"status": [200]}]}, "only a JSON pointer"),
        (LIST, {"open": [{"text": "spaces and more"}]}, "only a JSON pointer"),
        (LIST, {"open": None}, "also needs `open`"),
        (LIST, {"containers": {"pointer": "spaces"}}, "not a JSON pointer"),
        (LIST, {"records": {"pointer": "/n", "quality": "exact"}}, "one request for the count"),
        (LIST, {"container": "x"}, "only for a count"),
        (LIST, {"names": "slug"}, "exactly if the path contains {name}"),
        (COUNT, {"names": None}, "exactly if the path contains {name}"),
        (COUNT, {"path": "/api/spaces?name={name}"}, "not a second proof"),
        (COUNT, {"path": "/api/x{name}/count"}, "a whole segment"),
        (COUNT, {"path": "/api/{name}/{name}"}, "a whole segment"),
        (COUNT, {"path": "/api/{other}/count"}, "a whole segment"),
        (COUNT, {"path": "/{name}/count"}, "the first segment"),
    ],
)
def test_what_a_request_must_not_say(base: dict[str, Any], changes: dict[str, Any], why: str) -> None:
    found = with_request(base, **changes)
    assert any(why in problem for problem in found), found


@each(
    "path",
    [
        "api", "", "//x.test/", "/a//b", "/a/../b", "/a/.", "/a b", "/a\r\nX: y", "/a#b", "/a?b?c", "/%2e%2e/", "/a%00",
        "/a?x=%2F%2Fx.test", "https://x.test/", "/" + "a" * 200, "/é", "/a\\b", "/a?u=http://x.test",
    ],
)  # fmt: skip
def test_a_path_stays_inside_its_syntax(path: str) -> None:
    assert with_request(LIST, path=path)


@each(
    "path",
    [
        "/api/delete", "/api/spaces/deleteAll", "/api/DropIndex", "/_shutdown", "/api/users/login",
        "/actuator/heapdump", "/actuator/env", "/v1/chat/completions",
        "/api/x?token=abc", "/api/x?api_key=1", "/api/x?callback=a",
        "/api/deleteall", "/api/bulkdelete",
        "/api/dELETE", "/api/users/DeLeTe", "/api/signIn", "/api/sign-up", "/api/sign_out", "/api/re-set", "/a?jWT=1",
        "/a?url=x", "/api/logs", "/api/run-job", "/admin/reset_all", "/api/%5Bdelete%5D",
    ],
)  # fmt: skip
def test_a_path_that_may_act_or_show_secrets_is_refused(path: str) -> None:
    assert any("may change something" in problem for problem in with_request(LIST, path=path))


@pytest.mark.parametrize("path", ["/probe?target=192.0.2.1", "/a?x=1&remoteHost=x.test", "/a?f%5Bsrc%5D=x.test"])
def test_a_parameter_that_may_name_another_server_is_refused(path: str) -> None:
    assert any("a server may contact" in problem for problem in with_request(LIST, path=path))


@each(
    "path",
    [
        "/api/spaces",
        "/api/server/info",
        "/v1/collections?limit=0",
        "/_cat/indices?format=json",
        "/api/stats?fields%5B%5D=count",
        "/api/updates",
        "/datasets/",
    ],
)
def test_a_path_that_reads_is_accepted(path: str) -> None:
    assert with_request(LIST, path=path) == []


@each(
    ("form", "name", "sent"),
    [
        (NameForm.IDENTIFIER, "users_2024", True),
        (NameForm.IDENTIFIER, "a-b", False),
        (NameForm.SLUG, "a-b", True),
        (NameForm.SLUG, "-a", False),
        (NameForm.DIGITS, "12", True),
        (NameForm.DIGITS, "12a", False),
    ],
)
def test_names_by_their_form(form: NameForm, name: str, sent: bool) -> None:
    assert bool(re.fullmatch(form.pattern, name)) is sent


@each(
    ("text", "refused"),
    [
        *((text, True) for text in ("delete", "DELETE", "delete-all", "_shutdown", "resetAll", "resetall", "flushdb")),
        *((text, True) for text in ("user_delete", "bulkdelete", "sign-in", "dELETE", "run2", "logs", "api_tokens")),
        *((text, False) for text in ("people", "imports", "updates", "settings", "address", "runners", "backlog", "")),
    ],
)
def test_words_in_a_name(text: str, refused: bool) -> None:
    assert bool(refused_word(text)) is refused


def test_words_that_are_permitted_at_a_place() -> None:
    assert refused_word("logs", but=secret_words()) == ""
    assert refused_word("delete-logs", but=secret_words()) == "delete"


def test_the_refused_words_are_words() -> None:
    assert all(re.fullmatch("[a-z]{2,}", word) for word in refused_words())
