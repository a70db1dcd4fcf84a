"""Messages of an MCP session over HTTP (JSON-RPC 2.0): what is sent, and what is read of the answers.

Every POST is declared with ``mcp``: the dialer refuses it unless the grant allows sessions. ``tools/call``,
``resources/read`` and ``prompts/get`` are not declared, and no answer to a request of the server is.

Answers are decoded into ``Result``: names of tools, and how many resources and prompts there are. Descriptions,
instructions and schemas are not read, and ``without_prose`` takes them from what a transcript stores.

Specification: https://modelcontextprotocol.io/specification/2025-06-18/basic/transports
"""

import re
from collections.abc import Iterable

import msgspec

from tieback.model.grant import Depth
from tieback.probes.wire.events import is_event_stream, read_events
from tieback.probes.wire.http import Headers, Optional, declared_query
from tieback.probes.wire.jsontext import decode_json
from tieback.protocols import http1
from tieback.scope.conversation import DeclaredSend

ENDPOINT, SLASH, ROOT, OLD = "/mcp", "/mcp/", "/", "/sse"
"""Usual paths of an endpoint; the last one is that of the old transport HTTP+SSE."""
ACCEPT: Headers = (("Accept", "application/json, text/event-stream"),)
"""Servers refuse a POST that does not accept both."""
VERSION_FIELD, SESSION_FIELD = "Mcp-Protocol-Version", "Mcp-Session-Id"
_KEPT_FIELDS = (SESSION_FIELD.lower(), "www-authenticate")
MAX_ANSWER = 512 * 1024
"""Maximum number of bytes of an answer that are read: descriptions and schemas are long."""
MAX_PAGES = 5
"""Maximum number of pages of the list of tools."""
_PATH = rb"/(?:mcp/?)?"
_VERSION = rb"[0-9]{4}-[0-9]{2}-[0-9]{2}"
# Visible ASCII, as the specification demands.
_SESSION = rb"[!-~]{1,1024}"
# What JSON needs no escape for. A cursor with other characters is not sent.
_CURSOR = rb"[A-Za-z0-9+/=_.:~-]{1,1024}"
_FIELDS: Optional = ((VERSION_FIELD, _VERSION), (SESSION_FIELD, _SESSION))
_CLIENT = '{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"tieback","version":"1"}}'


class _Text(msgspec.Struct, frozen=True):
    type: str = ""


class _Any(msgspec.Struct, frozen=True):
    """An object of which nothing is read."""


class ServerInfo(msgspec.Struct, frozen=True):
    """Name and version that a server gives itself."""

    name: str = ""
    version: str = ""


class _ToolMeta(msgspec.Struct, frozen=True, rename={"schemes": "securitySchemes"}):
    schemes: tuple[_Text, ...] = ()


class Tool(msgspec.Struct, frozen=True, rename={"schemes": "securitySchemes", "meta": "_meta"}, omit_defaults=True):
    """A tool; its description and its schema are not read."""

    name: str
    schemes: tuple[_Text, ...] = ()
    meta: _ToolMeta | None = None

    @property
    def demands_login(self) -> bool:
        """True if the tool itself states that a call needs a login (Apps SDK of OpenAI, ``securitySchemes``)."""
        schemes = self.schemes or (self.meta.schemes if self.meta is not None else ())
        return bool(schemes) and all(scheme.type != "noauth" for scheme in schemes)


class Result(
    msgspec.Struct,
    frozen=True,
    rename={"protocol": "protocolVersion", "server": "serverInfo", "cursor": "nextCursor"},
    omit_defaults=True,
):
    """The results of all methods in one."""

    protocol: str = ""
    server: ServerInfo | None = None
    capabilities: dict[str, msgspec.Raw] = {}
    tools: tuple[Tool, ...] | None = None
    resources: tuple[_Any, ...] | None = None
    prompts: tuple[_Any, ...] | None = None
    cursor: str | None = None


