"""Every store that speaks HTTP, as its pages say: at each depth, refused, and on a port that says nothing."""

import re
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from tests.each import each
from tests.examples import few
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes import PROBES, WEB_STORES
from tieback.probes.choose import order_probes
from tieback.probes.interface import Probe
from tieback.probes.playback import MemoryPeer, play
from tieback.scope.conversation import Target

STORES = sorted(path.stem for path in (Path(__file__).parent / "pages").glob("*.toml"))


def test_every_store_has_pages() -> None:
    assert {store.meta.name for store in WEB_STORES} == set(STORES)


@each("name", STORES)
def test_an_open_one(web: Any, name: str) -> None:
    expect = web.pages(name).expect
    played = web.ask(name)
    report: ProbeReport = played.result
    records = {c.name: c.records.value for c in report.containers if c.records is not None}
    sizes = {c.name: c.bytes.value for c in report.containers if c.bytes is not None}
    fields = {c.name: [field.name for field in c.fields] for c in report.containers if c.fields}
    assert (report.outcome, report.access) == (Outcome.OK, expect.access), report
    assert (report.product, report.version) == (expect.product, expect.version)
    assert (records, sizes, fields) == (expect.records, {**sizes, **expect.bytes}, {**fields, **expect.fields})
    assert expect.identity in ("", report.identity.key if report.identity else "")
    assert len(played.sent) == expect.requests
    assert report.probe == name
    assert {proof.asked for proof in report.proofs} <= {
        send.name for store in WEB_STORES if store.meta.name == name for send in store.meta.sends
    }


@each("name", STORES)
def test_no_deeper_than_allowed(web: Any, name: str) -> None:
    store = next(store for store in WEB_STORES if store.meta.name == name)
    for depth in Depth:
        for data in web.ask(name, depth=depth).sent:
            assert all(send.depth.rank <= depth.rank for send in store.meta.sends if send.matches(data))
    sent = [len(web.ask(name, depth=depth).sent) for depth in Depth]
    assert sent == sorted(sent)
    assert sent[0] <= 2
    assert sent[2] == sent[3]
    identified = web.ask(name, depth=Depth.IDENTIFY).result
    assert identified.containers == ()
    assert identified.access is not Access.OPEN
    assert not any(container.fields for container in web.ask(name, depth=Depth.ENUMERATE).result.containers)


@each("name", STORES)
def test_a_password_in_front_of_it(web: Any, name: str) -> None:
    refused = dict.fromkeys(web.pages(name).page, 401)
    report = web.ask(name, refused).result
    # On the usual port a refusal is worth a line, elsewhere it is another server's.
    assert (report.outcome, report.access, report.containers) == (Outcome.OK, Access.AUTH_REQUIRED, ())
    assert web.ask(name, refused, port=7).result.outcome is Outcome.PROTOCOL_MISMATCH


UNCLEAR = [
    b"Your IP address is not allowed",
    b"Invalid Host header - possible DNS rebinding attack detected",
    b"<html><head><title>403 Forbidden</title></head><body><center><h1>403 Forbidden</h1></center></body></html>",
    b"",
]
SPEAK_HTTP = [probe for probe in PROBES if probe.meta.web or {"http", "elasticsearch"} & set(probe.meta.services)]


@each("probe", SPEAK_HTTP, ids=lambda probe: probe.meta.name)
@each("body", UNCLEAR)
def test_a_403_that_names_no_product_is_no_login(probe: Probe, body: bytes) -> None:
    """A filter of addresses, a check of host names and a proxy give it as well, on the usual port of every store."""
    answer = b"HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    for port, service in ((probe.meta.ports[0], None), (8080, probe.meta.services[0])):
        # Names and keys, so that each probe has something to ask for.
        target = Target("h.example.org", port, service=service, names=("people",), resource="people")
        report = play(probe.run(target, Depth.DESCRIBE), MemoryPeer(lambda _sent: answer), probe.meta.sends).result
        assert not report.access.refused or report.undecided, report
        if probe.meta.name not in ("web", "mlflow"):
            assert report.product == "" or report.access is Access.UNKNOWN, report


def test_the_refusal_of_a_host_name_is_recognised_on_the_usual_port() -> None:
    body = UNCLEAR[1]
    answer = b"HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    peer = MemoryPeer(lambda _sent: answer)
    probes = [probe for probe in order_probes(None, 5000) if probe.meta.web or probe.meta.name == "web"]
    assert "docker_registry" in {probe.meta.name for probe in probes}
    found = [play(one.run(Target("h", 5000), Depth.DESCRIBE), peer, one.meta.sends).result for one in probes]
    assert {one.product for one in found if one.outcome is Outcome.OK} == {"mlflow"}


