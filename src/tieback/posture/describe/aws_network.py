"""Network objects and keys of AWS: security groups, route tables, network ACLs, KMS keys, and machines with an address.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroup.html, API_RouteTable.html, API_Instance.html;
https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html
"""

from collections.abc import Iterable, Iterator

from tieback.model.resource import (
    Dependency,
    DependencyKind,
    OpenPorts,
    Resource,
    ResourceKind,
    ServiceAddress,
    TriState,
)
from tieback.posture.describe.aws_databases import groups
from tieback.posture.describe.aws_names import build_arn
from tieback.posture.describe.interface import DescriptionContext, NotAResourceError, at_rest
from tieback.posture.facts import ExportObject, open_ports
from tieback.posture.fronts import TARGET

_TCP = frozenset({"tcp", "6", "-1", "all", ""})
_FIRST_EPHEMERAL = 1024
"""First port of the ephemeral range of clients."""
_DEAD = frozenset({"terminated", "shutting-down"})


def security_group(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """The TCP ports that a group opens to the Internet."""
    group = facts.text("groupid", "id") or about.key.rpartition("/")[2] or about.name
    if not group.startswith("sg-"):
        raise NotAResourceError("no GroupId")
    called = facts.text("groupname", "name")
    openings: dict[OpenPorts, None] = {}
    for rule in facts.listed("ippermissions", "ingressrules"):
        if rule.text("ipprotocol").lower() not in _TCP:
            continue
        low, high = rule.number("fromport"), rule.number("toport")
        nets = (
            *rule.texts("ipranges", "ipv4ranges", of=("cidrip",)),
            *rule.texts("ipv4ranges", of=("cidrip",)),
            *rule.texts("ipv6ranges", of=("cidripv6",)),
        )
        found = (open_ports(net, low, high) for net in nets)
        openings.update(dict.fromkeys(one for one in found if one is not None))
    yield Dependency(
        group,
        DependencyKind.FIREWALL,
        f"security group {group}" + (f" ({called})" if called else ""),
        facts.text("ownerid") or about.account,
        openings=tuple(openings)[:100],
        source=about.source,
        seen=about.seen,
    )


def route_table(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """Whether a route table has a route to an Internet gateway, and its subnets."""
    network, table = facts.text("vpcid"), facts.text("routetableid") or about.name
    if not network:
        raise NotAResourceError("no VpcId")
    gateway = any(
        route.text("gatewayid").startswith("igw-")
        and route.text("destinationcidrblock", "destinationipv6cidrblock") in {"0.0.0.0/0", "::/0"}
        and route.text("state").lower() != "blackhole"
        for route in facts.listed("routes", "routeset")
    )
    bound = list(facts.listed("associations", "associationset"))
    yield Dependency(
        network,
        DependencyKind.ROUTES,
        f"route table {table}",
        facts.text("ownerid") or about.account,
        subnets=tuple(one.text("subnetid") for one in bound if one.text("subnetid")),
        main=any(one.answer("main") is TriState.YES for one in bound),
        answer=TriState.of(gateway),
        source=about.source,
        seen=about.seen,
    )


def network_acl(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """The ports that a network ACL opens to everyone, with the way back for responses, and its subnets.

    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html: rules apply in the order of their numbers,
    the first match decides, and responses need an outbound rule of their own.
    """
    network, name = facts.text("vpcid"), facts.text("networkaclid", "id") or about.name
    if not network or not name:
        raise NotAResourceError("no VpcId or NetworkAclId")
    entries = sorted(facts.listed("entries", "entryset"), key=lambda one: one.number("rulenumber") or 0)
    ways = {
        way: tuple(_let_through([one for one in entries if one.answer("egress") is way]))
        for way in (TriState.NO, TriState.YES)
    }
    speaks = any(one.answer("egress") is TriState.YES for one in entries)
    answers = not speaks or any(one.high >= _FIRST_EPHEMERAL for one in ways[TriState.YES])
    yield Dependency(
        network,
        DependencyKind.ACL,
        f"network ACL {name}",
        facts.text("ownerid") or about.account,
        openings=ways[TriState.NO][:100] if answers else (),
        subnets=facts.texts("associations", "associationset", of=("subnetid",)),
        main=facts.answer("isdefault", "default") is TriState.YES,
        source=about.source,
        seen=about.seen,
    )


def _let_through(entries: Iterable[ExportObject]) -> Iterator[OpenPorts]:
    """Ports that ordered rules open from or to every address."""
    for key in ("cidrblock", "ipv6cidrblock"):
        left = [(0, 65535)]
        for one in entries:
            net = one.text(key)
            if not net or one.text("protocol").lower() not in _TCP:
                continue
            ports = one.inner("portrange")
            found = open_ports(net, ports.number("from"), ports.number("to"))
            if found is None:
                continue
            if one.text("ruleaction").lower() == "allow":
                for low, high in left:
                    first, last = max(low, found.low), min(high, found.high)
                    if first <= last:
                        yield OpenPorts(first, last, found.source)
            elif not net.endswith("/0"):
                # It denies some addresses, but not all.
                continue
            left = [
                (low, high)
                for start, end in left
                for low, high in ((start, min(end, found.low - 1)), (max(start, found.high + 1), end))
                if low <= high
            ]


def subnet(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """Whether a subnet has a route to an Internet gateway, if a tool computed it (Prowler does)."""
    network, name, public = facts.text("vpcid"), facts.text("id", "subnetid"), facts.answer("public")
    if network and name and public is not TriState.UNKNOWN:
        yield Dependency(
            network,
            DependencyKind.ROUTES,
            f"the route table of {name}",
            about.account,
            subnets=(name,),
            answer=public,
            source=about.source,
            seen=about.seen,
        )


def key(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """Owner of a key: by its manager, or by its alias (aliases that begin with ``alias/aws/`` belong to AWS)."""
    alias = facts.text("aliasname")
    manager = facts.text("keymanager", "manager").upper()
    if alias:
        target, answer = facts.text("targetkeyid"), TriState.of(False if alias.startswith("alias/aws/") else None)
        ids: tuple[str, ...] = (target, facts.text("aliasarn").partition(":alias/")[0] + f":key/{target}")
    else:
        answer = {"AWS": TriState.NO, "CUSTOMER": TriState.YES}.get(manager, TriState.UNKNOWN)
        ids = (facts.text("keyid", "id"), facts.text("arn", "keyarn") or about.key)
    if answer is TriState.UNKNOWN:
        return
    for one in dict.fromkeys(one for one in ids if one):
        yield Dependency(
            one,
            DependencyKind.KEY,
            f"key {alias or one}",
            about.account,
            answer=answer,
            source=about.source,
            seen=about.seen,
        )


def instance(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """An EC2 machine; with a public address it can run a self-hosted store of an app."""
    name = facts.text("instanceid", "id") or about.name
    state = facts.inner("state").text("name") or facts.text("state", "instancestate")
    if state in _DEAD:
        return
    arn = build_arn(about, "ec2", f"instance/{name}", facts.text("arn"))
    address = facts.text("publicipaddress", "publicip")
    host = facts.text("publicdnsname", "publicdns")
    network, subnet = facts.text("vpcid"), facts.text("subnetid")
    yield Resource(
        key=arn.text,
        provider="aws",
        kind=ResourceKind.HOST,
        account=arn.account,
        region=arn.region,
        service="ec2",
        name=name,
        endpoints=(ServiceAddress(host.lower()),) if host else (),
        addresses=(address,) if address else (),
        flag=TriState.of(bool(address)),
        needs=tuple(one for one in (*groups(facts), network, *_targets(facts, name)) if one),
        subnets=(subnet,) if subnet else (),
        source=about.source,
        seen=about.seen,
    )


def _targets(facts: ExportObject, name: str) -> Iterator[str]:
    """Ids by which a load balancer can refer to a machine."""
    address = facts.text("privateipaddress", "privateip")
    return (f"{TARGET}{one}" for one in (name, address) if one)


def volume_snapshot(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A snapshot of a volume, which can contain the data of a database on a machine."""
    name = facts.text("snapshotid", "id") or about.name
    arn = build_arn(about, "ec2", f"snapshot/{name}", facts.text("arn"))
    encryption = facts.text("kmskeyid")
    yield Resource(
        key=arn.text,
        provider="aws",
        kind=ResourceKind.SNAPSHOT,
        account=facts.text("ownerid") or arn.account,
        region=arn.region,
        service="ec2",
        name=name,
        at_rest=at_rest(facts.answer("encrypted"), encryption),
        key_id=encryption,
        backups_public=TriState.YES if facts.answer("public") is TriState.YES else TriState.UNKNOWN,
        needs=(encryption,) if encryption else (),
        source=about.source,
        seen=about.seen,
    )
