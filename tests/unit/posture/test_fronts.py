"""A load balancer that faces the Internet makes what stands behind it reachable; which store that is, must be known."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.each import each
from tieback.model.resource import (
    Dependency,
    DependencyKind,
    OpenPorts,
    Resource,
    ResourceKind,
    ServiceAddress,
    TriState,
)
from tieback.posture.fronts import load_balancers_of
from tieback.posture.reach import with_reachability

GROUP = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/pg/1"
BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/net/shop/1"


def front(id_: str, name: str, **more: Any) -> Dependency:
    return Dependency(id_, DependencyKind.FRONT, name, **more)


def ports(port: int) -> tuple[OpenPorts, ...]:
    return (OpenPorts(port, port, "listener"),)


TARGET = front("target:10.0.1.5", "target", openings=ports(5432), needs=(GROUP,))
TARGETS = front(GROUP, "target group pg", needs=(BALANCER,), network="vpc-1")
FACING = front(
    BALANCER,
    "network load balancer shop (internet-facing)",
    answer=TriState.YES,
    endpoints=(ServiceAddress("shop-1.elb.eu-west-1.amazonaws.com"),),
)
LISTENER = front(BALANCER, "listener 1", openings=ports(15432), needs=(GROUP,))
FACE = Dependency(
    "sg-1", DependencyKind.INTERFACE, "RDSNetworkInterface eni-1", subnets=("s-1",), needs=("target:10.0.1.5",),
    network="vpc-1",
)  # fmt: skip


def about(*some: Dependency) -> dict[str, list[Dependency]]:
    found: dict[str, list[Dependency]] = {}
    for one in some:
        found.setdefault(one.id, []).append(one)
    return found


def resource(**what: Any) -> Resource:
    return Resource(
        key="k",
        provider="aws",
        kind=what.pop("kind", ResourceKind.DATABASE),
        service=what.pop("service", "rds"),
        name=what.pop("name", "orders"),
        listens=what.pop("listens", 5432),
        needs=what.pop("needs", ("sg-1", "vpc-1")),
        subnets=what.pop("subnets", ("s-1",)),
        flag=what.pop("flag", TriState.NO),
        **what,
    )


HOST = resource(kind=ResourceKind.HOST, listens=None, needs=("vpc-1", "target:10.0.1.5"), service="ec2")
CACHE = resource(service="elasticache", name="cache", listens=6379)


@each(
    ("of", "parts", "sure"),
    [
        (HOST, [TARGET, TARGETS, FACING, LISTENER], [True]),
        (HOST, [TARGET, TARGETS, FACING], [True]),
        (HOST, [TARGET, TARGETS, replace(FACING, answer=TriState.NO), LISTENER], []),
        (HOST, [TARGET, TARGETS, replace(FACING, answer=TriState.UNKNOWN), LISTENER], []),
        (HOST, [TARGET, replace(TARGETS, network="vpc-2"), FACING], []),
        # Its listeners forward to another group.
        (HOST, [TARGET, TARGETS, FACING, replace(LISTENER, needs=("other",))], []),
        # A database of those groups, that network and that port.
        (resource(), [FACE, TARGET, TARGETS, FACING, LISTENER], [False]),
        (resource(listens=3306), [FACE, TARGET, TARGETS, FACING, LISTENER], []),
        (resource(subnets=("s-2",)), [FACE, TARGET, TARGETS, FACING, LISTENER], []),
        (resource(subnets=()), [FACE, TARGET, TARGETS, FACING, LISTENER], [False]),
        (resource(needs=("sg-1", "sg-2", "vpc-1")), [FACE, TARGET, TARGETS, FACING, LISTENER], []),
        (resource(service="redshift"), [FACE, TARGET, TARGETS, FACING, LISTENER], []),
        # An interface that names its store.
        (CACHE, [replace(FACE, name="ElastiCache cache-001 eni-1"), replace(TARGET, openings=ports(6379)), TARGETS,
                 FACING], [True]),
        (CACHE, [replace(FACE, name="ElastiCache cachet-001 eni-1"), replace(TARGET, openings=ports(6379)), TARGETS,
                 FACING], []),
    ],
)  # fmt: skip
def test_load_balancers_in_front_of_a_store(of: Resource, parts: list[Dependency], sure: list[bool]) -> None:
    assert [one.sure for one in load_balancers_of(of, about(*parts))] == sure


@pytest.mark.parametrize(
    ("openings", "public"), [(ports(15432), "yes"), (ports(80), "unknown"), ((), "unknown")], ids=["in", "else", "none"]
)
def test_security_groups_of_the_load_balancer_decide_access(openings: tuple[OpenPorts, ...], public: str) -> None:
    wall = Dependency("sg-lb", DependencyKind.FIREWALL, "security group sg-lb", openings=openings)
    parts = about(TARGET, TARGETS, replace(FACING, needs=("sg-lb",)), LISTENER, wall)
    found = with_reachability(replace(HOST, flag=TriState.UNKNOWN), parts)
    assert found.public == public


def test_private_store_behind_a_public_load_balancer_is_public_with_a_reason() -> None:
    found = with_reachability(HOST, about(TARGET, TARGETS, FACING, LISTENER))
    assert found.public is TriState.YES
    assert found.path[0] == "network load balancer shop (internet-facing) forwards port 15432 to it"
    assert found.endpoints == (ServiceAddress("shop-1.elb.eu-west-1.amazonaws.com", 15432),)


def test_where_it_may_be_another_store_nothing_is_claimed() -> None:
    closed = Dependency("sg-1", DependencyKind.FIREWALL, "security group sg-1")
    parts = about(FACE, TARGET, TARGETS, FACING, LISTENER)
    parts["sg-1"].append(closed)
    found = with_reachability(resource(), parts)
    assert (found.flag, found.port, found.public) == ("unknown", "unknown", "unknown")
    assert found.path[0].endswith("forwards port 15432 to a network interface that may be its own")
    assert found.endpoints == ()
