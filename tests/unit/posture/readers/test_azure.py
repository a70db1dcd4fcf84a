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
