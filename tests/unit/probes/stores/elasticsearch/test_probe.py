from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.figure import Quality
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play, recorded_answers
from tieback.probes.stores.elasticsearch.probe import ElasticsearchProbe, valid_name
from tieback.probes.wire.http import segment
from tieback.scope.conversation import Target

PROBE = ElasticsearchProbe()
ROOT = b'{"version":{"number":"8.9.0","lucene_version":"9"},"cluster_uuid":"Zj3BsmMMTX2Gn4nNZpUeeA"}'
ROWS = b'[{"index":"people","uuid":"u1","docs.count":"12","pri.store.size":"900"},{"index":".own","docs.count":"5"}]'


def http(body: bytes, status: int = 200, headers: bytes = b"") -> bytes:
    return b"HTTP/1.1 %d x\r\n%bContent-Length: %d\r\n\r\n%b" % (status, headers, len(body), body)


def ask(
    answers: dict[bytes, bytes], depth: Depth = Depth.DESCRIBE, port: int = 9200, names: tuple[str, ...] = ()
) -> PlaybackResult[ProbeReport]:
    """Ask a server that gives the answer of the first path that a request starts with, else 404."""

    def answer(sent: bytes) -> bytes:
        path = sent.split(b" ")[1]
        return next((body for start, body in answers.items() if path.startswith(start)), http(b"{}", 404))

    return play(PROBE.run(Target("127.0.0.1", port, names=names), depth), MemoryPeer(answer), PROBE.meta.sends)


OPEN = {
    b"/_cat": http(ROWS),
    b"/_cluster/stats": http(b'{"indices":{"count":2}}'),
    b"/people/_count": http(b'{"count":7}'),
    b"/people/_mapping": http(b'{"people":{"mappings":{"properties":{"email":{"type":"keyword"}}}}}'),
    b"/": http(ROOT),
}


def test_an_open_one() -> None:
    played = ask(OPEN)
    report = played.result
    people, own = report.containers
    assert (report.access, report.product, report.version) == (Access.OPEN, "elasticsearch", "8.9.0")
    assert report.identity is not None
    assert report.identity.key == "elasticsearch:cluster_uuid:Zj3BsmMMTX2Gn4nNZpUeeA"
    assert people.records is not None
    assert (people.records.value, people.records.quality) == (7, Quality.EXACT)
    assert people.bytes is not None
    assert people.bytes.value == 900
    assert [field.name for field in people.fields] == ["email"]
    assert own.system
    assert not any(b".own" in sent for sent in played.sent)


REFUSED = http(
    b'{"error":{"root_cause":[{"type":"illegal_argument_exception"}],"type":"illegal_argument_exception",'
    b'"reason":"request [/_cat/indices] contains unrecognized parameter: [expand_wildcards]"},"status":400}',
    400,
)
# GET / and a typed mapping as each version's reference shows them; not yet verified against the real servers.
LUCENE = {
    "1.7.6": b"4.10.4",
    "2.4.6": b"5.5.4",
    "5.6.16": b"6.6.1",
    "6.8.23": b"7.7.3",
    "7.6.2": b"8.4.0",
    "9.1.0": b"10",
}
ROOTS = {
    version: b'{"name":"Wolverine","cluster_name":"es","version":{"number":"%b","lucene_version":"%b"},'
    b'"tagline":"You Know, for Search"}' % (version.encode(), lucene)
    for version, lucene in LUCENE.items()
}
TYPED = http(b'{"people":{"mappings":{"person":{"properties":{"email":{"type":"string"}}}}}}')


