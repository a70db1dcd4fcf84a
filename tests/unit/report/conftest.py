"""A fixed report: the three sample apps, a fourth whose store was ransomed, and one that names no store."""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tieback.assess.summary import summarise
from tieback.model.app import App, Platform, Signer
from tieback.model.backend import Backend, Candidate, Route
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.exposure import AppRoute, ClassifiedField, Exposure, Finding, PiiClassTotal, Severity, SeverityFactor
from tieback.model.figure import Figure, estimate, exact, lower_bound
from tieback.model.passive import PassiveNote, PassiveService, PassiveSighting
from tieback.model.posture import (
    AppName,
    EncryptionCounts,
    OwnedResource,
    Posture,
    PostureExport,
    ResourceFigures,
    ResourceMatch,
    StoreSummary,
    UnclaimedStore,
    UnprobedPublicResource,
    YesNoCounts,
)
from tieback.model.probe import Access, Container, Field, Identity, Outcome, ProbeReport, Ransom, RansomVerdict
from tieback.model.report.apps import AppSighting, AppSummary
from tieback.model.report.document import Report
from tieback.model.report.groups import CloserLook, ExposureHistory, FigureGroup, GroupTable, SharedStore, StoreKind
from tieback.model.report.headline import Headline
from tieback.model.report.scope import RunScope
from tieback.model.report.tables import LazyIndex, LazyTable
from tieback.model.report.used import DataUsed
from tieback.model.resource import AtRest, Resource, ResourceKind, ServiceAddress, TriState
from tieback.model.sighting import Evidence, Problem, Sighting, UnreadCode, UnreadKind
from tieback.model.vendor import Vendor
from tieback.report import recorded
from tieback.report.recorded import RecordedServers

CAT = "_cat/indices"


def an_app(
    letter: str, name: str, bundle_id: str, version: str, vendor: str, platform: Platform = Platform.ANDROID
) -> App:
    return App(
        platform=platform,
        bundle_id=bundle_id,
        sha256=letter * 64,
        name=name,
        version_name=version,
        version_code=version.replace(".", ""),
        min_sdk="24",
        target_sdk="34",
        signer=Signer(letter * 64, f"O={vendor}", "v3"),
        vendor=vendor,
    )


FIELDHAND = an_app("a", "Fieldhand", "org.fieldhand.app", "4.0.7", "Fieldhand Machinery")
WORKHUB = an_app("b", "Workhub", "com.workhub.mobile", "2.10.4", "Workhub Access GmbH")
TILLROLL = an_app("c", "Tillroll", "com.tillroll.pos", "1.8.8", "Tillroll Retail")
PARCELLO = an_app("d", "Parcello", "io.parcello.ios", "7.2", "Parcello AG", Platform.IOS)
LANTERN = an_app("e", "Lantern", "net.lantern.torch", "1.0", "Lantern")
REGISTER = (Vendor("v-fieldhand", FIELDHAND.vendor, ("fieldhand.test",), signers=("a" * 64,)),)
"""It shows that Fieldhand answers for the store to which the apps of two vendors lead."""


def route(
    app: App, host: str, port: int, endpoint: str, file: str, offset: int | None, how: str, way: Route
) -> AppRoute:
    reason = "the app names it" if way is Route.NAMED else f"a usual port of a data store on the address of {host}"
    return AppRoute(app.sha256, Candidate(host, port, None, way, (endpoint,), reason), endpoint, file, offset, how)


def fields(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "text") for name in names)


def personal(container: str, **classes: str) -> tuple[ClassifiedField, ...]:
    return tuple(ClassifiedField(container, name, label, 0.9, ("phrase",)) for name, label in classes.items())


