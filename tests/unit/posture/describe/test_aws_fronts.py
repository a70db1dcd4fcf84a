"""Load balancers, listeners, target groups, targets and interfaces, as the APIs describe them."""

from typing import Any

import pytest

from tests.unit.posture.describe.conftest import Described
from tieback.model.resource import Dependency
from tieback.posture.describe.interface import NotAResourceError

BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/shop/50dc6c495c0c9188"
GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/pg/73e2d6bc24d8a067"


def one_of(described: Described, kind: str, value: dict[str, Any]) -> Dependency:
    (one,) = described(kind, value)
    assert isinstance(one, Dependency)
    return one


@pytest.mark.parametrize(
    ("value", "name", "answer"),
    [
        ({"Scheme": "internet-facing", "Type": "network"}, "network load balancer shop (internet-facing)", "yes"),
        ({"Scheme": "internal", "Type": "application"}, "application load balancer shop (internal)", "no"),
        ({"Type": "gateway"}, "load balancer shop", "unknown"),
    ],
)
def test_a_load_balancer(value: dict[str, Any], name: str, answer: str, described: Described) -> None:
    more = {"LoadBalancerArn": BALANCER, "LoadBalancerName": "shop", "DNSName": "Shop-1.elb.amazonaws.com"}
    one = one_of(described, "aws-load-balancer", {**more, **value, "SecurityGroups": ["sg-1"]})
    assert (one.id, one.name, one.answer, one.needs) == (BALANCER, name, answer, ("sg-1",))
    assert [str(place) for place in one.endpoints] == ["shop-1.elb.amazonaws.com"]


@pytest.mark.parametrize(
    "action",
    [
        {"Type": "forward", "TargetGroupArn": GROUP},
        {"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": GROUP, "Weight": 1}]}},
    ],
)
def test_a_listener(action: dict[str, Any], described: Described) -> None:
    value = {"ListenerArn": "l", "LoadBalancerArn": BALANCER, "Port": 5432, "DefaultActions": [action]}
    one = one_of(described, "aws-listener", value)
    assert (one.id, one.openings[0].low, one.needs) == (BALANCER, 5432, (GROUP,))


def test_a_target_group_with_and_without_its_targets(described: Described) -> None:
    value: dict[str, Any] = {
        "TargetGroupArn": GROUP,
        "TargetGroupName": "pg",
        "VpcId": "vpc-1",
        "LoadBalancerArns": [BALANCER],
    }
    one = one_of(described, "aws-target-group", value)
    assert (one.id, one.needs, one.network) == (GROUP, (BALANCER,), "vpc-1")
    health = [{"Target": {"Id": "10.0.1.5", "Port": 5432}, "TargetHealth": {"State": "healthy"}}]
    _, target = described("aws-target-group", {**value, "TargetHealthDescriptions": health})
    assert isinstance(target, Dependency)
    assert (target.id, target.openings[0].low, target.needs) == ("target:10.0.1.5", 5432, (GROUP,))


def test_health_does_not_name_its_group(described: Described) -> None:
    with pytest.raises(NotAResourceError, match="pass --resource with the ARN of the group"):
        described("aws-target", {"Target": {"Id": "i-1"}})


@pytest.mark.parametrize(
    ("description", "ids"),
    [
        ("RDSNetworkInterface", ["sg-1", "sg-2"]),
        ("ElastiCache cache-001", ["sg-1", "sg-2"]),
        ("ES shop-search", ["sg-1", "sg-2"]),
        ("AWS Lambda VPC ENI-x", []),
        ("", []),
    ],
)
def test_an_interface(description: str, ids: list[str], described: Described) -> None:
    value = {
        "NetworkInterfaceId": "eni-1",
        "SubnetId": "subnet-1",
        "VpcId": "vpc-1",
        "Description": description,
        "PrivateIpAddress": "10.0.1.5",
        "Groups": [{"GroupId": "sg-1"}, {"GroupId": "sg-2"}],
    }
    found = [one for one in described("aws-interface", value) if isinstance(one, Dependency)]
    assert [one.id for one in found] == ids
    assert all(one.needs == ("target:10.0.1.5",) and one.network == "vpc-1" for one in found)


@pytest.mark.parametrize("kind", ["aws-load-balancer", "aws-listener", "aws-target-group"])
def test_too_little(kind: str, described: Described) -> None:
    with pytest.raises(NotAResourceError):
        described(kind, {"Name": "x"})
