"""Hosts that a server's captured HTTP responses name: hints of what is behind the server.

No request is sent to provoke them. There are three sources:

- headers that proxies add for their operators (``X-Backend``, ``Via``, ...);
- headers that name other origins by design (CORS, CSP, ``Location``, ``Link``, ``Report-To``);
- bodies: connection strings, ``host:port`` in error pages and stack traces, and other names of the same domain.

RFC 9110, RFC 9112.
"""

import re
from collections.abc import Iterable, Iterator
from ipaddress import IPv6Address, ip_address
from itertools import islice

from tieback.model.flow import HostHint
from tieback.protocols.http1 import MAX_HEAD, head_end, header_fields

MAX_HINTS = 32
"""Most hints of one flow."""
_MAX_VALUE = 2048
_BACKEND = re.compile(
    r"(?:x-)?(?:[a-z]+-)*(?:backend|upstream|served-by|origin-server|real-server|forwarded-server|database|db)"
    r"(?:-(?:host|server|addr|address|url|name|node|ip|id))?|x-(?:server|host|node|origin)(?:-name)?|via|server-timing"
)
"""Headers that name a machine behind the responding one."""
ORIGINS = frozenset(
    {
        "access-control-allow-origin", "content-security-policy", "content-security-policy-report-only", "location",
        "content-location", "link", "report-to", "reporting-endpoints", "nel", "alt-svc", "refresh",
    }
)  # fmt: skip
"""Headers that name other origins. A text without a scheme is a path there."""
_SCHEMES = {
    "mongodb": "mongodb", "mongodb+srv": "mongodb", "postgres": "postgresql", "postgresql": "postgresql",
    "mysql": "mysql", "mariadb": "mysql", "redis": "redis", "rediss": "redis", "amqp": "amqp", "amqps": "amqp",
    "mqtt": "mqtt", "mqtts": "mqtt", "elasticsearch": "elasticsearch", "couchdb": "couchdb", "sqlserver": "mssql",
    "bolt": "bolt", "neo4j": "bolt", "cassandra": "cassandra", "clickhouse": "clickhouse", "kafka": "kafka",
    "nats": "nats", "ldap": "ldap", "ldaps": "ldap", "memcached": "memcached",
}  # fmt: skip
_TOKEN = re.compile(
    r"(?:(?<![a-z0-9])(?P<scheme>[a-z][a-z0-9+.-]{1,20})://(?:[^\s@/\"'<>]{0,256}@)?)?"
    r"(?<![a-z0-9_.-])(?P<host>\[[0-9a-f:.]{2,45}\]|(?:\*\.)?[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62})){1,8})"
    r"(?:/(?P<behind>\d{1,3}(?:\.\d{1,3}){3}))?(?::(?P<port>\d{1,5})(?!\d))?",
    re.IGNORECASE,
)
"""The origin of a URL, ``host:port``, a name, an address, or Java's ``name/address:port``."""

_SCHEME_MARK = re.compile("://")
_SCHEME = re.compile(r"[a-z][a-z0-9+]*$", re.IGNORECASE)
_PORT_MARK = re.compile(r":(\d{2,5})(?![\d:.])")
_MAX_MARKS = 256
_MAX_URL = 600
_MAX_HOST = 253
_IN_HOST = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")


def extract_hints(
    answers: Iterable[bytes], server: str, port: int | None, names: Iterable[str] = ()
) -> tuple[HostHint, ...]:
    """The hosts that a server's responses and its certificate name, each once, without the server itself.

    Args:
        answers: HTTP/1 messages from the server, as captured; they can be truncated.
        server: name of the server, or its address if it has no name.
        port: port of the server.
        names: names in the certificate.
    """
    found: dict[tuple[str, int | None], HostHint] = {}
    hosts: set[str] = set()
    kin = _kin(server)
    for hint in (*(hint for answer in answers for hint in _of_answer(answer, kin)), *_of_certificate(names, kin)):
        own = hint.host == server and hint.port in (None, port)
        if own or (hint.host, hint.port) in found or (hint.port is None and hint.host in hosts):
            continue
        hosts.add(hint.host)
        found[hint.host, hint.port] = hint
        if len(found) >= MAX_HINTS:
            break
    return tuple(found.values())


def _kin(server: str) -> str:
    """Suffix of the names in the same domain; one more label if the owner's domain has three labels; empty for an
    address.
    """
    return "." + ".".join(server.split(".")[-2:]) if "." in server and not _literal(server) else ""