def fieldhand_store() -> Exposure:
    return Exposure(
        id="exp-fieldhand",
        identity=Identity("opensearch:fingerprint:01", "fingerprint"),
        product="opensearch",
        version="2.11.0",
        access=Access.OPEN,
        addresses=("127.77.0.10:9200",),
        targets=("es.fieldhand.test:9200",),
        routes=(
            route(
                FIELDHAND,
                "es.fieldhand.test",
                9200,
                "http://es.fieldhand.test:9200/machines/_search",
                "classes.dex",
                3614,
                "dex-string/url",
                Route.NAMED,
            ),
            msgspec.structs.replace(
                route(
                    FIELDHAND,
                    "es.fieldhand.test",
                    9200,
                    "es.fieldhand.test:9200",
                    "morning.pcapng",
                    None,
                    "traffic/http_host",
                    Route.NAMED,
                ),
                bytes_out=221,
                bytes_in=14_648,
            ),
            route(
                PARCELLO,
                "es.fieldhand.test",
                9200,
                "http://es.fieldhand.test:9200",
                "Payload/Parcello.app/Parcello",
                90_412,
                "native-string/url",
                Route.NAMED,
            ),
        ),
        containers=(
            Container(
                ("machines",),
                "index",
                False,
                exact(1200, CAT),
                exact(524_288, CAT),
                fields("machine_id", "location", "driver"),
            ),
            Container(("operators",), "index", False, exact(150, CAT), exact(61_440, CAT), fields("name", "phone")),
            Container((".security",), "index", True, exact(7, CAT), exact(4096, CAT)),
        ),
        records=exact(1350, CAT),
        bytes=exact(585_728, CAT),
        pii=(
            PiiClassTotal("geo_location", exact(1200, CAT), 1),
            PiiClassTotal("person_name", exact(1350, CAT), 2),
            PiiClassTotal("phone", exact(150, CAT), 1),
        ),
        fields=personal("machines", location="geo_location", driver="person_name")
        + personal("operators", name="person_name", phone="phone"),
        ransom=Ransom(),
        severity=Severity.HIGH,
        score=61,
        factors=(
            SeverityFactor("access", 40, "records are readable without authentication"),
            SeverityFactor("personal data", 15, "locations, names and phone numbers"),
            SeverityFactor("clear text", 6, "the store accepts connections without TLS"),
        ),
        bytes_sent=612,
        bytes_read=9_310,
        cleartext=True,
        proofs=("GET /: cluster name and version without a login", "GET /_cat/indices: 3 indices without a login"),
    )


def workhub_store() -> Exposure:
    return Exposure(
        id="exp-workhub",
        identity=Identity("mongodb:fingerprint:02", "fingerprint"),
        product="mongodb",
        version="6.0.5",
        access=Access.OPEN,
        addresses=("127.77.0.20:27017",),
        targets=("api.workhub.test:27017",),
        routes=(
            route(
                WORKHUB,
                "api.workhub.test",
                27017,
                "https://api.workhub.test",
                "resources.arsc",
                412,
                "resource-string/url",
                Route.PIVOT,
            ),
        ),
        containers=(
            Container(("workhub",), "database", False, None, estimate(901_120, "dbStats")),
            Container(
                ("workhub", "employees"),
                "collection",
                False,
                exact(2500, "count"),
                estimate(712_000, "collStats"),
                fields("name", "email", "vpn_pin", "department"),
            ),
            Container(("workhub", "visitors"), "collection", False, lower_bound(400, "count"), None, ()),
        ),
        records=lower_bound(2900, "count"),
        bytes=estimate(901_120, "dbStats"),
        pii=(
            PiiClassTotal("pin_otp", exact(2500, "count"), 1),
            PiiClassTotal("email", exact(2500, "count"), 1),
            PiiClassTotal("person_name", exact(2500, "count"), 1),
            PiiClassTotal("employment", exact(2500, "count"), 1),
        ),
        fields=personal(
            "workhub.employees", name="person_name", email="email", vpn_pin="pin_otp", department="employment"
        ),
        ransom=Ransom(),
        severity=Severity.CRITICAL,
        score=92,
        factors=(
            SeverityFactor("access", 40, "records are readable without authentication"),
            SeverityFactor("personal data", 40, "PINs and one-time codes"),
            SeverityFactor("records", 12, "thousands"),
        ),
        bytes_sent=940,
        bytes_read=14_222,
        cleartext=True,
        proofs=("listDatabases: 1 database without a login", "count: records of workhub.employees without a login"),
    )


def tillroll_store() -> Exposure:
    return Exposure(
        id="exp-tillroll",
        identity=Identity("postgresql:address:db.tillroll.test:5432", "address"),
        product="postgresql",
        version="",
        access=Access.AUTH_REQUIRED,
        addresses=("127.77.0.30:5432",),
        targets=("db.tillroll.test:5432",),
        routes=(
            route(
                TILLROLL,
                "db.tillroll.test",
                5432,
                "postgresql://db.tillroll.test:5432/tillroll",
                "assets/config.json",
                104,
                "text/connection-string",
                Route.NAMED,
            ),
        ),
        containers=(),
        records=exact(0, ""),
        bytes=exact(0, ""),
        pii=(),
        fields=(),
        ransom=Ransom(),
        severity=Severity.INFO,
        score=0,
        factors=(),
        bytes_sent=58,
        bytes_read=26,
        cleartext=False,
        proofs=("StartupMessage: SASL authentication required",),
    )


