"""Stores of Google Cloud, as its APIs give them."""

from typing import Any

import pytest

from tests.unit.posture.describe.conftest import Described
from tests.unit.posture.exports import CLOUD_SQL
from tieback.model.resource import Resource
from tieback.posture.describe.interface import NotAResourceError


def sql(**network: Any) -> dict[str, Any]:
    return {**CLOUD_SQL, "settings": {"ipConfiguration": network}}


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        (
            "gcp-sql",
            CLOUD_SQL,
            {
                "public": "yes",
                "product": "postgresql",
                "addresses": ("203.0.113.7",),
                "in_transit": "no",
                "backups": "yes",
                "account": "shop-1234",
                "region": "europe-west1",
            },
        ),
        ("gcp-sql", sql(ipv4Enabled=True, authorizedNetworks=[]), {"public": "no"}),
        ("gcp-sql", sql(ipv4Enabled=False), {"public": "no", "flag": "no"}),
        ("gcp-sql", sql(ipv4Enabled=True, authorizedNetworks=[{"value": "203.0.113.0/24"}]), {"public": "no"}),
        ("gcp-sql", sql(sslMode="ENCRYPTED_ONLY"), {"in_transit": "yes", "public": "unknown"}),
        ("gcp-sql", {**CLOUD_SQL, "diskEncryptionConfiguration": {"kmsKeyName": "k"}}, {"at_rest": "customer_key"}),
        (
            "gcp-bigquery",
            {
                "datasetReference": {"datasetId": "d", "projectId": "p"},
                "access": [{"specialGroup": "allAuthenticatedUsers"}],
            },
            {"public": "yes", "account": "p", "name": "d"},
        ),
        (
            "gcp-bigquery",
            {"datasetReference": {"datasetId": "d", "projectId": "p"}, "access": [{"userByEmail": "a@b.example"}]},
            {"public": "no"},
        ),
        (
            "gcp-spanner",
            {"name": "projects/p/instances/i/databases/d", "encryptionConfig": {"kmsKeyName": "k"}},
            {"at_rest": "customer_key", "key": "//spanner.googleapis.com/projects/p/instances/i/databases/d"},
        ),
        (
            "gcp-firestore",
            {"name": "projects/shop-1234/databases/(default)", "type": "FIRESTORE_NATIVE"},
            {"cloud": ("firestore:shop-1234",), "flag": "yes", "port": "unknown"},
        ),
        (
            "gcp-rtdb",
            {
                "name": "projects/123/locations/us-central1/instances/shop-1234",
                "project": "projects/123",
                "databaseUrl": "https://shop-1234.firebaseio.com",
                "state": "ACTIVE",
            },
            {"cloud": ("firebase-rtdb:shop-1234",), "flag": "yes", "account": "123"},
        ),
        (
            "gcp-memorystore",
            {
                "name": "projects/p/locations/l/instances/i",
                "host": "10.0.0.3",
                "port": 6379,
                "authEnabled": False,
                "transitEncryptionMode": "DISABLED",
            },
            {"public": "no", "authentication": "no", "in_transit": "no", "product": "redis"},
        ),
        (
            "gcp-storage",
            {
                "name": "b",
                "iamConfiguration": {"publicAccessPrevention": "inherited"},
                "iamPolicy": {"bindings": [{"members": ["allUsers"]}]},
            },
            {"public": "yes", "kind": "bucket"},
        ),
        (
            "gcp-storage",
            {
                "name": "b",
                "iamConfiguration": {"publicAccessPrevention": "enforced"},
                "iamPolicy": {"bindings": [{"members": ["allUsers"]}]},
            },
            {"public": "no"},
        ),
        (
            "gcp-storage",
            {"name": "b", "iamPolicy": {"bindings": [{"members": ["user:a@b.example"]}]}},
            {"public": "no", "port": "no"},
        ),
        ("gcp-storage", {"name": "b", "public_access_prevention": "inherited"}, {"flag": "yes", "public": "unknown"}),
        (
            "gcp-storage",
            {"name": "b", "acl": [{"entity": "allUsers"}], "iamConfiguration": {"publicAccessPrevention": "inherited"}},
            {"public": "yes"},
        ),
        (
            "gcp-instance",
            {
                "selfLink": "https://www.googleapis.com/compute/v1/projects/p/zones/z/instances/vm",
                "name": "vm",
                "networkInterfaces": [{"accessConfigs": [{"natIP": "203.0.113.8"}]}],
            },
            {"kind": "host", "addresses": ("203.0.113.8",), "account": "p"},
        ),
    ],
)
def test_stores(kind: str, value: dict[str, Any], wanted: dict[str, Any], described: Described) -> None:
    (one,) = described(kind, value, account="")
    assert isinstance(one, Resource)
    assert {name: getattr(one, name) for name in wanted} == wanted


def test_what_has_no_name_or_project_is_none(described: Described) -> None:
    with pytest.raises(NotAResourceError, match="no name"):
        described("gcp-sql", {})
    with pytest.raises(NotAResourceError, match="pass --account"):
        described("gcp-sql", {"name": "orders"}, account="")
