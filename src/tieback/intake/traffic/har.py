"""HTTP Archives, as exported by browsers, proxies and API clients.

Source: http://www.softwareishard.com/blog/har-12-spec/ (HAR 1.2). Chrome adds ``_webSocketMessages`` and
``_transferSize``; Proxyman adds the client's name and address. Exports omit different fields, so every field is
optional here. The file is mapped and its entries are decoded one at a time, so two gigabytes of bodies need only the
memory of the largest one. If an archive is truncated or damaged, the entries before the damage are used.
"""

import base64
import binascii
import gzip
import json
import mmap
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from tieback.intake.traffic.exchange import BODY_BYTES, ExchangeMessage, HttpExchange, flow_of
from tieback.intake.traffic.interface import OpenedTraffic, SampledFlow
from tieback.intake.traffic.problems import CaptureProblems
from tieback.model.errors import InputError
from tieback.model.flow import FlowApp, Peer

_BOM = b"\xef\xbb\xbf"
_LOG = re.compile(rb'\{\s*(?:"[^"]{1,100}"\s*:\s*\{\s*)?"log"\s*:')
_ENTRIES = re.compile(r'"entries"\s*:\s*\[')
_GZIP = b"\x1f\x8b"
MAX_UNPACKED = 512 * 1024 * 1024
"""Bytes of a compressed archive, decompressed."""
_PIECEWISE = 64 * 1024 * 1024
"""Bytes of a damaged archive that are read piece by piece."""
_MAX_MESSAGES = 500


class _Header(msgspec.Struct):
    name: str = ""
    value: str | float | None = ""


class _PostData(msgspec.Struct):
    text: str | None = None
    encoding: str | None = None
    params: list[_Header] | None = None


class _Request(msgspec.Struct, rename="camel"):
    method: str = ""
    url: str = ""
    headers: list[_Header] = []
    post_data: _PostData | None = None
    headers_size: float | None = None
    body_size: float | None = None


class _Content(msgspec.Struct):
    size: float | None = None
    text: str | None = None
    encoding: str | None = None


class _Response(msgspec.Struct, rename="camel"):
    status: float | None = None
    headers: list[_Header] = []
    content: _Content | None = None
    headers_size: float | None = None
    body_size: float | None = None


class _Frame(msgspec.Struct):
    type: str = ""
    data: str = ""


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


class _Log(msgspec.Struct):
    entries: list[msgspec.Raw] = []