@each("version", LUCENE)
def test_versions_from_1_to_9(version: str) -> None:
    major, minor, _ = map(int, version.split("."))
    strict = (5, 0) <= (major, minor) < (7, 7)
    answers = {
        **({b"/_cat/indices?format=json&bytes=b&expand_wildcards": REFUSED} if strict else {}),
        **OPEN,
        **({b"/people/_mapping": TYPED} if major < 7 else {}),
        b"/": http(ROOTS[version]),
    }
    report = ask(answers).result
    people = report.containers[0]
    assert (report.access, report.product, report.version) == (Access.OPEN, "elasticsearch", version)
    assert people.records is not None
    assert (people.records.value, [field.name for field in people.fields]) == (7, ["email"])


STATES = [
    # what differs, access
    ({b"/": http(b"{}", 401, b'WWW-Authenticate: Basic realm="security"\r\n')}, Access.AUTH_REQUIRED),
    ({b"/": http(b'{"error":{"type":"cluster_block_exception"}}', 403)}, Access.LOCKED),
    ({b"/": http(b"User: anonymous is not authorized to perform: es:ESHttpGet", 403)}, Access.AUTH_REQUIRED),
    ({b"/_cat": http(b"{}", 401)}, Access.UNKNOWN),
    ({b"/_cat": http(b"[]"), b"/_cluster/stats": http(b'{"indices":{"count":0}}')}, Access.OPEN_EMPTY),
    ({b"/_cat": http(b"[]")}, Access.SCHEMA_ONLY),
    ({b"/_cat": http(b"[]"), b"/_cluster/stats": http(b"{}", 403)}, Access.SCHEMA_ONLY),
    ({b"/_cat": http(b"nonsense")}, Access.UNKNOWN),
    ({b"/people/_count": http(b"{}", 403)}, Access.SCHEMA_ONLY),
    ({b"/people/_count": http(b'{"count":0}')}, Access.OPEN_EMPTY),
    ({b"/_cluster/stats": http(b"{}", 403), b"/_cluster/health": http(b'{"status":"green"}')}, Access.OPEN),
]


NGINX = http(b"<html>401 Authorization Required</html>", 401, b'WWW-Authenticate: Basic realm="Restricted"\r\n')


@pytest.mark.parametrize(
    ("port", "outcome", "access"),
    [(9200, Outcome.OK, Access.AUTH_REQUIRED), (8443, Outcome.PROTOCOL_MISMATCH, Access.UNKNOWN)],
)
def test_proxy_that_requires_a_password_names_no_product(port: int, outcome: Outcome, access: Access) -> None:
    peer = MemoryPeer(recorded_answers([NGINX]))
    report = play(PROBE.run(Target("127.0.0.1", port), Depth.DESCRIBE), peer, PROBE.meta.sends).result
    assert (report.outcome, report.access, report.product, report.containers) == (outcome, access, "", ())


@each(("change", "access"), STATES)
def test_access_state_by_server_answers(change: dict[bytes, bytes], access: Access) -> None:
    report = ask({**OPEN, **change} if b"/" not in change else change).result
    assert (report.outcome, report.access) == (Outcome.OK, access)


NAMED = [
    # what differs, names in the app, access, records, what was not tested
    ({b"/_cat": http(b"{}", 401)}, ["people"], Access.PARTIAL, [7], ("names of indices other than people",)),
    ({b"/_cat": http(b"{}", 401)}, ["hr"], Access.AUTH_REQUIRED, [], ("names of indices other than hr",)),
    ({b"/_cat": http(b"{}", 401)}, ["gone"], Access.NOT_FOUND, [], ("names of indices other than gone",)),
    ({b"/_cat": http(b"{}", 401)}, ["../x", "_all", "a,b"], Access.UNKNOWN, [], ("names of indices",)),
    # A proxy that answers the root itself passes some indices on.
    ({b"/": http(b"<h1>shop</h1>")}, ["people"], Access.PARTIAL, [7], ("names of indices other than people",)),
    ({b"/": NGINX}, ["people"], Access.PARTIAL, [7], ("names of indices other than people",)),
    ({b"/": NGINX}, ["hr"], Access.AUTH_REQUIRED, [], ()),
]