def _of_certificate(names: Iterable[str], kin: str) -> Iterator[HostHint]:
    """Names in the same domain. The certificate of a shared front end also names other customers."""
    for name in names:
        host = _host(name.removeprefix("*.")) if kin and name.lower().endswith(kin) else ""
        if host:
            yield HostHint(host, None, "", "certificate")


def _of_answer(data: bytes, kin: str) -> Iterator[HostHint]:
    if not data.startswith(b"HTTP/"):
        return
    begin = head_end(data)
    head = data[:MAX_HEAD] if begin < 0 else data[:begin]
    for key, value in header_fields(head.partition(b"\n")[2]):
        bare = key not in ORIGINS
        if not bare or _BACKEND.fullmatch(key):
            yield from _tokens(value[:_MAX_VALUE].decode("latin-1"), f"header:{key}", bare=bare)
    if begin >= 0:
        yield from _of_body(data[begin:].decode("utf-8", "replace"), kin)


def _of_body(text: str, kin: str) -> Iterator[HostHint]:
    """Stores by their URL scheme, hosts with a port, and names in the server's domain. Other names are ignored: a page
    has many.

    Bodies are long, so the rare marks are searched first and the hosts are read around them.
    """
    for mark in islice(_SCHEME_MARK.finditer(text), _MAX_MARKS):
        scheme = _SCHEME.search(text, max(0, mark.start() - 20), mark.start())
        if scheme is not None and scheme[0].lower() in _SCHEMES:
            yield from _tokens(text[scheme.start() : mark.end() + _MAX_URL], "body", bare=True, most=1)
    for mark in islice(_PORT_MARK.finditer(text), _MAX_MARKS):
        port = int(mark[1])
        if port in (80, 443) or not 0 < port <= 65535:
            continue
        host, at = _before(text, mark.start())
        # Java writes ``name/address:port``.
        other = _before(text, at)[0] if text[at : at + 1] == "/" else ""
        for name in (_host(other), _host(host)):
            if name:
                yield HostHint(name, port, "", "body")
    lower, at, count = text.lower() if kin else "", 0, 0
    while kin and count < _MAX_MARKS and (at := lower.find(kin, at)) >= 0:
        end, count = at + len(kin), count + 1
        host, _ = _before(lower, at)
        at = end
        if host and not lower[end : end + 1].isalnum() and lower[end : end + 1] not in {"-", "_"}:
            name = _host(host + kin)
            if name:
                yield HostHint(name, None, "", "body")


def _before(text: str, end: int) -> tuple[str, int]:
    """The host text that ends here, and the position of the character before it."""
    at = end
    while at > max(0, end - _MAX_HOST) and text[at - 1] in _IN_HOST:
        at -= 1
    return text[at:end].strip("."), at - 1


def _tokens(text: str, where: str, *, bare: bool, most: int = MAX_HINTS) -> Iterator[HostHint]:
    for token in islice(_TOKEN.finditer(text), most):
        scheme = (token["scheme"] or "").lower()
        if not (bare or scheme or token["host"].startswith("*.")):
            continue
        port = int(token["port"]) if token["port"] else None
        if port is not None and not 0 < port <= 65535:
            continue
        for host in (token["host"].removeprefix("*."), token["behind"] or ""):
            name = _host(host)
            if name:
                yield HostHint(name, port, _SCHEMES.get(scheme, ""), where)


def _host(text: str) -> str:
    """A name or a canonical address; empty for numbers, versions and file names."""
    text = text.strip("[]").lower().removesuffix(".")
    if "." not in text and ":" not in text:
        return ""
    if ":" in text or text[-1:].isdigit():
        return _literal(text)
    labels = text.split(".")
    last = labels[-1]
    good = len(labels) > 1 and 1 < len(last) <= 63 and not last[0].isdigit() and last.replace("-", "").isalnum()
    return text if good and len(text) <= 253 and ":" not in text and last not in _FILES else ""


def _literal(text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address).partition("%")[0]


_FILES = frozenset(
    {
        "html", "htm", "js", "css", "json", "xml", "png", "jpg", "jpeg", "gif", "svg", "ico", "webp", "php", "jsp",
        "aspx", "java", "kt", "go", "rb", "py", "cs", "cpp", "class", "exe", "dll", "jar", "map", "txt", "pdf", "zip",
        "gz", "woff", "woff2", "ttf", "yml", "yaml", "toml", "sql", "log", "conf", "ini", "md", "ts", "jsx", "tsx",
        "vue", "exception", "error", "length", "prototype",
    }
)  # fmt: skip
"""Suffixes of files and of code in stack traces. Some are also top-level domains; hosts there are missed."""
