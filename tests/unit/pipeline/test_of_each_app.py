"""What a run says of one app is the same whichever other apps are in the run."""

import zipfile
from collections.abc import AsyncIterator, Iterable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.inline_engine import quiet
from tieback.backends.candidates import requested_bases
from tieback.backends.neighbours import neighbour_candidates
from tieback.backends.pivot import Lead, Pivot
from tieback.model.backend import Backend, Candidate
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.figure import exact
from tieback.model.flow import HostHint
from tieback.model.grant import Depth, Grant, Limits, TargetRule
from tieback.model.probe import Access, Container, Entry, Identity, Outcome, ProbeReport, Proof
from tieback.model.report.document import Report
from tieback.pipeline.conclude import routes_by_target
from tieback.pipeline.mapping.api_leads import apis_of
from tieback.pipeline.probing import probe_run
from tieback.pipeline.probing.candidates import Candidates, target_label
from tieback.pipeline.scan import ScanRequest, run_scan
from tieback.report.texts.routes import own_routes, way_text, way_words
from tieback.scope.rules import blocks_of
from tieback.storage.lake.tables.apps import AppEndpoint

pytestmark = pytest.mark.usefixtures("worker_processes")

NAMES = {
    "store": ("mongodb://api.workhub.test:27017",),
    "api": ("https://api.workhub.test/v1",),
    "root": ("http://api.workhub.test", "https://www.workhub.test/"),
    "search": ("http://api.workhub.test:9200/orders/_search",),
}
"""What each app names. Some name a store that is behind the API of the others, or the same API by another URL."""
HOSTS = {"api.workhub.test": "127.0.7.1", "www.workhub.test": "127.0.7.2"}
GRANT = Grant(
    "Security office",
    "security@example.org",
    date(2999, 1, 1),
    target=(TargetRule("127.0.7.0/30", "any", Depth.DESCRIBE, neighbours=True),),
    hosts={**HOSTS},
    limits=Limits(connects_per_second=0.0),
)
PROOFS = (Proof("first", "answers", Access.OPEN), Proof("second", "lists", Access.OPEN))
OPEN = {27017: "mongodb", 9200: "elasticsearch", 6379: "redis"}


def answer(one: Candidate) -> ProbeReport:
    """An open store at three ports of each address; one of them has 33 points, and medium starts at 35."""
    address = HOSTS.get(one.host, one.host)
    if one.port not in OPEN or not address.startswith("127.0.7."):
        return ProbeReport(target_label(one), Outcome.REFUSED)
    return ProbeReport(
        target_label(one),
        Outcome.OK,
        Access.PARTIAL if one.port == 6379 else Access.OPEN,
        proofs=PROOFS,
        product=OPEN[one.port],
        address=f"{address}:{one.port}",
        identity=Identity(f"{address}:{one.port}", "vendor_id"),
        entry=Entry.ANONYMOUS,
        containers=(Container(("orders",), "collection", records=exact(1, "count"), bytes=exact(10**12, "size")),),
    )


async def instead(candidates: Iterable[Candidate], *_: Any) -> AsyncIterator[tuple[Candidate, ProbeReport]]:
    for one in candidates:
        yield one, answer(one)


def said(tmp_path: Path, apps: Iterable[str]) -> dict[str, Any]:
    """What one scan says of each app, by its name."""
    inputs = []
    for name in apps:
        path = tmp_path / f"{name}.apk"
        inputs.append(path)
        if not path.exists():
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("assets/www/app.js", "".join(f'fetch("{value}");\n' for value in NAMES[name]))
                archive.writestr("classes.dex", b"")
    place = tmp_path / "-".join(apps)
    with run_scan(ScanRequest(tuple(inputs), GRANT, place, workers=1), quiet) as done:
        assert done.failed == ()
        return {Path(one.path).stem: of_app(done.report, one.app.sha256) for one in done.report.apps.rows()}


def of_app(report: Report, key: str) -> dict[str, Any]:
    stores = [store for store in report.exposures() if key in {route.app_sha256 for route in store.routes}]
    own = {store.id: own_routes(store, key) for store in stores}
    values = {route.endpoint for store in stores for route in store.routes if route.app_sha256 == key}
    return {
        "routes": {store.id: {repr(one) for one in store.routes if one.app_sha256 == key} for store in stores},
        "shown": {place: (way_words(ways), [way_text(way) for way in ways]) for place, ways in own.items()},
        "rules": {one.rule for one in report.findings.rows() if key in one.apps},
        "severity": {store.id: store.severity for store in stores},
        "findings": {
            (
                one.rule,
                one.exposures,
                one.severity,
                tuple(line for line in one.evidence if line.split(": ")[0] in values),
            )
            for one in report.findings.rows()
            if key in one.apps
        },
    }


