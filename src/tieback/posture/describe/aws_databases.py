"""Databases of AWS in a network of the customer: RDS, Aurora, DocumentDB, Neptune, Redshift, and snapshots.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html and related pages. An instance of a
cluster is a part of the cluster; both are one database.
"""

from collections.abc import Iterator

from tieback.model.resource import Dependency, DependencyKind, Resource, ResourceKind, ServiceAddress, TriState
from tieback.posture.describe.aws_names import Arn, build_arn
from tieback.posture.describe.interface import (
    DescriptionContext,
    NotAResourceError,
    at_rest,
    is_positive,
    is_present,
    product_of,
)
from tieback.posture.facts import ExportObject

_SERVICE = {"mongodb": "docdb", "neptune": "neptune"}


def rds_instance(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """An instance of RDS, DocumentDB or Neptune."""
    name = facts.text("dbinstanceidentifier", "id") or about.name
    arn = build_arn(about, "rds", f"db:{name}", facts.text("dbinstancearn", "arn"))
    name = name or arn.resource.partition(":")[2]
    cluster = facts.text("dbclusteridentifier", "clusterid")
    key, part = arn.text, ""
    if cluster and cluster != "None":
        key, part = arn.text.replace(":db:", ":cluster:", 1).rpartition(":")[0] + f":{cluster}", name
    engine = facts.text("engine")
    where = facts.inner("endpoint")
    port = where.number("port") or facts.number("endpointport", "port", "dbinstanceport")
    host = where.text("address") or facts.text("endpointaddress")
    encryption = facts.text("kmskeyid", "kmskey")
    network = facts.inner("dbsubnetgroup")
    if part:
        yield Dependency(arn.text, DependencyKind.MEMBER, key, arn.account, source=about.source, seen=about.seen)
    yield Resource(
        key=key,
        provider="aws",
        kind=ResourceKind.DATABASE,
        account=arn.account,
        region=arn.region,
        service=_SERVICE.get(product_of(engine), "rds"),
        product=product_of(engine),
        engine=f"{engine} {facts.text('engineversion')}".strip(),
        name=cluster if part else name,
        endpoints=_places(host, port),
        listens=port,
        flag=facts.answer("publiclyaccessible", "public"),
        at_rest=at_rest(facts.answer("storageencrypted", "encrypted"), encryption),
        key_id=encryption,
        in_transit=_forced(facts),
        backups=is_positive(facts, "backupretentionperiod"),
        logging=is_present(facts, "enabledcloudwatchlogsexports", "cloudwatchlogs"),
        needs=_needs(groups(facts), facts.text("vpcid") or network.text("vpcid"), encryption),
        subnets=facts.texts("subnetids") or network.texts("subnets", of=("subnetidentifier",)),
        part=part,
        source=about.source,
        seen=about.seen,
    )


def rds_cluster(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A cluster of Aurora, DocumentDB or Neptune, or a Multi-AZ cluster of RDS."""
    name = facts.text("dbclusteridentifier", "id", "name") or about.name
    arn = build_arn(about, "rds", f"cluster:{name}", facts.text("dbclusterarn", "arn"))
    name = arn.resource.partition(":")[2] or name
    engine = facts.text("engine")
    product = product_of(engine)
    port = facts.number("port")
    encryption = facts.text("kmskeyid", "kmskey")
    places = (facts.text("endpoint"), facts.text("readerendpoint"), *facts.texts("customendpoints"))
    yield Resource(
        key=arn.text,
        provider="aws",
        kind=ResourceKind.DATABASE,
        account=arn.account,
        region=arn.region,
        service=_SERVICE.get(product, "rds"),
        product=product,
        engine=f"{engine} {facts.text('engineversion')}".strip(),
        name=name,
        endpoints=tuple(place for host in places for place in _places(host, port)),
        listens=port,
        # Only a Multi-AZ cluster has this switch itself; in other clusters it belongs to the instances.
        flag=facts.answer("publiclyaccessible"),
        at_rest=at_rest(facts.answer("storageencrypted", "encrypted"), encryption),
        key_id=encryption,
        in_transit=_forced(facts),
        backups=is_positive(facts, "backupretentionperiod"),
        logging=is_present(facts, "enabledcloudwatchlogsexports", "cloudwatchlogs"),
        needs=_needs(groups(facts), facts.text("vpcid"), encryption),
        source=about.source,
        seen=about.seen,
    )


def rds_snapshot(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A snapshot of an instance or cluster; whether any account can restore it, if its attributes are included."""
    whole = facts.has("dbclustersnapshotidentifier", "dbclustersnapshotarn") or ":cluster-snapshot:" in about.key
    kind = "cluster-snapshot" if whole else "snapshot"
    name = facts.text("dbclustersnapshotidentifier", "dbsnapshotidentifier", "id") or about.name
    arn = build_arn(about, "rds", f"{kind}:{name}", facts.text("dbclustersnapshotarn", "dbsnapshotarn", "arn"))
    engine = facts.text("engine")
    encryption = facts.text("kmskeyid")
    shared = [
        "all" in one.texts("attributevalues")
        for one in facts.listed("dbsnapshotattributes", "dbclustersnapshotattributes")
        if one.text("attributename") == "restore"
    ]
    yield Resource(
        key=arn.text,
        provider="aws",
        kind=ResourceKind.SNAPSHOT,
        account=arn.account,
        region=arn.region,
        service=_SERVICE.get(product_of(engine), "rds"),
        product=product_of(engine),
        engine=engine,
        name=arn.resource.partition(":")[2],
        at_rest=at_rest(facts.answer("storageencrypted", "encrypted"), encryption),
        key_id=encryption,
        backups_public=TriState.of(any(shared)) if shared else _only_yes(facts.answer("public")),
        needs=_needs((), "", encryption),
        source=about.source,
        seen=about.seen,
    )


def redshift(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A provisioned cluster of Redshift."""
    name = facts.text("clusteridentifier", "id") or about.name
    arn = _redshift_arn(facts, about, name)
    where = facts.inner("endpoint")
    port = where.number("port") or facts.number("port", "endpointport") or 5439
    encryption = facts.text("kmskeyid")
    yield Resource(
        key=arn.text,
        provider="aws",
        kind=ResourceKind.DATABASE,
        account=arn.account,
        region=arn.region,
        service="redshift",
        product="postgresql",
        engine=f"redshift {facts.text('clusterversion')}".strip(),
        name=name,
        endpoints=_places(where.text("address") or facts.text("endpointaddress"), port),
        listens=port,
        flag=facts.answer("publiclyaccessible", "publicaccess"),
        at_rest=at_rest(facts.answer("encrypted"), encryption),
        key_id=encryption,
        in_transit=facts.answer("requiressl"),
        backups=is_positive(facts, "automatedsnapshotretentionperiod"),
        logging=facts.answer("loggingenabled"),
        needs=_needs(groups(facts), facts.text("vpcid"), encryption),
        subnets=facts.texts("subnets"),
        source=about.source,
        seen=about.seen,
    )


def _redshift_arn(facts: ExportObject, about: DescriptionContext, name: str) -> Arn:
    """ARN of the cluster, with region and account from the ARN of the namespace."""
    given = facts.text("arn")
    parts = facts.text("clusternamespacearn").split(":")
    if not given and len(parts) == 7:
        given = ":".join((*parts[:5], "cluster", name))
    if not name and not given and not about.key:
        raise NotAResourceError("no ClusterIdentifier")
    return build_arn(about, "redshift", f"cluster:{name}", given)


def groups(facts: ExportObject) -> tuple[str, ...]:
    """Ids of the security groups, in any of the known list formats."""
    return facts.texts(
        "vpcsecuritygroups",
        "securitygroups",
        "securitygroupids",
        "vpcsecuritygroupids",
        of=("vpcsecuritygroupid", "securitygroupid", "groupid"),
    )


def _forced(facts: ExportObject) -> TriState:
    """Whether the parameters require TLS, if the source contains them (Prowler does)."""
    for one in facts.listed("parameters"):
        if one.text("parametername") in {"rds.force_ssl", "require_secure_transport", "tls"}:
            return one.answer("parametervalue")
    return facts.answer("forcessl" if product_of(facts.text("engine")) == "postgresql" else "requiresecuretransport")


def _only_yes(answer: TriState) -> TriState:
    """Keep only ``yes``: a tool's own model also has ``false`` if it could not read the value."""
    return answer if answer is TriState.YES else TriState.UNKNOWN


def _places(host: str, port: int | None) -> tuple[ServiceAddress, ...]:
    return (ServiceAddress(host.strip().rstrip(".").lower(), port),) if host else ()


def _needs(security: tuple[str, ...], vpc: str, key: str) -> tuple[str, ...]:
    return tuple(one for one in (*security, vpc, key) if one)
