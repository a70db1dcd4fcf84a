"""Bounded HTTP/1.1 over conversation steps: no redirects, no compression (RFC 9110, RFC 9112).

``protocols.http1`` parses the answers. The order of reads is in this module, because each step of a conversation
receives no more than the parts before it announced.

A session keeps one connection alive, and opens another if the server closed it. Every request follows one template.
From this template, ``declared_get`` and the other ``declared_`` functions make the pattern that the dialer checks. GET
and HEAD requests differ only in the path, and in header fields that the declaration fixes. POST exists for the few APIs
that read by POST: its path and its body are fixed to the last byte. A stream of events, which may have no end, is read
only as far as it is needed. PROPFIND (RFC 4918 section 9.1) lists a folder of
WebDAV: its body is fixed, and its ``Depth`` is 0 or 1, never ``infinity``.
"""

import re
from collections.abc import Callable
from urllib.parse import quote

import msgspec

from tieback import __version__
from tieback.model.grant import Depth
from tieback.model.probe import Outcome
from tieback.probes.wire.events import EventReader, is_event_stream
from tieback.probes.wire.opening import STREAM_ENDED, first_answer, plain_then_tls, printable
from tieback.probes.wire.resume import ResumableConnection
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol, TlsAnswer
from tieback.protocols import http1
from tieback.protocols.http1 import Fields, Framing, MalformedHttpError
from tieback.scope.conversation import Connect, Conversation, DeclaredSend, Fault, Receive, Send, Target

MAX_BODY = 1024 * 1024
"""Maximum number of bytes of a body that are read; for longer bodies ``truncated`` is set in the response."""
_MAX_INTERIM = 3

_TEMPLATE = b"%b %b HTTP/1.1\r\nHost: %b\r\nUser-Agent: %b\r\nAccept: %b\r\nAccept-Encoding: identity\r\n%b\r\n%b"
_ACCEPT = "Accept"
PROPERTIES = (
    b'<?xml version="1.0" encoding="utf-8"?>'
    b'<propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/></prop></propfind>'
)
"""The body of every PROPFIND: whether a resource is a folder, and the number of its bytes."""
type Headers = tuple[tuple[str, str], ...]
"""Fixed header fields of a request, name and value, in addition to those of the template. ``Accept`` replaces its."""
type Optional = tuple[tuple[str, bytes], ...]
"""Header fields that a request may have: the name, and a regular expression for the permitted values."""
type Enough = Callable[[bytes], bool]
"""Gets the parts of a stream of events as they arrive; true if no more is needed."""
_HOST = rb"[A-Za-z0-9._:\[\]-]{1,264}"
_AGENT = rb"tieback/[0-9A-Za-z.+-]{1,40}(?: \(\+[A-Za-z0-9@.:/_~+-]{1,128}\))?"
SEGMENT = rb"(?:[A-Za-z0-9_.~-]|%[0-9A-F]{2})"
"""Pattern of one character of a percent-encoded path segment: no slash, no query, nothing unencoded."""


class Response(msgspec.Struct, frozen=True):
    """HTTP response; its body is at most as long as requested."""

    status: int
    headers: dict[str, str]
    """Header fields. Names are in lower case; values of a repeated field are joined by ``, ``."""
    body: bytes
    truncated: bool = False
    """True if the server had more than was read."""
    encoded: bool = False
    """True if the body was compressed although identity was requested; it is not read."""


NO_RESPONSE = Response(0, {}, b"")
"""The server closed the connection instead of answering a request, also on a new connection."""

type Keyed = tuple[tuple[str, bytes], ...]
"""Header fields for the app's public key: the name, and a regular expression for the permitted values.

In ``Authorization`` the key follows the scheme ``Bearer`` (RFC 6750).
"""


def declared_get(
    name: str, path: bytes, why: str, headers: Headers = (), depth: Depth = Depth.IDENTIFY, keyed: Keyed = ()
) -> DeclaredSend:
    """Declare a GET.

    Args:
        name: label in reports and documentation.
        path: regular expression for path and query.
        why: purpose of the request.
        headers: fields of the request in addition to the template's.
        depth: depth that the grant must allow.
        keyed: further fields with the app's public key; the request has all of them or none.
    """
    return _declared(b"GET", name, path, why, headers, depth, keyed=keyed)


def declared_head(
    name: str, path: bytes, why: str, headers: Headers = (), depth: Depth = Depth.IDENTIFY, keyed: Keyed = ()
) -> DeclaredSend:
    """Declare a HEAD; arguments as for ``declared_get``."""
    return _declared(b"HEAD", name, path, why, headers, depth, keyed=keyed)


