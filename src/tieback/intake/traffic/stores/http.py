"""Stores that speak HTTP/1: Elasticsearch and OpenSearch, CouchDB, InfluxDB, ClickHouse, etcd, Neo4j, Solr, ArangoDB.

The proofs of each product are in ``http.toml``: header lines, keys of the body, and paths. The response decides. A path
without a response is a weak sign, because web servers receive requests for any path.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import combine_confidence, sample_directions
from tieback.protocols.content_coding import CODINGS, decode_content
from tieback.protocols.http1 import field_value, head_end, join_chunks, request_line

METHODS = (b"GET ", b"POST ", b"PUT ", b"HEAD ", b"DELETE ", b"OPTIONS ", b"PATCH ")
_BODY = 4096
_HEADERS = 8192
_REQUEST = 2048
"""Bytes that are searched for a request line."""
_MOST_ANSWERS = 4


class _Store(msgspec.Struct, frozen=True):
    protocol: str
    name: str
    headers: tuple[bytes, ...]
    body: tuple[tuple[bytes, re.Pattern[bytes]], ...]
    path: re.Pattern[bytes]
    product: re.Pattern[bytes]


class _Rules(msgspec.Struct, frozen=True):
    stores: tuple[_Store, ...]
    any_path: re.Pattern[bytes]
    any_header: re.Pattern[bytes]
    of_pages: tuple[_Store, ...]
    """Stores that a body other than JSON may prove."""


_INFLATED_TYPES = (b"json", b"xml", b"plain")
"""Content types of store responses; pages, scripts and pictures are not worth inflating."""


class HttpStores:
    """Stores over HTTP, recognised by their responses."""

    name = "http"
    client_first = b"GPHDO"
    server_first = b"H"

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """The first store that the headers or bodies of the responses prove; else a path without any response."""
        client, server = opening.client, opening.server
        if client and not client.startswith(METHODS):
            return None
        if not server:
            return _by_path(client)
        if not server.startswith(b"HTTP/1."):
            return None
        rules = _rules()
        for head, body in _answers(server):
            store = _match(rules, head, body)
            if store is not None:
                fits = _path_fits(store, client)
                here = (1.0 if fits else 0.6) if client else None
                return ProtocolMatch(
                    store.protocol,
                    combine_confidence(here, 1.0),
                    detail=_product(store, head + b"\n" + body),
                    samples=sample_directions("http", [client], [server]),
                )
        return None


def _pattern(expression: str) -> re.Pattern[bytes]:
    return re.compile(expression.encode(), re.IGNORECASE | re.DOTALL)


@cache
def _rules() -> _Rules:
    tables = tomllib.loads(files(__package__).joinpath("http.toml").read_text(encoding="utf-8"))["store"]
    stores = tuple(
        _Store(
            table["protocol"],
            table["name"],
            tuple(b"\n" + header.encode() for header in table["headers"]),
            tuple((literal.encode(), _pattern(expression)) for literal, expression in table["body"]),
            _pattern(table["path"]),
            _pattern(table["product"]),
        )
        for table in tables
    )
    return _Rules(
        # OpenSearch's responses have most of Elasticsearch's keys: the more specific row is tried first.
        tuple(sorted(stores, key=lambda store: store.name != "OpenSearch")),
        _pattern("|".join(f"(?:{table['path']})" for table in tables)),
        re.compile(b"\n(?:" + b"|".join(re.escape(name[1:]) for store in stores for name in store.headers) + b")"),
        tuple(store for store in stores if any(literal[:1] not in b'"{' for literal, _ in store.body)),
    )


def _answers(server: bytes) -> list[tuple[bytes, bytes]]:
    """Heads (lower case) and beginnings of bodies of the first responses."""
    found: list[tuple[bytes, bytes]] = []
    at = 0
    while len(found) < _MOST_ANSWERS:
        begin = head_end(server, at, _HEADERS)
        if begin < 0:
            found.append((server[at : at + _HEADERS].lower(), b""))
            break
        head = server[at:begin].lower()
        found.append((head, _text(head, server[begin : begin + _BODY])))
        at = server.find(b"HTTP/1.", begin)
        if at < 0:
            break
    return found


def _text(head: bytes, body: bytes) -> bytes:
    """The body without its chunks and its content coding, as far as it was captured."""
    if b"\ntransfer-encoding:" in head and b"chunked" in field_value(head, b"transfer-encoding"):
        joined = join_chunks(body, limit=_BODY)
        body = body if joined is None else joined[0]
    coding = field_value(head, b"content-encoding") if b"\ncontent-encoding:" in head else b""
    if coding not in CODINGS:
        return body
    if b"\ncontent-type:" in head and not any(word in head for word in _INFLATED_TYPES):
        return b""
    return decode_content(body, coding, _BODY) or b""


def _match(rules: _Rules, head: bytes, body: bytes) -> _Store | None:
    if rules.any_header.search(head) is not None:
        for store in rules.stores:
            if any(header in head for header in store.headers) or _proves(store, body):
                return store
    if body[:1] in {b"{", b"["}:
        return next((store for store in rules.stores if _proves(store, body)), None)
    if body[:1] in {b"C", b"<"}:
        return next((store for store in rules.of_pages if _proves(store, body)), None)
    return None


def _proves(store: _Store, body: bytes) -> bool:
    return any(literal in body and pattern.search(body) for literal, pattern in store.body)


def _path(client: bytes) -> bytes:
    line = request_line(client[:_REQUEST])
    return line.target.encode("latin-1") if line else b""


def _path_fits(store: _Store, client: bytes) -> bool:
    return bool(client) and store.path.search(_path(client)) is not None


def _by_path(client: bytes) -> ProtocolMatch | None:
    """A request without its response: only a path that a single product has; the confidence is 0.4."""
    path = _path(client)
    rules = _rules()
    if not path or rules.any_path.search(path) is None:
        return None
    fits = [store for store in rules.stores if store.path.search(path)]
    protocols = {store.protocol for store in fits}
    if len(protocols) != 1:
        return None
    return ProtocolMatch(fits[0].protocol, combine_confidence(0.55, None), samples=sample_directions("http", [client]))


def _product(store: _Store, answer: bytes) -> str:
    found = store.product.search(answer)
    return f"{store.name} {found.group(1).decode('ascii', 'replace')}" if found else store.name
