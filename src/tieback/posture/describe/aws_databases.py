"""AWS databases in a customer network: RDS, Aurora, DocumentDB, Neptune, Redshift, and their snapshots.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html and related pages. An instance of a
cluster is a part of the cluster; both count as one database.
"""

from collections.abc import Iterator

from tieback.model.resource import Answer, Dependency, DependencyKind, Place, Resource, ResourceKind
from tieback.posture.describe.aws_names import Arn, made
from tieback.posture.describe.interface import About, UndescribedError, at_rest, filled, positive, product_of
from tieback.posture.facts import Facts

_SERVICE = {"mongodb": "docdb", "neptune": "neptune"}


def rds_instance(facts: Facts, about: About) -> Iterator[Resource | Dependency]:
    """An instance of RDS, DocumentDB or Neptune."""
    name = facts.text("dbinstanceidentifier", "id") or about.name
    arn = made(about, "rds", f"db:{name}", facts.text("dbinstancearn", "arn"))
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
        backups=positive(facts, "backupretentionperiod"),
        logging=filled(facts, "enabledcloudwatchlogsexports", "cloudwatchlogs"),
        needs=_needs(groups(facts), facts.text("vpcid") or network.text("vpcid"), encryption),
        subnets=facts.texts("subnetids") or network.texts("subnets", of=("subnetidentifier",)),
        part=part,
        source=about.source,
        seen=about.seen,
    )


def rds_cluster(facts: Facts, about: About) -> Iterator[Resource | Dependency]:
    """A cluster of Aurora, DocumentDB or Neptune, or a Multi-AZ cluster of RDS."""
    name = facts.text("dbclusteridentifier", "id", "name") or about.name
    arn = made(about, "rds", f"cluster:{name}", facts.text("dbclusterarn", "arn"))
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
        # Only a Multi-AZ cluster has the switch itself; of others the instances have it.
        flag=facts.answer("publiclyaccessible"),
        at_rest=at_rest(facts.answer("storageencrypted", "encrypted"), encryption),
        key_id=encryption,
        in_transit=_forced(facts),
        backups=positive(facts, "backupretentionperiod"),
        logging=filled(facts, "enabledcloudwatchlogsexports", "cloudwatchlogs"),
        needs=_needs(groups(facts), facts.text("vpcid"), encryption),
        source=about.source,
        seen=about.seen,
    )


def rds_snapshot(facts: Facts, about: About) -> Iterator[Resource | Dependency]:
    """A snapshot of an instance or a cluster; whether everybody may restore it, where its attributes are there too."""
    whole = facts.has("dbclustersnapshotidentifier", "dbclustersnapshotarn") or ":cluster-snapshot:" in about.key
    kind = "cluster-snapshot" if whole else "snapshot"
    name = facts.text("dbclustersnapshotidentifier", "dbsnapshotidentifier", "id") or about.name
    arn = made(about, "rds", f"{kind}:{name}", facts.text("dbclustersnapshotarn", "dbsnapshotarn", "arn"))
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
        backups_public=Answer.of(any(shared)) if shared else _only_yes(facts.answer("public")),
        needs=_needs((), "", encryption),
        source=about.source,
        seen=about.seen,
    )


def redshift(facts: Facts, about: About) -> Iterator[Resource | Dependency]:
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
        backups=positive(facts, "automatedsnapshotretentionperiod"),
        logging=facts.answer("loggingenabled"),
        needs=_needs(groups(facts), facts.text("vpcid"), encryption),
        subnets=facts.texts("subnets"),
        source=about.source,
        seen=about.seen,
    )


def _redshift_arn(facts: Facts, about: About, name: str) -> Arn:
    """The namespace's ARN has region and account, too."""
    given = facts.text("arn")
    parts = facts.text("clusternamespacearn").split(":")
    if not given and len(parts) == 7:
        given = ":".join((*parts[:5], "cluster", name))
    if not name and not given and not about.key:
        raise UndescribedError("no ClusterIdentifier")
    return made(about, "redshift", f"cluster:{name}", given)


def groups(facts: Facts) -> tuple[str, ...]:
    """Ids of the security groups, however they are listed."""
    return facts.texts(
        "vpcsecuritygroups",
        "securitygroups",
        "securitygroupids",
        "vpcsecuritygroupids",
        of=("vpcsecuritygroupid", "securitygroupid", "groupid"),
    )


def _forced(facts: Facts) -> Answer:
    """Whether its parameters ask for TLS, where the source looked at them (Prowler does)."""
    for one in facts.listed("parameters"):
        if one.text("parametername") in {"rds.force_ssl", "require_secure_transport", "tls"}:
            return one.answer("parametervalue")
    return facts.answer("forcessl" if product_of(facts.text("engine")) == "postgresql" else "requiresecuretransport")


def _only_yes(answer: Answer) -> Answer:
    """A tool's own model has ``false`` where it could not ask, so that only ``true`` says something."""
    return answer if answer is Answer.YES else Answer.UNKNOWN


def _places(host: str, port: int | None) -> tuple[Place, ...]:
    return (Place(host.strip().rstrip(".").lower(), port),) if host else ()


def _needs(security: tuple[str, ...], vpc: str, key: str) -> tuple[str, ...]:
    return tuple(one for one in (*security, vpc, key) if one)
