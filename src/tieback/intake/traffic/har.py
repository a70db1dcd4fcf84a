"""HTTP Archives, as exported by browsers, proxies and API clients.

Source: http://www.softwareishard.com/blog/har-12-spec/ (HAR 1.2). Chrome adds ``_webSocketMessages`` and
``_transferSize``; Proxyman adds the client's name and address; HTTP Toolkit adds binary request bodies and failed TLS
handshakes, and tweasel the app (``har_apps``). Exports omit different fields, so every field is
optional here. The file is read in steps, its entries are decoded one at a time, and bodies are cut while they are read,
so the memory does not depend on the size of the archive. If an archive is truncated or damaged, the entries before the
damage are used.
"""

import base64
import binascii
import os
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from tieback.intake.traffic.exchange import (
    BODY_BYTES,
    ExchangeMessage,
    Headers,
    HttpExchange,
    flow_of,
    is_network_scheme,
)
from tieback.intake.traffic.har_apps import MEMBER, StatedApp, TlsError, may_state_app, stated_app, tls_error_flow
from tieback.intake.traffic.har_entries import TLS_ERRORS, ArchiveDamage, ArchiveEntries
from tieback.intake.traffic.interface import OpenedTraffic, SampledFlow
from tieback.intake.traffic.problems import CaptureProblems
from tieback.intake.traffic.source import ByteSource, FileWindow, GzipSource
from tieback.model.count_text import count_text
from tieback.model.errors import InputError
from tieback.model.flow import ContentState, Flow, FlowApp, Peer
from tieback.model.sighting import UnreadKind

_BOM = b"\xef\xbb\xbf"
_LOG = re.compile(rb'\{\s*(?:"[^"]{1,100}"\s*:\s*\{\s*)?"log"\s*:')
_GZIP = b"\x1f\x8b"
MAX_UNPACKED = 2 * 1024 * 1024 * 1024
"""Bytes that are read of a compressed archive, decompressed."""
_MAX_BYTES = 1 << 40
"""Bytes that are read of an archive that is not compressed."""
_MAX_MESSAGES = 500
_BINARY = 2
_NO_BODY = frozenset({204, 304})
_HEAD = 64 * 1024
_FORM = "application/x-www-form-urlencoded"
_BOUNDARY = "part-of-the-archive"
_QUOTED = re.compile(r'["\r\n]')
_LOCAL = re.compile(
    r"(?i)(?:about|blob|brave|capacitor|chrome|content|data|edge|file|filesystem|ionic|javascript|resource|view-source|"
    r"[a-z0-9-]{1,32}-(?:extension|asset|resource|app|page|masked-url|appx)|chrome-[a-z-]{1,32}|ms-appx[a-z-]{0,8}):"
)
"""Addresses of what is on the device: extensions, files, pages of the browser. No request is sent for them."""


class _Header(msgspec.Struct):
    name: str = ""
    value: str | float | None = ""


class _Param(msgspec.Struct, rename="camel"):
    name: str = ""
    value: str | float | None = ""
    file_name: str | None = None


class _PostData(msgspec.Struct, rename="camel"):
    mime_type: str | None = None
    text: str | None = None
    encoding: str | None = None
    params: list[_Param] | None = None


class _Request(msgspec.Struct, rename="camel"):
    method: str = ""
    url: str = ""
    http_version: str | None = None
    """Empty if a browser answered from its cache, or sent nothing."""
    headers: list[_Header] = []
    post_data: _PostData | None = None
    headers_size: float | None = None
    body_size: float | None = None
    binary: _PostData | None = msgspec.field(name="_content", default=None)
    """HTTP Toolkit: a body that is no text."""


class _Content(msgspec.Struct, rename="camel"):
    mime_type: str | None = None
    size: float | None = None
    compression: float | None = None
    text: str | None = None
    encoding: str | None = None


class _Response(msgspec.Struct, rename="camel"):
    status: float | None = None
    headers: list[_Header] = []
    content: _Content | None = None
    headers_size: float | None = None
    body_size: float | None = None
    transfer_size: float | None = msgspec.field(name="_transferSize", default=None)
    """Chrome: bytes on the wire, head and body."""


