"""Terraform and OpenTofu: a plan or state as ``terraform show -json`` prints it.

Format: https://developer.hashicorp.com/terraform/internals/json-format. Resources of a plan are **planned** and counted
separately. Resources of a state are deployed, as of the time of the state. *Known after apply* is unknown.
"""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from tieback.model.count_text import count_text
from tieback.model.resource import Dependency, DependencyKind, OpenPorts, Resource, ResourceKind, TriState
from tieback.posture.describe.aws_names import parse_arn
from tieback.posture.describe.interface import DescriptionContext, NotAResourceError
from tieback.posture.describe.kinds import ResourceType, ResourceTypes
from tieback.posture.facts import ExportObject, wide_range
from tieback.posture.interface import Fact, PostureMeta
from tieback.posture.source import MAX_DOCUMENT, PostureSource
from tieback.posture.terraform import aws, others
from tieback.posture.terraform.graph import TerraformGraph, TerraformResource, read_graph

_FORMAT = re.compile(r"(?:0|1)\.\d{1,3}")
_FACTS = {**aws.FACTS, **others.FACTS}
_PARTS = (
    "aws_s3_bucket_",
    "aws_security_group",
    "aws_vpc_security_group_ingress_rule",
    "aws_opensearch_domain_policy",
    "aws_elasticsearch_domain_policy",
    "google_storage_bucket_",
    "google_storage_default_object_acl",
    "azurerm_storage_container",
    "azurerm_storage_account_network_rules",
    "azurerm_mssql_database",
    *others.FIREWALL_RULES,
)
"""Beginnings of types that are parts of a data store, or rules about one."""
_NOWHERE = "terraform"
"""Stands for account and region in names that are replaced afterwards."""