def parcello_store() -> Exposure:
    return Exposure(
        id="exp-parcello",
        identity=Identity("elasticsearch:cluster_uuid:q1", "vendor_id"),
        product="elasticsearch",
        version="6.8.23",
        access=Access.OPEN,
        addresses=("127.77.0.60:9200",),
        targets=("search.parcello.test:9200",),
        routes=(
            route(
                PARCELLO,
                "search.parcello.test",
                9200,
                "http://search.parcello.test:9200",
                "Payload/Parcello.app/Parcello",
                88_120,
                "native-string/url",
                Route.NAMED,
            ),
        ),
        containers=(
            Container(("read_me_to_recover",), "index", False, exact(1, CAT), exact(5_000, CAT), fields("message")),
        ),
        records=exact(1, CAT),
        bytes=exact(5_000, CAT),
        pii=(),
        fields=(),
        ransom=Ransom(RansomVerdict.LIKELY, ("the name read_me_to_recover is on the list", "only one small record")),
        severity=Severity.CRITICAL,
        score=95,
        factors=(
            SeverityFactor("access", 40, "records are readable without authentication"),
            SeverityFactor("ransom", 55, "likely"),
        ),
        bytes_sent=612,
        bytes_read=2_048,
        cleartext=True,
        proofs=("GET /: cluster name and version without a login", "GET /_cat/indices: 1 index without a login"),
    )


def finding(store: Exposure, app: App, severity: Severity) -> Finding:
    return Finding(
        id=f"open-store:{store.id}",
        rule="open-store",
        title=f"{store.product} needs no login",
        severity=severity,
        cwe="CWE-306",
        exposures=(store.id,),
        apps=(app.sha256,),
        evidence=(f"{store.targets[0]}: {store.proofs[0]}",),
        advice="Close the port to the Internet, turn authentication on, then read its access logs.",
        references=("owasp-mobile:M3", "nis2:21.2.i", "cra:I.2.d"),
    )


def in_tables(
    report: Report,
    *,
    apps: Sequence[AppSummary] | None = None,
    exposures: Sequence[Exposure] | None = None,
    findings: Sequence[Finding] | None = None,
    problems: Sequence[Problem] | None = None,
    **values: Any,
) -> Report:
    """The report with other rows, in the order that a report has."""
    if apps is not None:
        values["apps"] = LazyIndex.by(apps, lambda summary: summary.app.sha256)
        values["quiet"] = LazyTable.of([summary for summary in apps if not summary.exposures])
    if exposures is not None:
        ordered = sorted(
            exposures, key=lambda store: (-store.severity.rank, -store.score, -store.records.value, store.id)
        )
        for name, exposed in (("exposed", True), ("answered", False)):
            rows = [store for store in ordered if store.access.exposed is exposed]
            values[name] = LazyIndex.by(rows, lambda store: store.id)
        values["ways"] = tuple(
            sum(
                len({route.app_sha256 for route in store.routes})
                for store in ordered
                if store.access.exposed is exposed
            )
            for exposed in (True, False)
        )
    if findings is not None:
        values["findings"] = LazyTable.of(
            sorted(findings, key=lambda found: (-found.severity.rank, found.rule, found.id))
        )
    if problems is not None:
        values["problems"] = LazyTable.of(problems)
    return replace(report, **values)


@pytest.fixture
def tabled() -> Callable[..., Report]:
    return in_tables


def sighting(app: App, url: str, host: str, party: Party) -> AppSighting:
    endpoint = Endpoint(EndpointKind.URL, url, url.partition(":")[0], host, 443)
    evidence = Evidence("classes.dex", 128, "dex-string/url", url)
    return AppSighting(app.sha256, f"{app.name.lower()}.apk", Sighting(endpoint, 1, party, evidence))


def probe(store: Exposure) -> ProbeReport:
    return ProbeReport(
        target=store.targets[0],
        outcome=Outcome.OK,
        access=store.access,
        product=store.product,
        version=store.version,
        bytes_sent=store.bytes_sent,
        bytes_read=store.bytes_read,
        address=store.addresses[0].rpartition(":")[0],
        probe=store.product,
    )


def the_scope() -> RunScope:
    return RunScope(
        authorised_by="Security office",
        contact="security@example.test",
        not_after="2027-06-30",
        note="A lab: the OpenSearch server is an emulation.",
        targets_asked=9,
        targets_out_of_scope=2,
        bytes_sent=2_610,
        bytes_read=25_731,
        audit_log=".tieback/audit.jsonl",
    )


