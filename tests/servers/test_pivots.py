"""Workhub in four variants: its store on the API's host, a sibling name, a name in a header, and a neighbour.

The stores are the lab's real ones. The captures are synthetic HAR files: what an API of this kind would answer.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab.patient import PATIENT_TOML
from tests.lab.ports import free_subnet
from tests.servers.test_end_to_end import APPS, tieback

SUBNET = str(free_subnet())
HERE = f"127.77.{SUBNET}"

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    directory = tmp_path_factory.mktemp("lab")
    try:
        tieback("lab", "up", "--demo", "--subnet", SUBNET, "--dir", directory, cwd=directory)
        yield directory
    finally:
        tieback("lab", "down", "--purge", "--dir", directory, cwd=directory)


def har(folder: Path, *headers: tuple[str, str]) -> Path:
    """A capture of one answer of Workhub's API."""
    entry = {
        "startedDateTime": "2026-11-01T10:00:00Z",
        "time": 1,
        "request": {"method": "GET", "url": "https://api.workhub.test/v1/badges/me", "headers": [], "bodySize": 0},
        "response": {
            "status": 401,
            "headers": [{"name": name, "value": value} for name, value in headers],
            "content": {"size": 0, "mimeType": "application/json", "text": "{}"},
            "bodySize": 0,
        },
    }
    path = folder / "workhub.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "creator": {"name": "synthetic"}, "entries": [entry]}}))
    return path


def grant(folder: Path) -> Path:
    path = folder / "grant.toml"
    path.write_text(
        'authorised_by = "Lab"\ncontact = "lab@example.org"\nnot_after = 2099-01-01\n'
        f'[[target]]\nmatch = "{HERE}.0/24"\nports = "any"\ndepth = "describe"\n'
        f'[hosts]\n"api.workhub.test" = "{HERE}.20"\n"es.workhub.test" = "{HERE}.10"\n"db.workhub.test" = "192.0.2.9"\n'
        + PATIENT_TOML
    )
    return path


@pytest.mark.parametrize(
    ("headers", "target", "product", "reason"),
    [
        pytest.param(
            (),
            "api.workhub.test:27017",
            "mongodb",
            "default port of MongoDB on the host of the API",
            marks=pytest.mark.more,
        ),
        pytest.param(
            (("Content-Security-Policy", "connect-src 'self' https://es.workhub.test"),),
            "es.workhub.test:9200",
            "opensearch",
            "the header content-security-policy of the API api.workhub.test names es.workhub.test",
            marks=pytest.mark.more,
        ),
        (
            (("X-Backend-Server", f"{HERE}.10:9200"),),
            f"{HERE}.10:9200",
            "opensearch",
            f"the header x-backend-server of the API api.workhub.test names {HERE}.10",
        ),
    ],
    ids=["same-host", "sibling-name", "header"],
)
def test_the_store_behind_the_api_is_found(
    lab: Path, tmp_path: Path, headers: tuple[tuple[str, str], ...], target: str, product: str, reason: str
) -> None:
    # A header also names a machine that the grant does not cover: it is refused, and the log says so.
    capture = har(tmp_path, *headers, ("X-Upstream", "192.0.2.9:9200"), ("X-Db-Host", "db.workhub.test"))
    tieback(
        "scan", APPS / "workhub.apk", capture, "--grant", grant(tmp_path), "--workspace", "ws", "--report", "r.json",
        cwd=tmp_path,
    )  # fmt: skip
    report: dict[str, Any] = json.loads((tmp_path / "r.json").read_text())
    ways = {
        way["candidate"]["reason"]: exposure
        for exposure in report["exposures"]
        for way in exposure["routes"]
        if target == f"{way['candidate']['host']}:{way['candidate']['port']}"
    }
    (found,) = [exposure for said, exposure in ways.items() if said.startswith(reason)]
    assert (found["product"], found["access"]) == (product, "open")
    assert_only_connected(tmp_path, f"{HERE}.")


@pytest.mark.more
@pytest.mark.parametrize("asked", [True, False])
def test_store_beside_the_api_is_found_if_the_grant_allows_it(lab: Path, tmp_path: Path, asked: bool) -> None:
    permit = tmp_path / "grant.toml"
    permit.write_text(
        'authorised_by = "Lab"\ncontact = "lab@example.org"\nnot_after = 2099-01-01\n'
        f'[[target]]\nmatch = "{HERE}.8/30"\nports = "any"\ndepth = "describe"\nneighbours = {str(asked).lower()}\n'
        f'[hosts]\n"api.workhub.test" = "{HERE}.9"\n' + PATIENT_TOML
    )
    tieback("scan", APPS / "workhub.apk", "--grant", permit, "--workspace", "ws", "--report", "r.json", cwd=tmp_path)
    report: dict[str, Any] = json.loads((tmp_path / "r.json").read_text())
    ways = [(one["product"], one["access"], way["candidate"]) for one in report["exposures"] for way in one["routes"]]
    found = [(product, access, way["reason"]) for product, access, way in ways if way["host"] == f"{HERE}.10"]
    block = f"in the block {HERE}.8/30 of the grant"
    said = f"next to the API, {block}; default port of Elasticsearch"
    assert (("opensearch", "open", said) in found) is asked
    assert bool(found) is asked
    assert_only_connected(tmp_path, *([f"{HERE}.9:", f"{HERE}.10:"] if asked else [f"{HERE}.9:"]))


def assert_only_connected(folder: Path, *places: str) -> None:
    """By the audit log, which has every connection."""
    log = [json.loads(line) for line in (folder / "ws" / "audit.jsonl").read_text().splitlines()]
    connects = [entry["fields"] for entry in log if entry["event"] == "connect"]
    assert connects
    outside = [entry for entry in connects if not f"{entry['address']}:".startswith(places)]
    assert not outside, "nothing outside the grant"
