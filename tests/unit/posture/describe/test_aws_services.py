"""OpenSearch, ElastiCache, MemoryDB and DynamoDB."""

import json
from typing import Any

import pytest

from tests.each import each
from tests.unit.posture.describe.conftest import ACCOUNT, Described
from tieback.model.resource import Dependency, Resource, ServiceAddress
from tieback.posture.describe.aws_services import admits_everyone

EVERYBODY = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "es:*", "Resource": "*"}]}
OWN = {
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::1:root"}, "Action": "es:*", "Resource": "*"}]
}


@pytest.mark.parametrize(
    ("value", "public", "login"),
    [
        ({"AccessPolicies": json.dumps(EVERYBODY), "AdvancedSecurityOptions": {"Enabled": False}}, "yes", "no"),
        ({"AccessPolicies": json.dumps(EVERYBODY), "AdvancedSecurityOptions": {"Enabled": True}}, "yes", "yes"),
        ({"AccessPolicies": json.dumps(EVERYBODY)}, "yes", "unknown"),
        ({"AccessPolicies": json.dumps(OWN)}, "no", "yes"),
        ({"AccessPolicies": json.dumps(EVERYBODY), "VPCOptions": {"VPCId": "vpc-1"}}, "no", "unknown"),
        ({"AccessPolicies": "{broken"}, "unknown", "unknown"),
        ({}, "unknown", "unknown"),
    ],
)
def test_a_domain(value: dict[str, Any], public: str, login: str, described: Described) -> None:
    (one,) = described(
        "aws-opensearch", {"DomainName": "logs", "ARN": f"arn:aws:es:eu-west-1:{ACCOUNT}:domain/logs", **value}
    )
    assert isinstance(one, Resource)
    assert (one.public, one.authentication, one.product) == (public, login, "elasticsearch")


@pytest.mark.parametrize(
    ("value", "at_rest"),
    [
        ({"EncryptionAtRestOptions": {"Enabled": False}}, "none"),
        ({"EncryptionAtRestOptions": {"Enabled": True, "KmsKeyId": "arn:aws:kms:r:1:key/a"}}, "encrypted"),
        ({"encryption_at_rest": False}, "none"),
        ({}, "unknown"),
    ],
)
def test_a_domain_at_rest(value: dict[str, Any], at_rest: str, described: Described) -> None:
    assert described("aws-opensearch", {"DomainName": "x", **value})[0].at_rest == at_rest  # type: ignore[union-attr]


@each(
    ("policy", "wanted"),
    [
        (EVERYBODY, True),
        (OWN, False),
        ({"Statement": {"Effect": "Allow", "Principal": "*"}}, True),
        (
            {
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": "*",
                        "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
                    }
                ]
            },
            False,
        ),
        ({"Statement": [{"Effect": "Deny", "Principal": "*"}]}, False),
        ({"Statement": "nonsense"}, False),
        (None, False),
    ],
)
def test_policies(policy: Any, wanted: bool) -> None:
    assert admits_everyone(policy) is wanted


@pytest.mark.parametrize(
    ("value", "at_rest", "tls", "login"),
    [
        (
            {"AtRestEncryptionEnabled": True, "TransitEncryptionEnabled": True, "AuthTokenEnabled": True},
            "provider_key",
            "yes",
            "yes",
        ),
        ({"AtRestEncryptionEnabled": True, "KmsKeyId": "arn:aws:kms:r:1:key/a"}, "encrypted", "unknown", "unknown"),
        (
            {"AtRestEncryptionEnabled": False, "TransitEncryptionEnabled": False, "AuthTokenEnabled": False},
            "none",
            "no",
            "no",
        ),
        ({"TransitEncryptionEnabled": True, "TransitEncryptionMode": "preferred"}, "unknown", "no", "unknown"),
        ({"AuthTokenEnabled": False, "UserGroupIds": ["group"]}, "unknown", "unknown", "yes"),
        ({}, "unknown", "unknown", "unknown"),
    ],
)
def test_a_replication_group(value: dict[str, Any], at_rest: str, tls: str, login: str, described: Described) -> None:
    (one,) = described("aws-elasticache-group", {"ReplicationGroupId": "c", **value})
    assert isinstance(one, Resource)
    assert (one.at_rest, one.in_transit, one.authentication, one.product) == (at_rest, tls, login, "redis")


def test_places_of_a_group(described: Described) -> None:
    value = {
        "ReplicationGroupId": "c",
        "NodeGroups": [{"PrimaryEndpoint": {"Address": "C.abc.cache.amazonaws.com", "Port": 6379}}],
    }
    (one,) = described("aws-elasticache-group", value)
    assert isinstance(one, Resource)
    assert (one.endpoints, one.listens) == ((ServiceAddress("c.abc.cache.amazonaws.com", 6379),), 6379)


def test_a_cluster_may_be_a_member(described: Described) -> None:
    member, one = described(
        "aws-elasticache-cluster", {"CacheClusterId": "c-001", "ReplicationGroupId": "c", "Engine": "redis"}
    )
    assert isinstance(member, Dependency)
    assert isinstance(one, Resource)
    assert member.name == one.key == f"arn:aws:elasticache:eu-west-1:{ACCOUNT}:replicationgroup:c"
    (alone,) = described("aws-elasticache-cluster", {"CacheClusterId": "m", "Engine": "memcached"})
    assert (alone.product, alone.key.rpartition(":")[2]) == ("memcached", "m")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "engine", "source", "key"),
    [
        ("cache-001", "redis", "prowler", "replicationgroup:cache"),
        ("my-cache-0002-003", "valkey", "prowler", "replicationgroup:my-cache"),
        ("cache", "redis", "prowler", "cluster:cache"),
        ("cache-001", "memcached", "prowler", "cluster:cache-001"),
        # Elsewhere a member names its group.
        ("cache-001", "redis", "cli", "cluster:cache-001"),
    ],
)
def test_prowlers_members_are_known_by_their_names(
    name: str, engine: str, source: str, key: str, described: Described
) -> None:
    *_, one = described("aws-elasticache-cluster", {"id": name, "engine": engine}, source=source)
    assert isinstance(one, Resource)
    assert one.key.endswith(f":{key}")


@pytest.mark.parametrize(("source", "at_rest"), [("cli", "provider_key"), ("prowler", "encrypted")])
def test_no_key_is_awss_own_unless_the_source_has_no_place_for_keys(
    source: str, at_rest: str, described: Described
) -> None:
    value = {"ReplicationGroupId": "c", "Engine": "redis", "AtRestEncryptionEnabled": True}
    (one,) = described("aws-elasticache-group", value, source=source)
    assert isinstance(one, Resource)
    assert one.at_rest == at_rest


@pytest.mark.parametrize(("acl", "login"), [("open-access", "no"), ("mine", "yes"), ("", "unknown")])
def test_memorydb(acl: str, login: str, described: Described) -> None:
    (one,) = described("aws-memorydb", {"Name": "m", "ACLName": acl, "TLSEnabled": True})
    assert isinstance(one, Resource)
    assert (one.authentication, one.at_rest, one.in_transit) == (login, "provider_key", "yes")


@pytest.mark.parametrize(
    ("value", "at_rest"),
    [
        ({}, "provider_key"),
        (
            {"SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": "arn:aws:kms:r:1:key/a"}},
            "encrypted",
        ),
    ],
)
def test_a_table_is_never_unencrypted(value: dict[str, Any], at_rest: str, described: Described) -> None:
    assert described("aws-dynamodb", {"TableName": "t", **value})[0].at_rest == at_rest  # type: ignore[union-attr]
