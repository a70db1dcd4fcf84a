"""Resource Graph, and Defender's assessments as JSON and as CSV."""

import json
from typing import Any

import pytest

from tests.unit.posture.conftest import Read, Settle
from tests.unit.posture.exports import ARM, EXPORTS, SUBSCRIPTION

SERVER = f"{ARM}/Microsoft.Sql/servers/shop-sql".lower()


def test_a_graph(read: Read, settle: Settle) -> None:
    facts, _ = read(EXPORTS["azure-graph"][1])
    (one,) = settle(facts).values()
    assert (one.key, one.public, one.at_rest, one.account) == (SERVER, "yes", "none", SUBSCRIPTION)


def test_the_portals_graph_is_the_same(read: Read, settle: Settle) -> None:
    by_api, by_portal = (settle(read(EXPORTS[name][1])[0]) for name in ("azure-graph", "azure-graph-csv"))
    assert by_portal == by_api


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("", "Formatted results turned off"),
        ("View details", "Formatted results turned off"),
        ('{"publicNetworkAccess": "Ena', "invalid JSON in a cell"),
        ("[" * 5000, "invalid JSON in a cell"),
        ("[1]", "Formatted results turned off"),
    ],
)
def test_a_row_without_its_properties_is_left_out(cell: str, why: str, read: Read) -> None:
    quoted = cell.replace('"', '""')
    text = f'"ID","NAME","TYPE","PROPERTIES"\n"{SERVER}","shop","microsoft.sql/servers","{quoted}"\n'
    facts, source = read(text)
    assert (facts, source.skipped) == ([], 1)
    assert why in source.first_skipped


@pytest.mark.parametrize(
    ("code", "at_rest"), [("Unhealthy", "none"), ("Healthy", "encrypted"), ("NotApplicable", None)]
)
def test_assessments(code: str, at_rest: str | None, read: Read, settle: Settle) -> None:
    value: dict[str, Any] = json.loads(EXPORTS["azure-assessments"][1])
    value["value"][0]["properties"]["status"]["code"] = code
    facts, source = read(json.dumps(value))
    assert [one.at_rest for one in settle(facts).values()] == ([at_rest] if at_rest else [])
    assert sum(source.failed.values()) == (0 if at_rest else 1)


def test_the_portals_csv(read: Read, settle: Settle) -> None:
    facts, source = read(EXPORTS["defender-csv"][1])
    (one,) = settle(facts).values()
    assert (one.key, one.at_rest) == (SERVER, "none")
    assert source.failed == {"Secure transfer to storage accounts should be enabled: notapplicable": 1}
