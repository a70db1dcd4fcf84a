"""Asset Inventory and Security Command Center."""

import json
from typing import Any

import pytest

from tests.unit.posture.conftest import Read, Settle
from tests.unit.posture.exports import EXPORTS

SQL = "//sqladmin.googleapis.com/projects/shop-1234/instances/orders"
FINDING: dict[str, Any] = json.loads(EXPORTS["gcp-scc"][1])[0]


def test_assets(read: Read, settle: Settle) -> None:
    facts, _ = read(EXPORTS["gcp-assets"][1])
    found = settle(facts)
    assert (found[SQL].public, found[SQL].at_rest, found[SQL].account) == ("yes", "provider_key", "shop-1234")
    assert found["//storage.googleapis.com/shop-data"].port == "yes"


def test_asset_without_data_is_skipped(read: Read) -> None:
    facts, source = read(json.dumps([{"name": SQL, "assetType": "sqladmin.googleapis.com/Instance"}]))
    assert not facts
    assert source.failed == {"sqladmin.googleapis.com/Instance without data": 1}


@pytest.mark.parametrize(
    ("change", "port"),
    [
        ({}, "yes"),
        ({"state": "INACTIVE"}, None),
        ({"category": "OPEN_FIREWALL"}, None),
    ],
)
def test_findings(change: dict[str, str], port: str | None, read: Read, settle: Settle) -> None:
    facts, _ = read(json.dumps([{**FINDING, "finding": {**FINDING["finding"], **change}}]))
    assert [one.port for one in settle(facts).values()] == ([port] if port else [])


def test_a_list_within_an_answer(read: Read, settle: Settle) -> None:
    facts, _ = read(json.dumps({"listFindingsResults": [FINDING], "totalSize": 1}))
    assert settle(facts)[SQL].account == "shop-1234"