class Error(msgspec.Struct, frozen=True):
    """An error of JSON-RPC."""

    code: int
    message: str = ""


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message of the server: an answer, or its own request, which has a method."""

    jsonrpc: str
    id: int | str | None = None
    method: str = ""
    result: Result | None = None
    error: Error | None = None


class Call(msgspec.Struct, frozen=True):
    """A declared POST of a session."""

    send: DeclaredSend
    method: str
    params: str = ""
    notice: bool = False
    """True for a notification, which has no answer."""

    def encode(self, number: int, cursor: str = "") -> bytes | None:
        """The body.

        Args:
            number: identifier of the call in its session; a notification has none.
            cursor: where a further page of a list begins. ``None`` is returned if it must not be sent.
        """
        if cursor and re.fullmatch(_CURSOR, cursor.encode("utf-8", "replace")) is None:
            return None
        params = f'{{"cursor":"{cursor}"}}' if cursor else self.params
        identifier = "" if self.notice else f'"id":{number},'
        more = f',"params":{params}' if params else ""
        return f'{{"jsonrpc":"2.0",{identifier}"method":"{self.method}"{more}}}'.encode("ascii")


def _list(method: str, why: str) -> Call:
    """Declare a list; each call has an identifier of its own, and may name the page that the server named."""
    named = re.escape(f'"method":"{method}"'.encode("ascii"))
    page = rb'(?:,"params":\{"cursor":"%b"\})?' % _CURSOR
    body = rb'\{"jsonrpc":"2\.0","id":[0-9]{1,2},%b%b\}' % (named, page)
    return Call(_declared(method, body, why, Depth.ENUMERATE, _FIELDS), method)


def _declared(method: str, body: bytes, why: str, depth: Depth, fields: Optional) -> DeclaredSend:
    send = declared_query(f"POST /mcp method={method}", _PATH, body, why, depth, headers=ACCEPT, optional=fields)
    return msgspec.structs.replace(send, mcp=True, redact=without_prose)


def without_prose(answer: bytes) -> bytes | None:
    """An answer without descriptions, instructions and schemas; ``None`` if nothing of it can be stored.

    The result is the answer that the probe would have read: the same status, session and messages.
    """
    found = next(http1.messages(answer, limit=1, max_body=MAX_ANSWER), None)
    line = http1.status_line(answer)
    if found is None or line is None or line.status < 200:
        return None
    fields = dict(found.headers)
    messages = read_messages(fields.get("content-type", b"").decode("latin-1"), found.body)
    kept = msgspec.json.encode([_bare(message) for message in messages] if len(messages) != 1 else _bare(messages[0]))
    shown = [b"HTTP/1.1 %d x" % line.status, b"content-type: application/json", b"content-length: %d" % len(kept)]
    shown += [name.encode("ascii") + b": " + fields[name] for name in _KEPT_FIELDS if name in fields]
    return b"\r\n".join((*shown, b"", kept))


def _bare(message: Message) -> Message:
    result = message.result
    if result is not None:
        bare = dict.fromkeys(result.capabilities, msgspec.Raw(b"{}"))
        result = msgspec.structs.replace(result, capabilities=bare)
    return msgspec.structs.replace(message, result=result)


def read_messages(content_type: str, body: bytes) -> list[Message]:
    """The messages of an answer: JSON, or a stream of events with one each. What is no message is left out."""
    texts: Iterable[bytes] = [event.data for event in read_events(body)] if is_event_stream(content_type) else [body]
    return [message for text in texts for message in _decoded(text)]


def _decoded(text: bytes) -> list[Message]:
    if text.lstrip()[:1] == b"[":
        found = decode_json(text, list[Message]) or []
    else:
        one = decode_json(text, Message)
        found = [one] if one is not None else []
    return [message for message in found if message.jsonrpc == "2.0"]


def answer_to(identifier: int, messages: Iterable[Message]) -> Message | None:
    """The answer to a call. Requests and notifications of the server are ignored, and never answered."""
    return next(
        (
            message
            for message in messages
            if message.id == identifier and not message.method and (message.result or message.error)
        ),
        None,
    )


INITIALIZE = Call(
    _declared(
        "initialize",
        re.escape(f'{{"jsonrpc":"2.0","id":1,"method":"initialize","params":{_CLIENT}}}'.encode("ascii")),
        "whether a session opens without a login; the server keeps it until it expires, and nothing else changes",
        Depth.IDENTIFY,
        (),
    ),
    "initialize",
    _CLIENT,
)
"""Opens a session: the first call."""
INITIALIZED = Call(
    _declared(
        "notifications/initialized",
        re.escape(b'{"jsonrpc":"2.0","method":"notifications/initialized"}'),
        "end of the opening of a session, only if the server lists no tools without it; changes nothing else",
        Depth.ENUMERATE,
        _FIELDS,
    ),
    "notifications/initialized",
    notice=True,
)
TOOLS = _list("tools/list", "names of the tools; no tool is called")
RESOURCES = _list("resources/list", "number of the resources; none is read")
PROMPTS = _list("prompts/list", "number of the prompt templates; none is read")
CALLS = (INITIALIZE, INITIALIZED, TOOLS, RESOURCES, PROMPTS)
"""Everything that is sent in a session."""
