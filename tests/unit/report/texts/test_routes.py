"""Rows of apps and stores, and the words for the ways between them."""

import pytest
from msgspec.structs import replace

from tieback.model.backend import Route
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.report.apps import AppSighting
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyIndex
from tieback.model.sighting import Evidence, Sighting
from tieback.report.texts.routes import (
    NamedHosts,
    endpoint_host,
    hosts_of,
    most_hosts,
    rows,
    way_text,
    way_words,
    ways_of,
)

BUCKETS = "firebasestorage.googleapis.com"


@pytest.mark.parametrize(
    ("value", "host"),
    [
        ("https://api.workhub.test", "api.workhub.test"),
        ("postgresql://db.tillroll.test:5432/tillroll", "db.tillroll.test"),
        ("firebase-rtdb:project", "firebase-rtdb:project"),
        ("http://[::1", "http://[::1"),
    ],
)
def test_host_of_an_endpoint(value: str, host: str) -> None:
    assert endpoint_host(value) == host


def test_rows_are_split_by_exposure_and_the_worst_comes_first(report: Report) -> None:
    def shown(exposed: bool) -> list[tuple[str, str]]:
        return [(row.summary.app.label, row.exposure.product) for row in rows(report, exposed=exposed, most=50)]

    assert shown(True) == [
        ("Parcello", "elasticsearch"),
        ("Workhub", "mongodb"),
        ("Fieldhand", "opensearch"),
        ("Parcello", "opensearch"),
    ]
    assert shown(False) == [("Tillroll", "postgresql")]


def test_row_has_only_the_routes_of_its_app(report: Report) -> None:
    for row in rows(report, exposed=True, most=50):
        assert {route.app_sha256 for route in row.routes} == {row.summary.app.sha256}


def test_routes_in_words(report: Report) -> None:
    stores = {store.id: store for store in report.exposures()}
    fieldhand, workhub = (stores[f"exp-{name}"].routes[0] for name in ("fieldhand", "workhub"))
    assert way_text(fieldhand) == "es.fieldhand.test:9200"
    assert way_text(workhub) == "api.workhub.test:27017 behind api.workhub.test"
    six = replace(fieldhand, candidate=replace(fieldhand.candidate, host="fd00::1", route=Route.NAMED))
    assert way_text(six) == "[fd00::1]:9200"


def test_routes_name_their_evidence(report: Report) -> None:
    fieldhand, workhub = (rows(report, exposed=True, most=50)[index].routes for index in (2, 1))
    assert ways_of(fieldhand) == {
        "es.fieldhand.test:9200": "named in the app and seen in traffic, 221 B sent, 14.6 kB received"
    }
    assert ways_of(workhub) == {"api.workhub.test:27017": "found behind its API"}
    seen = replace(workhub[0], how="traffic/sni", bytes_out=5, bytes_in=7)
    assert ways_of([seen]) == {
        "api.workhub.test:27017": "found behind its API, which is seen in traffic, 5 B sent, 7 B received"
    }


def test_hosts_of_the_maker_come_first(report: Report) -> None:
    *_, lantern = report.apps.rows()
    known = hosts_of(report, [lantern])[lantern.app.sha256]
    assert known == NamedHosts(("api.lantern.test", "telemetry.vendor-sdk.test"), 2)
    assert hosts_of(report, []) == {}


def test_data_stores_come_first_with_their_service(report: Report) -> None:
    """Without a grant, the report has no other line that names them."""
    *_, lantern = report.apps.rows()
    place = Evidence("classes.dex", 1, "dex-string/url")
    stores = (
        ("db.lantern.test:3306", "db.lantern.test", "mysql", EndpointKind.HOST_PORT, Party.UNKNOWN),
        ("rtsp://cam.lantern.test", "cam.lantern.test", "rtsp", EndpointKind.URL, Party.UNKNOWN),
        ("https://sdk.test:9200", "sdk.test", "elasticsearch", EndpointKind.URL, Party.THIRD),
        ("s3:photos", "photos.s3.amazonaws.com", "s3", EndpointKind.CLOUD, Party.UNKNOWN),
        ("firebase-storage:one.appspot.com", BUCKETS, "firebase-storage", EndpointKind.CLOUD, Party.UNKNOWN),
        ("firebase-storage:two.appspot.com", BUCKETS, "firebase-storage", EndpointKind.CLOUD, Party.UNKNOWN),
    )
    rows = [
        AppSighting(
            lantern.app.sha256, lantern.path, Sighting(Endpoint(kind, value, "", host, 1, "", service), 1, party, place)
        )
        for value, host, service, kind, party in stores
    ]
    every = replace(report, sightings=LazyIndex.by([*report.sightings.rows(), *rows], lambda row: row.app_sha256))
    assert hosts_of(every, [lantern])[lantern.app.sha256].names == (
        "db.lantern.test (mysql)", "api.lantern.test", "cam.lantern.test", "firebase-storage:one.appspot.com",
        "firebase-storage:two.appspot.com", "photos.s3.amazonaws.com", "sdk.test", "telemetry.vendor-sdk.test",
    )  # fmt: skip


def on_hosts(report: Report, hosts: list[tuple[str, Party]]) -> NamedHosts:
    """The hosts of an app whose package names these, in this order."""
    *_, lantern = report.apps.rows()
    place = Evidence("classes.dex", 1, "dex-string/url")
    rows = [
        AppSighting(
            lantern.app.sha256,
            lantern.path,
            Sighting(Endpoint(EndpointKind.URL, f"https://{host}", "https", host, 443), 1, party, place),
        )
        for host, party in hosts
    ]
    every = replace(report, sightings=LazyIndex.by(rows, lambda row: row.app_sha256))
    return hosts_of(every, [lantern])[lantern.app.sha256]


def test_the_hosts_of_the_vendor_are_kept_wherever_the_package_has_them(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tieback.report.texts.routes._MOST_HOSTS", 3)
    monkeypatch.setattr("tieback.report.texts.routes._MOST_HOSTS_OF_ALL", 3)
    many = [(f"h{number}.test", Party.THIRD) for number in range(9)]
    known = on_hosts(report, [*many, ("own.lantern.test", Party.FIRST), *many])
    assert known.names == ("own.lantern.test", "h1.test", "h2.test")
    assert known.count == 10


def test_a_report_on_few_apps_lists_more_hosts_per_app(report: Report) -> None:
    assert [most_hosts(5, 500, apps) for apps in (1, 10, 173)] == [500, 50, 5]
    assert len(on_hosts(report, [(f"h{number}.test", Party.THIRD) for number in range(500)]).names) == 500


def test_traffic_whose_log_has_no_bytes_is_not_zero(report: Report) -> None:
    (way, *_) = next(report.exposed.rows()).routes
    logged = replace(way, how="traffic/log", file="proxy.log", bytes_out=None, bytes_in=None)
    assert way_words([logged]).endswith("seen in traffic, bytes not known")
    half = replace(logged, bytes_in=15_000)
    assert way_words([half]).endswith("seen in traffic, bytes sent not known, 15 kB received")
    assert way_words([replace(half, file="run.pcap", bytes_out=221), logged]).endswith("221 B sent, 15 kB received")
