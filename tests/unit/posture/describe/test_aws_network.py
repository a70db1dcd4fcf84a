"""Security groups, route tables, keys, machines and snapshots of volumes."""

from typing import Any

import pytest

from tests.unit.posture.describe.conftest import Described
from tests.unit.posture.exports import OPEN_GROUP, ROUTES
from tieback.model.resource import Dependency, DependencyKind, Resource
from tieback.posture.describe.interface import NotAResourceError


def permission(
    net: str, low: int | None = 5432, high: int | None = 5432, protocol: str = "tcp", **more: Any
) -> dict[str, Any]:
    return {
        "IpProtocol": protocol,
        "FromPort": low,
        "ToPort": high,
        "IpRanges": [{"CidrIp": net}] if net else [],
        **more,
    }


@pytest.mark.parametrize(
    ("permissions", "ports"),
    [
        ([permission("0.0.0.0/0")], [(5432, 5432)]),
        ([permission("0.0.0.0/0", 1000, 9000)], [(1000, 9000)]),
        ([permission("0.0.0.0/0", None, None, "-1")], [(0, 65535)]),
        ([permission("", Ipv6Ranges=[{"CidrIpv6": "::/0"}])], [(5432, 5432)]),
        ([permission("10.0.0.0/8")], []),
        ([permission("0.0.0.0/0", protocol="udp")], []),
        ([permission("0.0.0.0/0", -1, -1, "icmp")], []),
        ([{"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "UserIdGroupPairs": [{"GroupId": "sg-9"}]}], []),
        ([], []),
    ],
)
def test_a_security_group(permissions: list[Any], ports: list[tuple[int, int]], described: Described) -> None:
    (one,) = described("aws-security-group", {**OPEN_GROUP, "IpPermissions": permissions})
    assert isinstance(one, Dependency)
    assert [(port.low, port.high) for port in one.openings] == ports
    assert (one.id, one.name) == ("sg-0a", "security group sg-0a (web)")


def entry(number: int, action: str = "allow", net: str = "0.0.0.0/0", **more: Any) -> dict[str, Any]:
    low, high = more.pop("ports", (None, None))
    ports = {} if low is None else {"PortRange": {"From": low, "To": high}}
    kind = "Ipv6CidrBlock" if ":" in net else "CidrBlock"
    return {"RuleNumber": number, "RuleAction": action, kind: net, "Protocol": "6", "Egress": False, **ports, **more}


OUT = entry(100, Egress=True, Protocol="-1")
DENY = entry(32767, "deny", Protocol="-1")


@pytest.mark.parametrize(
    ("entries", "ports"),
    [
        ([entry(100, Protocol="-1"), DENY, OUT], [(0, 65535)]),
        ([entry(100, ports=(5432, 5432)), DENY, OUT], [(5432, 5432)]),
        ([DENY, OUT], []),
        # The first that fits decides, whatever the order in the answer.
        ([entry(200), entry(100, "deny", ports=(5432, 5432)), OUT], [(0, 5431), (5433, 65535)]),
        ([entry(100), entry(200, "deny", ports=(5432, 5432)), OUT], [(0, 65535)]),
        # Whoever is shut out is not everybody.
        ([entry(90, "deny", "198.51.100.0/24"), entry(100, ports=(80, 80)), OUT], [(80, 80)]),
        ([entry(100, net="10.0.0.0/8"), OUT], []),
        ([entry(100, Protocol="17"), OUT], []),
        ([entry(100, net="::/0", ports=(443, 443)), DENY, OUT], [(443, 443)]),
        # What comes in finds no way out again: answers go to ports of clients.
        ([entry(100), {**DENY, "Egress": True}], []),
        ([entry(100), entry(100, Egress=True, ports=(443, 443)), {**DENY, "Egress": True}], []),
        ([entry(100), entry(100, Egress=True, ports=(1024, 65535))], [(0, 65535)]),
        # Nothing is said of the way out.
        ([entry(100, ports=(80, 80))], [(80, 80)]),
        ([], []),
    ],
)
def test_a_network_acl(entries: list[Any], ports: list[tuple[int, int]], described: Described) -> None:
    value = {
        "NetworkAclId": "acl-1",
        "VpcId": "vpc-0a",
        "IsDefault": True,
        "Associations": [{"SubnetId": "subnet-1"}],
        "Entries": entries,
    }
    (one,) = described("aws-network-acl", value)
    assert isinstance(one, Dependency)
    assert [(port.low, port.high) for port in one.openings] == ports
    assert (one.id, one.name, one.subnets, one.main) == ("vpc-0a", "network ACL acl-1", ("subnet-1",), True)


@pytest.mark.parametrize(
    ("route", "answer"),
    [
        ({"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}, "yes"),
        ({"DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-1", "State": "active"}, "yes"),
        ({"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"}, "no"),
        ({"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "blackhole"}, "no"),
        ({"DestinationCidrBlock": "10.0.0.0/8", "GatewayId": "igw-1"}, "no"),
    ],
)
def test_a_route_table(route: dict[str, Any], answer: str, described: Described) -> None:
    value = {**ROUTES, "Routes": [route], "Associations": [{"Main": False, "SubnetId": "subnet-1"}]}
    (one,) = described("aws-route-table", value)
    assert isinstance(one, Dependency)
    assert (one.id, one.answer, one.subnets, one.main) == ("vpc-0a", answer, ("subnet-1",), False)


@pytest.mark.parametrize(
    ("value", "ids", "answer"),
    [
        (
            {"KeyId": "a", "Arn": "arn:aws:kms:r:1:key/a", "KeyManager": "CUSTOMER"},
            ["a", "arn:aws:kms:r:1:key/a"],
            "yes",
        ),
        ({"KeyId": "a", "Arn": "arn:aws:kms:r:1:key/a", "KeyManager": "AWS"}, ["a", "arn:aws:kms:r:1:key/a"], "no"),
        (
            {"AliasName": "alias/aws/rds", "AliasArn": "arn:aws:kms:r:1:alias/aws/rds", "TargetKeyId": "a"},
            ["a", "arn:aws:kms:r:1:key/a"],
            "no",
        ),
        # An alias of one's own says nothing, and neither does a key without a manager.
        ({"AliasName": "alias/mine", "AliasArn": "arn:aws:kms:r:1:alias/mine", "TargetKeyId": "a"}, [], None),
        ({"KeyId": "a"}, [], None),
    ],
)
def test_a_key(value: dict[str, Any], ids: list[str], answer: str | None, described: Described) -> None:
    found = described("aws-key", value)
    assert [one.id for one in found if isinstance(one, Dependency)] == ids
    assert {one.answer for one in found if isinstance(one, Dependency)} == ({answer} if answer else set())


def test_a_subnet_that_a_tool_judged(described: Described) -> None:
    (one,) = described("aws-subnet", {"id": "subnet-1", "vpc_id": "vpc-1", "public": True})
    assert isinstance(one, Dependency)
    assert (one.kind, one.subnets, one.answer) == (DependencyKind.ROUTES, ("subnet-1",), "yes")
    assert described("aws-subnet", {"SubnetId": "subnet-1", "VpcId": "vpc-1"}) == []


NEEDS = ("sg-1", "vpc-1", "target:i-1", "target:10.0.0.9")


def test_a_machine(described: Described) -> None:
    value = {
        "InstanceId": "i-1",
        "PublicIpAddress": "203.0.113.7",
        "PrivateIpAddress": "10.0.0.9",
        "PublicDnsName": "EC2-203.example",
        "VpcId": "vpc-1",
        "SecurityGroups": [{"GroupId": "sg-1"}],
        "State": {"Name": "running"},
        "SubnetId": "subnet-1",
    }
    (one,) = described("aws-instance", value)
    assert isinstance(one, Resource)
    assert (one.kind, one.addresses, one.flag, one.needs) == ("host", ("203.0.113.7",), "yes", NEEDS)
    assert described("aws-instance", {**value, "State": {"Name": "terminated"}}) == []


def test_a_snapshot_of_a_volume(described: Described) -> None:
    (one,) = described("aws-ebs-snapshot", {"SnapshotId": "snap-1", "Encrypted": False, "OwnerId": "9"})
    assert isinstance(one, Resource)
    assert (one.kind, one.at_rest, one.account, one.backups_public) == ("snapshot", "none", "9", "unknown")


@pytest.mark.parametrize(("kind", "value"), [("aws-security-group", {"GroupName": "x"}), ("aws-route-table", {})])
def test_incomplete_description_is_skipped(kind: str, value: dict[str, Any], described: Described) -> None:
    with pytest.raises(NotAResourceError):
        described(kind, value)
