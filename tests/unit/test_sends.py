"""What probes may send: only what reads, at the depth that the declaration says, and as the documentation tells.

The lists below are the whole of what tieback may say to a server. A new verb, command, statement or POST fails here
until someone has read its documentation and put it on the list.
"""

import re
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest

from tieback.probes import PROBES
from tieback.probes.interface import Probe
from tieback.scope.conversation import DeclaredSend

ROOT = Path(__file__).parents[2]

POSTS = {
    # probe, path, body: an API that reads by POST
    ("etcd", "/v3/kv/range", '{"key":"AA==","range_end":"AA==","count_only":true}'),
    ("etcd", "/v3/kv/range", '{"key":"AA==","range_end":"AA==","keys_only":true,"limit":50}'),
    ("etcd", "/v3/auth/status", "{}"),
    ("etcd", "/v3/maintenance/status", "{}"),
    ("milvus", "/v2/vectordb/collections/list", "{}"),
    ("neo4j", "/db/neo4j/query/v2", '{"statement":"MATCH (n) RETURN count(n) AS n","accessMode":"READ"}'),
    ("neo4j", "/db/neo4j/query/v2", '{"statement":"MATCH ()-[r]->() RETURN count(r) AS n","accessMode":"READ"}'),
    ("neo4j", "/db/neo4j/query/v2", '{"statement":"CALL db.propertyKeys()","accessMode":"READ"}'),
    ("hasura", "/v1/graphql", '{"query":"{__schema{queryType{fields{name}}}}"}'),
}
QUERIES = {
    # query parameter that carries a command, what its value may be
    "q": r"SHOW\+(?:DATABASES|MEASUREMENTS|SERIES\+EXACT\+CARDINALITY|FIELD\+KEYS|TAG\+KEYS)",
    "query": r"SELECT\+.*",
    "op": r"LISTSTATUS|GETCONTENTSUMMARY",
    "action": r"STATUS|LIST",
    "cmd": r"(?!)",
    "command": r"(?!)",
}
WRITING = re.compile(
    r"(?:^|[^a-z])(?:delete|drop|insert|update|create|put|write|flush|shutdown|restart|reload|reset|truncate|rename|restore"
    r"|compact|_bulk|_search|_doc|_source|_all_docs|_changes|_find|exec|eval|script|login|signin|setup)(?:[^a-z]|$)",
    re.IGNORECASE,
)
RESP = {b"PING", b"INFO", b"DBSIZE", b"SELECT", b"SCAN"}
MONGO = {
    *(b"hello", b"isMaster", b"buildInfo", b"getLog", b"listDatabases", b"dbStats", b"listCollections"),
    *(b"aggregate", b"collStats", b"listIndexes"),
}
STAGES = {b"$collStats", b"$limit", b"$project"}
OTHER_DOLLARS = re.compile(rb"\$(?:db|readPreference|cond|eq|type|map|objectToArray|this)|\$\$")
SQL = re.compile(
    r"SELECT [^;]+|SHOW transaction_read_only|SET SESSION TRANSACTION READ ONLY|START TRANSACTION READ ONLY"
    r"|SET SESSION max_(?:execution|statement)_time=[0-9]+"
)
SQL_FORBIDDEN = re.compile(
    r"\b(?:INTO|FOR UPDATE|FOR SHARE|LOCK|pg_read\w*|pg_ls\w*|lo_\w+|dblink\w*|pg_sleep|sleep|benchmark|load_file"
    r"|nextval|setval|set_config|pg_terminate\w*|pg_cancel\w*|query_to_xml|pg_reload\w*)\b",
    re.IGNORECASE,
)
SQL_FRAMES = {
    "mysql": {"SSLRequest", "login without a password", "empty answer of another plugin", "quit"},
    "postgresql": {"SSLRequest", "start without a password", "Terminate"},
}
"""Sends that carry no statement."""

ALL = [(probe, send) for probe in PROBES for send in probe.meta.sends]


def literal(pattern: bytes) -> bytes:
    """The bytes that an escaped pattern stands for; what varies in it stays as it is written."""
    return re.sub(rb"\\(.)", rb"\1", pattern, flags=re.DOTALL)


def problem_of_http(name: str, text: str) -> str:
    verb, rest = text.split(" ", 1)
    path, body = rest.partition(" HTTP/1.1")[0], rest.partition("\r\n\r\n")[2]
    if verb == "POST":
        return "" if (name, path, body) in POSTS else f"a POST that is not on the list: {path} {body}"
    if verb not in ("GET", "HEAD") or body:
        return f"the verb {verb}, or a body"
    # Places for names are patterns; none of their letters is part of the request.
    fixed = re.sub(r"\(\?.*?\)|\[[^\]]*\](?:\{[0-9,]+\}|[*+?])?|%\.\.", "", path)
    if found := WRITING.search(fixed):
        return f"{found[0]!r} in {path}"
    for part in path.partition("?")[2].split("&"):
        key, _, value = part.partition("=")
        if key in QUERIES and not re.fullmatch(QUERIES[key], value):
            return f"the command {part}"
    return ""


