"""Whom RDAP documents name: of the narrowest network, the AS, the domain; each with the data that says so."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.unit.backends.test_rdap import AUTNUM, DOMAIN, NETWORK, data, entity
from tieback.backends.datasets import Datasets
from tieback.backends.registration import RegistrationLookup, registered_contacts
from tieback.model.backend import Attribution

CUSTOMER = NETWORK | {
    "name": "CUSTOMER",
    "startAddress": "203.0.113.8",
    "endAddress": "203.0.113.15",
    "entities": [entity("abuse", email="abuse@customer.example")],
}


@pytest.fixture
def datasets(tmp_path: Path) -> Datasets:
    found = Datasets(tmp_path / "data")
    given = tmp_path / "answers.json"
    given.write_bytes(data(NETWORK, CUSTOMER, AUTNUM, DOMAIN))
    found.add(given, today="2026-11-20")
    return found


def told(found: Iterable[Attribution]) -> list[tuple[str, str]]:
    return [(one.claim, one.value) for one in found]


def test_the_narrowest_network_answers(datasets: Datasets) -> None:
    registered = RegistrationLookup(datasets)
    assert told(registered.lookup_address("203.0.113.9")) == [
        ("network", "CUSTOMER"),
        ("network_contact", "abuse@customer.example"),
    ]
    network, abuse, _ = registered.lookup_address("203.0.113.1")
    assert (network.value, abuse.value) == ("Hoster GmbH", "abuse@hoster.example")
    (one,) = datasets.all()
    assert abuse.reason == (
        f"abuse contact of Hoster GmbH for network 203.0.113.0 to 203.0.113.255, according to {one.cited}"
    )
    assert told(registered.lookup_address("198.51.100.1")) == []


def test_systems_and_domains(datasets: Datasets) -> None:
    registered = RegistrationLookup(datasets)
    assert told(registered.lookup_asn(64505)) == [("network", "HOSTER-AS"), ("network_contact", "abuse@hoster.example")]
    assert told(registered.lookup_asn(64499)) == []
    assert told(registered.lookup_domain("shop.example")) == [
        ("owner", "Shop AG"),
        ("domain_contact", "it@shop.example"),
    ]
    assert told(registered.lookup_domain("other.example")) == []


def test_contacts_of_the_domain_come_first() -> None:
    found = [
        Attribution(claim, f"{n}@x.example", "", 0.8) for n, claim in enumerate(("network_contact", "domain_contact"))
    ]
    assert registered_contacts((*found, *found, Attribution("owner", "x", "", 0.8))) == ("1@x.example", "0@x.example")


def test_no_registration_without_data() -> None:
    assert list(RegistrationLookup().lookup_address("203.0.113.1")) == []


def test_documents_are_listed_verified_and_replaced(datasets: Datasets, tmp_path: Path) -> None:
    (several,) = datasets.all()
    assert (several.kind, several.entries) == ("rdap", 4)
    for name, number in (("old", 1), ("new", 2)):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(NETWORK | {"name": f"NET-{number}"}))
        datasets.add(path)
    assert [one.name for one in datasets.all()] == ["rdap:network 203.0.113.0", several.name]
    assert [wrong for _, wrong in datasets.verify()] == ["", ""]
    (datasets.folder / f"{several.sha256}.table").write_bytes(b"x")
    assert [wrong for _, wrong in datasets.verify()] == ["", "the compiled table does not match the file"]