def declared_post(
    name: str,
    path: str,
    body: bytes,
    why: str,
    headers: Headers = (),
    depth: Depth = Depth.IDENTIFY,
    keyed: Keyed = (),
) -> DeclaredSend:
    """Declare a POST that only reads.

    Args:
        name: label in reports and documentation.
        path: exact path and query.
        body: exact JSON.
        why: purpose of the request, and why it changes nothing.
        headers: fields of the request in addition to the template's.
        depth: depth that the grant must allow.
        keyed: as for ``declared_get``.
    """
    return _declared(b"POST", name, re.escape(path.encode("ascii")), why, headers, depth, body, keyed)


def declared_propfind(
    name: str, path: bytes, why: str, *, members: bool, depth: Depth = Depth.IDENTIFY
) -> DeclaredSend:
    """Declare a PROPFIND, which only reads properties (RFC 4918 section 9.1).

    Args:
        name: label in reports and documentation.
        path: regular expression for the path.
        why: purpose of the request.
        members: whether to list the members of the folder (``Depth: 1``), or only the resource itself (``Depth: 0``).
        depth: depth that the grant must allow.
    """
    return _declared(b"PROPFIND", name, path, why, depth_header(members=members), depth, PROPERTIES)


def depth_header(*, members: bool) -> Headers:
    """The header field ``Depth`` of a PROPFIND."""
    return (("Depth", "1" if members else "0"),)


def key_scheme(field: str) -> str:
    """What precedes the key in a header field."""
    return "Bearer " if field == "Authorization" else ""


def declared_query(
    name: str,
    path: bytes,
    body: bytes,
    why: str,
    depth: Depth = Depth.IDENTIFY,
    keyed: Keyed = (),
    headers: Headers = (),
    optional: Optional = (),
) -> DeclaredSend:
    """Declare a POST that only reads and names a container in its path or body.

    Args:
        name: label in reports and documentation.
        path: regular expression for path and query.
        body: regular expression for the JSON; it must not match anything that ends the string around a name.
        why: purpose of the request, and why it changes nothing.
        depth: depth that the grant must allow.
        keyed: as for ``declared_get``.
        headers: as for ``declared_get``.
        optional: fields that follow them.
    """
    parts = [re.escape(part) for part in _TEMPLATE.split(b"%b")]
    more = re.escape(_fields(headers, None)) + b"".join(
        b"(?:%b%b%b)?" % (re.escape(f"{field}: ".encode("ascii")), value, re.escape(b"\r\n"))
        for field, value in optional
    )
    kind, length = _fields((), b"").decode("ascii").splitlines(keepends=True)
    length_pattern = re.escape(length.encode("ascii")).replace(b"0", b"[0-9]{1,4}")
    fields = more + _keys(keyed) + re.escape(kind.encode("ascii")) + length_pattern + parts[6] + body
    pattern = b"".join((b"POST", _line_pattern(parts, path, headers), fields))
    return DeclaredSend(name, pattern, why, depth)


def _declared(
    verb: bytes,
    name: str,
    path: bytes,
    why: str,
    headers: Headers,
    depth: Depth,
    body: bytes | None = None,
    keyed: Keyed = (),
) -> DeclaredSend:
    parts = [re.escape(part) for part in _TEMPLATE.split(b"%b")]
    own, content = re.escape(_fields(headers, None)), re.escape(_fields((), body))
    tail = own + _keys(keyed) + content + parts[6] + re.escape(body or b"")
    return DeclaredSend(name, verb + _line_pattern(parts, path, headers) + tail, why, depth)


def _line_pattern(parts: list[bytes], path: bytes, headers: Headers) -> bytes:
    """Pattern of the template between the method and the further fields."""
    accept = re.escape(_accept(headers))
    return b"".join((parts[1], path, parts[2], _HOST, parts[3], _AGENT, parts[4], accept, parts[5]))


def _accept(headers: Headers) -> bytes:
    return dict(headers).get(_ACCEPT, "application/json").encode("ascii")


def _keys(keyed: Keyed) -> bytes:
    """Pattern of the fields with the app's public key: all of them or none."""
    keys = b"".join(
        re.escape(f"{field}: {key_scheme(field)}".encode("ascii")) + b"(?P<key%d>%b)" % (n, value) + re.escape(b"\r\n")
        for n, (field, value) in enumerate(keyed)
    )
    return b"(?:%b)?" % keys if keys else b""


