"""Stores that are AWS services: OpenSearch, ElastiCache, MemoryDB, DynamoDB.

https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_DomainStatus.html,
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ReplicationGroup.html,
https://docs.aws.amazon.com/memorydb/latest/APIReference/API_Cluster.html,
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from tieback.model.resource import AtRest, Dependency, DependencyKind, Resource, ResourceKind, ServiceAddress, TriState
from tieback.posture.describe.aws_databases import groups
from tieback.posture.describe.aws_names import build_arn
from tieback.posture.describe.interface import DescriptionContext, at_rest, is_positive, is_present, product_of
from tieback.posture.facts import ExportObject, is_everyone

MAX_POLICY = 1 << 20
_MEMBER = re.compile(r"([a-z](?:-?[a-z0-9])*?)(?:-\d{4})?-\d{3}")
"""Names of group members: those of ``cache`` are ``cache-001``, or ``cache-0001-001`` with shards."""


def opensearch(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A domain. It has a public address unless it is in a customer network; its access policy controls access."""
    name = facts.text("domainname", "name") or about.name
    arn = build_arn(about, "es", f"domain/{name}", facts.text("arn", "domainarn"))
    network = facts.inner("vpcoptions")
    vpc = facts.text("vpcid") or network.text("vpcid")
    hosts = (facts.text("endpoint", "domainendpoint"), *(str(host) for _, host in facts.inner("endpoints").pairs()))
    rest = facts.inner("encryptionatrestoptions")
    encryption = rest.text("kmskeyid")
    advanced = facts.inner("advancedsecurityoptions")
    login = facts.answer("advancedsettingsenabled", "internaluserdatabase")
    login = advanced.answer("enabled") if "advancedsecurityoptions" in facts else login
    policy = _policy(facts.value("accesspolicies", "accesspolicy", "policystd", "policy"))
    open_to_all = TriState.UNKNOWN if policy is None else TriState.of(admits_everyone(policy))
    public = TriState.NO if vpc else TriState.of(True if policy is not None or any(hosts) else None)
    yield Resource(
        key=arn.text,
        provider="aws",
        kind=ResourceKind.DATABASE,
        account=arn.account,
        region=arn.region,
        service="opensearch",
        product="elasticsearch",
        engine=facts.text("engineversion", "version", "elasticsearchversion"),
        name=name,
        endpoints=tuple(ServiceAddress(host.lower(), 443) for host in dict.fromkeys(hosts) if host),
        listens=443,
        flag=public,
        route=public,
        port=open_to_all,
        path=_said(open_to_all, "its access policy"),
        at_rest=at_rest(rest.answer("enabled"), encryption)
        if "encryptionatrestoptions" in facts
        else at_rest(facts.answer("encryptionatrest"), ""),
        key_id=encryption,
        in_transit=facts.inner("domainendpointoptions").answer("enforcehttps")
        if "domainendpointoptions" in facts
        else facts.answer("enforcehttps"),
        authentication=TriState.YES
        if login is TriState.YES or open_to_all is TriState.NO
        else _not(open_to_all, login),
        logging=is_present(facts, "logpublishingoptions", "logging"),
        needs=tuple(one for one in (*groups(network), vpc, encryption) if one),
        subnets=network.texts("subnetids"),
        source=about.source,
        seen=about.seen,
    )


