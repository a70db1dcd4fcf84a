"""Passive evidence in the lake: whole or not at all, once, and the latest word of each source."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.errors import InputError
from tieback.model.figure import exact
from tieback.model.passive import PassiveService, PassiveSighting
from tieback.model.probe import Access
from tieback.model.sighting import Evidence, Sighting
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.tables.imports import ReportImport, find_import, save_import, services_at, sightings_of_apps


def service(source: str = "shodan", seen: str = "2026-11-01T00:00:00Z", **more: object) -> PassiveService:
    said: dict[str, object] = {"address": "203.0.113.7", "port": 9200, "names": ("es.example.org",), **more}
    return PassiveService(source, seen, claims=Access.OPEN, records=exact(9, "told"), **said)  # type: ignore[arg-type]


def sighting(bundle: str, host: str, digest: str = "") -> PassiveSighting:
    endpoint = Endpoint(EndpointKind.URL, f"https://{host}/", "https", host, 443)
    seen = Sighting(endpoint, 1, Party.UNKNOWN, Evidence("report", None, "mobsf/urls", ""))
    return PassiveSighting("mobsf", "2026-11-01T00:00:00Z", App(Platform.ANDROID, bundle, digest), seen)


def report(name: str, source: str = "shodan") -> ReportImport:
    return ReportImport(name * 64, "1", source, f"{name}.json", 0.0, 0, 0, 0)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def test_a_report_is_kept_and_found(lake: Lake) -> None:
    done = save_import(lake, report("a"), [service(), sighting("a.b", "x.example"), service(port=80)], lambda: 3)
    assert (done.services, done.sightings, done.left_out) == (2, 1, 3)
    assert find_import(lake, "a" * 64, "1") == done
    assert find_import(lake, "a" * 64, "2") is None
    assert find_import(lake, "b" * 64, "1") is None


def test_an_empty_report_is_a_report(lake: Lake) -> None:
    done = save_import(lake, report("a"), [], lambda: 0)
    assert find_import(lake, "a" * 64, "1") == done


def test_nothing_is_kept_of_a_report_that_breaks(lake: Lake) -> None:
    def facts() -> Iterator[PassiveService]:
        yield service()
        raise InputError("broken", where="a.json:2")

    with pytest.raises(InputError, match="broken"):
        save_import(lake, report("a"), facts(), lambda: 0)
    assert lake.parts() == set()
    assert list((lake.directory / "drafts").iterdir()) == []
    assert find_import(lake, "a" * 64, "1") is None


@pytest.mark.parametrize(
    ("hosts", "found"),
    [
        (["203.0.113.7"], ["censys", "shodan"]),
        (["es.example.org"], ["shodan"]),
        (["203.0.113.7", "es.example.org", ""], ["censys", "shodan"]),
        (["203.0.113.8"], []),
        ([], []),
    ],
    ids=["address", "name", "both", "other", "none"],
)
def test_claims_about_hosts(lake: Lake, hosts: list[str], found: list[str]) -> None:
    save_import(lake, report("a"), [service(), service(address="203.0.113.9", names=())], lambda: 0)
    save_import(lake, report("b", "censys"), [service("censys", "2026-11-02T00:00:00Z", names=())], lambda: 0)
    assert [one.source for one in services_at(lake, hosts, time.time())] == found


def test_latest_claim_of_a_source_is_used(lake: Lake) -> None:
    newer = service(seen="2026-11-05T00:00:00Z", version="2")
    save_import(lake, report("a"), [newer], lambda: 0)
    save_import(lake, report("b"), [service(version="1")], lambda: 0)
    assert list(services_at(lake, ["203.0.113.7"], time.time())) == [newer]


def test_a_run_sees_what_was_imported_before_it(lake: Lake) -> None:
    before = time.time()
    save_import(lake, report("a"), [service(), sighting("a.b", "x.example")], lambda: 0)
    assert list(services_at(lake, ["203.0.113.7"], before - 1)) == []
    assert list(sightings_of_apps(lake, ["a.b"], [], before - 1)) == []


def test_apps_are_found_by_bundle_or_content(lake: Lake) -> None:
    facts = [sighting("a.b", "one.example"), sighting("c.d", "two.example", "ab" * 32), sighting("e.f", "no.example")]
    save_import(lake, report("a", "mobsf"), facts, lambda: 0)
    found = list(sightings_of_apps(lake, ["a.b"], ["ab" * 32], time.time()))
    assert [(path, one.sighting.endpoint.host) for path, one in found] == [
        ("a.json", "one.example"),
        ("a.json", "two.example"),
    ]