class _Archive(msgspec.Struct):
    log: _Log


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
    """An opened archive; ``flows`` walks its entries in order."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Any] = CaptureProblems()
        self._data = _read(path)
        try:
            self._entries: list[msgspec.Raw] | None = _entries(self._content())
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self._entries = None

    def flows(self) -> Iterator[SampledFlow]:
        """Yield one flow per entry; an invalid entry is a problem."""
        for number, entry in enumerate(self._walk()):
            try:
                exchange = _exchange(_decode(entry))
            except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
                self._note(f"entry {number} is invalid: {error}"[:200])
                continue
            seen = flow_of(str(self.path), exchange)
            if seen is not None:
                yield seen
            elif exchange.url[:5] not in {"data:", "blob:", "about", "chrom"}:
                self._note(f"entry {number} has no URL with a host")

    def close(self) -> None:
        """Release the file."""
        self._entries = None
        if isinstance(self._data, mmap.mmap):
            with suppress(BufferError):  # the caller's loop still uses an entry
                self._data.close()

    def _content(self) -> memoryview:
        view = memoryview(self._data)
        return view[3:] if view[:3] == _BOM else view

    def _walk(self) -> Iterator[msgspec.Raw | dict[str, Any]]:
        if self._entries is not None:
            yield from self._entries
            return
        text = bytes(self._data[:_PIECEWISE]).decode("utf-8", "replace")
        start = _ENTRIES.search(text)
        if start is None:
            self._note("not valid JSON: the archive is damaged before its first entry")
            return
        yield from self._piecewise(text, start.end())

    def _piecewise(self, text: str, at: int) -> Iterator[dict[str, Any]]:
        decoder = json.JSONDecoder()
        count = 0
        while True:
            while at < len(text) and text[at] in " \t\r\n,":
                at += 1
            if at >= len(text) or text[at] == "]":
                self._note(f"the archive is damaged after {count} entries")
                return
            try:
                value, at = decoder.raw_decode(text, at)
            except (ValueError, RecursionError):
                self._note(f"the archive is truncated after {count} entries")
                return
            count += 1
            if isinstance(value, dict):
                yield value

    def _note(self, what: str) -> None:
        assert isinstance(self.problems, CaptureProblems)
        self.problems.note(what, str(self.path))


def _unpacked_head(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, 4096)
    except zlib.error:
        return b""


def _read(path: Path) -> bytes | mmap.mmap:
    try:
        with path.open("rb") as file:
            if file.read(2) != _GZIP:
                return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        with gzip.open(path) as packed:
            data = packed.read(MAX_UNPACKED + 1)
    except (OSError, ValueError, EOFError, zlib.error) as error:
        raise InputError(
            f"cannot be read: {error}", where=str(path), advice="Download or export the file again"
        ) from None
    if len(data) > MAX_UNPACKED:
        raise InputError(
            f"larger than {MAX_UNPACKED >> 20} MiB when decompressed",
            where=str(path),
            advice="Decompress it and pass the content",
        )
    return data


def _entries(content: memoryview) -> list[msgspec.Raw]:
    """The entries, not yet decoded.

    Raises:
        msgspec.DecodeError: it is not JSON, or has no ``log``.
    """
    try:
        return msgspec.json.decode(content, type=_Archive).log.entries
    except msgspec.ValidationError:
        # mitmproxy's old exporter wrapped the archive in another object.
        for inner in msgspec.json.decode(content, type=dict[str, msgspec.Raw]).values():
            return msgspec.json.decode(inner, type=_Archive).log.entries
        raise


def _decode(entry: msgspec.Raw | dict[str, Any]) -> _Entry:
    if isinstance(entry, dict):
        return msgspec.convert(entry, type=_Entry)
    try:
        return msgspec.json.decode(entry, type=_Entry)
    except UnicodeDecodeError:  # some exporters write the bytes of a body unescaped
        return msgspec.json.decode(bytes(entry).decode("utf-8", "replace"), type=_Entry)


def _exchange(entry: _Entry) -> HttpExchange:
    response = entry.response or _Response()
    content = response.content or _Content()
    posted = entry.request.post_data
    body_out = _posted(posted)
    body_in = _text(content.text, content.encoding)
    app = None
    if entry.client_name:
        app = FlowApp(name=entry.client_name[:200], bundle_id="", source="capture")
    return HttpExchange(
        method=entry.request.method[:32],
        url=entry.request.url,
        request=ExchangeMessage(_headers(entry.request.headers), body_out),
        status=_whole(response.status) if 0 < _whole(response.status) < 1000 else 0,
        response=ExchangeMessage(_headers(response.headers), body_in),
        client=Peer(entry.client_address or "", _whole(entry.client_port) or None),
        server_ip=(entry.server_ip or "").strip("[]")[:64],
        server_port=_whole(entry.server_port) or None,
        start=_seconds(entry.started),
        seconds=(entry.time or 0.0) / 1000,
        bytes_out=_size(entry.request.headers_size, entry.request.body_size, len(body_out)),
        bytes_in=_size(response.headers_size, response.body_size, _whole(content.size)),
        app=app,
        websocket=tuple(
            ("out" if frame.type in {"send", "request"} else "in", frame.data.encode("utf-8", "replace")[:BODY_BYTES])
            for frame in (entry.websocket or [])[:_MAX_MESSAGES]
        ),
    )


def _whole(number: float | None) -> int:
    """A count; exporters write -1, null and fractions for unknown values."""
    return int(number) if number is not None and 0 < number < 1 << 62 else 0


def _size(head: float | None, body: float | None, otherwise: int) -> int:
    return _whole(head) + (_whole(body) or otherwise)


def _headers(headers: list[_Header]) -> tuple[tuple[str, str], ...]:
    return tuple((header.name, str(header.value or "")) for header in headers[:200] if not header.name.startswith(":"))


def _posted(posted: _PostData | None) -> bytes:
    if posted is None:
        return b""
    if posted.text:
        return _text(posted.text, posted.encoding)
    return "&".join(f"{item.name}={item.value or ''}" for item in (posted.params or [])[:200]).encode()[:BODY_BYTES]


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
