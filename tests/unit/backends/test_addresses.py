"""What an address tells, from imported data and from what providers document."""

import json
import re
from ipaddress import ip_network
from pathlib import Path

import pytest

from tests.each import each
from tests.unit.backends.mmdb_file import mmdb
from tieback.backends.addresses import BY_DOCUMENT, BY_LIST, AddressLookup, read_documented, shipped_snapshot
from tieback.backends.datasets import Datasets
from tieback.backends.hosting import HostingLookup
from tieback.model.errors import InputError

GOOG = {"creationTime": "2026-06-17", "prefixes": [{"ipv4Prefix": "34.0.0.0/8"}]}
CLOUD = {"creationTime": "2026-06-17", "prefixes": [{"ipv4Prefix": "34.1.0.0/16", "scope": "us-east1"}]}
ASN = "34.0.0.0,34.255.255.255,64496,Example Net\n"


def claims(addresses: AddressLookup, address: str) -> dict[str, str]:
    return {one.claim: one.value for one in addresses.lookup(address)}


@each(
    ("address", "provider", "product"),
    [
        ("104.16.132.229", "Cloudflare", "Cloudflare CDN"),
        ("1.1.1.1", "Cloudflare", "Cloudflare public DNS"),
        ("2606:4700::6810:84e5", "Cloudflare", "Cloudflare CDN"),
        ("8.8.8.8", "Google", "Google Public DNS"),
        ("185.199.108.153", "GitHub", "GitHub Pages"),
        ("::ffff:151.101.1.1", "Fastly", "Fastly CDN"),
    ],
)
def test_documented_addresses(address: str, provider: str, product: str) -> None:
    found = AddressLookup(names=HostingLookup().name).lookup(address)
    assert [(one.claim, one.value) for one in found] == [("provider", provider), ("product", product)]
    assert {one.confidence for one in found} == {BY_DOCUMENT}
    assert "https://" in found[0].reason


def test_unlisted_address_has_no_provider() -> None:
    assert AddressLookup().lookup("93.184.215.14") == ()


@each("address", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fd00::1", "100.64.0.1"])
def test_private_address_has_no_owner(address: str) -> None:
    (only,) = AddressLookup().lookup(address)
    assert (only.claim, only.confidence) == ("special", 1.0)


def test_every_documented_net_is_public_and_has_a_source() -> None:
    for one in read_documented():
        assert one.source.startswith("https://")
        assert all(ip_network(net).is_global for net in one.nets)


def test_imported_lists_come_first_and_the_clouds_own_before_all_of_google(tmp_path: Path) -> None:
    datasets = Datasets(tmp_path / "data")
    for name, content in {
        "goog.json": json.dumps(GOOG),
        "cloud.json": json.dumps(CLOUD),
        "asn.csv": ASN,
        "cf.txt": "1.1.1.1/32\n",
    }.items():
        (tmp_path / name).write_text(content)
        datasets.add(tmp_path / name, provider="own-resolver" if name == "cf.txt" else "")
    (tmp_path / "c.mmdb").write_bytes(mmdb("C", {"34.1.0.0/16": {"country_code": "US"}}))
    datasets.add(tmp_path / "c.mmdb")
    addresses = AddressLookup(datasets, HostingLookup().name)
    try:
        assert claims(addresses, "34.1.2.3") == {
            "provider": "Google Cloud",
            "region": "us-east1",
            "asn": "AS64496",
            "as_name": "Example Net",
            "country": "US",
        }
        assert claims(addresses, "34.2.0.1") == {"provider": "Google", "asn": "AS64496", "as_name": "Example Net"}
        assert claims(addresses, "1.1.1.1") == {"provider": "own-resolver"}
        (first, *_) = addresses.lookup("34.1.2.3")
        assert first.confidence == BY_LIST
        assert "gcp of 2026-06-17 (sha256 " in first.reason
        used = [one.name for one in addresses.used]
        assert used == ["asn-ipv4", "gcp", "google", "mmdb-country:C", "own-resolver-ipv4"]
    finally:
        addresses.close()


def test_damaged_data_is_reported(tmp_path: Path) -> None:
    datasets = Datasets(tmp_path)
    (tmp_path / "list.txt").write_text("192.0.2.0/24\n")
    one = datasets.add(tmp_path / "list.txt", provider="x")
    (tmp_path / f"{one.sha256}.table").unlink()
    with pytest.raises(InputError, match="Import the list again"):
        AddressLookup(datasets).lookup("1.2.3.4")


def test_what_ships_is_cited_with_its_day_and_hash() -> None:
    assert re.fullmatch(r"tieback's own nets of 20\d\d-\d\d-\d\d \(sha256 [0-9a-f]{12}\)", shipped_snapshot().cited)
    assert shipped_snapshot().entries == sum(len(one.nets) for one in read_documented())
