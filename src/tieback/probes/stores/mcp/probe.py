"""MCP servers over HTTP: whether they open a session without a login, and the names of their tools. No tool is called.

Sends, in this order, until one answer shows an MCP server: ``GET /mcp`` (identify), ``/mcp/`` if that redirects there,
``/``. These requests do not accept a stream of events, so that the server opens none. If the answer demands a login,
``GET /.well-known/oauth-protected-resource`` is the second proof.

Only if the grant has ``mcp = true``: ``GET /sse`` (identify), which opens a session of the older transport HTTP+SSE for
as long as the connection lasts. ``POST initialize`` opens a session, which the server keeps until it expires.
``tools/list`` follows, at most five pages, and ``resources/list`` and ``prompts/list`` if the server has them
(enumerate). ``notifications/initialized`` is sent only if the server refuses the first list. Two answers are the proofs
of ``open``: to ``initialize`` and to ``tools/list``. Whether a call of a tool needs a login is not tried. A tool that
states it itself is counted as closed. Requests of the server to the client are never answered.

The older transport HTTP+SSE is only recognised. Servers check the ``Host`` field against DNS rebinding: one that
refuses the name (421 or 403) must be probed by the name that the app uses. Verified against the Python SDK 1.30.0 and
2.3.0.
"""

import re
from collections import Counter
from enum import StrEnum

import msgspec

from tieback.model.count_text import count_text, form_for
from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access, Container, ProbeReport
from tieback.probes.interface import ProbeMeta, ReportDraft, first_answer_timeout, is_expected, run_to_report
from tieback.probes.stores.mcp.messages import (
    ACCEPT,
    CALLS,
    ENDPOINT,
    INITIALIZE,
    INITIALIZED,
    MAX_ANSWER,
    MAX_PAGES,
    OLD,
    PROMPTS,
    RESOURCES,
    SESSION_FIELD,
    SLASH,
    TOOLS,
    VERSION_FIELD,
    Call,
    Message,
    Result,
    Tool,
    answer_to,
    read_messages,
)
from tieback.probes.stores.mcp.tools import TOOL, tool_kind
from tieback.probes.web import MAX_LISTED, HttpProbe, Identification
from tieback.probes.wire.challenge import is_login, redirect_path
from tieback.probes.wire.events import EventReader, is_event_stream, read_events
from tieback.probes.wire.http import NO_RESPONSE, HttpSession, Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.requests import get_request
from tieback.probes.wire.verdicts import NotThisProtocol
from tieback.scope.conversation import Conversation, Target

PRODUCT = "mcp"
NOT_ALLOWED = "not probed: the grant does not allow a session of an MCP server (mcp = true)"
"""Problem of a server that was recognised and not asked."""
_WHY = "whether an MCP server answers; no stream is opened"
_GET = get_request(ENDPOINT, _WHY, depth=Depth.IDENTIFY)
_GET_SLASH = get_request(SLASH, _WHY, depth=Depth.IDENTIFY, label="GET /mcp/")
_GET_ROOT = get_request("/", _WHY, depth=Depth.IDENTIFY)
_GET_OLD = get_request(
    OLD, "whether a server of the older transport answers; its first event is read", depth=Depth.IDENTIFY
)
_GET_OLD = msgspec.structs.replace(_GET_OLD, send=msgspec.structs.replace(_GET_OLD.send, mcp=True))
_METADATA = get_request(
    "/.well-known/oauth-protected-resource",
    "whether the server names who issues its tokens (RFC 9728), and so demands a login",
    depth=Depth.IDENTIFY,
)
_CAP = 16 * 1024
_WORDS = re.compile(rb"(?i)text/event-stream|\b(?:mcp-)?session[- ]id\b")
_REFUSALS = (401, 403)
_HOST_REFUSED = re.compile(rb"(?i)^invalid host(?: header)?\b")
_NAMES_MCP = re.compile(rb"(?i)\bmcp\b|model context protocol")
# Roots of frameworks that serve only the paths of an app: Starlette, FastAPI, Express.
_BARE = (b"Not Found", b'{"detail":"Not Found"}')
_BARE_EXPRESS = b"Cannot GET /"


class _Sign(StrEnum):
    """What an answer to a GET shows."""

    ENDPOINT = "endpoint"
    LOGIN = "login"
    HOST = "host"
    OLD = "old"


class _ErrorOnly(msgspec.Struct):
    jsonrpc: str
    error: dict[str, msgspec.Raw]


class _Metadata(msgspec.Struct):
    resource: str
    servers: list[str] = msgspec.field(name="authorization_servers")