def _fields(headers: Headers, body: bytes | None) -> bytes:
    """Header lines in addition to the template's."""
    kind = "application/xml" if body == PROPERTIES else "application/json"
    more = () if body is None else (("Content-Type", kind), ("Content-Length", str(len(body))))
    lines = (f"{name}: {value}\r\n" for name, value in (*headers, *more) if name != _ACCEPT)
    return "".join(lines).encode("ascii")


def segment(name: str) -> str:
    """Encode a name as one path segment: everything except unreserved ASCII is percent-encoded."""
    return quote(name, safe="", errors="replace")


def user_agent(contact: str) -> bytes:
    """``tieback/<version> (+<contact>)``; characters that a header must not contain are removed from the contact."""
    clean = re.sub(r"[^A-Za-z0-9@.:/_~+-]", "", contact)[:128]
    return f"tieback/{__version__}{f' (+{clean})' if clean else ''}".encode("ascii")


class HttpSession:
    """HTTP requests to one target, over as few connections as it allows."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._tls = bool(target.tls)
        self._alive = False
        self._connection = ResumableConnection(self._connect)

    @property
    def encrypted(self) -> bool:
        """True if the last connection used TLS."""
        return self._tls

    def first(
        self,
        path: str,
        *,
        seconds: float | None = None,
        cap: int = MAX_BODY,
        verb: str = "GET",
        headers: Headers = (),
        body: bytes | None = None,
    ) -> Conversation[Response]:
        """Send the first request, which finds out whether the port speaks HTTP, plain or over TLS.

        Args:
            path: declared path and query.
            seconds: time to wait for the first byte.
            cap: maximum number of bytes of the body to read.
            verb: the method; not HEAD.
            headers: fields in addition to the template's.
            body: the request's body.

        Raises:
            NotThisProtocol: the server does not speak HTTP.
            Hostile: the answer breaks HTTP's framing or a limit.
            Fault: the transport failed.
        """

        def attempt(tls: bool) -> Conversation[Response]:
            self._tls = tls
            head = yield from first_answer(tls, self._request(path, verb, headers, body), 5, seconds)
            response = yield from self._response(head, cap)
            # nginx and Java servers answer a plain request on a TLS port like this.
            if not tls and response.status == 400 and b"HTTPS" in response.body.upper():
                raise TlsAnswer("requires HTTPS")
            return response

        return (yield from plain_then_tls(self._target.tls, attempt))

    def get(self, path: str, *, cap: int = MAX_BODY, headers: Headers = ()) -> Conversation[Response]:
        """Send a further GET, on the same connection if it is still open. Arguments and raises as for ``first``."""
        return (yield from self._again(self._request(path, headers=headers), cap))

    def head(self, path: str, headers: Headers = ()) -> Conversation[Response]:
        """Send a HEAD; only header fields come back. Raises as for ``first``."""
        return (yield from self._again(self._request(path, "HEAD", headers), 0))

    def post(
        self, path: str, body: bytes, *, cap: int = MAX_BODY, headers: Headers = (), enough: Enough | None = None
    ) -> Conversation[Response]:
        """Send a POST that only reads, declared to the last byte. Raises as for ``first``.

        Args:
            path: as for ``first``.
            body: the request's body.
            cap: as for ``first``.
            headers: as for ``first``.
            enough: how far to read an answer that is a stream of events; default: its first event.
        """
        return (yield from self._again(self._request(path, "POST", headers, body), cap, enough))

    def propfind(self, path: str, *, cap: int = MAX_BODY, headers: Headers = ()) -> Conversation[Response]:
        """Send a PROPFIND, whose body is ``PROPERTIES``. Raises as for ``first``."""
        return (yield from self._again(self._request(path, "PROPFIND", headers, PROPERTIES), cap))

    def drop(self) -> None:
        """Use a new connection for the next request: a response to the last one may still arrive on this one."""
        self._alive = False

    def _again(self, request: bytes, cap: int, enough: Enough | None = None) -> Conversation[Response]:
        if self._alive:
            try:
                return (yield from self._exchange(request, cap, enough))
            except Fault as fault:
                # An idle connection may be closed at any time (RFC 9112 section 9.5); a read can be sent again.
                if fault.outcome not in STREAM_ENDED:
                    raise
        self._connection.drop()
        return (yield from self._connection.run(self._exchange(request, cap, enough), lambda _: NO_RESPONSE))

    def _connect(self) -> Conversation[None]:
        yield Connect(self._tls)

    def _request(self, path: str, verb: str = "GET", headers: Headers = (), body: bytes | None = None) -> bytes:
        host = re.sub(r"[^A-Za-z0-9._:\[\]-]", "", self._target.place)[:264] or "invalid"
        agent = user_agent(self._target.contact)
        whole = f"{self._target.path}{path}".encode("ascii")
        line = (verb.encode("ascii"), whole, host.encode("ascii"), agent, _accept(headers))
        return _TEMPLATE % (*line, _fields(headers, body), body or b"")

    def _exchange(self, request: bytes, cap: int, enough: Enough | None) -> Conversation[Response]:
        yield Send(request)
        head = yield Receive(exactly=5)
        return (yield from self._response(head, cap, bodiless=request.startswith(b"HEAD "), enough=enough))

    def _response(
        self, head: bytes, cap: int, *, bodiless: bool = False, enough: Enough | None = None
    ) -> Conversation[Response]:
        self._alive = False
        for _ in range(_MAX_INTERIM):
            if head != b"HTTP/":
                raise NotThisProtocol(f"not HTTP: {printable(head)}")
            block = head + (yield Receive(until=b"\r\n\r\n", limit=http1.MAX_HEAD))
            line = http1.status_line(block)
            if line is None:
                raise NotThisProtocol(f"not an HTTP status line: {printable(block)}")
            try:
                fields = http1.strict_fields(block.partition(b"\n")[2])
            except MalformedHttpError as error:
                raise HostileAnswer(str(error)) from None
            if line.status >= 200:
                break
            head = yield Receive(exactly=5)
        else:
            raise HostileAnswer("interim responses that do not end")
        headers = _joined(fields)
        if headers.get("content-encoding", "identity").lower() not in ("", "identity"):
            return Response(line.status, headers, b"", encoded=True)
        try:
            framing = http1.body_framing(line.status, fields, to_head=bodiless)
        except MalformedHttpError as error:
            raise HostileAnswer(str(error)) from None
        if is_event_stream(headers.get("content-type", "")):
            body, truncated, closed = yield from _read_events(framing, cap, enough or EventReader().feed)
        else:
            body, truncated, closed = yield from _read_body(framing, cap)
        connection = headers.get("connection", "").lower()
        self._alive = not (closed or truncated or "close" in connection or line.version == "1.0")
        return Response(line.status, headers, body, truncated)


def _joined(fields: Fields) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in fields:
        text = value.decode("latin-1")
        headers[name] = f"{headers[name]}, {text}" if name in headers else text
    return headers


def _read_events(framing: Framing, cap: int, enough: Enough) -> Conversation[tuple[bytes, bool, bool]]:
    """Read a stream of events until it is enough, or silent. Returns as ``_read_body``."""
    parts: list[bytes] = []

    def keep(part: bytes) -> bool:
        parts.append(part)
        return enough(part)

    try:
        return (yield from _read_body(framing, cap, keep))
    except Fault as fault:
        if fault.outcome is not Outcome.TIMEOUT:
            raise
        return b"".join(parts), True, True


def _read_body(framing: Framing, cap: int, enough: Enough = lambda _: False) -> Conversation[tuple[bytes, bool, bool]]:
    """Read the body. Returns it, whether it was cut, and whether the connection ended with it."""
    if framing.chunked:
        return (yield from _read_chunks(cap, enough))
    if framing.length is not None:
        size = min(framing.length, cap)
        body = (yield Receive(exactly=size)) if size else b""
        return body, framing.length > cap, False
    parts: list[bytes] = []
    left = cap
    while left:
        part = yield Receive(limit=min(left, 65536))
        if not part:
            return b"".join(parts), False, True
        parts.append(part)
        left -= len(part)
        if enough(part):
            break
    return b"".join(parts), True, True


def _read_chunks(cap: int, enough: Enough) -> Conversation[tuple[bytes, bool, bool]]:
    parts: list[bytes] = []
    left = cap
    for _ in range(http1.MAX_CHUNKS):
        line = yield Receive(until=b"\r\n", limit=http1.MAX_CHUNK_LINE)
        try:
            size = http1.chunk_size(line)
        except MalformedHttpError as error:
            raise HostileAnswer(str(error)) from None
        if size == 0:
            for _ in range(http1.MAX_FIELDS):
                if (yield Receive(until=b"\r\n", limit=http1.MAX_HEAD)) == b"\r\n":
                    return b"".join(parts), False, False
            raise HostileAnswer("trailers that do not end")
        if size > left:
            if left:
                parts.append((yield Receive(exactly=left)))
            return b"".join(parts), True, True
        parts.append((yield Receive(exactly=size)))
        if enough(parts[-1]):
            return b"".join(parts), True, True
        left -= size
        if (yield Receive(exactly=2)) != b"\r\n":
            raise HostileAnswer("a chunk longer than its stated size")
    return b"".join(parts), True, True
