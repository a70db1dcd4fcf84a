"""Extract named values from cleartext samples: parameters, headers, JSON paths, columns. Bounded; never stored.

Sources: RFC 9112 (HTTP/1.1 messages), RFC 6265 (cookies), RESP (Redis), SQL INSERT. Values without a name are returned
too, so that they can be classified by content.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Protocol
from urllib.parse import unquote

from tieback.leaks.bodies import read_body, read_claims, read_coded, read_document, read_form, read_text
from tieback.leaks.logins import read_logins
from tieback.leaks.redis import read_resp
from tieback.leaks.sql import read_sql
from tieback.leaks.value import MAX_NAME, MAX_VALUES_PER_SAMPLE, SECRET, NamedValue, decode_text
from tieback.model.flow import CleartextSample
from tieback.protocols import bson
from tieback.protocols.http1 import HttpMessage, head_end, messages

type Reader = Callable[[bytes], Iterator[NamedValue]]

_SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-auth-token"}
)
_WITH_ADDRESS = frozenset({"location", "referer"})
_USUAL_HEADERS = frozenset({
    "accept", "accept-charset", "accept-encoding", "accept-language", "accept-ranges", "age", "allow", "alt-svc",
    "cache-control", "connection", "date", "etag", "expect", "expires", "host", "keep-alive", "last-modified", "link",
    "nel", "origin", "p3p", "pragma", "priority", "range", "report-to", "reporting-endpoints", "retry-after", "server",
    "server-timing", "strict-transport-security", "te", "trailer", "transfer-encoding", "upgrade",
    "upgrade-insecure-requests", "user-agent", "vary", "via", "warning", "www-authenticate", "x-cache",
    "x-content-type-options", "x-frame-options", "x-powered-by", "x-requested-with", "x-timer", "x-xss-protection",
    "traceparent", "tracestate", "b3", "x-cloud-trace-context", "x-amz-id-2", "x-runtime", "x-server", "x-hits",
    "x-via", "x-generator", "x-robots-tag", "x-ua-compatible", "x-dns-prefetch-control", "x-download-options", "x-cdn",
    "eagleid", "x-permitted-cross-domain-policies", "referrer-policy", "permissions-policy", "feature-policy",
    "timing-allow-origin", "x-varnish", "x-swift-cachetime", "x-swift-savetime", "proxy-connection", "x-language",
    "client-language", "ms-cv", "ms-cv-esp",
})  # fmt: skip
"""Headers with a fixed meaning, which never contain personal data."""
_USUAL_BEGINNINGS = ("access-control-", "content-", "if-", "sec-", "cf-", "x-amz-cf-", "x-cache-", "x-served-")
_SERVER_BEGINNINGS = (
    "x-backend-", "x-envoy-", "x-b3-", "x-varnish-", "x-akamai-", "akamai-", "x-edge-", "x-kong-", "x-ratelimit-",
    "x-rate-limit-", "ratelimit-", "x-request-", "x-correlation-", "x-trace-", "x-amzn-", "x-aspnet", "x-upstream-",
    "x-proxy-", "x-nws-", "x-hw-",
)  # fmt: skip
"""Headers of servers, caches and load balancers; they count only if the value has a mail address."""
_SERVER_ENDINGS = ("-rtt", "-duration", "-time", "-ms", "-count", "-version", "-request-id", "-trace-id", "-cache")
_TELLING_SEGMENT = re.compile(r"@|%40|\+|\d{7}|^[^.]{20}")
"""Only a path segment that matches can be personal data."""
_MAX_SEGMENTS = 16
MAX_COOKIES = 4096
"""Maximum characters of a header with cookies or a login that are examined: one cookie behind many long ones counts as
much, and two tokens may differ only at their ends."""

MAX_TOKEN = 8192
"""Maximum characters of a value that are searched for JSON Web Tokens: their claims can be long."""


class HeadMemory(Protocol):
    """What is known about header sections: most apps send the same one with every request."""

    def skips(self, section: bytes) -> bool:
        """True if the header section of a sample was read before, and nothing was found in it."""
        ...

    def was_read(self) -> None:
        """All values of this header section were returned."""
        ...


def read_values(sample: CleartextSample, memory: HeadMemory | None = None) -> Iterator[NamedValue]:
    """Named values of one sample, at most ``MAX_VALUES_PER_SAMPLE``; none if the sample cannot be parsed.

    Args:
        sample: of any kind.
        memory: decides which header sections are left out, of samples with one message of HTTP.
    """
    reader = _READERS.get(sample.kind, read_body)
    pairs = _http(sample.data, memory) if reader is _http else reader(sample.data)
    return islice(pairs, MAX_VALUES_PER_SAMPLE)


def _http(data: bytes, memory: HeadMemory | None = None) -> Iterator[NamedValue]:
    end = head_end(data)
    first = data.find(b"\n") + 1
    skips = memory is not None and end > 0 and memory.skips(data[first:end])
    if skips and end == len(data):
        yield from _of_target(HttpMessage(data[:first].rstrip(), (), b""))
        return
    read = list(messages(data))
    alone = len(read) == 1
    for message in read:
        yield from _of_target(message)
        if not (skips and alone):
            for name, value in message.headers:
                yield from _of_header(name, value)
            if memory is not None and alone:
                memory.was_read()
        yield from read_body(message.body, message.header("content-type").lower())


def _of_target(message: HttpMessage) -> Iterator[NamedValue]:
    """The query of a request, and path segments that may be personal data."""
    path, _, query = message.target.partition(b"?")
    if query:
        yield from read_form(query, "query")
    for number, segment in enumerate(path.split(b"/")[1:_MAX_SEGMENTS], start=1):
        text = decode_text(segment)
        if text.startswith("ey") and (coded := read_coded(text, f"path:{number}")):
            yield from coded
        elif text.startswith("ey"):
            yield from read_claims(decode_text(segment, MAX_TOKEN), f"path:{number}")
        elif _TELLING_SEGMENT.search(text):
            yield NamedValue(f"path:{number}", "", unquote(text))


def _of_header(name: str, value: bytes) -> Iterator[NamedValue]:
    if name in _SECRET_HEADERS:
        yield NamedValue(f"header:{name}", name, decode_text(value, MAX_COOKIES), form=SECRET)
        if "cookie" not in name:
            yield from read_claims(decode_text(value, MAX_TOKEN), f"header:{name}")
        if name == "authorization" and b'="' in value:
            yield from _parameters(value)
        if "cookie" in name:
            yield from _cookies(value.partition(b";")[0] if name == "set-cookie" else value)
    elif name in _WITH_ADDRESS:
        query = value.partition(b"?")[2]
        if query:
            yield from read_form(query, f"header:{name}")
    elif value and name not in _USUAL_HEADERS and not name.startswith(_USUAL_BEGINNINGS):
        if b"@" not in value and (name.startswith(_SERVER_BEGINNINGS) or name.endswith(_SERVER_ENDINGS)):
            return
        yield NamedValue(f"header:{name[:MAX_NAME]}", name[:MAX_NAME], decode_text(value))
        yield from read_claims(decode_text(value, MAX_TOKEN), f"header:{name[:MAX_NAME]}")


_PARAMETER = re.compile(rb"(?i)[ ,](deviceid|device_id|username)=\"([^\"]{1,256})\"")


def _parameters(value: bytes) -> Iterator[NamedValue]:
    """Who and what logs in with a scheme of names and values (RFC 9110, 11.4), such as that of RFC 7616."""
    for match in _PARAMETER.finditer(value[:2048]):
        name = decode_text(match[1]).lower()
        yield NamedValue(f"header:authorization.{name}", name, decode_text(match[2]))


def _cookies(value: bytes) -> Iterator[NamedValue]:
    for cookie in value.split(b";")[:64]:
        name, equals, content = cookie.strip().partition(b"=")
        if equals and content:
            text = decode_text(name)[:MAX_NAME]
            # A cookie's name is arbitrary (``NID``, ``sid``): the content decides.
            yield NamedValue(f"cookie:{text}", "", unquote(decode_text(content.strip(b'"'))), "cookie")
            yield from read_claims(decode_text(content, MAX_TOKEN), f"cookie:{text}")


def _mongodb(data: bytes) -> Iterator[NamedValue]:
    """BSON documents of a message, wherever they start: after the header, flags and section kind of OP_MSG."""
    for start in (21, 20, 0):
        try:
            document = bson.decode(data[start:])
        except bson.MalformedBsonError:
            continue
        # A driver identifies itself in its first command: names of software, not of people.
        yield from read_document({key: value for key, value in document.items() if key != "client"}, "document")
        return
    yield from read_text(data)


_READERS: dict[str, Reader] = {
    "http": _http,
    "redis": read_resp,
    "sql": read_sql,
    "mongodb": _mongodb,
    "other": read_logins,
}