def partly_read() -> AppSummary:
    """An app with a damaged entry, whose code a server can replace."""
    return AppSummary(
        LANTERN,
        "lantern.apk",
        1,
        (),
        has_api=True,
        problems=(Problem("entry is damaged", "assets/a.bin"),),
        unread=(
            UnreadCode(UnreadKind.DOWNLOADED, "CodePush can replace the JavaScript code at run time", "classes.dex"),
        ),
    )


def the_report() -> Report:
    stores = (fieldhand_store(), workhub_store(), tillroll_store(), parcello_store())
    records: Figure = lower_bound(4251, "sum")
    empty: LazyIndex[Any] = LazyIndex.by((), str)
    bare = Report(
        title="Sample fleet, November 2026",
        created=datetime(2026, 11, 25, 9, 30, tzinfo=UTC),
        tool_version="0.1.0",
        scope=the_scope(),
        headline=Headline(
            apps_analysed=5,
            apps_affected=3,
            apps_partly_read=1,
            stores_answering=4,
            stores_exposed=3,
            stores_ransomed=1,
            records=records,
            bytes=estimate(1_491_848, "sum"),
            kinds=(
                StoreKind("mongodb", 1, 1, lower_bound(2900, "count"), estimate(901_120, "dbStats")),
                StoreKind("opensearch", 1, 1, exact(1350, CAT), exact(585_728, CAT)),
                StoreKind("elasticsearch", 1, 1, exact(1, CAT), exact(5_000, CAT)),
                StoreKind("postgresql", 1, 0, exact(0, ""), exact(0, "")),
            ),
            pii=(
                ("person_name", exact(3850, "sum")),
                ("email", exact(2500, "count")),
                ("employment", exact(2500, "count")),
                ("pin_otp", exact(2500, "count")),
                ("geo_location", exact(1200, CAT)),
                ("phone", exact(150, CAT)),
            ),
        ),
        apps=empty,
        quiet=empty,
        exposed=empty,
        answered=empty,
        ways=(0, 0),
        findings=empty,
        problems=empty,
        sightings=LazyIndex.by(
            [
                sighting(FIELDHAND, "http://es.fieldhand.test:9200/machines/_search", "es.fieldhand.test", Party.FIRST),
                sighting(
                    LANTERN, "https://telemetry.vendor-sdk.test/v1/events", "telemetry.vendor-sdk.test", Party.THIRD
                ),
                sighting(LANTERN, "https://api.lantern.test", "api.lantern.test", Party.FIRST),
            ],
            lambda row: row.app_sha256,
        ),
        backends=LazyTable.of(
            [
                Backend(
                    Endpoint(EndpointKind.URL, "https://api.lantern.test", "https", "api.lantern.test", 443),
                    ("127.77.0.70",),
                    "hosts",
                )
            ]
        ),
        probes=LazyTable.of(
            [
                *(probe(store) for store in stores),
                ProbeReport("api.lantern.test:27017", Outcome.REFUSED, problems=("refused: no service listens",)),
            ],
        ),
    )
    return in_tables(
        bare,
        tables=the_tables(),
        closer=CloserLook(3, 2, lower_bound(4250, "sum"), estimate(1_486_848, "sum")),
        history=ExposureHistory("2026-09-01", 2, 5, 3, 1, 1),
        shared=(SharedStore("exp-fieldhand", 2, (FIELDHAND.sha256, PARCELLO.sha256)),),
        seen=LazyTable.of(the_seen()),
        seen_in_apps=LazyTable.of(the_named()),
        posture=the_posture(),
        data=DATA,
        apps=(
            AppSummary(FIELDHAND, "fieldhand.apk", 2, ("exp-fieldhand",), has_api=False),
            AppSummary(WORKHUB, "workhub.apk", 2, ("exp-workhub",), has_api=True),
            AppSummary(TILLROLL, "tillroll.apk", 2, ("exp-tillroll",), has_api=False),
            AppSummary(PARCELLO, "parcello.ipa", 1, ("exp-parcello", "exp-fieldhand"), has_api=False),
            partly_read(),
        ),
        partly_read=LazyTable.of([partly_read()]),
        exposures=stores,
        findings=(
            finding(stores[0], FIELDHAND, Severity.HIGH),
            finding(stores[1], WORKHUB, Severity.CRITICAL),
            finding(stores[3], PARCELLO, Severity.CRITICAL),
        ),
        problems=(Problem("entry is damaged", "lantern.apk: assets/a.bin"),),
    )