class Terraform:
    """Reads plans and states."""

    meta = PostureMeta(
        "terraform",
        "Terraform or OpenTofu (terraform show -json)",
        "https://developer.hashicorp.com/terraform/internals/json-format",
    )

    def __init__(self) -> None:
        self._kinds = ResourceTypes()

    def recognises(self, head: bytes) -> bool:
        """True if the output begins with its format version or its planned values."""
        found = re.match(rb'\s*\{\s*"(format_version|planned_values)"\s*:', head)
        marks = (b'"terraform_version"', b'"planned_values"', b'"values"')
        return found is not None and any(mark in head for mark in marks)

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The facts of each data store, with the rules and policies that belong to it."""
        source.longest = MAX_DOCUMENT
        for line, value in source.items():
            version = str(value.get("format_version", "")) if isinstance(value, dict) else ""
            if not _FORMAT.fullmatch(version):
                source.skip(line, f"unsupported format version {version[:20] or 'unknown'} (supported: 1.x)")
                continue
            graph = read_graph(value)
            if graph is None:
                source.skip(line, "neither a plan nor a state: it has no planned_values and no values")
                continue
            yield from self._of(source, line, graph)

    def _of(self, source: PostureSource, line: int, graph: TerraformGraph) -> Iterator[Fact]:
        for group in aws.security_groups(graph):
            yield replace(group, id=_scoped(source, group.id), source=self.meta.name, seen=source.seen)
        yield from self._firewall_rules(source, graph)
        for one in graph.resources:
            kind = self._kinds.by_name(one.type)
            if one.type in aws.CLUSTER_MEMBERS:
                yield from self._member(source, graph, one)
            elif one.type in _FACTS and kind is not None:
                yield from self._describe(source, line, graph, one, kind)
            elif (
                kind is not None and kind.resource not in {None, ResourceKind.HOST} and not one.type.startswith(_PARTS)
            ):
                yield self._bare(source, graph, one, kind)
            elif not one.type.startswith(_PARTS):
                source.other += 1
        if graph.left_out:
            source.note_missing(f"{count_text(graph.left_out, 'resource')} beyond the limit")

    def _describe(
        self, source: PostureSource, line: int, graph: TerraformGraph, one: TerraformResource, kind: ResourceType
    ) -> Iterator[Fact]:
        about = DescriptionContext(
            self.meta.name,
            source.seen,
            source.origin.account or _NOWHERE,
            source.origin.region or _NOWHERE,
            key=_own_name(one, kind),
            name=one.address,
        )
        facts = {name: value for name, value in _FACTS[one.type](one, graph).items() if value is not None}
        try:
            for fact in kind.read(ExportObject(facts), about):
                if isinstance(fact, Resource):
                    yield self._placed(source, graph, one, fact)
                elif not graph.planned:
                    yield fact
        except NotAResourceError as error:
            source.skip(line, f"incomplete description of {one.address}: {error}")
        if one.type == "azurerm_storage_account":
            yield from self._containers(source, graph, one, kind)

    def _placed(
        self, source: PostureSource, graph: TerraformGraph, one: TerraformResource, found: Resource
    ) -> Resource:
        """The resource under its own name; in a plan under its address, without names that do not exist yet."""
        needs = tuple(_scoped(source, id_) for id_ in found.needs if id_.startswith("sg-") or not graph.planned)
        needs += (_server(source, one),) if found.key in found.needs and graph.planned else ()
        if found.provider == "aws" and found.route is TriState.UNKNOWN:
            found = replace(found, route=aws.route(one, graph))
        if not graph.planned:
            return replace(found, needs=needs, account=_real(found.account), region=_real(found.region))
        region = one.values.get("region") or one.values.get("location") or ""
        return replace(
            found,
            key=_key(source, one),
            name=one.address,
            account=source.origin.account,
            region=str(region)[:100].lower(),
            endpoints=(),
            addresses=(),
            cloud=(),
            needs=needs,
            path=(*found.path, *_unknown_notes(one)),
            planned=True,
        )

    def _bare(
        self, source: PostureSource, graph: TerraformGraph, one: TerraformResource, kind: ResourceType
    ) -> Resource:
        """A data store whose arguments are not read: it is counted, and its states are unknown."""
        arn = one.values.get("arn")
        deployed = isinstance(arn, str) and parse_arn(arn) is not None and not graph.planned
        return Resource(
            key=str(arn) if deployed else _key(source, one),
            provider=kind.provider,
            kind=ResourceKind(kind.sort),
            service=kind.service,
            product=kind.product,
            name=one.address,
            source=self.meta.name,
            seen=source.seen,
            planned=graph.planned,
        )

    def _member(self, source: PostureSource, graph: TerraformGraph, one: TerraformResource) -> Iterator[Fact]:
        """The public switch of an instance of a cluster, as a part of the cluster."""
        for cluster in graph.targets(one, "cluster_identifier", *_CLUSTERS) or ():
            arn = cluster.values.get("arn")
            known = isinstance(one.values.get("publicly_accessible"), bool)
            yield Resource(
                key=_key(source, cluster) if graph.planned else str(arn or _key(source, cluster)),
                provider="aws",
                kind=ResourceKind.DATABASE,
                flag=TriState.of(bool(one.values.get("publicly_accessible")) if known else None),
                part=one.address,
                source=self.meta.name,
                seen=source.seen,
                planned=graph.planned,
            )

    def _containers(
        self, source: PostureSource, graph: TerraformGraph, one: TerraformResource, kind: ResourceType
    ) -> Iterator[Fact]:
        public, private = others.containers(one, graph)
        if not public and not private:
            return
        paths = tuple(f"container {name} is public" for name in public[:10]) or ("all of its containers are private",)
        yield self._placed(
            source,
            graph,
            one,
            Resource(
                key=_own_name(one, kind).lower(),
                provider="azure",
                kind=ResourceKind.BUCKET,
                service=kind.service,
                product=kind.product,
                port=TriState.of(bool(public)),
                path=paths,
                part="containers",
                source=self.meta.name,
                seen=source.seen,
            ),
        )

    def _firewall_rules(self, source: PostureSource, graph: TerraformGraph) -> Iterator[Fact]:
        for type_, (argument, server) in others.FIREWALL_RULES.items():
            for one in graph.of(type_):
                first, last = (str(one.values.get(f"{which}_ip_address") or one.values.get(f"{which}_ip") or "")
                               for which in ("start", "end"))  # fmt: skip
                wide = wide_range(first, last)
                for target in graph.targets(one, argument, server) or ():
                    own = target.values.get("id")
                    yield Dependency(
                        _server(source, target) if graph.planned else str(own or "").lower(),
                        DependencyKind.FIREWALL,
                        f"firewall rule {one.address}",
                        openings=(OpenPorts(0, 65535, wide),) if wide else (),
                        source=self.meta.name,
                        seen=source.seen,
                    )


_CLUSTERS = ("aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster")


def _key(source: PostureSource, one: TerraformResource) -> str:
    return f"template:{source.path}:{one.address}"


def _server(source: PostureSource, one: TerraformResource) -> str:
    """Id of a planned server for its firewall rules."""
    return f"server-{_key(source, one)}"


def _scoped(source: PostureSource, id_: str) -> str:
    """The id of a planned group with its file: two plans can have the same addresses."""
    return f"{id_}@{source.path}" if id_.startswith("sg-terraform:") else id_


def _own_name(one: TerraformResource, kind: ResourceType) -> str:
    """The full name of a deployed resource, or one in its place that its description accepts."""
    for name in ("arn", "id", "self_link"):
        found = one.values.get(name)
        if isinstance(found, str) and (found.lower().startswith("/subscriptions/") or parse_arn(found) is not None):
            return found
    if kind.provider == "azure":
        return f"/subscriptions/{_NOWHERE}/providers/{(kind.arm or ('terraform/x',))[0]}/{one.address}"
    return f"//{_NOWHERE}/{one.address}" if kind.provider == "gcp" and one.values.get("project") is None else ""


def _real(text: str) -> str:
    return "" if text == _NOWHERE else text


def _unknown_notes(one: TerraformResource) -> tuple[str, ...]:
    """What is known only after apply, of the arguments that decide about public access."""
    names = ("policy", "access_policies", "acl", "publicly_accessible", "vpc_security_group_ids", "ingress")
    unsure = [name for name in names if one.unsure(name)]
    return (f"known after apply: {', '.join(unsure)}",) if unsure else ()
