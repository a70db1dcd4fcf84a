"""Nothing leaks upward: every format of a cut report is searched for every text that its audience may not read."""

import io
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from datetime import date

import pytest
from msgspec.structs import replace

from tests.unit.report.conftest import (
    ACCOUNT,
    FIELDHAND,
    LANTERN,
    PARCELLO,
    REGISTER,
    RESOURCE,
    TILLROLL,
    WORKHUB,
    an_app,
    fieldhand_store,
    fleet_report,
    in_tables,
    probe,
    route,
    sighting,
    the_report,
    with_accounts,
    workhub_store,
)
from tieback.model.app import App
from tieback.model.backend import Attribution, Backend, Route
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.errors import UsageError
from tieback.model.exposure import SeverityFactor
from tieback.model.probe import Identity
from tieback.model.report.apps import AppSummary
from tieback.model.report.captures import ContactedServer, Encryption
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyIndex, LazyTable
from tieback.model.sighting import Problem
from tieback.model.vendor import Vendor
from tieback.report import by_name, renderers
from tieback.report.audience import Audience, audience_notes, audience_of, for_audience, not_before_text

OF_ACCOUNTS = (
    ACCOUNT,
    RESOURCE,
    "zq-",
    "sg-0zq",
    "210987654321",
    "your OpenSearch",
    "AND unencrypted",
    "prowler",
    "arn:aws",
)
"""What only the owner of the accounts may read."""
APPS = (FIELDHAND, WORKHUB, TILLROLL, PARCELLO, LANTERN)
FORMATS = [renderer.meta.name for renderer in renderers()]
OF_VENDORS = [
    pytest.param(
        app, name, id=f"{app.name}-{name}", marks=[pytest.mark.more] if name == "pdf" and app != FIELDHAND else []
    )
    for app in APPS
    for name in FORMATS
]
"""Of the PDF, which takes longest, one vendor: it is written from the same page as the HTML."""


def shared() -> Report:
    """Two vendors lead to one store, each by a name and address of its own; every line about it names both."""
    whole = the_report()
    store = fieldhand_store()
    mirror = route(PARCELLO, "mirror.parcello.test", 9201, "http://mirror.parcello.test:9201", "Parcello", 7, "x",
                   Route.PIVOT)  # fmt: skip
    store = replace(
        store,
        identity=Identity("opensearch:address:mirror.parcello.test:9201", "address"),
        routes=(*(one for one in store.routes if one.app_sha256 == FIELDHAND.sha256), mirror),
        targets=("es.fieldhand.test:9200", "mirror.parcello.test:9201"),
        addresses=("127.77.0.10:9200", "127.77.0.66:9201"),
        proofs=("GET / at es.fieldhand.test:9200: 200", "GET / at mirror.parcello.test:9201: 200"),
        factors=(*store.factors, SeverityFactor("apps", 5, "2 apps lead to it")),
        score=66,
    )
    others = [one for one in whole.exposures() if one.id != store.id]
    findings = [
        replace(
            one,
            apps=tuple(sorted((FIELDHAND.sha256, PARCELLO.sha256))),
            evidence=(*store.proofs, "127.77.0.66:9201 answered without TLS", "2 apps of Parcello AG name it"),
        )
        if store.id in one.exposures
        else one
        for one in whole.findings.rows()
    ]
    probes = [
        *whole.probes.rows(),
        replace(probe(store), target="mirror.parcello.test:9201", address="127.77.0.66", bytes_sent=7),
    ]
    return in_tables(
        whole,
        exposures=(store, *others),
        findings=findings,
        probes=LazyTable.of(probes),
        problems=(Problem("no verdict: timeout", "mirror.parcello.test:9201"), Problem("damaged", "lantern.apk")),
    )


def texts_of(whole: Report, app: App) -> Iterator[str]:
    """Everything by which an app and its maker can be known."""
    yield from (app.name, app.bundle_id, app.sha256, app.vendor)
    for row in whole.sightings.pick({app.sha256}):
        yield from (row.sighting.endpoint.host, row.path)
    for summary in whole.apps.pick({app.sha256}):
        yield summary.path
    for store in whole.exposures():
        own = [one for one in store.routes if one.app_sha256 == app.sha256]
        yield from (one.candidate.host for one in own)
        if own and len({one.app_sha256 for one in store.routes}) == 1:
            yield from (store.id, *store.addresses, *store.targets)
            yield from (container.path[-1] for container in store.containers)