def a_service(source: str, seen: str, address: str, port: int, **more: Any) -> PassiveService:
    return PassiveService(source, f"{seen}T08:00:00Z", address, port, **more)


def the_seen() -> tuple[PassiveNote, ...]:
    """What others saw: superseded by a probe, newer than one, and not probed."""
    return (
        PassiveNote(
            a_service("leakix", "2026-11-26", "127.77.0.30", 5432, service="postgresql", claims=Access.SCHEMA_ONLY),
            (TILLROLL.sha256,),
            "auth_required",
            "2026-11-25",
        ),
        PassiveNote(
            a_service(
                "shodan", "2026-11-01", "127.77.0.10", 9200, names=("es.fieldhand.test",), service="elasticsearch",
                claims=Access.OPEN, records=estimate(1200, "shodan"), containers=("machines",),
            ),
            (FIELDHAND.sha256, PARCELLO.sha256),
            "open",
            "2026-11-25",
        ),
        PassiveNote(
            a_service(
                "shadowserver", "2026-10-30", "127.77.0.70", 27017, service="mongodb", claims=Access.OPEN,
                names=("api.lantern.test",),
            ),
            (LANTERN.sha256, WORKHUB.sha256),
        ),
    )  # fmt: skip


def the_named() -> tuple[PassiveSighting, ...]:
    seen = sighting(WORKHUB, "https://old.workhub.test/v0", "old.workhub.test", Party.FIRST).sighting
    return (PassiveSighting("mobsf", "2026-11-02T00:00:00Z", WORKHUB, seen),)


ACCOUNT = "123456789012"
RESOURCE = "zq-fieldhand-search"


def the_posture() -> Posture:
    """Forty hosted databases and six snapshots of two accounts, joined with the stores of the report."""
    key = f"arn:aws:es:eu-west-1:{ACCOUNT}:domain/{RESOURCE}"
    resource = Resource(
        key, "aws", ResourceKind.DATABASE, ACCOUNT, "eu-west-1", "opensearch", "opensearch", name=RESOURCE,
        endpoints=(ServiceAddress("es.fieldhand.test"),), flag=TriState.YES, route=TriState.YES, port=TriState.YES,
        path=("security group sg-0zq (zq-web) allows 0.0.0.0/0 on port 9200",), at_rest=AtRest.NONE,
        authentication=TriState.NO, source="prowler", seen="2026-11-20T00:00:00Z", sources=("prowler 2026-11-20",),
    )  # fmt: skip
    quiet = replace(resource, key=f"{key}-quiet", name="zq-quiet", endpoints=())
    store = fieldhand_store()
    short = StoreSummary(
        store.id, store.product, store.access, True, store.severity, store.records, store.targets, ("geo_location",),
        (FIELDHAND.sha256,), True,
    )  # fmt: skip
    stray = replace(
        short, id="exp-parcello", targets=("es.parcello.test:9200",), apps=(PARCELLO.sha256,), product="elasticsearch"
    )
    keys, public = EncryptionCounts(18, 9, 6, 2, 5), YesNoCounts(7, 30, 3)
    whole = ResourceFigures(
        "all", "", ResourceKind.DATABASE, resources=40, at_rest=keys, public=public,
        public_at_rest=EncryptionCounts(5, 1, 0, 0, 1), authentication=YesNoCounts(20, 8, 12),
        tls=YesNoCounts(15, 10, 15), backups=YesNoCounts(30, 5, 5), logging=YesNoCounts(20, 15, 5),
    )  # fmt: skip
    return Posture(
        (
            whole,
            replace(whole, by="provider", name="aws"),
            replace(whole, by="account", name=f"aws {ACCOUNT}", resources=39, at_rest=EncryptionCounts(17, 9, 6, 2, 5)),
            replace(whole, by="account", name="aws 210987654321", resources=1, at_rest=EncryptionCounts(1)),
            ResourceFigures(
                "all", "", ResourceKind.SNAPSHOT, resources=6, at_rest=EncryptionCounts(3, 3),
                restorable=YesNoCounts(1, 5), authentication=YesNoCounts(unknown=6), tls=YesNoCounts(unknown=6),
                logging=YesNoCounts(unknown=6),
            ),
        ),
        82,
        "The method.",
        46,
        2,
        (
            OwnedResource(
                resource, ResourceMatch.NAME, (short,), ("http://es.fieldhand.test:9200/machines/_search",),
                (AppName(FIELDHAND.sha256, "Fieldhand", FIELDHAND.bundle_id, 310),),
                f"Fieldhand leaks data from your OpenSearch data store {RESOURCE} in account {ACCOUNT} "
                "(eu-west-1): not encrypted at rest, public through security group sg-0zq (zq-web), which allows "
                "0.0.0.0/0 on port 9200",
            ),
        ),
        1, 1,
        (
            UnprobedPublicResource(
                quiet, f"your OpenSearch data store zq-quiet in account {ACCOUNT}; no app and no probe led to it"
            ),
        ),
        1,
        (
            UnclaimedStore(
                stray, "", "", False, (AppName(PARCELLO.sha256, "Parcello", PARCELLO.bundle_id),),
                "es.parcello.test:9200 is open and in none of the 2 imported accounts: forgotten, or a vendor's",
            ),
        ),
        1,
        (PostureExport("prowler", "prowler.ocsf.json", "2026-11-20T00:00:00Z", missed=3),),
    )  # fmt: skip