def problem_of_resp(data: bytes) -> str:
    words = re.findall(rb"\*[0-9]+\r?\n?(?:rn)?\$[0-9]+(?:\r\n|rn)([A-Z]+)", data)
    return "" if words and set(words) <= RESP else f"commands {words}"


def problem_of_mongo(data: bytes) -> str:
    first = re.search(rb"(?:\x10|\x02|\x01)([A-Za-z]+)\x00", data)
    if first is None or first[1] not in MONGO:
        return f"the command {first[1] if first else b''!r}"
    operators = set(re.findall(rb"(?<!\$)\$[A-Za-z]+", data))
    unknown = {one for one in operators - STAGES if not OTHER_DOLLARS.fullmatch(one)}
    return f"operators {unknown}" if unknown else ""


def problem_of_sql(probe: Probe, send: DeclaredSend, data: bytes) -> str:
    if send.name in SQL_FRAMES[probe.meta.name]:
        return ""
    start = data.find(b"\x03") + 1 if probe.meta.name == "mysql" else 5
    text = data[start:].rstrip(b"\0").decode()
    if not SQL.fullmatch(text) or SQL_FORBIDDEN.search(text):
        return f"the statement {text!r}"
    return ""


def problem(probe: Probe, send: DeclaredSend) -> str:
    """Why a send is not known to read, or empty."""
    data = literal(send.pattern)
    if re.match(rb"[A-Z]{3,10} [^\r]* HTTP/1\.1\r\n", data):
        return problem_of_http(probe.meta.name, data.decode())
    match probe.meta.name:
        case "redis":
            return problem_of_resp(data)
        case "mongodb":
            return problem_of_mongo(data)
        case "mysql" | "postgresql":
            return problem_of_sql(probe, send, data)
        case _:
            return "a protocol that this test cannot read"


@pytest.mark.parametrize(
    ("probe", "send"), ALL, ids=lambda one: one.name if isinstance(one, DeclaredSend) else one.meta.name
)
def test_every_declared_send_reads(probe: Probe, send: DeclaredSend) -> None:
    assert problem(probe, send) == ""


def http(line: str, body: str = "") -> bytes:
    return re.escape(f"{line} HTTP/1.1\r\nHost: h\r\n\r\n{body}".encode())


REFUSED = [
    ("elasticsearch", http("DELETE /people")),
    ("elasticsearch", http("PUT /people")),
    ("elasticsearch", http("POST /people/_search", "{}")),
    ("elasticsearch", http("GET /people/_search")),
    ("elasticsearch", http("GET /people", "{}")),
    ("couchdb", http("GET /people/_all_docs")),
    ("influxdb", http("GET /query?q=DROP+DATABASE+hr")),
    ("influxdb", http("GET /query?q=SELECT+*+FROM+people")),
    ("etcd", http("POST /v3/kv/put", '{"key":"AA=="}')),
    ("etcd", http("POST /v3/kv/range", '{"key":"AA=="}')),
    ("redis", re.escape(b"*1\r\n$8\r\nFLUSHALL\r\n")),
    ("redis", re.escape(b"*2\r\n$4\r\nKEYS\r\n$1\r\n*\r\n")),
    ("redis", re.escape(b"*1\r\n$4\r\nPING\r\n*1\r\n$8\r\nFLUSHALL\r\n")),
    ("mongodb", re.escape(b"\x00\x00\x00\x00\x02insert\x00")),
    ("mongodb", re.escape(b"\x00\x02aggregate\x00x\x00\x03$out\x00")),
    ("mysql", re.escape(b"\x01\0\0\0\x03DROP TABLE people")),
    ("mysql", re.escape(b"\x01\0\0\0\x03SELECT 1 INTO OUTFILE 'x'")),
    ("mysql", re.escape(b"\x01\0\0\0\x03SELECT 1; DROP TABLE people")),
    ("postgresql", re.escape(b"Q\0\0\0\x20SELECT pg_read_file('x')\0")),
    ("postgresql", re.escape(b"Q\0\0\0\x20UPDATE people SET a=1\0")),
]


@pytest.mark.parametrize(("name", "pattern"), REFUSED)
def test_what_writes_or_returns_records_would_be_noticed(name: str, pattern: bytes) -> None:
    probe = next(probe for probe in PROBES if probe.meta.name == name)
    assert problem(probe, DeclaredSend("new", pattern, "x"))


def test_the_page_of_the_documentation_is_current() -> None:
    loader = SourceFileLoader("what_tieback_sends", str(ROOT / "tools" / "what-tieback-sends"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    written = (ROOT / "docs" / "what-tieback-sends.md").read_text()
    assert written == module.page(), "run: python tools/what-tieback-sends"
