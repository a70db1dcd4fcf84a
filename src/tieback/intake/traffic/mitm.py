"""mitmproxy flow files, of every version since 0.10, read without mitmproxy.

Source: mitmproxy's ``io/compat.py`` (changes between versions) and ``io/io.py``. A file is a sequence of flows, each a
tagged netstring of a dictionary. Old versions write ``httpversion``, ``code`` and ``msg`` in the request and response
and an address as a list in a dictionary. Since version 7, ``type`` is HTTP, TCP, UDP or DNS.
"""

import math
import mmap
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from tieback.intake.traffic.exchange import BODY_BYTES, ExchangeMessage, HttpExchange, flow_of
from tieback.intake.traffic.interface import FIRST_BYTES, ConnectionStart, OpenedTraffic, SampledFlow
from tieback.intake.traffic.names import hostname, hostname_of_url
from tieback.intake.traffic.problems import CaptureProblems
from tieback.intake.traffic.stores import evidence
from tieback.intake.traffic.stores.choose import recognise
from tieback.intake.traffic.tnetstring import MalformedNetstringError, parse, value_end
from tieback.model.capture import OUTSIDE_DESTINATIONS
from tieback.model.count_text import count_text
from tieback.model.errors import InputError
from tieback.model.flow import ContentState, Flow, FlowEvidence, FlowTls, NameSource, Peer, Server
from tieback.model.sighting import UnreadKind

_HEAD = re.compile(rb"[1-9][0-9]{1,10}:[0-9]{1,3}:[a-z_]{3,30}[,;]")
_TLS_FAILED = ("client tls handshake failed", "the client does not trust the proxy's certificate")
_CONNECTED = ("timestamp_tcp_setup", "peername", "ip_address", "peer_address")
"""What a connection to a server has, in one version of the format or another."""
_MAX_MESSAGES = 500
_MAX_HEADERS = 200
_RELEASE = 16 * 1024 * 1024
"""Bytes after which the pages of the file that were read are released."""


def is_mitmproxy_file(head: bytes, path: Path) -> bool:
    """True if a file with this head is one: the length of a dictionary whose first key is a lower-case word."""
    del path  # by content, never by name
    return _HEAD.match(head) is not None


def open_mitmproxy_file(path: Path) -> OpenedTraffic:
    """Open a flow file.

    Raises:
        InputError: it cannot be read.
    """
    return MitmFile(path)


def opener(path: Path, head: bytes) -> OpenedTraffic | None:
    """For ``open.OPENERS``."""
    return open_mitmproxy_file(path) if is_mitmproxy_file(head, path) else None


class MitmFile:
    """An opened flow file; ``flows`` walks it once, from the first flow to the last."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Any] = CaptureProblems()
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise InputError(
                f"cannot be read: {error}", where=str(path), advice="Download or export the file again"
            ) from None

    def flows(self) -> Iterator[SampledFlow]:
        """Yield one flow per record; an unreadable record is a problem, one with a false length ends the walk."""
        with memoryview(self._map) as view:
            at = number = released = 0
            while at < len(view):
                try:
                    end = value_end(view, at)
                except MalformedNetstringError as error:
                    self._note(
                        f"the file is truncated or damaged after {count_text(number, 'flow')}: {error}",
                        at,
                        UnreadKind.DAMAGED,
                    )
                    return
                number += 1
                with view[at:end] as record:
                    seen = self._seen(record, at)
                if seen is not None:
                    yield seen
                at = end
                if at - released >= _RELEASE:
                    released = at
                    self._map.madvise(mmap.MADV_DONTNEED)

    def close(self) -> None:
        """Release the file."""
        with suppress(BufferError):  # the walk did not reach the end
            self._map.close()

    def _seen(self, record: memoryview, at: int) -> SampledFlow | None:
        try:
            state = parse(record)
        except MalformedNetstringError as error:
            self._note(f"unreadable flow: {error}", at, error.kind)
            return None
        if not isinstance(state, dict):
            self._note("a record is not a flow", at, UnreadKind.UNREADABLE)
            return None
        kind = _text(state.get("type")) or "http"
        if kind == "http" and isinstance(state.get("request"), dict):
            found = flow_of(str(self.path), _exchange(state))
        elif kind in {"tcp", "udp"}:
            found = _stream(str(self.path), state, kind)
        elif kind == "dns":
            found = _dns(str(self.path), state)
        elif kind == "websocket":
            found = _old_websocket(str(self.path), state)
        else:
            found = None
        if found is None:
            self._note("a flow has no address, or its type is unknown", at, UnreadKind.UNREADABLE)
        return found

    def _note(self, what: str, at: int, unread: UnreadKind) -> None:
        assert isinstance(self.problems, CaptureProblems)
        self.problems.note(what, f"byte {at}", unread)


def _part(state: dict[str, Any], name: str) -> dict[str, Any]:
    value = state.get(name)
    return value if isinstance(value, dict) else {}


def _text(value: Any, limit: int = 1 << 16) -> str:
    if isinstance(value, memoryview):
        return bytes(value[:limit]).decode("utf-8", "replace")
    return value[:limit] if isinstance(value, str) else ""


def _bytes(value: Any, limit: int) -> bytes:
    if isinstance(value, memoryview):
        return bytes(value[:limit])
    return value.encode("utf-8", "replace")[:limit] if isinstance(value, str) else b""


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return 0.0
    return float(value)


def _whole(value: Any) -> int:
    number = _number(value)
    return int(number) if 0 < number < 1 << 62 else 0


def _size(value: Any) -> int:
    return len(value) if isinstance(value, memoryview | str) else 0


def _address(value: Any) -> tuple[str, int | None]:
    """Host and port of an address: ``[host, port, ...]``, or that in a dictionary, as versions before 1 wrote it."""
    if isinstance(value, dict):
        value = value.get("address")
    if not isinstance(value, list) or len(value) < 2:
        return "", None
    port = _whole(value[1])
    return _text(value[0], 300), port if port < 1 << 16 else None


def _first_address(connection: dict[str, Any], *names: str) -> tuple[str, int | None]:
    for name in names:
        host, port = _address(connection.get(name))
        if host:
            return host, port
    return "", None


def _peers(state: dict[str, Any]) -> tuple[Peer, str, int | None, str]:
    """The client, and the server's address, port and name."""
    client, server = _part(state, "client_conn"), _part(state, "server_conn")
    host, port = _first_address(server, "peername", "ip_address", "peer_address")
    name, named_port = _first_address(server, "address")
    ip = host if _is_address(host) else name if _is_address(name) else ""
    client_ip, client_port = _first_address(client, "peername", "address")
    return (
        Peer(client_ip.removeprefix("::ffff:"), client_port),
        ip,
        port or named_port,
        "" if _is_address(name) else name,
    )


