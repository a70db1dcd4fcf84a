"""RDS, Aurora, DocumentDB, Neptune, Redshift and snapshots, in the words of the CLI, Config and Prowler."""

from typing import Any

import pytest

from tests.unit.posture.describe.conftest import ACCOUNT, Described
from tests.unit.posture.exports import INSTANCE
from tieback.model.resource import Dependency, DependencyKind, Resource, ServiceAddress

CLUSTER = f"arn:aws:rds:eu-west-1:{ACCOUNT}:cluster:shop"


def test_an_instance(described: Described) -> None:
    (one,) = described("aws-rds-instance", INSTANCE)
    assert isinstance(one, Resource)
    assert one.key == f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:orders"
    assert (one.product, one.engine, one.name) == ("postgresql", "postgres 15.4", "orders")
    assert one.endpoints == (ServiceAddress("orders.c1.eu-west-1.rds.amazonaws.com", 5432),)
    assert (one.flag, one.at_rest, one.backups, one.logging) == ("yes", "none", "yes", "yes")
    assert (one.route, one.port, one.in_transit) == ("unknown", "unknown", "unknown")
    assert one.needs == ("sg-0a", "vpc-0a")
    assert one.subnets == ("subnet-0a",)


def test_a_member_is_a_part_of_its_cluster(described: Described) -> None:
    member, one = described("aws-rds-instance", {**INSTANCE, "DBClusterIdentifier": "shop"})
    assert isinstance(member, Dependency)
    assert (member.kind, member.name) == (DependencyKind.MEMBER, CLUSTER)
    assert isinstance(one, Resource)
    assert (one.key, one.part, one.name) == (CLUSTER, "orders", "shop")


@pytest.mark.parametrize(
    ("value", "at_rest"),
    [
        ({"StorageEncrypted": False}, "none"),
        ({"StorageEncrypted": True, "KmsKeyId": "arn:aws:kms:eu-west-1:1:key/a"}, "encrypted"),
        ({"StorageEncrypted": True, "KmsKeyId": "arn:aws:kms:eu-west-1:1:alias/aws/rds"}, "provider_key"),
        ({"StorageEncrypted": True}, "encrypted"),
        ({"KmsKeyId": "arn:aws:kms:eu-west-1:1:key/a"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_encryption(value: dict[str, Any], at_rest: str, described: Described) -> None:
    assert described("aws-rds-instance", {"DBInstanceIdentifier": "x", **value})[0].at_rest == at_rest  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("kind", "value", "product", "service", "name"),
    [
        (
            "aws-rds-cluster",
            {"DBClusterIdentifier": "shop", "Engine": "aurora-postgresql"},
            "postgresql",
            "rds",
            "shop",
        ),
        ("aws-rds-cluster", {"DBClusterIdentifier": "d", "Engine": "docdb", "Port": 27017}, "mongodb", "docdb", "d"),
        ("aws-rds-cluster", {"dBClusterIdentifier": "n", "engine": "neptune"}, "neptune", "neptune", "n"),
        ("aws-redshift", {"ClusterIdentifier": "wh", "MasterUsername": "x"}, "postgresql", "redshift", "wh"),
        ("aws-rds-snapshot", {"DBSnapshotIdentifier": "s", "Engine": "mysql"}, "mysql", "rds", "s"),
    ],
)
def test_database_descriptions(
    kind: str, value: dict[str, Any], product: str, service: str, name: str, described: Described
) -> None:
    one = described(kind, value)[0]
    assert isinstance(one, Resource)
    assert (one.product, one.service, one.name, one.account) == (product, service, name, ACCOUNT)


@pytest.mark.parametrize(
    ("value", "public"),
    [
        ({"DBSnapshotAttributes": [{"AttributeName": "restore", "AttributeValues": ["all"]}]}, "yes"),
        ({"DBSnapshotAttributes": [{"AttributeName": "restore", "AttributeValues": ["999999999999"]}]}, "no"),
        ({"DBSnapshotAttributes": [{"AttributeName": "restore", "AttributeValues": []}]}, "no"),
        ({"public": True}, "yes"),
        # A tool's own model is false where it could not ask.
        ({"public": False}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_snapshot_restore_permissions(value: dict[str, Any], public: str, described: Described) -> None:
    one = described("aws-rds-snapshot", {"DBSnapshotIdentifier": "s", **value})[0]
    assert one.backups_public == public  # type: ignore[union-attr]


def test_a_snapshot_of_a_cluster_has_its_own_name(described: Described) -> None:
    value = {"DBClusterSnapshotIdentifier": "s", "DBClusterSnapshotAttributes": []}
    assert described("aws-rds-snapshot", value)[0].key == f"arn:aws:rds:eu-west-1:{ACCOUNT}:cluster-snapshot:s"  # type: ignore[union-attr]


def test_warehouse_location_comes_from_its_namespace(described: Described) -> None:
    value = {
        "ClusterIdentifier": "wh",
        "ClusterNamespaceArn": "arn:aws:redshift:us-east-1:2:namespace:abc",
        "PubliclyAccessible": True,
    }
    one = described("aws-redshift", value, account="", region="")[0]
    assert isinstance(one, Resource)
    assert (one.key, one.listens, one.flag) == ("arn:aws:redshift:us-east-1:2:cluster:wh", 5439, "yes")


def test_tls_requirement_comes_from_parameters(described: Described) -> None:
    value = {"id": "x", "engine": "postgres", "parameters": [{"ParameterName": "rds.force_ssl", "ParameterValue": "1"}]}
    assert described("aws-rds-instance", value)[0].in_transit == "yes"  # type: ignore[union-attr]
