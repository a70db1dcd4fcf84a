"""MCP servers: recorded answers of real SDKs, what a grant allows, and hostile streams."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.each import each
from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access, Outcome, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.probes.stores.mcp.messages import CALLS, MAX_PAGES, TOOLS, read_messages, without_prose
from tieback.probes.stores.mcp.probe import NOT_ALLOWED, McpProbe
from tieback.probes.stores.mcp.tools import tool_classes, tool_kind
from tieback.scope.conversation import Target

ANSWERS = Path(__file__).parents[4] / "recordings" / "answers"
SDKS = ("1.30.0", "2.3.0")
GET = "GET /mcp"
START = (
    'POST /mcp {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18",'
    '"capabilities":{},"clientInfo":{"name":"tieback","version":"1"}}}'
)
LIST = 'POST /mcp {"jsonrpc":"2.0","id":2,"method":"tools/list"}'
RESOURCES = 'POST /mcp {"jsonrpc":"2.0","id":3,"method":"resources/list"}'
PROMPTS = 'POST /mcp {"jsonrpc":"2.0","id":4,"method":"prompts/list"}'


def recorded(sdk: str, name: str) -> bytes:
    return (ANSWERS / f"mcp-{sdk}-{name}.http").read_bytes()


def answering(answers: Callable[[str, str], bytes], **target: Any) -> PlaybackResult[ProbeReport]:
    """Play the probe against a server that gets the request line and the method of JSON-RPC."""

    def answer(sent: bytes) -> bytes:
        head, _, body = sent.decode().partition("\r\n\r\n")
        method = json.loads(body)["method"] if body else ""
        return answers(" ".join(head.split(" ")[:2]), method)

    probe = McpProbe()
    place = Target(**{"host": "127.0.0.1", "port": 8000, "mcp": True, **target})
    return play(probe.run(place, Depth.DESCRIBE), MemoryPeer(answer), probe.meta.sends)


def sdk_server(sdk: str) -> Callable[[str, str], bytes]:
    names = {"": "get", "initialize": "initialize"} | {f"{one}/list": one for one in ("tools", "resources", "prompts")}
    return lambda _line, method: recorded(sdk, names[method])


def stream(*messages: dict[str, Any] | bytes, head: bytes = b"") -> bytes:
    """A stream of events without an end."""
    data = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in messages]
    events = b"".join(b"event: message\ndata: " + one + b"\n\n" for one in data)
    chunk = b"%x\r\n%b\r\n" % (len(events), events) if events else b""
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n" + head + b"\r\n" + chunk
    )


@pytest.mark.parametrize("sdk", SDKS)
def test_the_recorded_answers_of_an_sdk(sdk: str) -> None:
    played = answering(sdk_server(sdk))
    report = played.result
    assert (report.outcome, report.access, report.product) == (Outcome.OK, Access.OPEN, "mcp")
    assert [(one.name, one.kind) for one in report.containers] == [
        ("query_customers", "tool"),
        ("run_sql", "tool"),
    ]
    assert all(one.records is None for one in report.containers)
    assert report.abilities == (Ability.CALL_TOOLS,)
    resources = "1" if sdk == "1.30.0" else "0"
    assert {**dict(report.traits)} == {
        "name": "crm-db" if sdk == "1.30.0" else "crm-db-v2",
        "protocol": "2025-06-18",
        "tools": "2",
        "resources": resources,
        "prompts": "0",
    }
    assert [proof.asked.rpartition("=")[2] for proof in report.proofs] == ["initialize", "tools/list"]
    assert "2 database tools (query_customers, run_sql)" in report.proofs[1].answer
    assert report.untested == ("calls of tools: they may change something, so none was made",)
    session = re.search(rb"(?i)mcp-session-id: (\S+)", recorded(sdk, "initialize"))
    assert session is not None
    assert all(b"Mcp-Session-Id: " + session[1] + b"\r\n" in sent for sent in played.sent[2:])
    # One session, no notification, no DELETE.
    assert [sent.split(b" ", 1)[0] for sent in played.sent] == [b"GET", b"POST", b"POST", b"POST", b"POST"]


@pytest.mark.parametrize("sdk", SDKS)
def test_without_the_permission_it_is_recognised_and_not_probed(sdk: str) -> None:
    played = answering(sdk_server(sdk), mcp=False)
    assert (played.result.outcome, played.result.access) == (Outcome.OK, Access.UNKNOWN)
    assert played.result.problems == (NOT_ALLOWED,)
    assert played.result.untested == ("a session of the MCP server: the grant does not allow it (mcp = true)",)
    assert [sent.split(b" ", 1)[0] for sent in played.sent] == [b"GET"]


def test_the_older_transport_is_only_recognised() -> None:
    event = b"event: endpoint\r\ndata: /messages/?session_id=243510ac\r\n\r\n"
    old = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
    old += b"%x\r\n%b\r\n" % (len(event), event)
    missing = b"HTTP/1.1 404 Not Found\r\ncontent-length: 9\r\n\r\nNot Found"
    played = answering(lambda line, _: old if line == "GET /sse" else missing)
    assert (played.result.outcome, played.result.access) == (Outcome.OK, Access.UNKNOWN)
    assert "only recognised" in played.result.problems[0]
    assert not any(sent.startswith(b"POST") for sent in played.sent)


def test_the_older_transport_is_requested_only_with_the_permission(web: Any) -> None:
    """GET /sse opens a session for as long as the connection lasts."""
    missing = {GET: page(web, 404, "Not Found"), "GET /": page(web, 404, "Not Found")}
    paths = {
        allowed: [sent.split(b" ")[1] for sent in web.ask("mcp", missing, mcp=allowed).sent]
        for allowed in (False, True)
    }
    assert paths == {False: [b"/mcp", b"/"], True: [b"/mcp", b"/", b"/sse"]}
    assert any("/sse" in problem for problem in web.ask("mcp", missing, mcp=False).result.problems)
    (old,) = [send for send in McpProbe.meta.sends if send.name == "GET /sse"]
    assert old.mcp


def rpc_error(code: int, message: str) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": message}})


def page(web: Any, status: int, body: str = "", **headers: str) -> Any:
    return type(web.pages("mcp").page[GET])(
        body, status, {key.replace("_", "-"): value for key, value in headers.items()}
    )


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (406, rpc_error(-32600, "Not Acceptable: Client must accept text/event-stream")),
        (400, rpc_error(-32600, "Bad Request: Missing session ID")),
        (400, rpc_error(-32000, "Bad Request: Mcp-Session-Id header is required")),
        (405, rpc_error(-32000, "Method not allowed.")),
        (400, "Invalid or missing session ID"),
    ],
)
def test_refusals_of_a_get_by_which_servers_are_recognised(web: Any, status: int, body: str) -> None:
    report = web.ask("mcp", {GET: page(web, status, body)}, mcp=False).result
    assert (report.outcome, report.problems) == (Outcome.OK, (NOT_ALLOWED,))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, "Not Found"),
        (405, '{"detail":"Method Not Allowed"}'),
        (400, '{"error":"bad request"}'),
        (400, '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"the method does not exist"}}'),
        (200, "<html>text/event-stream and Mcp-Session-Id</html>"),
        (406, "x" * 5000 + "text/event-stream"),
        (500, "Missing session ID"),
    ],
)
def test_other_refusals_name_no_mcp_server(web: Any, status: int, body: str) -> None:
    assert web.ask("mcp", {GET: page(web, status, body)}, mcp=False).result.outcome is Outcome.PROTOCOL_MISMATCH


def test_only_a_url_of_the_app_points_to_it(web: Any) -> None:
    refusal = {GET: page(web, 405, "")}
    closed = web.ask("mcp", refusal, mcp=False, service="mcp").result
    assert (closed.access, len(closed.problems)) == (Access.UNKNOWN, 2)
    assert (
        web.ask("mcp", {GET: page(web, 404, "")}, mcp=False, service="mcp").result.outcome is Outcome.PROTOCOL_MISMATCH
    )
    for status in (404, 405):
        played = web.ask("mcp", {GET: page(web, status, "")}, service="mcp")
        assert played.result.access is Access.OPEN
        assert sum(b'"initialize"' in sent for sent in played.sent) == 1
        # Another server at that path is another product, whatever the app calls it.
        for answer in (404, 405, "<html>shop</html>", '{"error":"no"}'):
            other = web.ask("mcp", {GET: page(web, status, ""), START: answer}, service="mcp").result
            assert (other.outcome, other.product) == (Outcome.PROTOCOL_MISMATCH, "")
        refused = web.ask("mcp", {GET: page(web, status, ""), START: 401}, service="mcp").result
        assert (refused.access, refused.undecided) == (Access.AUTH_REQUIRED, False)


CHALLENGE = 'Bearer error="invalid_token", resource_metadata="https://h.test/.well-known/oauth-protected-resource"'
METADATA = "GET /.well-known/oauth-protected-resource"


@pytest.mark.parametrize("allowed", [True, False])
def test_a_login_that_names_its_issuer(web: Any, allowed: bool) -> None:
    refused = page(web, 401, '{"error":"invalid_token"}', WWW_Authenticate=CHALLENGE)
    issuers = '{"resource":"https://h.test/mcp","authorization_servers":["https://login.h.test"]}'
    report = web.ask("mcp", {GET: refused, START: refused, METADATA: issuers}, port=7, mcp=allowed).result
    assert (report.outcome, report.access) == (Outcome.OK, Access.AUTH_REQUIRED)
    assert len({proof.asked for proof in report.proofs}) == 2 + allowed
    # Without the permission nothing shows that the POST is refused too: not closed.
    assert report.undecided is not allowed


def test_a_login_for_the_get_alone_is_not_closed(web: Any) -> None:
    refused = page(web, 401, "", WWW_Authenticate=CHALLENGE)
    assert web.ask("mcp", {GET: refused}).result.access is Access.OPEN


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (421, "Invalid Host header"),
        (403, '{"jsonrpc":"2.0","error":{"code":-32000,"message":"Invalid Host: 127.0.0.1"},"id":null}'),
    ],
)
@pytest.mark.parametrize("where", [GET, START])
def test_a_server_that_refuses_the_name_must_be_probed_by_another(web: Any, where: str, status: int, body: str) -> None:
    for host, says, advice in (
        ("127.0.0.1", "this address", "the host name that the app uses"),
        ("mcp.shop.test", "the name mcp.shop.test", "only other names"),
    ):
        report = web.ask("mcp", {where: page(web, status, body)}, host=host).result
        assert (report.outcome, report.access, report.proofs) == (Outcome.OK, Access.UNKNOWN, ())
        assert says in report.problems[0]
        assert advice in report.problems[0]
        assert report.untested == ("the host name that the server accepts",)


def result(identifier: int, **fields: Any) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": identifier, "result": fields})


NONE = {LIST: result(2, tools=[]), RESOURCES: result(3, resources=[]), PROMPTS: result(4, prompts=[])}
LOGIN = [{"type": "oauth2", "scopes": ["a"]}]


@pytest.mark.parametrize(
    ("change", "access"),
    [
        (NONE, Access.OPEN_EMPTY),
        ({**NONE, RESOURCES: result(3, resources=[{"uri": "a"}])}, Access.OPEN),
        ({LIST: 401}, Access.AUTH_REQUIRED),
        ({START: 401}, Access.AUTH_REQUIRED),
        ({START: 500}, Access.UNKNOWN),
        ({START: '{"jsonrpc":"2.0","id":1,"error":{"code":-32001,"message":"a"}}'}, Access.UNKNOWN),
        ({START: result(1, serverInfo={"name": "a"})}, Access.UNKNOWN),
        # Answers to other calls, and of other versions of JSON-RPC.
        ({START: result(2, protocolVersion="2025-06-18", serverInfo={"name": "a"})}, Access.UNKNOWN),
        ({LIST: result(1, tools=[{"name": "a"}])}, Access.UNKNOWN),
        ({LIST: '{"id":2,"result":{"tools":[{"name":"a"}]}}'}, Access.UNKNOWN),
        ({LIST: "<html>200 to everything</html>"}, Access.UNKNOWN),
        # Tools that state that a call needs a login.
        ({LIST: result(2, tools=[{"name": "a", "securitySchemes": LOGIN}])}, Access.SCHEMA_ONLY),
        ({LIST: result(2, tools=[{"name": "a", "_meta": {"securitySchemes": LOGIN}}, {"name": "b"}])}, Access.PARTIAL),
        ({LIST: result(2, tools=[{"name": "a", "securitySchemes": [{"type": "noauth"}, *LOGIN]}])}, Access.OPEN),
    ],
)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    report = web.ask("mcp", change).result
    assert report.access is access
    usable = bool(report.containers) and access is not Access.SCHEMA_ONLY
    assert report.abilities == ((Ability.CALL_TOOLS,) if usable else ())


def test_one_page_for_everything_is_no_mcp_server(web: Any) -> None:
    everything = json.dumps(
        {
            "jsonrpc": "2.0",
            "id": 1,
            "result": {"protocolVersion": "2025-06-18", "serverInfo": {"name": "a"}, "tools": [{"name": "a"}]},
        }
    )
    change = dict.fromkeys(web.pages("mcp").page, everything)
    assert web.ask("mcp", change).result.outcome is Outcome.PROTOCOL_MISMATCH
    assert web.ask("mcp", {key: everything for key in change if key != GET}).result.access is Access.UNKNOWN


def test_a_server_without_tools_has_no_such_method(web: Any) -> None:
    missing = '{"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"Method not found"}}'
    played = web.ask("mcp", {LIST: missing})
    assert (played.result.access, played.result.containers) == (Access.OPEN, ())
    assert not any(b"notifications/initialized" in sent for sent in played.sent)
    empty = {LIST: missing, RESOURCES: NONE[RESOURCES], PROMPTS: NONE[PROMPTS]}
    assert web.ask("mcp", empty).result.access is Access.OPEN_EMPTY
    assert web.ask("mcp", {**empty, PROMPTS: 500}).result.access is Access.UNKNOWN


def test_a_server_that_lists_nothing_before_the_notification(web: Any) -> None:
    early = '{"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"Invalid request parameters"}}'
    pages = {
        LIST: early,
        'POST /mcp {"jsonrpc":"2.0","method":"notifications/initialized"}': 202,
        'POST /mcp {"jsonrpc":"2.0","id":4,"method":"tools/list"}': result(4, tools=[{"name": "run_sql"}]),
    }
    report = web.ask("mcp", pages).result
    assert (report.access, [one.name for one in report.containers]) == (Access.OPEN, ["run_sql"])


def test_pages_of_tools_are_bounded_and_each_tool_is_counted_once() -> None:
    def server(_line: str, method: str) -> bytes:
        if method != "tools/list":
            return sdk_server("1.30.0")(_line, method)
        calls.append(method)
        tools = [{"name": "a"}, {"name": f"tool{len(calls)}"}]
        return stream(
            *({"jsonrpc": "2.0", "id": number, "result": {"tools": tools, "nextCursor": "x"}} for number in range(20))
        )

    calls: list[str] = []
    report = answering(server).result
    assert len(calls) == MAX_PAGES + 1
    assert len(report.containers) == MAX_PAGES + 1
    assert any("more tools" in text for text in report.problems)


@pytest.mark.parametrize("cursor", ['a"}}', "a\r\nX: y", "\u20ac", "x" * 2000])
def test_a_cursor_that_json_or_http_would_escape_is_not_sent(web: Any, cursor: str) -> None:
    played = web.ask("mcp", {LIST: result(2, tools=[{"name": "a"}], nextCursor=cursor)})
    assert played.result.access is Access.OPEN
    assert any("more tools" in text for text in played.result.problems)
    assert sum(b"tools/list" in sent for sent in played.sent) == 1


def test_a_session_that_http_would_split_is_not_sent(web: Any) -> None:
    start = web.pages("mcp").page[START]
    odd = type(start)(start.body, 200, {"Mcp-Session-Id": "a b\u00e9"})
    assert not any(b"Mcp-Session-Id" in sent for sent in web.ask("mcp", {START: odd}).sent)


ENDLESS: dict[str, Callable[[], bytes]] = {
    "only comments": lambda: stream() + b"8\r\n: ping\n\n\r\n" * 4000,
    "wrong identifiers": lambda: stream(*({"jsonrpc": "2.0", "id": 99, "result": {}} for _ in range(500))),
    "requests of the server": lambda: stream(
        *({"jsonrpc": "2.0", "id": 2, "method": "sampling/createMessage", "params": {}} for _ in range(500))
    ),
    "no line end": lambda: (
        stream() + b"10000\r\n" + b"data: " + b"x" * 65530 + b"\r\n" + (b"10000\r\n" + b"x" * 65536 + b"\r\n") * 30
    ),
    "no event": stream,
    "nested": lambda: stream(b"[" * 100_000),
    "one tool, many times": lambda: stream(
        b'{"jsonrpc":"2.0","id":2,"result":{"tools":[' + b'{"name":1},' * 9000 + b"{}]}}"
    ),
}


@each("name", list(ENDLESS))
def test_a_hostile_stream_ends_and_proves_nothing(name: str) -> None:
    body = ENDLESS[name]()
    played = answering(lambda line, method: body if method == "tools/list" else sdk_server("2.3.0")(line, method))
    assert played.result.access is Access.UNKNOWN
    assert played.result.containers == ()
    # Nothing was answered to the server: only declared calls are sent.
    sent = [one for one in played.sent if one.startswith(b"POST")]
    assert all(any(call.send.matches(one) for call in CALLS) for one in sent)
    assert not any(b"sampling" in one or b'"result"' in one for one in sent)


def test_an_answer_behind_other_messages_of_the_server_is_read() -> None:
    def server(line: str, method: str) -> bytes:
        if method != "tools/list":
            return sdk_server("1.30.0")(line, method)
        log = {"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info"}}
        asks = {"jsonrpc": "2.0", "id": 2, "method": "roots/list"}
        return stream(log, asks, {"jsonrpc": "2.0", "id": 2, "result": {"tools": [{"name": "a"}]}})

    assert [one.name for one in answering(server).result.containers] == ["a"]


@pytest.mark.parametrize("sdk", SDKS)
def test_what_a_transcript_keeps_has_no_prose(sdk: str) -> None:
    answer = recorded(sdk, "tools")
    kept = without_prose(answer)
    assert kept is not None
    assert b"Run SQL" in answer
    assert not re.search(rb"Run SQL|Query the|[sS]chema|title", kept)
    head, _, body = kept.partition(b"\r\n\r\n")
    names = [tool.name for message in read_messages("application/json", body) for tool in message.result.tools or ()]  # type: ignore[union-attr]
    assert names == ["query_customers", "run_sql"]
    assert b"mcp-session-id: " in head
    assert TOOLS.send.redact is without_prose


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\n", b"\xff" * 50, b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_what_is_no_answer_is_not_kept(answer: bytes) -> None:
    assert without_prose(answer) in (
        None,
        b"HTTP/1.1 200 x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n[]",
    )


def test_kinds_of_tools() -> None:
    for one in tool_classes():
        assert {name: tool_kind(name) for name in one.match} == dict.fromkeys(one.match, one.kind)
        assert one.kind not in {tool_kind(name) for name in one.avoid}
