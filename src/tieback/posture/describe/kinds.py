"""Kinds of resource descriptions, by their name in each export (``kinds.toml``), and their readers."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import resources

import msgspec

from tieback.model.resource import Dependency, Resource, ResourceKind
from tieback.posture.describe import (
    atlas,
    aws_databases,
    aws_fronts,
    aws_network,
    aws_services,
    aws_storage,
    azure,
    gcp,
)
from tieback.posture.describe.aws_names import parse_arn
from tieback.posture.describe.interface import Describe, DescriptionContext
from tieback.posture.facts import ExportObject

DESCRIBE: Mapping[str, Describe] = {
    "aws-rds-instance": aws_databases.rds_instance,
    "aws-rds-cluster": aws_databases.rds_cluster,
    "aws-rds-snapshot": aws_databases.rds_snapshot,
    "aws-ebs-snapshot": aws_network.volume_snapshot,
    "aws-redshift": aws_databases.redshift,
    "aws-memorydb": aws_services.memorydb,
    "aws-opensearch": aws_services.opensearch,
    "aws-elasticache-group": aws_services.replication_group,
    "aws-elasticache-cluster": aws_services.cache_cluster,
    "aws-dynamodb": aws_services.dynamodb,
    "aws-s3": aws_storage.bucket,
    "aws-s3-account": aws_storage.account_block,
    "aws-security-group": aws_network.security_group,
    "aws-route-table": aws_network.route_table,
    "aws-network-acl": aws_network.network_acl,
    "aws-load-balancer": aws_fronts.load_balancer,
    "aws-listener": aws_fronts.listener,
    "aws-target-group": aws_fronts.target_group,
    "aws-target": aws_fronts.target,
    "aws-interface": aws_fronts.interface,
    "aws-subnet": aws_network.subnet,
    "aws-key": aws_network.key,
    "aws-instance": aws_network.instance,
    "azure-sql-server": azure.sql_server,
    "azure-sql-database": azure.sql_database,
    "azure-flexible": azure.flexible_server,
    "azure-cosmos": azure.cosmos,
    "azure-redis": azure.redis,
    "azure-storage": azure.storage,
    "azure-firewall-rule": azure.firewall_rule,
    "azure-address": azure.public_address,
    "gcp-sql": gcp.cloud_sql,
    "gcp-bigquery": gcp.bigquery,
    "gcp-spanner": gcp.spanner,
    "gcp-firestore": gcp.firestore,
    "gcp-rtdb": gcp.realtime_database,
    "gcp-memorystore": gcp.memorystore,
    "gcp-storage": gcp.bucket,
    "gcp-instance": gcp.instance,
    "atlas-cluster": atlas.cluster,
    "atlas-access-list": atlas.access_list,
}


class ResourceType(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of resource, and its names in exports."""

    name: str
    provider: str
    service: str
    sort: str
    product: str = ""
    config: tuple[str, ...] = ()
    asff: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    having: str = ""
    steampipe: tuple[str, ...] = ()
    terraform: tuple[str, ...] = ()
    arm: tuple[str, ...] = ()
    asset: tuple[str, ...] = ()
    arn: tuple[str, ...] = ()

    @property
    def resource(self) -> ResourceKind | None:
        """Kind for the counts; ``None`` for objects that only affect other resources."""
        return None if self.sort == "dependency" else ResourceKind(self.sort)

    def read(self, facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
        """The facts in a description of this kind. Raises ``NotAResourceError``."""
        return DESCRIBE[self.name](facts, about)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: tuple[ResourceType, ...]


class ResourceTypes:
    """The table, read at the first look-up."""

    @cached_property
    def all(self) -> tuple[ResourceType, ...]:
        """Every kind, in the order of the file."""
        raw = resources.files("tieback.posture.describe").joinpath("kinds.toml").read_bytes()
        return msgspec.toml.decode(raw, type=_File).kind

    @cached_property
    def _named(self) -> Mapping[str, ResourceType]:
        return {
            name.lower(): kind
            for kind in self.all
            for name in (kind.name, *kind.config, *kind.asff, *kind.steampipe, *kind.terraform, *kind.arm, *kind.asset)
        }

    @cached_property
    def _outputs(self) -> Mapping[str, tuple[ResourceType, ...]]:
        found: dict[str, list[ResourceType]] = {}
        for kind in self.all:
            for name in kind.outputs:
                found.setdefault(name, []).append(kind)
        return {name: tuple(kinds) for name, kinds in found.items()}

    @cached_property
    def _arns(self) -> tuple[tuple[str, str, ResourceType], ...]:
        return tuple((*text.partition(" ")[::2], kind) for kind in self.all for text in kind.arn)

    def by_name(self, name: str) -> ResourceType | None:
        """The kind with this name in any export; ``None`` for an unknown name."""
        return self._named.get(name.lower())

    def by_answer(self, key: str, facts: ExportObject) -> ResourceType | None:
        """The kind of a description below a key of a CLI output."""
        kinds = self._outputs.get(key, ())
        return next((kind for kind in kinds if not kind.having or facts.has(kind.having)), None)

    def has_answer_key(self, key: str) -> bool:
        """True if a CLI output has descriptions below this key."""
        return key in self._outputs

    def by_key(self, key: str) -> ResourceType | None:
        """The kind of a resource with this full name: an ARN, an ARM id, a full resource name."""
        arn = parse_arn(key)
        if arn is not None:
            return next(
                (k for service, start, k in self._arns if service == arn.service and arn.resource.startswith(start)),
                None,
            )
        if key.lower().startswith("/subscriptions/"):
            return self.by_name(arm_type(key))
        return None


def arm_type(id_: str) -> str:
    """The type in an ARM id, lower case: ``microsoft.sql/servers/databases``."""
    parts = id_.lower().split("/")
    if "providers" not in parts:
        return ""
    at = len(parts) - 1 - parts[::-1].index("providers")
    return "/".join((parts[at + 1], *parts[at + 2 :: 2])) if at + 1 < len(parts) else ""