def replication_group(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A replication group of ElastiCache. It has no public address:
    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/accessing-elasticache.html.
    """
    name = facts.text("replicationgroupid", "id") or about.name
    arn = build_arn(about, "elasticache", f"replicationgroup:{name}", facts.text("arn"))
    yield _cache(facts, about, arn.text, arn.account, arn.region, name)


def cache_cluster(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A cluster of ElastiCache. One of Memcached is independent; one of Redis or Valkey is often in a replication
    group.

    Prowler does not report the group; its members are named after it:
    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Shards.html.
    """
    name = facts.text("cacheclusterid", "id") or about.name
    arn = build_arn(about, "elasticache", f"cluster:{name}", facts.text("arn"))
    group = facts.text("replicationgroupid")
    if not group and about.source == "prowler" and product_of(facts.text("engine")) == "redis":
        named = _MEMBER.fullmatch(name)
        group = named[1] if named else ""
    if group:
        key = arn.text.rpartition(":")[0].removesuffix(":cluster") + f":replicationgroup:{group}"
        yield Dependency(arn.text, DependencyKind.MEMBER, key, arn.account, source=about.source, seen=about.seen)
        yield _cache(facts, about, key, arn.account, arn.region, group, part=name)
    else:
        yield _cache(facts, about, arn.text, arn.account, arn.region, name)


def _without_key(about: DescriptionContext) -> AtRest:
    """Meaning of a missing key: the AWS key. Prowler's model of caches has no keys, so there the key stays unknown."""
    return AtRest.ENCRYPTED if about.source == "prowler" else AtRest.PROVIDER_KEY


def _cache(
    facts: ExportObject, about: DescriptionContext, key: str, account: str, region: str, name: str, part: str = ""
) -> Resource:
    engine = facts.text("engine") or ("" if part else "redis")
    product = product_of(engine)
    encryption = facts.text("kmskeyid")
    encrypted = facts.answer("atrestencryptionenabled", "encryptionatrest", "encrypted")
    tls = facts.answer("transitencryptionenabled", "encryptionintransit", "transitencryption")
    if facts.text("transitencryptionmode").lower() == "preferred":
        tls = TriState.NO
    users = is_present(facts, "usergroupids")
    token = facts.answer("authtokenenabled")
    login = TriState.YES if TriState.YES in (users, token) else token
    places = [
        facts.inner("configurationendpoint"),
        *(one.inner("primaryendpoint") for one in facts.listed("nodegroups")),
    ]
    places += [one.inner("endpoint") for one in facts.listed("cachenodes")]
    endpoints = tuple(
        dict.fromkeys(
            ServiceAddress(host.lower(), one.number("port")) for one in places if (host := one.text("address"))
        )
    )
    return Resource(
        key=key,
        provider="aws",
        kind=ResourceKind.DATABASE,
        account=account,
        region=region,
        service="elasticache",
        product=product,
        engine=f"{engine} {facts.text('engineversion')}".strip(),
        name=name,
        endpoints=endpoints,
        listens=next((place.port for place in endpoints), facts.number("port")),
        at_rest=at_rest(encrypted, encryption, without_key=_without_key(about)),
        key_id=encryption,
        in_transit=tls,
        authentication=login,
        backups=is_positive(facts, "snapshotretentionlimit", "snapshotretention"),
        logging=is_present(facts, "logdeliveryconfigurations"),
        needs=tuple(one for one in (*groups(facts), encryption) if one),
        part=part,
        source=about.source,
        seen=about.seen,
    )


def memorydb(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A cluster of MemoryDB; the ACL ``open-access`` requires no authentication."""
    name = facts.text("name", "clustername") or about.name
    arn = build_arn(about, "memorydb", f"cluster/{name}", facts.text("arn"))
    where = facts.inner("clusterendpoint")
    encryption = facts.text("kmskeyid")
    acl = facts.text("aclname")
    host = where.text("address")
    yield Resource(
        key=arn.text,
        provider="aws",
        kind=ResourceKind.DATABASE,
        account=arn.account,
        region=arn.region,
        service="memorydb",
        product="redis",
        engine=f"{facts.text('engine') or 'redis'} {facts.text('engineversion')}".strip(),
        name=name,
        endpoints=(ServiceAddress(host.lower(), where.number("port")),) if host else (),
        listens=where.number("port"),
        at_rest=at_rest(TriState.YES, encryption, without_key=_without_key(about)),
        key_id=encryption,
        in_transit=facts.answer("tlsenabled"),
        authentication=TriState.UNKNOWN if not acl else TriState.of(acl != "open-access"),
        backups=is_positive(facts, "snapshotretentionlimit"),
        needs=tuple(one for one in (*groups(facts), encryption) if one),
        source=about.source,
        seen=about.seen,
    )


def dynamodb(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A table: always encrypted, with a key that AWS owns unless ``SSEDescription`` names another."""
    name = facts.text("tablename", "name") or about.name
    arn = build_arn(about, "dynamodb", f"table/{name}", facts.text("tablearn", "arn"))
    sse = facts.inner("ssedescription")
    encryption = sse.text("kmsmasterkeyarn") or facts.text("kmsarn")
    recovery = facts.inner("continuousbackupsdescription").inner("pointintimerecoverydescription")
    yield Resource(
        key=arn.text,
        provider="aws",
        kind=ResourceKind.DATABASE,
        account=arn.account,
        region=arn.region,
        service="dynamodb",
        product="dynamodb",
        engine="dynamodb",
        name=name or arn.resource.partition("/")[2],
        at_rest=at_rest(TriState.YES, encryption, without_key=AtRest.PROVIDER_KEY),
        key_id=encryption,
        backups=recovery.answer("pointintimerecoverystatus")
        if "continuousbackupsdescription" in facts
        else facts.answer("pitr"),
        needs=(encryption,) if encryption else (),
        source=about.source,
        seen=about.seen,
    )


def admits_everyone(policy: Any) -> bool:
    """True if a resource policy allows something to everyone without a restricting condition."""
    statements = policy.get("Statement", ()) if isinstance(policy, dict) else ()
    for one in statements if isinstance(statements, list) else [statements]:
        if not isinstance(one, dict) or str(one.get("Effect", "")).lower() != "allow":
            continue
        if is_everyone(one.get("Principal")) and not one.get("Condition"):
            return True
    return False


def _policy(value: Any) -> Any:
    """A policy as an object; ``None`` if the source contains none."""
    if isinstance(value, str) and 0 < len(value) <= MAX_POLICY:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, dict) else None


def _said(answer: TriState, what: str) -> tuple[str, ...]:
    if answer is TriState.UNKNOWN:
        return ()
    return (f"{what} {'allows everyone' if answer is TriState.YES else 'allows no access without credentials'}",)


def _not(open_to_all: TriState, login: TriState) -> TriState:
    return TriState.NO if open_to_all is TriState.YES and login is TriState.NO else TriState.UNKNOWN
