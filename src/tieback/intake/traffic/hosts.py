"""Connections with requests for several hosts: through a proxy, or with fields ``Host`` or ``:authority`` that change.

The bytes of each host are put together as if it had a connection of its own. Framing is that of RFC 9112, section 6;
HTTP/2 connections for several names are RFC 9113, section 9.1.1.
"""

from collections.abc import Sequence

import msgspec

from tieback.intake.traffic import http, http2
from tieback.intake.traffic.further import FurtherRequest
from tieback.intake.traffic.names import hostname
from tieback.intake.traffic.tunnels import read_target
from tieback.protocols.http1 import (
    MAX_HEAD,
    MalformedHttpError,
    content_length,
    field_value,
    head_end,
    join_chunks,
    status_line,
)

MAX_REQUESTS = 256
"""Requests of one connection that are examined; what follows belongs to the host of the last one."""
_LINE = 9 * 1024
"""Bytes that a start line may have."""
_EMPTY = frozenset({204, 304})

type _Key = tuple[str, str]
"""The end that a proxy is asked for, and the host."""


class HostBytes(msgspec.Struct):
    """What one connection carried for one host."""

    out: bytes = b""
    back: bytes = b""
    size_out: int | None = 0
    """Bytes of its requests, also of those that are only captured in part; ``None`` if unknown."""
    size_in: int | None = 0
    further: list[bytes] = []
    """Its requests behind the first bytes."""


class HostsOfConnection(msgspec.Struct, frozen=True):
    """The hosts of one connection."""

    hosts: tuple[HostBytes, ...]
    """In the order of their first requests; empty if all requests that were read are for one host."""
    requests_end: int
    """Bytes of the client with which all requests were read."""
    switched: bool
    """True if the connection changed to another protocol: no request follows."""


class _Message(msgspec.Struct, frozen=True, gc=False):
    """The place of a message: its end may be behind the bytes that were kept."""

    begin: int
    end: int | None
    """``None`` if unknown: what was kept ends, or is no message from there on."""
    key: _Key = ("", "")
    method: str = ""


def read_hosts(out: bytes, back: bytes, further: Sequence[FurtherRequest] = ()) -> HostsOfConnection | None:
    """What an HTTP/1 connection carried for each host; ``None`` if it is not through a proxy, and for one host.

    Args:
        out: first bytes of the client.
        back: first bytes of the server.
        further: requests behind ``out``.
    """
    requests = _requests(out)
    if not requests:
        return None
    later = [(begun[0].key, one) for one in further if (begun := _requests(one.data))]
    keys = {request.key for request in requests}.union(key for key, _ in later)
    if len(keys) == 1 and not requests[0].key[0]:
        return None
    answers, switched = _answers(back, requests)
    if switched:  # all that follows is the other protocol
        requests = requests[: len(answers)]
        requests[-1] = msgspec.structs.replace(requests[-1], end=None)
    several = len(keys) > 1
    found: dict[_Key, HostBytes] = {}
    for number, request in enumerate(requests if several else ()):
        one = found.setdefault(request.key, HostBytes())
        one.out += out[request.begin : request.end]
        one.size_out = _sum(one.size_out, request)
        answer = answers[number] if number < len(answers) else None
        one.back += back[answer.begin : answer.end] if answer is not None else b""
        one.size_in = _sum(one.size_in, answer)
    for key, message in later if several else ():
        one = found.setdefault(key, HostBytes())
        one.further.append(message.data)
        one.size_out = None if one.size_out is None or message.size is None else one.size_out + message.size
        one.size_in = None
    end = requests[-1].end
    return HostsOfConnection(tuple(found.values()), len(out) if end is None else end, switched)


def read_streams(out: bytes, back: bytes) -> list[tuple[str, list[bytes], list[bytes]]]:
    """The host, requests and responses of an HTTP/2 connection, in HTTP/1 form; the name of a host may be empty.

    Args:
        out: bytes from the client's preface on.
        back: bytes from the server's first frame on.
    """
    asked, answered = http2.read_messages(out), http2.read_messages(back)
    found: dict[str, tuple[list[bytes], list[bytes]]] = {}
    for stream, message in asked.items():
        requests, answers = found.setdefault(hostname(http.without_port(message.authority)), ([], []))
        requests.append(message.text)
        if stream in answered:
            answers.append(answered[stream].text)
    return [(name, *both) for name, both in found.items()]


def _sum(total: int | None, message: _Message | None) -> int | None:
    return None if total is None or message is None or message.end is None else total + message.end - message.begin


def _requests(out: bytes) -> list[_Message]:
    found: list[_Message] = []
    at = 0
    while at < len(out) and len(found) < MAX_REQUESTS:
        while out.startswith(b"\r\n", at):  # behind a body (RFC 9112, section 2.2)
            at += 2
        line = http.read_request(out[at : at + _LINE])
        if line is None:
            break
        begin = head_end(out, at)
        head = out[at:begin] if begin >= 0 else out[at : at + MAX_HEAD]
        host = hostname(http.request_host(line.method, line.target, head))
        if begin < 0 and (not host or _is_cut_inside_host(head, line.target)):
            return found  # what was kept ends before its host
        tunnel = read_target(http.HttpSummary(method=line.method, target=line.target))
        end = _end(out, begin, head, 0) if begin >= 0 else None
        found.append(_Message(at, end, (tunnel.place if tunnel else "", host), line.method))
        if end is None:
            return found
        at = end
    if found and at < len(out):
        found[-1] = msgspec.structs.replace(found[-1], end=None)
    return found


def _is_cut_inside_host(head: bytes, target: str) -> bool:
    return b"\n" not in head and "/" not in target.partition("://")[2]


def _answers(back: bytes, requests: list[_Message]) -> tuple[list[_Message], bool]:
    """The responses in the order of the requests, and whether the last one switches protocols."""
    found: list[_Message] = []
    at = first = 0
    while at < len(back) and len(found) < len(requests):
        line = status_line(back[at : at + _LINE])
        begin = head_end(back, at)
        if line is None:
            break
        request = requests[len(found)]
        if line.status < 200 and line.status != 101 and begin >= 0:
            at = begin  # an interim response belongs to the one that follows
            continue
        switched = line.status == 101 or (request.method == "CONNECT" and line.status < 300)
        empty = request.method == "HEAD" or line.status in _EMPTY
        end = None
        if begin >= 0 and not switched:
            end = begin if empty else _end(back, begin, back[at:begin], None)
        found.append(_Message(first, end))
        if end is None:
            return found, switched
        at = first = end
    if found and at < len(back):
        found[-1] = msgspec.structs.replace(found[-1], end=None)
    return found, False


def _end(data: bytes, begin: int, head: bytes, without: int | None) -> int | None:
    """Where a message ends, also if that is behind ``data``; ``None`` if unknown.

    Args:
        data: bytes of one direction.
        begin: end of its head.
        head: its start line and fields.
        without: length of a body that the head does not state.
    """
    if b"chunked" in field_value(head, b"transfer-encoding").lower():
        joined = join_chunks(data, begin, len(data))
        # Chunks that fill the data exactly may be cut.
        whole = joined is not None and (joined[1] < len(data) or data.endswith(b"0\r\n\r\n"))
        return joined[1] if joined is not None and whole else None
    stated = field_value(head, b"content-length")
    try:
        length = content_length([stated]) if stated else without
    except MalformedHttpError:
        return None
    return None if length is None else begin + length