class _Frame(msgspec.Struct):
    type: str = ""
    data: str = ""
    opcode: float | None = None
    """2 for a binary message, whose data are in base64."""


class _Entry(msgspec.Struct):
    request: _Request
    response: _Response | None = None
    started: str | None = msgspec.field(name="startedDateTime", default=None)
    time: float | None = None
    server_ip: str | None = msgspec.field(name="serverIPAddress", default=None)
    websocket: list[_Frame] | None = msgspec.field(name="_webSocketMessages", default=None)
    client_name: str | None = msgspec.field(name="_clientName", default=None)
    client_bundle: str | None = msgspec.field(name="_clientBundlePath", default=None)
    client_address: str | None = msgspec.field(name="_clientAddress", default=None)
    client_port: float | None = msgspec.field(name="_clientPort", default=None)
    server_port: float | None = msgspec.field(name="_serverPort", default=None)
    from_cache: str | bool | None = msgspec.field(name="_fromCache", default=None)
    """Chrome: ``memory`` or ``disk``."""


def is_har(head: bytes, path: Path) -> bool:
    """True if a file with this head is an archive: an object whose first key (or the one inside it) is ``log``."""
    del path  # by content, never by name
    if head[:2] == _GZIP:
        head = _unpacked_head(head)
    return _LOG.match(head.removeprefix(_BOM).lstrip()) is not None


def open_har(path: Path) -> OpenedTraffic:
    """Open an archive.

    Raises:
        InputError: it cannot be read, or is not a HAR file.
    """
    return HarFile(path)


def opener(path: Path, head: bytes) -> OpenedTraffic | None:
    """For ``open.OPENERS``."""
    return open_har(path) if is_har(head, path) else None