def of_accounts() -> Finding:
    """What the join adds to the findings."""
    return Finding(
        id="fnd-posture",
        rule="posture-open-own-store",
        title="Your own data store is open to the Internet, unencrypted, with personal data (geo_location), used by "
        "310 devices",
        severity=Severity.CRITICAL,
        cwe="CWE-306",
        exposures=("exp-fieldhand",),
        apps=(FIELDHAND.sha256,),
        evidence=(the_posture().owned[0].says, "security group sg-0zq (zq-web) allows 0.0.0.0/0 on port 9200"),
        advice="Close the public access: security group sg-0zq (zq-web).",
        masvs="MASVS-AUTH-1",
    )


DATA = (
    DataUsed("tieback's own nets", "2026-11-20", "2026-11-20", "0123456789ab" + "c" * 52),
    DataUsed("zq-office", "", "2026-11-24", "9" * 64),
)


def group(name: str, analysed: int | None, counts: tuple[int, int, int, int, int], records: Figure) -> FigureGroup:
    using, affected, answering, exposed, ransomed = counts
    return FigureGroup(name, analysed, using, affected, answering, exposed, ransomed, records, estimate(1000, "sum"))


def the_tables() -> tuple[GroupTable, ...]:
    """As the database counts them for ``the_report``."""
    return (
        GroupTable(
            "kind",
            (
                group("elasticsearch", None, (1, 1, 1, 1, 1), exact(1, "sum")),
                group("mongodb", None, (1, 1, 1, 1, 0), lower_bound(2900, "sum")),
                group("opensearch", None, (2, 2, 1, 1, 0), exact(1350, "sum")),
                group("postgresql", None, (1, 0, 1, 0, 0), exact(0, "sum")),
            ),
        ),
        GroupTable(
            "platform",
            (
                group("android", 4, (3, 2, 3, 2, 0), lower_bound(4250, "sum")),
                group("ios", 1, (1, 1, 2, 2, 1), exact(1351, "sum")),
            ),
        ),
        GroupTable("vendor", (group("Parcello AG", 1, (1, 1, 2, 2, 1), exact(1351, "sum")),), 4),
        GroupTable("provider", (group("Hetzner", None, (2, 2, 2, 2, 0), lower_bound(4250, "sum")),), 1),
        GroupTable("country", (group("DE", None, (2, 2, 2, 2, 0), lower_bound(4250, "sum")),), 1),
    )


