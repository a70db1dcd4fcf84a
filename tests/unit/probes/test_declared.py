"""Probes that users declare: the rule of ``declared_rule.toml`` against servers that are open, closed and hostile."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes import PROBES, WEB_STORES
from tieback.probes.declared import CONTROL_PATH, DeclaredProbe
from tieback.probes.declared_examples import example_results
from tieback.probes.finder import WebFinder
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.scope.conversation import Target
from tieback.userrules.http_probe import HttpProbeRule, check_http_probe

SHA256 = "ab" * 32
STATUS = '{"product":"Acme Records","version":"2.1"}'
OPEN: "Pages" = {
    "/api/status": STATUS,
    "/api/spaces": '{"spaces":[{"name":"people"},{"name":"news"}]}',
    "/api/spaces/people/count": '{"documents":12}',
    "/api/spaces/news/count": '{"documents":0}',
}
type Pages = dict[str, str | int]


def read_rule(**changes: Any) -> HttpProbeRule:
    path = Path(__file__).parent / "declared_rule.toml"
    return msgspec.structs.replace(msgspec.toml.decode(path.read_bytes(), type=HttpProbeRule), **changes)


def wire(body: str, status: int = 200, fields: str = "") -> bytes:
    return f"HTTP/1.1 {status} x\r\n{fields}Content-Length: {len(body.encode())}\r\n\r\n{body}".encode()


def ask(
    pages: Pages | Callable[[str], str | int | bytes | None],
    depth: Depth = Depth.DESCRIBE,
    rule: HttpProbeRule | None = None,
    **more: Any,
) -> PlaybackResult[ProbeReport]:
    """Run the probe against pages by path: a body, or a status alone."""
    probe = DeclaredProbe(rule or read_rule(), SHA256)

    def answer(sent: bytes) -> bytes | None:
        path = sent.split(b" ")[1].decode()
        page = pages(path) if callable(pages) else pages.get(path, 404)
        if isinstance(page, int):
            return wire("", page)
        return wire(page) if isinstance(page, str) else page

    return play(probe.run(Target("127.0.0.1", 9333, **more), depth), MemoryPeer(answer), probe.meta.sends)


def test_the_rule_and_its_examples_are_right() -> None:
    assert check_http_probe(read_rule(), {"redis"}) == []
    assert [one.passed for one in example_results(read_rule())] == [True] * 4


def test_an_open_store_is_counted_and_the_report_names_the_rule() -> None:
    asked = ask(OPEN)
    report = asked.result
    assert (report.access, report.product, report.version, report.probe) == (
        Access.OPEN, "acme-records", "2.1", "acme-records",
    )  # fmt: skip
    assert {c.name: c.records.value for c in report.containers if c.records} == {"people": 12, "news": 0}
    assert report.rule == f"acme-records (sha256 {SHA256})"
    assert [sent.split(b" ")[1].decode() for sent in asked.sent] == [*OPEN, CONTROL_PATH]


@pytest.mark.parametrize("value", ["ada@workhub.test", "Ada Lovelace", "1 Main Street"])
def test_a_value_is_not_kept_as_a_version(value: str) -> None:
    status = msgspec.json.encode({"product": "Acme Records", "version": value}).decode()
    assert ask({**OPEN, "/api/status": status}).result.version == ""


ACTS = ("delete-all", "reset", "Shutdown", "flushdb", "people-delete", "sign-in", "stopnow")


@pytest.mark.parametrize("path", ["/api/spaces/{name}/count", "/api/spaces/{name}", "/api/count?space={name}"])
def test_a_name_with_a_word_that_may_act_is_not_sent(path: str) -> None:
    """Neither from a server nor from an app; the report counts them, and keeps them as containers without a number."""
    rule = read_rule()
    counted = msgspec.structs.replace(rule.request[2], path=path)
    changed = msgspec.structs.replace(rule, request=(*rule.request[:2], counted))
    listed = msgspec.json.encode({"spaces": [{"name": name} for name in ("people", *ACTS)]}).decode()
    asked = ask({**OPEN, "/api/spaces": listed}, rule=changed, names=("news", *ACTS))
    paths = [sent.split(b" ")[1].decode() for sent in asked.sent]
    assert paths[2:] == [path.replace("{name}", "people"), path.replace("{name}", "news"), CONTROL_PATH]
    assert any(problem.startswith("7 of 9 names were not requested") for problem in asked.result.problems)
    assert {one.name for one in asked.result.containers} >= {"people", *ACTS}


@pytest.mark.parametrize(("path", "sent"), [("/api/spaces/{name}/count", True), ("/api/spaces/{name}", False)])
def test_a_word_for_secrets_is_sent_only_where_the_path_goes_on(path: str, sent: bool) -> None:
    rule = read_rule()
    changed = msgspec.structs.replace(
        rule, request=(*rule.request[:2], msgspec.structs.replace(rule.request[2], path=path))
    )
    asked = ask({**OPEN, "/api/spaces": '{"spaces":[{"name":"logs"}]}'}, rule=changed)
    assert any(b"/logs" in data for data in asked.sent) is sent


@each("name", [*ACTS, "_shutdown", "a%2Fdelete"])
def test_the_dialer_refuses_a_name_that_may_act(name: str) -> None:
    """Whatever the code of a probe does, no declaration matches such bytes."""
    sends = DeclaredProbe(read_rule(), SHA256).meta.sends
    request = b"GET /api/spaces/%b/count HTTP/1.1\r\nHost: x\r\nUser-Agent: tieback/1\r\nAccept: application/json\r\n"
    request += b"Accept-Encoding: identity\r\n\r\n"
    assert any(one.matches(request % b"people") for one in sends)
    assert not any(one.matches(request % name.encode()) for one in sends)


def test_addresses_are_not_kept_as_names_of_containers() -> None:
    """A rule could point to a field of records."""
    listed = '{"spaces":[{"name":"ada@workhub.test"},{"name":"people"}]}'
    asked = ask({**OPEN, "/api/spaces": listed})
    assert [one.name for one in asked.result.containers] == ["people"]
    assert any("names with `@`" in problem for problem in asked.result.problems)
    assert "ada" not in repr(asked.result)
    assert not any(b"ada" in sent for sent in asked.sent)


CASES: list[tuple[Pages, tuple[str, ...], Access, bool]] = [
    # Changes to the open store, names of the app, access, and whether names remain untested.
    ({"/api/spaces": 401}, (), Access.AUTH_REQUIRED, True),
    ({"/api/spaces": 403}, ("people",), Access.PARTIAL, True),
    ({"/api/spaces": 401, "/api/spaces/people/count": 401}, ("people",), Access.AUTH_REQUIRED, True),
    ({"/api/spaces": 500}, (), Access.UNKNOWN, True),
    ({"/api/spaces": 404}, (), Access.UNKNOWN, True),
    ({"/api/spaces": "<html>Sign in</html>"}, (), Access.UNKNOWN, True),
    ({"/api/spaces": '{"spaces":{}}'}, (), Access.UNKNOWN, True),
    ({"/api/spaces": '{"spaces":[]}'}, (), Access.UNKNOWN, False),
    ({"/api/spaces/people/count": 401}, (), Access.SCHEMA_ONLY, False),
    ({"/api/spaces/news/count": 401}, (), Access.PARTIAL, False),
    ({"/api/spaces/people/count": '{"documents":0}'}, (), Access.OPEN_EMPTY, False),
    ({"/api/spaces/people/count": '{"documents":-1}', "/api/spaces/news/count": 404}, (), Access.SCHEMA_ONLY, False),
    ({"/api/spaces/people/count": 404, "/api/spaces/news/count": 404}, (), Access.UNKNOWN, False),
]


@each(("change", "names", "access", "untested"), CASES)
def test_access_by_the_answers(change: Pages, names: tuple[str, ...], access: Access, untested: bool) -> None:
    report = ask({**OPEN, **change}, names=names).result
    assert (report.access, bool(report.untested)) == (access, untested)


@each(
    ("second", "untested"),
    [
        (401, ()),
        (500, ("GET /api/total: no clear answer",)),
        (404, ("GET /api/total: no clear answer",)),
        ("<html>Sign in</html>", ("GET /api/total: no clear answer",)),
        ("{}", ("GET /api/total: no clear answer",)),
        (None, ("GET /api/total: no clear answer",)),
    ],
)
def test_one_refusal_closes_a_store_only_if_the_rest_is_clear(
    second: str | int | None, untested: tuple[str, ...]
) -> None:
    rule = read_rule()
    total = msgspec.structs.replace(rule.request[2], path="/api/total", names=None)
    pages: dict[str, str | int | None] = {"/api/status": STATUS, "/api/spaces": 401, "/api/total": second}
    rule = msgspec.structs.replace(rule, request=(*rule.request[:2], total))
    report = ask(lambda path: pages.get(path, 404), rule=rule).result
    assert (report.access, report.untested) == (Access.AUTH_REQUIRED, untested)


@pytest.mark.parametrize(
    ("pages", "access", "untested"),
    [
        ({"/api/spaces": 401}, Access.AUTH_REQUIRED, False),
        ({"/api/spaces": 500}, Access.UNKNOWN, True),
        ({}, Access.OPEN, False),
    ],
)
def test_a_rule_can_state_that_a_refused_list_closes_the_store(pages: Pages, access: Access, untested: bool) -> None:
    asked = ask({**OPEN, **pages}, rule=read_rule(names_without_list=False), names=("gone",))
    assert (asked.result.access, bool(asked.result.untested)) == (access, untested)
    assert ("/api/spaces/gone/count" in str(asked.sent)) is (access is not Access.AUTH_REQUIRED)


@pytest.mark.parametrize(
    ("refused", "answer", "access"),
    [
        ((401, 403), wire("", 302, "Location: /login?next=/api\r\n"), Access.UNKNOWN),
        ((302,), wire("", 302, "Location: /login?next=/api\r\n"), Access.AUTH_REQUIRED),
        ((302,), wire("", 302, "Location: /home\r\n"), Access.UNKNOWN),
        ((302,), wire("", 403), Access.UNKNOWN),
        ((407,), wire("", 407), Access.AUTH_REQUIRED),
    ],
)
def test_only_a_status_of_the_rule_or_a_login_page_is_a_refusal(
    refused: tuple[int, ...], answer: bytes, access: Access
) -> None:
    report = ask(lambda path: answer if path == "/api/spaces" else OPEN.get(path, 404), rule=read_rule(refused=refused))
    assert report.result.access is access


HOSTILE_BODIES = [
    "[" * 60_000,
    '{"a":' * 20_000,
    f"[{'{},' * 20_000}{{}}]",
    f'{{"spaces":{"9" * 60_000}}}',
    "9" * 60_000,
]


@pytest.mark.parametrize("body", HOSTILE_BODIES, ids=range(len(HOSTILE_BODIES)))
def test_a_body_that_costs_memory_is_no_proof(body: str) -> None:
    report = ask(lambda path: STATUS if path == "/api/status" else body).result
    assert (report.outcome, report.access, report.containers) == (Outcome.OK, Access.UNKNOWN, ())


@pytest.mark.parametrize("fixed", [True, False])
def test_an_answer_to_every_path_is_never_open(fixed: bool) -> None:
    """A server that has everything that the rule demands, at every path; also if each body differs."""
    body = '{"product":"Acme Records","spaces":[{"name":"people"}],"documents":7'
    numbers = itertools.count()
    report = ask(lambda _: body + ("}" if fixed else f',"request":{next(numbers)}}}')).result
    assert report.outcome is Outcome.OK
    assert (report.access, report.containers, report.proofs) == (Access.UNKNOWN, (), ())


def test_without_an_answer_to_the_control_one_proof_remains() -> None:
    assert ask(OPEN.get).result.access is Access.PARTIAL


def test_two_requests_with_the_same_answer_are_one_proof() -> None:
    same = '{"spaces":[{"name":"people"}],"documents":3}'
    report = ask({"/api/status": STATUS, "/api/spaces": same, "/api/spaces/people/count": same}).result
    assert report.access is Access.PARTIAL


@each("page", ["", "{}", "[]", "<html></html>", '{"product":"Other"}', 401, 403, 404, 302, 500])
def test_a_server_that_does_not_name_the_product_is_another_one(page: str | int) -> None:
    report = ask({**OPEN, "/api/status": page}).result
    assert (report.outcome, report.access) == (Outcome.PROTOCOL_MISMATCH, Access.UNKNOWN)


def test_a_grant_of_depth_identify_gets_one_request() -> None:
    asked = ask(OPEN, Depth.IDENTIFY)
    assert (len(asked.sent), asked.result.access) == (1, Access.UNKNOWN)


@pytest.mark.parametrize("scans", [True, False])
def test_a_request_with_the_cost_of_a_scan_needs_scans(scans: bool) -> None:
    requests = [msgspec.convert({**msgspec.to_builtins(one), "cost": "scan"}, type(one)) for one in read_rule().request]
    rule = read_rule(request=(read_rule().request[0], *requests[1:]))
    asked = ask(OPEN, rule=rule, scans=scans)
    assert asked.result.access is (Access.OPEN if scans else Access.UNKNOWN)
    assert len(asked.sent) == (5 if scans else 1)
    assert all(send.cost.needs_scans for send in DeclaredProbe(rule, SHA256).meta.sends if "/api/spaces" in send.name)


HOSTILE_NAMES = [
    "delete",
    "Shutdown",
    "../status",
    "a/b",
    "a?b",
    "a b",
    "%2e%2e",
    "x\r\nHost: y",
    "é",
    "",
    "a" * 65,
    ".",
]


@each("name", HOSTILE_NAMES)
def test_a_name_that_may_change_the_request_is_not_sent(name: str) -> None:
    listed = msgspec.json.encode({"spaces": [{"name": name}, {"name": 5}, {"name": {}}, {}]}).decode()
    asked = ask({**OPEN, "/api/spaces": listed}, names=(name,))
    assert {sent.split(b" ")[1].decode() for sent in asked.sent} <= {
        "/api/status", "/api/spaces", "/api/spaces/5/count", CONTROL_PATH,
    }  # fmt: skip


def test_the_number_of_requests_is_bounded() -> None:
    listed = msgspec.json.encode({"spaces": [{"name": f"s{n}"} for n in range(900)]}).decode()
    asked = ask(
        lambda path: {**OPEN, "/api/spaces": listed}.get(path, '{"documents":1}') if path != CONTROL_PATH else 404
    )
    assert len(asked.sent) == 53
    assert len(asked.result.containers) == 900


@given(
    st.binary(max_size=200), st.sampled_from(["/api/status", "/api/spaces", "/api/spaces/people/count", CONTROL_PATH])
)
def test_a_hostile_answer_never_raises_and_is_never_open_by_itself(data: bytes, place: str) -> None:
    report = ask(lambda path: data if path == place else OPEN.get(path, 404)).result
    assert report.access is not Access.OPEN or place == CONTROL_PATH


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["product", "spaces", "documents", "name"]), inner)
        ),
        max_leaves=10,
    )
)
def test_any_json_at_every_path_is_never_open(value: Any) -> None:
    body = msgspec.json.encode(value).decode()
    report = ask(lambda path: STATUS if path == "/api/status" else body).result
    assert not report.access.exposed


def test_the_length_of_an_array_of_records_is_not_a_count() -> None:
    rule = read_rule()
    counting = msgspec.structs.replace(
        rule.request[2], open=(msgspec.structs.replace(rule.request[2].open[0], type=None),)
    )
    pages = {
        **OPEN,
        "/api/spaces/people/count": '{"documents":[{"a":1}]}',
        "/api/spaces/news/count": '{"documents":["i","j"]}',
    }
    report = ask(pages, rule=msgspec.structs.replace(rule, request=(*rule.request[:2], counting))).result
    assert {c.name: c.records and c.records.value for c in report.containers} == {"people": None, "news": 2}


def test_no_built_in_probe_has_less_room_because_of_a_rule() -> None:
    """Rules come last; without conditions for the root page, an unknown server gets none of their requests."""
    asked: list[str] = []

    def answer(sent: bytes) -> bytes:
        asked.append(sent.split(b" ")[1].decode())
        return wire("<title>Acme Records</title>" if asked[-1] == "/" else "no", 200 if asked[-1] == "/" else 404)

    def sent(*rules: HttpProbeRule) -> list[str]:
        asked.clear()
        finder = WebFinder((*WEB_STORES, *(DeclaredProbe(rule, SHA256) for rule in rules)))
        play(finder.run(Target("127.0.0.1", 4711), Depth.IDENTIFY), MemoryPeer(answer), finder.meta.sends)
        return list(asked)

    usual = sent()
    assert sent(read_rule(root=())) == usual
    assert sent(read_rule(), read_rule(id="b")) == [*usual, "/api/status"]
    many = [
        read_rule(id=f"r{n}", request=(msgspec.structs.replace(read_rule().request[0], path=f"/x{n}"),))
        for n in range(9)
    ]
    assert sent(*many) == [*usual, "/x0", "/x1"]


def test_the_finder_knows_a_product_that_its_root_names() -> None:
    finder = WebFinder((*WEB_STORES, DeclaredProbe(read_rule(), SHA256)))
    pages: Pages = {**OPEN, "/": "<title>Acme Records</title>"}

    def answer(sent: bytes) -> bytes:
        page = pages.get(sent.split(b" ")[1].decode())
        return wire(str(page or ""), 200 if page else 404)

    target = Target("127.0.0.1", 4711)
    report = play(finder.run(target, Depth.IDENTIFY), MemoryPeer(answer), finder.meta.sends).result
    assert report.probe == "acme-records"


def test_every_send_is_a_get_and_none_of_a_built_in_probe_changes() -> None:
    probe = DeclaredProbe(read_rule(), SHA256)
    assert all(send.pattern.startswith(b"GET\\ ") and not send.values for send in probe.meta.sends)
    assert not {probe.meta.name, *probe.meta.products} & {
        name for one in PROBES for name in (one.meta.name, *one.meta.products)
    }


BAD_EXAMPLES: list[tuple[dict[str, Any], str]] = [
    ({"access": Access.PARTIAL}, "the access is open, and not partial"),
    ({"records": 13}, "the records are 12, and not 13"),
    ({"version": "3"}, "the version is '2.1', and not '3'"),
    ({"answers": {}}, "not recognised"),
]


@pytest.mark.parametrize(("change", "why"), BAD_EXAMPLES)
def test_a_wrong_example_is_reported(change: dict[str, Any], why: str) -> None:
    rule = read_rule()
    wrong = msgspec.structs.replace(rule.accept[0], **change)
    _, result, _ = example_results(msgspec.structs.replace(rule, accept=(wrong,)))
    assert not result.passed
    assert why in result.found


def test_a_rule_that_recognises_any_server_fails() -> None:
    condition = msgspec.structs.replace(read_rule().identify[0], pointer="/status", equals="ok")
    result = next(example_results(read_rule(identify=(condition,))))
    assert (result.passed, result.found) == (False, "recognised by `identify`")


def test_no_transcript_stores_an_answer_that_may_have_records() -> None:
    every = DeclaredProbe(read_rule(), SHA256).meta.sends
    sends = [one for one in every if one.depth is not Depth.IDENTIFY and CONTROL_PATH not in one.name]
    assert sends
    assert all(one.redact is not None and one.redact(b"HTTP/1.1 200 OK") is None for one in sends)
