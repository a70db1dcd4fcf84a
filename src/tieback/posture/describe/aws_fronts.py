"""Front ends of AWS data stores: load balancers, their listeners and targets, and network interfaces.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancer.html, API_Listener.html,
API_TargetGroup.html, API_TargetHealthDescription.html;
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterface.html. A target is identified by an instance
id or a private address; the network interface of an address identifies its resource.
"""

from collections.abc import Iterator

from tieback.model.resource import Answer, Dependency, DependencyKind, Opening, Place, Resource
from tieback.posture.describe.aws_databases import groups
from tieback.posture.describe.interface import About, UndescribedError
from tieback.posture.facts import Facts
from tieback.posture.fronts import TARGET

_SORTS = {"network": "network load balancer", "application": "application load balancer"}
_MANAGED = ("RDSNetworkInterface", "RedshiftNetworkInterface", "ElastiCache ", "ES ", "DMSNetworkInterface")
"""Descriptions of the interfaces that services make for their stores; no others are kept."""


def load_balancer(facts: Facts, about: About) -> Iterator[Resource | Dependency]:
    """Read whether a load balancer faces the Internet, and its security groups."""
    arn = facts.text("loadbalancerarn", "arn") or about.key
    if not arn:
        raise UndescribedError("no LoadBalancerArn")
    name = facts.text("loadbalancername", "name") or about.name
    scheme = facts.text("scheme")
    host = facts.text("dnsname")
    yield Dependency(
        arn,
        DependencyKind.FRONT,
        f"{_SORTS.get(facts.text('type'), 'load balancer')} {name or arn}" + (f" ({scheme})" if scheme else ""),
        about.account,
        answer=Answer.of({"internet-facing": True, "internal": False}.get(scheme)),
        needs=groups(facts),
        endpoints=(Place(host.lower()),) if host else (),
        source=about.source,
        seen=about.seen,
    )


def listener(facts: Facts, about: About) -> Iterator[Resource | Dependency]:
    """The port of a listener, and the target groups that it forwards to."""
    balancer, port = facts.text("loadbalancerarn"), facts.number("port")
    if not balancer or port is None:
        raise UndescribedError("no LoadBalancerArn or Port")
    yield Dependency(
        balancer,
        DependencyKind.FRONT,
        f"listener {facts.text('listenerarn', 'arn') or port}",
        about.account,
        openings=(Opening(port, port, "listener"),),
        needs=tuple(dict.fromkeys(_forwards(facts))),
        source=about.source,
        seen=about.seen,
    )


def _forwards(facts: Facts) -> Iterator[str]:
    for action in facts.listed("defaultactions"):
        if group := action.text("targetgrouparn"):
            yield group
        yield from action.inner("forwardconfig").texts("targetgroups", of=("targetgrouparn",))


def target_group(facts: Facts, about: About) -> Iterator[Resource | Dependency]:
    """The load balancers of a target group, and its targets, where the export has them."""
    arn = facts.text("targetgrouparn", "arn") or about.key
    if not arn:
        raise UndescribedError("no TargetGroupArn")
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


def target(facts: Facts, about: About) -> Iterator[Resource | Dependency]:
    """One target of the group that the user names, since the answer does not."""
    arn = facts.text("targetgrouparn") or about.name
    if ":targetgroup/" not in arn:
        raise UndescribedError("no target group: pass --resource with the ARN of the group")
    yield from _target(facts, arn, about)


def _target(facts: Facts, group: str, about: About) -> Iterator[Dependency]:
    where = facts.inner("target")
    where = where if list(where.pairs()) else facts
    id_, port = where.text("id"), where.number("port")
    if id_:
        yield Dependency(
            f"{TARGET}{id_}",
            DependencyKind.FRONT,
            f"target of {group}",
            about.account,
            openings=(Opening(port, port, "target"),) if port is not None else (),
            needs=(group,),
            source=about.source,
            seen=about.seen,
        )


def interface(facts: Facts, about: About) -> Iterator[Resource | Dependency]:
    """An interface that a service made for a store: its address may be a target. Others make no statement here."""
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