def _is_address(host: str) -> bool:
    return ":" in host or (bool(host) and host.replace(".", "").isdigit())


def _tls(state: dict[str, Any]) -> FlowTls | None:
    client, server = _part(state, "client_conn"), _part(state, "server_conn")
    error = _text(_part(state, "error").get("msg"), 300)
    refused = error if error.lower().startswith(_TLS_FAILED) else ""
    version = _text(server.get("tls_version"), 20) or _text(client.get("tls_version"), 20)
    sni = _text(client.get("sni"), 300) or _text(server.get("sni"), 300)
    alpn = _text(client.get("alpn"), 50) or _text(client.get("alpn_proto_negotiated"), 50)
    if not (version or sni or refused):
        return None
    return FlowTls(
        version=version.replace("TLSv1_", "TLSv1."),
        sni=hostname(sni),
        alpn=(alpn,) if alpn else (),
        refused_by_client=refused,
    )


def _message(message: dict[str, Any]) -> ExchangeMessage:
    pairs = message.get("headers")
    headers = tuple(
        (_text(pair[0], 300), _text(pair[1], 8192))
        for pair in (pairs[:_MAX_HEADERS] if isinstance(pairs, list) else [])
        if isinstance(pair, list) and len(pair) == 2
    )
    return ExchangeMessage(headers, _bytes(message.get("content"), BODY_BYTES))


def _exchange(state: dict[str, Any]) -> HttpExchange:
    request, response = _part(state, "request"), _part(state, "response")
    client, ip, port, _ = _peers(state)
    asked, answered = _message(request), _message(response)
    host, host_port = _text(request.get("host"), 300), _whole(request.get("port"))
    scheme = _text(request.get("scheme"), 10) or ("https" if host_port == 443 else "http")
    tls = _tls(state)
    header = next((value for name, value in asked.headers if name.lower() == "host"), "")
    names = (header or _text(request.get("authority"), 300)).partition(":")[0], tls.sni if tls else ""
    # A transparent proxy knows only the address; the name is in the request or the handshake.
    named = next((name for name in names if hostname(name) and not _is_address(name)), "")
    shown = named if _is_address(host) and named else host
    method, path = _text(request.get("method"), 32), _text(request.get("path")) or "/"
    if method == "CONNECT":
        scheme, path = "https", "/"
    start = _number(request.get("timestamp_start"))
    end = max(_number(response.get("timestamp_end")), _number(request.get("timestamp_end")), start)
    return HttpExchange(
        method=method,
        url=f"{scheme}://{_bracketed(shown)}{f':{host_port}' if host_port else ''}{path if path[:1] == '/' else '/'}",
        request=asked,
        status=_whole(response.get("status_code")) or _whole(response.get("code")),
        response=answered,
        client=client,
        server_ip=ip or (host if _is_address(host) else ""),
        server_port=host_port or port,
        start=start,
        seconds=end - start,
        bytes_out=_weight(asked) + _size(request.get("content")),
        bytes_in=_weight(answered) + _size(response.get("content")),
        tls=tls,
        websocket=tuple(_frames(_part(state, "websocket").get("messages"))),
        content=_content(state),
    )


