"""AWS resources that control access: security groups, route tables, network ACLs, keys; and public EC2 instances.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroup.html, API_RouteTable.html, API_Instance.html;
https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html
"""

from collections.abc import Iterable, Iterator

from tieback.model.resource import Answer, Dependency, DependencyKind, Opening, Place, Resource, ResourceKind
from tieback.posture.describe.aws_databases import groups
from tieback.posture.describe.aws_names import made
from tieback.posture.describe.interface import About, UndescribedError, at_rest
from tieback.posture.facts import Facts, opening
from tieback.posture.fronts import TARGET

_TCP = frozenset({"tcp", "6", "-1", "all", ""})
_FIRST_EPHEMERAL = 1024
"""Clients take their ports from here on."""
_DEAD = frozenset({"terminated", "shutting-down"})


def security_group(facts: Facts, about: About) -> Iterator[Resource | Dependency]:
    """The ports that a group opens to the Internet over TCP."""
    group = facts.text("groupid", "id") or about.key.rpartition("/")[2] or about.name
    if not group.startswith("sg-"):
        raise UndescribedError("no GroupId")
    called = facts.text("groupname", "name")
    openings: dict[Opening, None] = {}
    for rule in facts.listed("ippermissions", "ingressrules"):
        if rule.text("ipprotocol").lower() not in _TCP:
            continue
        low, high = rule.number("fromport"), rule.number("toport")
        nets = (
            *rule.texts("ipranges", "ipv4ranges", of=("cidrip",)),
            *rule.texts("ipv4ranges", of=("cidrip",)),
            *rule.texts("ipv6ranges", of=("cidripv6",)),
        )
        found = (opening(net, low, high) for net in nets)
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


def route_table(facts: Facts, about: About) -> Iterator[Resource | Dependency]:
    """Read whether a route table routes Internet traffic to an Internet gateway, and for which subnets."""
    network, table = facts.text("vpcid"), facts.text("routetableid") or about.name
    if not network:
        raise UndescribedError("no VpcId")
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
        main=any(one.answer("main") is Answer.YES for one in bound),
        answer=Answer.of(gateway),
        source=about.source,
        seen=about.seen,
    )


def network_acl(facts: Facts, about: About) -> Iterator[Resource | Dependency]:
    """Read the ports that a network ACL opens to everyone in both directions, and for which subnets."""
    network, name = facts.text("vpcid"), facts.text("networkaclid", "id") or about.name
    if not network or not name:
        raise UndescribedError("no VpcId or NetworkAclId")
    entries = sorted(facts.listed("entries", "entryset"), key=lambda one: one.number("rulenumber") or 0)
    ways = {
        way: tuple(_let_through([one for one in entries if one.answer("egress") is way]))
        for way in (Answer.NO, Answer.YES)
    }
    speaks = any(one.answer("egress") is Answer.YES for one in entries)
    answers = not speaks or any(one.high >= _FIRST_EPHEMERAL for one in ways[Answer.YES])
    yield Dependency(
        network,
        DependencyKind.ACL,
        f"network ACL {name}",
        facts.text("ownerid") or about.account,
        openings=ways[Answer.NO][:100] if answers else (),
        subnets=facts.texts("associations", "associationset", of=("subnetid",)),
        main=facts.answer("isdefault", "default") is Answer.YES,
        source=about.source,
        seen=about.seen,
    )


def _let_through(entries: Iterable[Facts]) -> Iterator[Opening]:
    """Ports that rules in their order let through from or to everybody."""
    for key in ("cidrblock", "ipv6cidrblock"):
        left = [(0, 65535)]
        for one in entries:
            net = one.text(key)
            if not net or one.text("protocol").lower() not in _TCP:
                continue
            ports = one.inner("portrange")
            found = opening(net, ports.number("from"), ports.number("to"))
            if found is None:
                continue
            if one.text("ruleaction").lower() == "allow":
                for low, high in left:
                    first, last = max(low, found.low), min(high, found.high)
                    if first <= last:
                        yield Opening(first, last, found.source)
            elif not net.endswith("/0"):
                # It shuts some out, and not everybody.
                continue
            left = [
                (low, high)
                for start, end in left
                for low, high in ((start, min(end, found.low - 1)), (max(start, found.high + 1), end))
                if low <= high
            ]


def subnet(facts: Facts, about: About) -> Iterator[Resource | Dependency]:
    """Whether a subnet has a route to an Internet gateway, where a tool worked that out (Prowler does)."""
    network, name, public = facts.text("vpcid"), facts.text("id", "subnetid"), facts.answer("public")
    if network and name and public is not Answer.UNKNOWN:
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


def key(facts: Facts, about: About) -> Iterator[Resource | Dependency]:
    """Whose key it is: by its manager, or by its alias, since those that begin with ``alias/aws/`` are AWS's."""
    alias = facts.text("aliasname")
    manager = facts.text("keymanager", "manager").upper()
    if alias:
        target, answer = facts.text("targetkeyid"), Answer.of(False if alias.startswith("alias/aws/") else None)
        ids: tuple[str, ...] = (target, facts.text("aliasarn").partition(":alias/")[0] + f":key/{target}")
    else:
        answer = {"AWS": Answer.NO, "CUSTOMER": Answer.YES}.get(manager, Answer.UNKNOWN)
        ids = (facts.text("keyid", "id"), facts.text("arn", "keyarn") or about.key)
    if answer is Answer.UNKNOWN:
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


def instance(facts: Facts, about: About) -> Iterator[Resource | Dependency]:
    """A machine of EC2: with a public address it may be where an app's self-made store runs."""
    name = facts.text("instanceid", "id") or about.name
    state = facts.inner("state").text("name") or facts.text("state", "instancestate")
    if state in _DEAD:
        return
    arn = made(about, "ec2", f"instance/{name}", facts.text("arn"))
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
        endpoints=(Place(host.lower()),) if host else (),
        addresses=(address,) if address else (),
        flag=Answer.of(bool(address)),
        needs=tuple(one for one in (*groups(facts), network, *_targets(facts, name)) if one),
        subnets=(subnet,) if subnet else (),
        source=about.source,
        seen=about.seen,
    )


def _targets(facts: Facts, name: str) -> Iterator[str]:
    """As a load balancer may know a machine."""
    address = facts.text("privateipaddress", "privateip")
    return (f"{TARGET}{one}" for one in (name, address) if one)


def volume_snapshot(facts: Facts, about: About) -> Iterator[Resource | Dependency]:
    """A snapshot of a volume: where a database that runs on a machine keeps its data."""
    name = facts.text("snapshotid", "id") or about.name
    arn = made(about, "ec2", f"snapshot/{name}", facts.text("arn"))
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
        backups_public=Answer.YES if facts.answer("public") is Answer.YES else Answer.UNKNOWN,
        needs=(encryption,) if encryption else (),
        source=about.source,
        seen=about.seen,
    )