def read(report: Report, name: str) -> str:
    if name == "pdf":
        pytest.importorskip("weasyprint", reason="the extra pdf is not installed")
        if shutil.which("pdftotext") is None:
            pytest.skip("pdftotext (Debian: poppler-utils) is not installed")
    out = io.BytesIO()
    by_name(name).render(report, out)
    if name != "pdf":
        return out.getvalue().decode()
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=out.getvalue(), capture_output=True, check=True)
    return done.stdout.decode().replace("\n", "")


@pytest.mark.parametrize(("own", "name"), OF_VENDORS)
def test_a_vendor_reads_of_no_other(own: App, name: str) -> None:
    whole = with_accounts(shared())
    told = read(for_audience(whole, Audience.VENDOR, own.vendor, register=REGISTER), name)
    for text in OF_ACCOUNTS:
        assert text not in told, text
    allowed = set(texts_of(whole, own))
    for other in APPS:
        for text in set(texts_of(whole, other)) - allowed:
            assert text not in told, (other.name, text)
    assert "127.77.0.66" not in told or own is PARCELLO
    assert "2 apps" not in told
    assert ".tieback/audit" not in told


@pytest.mark.parametrize("name", ["terminal", "html", "json", "markdown", "csv", "cyclonedx"])
def test_a_vendor_reads_of_itself(name: str) -> None:
    told = read(for_audience(shared(), Audience.VENDOR, " fieldhand MACHINERY ", register=REGISTER), name)
    for text in ("Fieldhand", "es.fieldhand.test", "opensearch"):
        assert text in told, text


def test_figures_of_a_vendor_are_its_own() -> None:
    cut = for_audience(shared(), Audience.VENDOR, FIELDHAND.vendor, register=REGISTER)
    assert (cut.headline.apps_analysed, cut.headline.apps_affected, cut.headline.stores_exposed) == (1, 1, 1)
    assert cut.headline.records.value == 1350
    assert (cut.apps.count, cut.quiet.count, cut.exposed.count, cut.answered.count, cut.ways) == (1, 0, 1, 0, (1, 0))
    (store,) = cut.exposed.rows()
    assert (store.targets, store.addresses) == (("es.fieldhand.test:9200",), ("127.77.0.10:9200",))
    assert [factor.factor for factor in store.factors] == ["access", "personal data"]
    assert store.score == sum(factor.points for factor in store.factors)
    assert store.proofs == ("GET / at es.fieldhand.test:9200: 200",)
    (finding,) = cut.findings.rows()
    assert (finding.apps, finding.evidence) == ((FIELDHAND.sha256,), ("GET / at es.fieldhand.test:9200: 200",))
    assert finding.severity is store.severity
    assert cut.scope is not None
    assert (cut.scope.targets_asked, cut.scope.bytes_sent) == (1, 612)
    assert cut.scope.contact == "security@example.test"
    assert [problem.where for problem in cut.problems.rows()] == []
    assert cut.findings.count == 1


RIVAL = an_app("f", "Rival", "com.rival.app", "3.1", "RivalCorp")
OF_WORKHUB = ("workhub", "Workhub", "127.77.0.20", "exp-workhub", "fnd-")


def rival(*, named: bool = True, backends: Sequence[Backend] = ()) -> Report:
    """The app of a rival leads to the store of Workhub: it names the store, or it was found at a name of its own."""
    whole, store = the_report(), workhub_store()
    port, host = int(store.targets[0].rpartition(":")[2]), store.targets[0].rpartition(":")[0]
    endpoint = f"mongodb://{host}:{port}" if named else "https://api.rival.test"
    way = route(RIVAL, host, port, endpoint, "classes.dex", 5, "x", Route.NAMED if named else Route.PIVOT)
    store = replace(store, routes=(*store.routes, way))
    findings = [
        replace(one, apps=(*one.apps, RIVAL.sha256)) if store.id in one.exposures else one
        for one in whole.findings.rows()
    ]
    rows = [
        sighting(RIVAL, endpoint, host if named else "api.rival.test", Party.FIRST),
        sighting(RIVAL, "https://www.rival.test", "www.rival.test", Party.FIRST),
    ]
    server = ContactedServer(
        "run.pcap", RIVAL.sha256, "Rival", RIVAL.bundle_id, host, port, store.addresses, ("tls",),
        Encryption.ENCRYPTED, ("TLSv1.3",), 1, 10, 10, (),
    )  # fmt: skip
    return in_tables(
        whole,
        apps=(*whole.apps.rows(), AppSummary(RIVAL, "rival.apk", 2, (store.id,), has_api=False)),
        exposures=(*(one for one in whole.exposures() if one.id != store.id), store),
        findings=findings,
        sightings=LazyIndex.by((*whole.sightings.rows(), *rows), lambda row: row.app_sha256),
        backends=LazyTable.of([*whole.backends.rows(), *backends]),
        problems=(Problem("no verdict: timeout", store.targets[0]),),
        servers=LazyTable.of([server, replace(server, host=store.addresses[0].rpartition(":")[0])]),
    )