class McpProbe(HttpProbe):
    """Probe of MCP servers: names of the tools that anybody may list."""

    meta = ProbeMeta(
        name="mcp",
        products=(PRODUCT,),
        ports=(8000,),
        services=("mcp",),
        cpe=(),
        cwe="CWE-306",
        sends=(
            _GET.send,
            _GET_SLASH.send,
            _GET_ROOT.send,
            _GET_OLD.send,
            _METADATA.send,
            *(call.send for call in CALLS),
        ),
        references=(
            "https://modelcontextprotocol.io/specification/2025-06-18/basic/transports",
            "https://modelcontextprotocol.io/specification/2025-06-18/server/tools",
        ),
        pivot=False,
        web=True,
    )
    ask = _GET
    at_root = True

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by its refusal of a GET, which names the session or the stream that it misses."""
        return Identification(PRODUCT) if _sign(answer) is not None else None

    def is_likely(self, root: Response) -> bool:
        """True if a page names MCP, or if it is the bare 404 of a framework in which such servers are written."""
        bare = root.status == 404 and (root.body.strip() in _BARE or _BARE_EXPRESS in root.body[:1024])
        return bare or _NAMES_MCP.search(root.body[:4096]) is not None

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``."""
        return run_to_report(self.meta, target, lambda draft: _talk(draft, target, depth, self.meta))


def _talk(draft: ReportDraft, target: Target, depth: Depth, meta: ProbeMeta) -> Conversation[None]:
    http = HttpSession(target)
    path, sign, status = yield from _find(http, target, meta)
    session = _Session(draft, http, target, path)
    if sign is None and target.mcp:
        yield from session.check()
    draft.spoke = True
    draft.product = PRODUCT
    draft.fingerprint(())
    if sign is _Sign.HOST:
        _host_refused(draft, target, status)
        return
    if sign is _Sign.OLD:
        draft.problem("not probed: the server speaks the older transport HTTP+SSE, which is only recognised")
        return
    if sign is None:
        draft.problem(f"refuses GET {path} (status {status}); only a URL of the app points to an MCP server")
    if sign is _Sign.LOGIN:
        draft.access = Access.AUTH_REQUIRED
        draft.prove(f"GET {path}", f"status {status}: demands a login", Access.AUTH_REQUIRED)
        yield from _metadata(draft, http, target)
    if not target.mcp:
        draft.untested.append("a session of the MCP server: the grant does not allow it (mcp = true)")
        if sign is not _Sign.LOGIN:
            draft.problem(NOT_ALLOWED)
        return
    yield from session.run(depth)


def _find(http: HttpSession, target: Target, meta: ProbeMeta) -> Conversation[tuple[str, _Sign | None, int]]:
    """The path of the endpoint, what its answer shows, and its status; no sign if only the app names the path."""
    first = yield from _GET.first(http, ENDPOINT, seconds=first_answer_timeout(meta, target), cap=_CAP)
    if (sign := _sign(first)) is not None:
        return ENDPOINT, sign, first.status
    if redirect_path(first, target.place, tls=http.encrypted) == f"{target.path}{SLASH}":
        answer = yield from _GET_SLASH.on(http, SLASH, _CAP)
        if (sign := _sign(answer)) is not None:
            return SLASH, sign, answer.status
    if first.status == 401 and (yield from _issuers(http, target)):
        return ENDPOINT, _Sign.LOGIN, first.status
    for request in (_GET_ROOT, _GET_OLD) if target.mcp else (_GET_ROOT,):
        answer = yield from request.on(http, request.path, _CAP)
        sign = _sign(answer, path=request.path)
        if sign is not None:
            return request.path, sign, answer.status
    if is_login(first) and is_expected(meta, target):
        return ENDPOINT, _Sign.LOGIN, first.status
    named = target.service in meta.services
    if named and (first.status == 405 or (target.mcp and first.status == 404)):
        return ENDPOINT, None, first.status
    older = "" if target.mcp else f"; {OLD} of the older transport was not requested (mcp = true)"
    raise NotThisProtocol(f"no MCP server (status {first.status}){older}")


def _sign(answer: Response, path: str = ENDPOINT) -> _Sign | None:
    """What an answer to a GET shows; ``None`` if it comes from another server."""
    content_type = answer.headers.get("content-type", "")
    if answer.status == 200 and is_event_stream(content_type):
        if any(event.name == "endpoint" for event in read_events(answer.body)):
            return _Sign.OLD
        return _Sign.ENDPOINT if SESSION_FIELD.lower() in answer.headers else None
    if path == OLD:
        return None
    if _refuses_host(answer):
        return _Sign.HOST
    if answer.status == 401 and "resource_metadata=" in answer.headers.get("www-authenticate", ""):
        return _Sign.LOGIN
    if answer.status not in (400, 404, 405, 406) or len(answer.body) > 4096:
        return None
    named = SESSION_FIELD.lower() in answer.headers or _WORDS.search(answer.body) is not None
    rpc = decode_json(answer.body, _ErrorOnly)
    is_rpc = rpc is not None and rpc.jsonrpc == "2.0" and "code" in rpc.error
    # Many servers refuse a GET with an error of JSON-RPC that names nothing. At ``/`` it may be any such server.
    enough = (named and is_rpc) if path == "/" else (named or (is_rpc and answer.status in (405, 406)))
    return _Sign.ENDPOINT if enough else None


