"""ScoutSuite: the results of a run, a script that assigns one object (``scoutsuite_results = {...}``).

Format: https://github.com/nccgroup/ScoutSuite/wiki. The object nests services, regions and networks. The service and
the collection of an entry define if it is a resource. The file is read as a whole, up to 64 MiB.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tieback.intake.reports.interface import parse_time
from tieback.posture.describe.interface import DescriptionContext
from tieback.posture.describe.kinds import ResourceTypes
from tieback.posture.facts import ExportObject
from tieback.posture.interface import Fact, PostureMeta
from tieback.posture.readers.interface import describe, list_elements
from tieback.posture.source import MAX_DOCUMENT, PostureSource

_COLLECTIONS = {
    ("rds", "instances"): "aws-rds-instance",
    ("rds", "clusters"): "aws-rds-cluster",
    ("rds", "snapshots"): "aws-rds-snapshot",
    ("redshift", "clusters"): "aws-redshift",
    ("elasticache", "clusters"): "aws-elasticache-cluster",
    ("dynamodb", "tables"): "aws-dynamodb",
    ("s3", "buckets"): "aws-s3",
    ("ec2", "security_groups"): "aws-security-group",
    ("ec2", "instances"): "aws-instance",
    ("kms", "keys"): "aws-key",
    ("cloudsql", "instances"): "gcp-sql",
    ("cloudstorage", "buckets"): "gcp-storage",
    ("bigquery", "datasets"): "gcp-bigquery",
    ("sqldatabase", "servers"): "azure-sql-server",
    ("storageaccounts", "storage_accounts"): "azure-storage",
}
_MAX_DEPTH = 12
_WITHIN = frozenset({"regions", "vpcs", "projects", "subscriptions", "zones"})


class ScoutSuite:
    """Reads results of ScoutSuite."""

    meta = PostureMeta("scoutsuite", "ScoutSuite", "https://github.com/nccgroup/ScoutSuite/wiki")

    def __init__(self) -> None:
        self._kinds = ResourceTypes()

    def recognises(self, head: bytes) -> bool:
        """True if the file begins with the variable of the script, or with the beginning of its object."""
        return b"scoutsuite_results" in head[:200] or (b'"provider_code"' in head and b'"services"' in head)

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The facts of each resource."""
        source.longest = MAX_DOCUMENT
        account, services, when, provider, line = source.origin.account, {}, source.seen, "", 1
        for key, at, value in source.members():
            if key == "account_id":
                account = str(value)[:64]
            elif key == "services" and isinstance(value, dict):
                services, line = value, at
            elif key == "last_run" and isinstance(value, dict):
                when = parse_time(str(value.get("time", ""))[:19]) or when
            elif key == "provider_code":
                provider = str(value)
        if not services:
            source.skip(line, "no services found")
        for service, inner in services.items():
            if isinstance(inner, dict):
                yield from self._within(
                    source, line, (service, provider), inner, DescriptionContext(self.meta.name, when, account), 0
                )

    def _within(
        self,
        source: PostureSource,
        line: int,
        where: tuple[str, str],
        value: Mapping[str, Any],
        about: DescriptionContext,
        depth: int,
    ) -> Iterator[Fact]:
        if depth > _MAX_DEPTH:
            return
        service, _ = where
        for name, inner in value.items():
            if not isinstance(inner, dict):
                continue
            kind = _COLLECTIONS.get((service, name))
            if kind is not None:
                for key, resource in inner.items():
                    if isinstance(resource, dict):
                        yield from self._resource(source, line, kind, str(key), resource, about)
                continue
            for key, deeper in inner.items() if name in _WITHIN else ():
                if isinstance(deeper, dict):
                    place = DescriptionContext(
                        about.source, about.seen, about.account, str(key) if name == "regions" else about.region
                    )
                    if name in {"projects", "subscriptions"}:
                        place = DescriptionContext(about.source, about.seen, str(key), about.region)
                    yield from self._within(source, line, where, deeper, place, depth + 1)

    def _resource(
        self, source: PostureSource, line: int, kind: str, key: str, value: Mapping[str, Any], about: DescriptionContext
    ) -> Iterator[Fact]:
        known = {**value, "rules": None, "id": value.get("id") or key} if kind == "aws-security-group" else dict(value)
        if kind == "aws-security-group":
            known["ip_permissions"] = list(_ingress(value))
        arn = str(value.get("arn") or "")
        name = str(value.get("name") or key)
        if kind in {"aws-rds-instance", "aws-redshift", "aws-elasticache-cluster"}:
            # The ids are digests from ScoutSuite; the name comes from the provider.
            known["id"] = name
        about = DescriptionContext(about.source, about.seen, about.account, about.region, key=arn, name=name)
        yield from describe(source, line, self._kinds.by_name(kind), ExportObject(known), about)


def _ingress(group: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Rules from its tree of protocols, ports and networks."""
    protocols = ExportObject(group).inner("rules").inner("ingress").inner("protocols")
    for protocol, inner in protocols.pairs():
        ports = inner.get("ports") if isinstance(inner, dict) else None
        for port, its in ports.items() if isinstance(ports, dict) else ():
            listed = list_elements(its.get("cidrs")) if isinstance(its, dict) else []
            nets = [str(one.get("CIDR", "")) for one in listed if isinstance(one, dict)]
            first, _, last = str(port).partition("-")
            span = {"fromport": first, "toport": last or first} if first.isdigit() else {}
            yield {
                "ipprotocol": "-1" if protocol == "all" else protocol,
                "ipranges": [{"cidrip": net} for net in nets],
                "ipv6ranges": [{"cidripv6": net} for net in nets],
                **span,
            }