WORKHUB_IN_REGISTER = (Vendor("v-workhub", WORKHUB.vendor, ("workhub.test",), signers=("b" * 64,)),)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("named", [True, False])
def test_a_vendor_whose_app_leads_to_the_store_of_another_party_reads_no_details(name: str, named: bool) -> None:
    cut = for_audience(rival(named=named), Audience.VENDOR, RIVAL.vendor, register=WORKHUB_IN_REGISTER)
    told = read(cut, name)
    store = workhub_store()
    details = {one.path[-1] for one in store.containers} | {*store.targets, *store.addresses, store.identity.key}
    for text in (*OF_WORKHUB, *details):
        assert text not in told, text


@pytest.mark.parametrize("name", ["terminal", "html", "json", "ndjson", "markdown", "csaf"])
def test_stores_of_other_parties_are_counted(name: str) -> None:
    cut = for_audience(rival(), Audience.VENDOR, RIVAL.vendor, register=WORKHUB_IN_REGISTER)
    assert "not described: 1 data store that the apps lead to, but another party answers for" in " ".join(
        read(cut, name).split()
    )
    assert audience_notes(cut, Audience.VENDOR) == [problem.what for problem in cut.problems.rows()]


def test_rows_of_a_vendor_without_the_store_of_another_party() -> None:
    cut = for_audience(rival(), Audience.VENDOR, RIVAL.vendor, register=WORKHUB_IN_REGISTER)
    assert (cut.exposed.count, cut.answered.count, cut.findings.count, cut.probes.count, cut.servers.count) == (0,) * 5
    assert (cut.headline.apps_affected, cut.headline.stores_exposed, cut.headline.records.value) == (0, 0, 0)
    assert cut.quiet.count == 0, "the app leads to a store"
    assert [row.sighting.endpoint.host for row in cut.sightings.rows()] == ["www.rival.test"]
    assert [summary.exposures for summary in cut.apps.rows()] == [()]


def test_a_store_below_a_path_hides_its_host_and_a_cloud_resource_does_not() -> None:
    whole = rival()
    (store,) = whole.exposed.pick({"exp-workhub"})
    *others, way = store.routes
    for more, hosts in (
        ({"path": "/db"}, ["www.rival.test"]),
        ({"resource": "r"}, ["api.other.test", "www.rival.test"]),
    ):
        candidate = replace(way.candidate, host="api.other.test", route=Route.PIVOT, **more)
        routes = (*others, replace(way, candidate=candidate, endpoint="https://api.other.test"))
        changed = replace(store, routes=routes, targets=("api.other.test:443/x",))
        rows = [sighting(RIVAL, f"https://{name}", name, Party.FIRST) for name in ("api.other.test", "www.rival.test")]
        cut = for_audience(
            in_tables(
                whole,
                exposures=(*(one for one in whole.exposures() if one.id != store.id), changed),
                sightings=LazyIndex.by(rows, lambda row: row.app_sha256),
            ),
            Audience.VENDOR,
            RIVAL.vendor,
            register=WORKHUB_IN_REGISTER,
        )
        assert (cut.exposed.count, [row.sighting.endpoint.host for row in cut.sightings.rows()]) == (0, hosts)


def test_the_owner_of_a_store_reads_its_details_and_not_whose_app_names_it() -> None:
    cut = for_audience(rival(), Audience.VENDOR, WORKHUB.vendor, register=WORKHUB_IN_REGISTER)
    assert [store.id for store in cut.exposed.rows()] == ["exp-workhub"]
    assert audience_notes(cut, Audience.VENDOR) == []
    assert "ival" not in read(cut, "json")


def test_the_evidence_graph_decides_without_a_register() -> None:
    host = workhub_store().targets[0].rpartition(":")[0]
    value = f"mongodb://{workhub_store().targets[0]}"
    claim = Attribution("owner", WORKHUB.vendor, "the certificate names it", 0.9)
    graph = Backend(
        Endpoint(EndpointKind.URL, value, "mongodb", host, 27017), owner=WORKHUB.vendor, attributions=(claim,)
    )
    cut = for_audience(rival(backends=[graph]), Audience.VENDOR, RIVAL.vendor)
    assert (cut.exposed.count, cut.backends.count) == (0, 0)
    assert for_audience(rival(backends=[graph]), Audience.VENDOR, WORKHUB.vendor).exposed.count == 1