def fleet_report() -> Report:
    """Twenty-four apps of as many makers, each with a store of its own: enough for totals, too few for some of them."""
    whole = the_report()
    products = ("mongodb",) * 12 + ("opensearch",) * 7 + ("redis",) * 3 + ("couchdb",) * 2
    base = workhub_store()
    apps, stores, found, sightings = [], [], [], []
    for number, product in enumerate(products):
        name = f"Zq{chr(97 + number)}veil"
        app = replace(
            WORKHUB,
            name=name,
            bundle_id=f"com.{name.lower()}.app",
            sha256=f"{number + 11:02x}" * 32,
            vendor=f"{name} KG",
        )
        host = f"db.{name.lower()}.test"
        store = replace(
            base,
            id=f"exp-{number:016x}",
            product=product,
            identity=Identity(f"{product}:address:{host}:27017", "address"),
            addresses=(f"127.88.0.{number}:27017",),
            targets=(f"{host}:27017",),
            routes=(route(app, host, 27017, f"mongodb://{host}", "classes.dex", 1, "dex-string/url", Route.NAMED),),
            containers=tuple(
                replace(entry, path=(f"{name}-data", *entry.path[1:]), created=f"{2012 + number // 4}-05-01T00:00:00Z")
                for entry in base.containers
            ),
            severity=Severity.CRITICAL if number % 4 else Severity.MEDIUM,
            proofs=(f"{host}: listDatabases",),
            pii=(*base.pii, *((PiiClassTotal("location_rare", exact(3, ""), 1),) if number < 2 else ())),
        )
        apps.append(AppSummary(app, f"{name}.apk", 1, (store.id,), has_api=False))
        stores.append(store)
        found.append(replace(finding(store, app, store.severity), id=f"fnd-{number:016x}"))
        sightings.append(sighting(app, f"https://api.{name.lower()}.test", f"api.{name.lower()}.test", Party.FIRST))
    return in_tables(
        whole,
        apps=apps,
        exposures=stores,
        findings=found,
        problems=(Problem("no verdict: timeout", "db.zqaveil.test:27017"),),
        sightings=LazyIndex.by(sightings, lambda row: row.app_sha256),
        probes=LazyTable.of([probe(store) for store in stores]),
        headline=summarise(len(apps), len(apps), stores),
        tables=(
            GroupTable("platform", (group("android", 24, (24, 24, 24, 24, 0), lower_bound(69_600, "sum")),)),
            GroupTable("vendor", tuple(group(s.app.vendor, 1, (1, 1, 1, 1, 0), exact(9, "sum")) for s in apps)),
            GroupTable("provider", (group("Zqhost KG", None, (24, 24, 24, 24, 0), exact(9, "sum")),)),
            GroupTable(
                "country",
                (
                    group("DE", None, (12, 12, 12, 12, 2), exact(1234, "sum")),
                    group("FR", None, (10, 10, 10, 10, 0), exact(1234, "sum")),
                    group("IS", None, (2, 2, 2, 2, 0), exact(1234, "sum")),
                ),
            ),
        ),
        closer=CloserLook(24, 24, exact(60_001, "sum"), estimate(70_007, "sum")),
        history=ExposureHistory("2026-01-02", 3, 9, 4, 3, 2),
    )


def with_accounts(report: Report) -> Report:
    """The same report with what the join with the owner's accounts adds to its findings."""
    return in_tables(report, findings=[*report.findings.rows(), of_accounts()])