def _refuses_host(answer: Response) -> bool:
    if answer.status not in (403, 421):
        return False
    rpc = decode_json(answer.body, Message)
    text = rpc.error.message.encode() if rpc is not None and rpc.error is not None else answer.body[:64]
    return _HOST_REFUSED.match(text) is not None and (answer.status == 421 or rpc is not None)


def _host_refused(draft: ReportDraft, target: Target, status: int) -> None:
    if re.fullmatch(r"[0-9.]+|.*:.*", target.host):
        name, advice = "this address", "probe it by the host name that the app uses"
    else:
        name, advice = f"the name {target.host}", "it accepts only other names, such as localhost"
    draft.untested.append("the host name that the server accepts")
    draft.problem(f"not probed: the server does not answer to {name} (status {status}); {advice}")


def _issuers(http: HttpSession, target: Target) -> Conversation[int]:
    """Number of servers that issue tokens for this one, according to itself; 0 if it has no such document."""
    if target.path:
        return 0
    answer = yield from _METADATA.on(http, _METADATA.path, _CAP)
    said = decode_json(answer.body, _Metadata) if answer.status == 200 else None
    return len(said.servers) if said is not None else 0


def _metadata(draft: ReportDraft, http: HttpSession, target: Target) -> Conversation[None]:
    issuers = yield from _issuers(http, target)
    if issuers:
        draft.prove(_METADATA.label, f"names {count_text(issuers, 'issuer')} of tokens", Access.AUTH_REQUIRED)


