"""Load balancers in front of a store: an internet-facing one with the store as a target makes it reachable.

A machine is a target by its id or address, a hosted store by the address of its network interface. The description of
the interface names the store for ElastiCache and OpenSearch. For RDS and Redshift, the store is inferred from network,
groups and port. If several databases share those, the match is only possible, not certain.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from tieback.model.resource import Dependency, DependencyKind, Resource, ResourceKind, ServiceAddress, TriState

TARGET = "target:"
"""Prefix of the id of a target."""
_BY_NETWORK = {"RDSNetworkInterface": ("rds", "docdb", "neptune"), "RedshiftNetworkInterface": ("redshift",)}
"""Interfaces that do not name their store, and the services that create them."""

type About = Mapping[str, Sequence[Dependency]]


class LoadBalancerFront(msgspec.Struct, frozen=True):
    """A route through a load balancer."""

    says: str
    sure: bool
    """True if the target is certainly this store."""
    endpoints: tuple[ServiceAddress, ...] = ()
    """Names and addresses of the load balancer."""


def load_balancers_of(resource: Resource, about: About) -> Iterator[LoadBalancerFront]:
    """The internet-facing load balancers that forward to a resource."""
    for target, sure in _targets(resource, about):
        for one in _kind(about, target, DependencyKind.FRONT):
            port = one.openings[0].low if one.openings else None
            if port is not None and resource.listens is not None and port != resource.listens:
                continue
            for group in one.needs:
                yield from _through(resource, group, about, sure=sure)


def _targets(resource: Resource, about: About) -> Iterator[tuple[str, bool]]:
    """Ids by which a resource can be a target, each with True if the match is certain."""
    for id_ in resource.needs:
        if id_.startswith(TARGET):
            yield id_, True
    if resource.kind is ResourceKind.HOST:
        return
    groups = {id_ for id_ in resource.needs if id_.startswith("sg-")}
    for one in {face.name: face for id_ in groups for face in _kind(about, id_, DependencyKind.INTERFACE)}.values():
        if resource.subnets and one.subnets and not set(one.subnets) & set(resource.subnets):
            continue
        if not resource.subnets and one.network not in resource.needs:
            continue
        known = [id_ for id_ in groups if one.name in {face.name for face in about.get(id_, ())}]
        named = next((services for start, services in _BY_NETWORK.items() if one.name.startswith(start)), None)
        if named is None:
            words = one.name.split()
            # The nodes of a cluster have its name as prefix: cache-001, cache-0001-001.
            if any(word == resource.name or word.startswith(f"{resource.name}-0") for word in words[1:]):
                yield from ((need, True) for need in one.needs)
        elif resource.service in named and len(known) == len(groups):
            yield from ((need, False) for need in one.needs)


def _through(resource: Resource, group: str, about: About, *, sure: bool) -> Iterator[LoadBalancerFront]:
    for target_group in _kind(about, group, DependencyKind.FRONT):
        if target_group.network and target_group.network not in resource.needs:
            # Many networks use the same private addresses.
            continue
        for id_ in target_group.needs:
            parts = list(_kind(about, id_, DependencyKind.FRONT))
            listeners = [one for one in parts if one.openings]
            ports = [one.openings[0].low for one in listeners if group in one.needs]
            if listeners and not ports:
                continue
            for balancer in parts:
                if balancer.answer is TriState.YES and _admits(balancer, ports, about):
                    which = f"forwards port {ports[0]} to" if ports else "has"
                    what = "it" if sure else "a network interface that may be its own"
                    says = f"{balancer.name} {which} {what}" + ("" if ports else " as a target")
                    places = tuple(ServiceAddress(one.host, ports[0] if ports else None) for one in balancer.endpoints)
                    yield LoadBalancerFront(says, sure, places if sure else ())


def _admits(balancer: Dependency, ports: Sequence[int], about: About) -> bool:
    """True if the balancer's groups admit the Internet, or if it has no groups or one without a description."""
    walls = [_kind(about, id_, DependencyKind.FIREWALL) for id_ in balancer.needs]
    described = [list(wall) for wall in walls]
    if not described or not all(described):
        return True
    openings = [one for some in described for wall in some for one in wall.openings]
    return any(not ports or any(one.low <= port <= one.high for port in ports) for one in openings)


def _kind(about: About, id_: str, kind: DependencyKind) -> Iterator[Dependency]:
    return (one for one in about.get(id_, ()) if one.kind is kind)
