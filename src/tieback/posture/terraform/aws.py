"""Resources of the provider ``hashicorp/aws``, with the names of AWS's own API.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs. The descriptions of ``posture.describe`` read the
result. An argument that is known only after apply is missing in it, so what it decides stays unknown.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tieback.model.resource import Dependency, DependencyKind, OpenPorts, TriState
from tieback.posture.describe.aws_services import admits_everyone
from tieback.posture.describe.aws_storage import EVERYBODY
from tieback.posture.facts import open_ports
from tieback.posture.terraform.graph import TerraformGraph, TerraformResource
from tieback.posture.text import parse_json

type Facts = dict[str, Any]

MAX_POLICY = 1 << 20
_ALL_USERS, _AUTHENTICATED = EVERYBODY
_CANNED = {
    "public-read": (_ALL_USERS,),
    "public-read-write": (_ALL_USERS,),
    "authenticated-read": (_AUTHENTICATED,),
}
"""Grantees of canned ACLs: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl."""
_OWNER = "the owner"
_BLOCK = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
_TCP = frozenset({"tcp", "6", "-1", "all"})


def bucket(one: TerraformResource, graph: TerraformGraph) -> Facts:
    """A bucket with its policies, ACLs, public access blocks and encryption.

    A bucket that the plan creates blocks public access if no resource says otherwise, since April 2023:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html.
    """
    facts: Facts = {"name": one.values.get("bucket") or one.address, "region": one.values.get("region")}
    facts |= _policy(one, graph) | _acl(one, graph) | _encryption(one, graph)
    blocks, unresolved = graph.related(one, "bucket", "aws_s3_bucket_public_access_block")
    if blocks:
        facts["publicaccessblock"] = {name: blocks[0].values.get(name) for name in _BLOCK}
    elif one.creates and not unresolved and not _asks_for_public(facts):
        facts["publicaccessblock"] = dict.fromkeys(_BLOCK, True)
    return facts


def _asks_for_public(facts: Facts) -> bool:
    """True if a policy or an ACL allows everyone: the apply fails, or something else opens the bucket first."""
    policy = parse_json(facts.get("policy"), MAX_POLICY)
    grants = facts.get("grants") or ()
    return admits_everyone(policy) or any(grant["grantee"] in EVERYBODY for grant in grants)


def _policy(one: TerraformResource, graph: TerraformGraph) -> Facts:
    found, unresolved = graph.related(one, "bucket", "aws_s3_bucket_policy")
    holders = [*found, *([one] if one.values.get("policy") or one.unsure("policy") else [])]
    texts = [text for holder in holders if isinstance(text := holder.values.get("policy"), str) and text]
    if texts:
        return {"policy": texts[0]}
    if holders or unresolved:
        return {}
    # A state has the policy that the provider read from the bucket.
    is_empty = one.creates or one.values.get("policy") == ""
    return {"policystatus": {"ispublic": False}} if is_empty else {}


def _acl(one: TerraformResource, graph: TerraformGraph) -> Facts:
    found, unresolved = graph.related(one, "bucket", "aws_s3_bucket_acl")
    holders = [*found, *([one] if one.values.get("acl") else [])]
    grantees: list[str] = []
    known = bool(holders)
    for holder in holders:
        canned = holder.values.get("acl")
        if isinstance(canned, str) and canned:
            grantees += _CANNED.get(canned, (_OWNER,))
            continue
        policy = holder.block("access_control_policy")
        if holder.unsure("acl", "access_control_policy") or not policy:
            known = False
            continue
        grantees += _grantees(policy.get("grant"))
    if not holders and not unresolved:
        rows = one.values.get("grant")
        if isinstance(rows, list) and rows:
            grantees, known = _grantees(rows), True
        elif one.creates and not one.unsure("acl", "grant"):
            grantees, known = [_OWNER], True
    public = [name for name in grantees if name in EVERYBODY]
    return {"grants": [{"grantee": name} for name in public or grantees[:1]]} if public or known else {}


def _grantees(rows: Any) -> list[str]:
    found: list[str] = []
    for row in rows if isinstance(rows, list) else ():
        grantee = row.get("grantee", row) if isinstance(row, dict) else {}
        grantee = grantee[0] if isinstance(grantee, list) and grantee else grantee
        uri = grantee.get("uri") if isinstance(grantee, dict) else None
        found.append(uri if isinstance(uri, str) and uri else _OWNER)
    return found or [_OWNER]


def _encryption(one: TerraformResource, graph: TerraformGraph) -> Facts:
    found, _ = graph.related(one, "bucket", "aws_s3_bucket_server_side_encryption_configuration")
    rows = (found[0] if found else one).block("rule" if found else "server_side_encryption_configuration")
    rules = rows if found else _first(rows.get("rule"))
    default = _first(rules.get("apply_server_side_encryption_by_default"))
    if not default.get("sse_algorithm"):
        return {}
    rule = {"ssealgorithm": default.get("sse_algorithm"), "kmsmasterkeyid": default.get("kms_master_key_id")}
    return {"bucketencryption": {"rules": [{"applyserversideencryptionbydefault": rule}]}}


def database(one: TerraformResource, graph: TerraformGraph) -> Facts:
    """An instance or cluster of RDS, DocumentDB or Neptune. Without the argument it is not encrypted."""
    facts = _plain(one) | _groups(one, graph, "vpc_security_group_ids")
    copied = ("snapshot_identifier", "replicate_source_db", "replication_source_identifier", "restore_to_point_in_time")
    engine = {"aws_docdb_cluster": "docdb", "aws_neptune_cluster": "neptune"}.get(one.type)
    facts |= {"engine": engine} if engine else {}
    is_default = one.values.get("storage_encrypted") is None and not one.unsure("storage_encrypted")
    is_serverless = one.values.get("engine_mode") == "serverless"
    inherits = any(one.values.get(name) or one.unsure(name) for name in copied)
    if one.creates and is_default and not is_serverless and not inherits:
        facts["storage_encrypted"] = False
    facts["dbinstancearn" if one.type == "aws_db_instance" else "dbclusterarn"] = one.values.get("arn")
    facts["dbclusteridentifier"] = one.values.get("cluster_identifier") if one.type != "aws_db_instance" else None
    return facts


def redshift(one: TerraformResource, graph: TerraformGraph) -> Facts:
    """A cluster of Redshift."""
    return _plain(one) | _groups(one, graph, "vpc_security_group_ids")


def opensearch(one: TerraformResource, graph: TerraformGraph) -> Facts:
    """A domain with its access policy."""
    vpc = one.block("vpc_options")
    facts: Facts = {
        "domainname": one.values.get("domain_name"),
        "arn": one.values.get("arn"),
        "endpoint": one.values.get("endpoint"),
        "engineversion": one.values.get("engine_version") or one.values.get("elasticsearch_version"),
        "accesspolicies": one.values.get("access_policies") or None,
        "encryptionatrestoptions": one.block("encrypt_at_rest") or None,
        "domainendpointoptions": one.block("domain_endpoint_options") or None,
        "advancedsecurityoptions": one.block("advanced_security_options") or None,
        "logpublishingoptions": one.values.get("log_publishing_options") or None,
    }
    kinds = ("aws_opensearch_domain_policy", "aws_elasticsearch_domain_policy")
    for policy in graph.related(one, "domain_name", *kinds)[0]:
        facts["accesspolicies"] = policy.values.get("access_policies")
    if vpc or one.unknown.get("vpc_options") is True:
        facts["vpcoptions"] = {**vpc, "vpcid": vpc.get("vpc_id") or "known after apply"}
    return facts


def cache(one: TerraformResource, graph: TerraformGraph) -> Facts:
    """A replication group or a cluster of ElastiCache."""
    facts = _plain(one) | _groups(one, graph, "security_group_ids")
    facts["cacheclusterid" if one.type == "aws_elasticache_cluster" else "replicationgroupid"] = one.values.get(
        "cluster_id" if one.type == "aws_elasticache_cluster" else "replication_group_id"
    )
    if one.values.get("auth_token") or one.unsure("auth_token"):
        facts["authtokenenabled"] = True
    elif one.creates and one.type == "aws_elasticache_replication_group" and not one.unsure("user_group_ids"):
        facts["authtokenenabled"] = False
    return facts


def table(one: TerraformResource, graph: TerraformGraph) -> Facts:  # noqa: ARG001 - the shape of all
    """A table of DynamoDB."""
    encryption = one.block("server_side_encryption")
    recovery = one.block("point_in_time_recovery").get("enabled")
    return {
        "tablename": one.values.get("name"),
        "arn": one.values.get("arn"),
        "ssedescription": {"kmsmasterkeyarn": encryption.get("kms_key_arn")},
        "pitr": recovery,
    }


def memorydb(one: TerraformResource, graph: TerraformGraph) -> Facts:
    """A cluster of MemoryDB."""
    return _plain(one) | {"aclname": one.values.get("acl_name")} | _groups(one, graph, "security_group_ids")


FACTS: Mapping[str, Callable[[TerraformResource, TerraformGraph], Facts]] = {
    "aws_s3_bucket": bucket,
    "aws_db_instance": database,
    "aws_rds_cluster": database,
    "aws_docdb_cluster": database,
    "aws_neptune_cluster": database,
    "aws_redshift_cluster": redshift,
    "aws_opensearch_domain": opensearch,
    "aws_elasticsearch_domain": opensearch,
    "aws_elasticache_replication_group": cache,
    "aws_elasticache_cluster": cache,
    "aws_dynamodb_table": table,
    "aws_memorydb_cluster": memorydb,
}
"""By type: the settings with the names that the description of the kind knows."""
CLUSTER_MEMBERS = ("aws_rds_cluster_instance", "aws_docdb_cluster_instance", "aws_neptune_cluster_instance")


def group_id(one: TerraformResource) -> str:
    """Id of a security group: its own, or its address if it does not exist yet."""
    found = one.values.get("id")
    return found if isinstance(found, str) and found.startswith("sg-") else f"sg-terraform:{one.address}"


def security_groups(graph: TerraformGraph) -> Iterator[Dependency]:
    """The TCP ports that each group opens to the Internet, from its own blocks and from separate rules.

    A group with a rule that cannot be resolved has no description, so that its ports stay unknown.
    """
    rules = ("aws_security_group_rule", "aws_vpc_security_group_ingress_rule")
    for one in graph.of("aws_security_group"):
        openings: dict[OpenPorts, None] = {}
        separate, unresolved = graph.related(one, "security_group_id", *rules)
        rows: list[TerraformResource | Mapping[str, Any]] = [
            *(rule for rule in separate if rule.values.get("type", "ingress") == "ingress"),
            *(row for row in _list(one.values.get("ingress")) if isinstance(row, dict)),
        ]
        for row in rows:
            openings.update(dict.fromkeys(_openings(row.values if isinstance(row, TerraformResource) else row)))
        sources = ("cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6", "from_port", "to_port", "ip_protocol")
        # A dynamic block is not in the configuration: unknown rules look like no rules.
        is_open_ended = not separate and one.unknown.get("ingress") is True
        unsure = is_open_ended or one.unsure("ingress") or any(rule.unsure(*sources) for rule in separate)
        if not openings and (unresolved or unsure):
            continue
        yield Dependency(
            group_id(one), DependencyKind.FIREWALL, f"security group {one.address}", openings=tuple(openings)[:100]
        )


_SUBNET_GROUPS = {
    "aws_db_instance": ("db_subnet_group_name", "aws_db_subnet_group"),
    "aws_rds_cluster": ("db_subnet_group_name", "aws_db_subnet_group"),
    "aws_redshift_cluster": ("cluster_subnet_group_name", "aws_redshift_subnet_group"),
}
"""Argument that names the subnet group, and the type of that group."""
_PRIVATE_GATEWAYS = frozenset({"aws_nat_gateway", "aws_ec2_transit_gateway", "aws_vpn_gateway", "aws_vpc"})
_EVERYWHERE = frozenset({"0.0.0.0/0", "::/0"})


def route(one: TerraformResource, graph: TerraformGraph) -> TriState:
    """Whether the subnets of a database have a route to an Internet gateway; unknown for the tables of other plans."""
    argument, type_ = _SUBNET_GROUPS.get(one.type, ("", ""))
    groups = graph.targets(one, argument, type_) if argument else None
    subnets = [subnet for group in groups or () for subnet in graph.targets(group, "subnet_ids", "aws_subnet") or ()]
    answers = {_route_of_subnet(subnet, graph) for subnet in subnets} or {TriState.UNKNOWN}
    if TriState.YES in answers:
        return TriState.YES
    return TriState.UNKNOWN if TriState.UNKNOWN in answers else TriState.NO


def _route_of_subnet(subnet: TerraformResource, graph: TerraformGraph) -> TriState:
    bound, unresolved = graph.related(subnet, "subnet_id", "aws_route_table_association")
    tables = [table for each in bound for table in graph.targets(each, "route_table_id", "aws_route_table") or ()]
    if not tables:
        return TriState.UNKNOWN
    answers = {_route_of_table(table, graph) for table in tables}
    if TriState.YES in answers:
        return TriState.YES
    return TriState.UNKNOWN if unresolved or TriState.UNKNOWN in answers else TriState.NO


def _route_of_table(table: TerraformResource, graph: TerraformGraph) -> TriState:
    separate, unresolved = graph.related(table, "route_table_id", "aws_route")
    # A dynamic block is not in the configuration: unknown routes look like no routes.
    is_unsure = table.unknown.get("route") is True and (table.is_set("route") or not separate)
    answers = {TriState.UNKNOWN} if unresolved or is_unsure else set()
    for each in separate:
        cidrs = _texts([each.values.get("destination_cidr_block"), each.values.get("destination_ipv6_cidr_block")])
        if not _EVERYWHERE.isdisjoint(cidrs):
            answers.add(_leads_outside(each.values.get("gateway_id"), each, graph, "gateway_id"))
        elif each.unsure("destination_cidr_block", "destination_ipv6_cidr_block"):
            answers.add(TriState.UNKNOWN)
    for row in _list(table.values.get("route")):
        if not isinstance(row, dict):
            continue
        nets = _texts([row.get("cidr_block"), row.get("ipv6_cidr_block"), row.get("destination_prefix_list_id")])
        if not _EVERYWHERE.isdisjoint(nets):
            answers.add(_leads_outside(row.get("gateway_id"), table, graph, "route"))
        elif not nets:
            answers.add(TriState.UNKNOWN)
    if TriState.YES in answers:
        return TriState.YES
    return TriState.UNKNOWN if TriState.UNKNOWN in answers else TriState.NO


def _leads_outside(gateway: Any, one: TerraformResource, graph: TerraformGraph, argument: str) -> TriState:
    """Whether the gateway of a route to everywhere is an Internet gateway."""
    if isinstance(gateway, str) and gateway:
        return TriState.of(gateway.startswith("igw-"))
    if not one.unsure(argument):
        return TriState.NO
    types = graph.referred_types(one, argument)
    if "aws_internet_gateway" in types:
        return TriState.YES
    return TriState.NO if types and types <= _PRIVATE_GATEWAYS else TriState.UNKNOWN


def _openings(row: Mapping[str, Any]) -> Iterator[OpenPorts]:
    if str(row.get("protocol", row.get("ip_protocol", ""))).lower() not in _TCP:
        return
    nets = [*_texts(row.get("cidr_blocks")), *_texts(row.get("ipv6_cidr_blocks"))]
    nets += _texts([row.get("cidr_ipv4"), row.get("cidr_ipv6")])
    low, high = (port if isinstance(port := row.get(name), int) else None for name in ("from_port", "to_port"))
    everything = str(row.get("protocol", row.get("ip_protocol", ""))) in {"-1", "all"}
    for net in nets:
        found = open_ports(net) if everything else open_ports(net, low, high)
        if found is not None:
            yield found


def _groups(one: TerraformResource, graph: TerraformGraph, argument: str) -> Facts:
    """Ids of its security groups; one that cannot be resolved is an id without a description."""
    targets = graph.targets(one, argument, "aws_security_group")
    known = [word for word in _texts(one.values.get(argument)) if word.startswith("sg-")]
    found = [group_id(each) for each in targets or ()]
    if targets is None or (one.unsure(argument) and not found):
        found.append("sg-terraform:unresolved")
    return {"vpcsecuritygroupids": list(dict.fromkeys((*found, *known)))}


def _plain(one: TerraformResource) -> Facts:
    """Its arguments: the names are those of the API with underscores."""
    return {name: value for name, value in one.values.items() if isinstance(value, str | int | bool | list)}


def _first(value: Any) -> Mapping[str, Any]:
    found = value[0] if isinstance(value, list) and value else value
    return found if isinstance(found, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str) and one] if isinstance(value, list) else []