PLAIN = ["<html><h1>Welcome</h1></html>", '{"status":"ok"}', '{"version":"1.0"}', "[]", ""]


@each("name", STORES)
@each("body", PLAIN)
def test_another_http_server_is_another_protocol(web: Any, name: str, body: str) -> None:
    report = web.ask(name, dict.fromkeys(web.pages(name).page, body)).result
    assert (report.outcome, report.access) == (Outcome.PROTOCOL_MISMATCH, Access.UNKNOWN)


@each("name", STORES)
@each("status", [401, 403])
def test_identified_is_not_open(web: Any, name: str, status: int) -> None:
    """Whatever answers besides the identifying request, a refused listing is never open."""
    ask = next(f"{store.ask.verb} {store.ask.path}" for store in WEB_STORES if store.meta.name == name)
    asked = re.compile(re.sub(r"\\{[a-z]+\\}", "[^/ ]+", re.escape(ask)) + "( .*)?", re.DOTALL)
    refused = {key: status for key in web.pages(name).page if not asked.fullmatch(key)}
    report = web.ask(name, refused).result
    assert report.outcome is Outcome.OK
    assert report.access is not Access.OPEN
    # One request both identifies and lists; a Firebase root names values at the top.
    if name not in ("typesense", "firebase_rtdb", "directory_listing", "webdav"):
        assert not any(container.records for container in report.containers)


SHAPES = [
    # JSON that costs most memory for its length, as one answer to everything but the identifying request
    ("[", "[],"),
    ("[", "{},"),
    ('{"data":[', "[],"),
    ('{"results":[{"series":[', "{},"),
    ('{"results":[{"series":[{"values":[', "[],"),
    ('{"indexes":[', "{},"),
    ('{"nodes":[{"shards":[', '{"class":""},'),
    ("<ListBucketResult>", "<Key>a</Key>"),
]
MIB = 1024 * 1024


@pytest.mark.parametrize("name", few(STORES, 4))
def test_floods_are_bounded(web: Any, name: str) -> None:
    ask = next(f"GET {store.ask.path}" for store in WEB_STORES if store.meta.name == name)
    for start, unit in SHAPES:
        body = start + unit * (2 * MIB // len(unit))
        pages = {key: body for key in web.pages(name).page if key != ask}
        tracemalloc.start()
        report = web.ask(name, pages).result
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(report.containers) <= 5001
        assert report.access is not Access.OPEN or body.startswith("<")
        # The peer's own page as text, as bytes, in its answer and pending is part of the peak.
        assert peak < 16 * MIB + 4 * len(body)


LISTS = {
    # probe, the list, containers by name in its page: one that answers, one that is refused, one that does not exist
    "docker_registry": ("GET /v2/_catalog?n=100", "GET /v2/{}/tags/list"),
    "hdfs": ("GET /webhdfs/v1/?op=LISTSTATUS", "GET /webhdfs/v1/{}?op=GETCONTENTSUMMARY"),
    "solr": (
        "GET /solr/admin/cores?action=STATUS&indexInfo=true&wt=json",
        "GET /solr/{}/admin/luke?numTerms=0&show=index&wt=json",
    ),
    "couchdb": ("GET /_all_dbs", "GET /{}"),
}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    ("names", "access", "untested"),
    [
        ([], Access.UNKNOWN, ""),
        (["open"], Access.PARTIAL, " other than open"),
        (["open", "private"], Access.PARTIAL, " other than open, private"),
        (["private"], Access.AUTH_REQUIRED, " other than private"),
        (["gone"], Access.NOT_FOUND, " other than gone"),
    ],
)
def test_containers_that_the_app_names_after_a_refused_list(
    web: Any, name: str, names: list[str], access: Access, untested: str
) -> None:
    listing, one = LISTS[name]
    pages = web.pages(name)
    known = next(key for key in pages.expect.records if pages.expect.records[key] and one.format(key) in pages.page)
    change = {
        listing: 403,
        one.format("open"): pages.page[one.format(known)],
        one.format("private"): 403,
        one.format("gone"): 404,
    }
    report = web.ask(name, change, names=names).result
    counted = [container.records.value for container in report.containers if container.records is not None]
    assert (report.outcome, report.access) == (Outcome.OK, access)
    assert counted == ([pages.expect.records[known]] if access is Access.PARTIAL else [])
    assert [clause.partition(" other")[1] + clause.partition(" other")[2] for clause in report.untested] == [untested]
    assert any(line.endswith("and no name of one is known") for line in report.problems) is not bool(names)