def test_what_is_said_of_an_app_does_not_depend_on_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe_run, "probe_all", instead)
    alone = {name: said(tmp_path, [name])[name] for name in NAMES}
    assert {name for name, found in alone.items() if "unauthenticated-behind-api" in found["rules"]} == {
        *("api", "root", "search")
    }
    together = said(tmp_path, NAMES)
    for name, found in alone.items():
        for what, expected in found.items():
            assert together[name][what] == expected, (name, what)


PORTS = {"elasticsearch": (9200,), "mongodb": (27017,)}
URLS = ("https://a.test", "https://a.test/v1", "http://a.test", "https://b.test", "http://a.test:9200/es/x/_search")
STORES = ("mongodb://a.test:27017", "mongodb://es.a.test:27017", "http://10.0.0.2:9200")
ADDRESSES = {"a.test": "10.0.0.1", "b.test": "10.0.0.2", "es.a.test": "10.0.0.3", "10.0.0.2": "10.0.0.2"}
APP = st.fixed_dictionaries(
    {
        "parties": st.dictionaries(st.sampled_from((*URLS, *STORES)), st.sampled_from(list(Party)), max_size=4),
        "requests": st.lists(st.sampled_from(("/es/x/_search", "/db/_design/y")), max_size=2, unique=True),
        "leads": st.lists(st.sampled_from((("a.test", "es.a.test"), ("b.test", "es.a.test"))), max_size=2, unique=True),
    }
)


def backend(value: str, party: Party) -> Backend:
    found = urlsplit(value)
    host, port = found.hostname or "", found.port or (443 if found.scheme == "https" else 80)
    kind = EndpointKind.URL if found.scheme.startswith("http") else EndpointKind.CONNECTION_STRING
    endpoint = Endpoint(kind, value, found.scheme, host, port, found.path)
    return Backend(endpoint, (ADDRESSES[host],), party=party)


def routes(apps: dict[str, dict[str, Any]]) -> dict[str, dict[str, set[str]]]:
    """The routes of each app to each target, as ``pipeline.scan`` makes them."""
    order = (Party.FIRST, Party.UNKNOWN, Party.THIRD, Party.PLATFORM)
    parties: dict[str, Party] = {}
    for value, party in (pair for app in apps.values() for pair in app["parties"].items()):
        parties[value] = min(parties.get(value, party), party, key=order.index)
    backends = [backend(value, party) for value, party in sorted(parties.items())]
    wanted = Candidates(backends, PORTS)
    wanted.add(neighbour_candidates(backends, blocks_of(BLOCK), PORTS))
    pivot = Pivot(PORTS, lambda _: False)
    for name, app in apps.items():
        own = dict.fromkeys((value for value in app["parties"] if value in URLS), app["requests"])
        wanted.add(requested_bases(backends, own), name)
        leads = [Lead(api, HostHint(host, None, "", "certificate"), f"{name}.pcap") for api, host in app["leads"]]
        wanted.add(pivot.follow(leads, apis_of(backends)), name)
    seen: dict[str, list[AppEndpoint]] = {}
    for name, app in apps.items():
        for value, party in app["parties"].items():
            seen.setdefault(value, []).append(AppEndpoint(name, value, "classes.dex", 1, "dex-string/url", party))
    found = routes_by_target(wanted.leading_to(map(target_label, wanted)), seen)
    told: dict[str, dict[str, set[str]]] = {name: {} for name in apps}
    for target, ways in found.items():
        for way in ways:
            told[way.app_sha256].setdefault(target, set()).add(repr(way))
    return told


BLOCK = msgspec.structs.replace(GRANT, target=(TargetRule("10.0.0.0/30", "any", Depth.DESCRIBE, neighbours=True),))


@settings(deadline=None)
@given(APP, APP)
@example(
    {"parties": {"https://a.test": Party.FIRST}, "requests": [], "leads": []},
    {"parties": {"mongodb://a.test:27017": Party.FIRST}, "requests": ["/es/x/_search"], "leads": []},
)
@example(
    {"parties": {"https://a.test": Party.THIRD}, "requests": [], "leads": []},
    {"parties": {"https://a.test": Party.FIRST}, "requests": [], "leads": [("a.test", "es.a.test")]},
)
def test_two_apps_have_the_routes_of_each(one: dict[str, Any], other: dict[str, Any]) -> None:
    together = routes({"one": one, "other": other})
    assert together == routes({"one": one}) | routes({"other": other})
