"""Resources of the providers ``hashicorp/google`` and ``hashicorp/azurerm``, with the names of the clouds' own APIs.

https://registry.terraform.io/providers/hashicorp/google/latest/docs,
https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs. As in ``aws``, what is known only after apply is
missing.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tieback.posture.terraform.graph import TerraformGraph, TerraformResource

type Facts = dict[str, Any]

_NAMED_ONLY = "projectOwner"
_IAM = (
    "google_storage_bucket_iam_member",
    "google_storage_bucket_iam_binding",
    "google_storage_bucket_iam_policy",
)
_LISTS = ("google_storage_bucket_acl", "google_storage_bucket_access_control", "google_storage_default_object_acl")
_PUBLIC_ACLS = {
    "publicread": "allUsers",
    "publicreadwrite": "allUsers",
    "authenticatedread": "allAuthenticatedUsers",
}
_CONTAINER = {"blob", "container", "private"}


def google_bucket(one: TerraformResource, graph: TerraformGraph) -> Facts:
    """A bucket with its IAM members and access lists. Without the argument, prevention is inherited."""
    bindings, unresolved = graph.related(one, "bucket", *_IAM)
    lists, more = graph.related(one, "bucket", *_LISTS)
    members = [member for each in bindings for member in _members(each)]
    entities = [entity for each in lists for entity in _entities(each)]
    unsure = unresolved or more or any(each.unsure("member", "members", "policy_data") for each in bindings)
    unsure = unsure or any(each.unsure("role_entity", "entity", "predefined_acl") for each in lists)
    prevention = one.values.get("public_access_prevention")
    if prevention is None and one.creates and not one.is_set("public_access_prevention"):
        prevention = "inherited"
    facts: Facts = {
        "name": one.values.get("name") or one.address,
        "location": one.values.get("location"),
        "project": one.values.get("project"),
        "publicaccessprevention": prevention,
        "encryption": one.block("encryption"),
        "acl": [{"entity": entity} for entity in entities],
        "logging": one.block("logging") or None,
    }
    is_public = any(member in {"allUsers", "allAuthenticatedUsers"} for member in members)
    if is_public or (bindings and not unsure) or (one.creates and not unsure):
        facts["iampolicy"] = {"bindings": [{"members": members or [_NAMED_ONLY]}]}
    return facts


def _members(one: TerraformResource) -> list[str]:
    found = one.values.get("members")
    words = [*(found if isinstance(found, list) else ()), one.values.get("member")]
    # The policy as a text: the two special members cannot be part of another name.
    text = one.values.get("policy_data")
    special = [f'"{name}"' for name in ("allUsers", "allAuthenticatedUsers")]
    words += [name.strip('"') for name in special if isinstance(text, str) and name in text]
    return [word for word in words if isinstance(word, str)]


def _entities(one: TerraformResource) -> list[str]:
    rows = one.values.get("role_entity")
    words = [str(row).partition(":")[2] for row in rows] if isinstance(rows, list) else []
    words.append(str(one.values.get("entity") or ""))
    words.append(_PUBLIC_ACLS.get(str(one.values.get("predefined_acl") or "").lower(), ""))
    return [word for word in words if word]


def cloud_sql(one: TerraformResource, graph: TerraformGraph) -> Facts:  # noqa: ARG001 - the shape of all
    """An instance of Cloud SQL."""
    settings = one.block("settings")
    network = dict(_first(settings.get("ip_configuration")))
    return {
        "name": one.values.get("name") or one.address,
        "project": one.values.get("project"),
        "region": one.values.get("region"),
        "databaseversion": one.values.get("database_version"),
        "settings": {
            "ipconfiguration": network,
            "backupconfiguration": _first(settings.get("backup_configuration")),
        },
        "diskencryptionconfiguration": {"kmskeyname": one.values.get("encryption_key_name")},
    }


def storage_account(one: TerraformResource, graph: TerraformGraph) -> Facts:
    """A storage account; its containers are separate."""
    rules, _ = graph.related(one, "storage_account_id", "azurerm_storage_account_network_rules")
    rule = rules[0].values if rules else one.block("network_rules")
    encryption = "Microsoft.Keyvault" if one.block("customer_managed_key") else None
    return {
        "name": one.values.get("name") or one.address,
        "location": one.values.get("location"),
        "properties": {
            "allowblobpublicaccess": one.values.get("allow_nested_items_to_be_public"),
            "publicnetworkaccess": _switch(one.values.get("public_network_access_enabled")),
            "networkacls": {
                "defaultaction": rule.get("default_action")
                or ("Allow" if one.creates and not one.unsure("network_rules") and not rules else None)
            },
            "supportshttpstrafficonly": one.values.get(
                "https_traffic_only_enabled", one.values.get("enable_https_traffic_only")
            ),
            "encryption": {"keysource": encryption},
        },
    }


def containers(one: TerraformResource, graph: TerraformGraph) -> tuple[list[str], bool]:
    """Names of the public containers of an account, and whether all of its containers are known to be private."""
    found: dict[str, TerraformResource] = {}
    unresolved = False
    for argument in ("storage_account_name", "storage_account_id"):
        with_argument = any(each.is_set(argument) for each in graph.of("azurerm_storage_container"))
        some, unsure = graph.related(one, argument, "azurerm_storage_container")
        found |= {each.address: each for each in some}
        unresolved = unresolved or (unsure and with_argument)
    levels = {
        str(each.values.get("name") or each.address): str(each.values.get("container_access_type") or "private").lower()
        for each in found.values()
    }
    public = [name for name, level in levels.items() if level in _CONTAINER - {"private"}]
    unsure = unresolved or any(each.unsure("container_access_type") for each in found.values())
    return public, one.creates and not public and not unsure


def azure_server(one: TerraformResource, graph: TerraformGraph) -> Facts:  # noqa: ARG001 - the shape of all
    """A server of SQL, PostgreSQL or MySQL, a Redis cache or a Cosmos DB account."""
    address = one.values.get("ip_range_filter")
    ranges = address.split(",") if isinstance(address, str) else address if isinstance(address, list) else []
    properties: Facts = {
        "publicnetworkaccess": _switch(one.values.get("public_network_access_enabled")),
        "version": one.values.get("version"),
        "fullyqualifieddomainname": one.values.get("fully_qualified_domain_name") or one.values.get("fqdn"),
        "enablenonsslport": one.values.get("non_ssl_port_enabled", one.values.get("enable_non_ssl_port")),
        "isvirtualnetworkfilterenabled": one.values.get("is_virtual_network_filter_enabled"),
        "backupretentiondays": one.values.get("backup_retention_days"),
    }
    if one.values.get("delegated_subnet_id") or one.unsure("delegated_subnet_id"):
        properties["network"] = {"delegatedsubnetresourceid": "delegated"}
    if one.block("customer_managed_key"):
        properties["dataencryption"] = {"type": "AzureKeyVault"}
    if one.type == "azurerm_cosmosdb_account" and one.creates and not one.unsure("ip_range_filter"):
        properties["iprules"] = [{"ipaddressorrange": net} for net in ranges if isinstance(net, str) and net]
    kinds = {"azurerm_postgresql_flexible_server": "postgresql", "azurerm_postgresql_server": "postgresql"}
    return {
        "name": one.values.get("name") or one.address,
        "location": one.values.get("location"),
        "type": f"terraform/{kinds.get(one.type, '')}",
        "kind": one.values.get("kind"),
        "properties": properties,
    }


FACTS: Mapping[str, Callable[[TerraformResource, TerraformGraph], Facts]] = {
    "google_storage_bucket": google_bucket,
    "google_sql_database_instance": cloud_sql,
    "azurerm_storage_account": storage_account,
    "azurerm_mssql_server": azure_server,
    "azurerm_sql_server": azure_server,
    "azurerm_postgresql_flexible_server": azure_server,
    "azurerm_postgresql_server": azure_server,
    "azurerm_mysql_flexible_server": azure_server,
    "azurerm_mysql_server": azure_server,
    "azurerm_mariadb_server": azure_server,
    "azurerm_redis_cache": azure_server,
    "azurerm_cosmosdb_account": azure_server,
}
"""By type: the settings with the names that the description of the kind knows."""
FIREWALL_RULES = {
    "azurerm_mssql_firewall_rule": ("server_id", "azurerm_mssql_server"),
    "azurerm_postgresql_flexible_server_firewall_rule": ("server_id", "azurerm_postgresql_flexible_server"),
    "azurerm_mysql_flexible_server_firewall_rule": ("server_name", "azurerm_mysql_flexible_server"),
    "azurerm_redis_firewall_rule": ("redis_cache_name", "azurerm_redis_cache"),
}
"""Types of firewall rules, with the argument that names the server, and the type of the server."""


def _switch(value: Any) -> str | None:
    return None if not isinstance(value, bool) else "Enabled" if value else "Disabled"


def _first(value: Any) -> Mapping[str, Any]:
    found = value[0] if isinstance(value, list) and value else value
    return found if isinstance(found, dict) else {}
