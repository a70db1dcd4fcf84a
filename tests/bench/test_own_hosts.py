"""The table of own hosts of real packages, and its score."""

import pytest

from bench import noise, own_hosts
from bench.own_hosts import LABELS, PARTS, Row, Score, interval, labelled, score
from tests.each import each
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence, Sighting

PLACE = Evidence("classes.dex", 1, "dex-string/url")


def seen(value: str, host: str, party: Party = Party.FIRST) -> Sighting:
    kind = EndpointKind.URL if value.startswith("https:") else EndpointKind.CLOUD
    return Sighting(Endpoint(kind, value, "https", host, 443), 1, party, PLACE)


def test_each_row_is_a_labelled_host_of_a_package() -> None:
    packages = {package.name: package for package in noise.labelled()}
    rows = [row for its in labelled().values() for row in its]
    assert len({(row.package, row.host) for row in rows}) == len(rows) >= 900
    assert {row.label for row in rows} == set(LABELS)
    for row in rows:
        package = packages[row.package]
        assert (row.chosen, row.host in package.hosts) == (package.chosen, True), row
    assert {row.chosen for row in rows}.issuperset(PARTS[1:])


@each(
    ("label", "sightings", "expected"),
    [
        ("first", [seen("https://api.acme.de/x", "api.acme.de")], Score(1, 1, 0)),
        ("first", [seen("https://api.acme.de/x", "api.acme.de", Party.UNKNOWN)], Score(1, 0, 0)),
        ("other", [seen("https://api.acme.de/x", "api.acme.de")], Score(0, 0, 1)),
        ("other", [seen("https://api.acme.de/x", "api.acme.de", Party.THIRD)], Score(0, 0, 0)),
        ("first", [seen("https://other.de", "other.de")], Score(0, 0, 0)),
    ],
)
def test_the_score_of_a_host(label: str, sightings: list[Sighting], expected: Score) -> None:
    total, wrong = score([Row("a.apk", "", "api.acme.de", label)], sightings)
    assert total == expected
    assert bool(wrong) is (total.own > total.right or total.false > 0)


@each(
    ("host", "value", "at", "right"),
    [
        ("acme.firebaseio.com", "firebase-rtdb:acme", "acme.firebaseio.com", 1),
        ("acme.appspot.com", "firebase-storage:acme.appspot.com", "firebasestorage.googleapis.com", 1),
        ("firebase-app:1:2:web:3", "firebase-app:1:2:web:3", "firebase.googleapis.com", 1),
        # The host that a service shares is the service's.
        ("firebasestorage.googleapis.com", "firebase-storage:acme.appspot.com", "firebasestorage.googleapis.com", 0),
    ],
)
def test_a_shared_host_stands_for_no_customer(host: str, value: str, at: str, right: int) -> None:
    assert score([Row("a.apk", "", host, "first")], [seen(value, at)])[0].right == right


@each(
    ("path", "false"),
    [
        # The table leaves out code hosts with an account of the maker.
        ("repos/acme/fit", 0),
        ("repos/acme/fit/releases", 0),
        ("search/repositories", 1),
        ("users/acme", 1),
    ],
)
def test_a_repository_stands_for_no_code_host(path: str, false: int) -> None:
    found = [seen(f"https://api.github.com/{path}", "api.github.com")]
    assert score([Row("a.apk", "", "api.github.com", "other")], found)[0].false == false


def test_the_interval_of_a_share() -> None:
    assert interval(117, 130) == pytest.approx((0.836, 0.941), abs=0.001)
    assert interval(0, 0) == (0.0, 1.0)


def test_without_packages_there_is_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noise, "found", lambda _: iter(()))
    assert own_hosts.run() == ""