class _Session:
    """A session with a server: what it lists, and what follows from it."""

    def __init__(self, draft: ReportDraft, http: HttpSession, target: Target, path: str) -> None:
        self._draft = draft
        self._http = http
        self._target = target
        self._path = path
        self._fields: tuple[tuple[str, str], ...] = ()
        self._calls = 0
        self._opened: tuple[Response, Message | None] | None = None

    def check(self) -> Conversation[None]:
        """Call ``initialize`` at a path that only the app names.

        Raises:
            NotThisProtocol: the answer is neither one of MCP nor a refusal.
        """
        answer, message = self._opened = yield from self._call(INITIALIZE)
        if message is None and answer.status not in _REFUSALS and not _refuses_host(answer):
            raise NotThisProtocol(f"no MCP server (status {answer.status})")

    def run(self, depth: Depth) -> Conversation[None]:
        """Open the session, and list what the depth allows."""
        opened = yield from self._open()
        if opened is None:
            return
        self._describe(opened)
        if not depth.allows(Depth.ENUMERATE):
            return
        tools = yield from self._tools()
        if tools is None:
            return
        draft = self._draft
        draft.prove(INITIALIZE.send.name, "opens a session without a login", Access.OPEN)
        draft.prove(
            TOOLS.send.name, f"lists {count_text(len(tools), 'tool')} without a login{_kinds(tools)}", Access.OPEN
        )
        draft.trait("tools", len(tools))
        resources = yield from self._count(RESOURCES, opened)
        prompts = yield from self._count(PROMPTS, opened)
        self._judge(tools, (resources, prompts))

    def _open(self) -> Conversation[Result | None]:
        answer, message = self._opened or (yield from self._call(INITIALIZE))
        result = message.result if message is not None else None
        if result is not None and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", result.protocol) and result.server:
            session = answer.headers.get(SESSION_FIELD.lower(), "")
            if not re.fullmatch(r"[!-~]{0,1024}", session):
                session = ""
            self._fields = ((VERSION_FIELD, result.protocol), *(((SESSION_FIELD, session),) if session else ()))
            self._draft.access = Access.UNKNOWN
            return result
        self._refused(INITIALIZE, answer, message)
        return None

    def _refused(self, call: Call, answer: Response, message: Message | None) -> None:
        """Record why a call has no result."""
        draft = self._draft
        if _refuses_host(answer):
            draft.access = Access.UNKNOWN
            _host_refused(draft, self._target, answer.status)
        elif answer.status in _REFUSALS:
            draft.access = Access.AUTH_REQUIRED
            draft.prove(call.send.name, f"status {answer.status}", Access.AUTH_REQUIRED)
        else:
            draft.access = Access.UNKNOWN
            error = message.error if message is not None else None
            why = f"error {error.code}" if error is not None else f"status {answer.status}, no answer of MCP"
            draft.problem(f"{call.send.name}: {why}")

    def _describe(self, opened: Result) -> None:
        draft, server = self._draft, opened.server
        draft.trait("protocol", opened.protocol)
        if server is not None:
            draft.version = server.version[:40]
            draft.trait("name", server.name)
            draft.fingerprint([server.name[:200]] if server.name else [])

    def _tools(self) -> Conversation[list[Tool] | None]:
        """The tools of at most ``MAX_PAGES`` pages; ``None`` if they are not listed."""
        answer, message = yield from self._call(TOOLS)
        if message is not None and message.error is not None and message.error.code != _NO_METHOD:
            # Some servers list nothing until the client says that it has read the answer to `initialize`.
            yield from self._call(INITIALIZED)
            answer, message = yield from self._call(TOOLS)
        found: dict[str, Tool] = {}
        for _ in range(MAX_PAGES):
            result = message.result if message is not None else None
            if result is None or result.tools is None:
                break
            found.update((tool.name, tool) for tool in result.tools)
            if not result.cursor:
                return list(found.values())
            answer, message = yield from self._call(TOOLS, result.cursor)
        if found:
            self._draft.problem(f"more tools than the {len(found)} of the pages that were read")
            return list(found.values())
        if message is not None and message.error is not None and message.error.code == _NO_METHOD:
            return []
        self._refused(TOOLS, answer, message)
        return None

    def _count(self, call: Call, opened: Result) -> Conversation[int | None]:
        """Number of resources or prompts on the first page, 0 without any; ``None`` if they are not listed."""
        if call.method.partition("/")[0] not in opened.capabilities:
            return 0
        _, message = yield from self._call(call)
        result = message.result if message is not None else None
        listed = (result.resources if call is RESOURCES else result.prompts) if result is not None else None
        if result is None or listed is None:
            self._draft.problem(f"{call.send.name}: no list")
            return None
        self._draft.trait(call.method.partition("/")[0], f"{len(listed)}{' or more' if result.cursor else ''}")
        return len(listed)

    def _judge(self, tools: list[Tool], others: tuple[int | None, ...]) -> None:
        draft = self._draft
        closed = sum(tool.demands_login for tool in tools)
        if len(tools) > MAX_LISTED:
            draft.problem(f"{count_text(len(tools), 'tool')}; the first {MAX_LISTED} are kept")
        draft.containers.extend(Container((tool.name[:200],), TOOL) for tool in tools[:MAX_LISTED])
        draft.fingerprint([dict(draft.traits).get("name", ""), *(tool.name for tool in tools)])
        if tools:
            draft.untested.append("calls of tools: they may change something, so none was made")
        if closed:
            state = form_for(closed, "states", "state")
            draft.problem(f"{closed:,} of {count_text(len(tools), 'tool')} {state} that a call needs a login")
        if closed < len(tools):
            draft.abilities.append(Ability.CALL_TOOLS)
        if tools and closed == len(tools):
            draft.access = Access.SCHEMA_ONLY
        elif closed:
            draft.access = Access.PARTIAL
        elif tools or any(others):
            draft.access = Access.OPEN
        else:
            draft.access = Access.UNKNOWN if None in others else Access.OPEN_EMPTY

    def _call(self, call: Call, cursor: str = "") -> Conversation[tuple[Response, Message | None]]:
        """Send a call. Returns the answer, and the message in it that answers the call."""
        self._calls += 1
        number = self._calls
        body = call.encode(number, cursor)
        if body is None:
            return NO_RESPONSE, None
        reader = EventReader(lambda event: answer_to(number, read_messages("", event.data)) is not None)
        answer = yield from self._http.post(
            self._path, body, cap=MAX_ANSWER, headers=(*ACCEPT, *self._fields), enough=reader.feed
        )
        found = read_messages(answer.headers.get("content-type", ""), answer.body) if answer.status else []
        return answer, answer_to(number, found)


_NO_METHOD = -32601
"""Error of JSON-RPC: the server has no tools."""


def _kinds(tools: list[Tool]) -> str:
    """Numbers and first names of the tools that work on databases, files or code."""
    kinds = Counter(tool_kind(tool.name) for tool in tools)
    texts = []
    for kind, count in kinds.items():
        names = [tool.name[:40] for tool in tools if tool_kind(tool.name) == kind]
        if kind != TOOL:
            texts.append(f"{count} {kind}{'s' if count > 1 else ''} ({', '.join(names[:2])})")
    return f": {', '.join(texts)}" if texts else ""
