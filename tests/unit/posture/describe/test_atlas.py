"""Clusters of MongoDB Atlas and the access lists of their projects."""

from typing import Any

import pytest

from tests.unit.posture.conftest import Settle
from tests.unit.posture.describe.conftest import Described
from tests.unit.posture.exports import ATLAS_CLUSTER
from tieback.model.resource import ServiceAddress
from tieback.posture.describe.interface import NotAResourceError

PROJECT = ATLAS_CLUSTER["groupId"]


@pytest.mark.parametrize(
    ("nets", "public"),
    [
        (["0.0.0.0/0"], "yes"),
        (["203.0.113.0/24"], "no"),
        (["203.0.113.0/24", "0.0.0.0/0"], "yes"),
        ([], "unknown"),
    ],
)
def test_access_list_decides_who_may_connect(
    nets: list[str], public: str, described: Described, settle: Settle
) -> None:
    facts = described("atlas-cluster", ATLAS_CLUSTER)
    for net in nets:
        facts += described("atlas-access-list", {"cidrBlock": net, "groupId": PROJECT})
    (one,) = settle(facts).values()
    assert one.public == public
    assert (one.at_rest, one.in_transit, one.authentication) == ("provider_key", "yes", "yes")


def test_its_names(described: Described) -> None:
    (one,) = described("atlas-cluster", ATLAS_CLUSTER)
    assert one.endpoints == (
        ServiceAddress("orders.ab1cd.mongodb.net", 27017),
        ServiceAddress("orders-shard-00-00.ab1cd.mongodb.net", 27017),
        ServiceAddress("orders-shard-00-01.ab1cd.mongodb.net", 27017),
    )


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"encryptionAtRestProvider": "AWS"}, {"at_rest": "customer_key"}),
        ({"encryptionAtRestProvider": "NONE"}, {"at_rest": "unknown"}),
        ({"paused": True}, {"flag": "no"}),
    ],
)
def test_cluster_descriptions(change: dict[str, Any], wanted: dict[str, str], described: Described) -> None:
    (one,) = described("atlas-cluster", {**ATLAS_CLUSTER, **change})
    assert {name: getattr(one, name) for name in wanted} == wanted


@pytest.mark.parametrize(("kind", "value"), [("atlas-cluster", {"name": "x"}), ("atlas-access-list", {"groupId": "g"})])
def test_incomplete_description_is_skipped(kind: str, value: dict[str, Any], described: Described) -> None:
    with pytest.raises(NotAResourceError):
        described(kind, value, account="")