class HarFile:
    """An opened archive; ``flows`` walks its entries once, in order."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Any] = CaptureProblems()
        self._source, most = _open(path)
        head = bytes(self._source.buffer[:_HEAD])
        self._entries = ArchiveEntries(self._source, most)
        self._stated = self._state_app() if may_state_app(head) else StatedApp(None)

    def flows(self) -> Iterator[SampledFlow]:
        """Yield one flow per entry and failed handshake; an invalid entry is a problem."""
        for number, (name, entry) in enumerate(self._walk()):
            if self._stated.note:
                self._note(self._stated.note, None)
            if entry is None:
                self._note(f"entry {number} is too large and was not read", UnreadKind.LIMIT)
                continue
            try:
                if name == TLS_ERRORS:
                    if (failed := self._failed(entry)) is not None:
                        yield SampledFlow(failed)
                    continue
                exchange = _exchange(_decode(entry, _Entry), self._stated.app)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                self._note(f"entry {number} is invalid: {error}"[:200], UnreadKind.UNREADABLE)
                continue
            seen = flow_of(str(self.path), exchange)
            if seen is not None:
                yield seen
            elif not _LOCAL.match(exchange.url):
                scheme = exchange.url.partition("://")[0]
                other = "://" in exchange.url and not is_network_scheme(scheme)
                what = f"the scheme {scheme[:20]!r}, which is not read" if other else "no URL with a host"
                self._note(f"entry {number} has {what}", UnreadKind.UNREADABLE)

    def close(self) -> None:
        """Release the file."""
        self._source.close()

    def _state_app(self) -> StatedApp:
        """What the archive states about its app, behind the entries: read in a walk of its own."""
        source, most = _open(self.path)
        try:
            return stated_app(ArchiveEntries(source, most).member(MEMBER))
        except ArchiveDamage:
            return StatedApp(None, "the archive is truncated or damaged before the app that it names")
        finally:
            source.close()

    def _failed(self, entry: bytes) -> Flow | None:
        error = _decode(entry, TlsError)
        failed = tls_error_flow(str(self.path), error, _seconds(error.started_date_time))
        if failed is None:
            self._note("a failed TLS handshake has no host name", UnreadKind.UNREADABLE)
        elif self._stated.app is not None:
            failed = msgspec.structs.replace(failed, app=self._stated.app)
        return failed

    def _walk(self) -> Iterator[tuple[bytes, bytes | None]]:
        count = 0
        try:
            for entry in self._entries.walk():
                count += 1
                yield entry
        except ArchiveDamage as damage:
            why = self._source.damage or str(damage)
            kind = UnreadKind.DAMAGED if self._source.damage else damage.kind
            if count == 0 and kind is UnreadKind.DAMAGED:
                self._note(f"not valid JSON: the archive is damaged before its first entry ({why})", kind)
            else:
                what = "is truncated or damaged" if kind is UnreadKind.DAMAGED else "was not read further"
                self._note(f"the archive {what} after {count_text(count, 'entry', 'entries')} ({why})", kind)

    def _note(self, what: str, unread: UnreadKind | None) -> None:
        assert isinstance(self.problems, CaptureProblems)
        self.problems.note(what, str(self.path), unread)


def _unpacked_head(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, 4096)
    except zlib.error:
        return b""


def _open(path: Path) -> tuple[ByteSource, int]:
    """The bytes of an archive without a byte order mark, decompressed if needed, and how many of them to read."""
    source: ByteSource
    try:
        number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        if os.pread(number, 2, 0) != _GZIP:
            source, most = FileWindow(number), _MAX_BYTES
        else:
            source, most = GzipSource(os.fdopen(number, "rb")), MAX_UNPACKED
    except (OSError, ValueError) as error:
        raise InputError(
            f"cannot be read: {error}", where=str(path), advice="Download or export the file again"
        ) from None
    if source.buffer[:3] == _BOM:
        source.advance(3)
    return source, most


def _decode[T](entry: bytes, into: type[T]) -> T:
    try:
        return msgspec.json.decode(entry, type=into)
    except UnicodeDecodeError:  # some exporters write the bytes of a body unescaped
        return msgspec.json.decode(entry.decode("utf-8", "replace"), type=into)


def _exchange(entry: _Entry, app: FlowApp | None) -> HttpExchange:
    response = entry.response or _Response()
    content = response.content or _Content()
    posted = entry.request.post_data or entry.request.binary or _PostData()
    body_out, kind_out = _posted(posted)
    size_out = len(body_out) if posted.text else sum(len(f"{one.name}{one.value or ''}") for one in posted.params or ())
    body_in = _text(content.text, content.encoding)
    if entry.client_name and app is None:
        app = FlowApp(name=entry.client_name[:200], bundle_id="", source="capture")
    return HttpExchange(
        method=entry.request.method[:32],
        url=entry.request.url,
        request=ExchangeMessage(_with_type(_headers(entry.request.headers), kind_out), body_out),
        status=_whole(response.status) if 0 < _whole(response.status) < 1000 else 0,
        response=ExchangeMessage(_with_type(_headers(response.headers), content.mime_type), body_in),
        client=Peer(entry.client_address or "", _whole(entry.client_port) or None),
        server_ip=(entry.server_ip or "").strip("[]")[:64],
        server_port=_whole(entry.server_port) or None,
        start=_seconds(entry.started),
        seconds=(entry.time or 0.0) / 1000,
        bytes_out=_bytes_out(entry, size_out),
        bytes_in=_bytes_in(entry, response, content, len(body_in)),
        app=app,
        websocket=tuple(
            ("out" if frame.type in {"send", "request"} else "in", _frame(frame))
            for frame in (entry.websocket or [])[:_MAX_MESSAGES]
        ),
        content=_content(entry),
    )


def _frame(frame: _Frame) -> bytes:
    """The data of a WebSocket message; text if a binary one is not in base64."""
    return (_text(frame.data, "base64") if frame.opcode == _BINARY else b"") or _text(frame.data, None)


def _whole(number: float | None) -> int:
    """A count; exporters write -1, null and fractions for unknown values."""
    return int(number) if number is not None and 0 < number < 1 << 62 else 0


def _bytes_out(entry: _Entry, posted: int) -> int:
    """Bytes of the request. A head whose size is not stated has at least its lines; a body, what the archive has."""
    request = entry.request
    if not _was_sent(entry):
        return 0
    target = request.url.partition("://")[2].partition("/")[2]
    head = _whole(request.headers_size) or len(f"{request.method} /{target} HTTP/1.1\r\n") + _lines(request.headers)
    return head + (_whole(request.body_size) or posted)


def _bytes_in(entry: _Entry, response: _Response, content: _Content, kept: int) -> int:
    """Bytes of the response: on the wire if stated, else of its head and body, as ``_bytes_out``.

    A body of 0 bytes is one that came from the cache, and a size of -1 is not known (HAR 1.2). Responses with the
    status 204 or 304 have no body (RFC 9110, 6.4.1), whatever an exporter writes.
    """
    if not _was_sent(entry):
        return 0
    if _whole(response.transfer_size):
        return _whole(response.transfer_size)
    head = _whole(response.headers_size) or _lines(response.headers)
    if _whole(response.status) in _NO_BODY:
        return head
    if response.body_size is not None and response.body_size >= 0:
        return head + _whole(response.body_size)
    size = _whole(content.size)
    return head + (max(size - _whole(content.compression), 0) if size else kept)


def _was_sent(entry: _Entry) -> bool:
    """False for an answer from the cache, and for a request that the browser did not send."""
    if entry.from_cache:
        return False
    sizes = (entry.request.headers_size, entry.response.headers_size if entry.response else None)
    return entry.request.http_version != "" or bool(entry.server_ip) or any(map(_whole, sizes))


def _content(entry: _Entry) -> ContentState:
    """Whether nothing was sent: the answer is from the cache, or the browser has none and no connection."""
    answered = entry.response is not None and _whole(entry.response.status)
    unsent = bool(entry.from_cache) or not (_was_sent(entry) or answered)
    return ContentState.NOT_SENT if unsent else ContentState.UNKNOWN


def _lines(headers: list[_Header]) -> int:
    """Bytes of header fields in the format of HTTP/1, without the pseudo-fields of HTTP/2."""
    return sum(len(one.name) + len(str(one.value or "")) + 4 for one in headers if not one.name.startswith(":"))


def _headers(headers: list[_Header]) -> tuple[tuple[str, str], ...]:
    return tuple((header.name, str(header.value or "")) for header in headers[:200] if not header.name.startswith(":"))


def _with_type(headers: Headers, kind: str | None) -> Headers:
    """The headers with the media type that the archive states for the body, if they have none."""
    headers = tuple((name, value) for name, value in headers if value or name.lower() != "content-type")
    kind = (kind or "").strip()
    # Exporters write this for bodies whose type they do not know.
    if not kind or kind == "x-unknown" or any(name.lower() == "content-type" for name, _ in headers):
        return headers
    return (*headers, ("Content-Type", kind[:200]))


def _posted(posted: _PostData) -> tuple[bytes, str | None]:
    """The beginning of a posted body, and its media type; parameters without their text are one part each."""
    if posted.text or not posted.params:
        return _text(posted.text, posted.encoding), posted.mime_type
    kind = (posted.mime_type or "").strip().lower()
    if not kind.startswith("multipart/"):
        pairs = (f"{item.name}={str(item.value or '').replace('&', '%26')}" for item in posted.params[:200])
        return "&".join(pairs).encode("utf-8", "replace")[:BODY_BYTES], posted.mime_type or _FORM
    return _parts(posted.params), posted.mime_type


def _parts(params: list[_Param]) -> bytes:
    """Parameters in the form of multipart/form-data (RFC 7578), whose boundary is the first line of a body."""
    parts = []
    for item in params[:200]:
        name, file = (_QUOTED.sub("", str(text or "")) for text in (item.name, item.file_name))
        place = f'form-data; name="{name}"' + (f'; filename="{file}"' if file else "")
        parts.append(f"--{_BOUNDARY}\r\nContent-Disposition: {place}\r\n\r\n{item.value or ''}\r\n")
    return f"{''.join(parts)}--{_BOUNDARY}--\r\n".encode("utf-8", "replace")[:BODY_BYTES]


def _text(text: str | None, encoding: str | None) -> bytes:
    """The beginning of a body; base64 is decoded as far as the bytes are kept."""
    if not text:
        return b""
    if encoding and encoding.lower() == "base64":
        try:
            return base64.b64decode(text[: BODY_BYTES // 3 * 4])
        except (binascii.Error, ValueError):
            return b""
    return text[:BODY_BYTES].encode("utf-8", "replace")[:BODY_BYTES]


def _seconds(text: str | None) -> float:
    """Seconds since 1970; 0.0 if the time is missing or not ISO 8601."""
    try:
        moment = datetime.fromisoformat(text or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0
