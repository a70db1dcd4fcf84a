"""Targets on the command line: host, ``host:port``, URL, CIDR block, and ranges of ports. Each is bounded.

The path of a URL of HTTP is used as in a scan: its names of containers are requested, and a store is also looked for
below the part that a reverse proxy may remove; if no rule knows that part, below the whole path.

Sources: RFC 3986 (URL; 3.2.2 for IPv6 in brackets), RFC 4632 (CIDR).
"""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from itertools import product
from urllib.parse import SplitResult, urlsplit

import msgspec

from tieback.backends.base_paths import MAX_BASES, is_base, suggest_bases
from tieback.backends.probe_hints import NO_PROBE_HINTS, WEB_SCHEMES, ProbeHints, endpoint_hints, url_endpoint
from tieback.model.backend import Candidate, Route
from tieback.model.count_text import count_text
from tieback.model.endpoint import Endpoint, EndpointKind, resource_advice
from tieback.model.errors import UsageError
from tieback.probes.choose import BUILT_IN, ProbeSet

MAX_EXPANDED = 65_536
"""Maximum targets of one argument: every port of a host, one port of a /16, or the usual ports of about a /23."""
_MAX_DIGITS = 5
ADVICE = "Write HOST, HOST:PORT, HOST:FROM-TO, [IPv6]:PORT, CIDR[:PORT] or a URL"

_SCHEMES: Mapping[str, tuple[str | None, int, bool | None]] = {
    "http": (None, 80, False),
    "https": (None, 443, True),
    "redis": ("redis", 6379, False),
    "rediss": ("redis", 6379, True),
    "mongodb": ("mongodb", 27017, None),
    "postgres": ("postgresql", 5432, None),
    "postgresql": ("postgresql", 5432, None),
    "mysql": ("mysql", 3306, None),
    "mariadb": ("mysql", 3306, None),
    "amqp": ("amqp", 5672, False),
    "amqps": ("amqp", 5671, True),
    "stomp": ("stomp", 61613, False),
    "mqtt": ("mqtt", 1883, False),
    "mqtts": ("mqtt", 8883, True),
    "ldap": ("ldap", 389, False),
    "ldaps": ("ldap", 636, True),
    "nats": ("nats_client", 4222, None),
    "memcached": ("memcached", 11211, None),
    "clickhouse": ("clickhouse_native", 9000, None),
    "bolt": ("bolt", 7687, None),
    "neo4j": ("bolt", 7687, None),
    "cassandra": ("cassandra", 9042, None),
}
"""Scheme of a URL: the store that it implies, its usual port, and whether it means TLS."""


class NamedTarget(msgspec.Struct, frozen=True):
    """A target of the command line."""

    candidate: Candidate
    derived: bool
    """True if the user named a host, block or range, and not this port of this host."""
    hints: ProbeHints = NO_PROBE_HINTS
    """The containers that a URL names there."""
    unused_path: str = ""
    """Path of a URL that is not probed: no store is looked for below it, and it names no container."""


def expand_target(text: str, probes: ProbeSet = BUILT_IN) -> Iterator[NamedTarget]:
    """Yield the targets that an argument names.

    Without a port: the usual ports of the stores of ``probes``. The number of targets is checked before the first.

    Raises:
        UsageError: the text is not a target, or names more than ``MAX_EXPANDED``.
    """
    if "://" in text:
        yield from _from_url(text)
        return
    host, ports = _split(text)
    block = _block(host, text)
    hosts = 1 if block is None else block.num_addresses
    wanted = _usual(probes) if ports is None else [(port, None) for port in _range(ports, text)]
    if hosts * len(wanted) > MAX_EXPANDED:
        _too_many(text, hosts, len(wanted), named=ports is not None)
    derived = ports is None or hosts > 1 or len(wanted) > 1
    for name, (port, service) in product([host] if block is None else map(str, block), wanted):
        yield NamedTarget(_candidate(name, port, service), derived)


def split_host(text: str) -> tuple[str, int | None]:
    """Return host and port of ``HOST[:PORT]``; no block, range or URL.

    Raises:
        UsageError: the text is something else.
    """
    host, port = _split(text)
    if "/" in host:
        raise UsageError("not a host", where=text, advice="Write HOST, HOST:PORT, or [IPv6]:PORT")
    return host, None if port is None else _port(port, text)


