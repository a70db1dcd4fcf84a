"""What others say of a run's places and apps, beside what our own probes found there."""

from pathlib import Path

import pytest

from tests.unit.pipeline.workspaces import ANALYSED
from tieback.model.app import App, Platform
from tieback.model.backend import Backend
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.passive import PassiveService, PassiveSighting
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.model.sighting import AppDocument, Evidence, Sighting
from tieback.model.unit import Unit
from tieback.storage.lake.lake import Lake, part_name
from tieback.storage.lake.queries import passive as seen_module
from tieback.storage.lake.queries.passive import find_passive_evidence
from tieback.storage.lake.tables.apps import app_tables
from tieback.storage.lake.tables.imports import ReportImport, save_import
from tieback.storage.lake.tables.inputs import RunInput, save_inputs
from tieback.storage.lake.tables.probes import ProbeWriter, save_backends

APP = ANALYSED[0]
URL = "http://es.example.org:9200/"
SEEN = "2026-11-01T00:00:00Z"


def seen(value: str, host: str, how: str = "dex-string/url") -> Sighting:
    endpoint = Endpoint(EndpointKind.URL, value, "http", host, 9200)
    return Sighting(endpoint, 1, Party.FIRST, Evidence("classes.dex", 1, how, value))


def told(bundle: str, value: str, host: str, digest: str = "") -> PassiveSighting:
    return PassiveSighting("mobsf", SEEN, App(Platform.ANDROID, bundle, digest), seen(value, host, "mobsf/urls"))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A run of one app that names ``URL``, whose host is at two addresses, one of IPv6."""
    lake = Lake(tmp_path / "lake")
    unit = Unit(APP.sha256, "1", "a.apk", 1)
    document = AppDocument("a.apk", APP, (seen(URL, "es.example.org"),))
    lake.publish(part_name([unit]), app_tables([(unit, document)]), [unit])
    save_inputs(lake, "run-1", [RunInput("a.apk", APP.sha256, "1")])
    endpoint = document.sightings[0].endpoint
    save_backends(lake, "run-1", [Backend(endpoint, ("203.0.113.7", "2001:db8::7"), "dns")])
    return lake


def imported(lake: Lake, *facts: PassiveService | PassiveSighting) -> None:
    save_import(lake, ReportImport("a" * 64, "1", "shodan", "a.json", 0.0, 0, 0, 0), facts, lambda: 0)


def service(address: str, port: int | None = 9200, names: tuple[str, ...] = (), **more: str) -> PassiveService:
    return PassiveService("shodan", more.pop("seen", SEEN), address, port, names, claims=Access.OPEN)


def test_nothing_was_imported(lake: Lake) -> None:
    assert find_passive_evidence(lake, "run-1", "t", "2026-11-26").notes == ()


@pytest.mark.parametrize(
    ("said", "reached"),
    [
        (service("203.0.113.7"), [APP.sha256]),
        (service("2001:db8::7"), [APP.sha256]),
        (service("198.51.100.1", names=("es.example.org",)), [APP.sha256]),
        (service("", names=("es.example.org",)), [APP.sha256]),
        (service("203.0.113.9"), None),
        (service("", names=("other.example.org",)), None),
    ],
    ids=["address", "IPv6", "name", "name-alone", "neighbour", "other"],
)
def test_it_is_about_the_places_of_the_run(lake: Lake, said: PassiveService, reached: list[str] | None) -> None:
    imported(lake, said)
    notes = find_passive_evidence(lake, "run-1", "t", "2026-11-26").notes
    assert [list(one.reached) for one in notes] == ([] if reached is None else [reached])
    assert find_passive_evidence(lake, "run-2", "t", "2026-11-26").notes == ()


@pytest.mark.parametrize(
    ("target", "address", "outcome", "access", "said"),
    [
        ("es.example.org:9200", "203.0.113.7", Outcome.OK, Access.AUTH_REQUIRED, "auth_required"),
        ("other.example.org:9200", "203.0.113.7", Outcome.OK, Access.OPEN, "open"),
        ("es.example.org:9200/bucket", "198.51.100.2", Outcome.OK, Access.OPEN, "open"),
        ("es.example.org:9200", "203.0.113.7", Outcome.REFUSED, Access.UNKNOWN, "refused"),
        ("es.example.org:9200", "203.0.113.7", Outcome.TIMEOUT, Access.UNKNOWN, ""),
        ("es.example.org:9300", "203.0.113.7", Outcome.OK, Access.OPEN, ""),
    ],
    ids=["name", "address", "resource", "refused", "silent", "another-port"],
)
def test_our_own_probe_of_the_same_place(
    lake: Lake, target: str, address: str, outcome: Outcome, access: Access, said: str
) -> None:
    with ProbeWriter(lake, "run-1") as writer:
        writer.add(ProbeReport(target, outcome, access, address=address))
    imported(lake, service("203.0.113.7", names=("es.example.org",)))
    (note,) = find_passive_evidence(lake, "run-1", "t", "2026-11-26").notes
    assert (note.asked, note.asked_on) == (said, "2026-11-26" if said else "")
    assert note.superseded is bool(said)


def test_of_two_words_of_one_source_the_latest(lake: Lake) -> None:
    imported(lake, service("203.0.113.7"), service("203.0.113.7", seen="2026-11-03T00:00:00Z"))
    (note,) = find_passive_evidence(lake, "run-1", "t", "2026-11-26").notes
    assert note.service.seen == "2026-11-03T00:00:00Z"


def test_what_is_left_out_is_counted(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen_module, "MAX_NOTES", 2)
    services = [service("203.0.113.7", port, seen=f"2026-11-0{port}T00:00:00Z") for port in (1, 2, 3, 4)]
    sightings = [told(APP.bundle_id, f"http://o{n}.example.org/", f"o{n}.example.org") for n in range(3)]
    imported(lake, *services, *sightings)
    found = find_passive_evidence(lake, "run-1", "t", "2026-11-26")
    assert [one.service.port for one in found.notes] == [4, 3], "the latest are told"
    assert (len(found.in_apps), found.left_out) == (2, 3)


def test_endpoints_that_only_others_saw_in_an_app(lake: Lake) -> None:
    imported(
        lake,
        told(APP.bundle_id, "http://old.example.org/", "old.example.org"),
        told(APP.bundle_id, URL, "es.example.org"),
        told("another.app", "http://new.example.org/", "new.example.org"),
        told("", "http://hashed.example.org/", "hashed.example.org", APP.sha256),
    )
    found = find_passive_evidence(lake, "run-1", "t", "2026-11-26").in_apps
    assert [(one.app.sha256, one.app.bundle_id, one.sighting.endpoint.host) for one in found] == [
        (APP.sha256, APP.bundle_id, "hashed.example.org"),
        (APP.sha256, APP.bundle_id, "old.example.org"),
    ]
