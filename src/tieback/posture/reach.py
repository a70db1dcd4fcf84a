"""Public reachability of a resource: its public access flag, a route to its network, and an open port.

Security groups, route tables, network ACLs, firewall rules, access lists and load balancers have their own
descriptions; this module combines them. A network ACL without a description is assumed to allow everything, as the
AWS default does.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from tieback.model.resource import Answer, AtRest, Dependency, DependencyKind, Resource, ResourceKind
from tieback.posture.fronts import in_front

MAX_PATH = 12
_STEPS = ("flag", "route", "port")


def resolved_key(resource: Resource, about: Mapping[str, Sequence[Dependency]]) -> Resource:
    """Return the resource with the owner of its key, if the key's own description is known."""
    if resource.at_rest is not AtRest.ENCRYPTED or not resource.key_id:
        return resource
    answers = {
        one.answer
        for id_ in (resource.key_id, resource.key_id.rpartition("/")[2])
        for one in about.get(id_, ())
        if one.kind is DependencyKind.KEY
    }
    if Answer.NO in answers:
        return replace(resource, at_rest=AtRest.PROVIDER_KEY)
    return replace(resource, at_rest=AtRest.CUSTOMER_KEY) if Answer.YES in answers else resource


def reached(resource: Resource, about: Mapping[str, Sequence[Dependency]]) -> Resource:
    """Return the resource with flag, route and port from its groups, networks and lists."""
    if not about:
        return resource
    changes: dict[str, object] = {}
    said: list[str] = []
    block = next((one for one in _of(resource, about, DependencyKind.BLOCK) if one.answer is Answer.YES), None)
    if block is not None:
        changes["flag"] = Answer.NO
        said.append(f"{block.name} is enabled")
    route, by = _route(resource, tuple(_of(resource, about, DependencyKind.ROUTES)))
    if route is not Answer.UNKNOWN and (resource.route is Answer.UNKNOWN or resource.route is not route):
        changes["route"] = route if resource.route is Answer.UNKNOWN else Answer.YES
        said += by
    port, by = _port(resource, tuple(_of(resource, about, DependencyKind.FIREWALL)))
    if port is not Answer.UNKNOWN:
        changes["port"] = port if resource.port is Answer.UNKNOWN else _worst(port, resource.port)
        said += by
    if _acl(resource, tuple(_of(resource, about, DependencyKind.ACL))) is Answer.NO:
        changes["port"] = Answer.NO
        walls = _of(resource, about, DependencyKind.ACL)
        said[:0] = [f"{wall.name} allows no access from the Internet" for wall in walls][:1]
    fronts = list({one.says: one for one in in_front(resource, about)}.values())
    if any(one.sure for one in fronts):
        changes |= dict.fromkeys(_STEPS, Answer.YES)
        places = (*resource.endpoints, *(place for one in fronts for place in one.endpoints))
        changes["endpoints"] = tuple(dict.fromkeys(places))
    elif fronts:
        # It may be another store: no step is a no any more, and none is a yes.
        now = {name: changes.get(name, getattr(resource, name)) for name in _STEPS}
        changes |= {name: Answer.UNKNOWN for name, answer in now.items() if answer is Answer.NO}
    said[:0] = [one.says for one in fronts][:3]
    if not changes:
        return resource
    path = (*said[: len(fronts)], *resource.path, *said[len(fronts) :])
    return replace(resource, path=tuple(dict.fromkeys(path))[:MAX_PATH], **changes)


def _of(resource: Resource, about: Mapping[str, Sequence[Dependency]], kind: DependencyKind) -> Iterable[Dependency]:
    return (one for id_ in resource.needs for one in about.get(id_, ()) if one.kind is kind)


def _route(resource: Resource, tables: Sequence[Dependency]) -> tuple[Answer, list[str]]:
    if not tables:
        return Answer.UNKNOWN, []
    bound = {subnet: table for table in tables for subnet in table.subnets}
    main = next((table for table in tables if table.main), None)
    if resource.subnets:
        chosen = [bound.get(subnet, main) for subnet in resource.subnets]
    else:
        # Which subnets it is in is not told: only where all tables agree is there an answer.
        chosen = list(tables) if len({table.answer for table in tables}) == 1 else [None]
    open_ones = [table for table in chosen if table is not None and table.answer is Answer.YES]
    if open_ones:
        return Answer.YES, [f"{open_ones[0].name} routes to an Internet gateway"]
    if any(table is None or table.answer is Answer.UNKNOWN for table in chosen):
        return Answer.UNKNOWN, []
    return Answer.NO, ["its subnets have no route to the Internet"]


def _port(resource: Resource, firewalls: Sequence[Dependency]) -> tuple[Answer, list[str]]:
    if not firewalls or resource.service == "opensearch":
        return Answer.UNKNOWN, []
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
        return Answer.YES, said[:MAX_PATH]
    known = {wall.id for wall in firewalls}
    missing = [id_ for id_ in resource.needs if id_.startswith("sg-") and id_ not in known]
    if missing or (resource.listens is None and any(wall.openings for wall in firewalls)):
        return Answer.UNKNOWN, []
    return Answer.NO, [f"{wall.name} allows no access from the Internet" for wall in firewalls[:3]]


def _acl(resource: Resource, lists: Sequence[Dependency]) -> Answer:
    """Return whether the ACLs of its subnets allow Internet access to its port."""
    if not lists:
        return Answer.UNKNOWN
    bound = {subnet: one for one in lists for subnet in one.subnets}
    main = next((one for one in lists if one.main), None)
    chosen = [bound.get(subnet, main) for subnet in resource.subnets] or list(lists)
    openings = [opening for one in chosen if one is not None for opening in one.openings]
    if any(resource.listens is None or one.low <= resource.listens <= one.high for one in openings):
        return Answer.YES
    return Answer.UNKNOWN if None in chosen else Answer.NO


def _worst(one: Answer, other: Answer) -> Answer:
    return Answer.YES if Answer.YES in (one, other) else one