@each(("change", "names", "access", "records", "untested"), NAMED)
def test_indices_that_the_app_names_are_counted(
    change: dict[bytes, bytes], names: list[str], access: Access, records: list[int], untested: tuple[str, ...]
) -> None:
    answers = {
        **{key: answer for key, answer in OPEN.items() if key != b"/"},
        b"/people/_count": http(b'{"count":7,"_shards":{"total":1}}'),
        b"/hr/_count": http(b"{}", 403),
        b"/gone/_count": http(b"{}", 404),
        **change,
    }
    answers.setdefault(b"/", OPEN[b"/"])
    report = ask(answers, names=tuple(names)).result
    counted = [container.records.value for container in report.containers if container.records is not None]
    assert (report.access, counted, report.untested) == (access, records, untested)


def test_another_http_server_is_another_protocol() -> None:
    assert ask({b"/": http(b"<html>")}).result.outcome is Outcome.PROTOCOL_MISMATCH
    assert ask({b"/": http(b"no", 401)}, port=8080).result.outcome is Outcome.PROTOCOL_MISMATCH
    # On the port of a search engine a password in front of it is worth a line.
    assert ask({b"/": http(b"no", 401)}).result.access is Access.AUTH_REQUIRED


@pytest.mark.parametrize(("depth", "requests"), [(Depth.IDENTIFY, 1), (Depth.ENUMERATE, 4), (Depth.DESCRIBE, 5)])
def test_no_deeper_than_allowed(depth: Depth, requests: int) -> None:
    assert len(ask(OPEN, depth).sent) == requests


def test_placeholder_is_not_an_identity() -> None:
    root = ROOT.replace(b"Zj3BsmMMTX2Gn4nNZpUeeA", b"_na_")
    identity = ask({**OPEN, b"/": http(root)}).result.identity
    assert identity is not None
    assert identity.kind == "fingerprint"


def test_the_recording_of_the_emulation(replay: Callable[..., Any]) -> None:
    report = replay(PROBE, "elasticsearch-open").result
    assert (report.access, report.product, report.version) == (Access.OPEN, "opensearch", "3.8.0")


NAMES = [
    ("people", True),
    (".ds-logs-2024.01.01-000001", True),
    ("größe", True),
    ("_all", False),
    ("-people", False),
    ("*", False),
    ("a,b", False),
    ("remote:people", False),
    ("<logs-{now/d}>", False),
    ("a/../b", False),
    ("..", False),
    ("a\nb", False),
    ("x" * 256, False),
    ("", False),
]


@each(("name", "valid"), NAMES)
def test_names(name: str, valid: bool) -> None:
    assert valid_name(name) is valid


def request(path: str) -> bytes:
    head = f"GET {path} HTTP/1.1\r\nHost: h\r\nUser-Agent: tieback/1\r\n"
    return (head + "Accept: application/json\r\nAccept-Encoding: identity\r\n\r\n").encode()


@given(st.text(min_size=1, max_size=30))
@settings(max_examples=examples(100), deadline=None)
def test_a_name_that_is_valid_is_declared_and_only_such(name: str) -> None:
    path = f"/{segment(name.encode('utf-8', 'replace').decode())}/_count"
    declared = any(send.matches(request(path)) for send in PROBE.meta.sends)
    if valid_name(name):
        assert declared


UNDECLARED = [
    "/_all/_count",
    "/%2A/_count",
    "/a%2Cb/_count",
    "/a%2F_count/_count",
    "/a%3Ab/_count",
    "/a/_search",
    "/a/_doc/1",
    "/a/b/_count",
    "/../_count",
    "/a/_count?q=x",
    "/_cluster/settings",
    "/_cat/indices",
]


@each("path", UNDECLARED)
def test_undeclared(path: str) -> None:
    for data in (request(path), request(path).replace(b"GET", b"DELETE")):
        assert not any(send.matches(data) for send in PROBE.meta.sends)
