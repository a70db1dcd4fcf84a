"""Stores of Azure, as Resource Graph and the CLI give them."""

from typing import Any

import pytest

from tests.unit.posture.conftest import Settle
from tests.unit.posture.describe.conftest import Described
from tests.unit.posture.exports import ARM, FIREWALL_RULE, SQL_SERVER, SUBSCRIPTION, TDE
from tieback.model.resource import Resource, ServiceAddress
from tieback.posture.describe.interface import NotAResourceError

SERVER = f"{ARM}/Microsoft.Sql/servers/shop-sql".lower()


def rule(first: str, last: str, name: str = "r") -> dict[str, Any]:
    return {
        "id": f"{SERVER}/firewallRules/{name}",
        "name": name,
        "properties": {"startIpAddress": first, "endIpAddress": last},
    }


@pytest.mark.parametrize(
    ("switch", "rules", "public"),
    [
        ("Enabled", [("0.0.0.0", "255.255.255.255")], "yes"),
        ("Enabled", [("203.0.113.1", "203.0.113.9")], "no"),
        ("Enabled", [("0.0.0.0", "0.0.0.0")], "no"),
        ("Enabled", [("203.0.113.1", "203.0.113.9"), ("0.0.0.0", "255.255.255.255")], "yes"),
        ("Disabled", [("0.0.0.0", "255.255.255.255")], "no"),
        ("Enabled", [], "unknown"),
    ],
)
def test_a_server_and_its_rules(
    switch: str, rules: list[Any], public: str, described: Described, settle: Settle
) -> None:
    server = {**SQL_SERVER, "properties": {**SQL_SERVER["properties"], "publicNetworkAccess": switch}}  # type: ignore[dict-item]
    facts = described("azure-sql-server", server)
    for n, (first, last) in enumerate(rules):
        facts += described("azure-firewall-rule", rule(first, last, f"r{n}"))
    (one,) = settle(facts).values()
    assert one.public == public
    assert one.endpoints == (ServiceAddress("shop-sql.database.windows.net", 1433),)
    assert (one.account, one.authentication) == (SUBSCRIPTION, "yes")


def test_databases_are_parts_of_their_server(described: Described, settle: Settle) -> None:
    protector = {"id": f"{SERVER}/encryptionProtector/current", "properties": {"serverKeyType": "AzureKeyVault"}}
    on = {**TDE, "id": TDE["id"].replace("orders", "users"), "properties": {"state": "Enabled"}}  # type: ignore[attr-defined]
    facts = [
        *described("azure-sql-server", SQL_SERVER),
        *described("azure-sql-database", on),
        *described("azure-sql-database", protector),
    ]
    assert settle(facts)[SERVER].at_rest == "customer_key"
    assert settle([*facts, *described("azure-sql-database", TDE)])[SERVER].at_rest == "none"
    assert described("azure-sql-database", {**TDE, "id": f"{SERVER}/databases/master"}) == []


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        (
            "azure-flexible",
            {
                "id": f"{ARM}/Microsoft.DBforPostgreSQL/flexibleServers/pg",
                "fullyQualifiedDomainName": "PG.postgres.database.azure.com",
                "network": {"publicNetworkAccess": "Enabled"},
                "dataEncryption": {"type": "AzureKeyVault"},
                "backup": {"backupRetentionDays": 7},
            },
            {
                "product": "postgresql",
                "flag": "yes",
                "route": "yes",
                "at_rest": "customer_key",
                "backups": "yes",
                "listens": 5432,
            },
        ),
        (
            "azure-flexible",
            {
                "id": f"{ARM}/Microsoft.DBforMySQL/flexibleServers/my",
                "network": {"delegatedSubnetResourceId": "/subscriptions/x"},
            },
            {"product": "mysql", "flag": "no"},
        ),
        (
            "azure-flexible",
            {
                "id": f"{ARM}/Microsoft.DBforMySQL/servers/old",
                "sslEnforcement": "Disabled",
                "publicNetworkAccess": "Enabled",
            },
            {"in_transit": "no", "flag": "yes"},
        ),
        (
            "azure-cosmos",
            {
                "id": f"{ARM}/Microsoft.DocumentDB/databaseAccounts/shop",
                "name": "shop",
                "kind": "MongoDB",
                "ipRules": [],
                "documentEndpoint": "https://shop.documents.azure.com:443/",
                "publicNetworkAccess": "Enabled",
            },
            {"product": "mongodb", "public": "yes", "cloud": ("cosmosdb:shop",)},
        ),
        (
            "azure-cosmos",
            {
                "id": f"{ARM}/Microsoft.DocumentDB/databaseAccounts/shop",
                "ipRules": [{"ipAddressOrRange": "203.0.113.9"}],
                "publicNetworkAccess": "Enabled",
                "keyVaultKeyUri": "https://vault",
            },
            {"product": "cosmosdb", "public": "no", "at_rest": "customer_key"},
        ),
        (
            "azure-redis",
            {"id": f"{ARM}/Microsoft.Cache/Redis/c", "hostName": "c.redis.cache.windows.net", "enableNonSslPort": True},
            {"in_transit": "no", "authentication": "yes", "product": "redis"},
        ),
        (
            "azure-storage",
            {
                "id": f"{ARM}/Microsoft.Storage/storageAccounts/shopdata",
                "name": "shopdata",
                "allowBlobPublicAccess": True,
                "networkAcls": {"defaultAction": "Allow"},
                "supportsHttpsTrafficOnly": False,
                "encryption": {"keySource": "Microsoft.Keyvault"},
            },
            {
                "kind": "bucket",
                "flag": "yes",
                "route": "yes",
                "port": "unknown",
                "in_transit": "no",
                "at_rest": "customer_key",
            },
        ),
        (
            "azure-storage",
            {"id": f"{ARM}/Microsoft.Storage/storageAccounts/shopdata", "networkAcls": {"defaultAction": "Deny"}},
            {"route": "no", "public": "no"},
        ),
        (
            "azure-address",
            {"id": f"{ARM}/Microsoft.Network/publicIPAddresses/a", "properties": {"ipAddress": "203.0.113.7"}},
            {"kind": "host", "addresses": ("203.0.113.7",)},
        ),
    ],
)
def test_stores(kind: str, value: dict[str, Any], wanted: dict[str, Any], described: Described) -> None:
    (one,) = described(kind, value)
    assert isinstance(one, Resource)
    assert {name: getattr(one, name) for name in wanted} == wanted


def test_a_public_container_opens_its_account(described: Described, settle: Settle) -> None:
    account = f"{ARM}/Microsoft.Storage/storageAccounts/shopdata"
    facts = described(
        "azure-storage", {"id": account, "allowBlobPublicAccess": True, "networkAcls": {"defaultAction": "Allow"}}
    )
    container = {"id": f"{account}/blobServices/default/containers/photos", "name": "photos"}
    facts += described("azure-storage", {**container, "properties": {"publicAccess": "Container"}})
    (one,) = settle(facts).values()
    assert one.public == "yes"
    assert "azure-blob:shopdata/photos" in one.cloud
    assert described("azure-storage", {**container, "properties": {"publicAccess": "None"}}) == []


def test_what_has_no_id_is_none(described: Described) -> None:
    with pytest.raises(NotAResourceError, match="no resource id"):
        described("azure-sql-server", {"name": "x"})


def test_a_rule_of_the_export(described: Described) -> None:
    (one,) = described("azure-firewall-rule", FIREWALL_RULE)
    assert one.openings[0].source == "0.0.0.0-255.255.255.255"  # type: ignore[union-attr]
