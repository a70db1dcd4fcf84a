"""Front ends of AWS stores: load balancers, their listeners and targets, and network interfaces.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancer.html, API_Listener.html,
API_TargetGroup.html, API_TargetHealthDescription.html;
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterface.html. A target is identified by the id of a
machine or by a private address; the network interface shows the owner of an address.
"""

from collections.abc import Iterator

from tieback.model.resource import Dependency, DependencyKind, OpenPorts, Resource, ServiceAddress, TriState
from tieback.posture.describe.aws_databases import groups
from tieback.posture.describe.interface import DescriptionContext, NotAResourceError
from tieback.posture.facts import ExportObject
from tieback.posture.fronts import TARGET

_SORTS = {"network": "network load balancer", "application": "application load balancer"}
_MANAGED = ("RDSNetworkInterface", "RedshiftNetworkInterface", "ElastiCache ", "ES ", "DMSNetworkInterface")
"""Prefixes of the descriptions of interfaces that services create for their stores; other interfaces are ignored."""


def load_balancer(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A load balancer: whether it is internet-facing, and the addresses that it admits."""
    arn = facts.text("loadbalancerarn", "arn") or about.key
    if not arn:
        raise NotAResourceError("no LoadBalancerArn")
    name = facts.text("loadbalancername", "name") or about.name
    scheme = facts.text("scheme")
    host = facts.text("dnsname")
    yield Dependency(
        arn,
        DependencyKind.FRONT,
        f"{_SORTS.get(facts.text('type'), 'load balancer')} {name or arn}" + (f" ({scheme})" if scheme else ""),
        about.account,
        answer=TriState.of({"internet-facing": True, "internal": False}.get(scheme)),
        needs=groups(facts),
        endpoints=(ServiceAddress(host.lower()),) if host else (),
        source=about.source,
        seen=about.seen,
    )


def listener(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """The port of a listener, and the target groups that it forwards to."""
    balancer, port = facts.text("loadbalancerarn"), facts.number("port")
    if not balancer or port is None:
        raise NotAResourceError("no LoadBalancerArn or Port")
    yield Dependency(
        balancer,
        DependencyKind.FRONT,
        f"listener {facts.text('listenerarn', 'arn') or port}",
        about.account,
        openings=(OpenPorts(port, port, "listener"),),
        needs=tuple(dict.fromkeys(_forwards(facts))),
        source=about.source,
        seen=about.seen,
    )


def _forwards(facts: ExportObject) -> Iterator[str]:
    for action in facts.listed("defaultactions"):
        if group := action.text("targetgrouparn"):
            yield group
        yield from action.inner("forwardconfig").texts("targetgroups", of=("targetgrouparn",))


def target_group(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """The load balancers of a target group, and its targets if the export contains them."""
    arn = facts.text("targetgrouparn", "arn") or about.key
    if not arn:
        raise NotAResourceError("no TargetGroupArn")
    yield Dependency(
        arn,
        DependencyKind.FRONT,
        f"target group {facts.text('targetgroupname', 'name') or arn}",
        about.account,
        needs=facts.texts("loadbalancerarns"),
        network=facts.text("vpcid"),
        source=about.source,
        seen=about.seen,
    )
    for one in (*facts.listed("targethealthdescriptions"), *facts.listed("targets")):
        yield from _target(one, arn, about)


def target(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """One target of the group that the user specifies, because the output does not name it."""
    arn = facts.text("targetgrouparn") or about.name
    if ":targetgroup/" not in arn:
        raise NotAResourceError("no target group: pass --resource with the ARN of the group")
    yield from _target(facts, arn, about)


def _target(facts: ExportObject, group: str, about: DescriptionContext) -> Iterator[Dependency]:
    where = facts.inner("target")
    where = where if list(where.pairs()) else facts
    id_, port = where.text("id"), where.number("port")
    if id_:
        yield Dependency(
            f"{TARGET}{id_}",
            DependencyKind.FRONT,
            f"target of {group}",
            about.account,
            openings=(OpenPorts(port, port, "target"),) if port is not None else (),
            needs=(group,),
            source=about.source,
            seen=about.seen,
        )


def interface(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """An interface that a service created for a store; its address can be a target. Other interfaces give no fact."""
    name, subnet = facts.text("networkinterfaceid", "id"), facts.text("subnetid")
    described = facts.text("description")
    address = facts.text("privateipaddress")
    if not described.startswith(_MANAGED) or not address:
        return
    for group in groups(facts) or facts.texts("groups", of=("groupid",)):
        yield Dependency(
            group,
            DependencyKind.INTERFACE,
            f"{described} {name}",
            facts.text("ownerid") or about.account,
            subnets=(subnet,) if subnet else (),
            needs=(f"{TARGET}{address}",),
            network=facts.text("vpcid"),
            source=about.source,
            seen=about.seen,
        )