def test_no_vendor_reads_details_of_a_store_whose_owner_is_not_known() -> None:
    for app in (RIVAL, WORKHUB):
        cut = for_audience(rival(), Audience.VENDOR, app.vendor)
        (note,) = audience_notes(cut, Audience.VENDOR)
        assert note == "not described: 1 data store that the apps lead to, and no evidence shows who answers for"
        assert cut.exposed.count == 0


@pytest.mark.parametrize("name", ["terminal", "html", "json", "markdown", "csaf"])
def test_a_public_report_has_the_day_that_letters_promise(name: str) -> None:
    cut = for_audience(fleet_report(), Audience.PUBLIC, not_before=date(2027, 3, 1))
    assert "do not publish before 2027-03-01" in " ".join(read(cut, name).split())
    assert audience_notes(cut, Audience.PUBLIC) == [not_before_text(date(2027, 3, 1))]
    assert audience_notes(for_audience(fleet_report(), Audience.PUBLIC), Audience.PUBLIC) == []


def test_account_data_is_only_in_the_internal_report() -> None:
    cut = for_audience(with_accounts(shared()), Audience.VENDOR, FIELDHAND.vendor, register=REGISTER)
    assert (cut.posture, cut.findings.count) == (None, 1)
    assert [one.name for one in cut.data] == ["tieback's own nets", "a list"]


def test_a_vendor_reads_what_others_saw_at_its_own_places() -> None:
    cut = for_audience(shared(), Audience.VENDOR, FIELDHAND.vendor, register=REGISTER)
    (note,) = cut.seen.rows()
    assert (note.service.names, note.reached) == (("es.fieldhand.test",), (FIELDHAND.sha256,))
    assert cut.seen_in_apps.count == 0
    assert for_audience(shared(), Audience.VENDOR, WORKHUB.vendor).seen_in_apps.count == 1


def test_a_vendor_without_a_store_has_its_apps() -> None:
    cut = for_audience(shared(), Audience.VENDOR, LANTERN.vendor)
    assert [summary.app.name for summary in cut.quiet.rows()] == ["Lantern"]
    assert [problem.where for problem in cut.problems.rows()] == ["lantern.apk"]
    assert cut.sightings.count == 2
    assert [backend.endpoint.host for backend in cut.backends.rows()] == ["api.lantern.test"]


@pytest.mark.parametrize("name", FORMATS)
def test_public_report_names_no_one(name: str) -> None:
    whole = with_accounts(fleet_report())
    told = read(for_audience(whole, Audience.PUBLIC), name)
    for text in OF_ACCOUNTS:
        assert text not in told, text
    texts = {text for summary in whole.apps.rows() for text in texts_of(whole, summary.app)}
    texts |= {"Security office", "security@example.test", "exp-", "fnd-", "vpn_pin", ".test", "Sample fleet", "127."}
    for text in texts:
        assert text not in told, text


@pytest.mark.parametrize("name", ["terminal", "html", "json", "ndjson", "markdown"])
def test_the_public_reads_totals(name: str) -> None:
    told = read(for_audience(fleet_report(), Audience.PUBLIC), name)
    assert "totals only" in told
    assert ("24" in told, "mongodb" in told) == (True, name not in {"terminal", "markdown"})


@pytest.mark.parametrize(
    ("audience", "vendor", "says"),
    [
        ("vendor", "", "Add --vendor NAME"),
        ("internal", "Workhub Access GmbH", "Add --audience vendor"),
        ("press", "", "Choose one of internal, vendor, public"),
    ],
)
def test_contradictory_audience_options_are_an_error(audience: str, vendor: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        audience_of(audience, vendor)


@pytest.mark.parametrize(
    ("audience", "vendor", "says"),
    [
        (Audience.VENDOR, "workhub", "Did you mean Workhub Access GmbH"),
        (Audience.VENDOR, "Nobody", "The vendor column"),
        (Audience.PUBLIC, "", "too small for a public report"),
    ],
)
def test_report_that_cannot_be_redacted_is_an_error(report: Report, audience: Audience, vendor: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        for_audience(report, audience, vendor)


def test_internal_is_everything(report: Report) -> None:
    assert for_audience(report, Audience.INTERNAL) is report


def test_internal_report_contains_the_searched_texts() -> None:
    """Else the searches above would prove nothing."""
    whole = shared()
    told = read(whole, "json")
    assert all(text in told for app in APPS for text in texts_of(whole, app))
    assert "127.77.0.66" in told
    assert "2 apps" in told