def _too_many(text: str, hosts: int, ports: int, *, named: bool) -> None:
    sizes = [count_text(hosts, "address", "addresses")] if hosts > 1 else []
    sizes.append(count_text(ports, "port") if named else f"the {count_text(ports, 'usual port')}")
    if hosts == 1:
        advice = "Name fewer ports"
    else:
        advice = "Name a smaller block" + (", or one port, such as 192.0.2.0/24:9200" if ports > 1 else "")
    targets = count_text(hosts * ports, "target")
    raise UsageError(
        f"{' with '.join(sizes)} are {targets}; one argument may name at most {MAX_EXPANDED:,}",
        where=text[:200],
        advice=advice,
    )


def _candidate(host: str, port: int, service: str | None, *, tls: bool | None = None) -> Candidate:
    return Candidate(host, port, service, Route.NAMED, (), "named on the command line", tls)


def _usual(probes: ProbeSet) -> list[tuple[int, str | None]]:
    return [(port, service) for service, ports in probes.store_ports().items() for port in ports]


def _split(text: str) -> tuple[str, str | None]:
    """Host or block, and the text after its colon; ``None`` without a colon."""
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise UsageError("missing closing bracket", where=text, advice=ADVICE)
        found: tuple[str, str | None] = (host, rest[1:] if rest else None)
    elif text.count(":") > 1:
        try:
            return str(ip_address(text)), None
        except ValueError:
            found = (text, None) if "/" in text else ("", None)
    else:
        host, colon, port = text.partition(":")
        found = (host, port if colon else None)
    if not found[0] or any(sign.isspace() for sign in text):
        raise UsageError("not a host", where=text, advice=ADVICE)
    return found


def _block(host: str, text: str) -> IPv4Network | IPv6Network | None:
    if "/" not in host:
        return None
    try:
        return ip_network(host, strict=False)
    except ValueError:
        raise UsageError("not a CIDR block", where=text, advice=ADVICE) from None


def _range(text: str, where: str) -> range:
    first, dash, last = text.partition("-")
    start, end = _port(first, where), _port(last if dash else first, where)
    if start > end:
        raise UsageError("the range of ports ends before it begins", where=where, advice=f"Write {end}-{start}")
    return range(start, end + 1)


def _port(text: str, where: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS else 0
    if not 0 < number <= 65535:
        advice = ". ".join(filter(None, (ADVICE, resource_advice(where))))
        raise UsageError(f"{text[:80]!r} is not a port", where=where[:200], advice=advice)
    return number


def _from_url(text: str) -> Iterator[NamedTarget]:
    try:
        url: SplitResult = urlsplit(text)
        host, port = url.hostname or "", url.port
    except ValueError:
        raise UsageError("not a URL", where=_unsecret(text), advice=ADVICE) from None
    if "@" in url.netloc:
        raise UsageError(
            "contains a user name or password; tieback never uses these",
            where=_unsecret(text),
            advice=f"Write {url.scheme}://{host}{f':{port}' if port else ''}",
        )
    scheme = _SCHEMES.get(url.scheme)
    if scheme is None:
        raise UsageError(
            f"no store is known for the scheme {url.scheme[:40]!r}", where=text[:200], advice="Write HOST:PORT"
        )
    if not host or "," in url.netloc or port == 0:
        raise UsageError("not one host and port", where=text[:200], advice="Write one HOST:PORT per server")
    service, usual, tls = scheme
    root = _candidate(host, port or usual, service, tls=tls)
    if url.scheme not in WEB_SCHEMES or url.path in ("", "/"):
        database = Endpoint(
            EndpointKind.CONNECTION_STRING, text, url.scheme, host, root.port, url.path.strip("/"), service
        )
        yield NamedTarget(root, False, endpoint_hints(database) if url.scheme not in WEB_SCHEMES else NO_PROBE_HINTS)
        return
    endpoint = url_endpoint(text)
    hints = endpoint_hints(endpoint)
    bases = {base.path: base.service for base in suggest_bases(endpoint.path)}
    if not bases and is_base(endpoint.path):
        bases[endpoint.path] = ""
    yield NamedTarget(root, False, hints, "" if bases or hints.names else url.path)
    for path, likely in list(bases.items())[:MAX_BASES]:
        below = msgspec.structs.replace(root, path=path, service=likely or None)
        yield NamedTarget(below, False, endpoint_hints(endpoint, path))


def _unsecret(text: str) -> str:
    """The URL without what may be a password, for an error."""
    scheme, _, rest = text.partition("://")
    return f"{scheme}://…@{rest.rpartition('@')[2]}"[:200]
