"""Reachability of a resource from the Internet: its own setting, a route to its network, and an open port.

Security groups, route tables, network ACLs, firewall rules, access lists and load balancers are described separately
from the resources that use them; this module combines them. A network ACL without a description counts as open, like
the default ACL of AWS.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from tieback.model.resource import AtRest, Dependency, DependencyKind, Resource, ResourceKind, TriState
from tieback.posture.fronts import load_balancers_of

MAX_PATH = 12
_STEPS = ("flag", "route", "port")


def with_key_owner(resource: Resource, about: Mapping[str, Sequence[Dependency]]) -> Resource:
    """The resource with the owner of its key, if the key has a description of its own."""
    if resource.at_rest is not AtRest.ENCRYPTED or not resource.key_id:
        return resource
    answers = {
        one.answer
        for id_ in (resource.key_id, resource.key_id.rpartition("/")[2])
        for one in about.get(id_, ())
        if one.kind is DependencyKind.KEY
    }
    if TriState.NO in answers:
        return replace(resource, at_rest=AtRest.PROVIDER_KEY)
    return replace(resource, at_rest=AtRest.CUSTOMER_KEY) if TriState.YES in answers else resource


def with_reachability(resource: Resource, about: Mapping[str, Sequence[Dependency]]) -> Resource:
    """The resource with public flag, route and port from its groups, networks and lists."""
    if not about:
        return resource
    changes: dict[str, object] = {}
    said: list[str] = []
    block = next((one for one in _of(resource, about, DependencyKind.BLOCK) if one.answer is TriState.YES), None)
    if block is not None:
        changes["flag"] = TriState.NO
        said.append(f"{block.name} is enabled")
    route, by = _route(resource, tuple(_of(resource, about, DependencyKind.ROUTES)))
    if route is not TriState.UNKNOWN and (resource.route is TriState.UNKNOWN or resource.route is not route):
        changes["route"] = route if resource.route is TriState.UNKNOWN else TriState.YES
        said += by
    port, by = _port(resource, tuple(_of(resource, about, DependencyKind.FIREWALL)))
    if port is not TriState.UNKNOWN:
        changes["port"] = port if resource.port is TriState.UNKNOWN else _worst(port, resource.port)
        said += by
    if _acl(resource, tuple(_of(resource, about, DependencyKind.ACL))) is TriState.NO:
        changes["port"] = TriState.NO
        walls = _of(resource, about, DependencyKind.ACL)
        said[:0] = [f"{wall.name} allows no access from the Internet" for wall in walls][:1]
    fronts = list({one.says: one for one in load_balancers_of(resource, about)}.values())
    if any(one.sure for one in fronts):
        changes |= dict.fromkeys(_STEPS, TriState.YES)
        places = (*resource.endpoints, *(place for one in fronts for place in one.endpoints))
        changes["endpoints"] = tuple(dict.fromkeys(places))
    elif fronts:
        # It can be another store: each step that is no becomes unknown.
        now = {name: changes.get(name, getattr(resource, name)) for name in _STEPS}
        changes |= {name: TriState.UNKNOWN for name, answer in now.items() if answer is TriState.NO}
    said[:0] = [one.says for one in fronts][:3]
    if not changes:
        return resource
    path = (*said[: len(fronts)], *resource.path, *said[len(fronts) :])
    return replace(resource, path=tuple(dict.fromkeys(path))[:MAX_PATH], **changes)


def _of(resource: Resource, about: Mapping[str, Sequence[Dependency]], kind: DependencyKind) -> Iterable[Dependency]:
    return (one for id_ in resource.needs for one in about.get(id_, ()) if one.kind is kind)


def _route(resource: Resource, tables: Sequence[Dependency]) -> tuple[TriState, list[str]]:
    if not tables:
        return TriState.UNKNOWN, []
    bound = {subnet: table for table in tables for subnet in table.subnets}
    main = next((table for table in tables if table.main), None)
    if resource.subnets:
        chosen = [bound.get(subnet, main) for subnet in resource.subnets]
    else:
        # The subnets are unknown, so there is an answer only if all tables agree.
        chosen = list(tables) if len({table.answer for table in tables}) == 1 else [None]
    open_ones = [table for table in chosen if table is not None and table.answer is TriState.YES]
    if open_ones:
        return TriState.YES, [f"{open_ones[0].name} routes to an Internet gateway"]
    if any(table is None or table.answer is TriState.UNKNOWN for table in chosen):
        return TriState.UNKNOWN, []
    return TriState.NO, ["its subnets have no route to the Internet"]


def _port(resource: Resource, firewalls: Sequence[Dependency]) -> tuple[TriState, list[str]]:
    if not firewalls or resource.service == "opensearch":
        return TriState.UNKNOWN, []
    said = []
    for wall in firewalls:
        for one in wall.openings:
            if resource.listens is None and resource.kind is not ResourceKind.HOST:
                continue
            if resource.listens is None or one.low <= resource.listens <= one.high:
                ports = (
                    "all ports"
                    if (one.low, one.high) == (0, 65535)
                    else f"port {one.low}"
                    if one.low == one.high
                    else f"ports {one.low}-{one.high}"
                )
                said.append(f"{wall.name} allows {one.source} on {ports}")
    if said:
        return TriState.YES, said[:MAX_PATH]
    known = {wall.id for wall in firewalls}
    missing = [id_ for id_ in resource.needs if id_.startswith("sg-") and id_ not in known]
    if missing or (resource.listens is None and any(wall.openings for wall in firewalls)):
        return TriState.UNKNOWN, []
    return TriState.NO, [f"{wall.name} allows no access from the Internet" for wall in firewalls[:3]]


def _acl(resource: Resource, lists: Sequence[Dependency]) -> TriState:
    """Whether the network ACLs of its subnets admit the Internet to its ports."""
    if not lists:
        return TriState.UNKNOWN
    bound = {subnet: one for one in lists for subnet in one.subnets}
    main = next((one for one in lists if one.main), None)
    chosen = [bound.get(subnet, main) for subnet in resource.subnets] or list(lists)
    openings = [opening for one in chosen if one is not None for opening in one.openings]
    if any(resource.listens is None or one.low <= resource.listens <= one.high for one in openings):
        return TriState.YES
    return TriState.UNKNOWN if None in chosen else TriState.NO


def _worst(one: TriState, other: TriState) -> TriState:
    return TriState.YES if TriState.YES in (one, other) else one