@pytest.fixture(autouse=True)
def recorded_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures that do not change with the recordings, for the golden files."""
    monkeypatch.setattr(recorded, "recorded_servers", lambda: RecordedServers(100, 90, 0, 0))


@pytest.fixture
def report() -> Report:
    return the_report()


GOLDEN = Path(__file__).parents[2] / "golden" / "report"


@pytest.fixture
def golden() -> Callable[[str, bytes], None]:
    """Compare bytes with a committed file; with TIEBACK_WRITE_GOLDEN=1 write it instead, for a person to read."""

    def compare(name: str, found: bytes) -> None:
        path = GOLDEN / name
        if os.environ.get("TIEBACK_WRITE_GOLDEN"):
            path.write_bytes(found)
        assert found.decode() == path.read_text(encoding="utf-8"), "set TIEBACK_WRITE_GOLDEN=1 and read the difference"

    return compare


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}\x1b[31m\u202egro.live\x00]]>"
"""Markup, template syntax, a terminal escape, a change of direction and a NUL."""


@pytest.fixture
def hostile_report() -> Report:
    return the_hostile_report()


def the_hostile_report(bad: str = HOSTILE) -> Report:
    """The same report with every text that an app or server chooses replaced."""

    def spoil(value: object) -> object:
        if isinstance(value, Exposure):
            return replace(
                value, product=bad, version=bad, addresses=(bad,), targets=(bad,), proofs=(bad,),
                routes=tuple(
                    replace(route, endpoint=bad, file=bad, how=bad,
                            candidate=replace(route.candidate, host=bad, reason=bad))
                    for route in value.routes
                ),
                containers=tuple(
                    replace(entry, path=(bad, entry.name), kind=bad, fields=fields(bad))
                    for entry in value.containers
                ),
                fields=tuple(
                    replace(entry, container=f"{bad}.{entry.container}", field=bad, pii_class=bad)
                    for entry in value.fields
                ),
                pii=tuple(replace(entry, pii_class=bad) for entry in value.pii),
                factors=(SeverityFactor(bad, 1, bad),), account=bad,
                ransom=Ransom(value.ransom.verdict, (bad,)),
            )  # fmt: skip
        if isinstance(value, AppSummary):
            return replace(
                value,
                app=replace(
                    value.app, name=bad, bundle_id=bad, version_name=bad, version_code=bad,
                    vendor=bad,
                ),
                problems=(Problem(bad, bad),),
            )  # fmt: skip
        if isinstance(value, Finding):
            return replace(value, title=bad, rule=bad, cwe=bad, advice=bad, evidence=(bad,))
        if isinstance(value, ProbeReport):
            return replace(value, target=bad, address=bad, product=bad, version=bad, problems=(bad,))
        raise TypeError(value)

    clean = the_report()
    spoiled: dict[str, Any] = {
        name: [spoil(value) for value in rows]
        for name, rows in (
            ("exposures", clean.exposures()), ("apps", clean.apps.rows()), ("findings", clean.findings.rows())
        )
    }  # fmt: skip
    sightings = [
        AppSighting(LANTERN.sha256, bad, replace(row.sighting, endpoint=replace(row.sighting.endpoint, host=bad)))
        for row in clean.sightings.rows()
    ]
    probes: list[Any] = [spoil(row) for row in clean.probes.rows()]
    return in_tables(
        clean,
        title=bad,
        scope=replace(the_scope(), authorised_by=bad, contact=bad, note=bad, audit_log=bad),
        headline=replace(
            clean.headline,
            kinds=tuple(replace(kind, product=bad) for kind in clean.headline.kinds),
            pii=tuple((bad, figure) for _, figure in clean.headline.pii),
        ),
        problems=(Problem(bad, bad),),
        sightings=LazyIndex.by(sightings, lambda row: row.app_sha256),
        probes=LazyTable.of(probes),
        seen=LazyTable.of(
            [
                replace(
                    note,
                    service=replace(note.service, source=bad, names=(bad,), service=bad, product=bad, note=bad),
                )
                for note in the_seen()
            ]
        ),
        seen_in_apps=LazyTable.of(
            [
                replace(
                    one,
                    source=bad,
                    sighting=replace(one.sighting, endpoint=replace(one.sighting.endpoint, value=bad)),
                )
                for one in the_named()
            ]
        ),
        data=tuple(replace(one, name=bad) for one in DATA),
        posture=replace(
            the_posture(),
            numbers=tuple(replace(one, name=bad if one.name else "") for one in the_posture().numbers),
            owned=tuple(replace(one, says=bad) for one in the_posture().owned),
            unseen=tuple(replace(one, says=bad) for one in the_posture().unseen),
            foreign=tuple(replace(one, says=bad) for one in the_posture().foreign),
        ),
        tables=tuple(
            replace(table, groups=tuple(replace(g, name=bad) for g in table.groups)) for table in the_tables()
        ),
        **spoiled,
    )


APPS, TARGETS, ADDRESSES, WAYS, LINES, NOTES, PROBLEMS = 120, 130, 70, 150, 1_000, 33, 1_400
"""More than any format lists."""


@pytest.fixture
def crowded(report: Report) -> Report:
    """One finding of many apps, in a store with many addresses and routes; many reports of others and problems."""
    apps = [
        AppSummary(replace(FIELDHAND, sha256=f"{n:064x}", bundle_id=f"org.app{n}"), f"app{n}.apk", 1, ("exp-1",), False)
        for n in range(APPS)
    ]
    first = fieldhand_store()
    ways = [replace(first.routes[0], app_sha256=f"{n % APPS:064x}", offset=n) for n in range(WAYS)]
    store = replace(
        first,
        id="exp-1",
        targets=tuple(f"s{n}.test:9200" for n in range(TARGETS)),
        addresses=tuple(f"127.1.0.{n}:9200" for n in range(ADDRESSES)),
        routes=tuple(ways),
    )
    found = replace(
        next(report.findings.rows()),
        exposures=(store.id,),
        apps=tuple(one.app.sha256 for one in apps),
        evidence=tuple(f"line of evidence {n}, which is long enough to fill every cell" for n in range(LINES)),
    )
    seen = [
        PassiveNote(a_service("shodan", f"2026-11-{n % 28 + 1:02}", f"127.1.0.{n}", 9200), ()) for n in range(NOTES)
    ]
    problems = [Problem("no verdict: timeout", f"h{n}.test") for n in range(PROBLEMS)]
    return in_tables(
        report, apps=apps, exposures=[store], findings=[found], problems=problems, seen=LazyTable.of(seen),
        headline=replace(report.headline, apps_analysed=APPS),
    )  # fmt: skip