def _content(state: dict[str, Any]) -> ContentState:
    """Whether the request reached no server: there is an error, no response, and no connection to the server."""
    error, server = _text(_part(state, "error").get("msg"), 300), _part(state, "server_conn")
    connected = any(server.get(name) for name in _CONNECTED)
    if not error or connected or isinstance(state.get("response"), dict):
        return ContentState.UNKNOWN
    return ContentState.REFUSED if OUTSIDE_DESTINATIONS in error else ContentState.NOT_SENT


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _weight(message: ExchangeMessage) -> int:
    return sum(len(name) + len(value) + 4 for name, value in message.headers)


def _frames(messages: Any) -> Iterator[tuple[str, bytes]]:
    """Direction and data of WebSocket messages: ``[opcode, from_client, content, ...]``."""
    for item in messages[:_MAX_MESSAGES] if isinstance(messages, list) else []:
        if isinstance(item, list) and len(item) >= 3:
            yield "out" if item[1] is True else "in", _bytes(item[2], BODY_BYTES)


def _old_websocket(path: str, state: dict[str, Any]) -> SampledFlow | None:
    """Before version 7, WebSocket messages were a separate flow, without the upgrade request."""
    client, ip, port, name = _peers(state)
    tls = _tls(state)
    host = name or (tls.sni if tls else "") or ip
    exchange = HttpExchange(
        method="GET",
        url=f"{'wss' if tls else 'ws'}://{_bracketed(host)}/",
        request=ExchangeMessage(),
        client=client,
        server_ip=ip,
        server_port=port,
        tls=tls,
        websocket=tuple(_frames(state.get("messages"))),
    )
    return flow_of(path, exchange)


def _stream(path: str, state: dict[str, Any], kind: str) -> SampledFlow | None:
    """A TCP or UDP flow: a sequence of ``[from_client, content, timestamp]``."""
    client, ip, port, name = _peers(state)
    if not ip and not name:
        return None
    sides: dict[bool, list[bytes]] = {True: [], False: []}
    sizes: dict[bool, int] = {True: 0, False: 0}
    counts: dict[bool, int] = {True: 0, False: 0}
    times: list[float] = []
    messages = state.get("messages")
    for item in messages if isinstance(messages, list) else []:
        if not isinstance(item, list) or len(item) < 3:
            continue
        way = item[0] is True
        if sizes[way] < FIRST_BYTES:
            sides[way].append(_bytes(item[1], FIRST_BYTES - sizes[way]))
        sizes[way] += _size(item[1])
        counts[way] += 1
        times.append(_number(item[2]))
    tls = _tls(state)
    found = recognise(ConnectionStart(b"".join(sides[True]), b"".join(sides[False]), port, kind))
    named = hostname_of_url(name) or (tls.sni if tls else "")
    start = _number(_part(state, "client_conn").get("timestamp_start")) or min(times, default=0.0)
    flow = Flow(
        path=path,
        app=None,
        client=client,
        server=Server(ip=ip, port=port, name=named, name_from=_name_from(tls, named)),
        transport=kind,
        protocol=found.protocol if found else "tls" if tls else "",
        evidence=FlowEvidence.PAYLOAD if found or tls else FlowEvidence.NONE,
        confidence=found.confidence if found else 0.9 if tls else 0.0,
        encrypted=bool(tls) or (found.encrypted if found else None),
        tls=tls,
        bytes_out=sizes[True],
        bytes_in=sizes[False],
        packets_out=counts[True],
        packets_in=counts[False],
        start=start,
        end=max(times, default=start),
        detail=found.detail if found else "",
    )
    if found is None or not found.samples:
        return SampledFlow(flow)
    return SampledFlow(replace(flow, whole=max(sizes.values()) <= evidence.SAMPLE_BYTES), found.samples)


def _name_from(tls: FlowTls | None, name: str) -> NameSource:
    if not name:
        return NameSource.NONE
    return NameSource.SNI if tls and tls.sni == name else NameSource.LOG


def _dns(path: str, state: dict[str, Any]) -> SampledFlow | None:
    """A DNS flow; the queried name is its detail."""
    client, ip, port, name = _peers(state)
    request = _part(state, "request")
    questions = request.get("questions")
    asked = (
        [_text(item.get("name"), 300) for item in questions if isinstance(item, dict)]
        if isinstance(questions, list)
        else []
    )
    start = _number(request.get("timestamp"))
    flow = Flow(
        path=path,
        app=None,
        client=client,
        server=Server(
            ip=ip, port=port or 53, name=hostname_of_url(name), name_from=NameSource.LOG if name else NameSource.NONE
        ),
        transport="udp",
        protocol="dns",
        evidence=FlowEvidence.PAYLOAD,
        confidence=0.99,
        encrypted=False,
        tls=None,
        bytes_out=None,
        bytes_in=None,
        packets_out=1,
        packets_in=1 if isinstance(state.get("response"), dict) else 0,
        start=start,
        end=start,
        detail=" ".join(name for name in asked[:8] if name)[:240],
    )
    return SampledFlow(flow)
