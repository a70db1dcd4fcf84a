"""Plans and states of Terraform: synthetic, in the format of ``terraform show -json`` 1.x."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.posture.conftest import Read, Settle
from tieback.model.resource import Resource
from tieback.posture.terraform.graph import read_graph

PUBLIC = json.dumps(
    {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::x/*"}]}
)
OPEN_BLOCK = dict.fromkeys(
    ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"), False
)
ACCESS = json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "es:*", "Resource": "*"}]})


def to(address: str, *, unknown: bool = True) -> dict[str, Any]:
    """An argument that refers to a resource and is known after apply."""
    return {"refers": [f"{address}.id", address], "unknown": unknown}


def plan(actions: tuple[str, ...] = ("create",), modules: Mapping[str, Any] | None = None, **resources: Any) -> str:
    """A plan; keys are ``type__name`` or ``type__name__index``, values are arguments."""
    changes, configured = [], {}
    for key, arguments in resources.items():
        type_, name, *index = key.split("__")
        known = {k: v for k, v in arguments.items() if not (isinstance(v, dict) and "refers" in v) and v is not ...}
        address = f"{type_}.{name}" + (f"[{index[0]}]" if index else "")
        changes.append(
            {
                "address": address, "mode": "managed", "type": type_, "name": name,
                "change": {
                    "actions": list(actions), "before": None, "after": known,
                    "after_unknown": {k: True for k in arguments if k not in known} | {"arn": True, "id": True},
                },
            }
        )  # fmt: skip
        configured[f"{type_}.{name}"] = {
            "address": f"{type_}.{name}", "mode": "managed", "type": type_, "name": name,
            "expressions": {
                k: {"references": v["refers"]} if isinstance(v, dict) and "refers" in v else {"constant_value": v}
                for k, v in arguments.items() if v is not ...
            },
        }  # fmt: skip
    root = {"resources": list(configured.values()), **(modules or {})}
    return json.dumps(
        {
            "format_version": "1.2", "terraform_version": "1.9.5", "planned_values": {"root_module": {}},
            "resource_changes": changes, "configuration": {"root_module": root},
        }
    )  # fmt: skip


def state(*resources: tuple[str, str, dict[str, Any]]) -> str:
    rows = [
        {"address": f"{type_}.{name}", "mode": "managed", "type": type_, "name": name, "values": values}
        for type_, name, values in resources
    ]
    return json.dumps(
        {"format_version": "1.0", "terraform_version": "1.9.5", "values": {"root_module": {"resources": rows}}}
    )


def only(settled: Mapping[str, Resource]) -> Resource:
    (one,) = settled.values()
    return one


BUCKET = {"bucket": "shop-data"}
GROUP_RULE = {"protocol": "tcp", "from_port": 5432, "to_port": 5432, "cidr_blocks": ["0.0.0.0/0"]}
CLOSED_RULE = GROUP_RULE | {"cidr_blocks": ["10.0.0.0/8"]}
DATABASE = {"engine": "postgres", "port": 5432, "publicly_accessible": True, "storage_encrypted": None}


def network(inline: dict[str, Any] | None, separate: dict[str, Any] | None = None) -> str:
    """A public database whose subnet has one route table."""
    gateway: Any = (inline or {}).get("gateway_id")
    refers = isinstance(gateway, dict)
    blocks = [{"cidr_block": "0.0.0.0/0", **({} if refers else inline)}] if inline else []
    resources: dict[str, Any] = {
        "aws_security_group__g": {"ingress": [GROUP_RULE]},
        "aws_subnet__s": {"cidr_block": "10.0.0.0/24"},
        "aws_internet_gateway__i": {},
        "aws_nat_gateway__i": {},
        "aws_route_table__t": {"route": blocks},
        "aws_route_table_association__a": {
            "subnet_id": to("aws_subnet.s"), "route_table_id": to("aws_route_table.t"),
        },
        "aws_db_subnet_group__d": {"name": "d", "subnet_ids": to("aws_subnet.s")},
        "aws_db_instance__d": DATABASE
        | {"vpc_security_group_ids": to("aws_security_group.g"), "db_subnet_group_name": "d"},
    }  # fmt: skip
    if separate:
        route = {"route_table_id": to("aws_route_table.t"), "destination_cidr_block": "0.0.0.0/0"}
        resources["aws_route__r"] = route | separate
    document = json.loads(plan(**resources))
    table = next(one for one in document["resource_changes"] if one["address"] == "aws_route_table.t")
    configured = document["configuration"]["root_module"]["resources"]
    if refers:
        table["change"]["after_unknown"]["route"] = [{"gateway_id": True}]
        for one in configured:
            if one["address"] == "aws_route_table.t":
                one["expressions"]["route"] = [{"gateway_id": {"references": gateway["refers"]}}]
    return json.dumps(document)


CASES: list[tuple[str, str, str]] = [
    ("a new bucket blocks public access by default", plan(aws_s3_bucket__b=BUCKET), "no"),
    (
        "a block that is off and a public policy",
        plan(
            aws_s3_bucket__b=BUCKET,
            aws_s3_bucket_public_access_block__b={"bucket": to("aws_s3_bucket.b"), **OPEN_BLOCK},
            aws_s3_bucket_policy__b={"bucket": to("aws_s3_bucket.b"), "policy": PUBLIC},
        ),
        "yes",
    ),
    (
        "a block that is off and a public ACL",
        plan(
            aws_s3_bucket__b=BUCKET,
            aws_s3_bucket_public_access_block__b={"bucket": "shop-data", **OPEN_BLOCK},
            aws_s3_bucket_acl__b={"bucket": "shop-data", "acl": "public-read"},
        ),
        "yes",
    ),
    (
        "a block that is off, and nothing public",
        plan(
            aws_s3_bucket__b=BUCKET,
            aws_s3_bucket_public_access_block__b={"bucket": to("aws_s3_bucket.b"), **OPEN_BLOCK},
        ),
        "no",
    ),
    (
        "a block that is on",
        plan(
            aws_s3_bucket__b=BUCKET,
            aws_s3_bucket_public_access_block__b={"bucket": to("aws_s3_bucket.b"), **dict.fromkeys(OPEN_BLOCK, True)},
            aws_s3_bucket_policy__b={"bucket": to("aws_s3_bucket.b"), "policy": PUBLIC},
        ),
        "no",
    ),
    (
        "a policy that is known after apply",
        plan(
            aws_s3_bucket__b=BUCKET,
            aws_s3_bucket_public_access_block__b={"bucket": to("aws_s3_bucket.b"), **OPEN_BLOCK},
            aws_s3_bucket_policy__b={"bucket": to("aws_s3_bucket.b"), "policy": to("data.aws_iam_policy_document.p")},
        ),
        "unknown",
    ),
    (
        "a block whose bucket cannot be resolved",
        plan(
            aws_s3_bucket__b=BUCKET,
            aws_s3_bucket_public_access_block__b={"bucket": to("local.bucket"), **OPEN_BLOCK},
            aws_s3_bucket_policy__b={"bucket": to("aws_s3_bucket.b"), "policy": PUBLIC},
        ),
        "unknown",
    ),
    (
        "public without a block: the apply fails, or the block is somewhere else",
        plan(
            aws_s3_bucket__b=BUCKET, aws_s3_bucket_policy__b={"bucket": to("aws_s3_bucket.b"), "policy": PUBLIC}
        ),
        "unknown",
    ),
    ("an existing bucket without a block", plan(("update",), aws_s3_bucket__b=BUCKET), "unknown"),
    (
        "the block of another instance",
        plan(
            aws_s3_bucket__b__0=BUCKET,
            aws_s3_bucket_public_access_block__b__0={"bucket": to("aws_s3_bucket.b"), **OPEN_BLOCK},
            aws_s3_bucket_acl__b__0={"bucket": to("aws_s3_bucket.b"), "acl": "public-read-write"},
        ),
        "yes",
    ),
    (
        "a database in an open group, of which no route is known",
        plan(
            aws_security_group__g={"ingress": [GROUP_RULE]},
            aws_db_instance__d=DATABASE | {"vpc_security_group_ids": to("aws_security_group.g")},
        ),
        "unknown",
    ),
    ("a database in an open group and a public subnet", network({"gateway_id": to("aws_internet_gateway.i")}), "yes"),
    ("a public subnet with a separate route", network(None, {"gateway_id": to("aws_internet_gateway.i")}), "yes"),
    ("a private subnet", network({"gateway_id": to("aws_nat_gateway.i")}), "no"),
    ("a subnet without a route to everywhere", network(None), "no"),
    ("a known gateway", network({"gateway_id": "igw-1"}), "yes"),
    ("a gateway of another plan", network({"gateway_id": to("var.gateway")}), "unknown"),
    ("a private database", plan(aws_db_instance__d=DATABASE | {"publicly_accessible": False}), "no"),
    (
        "a database in a closed group",
        plan(
            aws_security_group__g={"ingress": [CLOSED_RULE]},
            aws_db_instance__d=DATABASE | {"vpc_security_group_ids": to("aws_security_group.g")},
        ),
        "no",
    ),
    (
        "a database in a group whose only rule is closed",
        plan(
            aws_security_group__g={"ingress": ...},
            aws_security_group_rule__r={"security_group_id": to("aws_security_group.g"), "type": "ingress"}
            | CLOSED_RULE,
            aws_db_instance__d=DATABASE | {"vpc_security_group_ids": to("aws_security_group.g")},
        ),
        "no",
    ),
    (
        "a database in a group with an unknown rule",
        plan(
            aws_security_group__g={"name": "g"},
            aws_security_group_rule__r={"security_group_id": to("aws_security_group.g"), "cidr_blocks": to("var.nets")},
            aws_db_instance__d=DATABASE | {"vpc_security_group_ids": to("aws_security_group.g")},
        ),
        "unknown",
    ),
    (
        "a database in a group with dynamic rules",
        plan(
            aws_security_group__g={"ingress": ...},
            aws_db_instance__d=DATABASE | {"vpc_security_group_ids": to("aws_security_group.g")},
        ),
        "unknown",
    ),
    (
        "a domain with an open policy",
        plan(aws_opensearch_domain__d={"domain_name": "d", "access_policies": ACCESS}),
        "yes",
    ),
    (
        "a domain with an open policy of its own resource",
        plan(
            aws_opensearch_domain__d={"domain_name": "d"},
            aws_opensearch_domain_policy__d={"domain_name": to("aws_opensearch_domain.d"), "access_policies": ACCESS},
        ),
        "yes",
    ),
    (
        "a domain in a network",
        plan(
            aws_opensearch_domain__d={
                "domain_name": "d", "access_policies": ACCESS, "vpc_options": [{"subnet_ids": ["subnet-1"]}],
            }
        ),
        "no",
    ),
    ("a domain with an unknown policy", plan(aws_opensearch_domain__d={"domain_name": "d"}), "unknown"),
    ("a bucket of Google for nobody else", plan(google_storage_bucket__b={"name": "b"}), "no"),
    (
        "a bucket of Google for everyone",
        plan(
            google_storage_bucket__b={"name": "b"},
            google_storage_bucket_iam_member__m={"bucket": to("google_storage_bucket.b"), "member": "allUsers"},
        ),
        "yes",
    ),
    (
        "a bucket of Google with prevention",
        plan(
            google_storage_bucket__b={"name": "b", "public_access_prevention": "enforced"},
            google_storage_bucket_iam_binding__m={"bucket": "b", "members": ["allAuthenticatedUsers"]},
        ),
        "no",
    ),
    (
        "a bucket of Google with an unknown member",
        plan(
            google_storage_bucket__b={"name": "b"},
            google_storage_bucket_iam_member__m={"bucket": "b", "member": to("var.who")},
        ),
        "unknown",
    ),
    (
        "a bucket of Google with a public list",
        plan(
            google_storage_bucket__b={"name": "b"},
            google_storage_bucket_acl__a={"bucket": "b", "role_entity": ["READER:allUsers"]},
        ),
        "yes",
    ),
    (
        "Cloud SQL for everyone",
        plan(
            google_sql_database_instance__d={
                "name": "d", "database_version": "POSTGRES_15",
                "settings": [
                    {"ip_configuration": [{"ipv4_enabled": True, "authorized_networks": [{"value": "0.0.0.0/0"}]}]}
                ],
            }
        ),
        "yes",
    ),
    (
        "a storage account with a public container",
        plan(
            azurerm_storage_account__a={"name": "a", "allow_nested_items_to_be_public": True,
                                        "public_network_access_enabled": True},
            azurerm_storage_container__c={
                "name": "c", "storage_account_id": to("azurerm_storage_account.a"), "container_access_type": "blob",
            },
        ),
        "yes",
    ),
    (
        "a storage account with private containers",
        plan(
            azurerm_storage_account__a={"name": "a", "allow_nested_items_to_be_public": True},
            azurerm_storage_container__c={"name": "c", "storage_account_name": "a", "container_access_type": "private"},
        ),
        "no",
    ),
    (
        "a storage account that forbids public containers",
        plan(azurerm_storage_account__a={"name": "a", "allow_nested_items_to_be_public": False}),
        "no",
    ),
    (
        "a server of SQL with a rule for everyone",
        plan(
            azurerm_mssql_server__s={"name": "s", "public_network_access_enabled": True},
            azurerm_mssql_firewall_rule__r={
                "server_id": to("azurerm_mssql_server.s"), "start_ip_address": "0.0.0.0",
                "end_ip_address": "255.255.255.255",
            },
        ),
        "yes",
    ),
    (
        "a server of SQL in a private network",
        plan(azurerm_mssql_server__s={"name": "s", "public_network_access_enabled": False}),
        "no",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "public"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_public_access_of_a_plan(read: Read, settle: Settle, text: str, public: str) -> None:
    facts, source = read(text)
    one = only(settle(facts))
    assert (one.public, one.planned, source.skipped) == (public, True, 0), one
    assert (one.endpoints, one.cloud, one.account) == ((), (), "")


ENCRYPTION: list[tuple[str, dict[str, Any], str]] = [
    ("without the argument", {}, "none"),
    ("known after apply", {"storage_encrypted": to("var.encrypt")}, "unknown"),
    ("encrypted", {"storage_encrypted": True}, "encrypted"),
    ("copied from a snapshot", {"snapshot_identifier": "s"}, "unknown"),
]


@pytest.mark.parametrize(("arguments", "at_rest"), [case[1:] for case in ENCRYPTION], ids=[c[0] for c in ENCRYPTION])
def test_encryption_of_a_database(read: Read, settle: Settle, arguments: dict[str, Any], at_rest: str) -> None:
    facts, _ = read(plan(aws_db_instance__d={"engine": "mysql"} | arguments))
    assert only(settle(facts)).at_rest == at_rest


def test_what_is_unknown_is_named(read: Read, settle: Settle) -> None:
    facts, _ = read(plan(aws_db_instance__d={"engine": "mysql", "publicly_accessible": to("var.public")}))
    one = only(settle(facts))
    assert (one.flag, one.name) == ("unknown", "aws_db_instance.d")
    assert one.path == ("known after apply: publicly_accessible",)


def test_the_switch_of_members_belongs_to_their_cluster(read: Read, settle: Settle) -> None:
    facts, _ = read(
        plan(
            aws_rds_cluster__c={"engine": "aurora-postgresql", "storage_encrypted": True},
            aws_rds_cluster_instance__m={
                "cluster_identifier": to("aws_rds_cluster.c"),
                "publicly_accessible": True,
            },
        )
    )
    one = only(settle(facts))
    assert (one.flag, one.at_rest, one.product, one.planned) == ("yes", "encrypted", "postgresql", True)


def test_a_reference_through_a_module_is_followed(read: Read, settle: Settle) -> None:
    document = json.loads(plan(aws_s3_bucket__b=BUCKET))
    address = "module.guard[0].aws_s3_bucket_public_access_block.this"
    document["resource_changes"].append(
        {
            "address": address, "module_address": "module.guard[0]", "mode": "managed", "name": "this",
            "type": "aws_s3_bucket_public_access_block",
            "change": {"actions": ["create"], "after": OPEN_BLOCK, "after_unknown": {"bucket": True}},
        }
    )  # fmt: skip
    inner = {
        "address": "aws_s3_bucket_public_access_block.this",
        "expressions": {"bucket": {"references": ["var.bucket"]}},
    }
    document["configuration"]["root_module"]["module_calls"] = {
        "guard": {
            "expressions": {"bucket": {"references": ["aws_s3_bucket.b.id", "aws_s3_bucket.b"]}},
            "module": {"resources": [inner]},
        }
    }
    facts, _ = read(json.dumps(document))
    assert only(settle(facts)).flag == "yes"


def test_a_state_describes_deployed_resources(read: Read, settle: Settle) -> None:
    arn = "arn:aws:rds:eu-west-1:123456789012:db:orders"
    facts, source = read(
        state(
            (
                "aws_db_instance",
                "d",
                DATABASE | {"arn": arn, "id": "db-X", "identifier": "orders", "storage_encrypted": False,
                            "vpc_security_group_ids": ["sg-1"]},
            ),
            ("aws_security_group", "g", {"id": "sg-1", "ingress": [GROUP_RULE]}),
            ("aws_s3_bucket", "b", {"bucket": "shop-data", "id": "shop-data", "policy": PUBLIC, "grant": []}),
            ("aws_s3_bucket_public_access_block", "b", {"bucket": "shop-data", **OPEN_BLOCK}),
            ("aws_iam_role", "r", {"name": "r"}),
        )
    )  # fmt: skip
    found = settle(facts)
    assert set(found) == {arn, "arn:aws:s3:::shop-data"}
    database, bucket = found[arn], found["arn:aws:s3:::shop-data"]
    assert (database.planned, database.at_rest, database.flag, database.port) == (False, "none", "yes", "yes")
    assert (database.account, database.region) == ("123456789012", "eu-west-1")
    assert (bucket.public, bucket.cloud, bucket.account) == ("yes", ("s3:shop-data",), "")
    assert source.other == 1


def test_every_data_store_is_counted_even_if_its_arguments_are_not_read(read: Read, settle: Settle) -> None:
    facts, _ = read(plan(google_bigquery_dataset__d={"dataset_id": "d"}, google_redis_instance__r={"name": "r"}))
    found = settle(facts)
    assert [(one.service, one.public) for one in found.values()] == [("bigquery", "unknown"), ("memorystore", "no")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"format_version": "9.0", "terraform_version": "2"}', "unsupported format version 9.0"),
        ('{"format_version": "1.0", "terraform_version": "1.9.5"}', "neither a plan nor a state"),
    ],
)
def test_another_format_is_named(read: Read, text: str, says: str) -> None:
    facts, source = read(text)
    assert facts == []
    assert says in source.first_skipped


def test_what_is_destroyed_is_not_counted(read: Read) -> None:
    document = json.loads(plan(("delete",), aws_s3_bucket__b=BUCKET))
    document["resource_changes"][0]["change"]["after"] = None
    assert read(json.dumps(document))[0] == []


def test_a_module_that_refers_to_itself_ends() -> None:
    document = json.loads(plan(aws_s3_bucket__b=BUCKET))
    change = document["resource_changes"][0]
    document["resource_changes"].append(
        change
        | {
            "address": "module.a.aws_s3_bucket_policy.p",
            "module_address": "module.a",
            "type": "aws_s3_bucket_policy",
            "name": "p",
            "change": {"actions": ["create"], "after": {}, "after_unknown": {"bucket": True}},
        }
    )
    document["configuration"]["root_module"]["module_calls"] = {
        "a": {
            "module": {
                "outputs": {"o": {"expression": {"references": ["module.a.o"]}}},
                "module_calls": {"a": {"module": {"outputs": {"o": {"expression": {"references": ["module.a.o"]}}}}}},
                "resources": [
                    {"address": "aws_s3_bucket_policy.p", "expressions": {"bucket": {"references": ["module.a.o"]}}}
                ],
            }
        }
    }
    graph = read_graph(document)
    assert graph is not None
    (bucket,) = graph.of("aws_s3_bucket")
    assert graph.related(bucket, "bucket", "aws_s3_bucket_policy") == ([], True)


def test_outputs_that_refer_to_many_others_are_resolved_once() -> None:
    document = json.loads(plan(aws_s3_bucket__b=BUCKET, aws_s3_bucket_policy__p={"bucket": to("module.m.a")}))
    inner: dict[str, Any] = {"resources": []}
    for _ in range(45):
        both = {"expression": {"references": ["module.m.a", "module.m.b"]}}
        inner = {"outputs": {"a": both, "b": both}, "module_calls": {"m": {"module": inner}}}
    document["configuration"]["root_module"]["module_calls"] = {"m": {"module": inner}}
    graph = read_graph(document)
    assert graph is not None
    (bucket,) = graph.of("aws_s3_bucket")
    assert graph.related(bucket, "bucket", "aws_s3_bucket_policy") == ([], True)


def test_many_instances_are_linked_by_their_index() -> None:
    buckets: dict[str, Any] = {f"aws_s3_bucket__b__{n}": {"bucket": f"b{n}"} for n in range(3000)}
    policies: dict[str, Any] = {f"aws_s3_bucket_policy__p__{n}": {"bucket": to("aws_s3_bucket.b")} for n in range(3000)}
    graph = read_graph(json.loads(plan(**buckets, **policies)))
    assert graph is not None
    for bucket in graph.of("aws_s3_bucket"):
        (found,), unresolved = graph.related(bucket, "bucket", "aws_s3_bucket_policy")
        assert (found.index, unresolved) == (bucket.index, False)


@pytest.mark.parametrize("outputs", [[], {"a": 5}, {"a": {"expression": 5}}, {"a": {"expression": {"references": 5}}}])
def test_an_output_in_another_form_is_unresolved(outputs: Any) -> None:
    document = json.loads(plan(aws_s3_bucket__b=BUCKET, aws_s3_bucket_policy__p={"bucket": to("module.m.a")}))
    document["configuration"]["root_module"]["module_calls"] = {"m": {"module": {"outputs": outputs}}}
    graph = read_graph(document)
    assert graph is not None
    (bucket,) = graph.of("aws_s3_bucket")
    assert graph.related(bucket, "bucket", "aws_s3_bucket_policy") == ([], True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 70_000) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _paths(one, (*path, key))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _paths(one, (*path, number))


@given(st.sampled_from([case[1] for case in CASES]), st.integers(0, 10_000), JSON)
def test_a_damaged_plan_never_raises(tmp_path_factory: pytest.TempPathFactory, text: str, at: int, junk: Any) -> None:
    document = json.loads(text)
    places = list(_paths(document))[1:]
    *above, last = places[at % len(places)]
    holder = document
    for step in above:
        holder = holder[step]
    holder[last] = junk
    from tieback.posture.readers.terraform import Terraform
    from tieback.posture.source import PostureSource

    path = tmp_path_factory.getbasetemp() / "damaged.json"
    path.write_text(json.dumps(document))
    for fact in Terraform().facts(PostureSource(path)):
        assert fact.source == "terraform"
