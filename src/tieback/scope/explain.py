"""Why targets are inside or outside a grant; sends no packet and no DNS query."""

from datetime import date

import msgspec

from tieback.model.endpoint import resource_advice
from tieback.model.errors import GrantError
from tieback.model.grant import Depth, Grant, Permission
from tieback.scope.decide import CompiledGrant, Decision, other_port
from tieback.scope.hostname import parse_host
from tieback.scope.policy.never import SitePolicy
from tieback.scope.resolver import NameResolver
from tieback.scope.shared_hosts import shortfall, tenancy


class TargetExplanation(msgspec.Struct, frozen=True):
    """One line of output of ``grant explain``."""

    target: str
    """The target as the user wrote it."""
    host: str
    """Host of the target."""
    port: int | None
    """``None`` if the user named no port; then ``ports`` lists the allowed ones."""
    address: str
    """Address that was checked; empty if the name has none in the grant."""
    allowed: bool
    """True if the target may be contacted."""
    reason: str
    """Why it is inside or outside."""
    rule: str
    """The rule of the grant that decides; empty if none does."""
    ports: str
    """Ports that the rule allows."""
    depth: Depth | None
    """Maximum probe depth; ``None`` if the target is not allowed."""
    permissions: tuple[Permission, ...] = ()
    """What the target also allows, without what a site policy forbids."""
    forbidden: tuple[str, ...] = ()
    """What the grant allows and a site policy forbids, each with the file: ``mcp (/etc/tieback/never.toml)``."""
    resources: tuple[str, ...] = ()
    """At a host of many customers: the only projects, buckets, accounts and applications that may be probed."""
    needs_dns: bool = False
    """The grant covers the name and the port; the address, which only DNS gives, decides."""


def explain_target(grant: Grant, policy: SitePolicy, text: str, today: date) -> list[TargetExplanation]:
    """One row per address that the host has without a DNS query, or one row if it has none.

    Args:
        grant: the grant.
        policy: of this site.
        text: ``HOST[:PORT]``, at a host of many customers also ``HOST[:PORT]/RESOURCE``.
        today: the day in UTC.

    Raises:
        GrantError: the port is not a number of a port.
    """
    scope = CompiledGrant(grant, today, policy.rules, policy.forbids)
    written = CompiledGrant(grant, today, policy.rules)
    host, port, resource = _split(text)
    resolver = NameResolver(grant, never=policy.rules)
    found = resolver.known(host)
    if not found.addresses:
        return [_unresolved(scope, resolver, text, found.reason)]
    rows = []
    for address in found.addresses:
        decision, ports = _decide(scope, host, address, port, resource)
        rows.append(
            TargetExplanation(
                target=text,
                host=host,
                port=port,
                address=decision.address,
                allowed=decision.allowed,
                reason=decision.reason,
                rule=decision.rule,
                ports=ports,
                depth=decision.depth if decision.allowed else None,
                permissions=_permissions(decision),
                forbidden=tuple(
                    f"{one} ({file.where})"
                    for one in _permissions(_decide(written, host, address, port, resource)[0])
                    for file in policy.files
                    if one in file.forbids
                ),
                resources=_resources(host, decision),
            )
        )
    return rows


def _permissions(decision: Decision) -> tuple[Permission, ...]:
    return tuple(one for one in Permission if decision.allowed and getattr(decision, one))


def _resources(host: str, decision: Decision) -> tuple[str, ...]:
    return (decision.resources or ()) if decision.allowed and tenancy(parse_host(host).name) is not None else ()


def _unresolved(scope: CompiledGrant, resolver: NameResolver, text: str, reason: str) -> TargetExplanation:
    """The row of a host without an address: by its name and port, if DNS may resolve it."""
    host, port, resource = _split(text)
    ports = str(port or "")
    needs_dns = False
    if scope.lapsed or scope.excluded_name(host, port):
        reason = scope.lapsed or scope.excluded_name(host, port)
    elif resolver.may_query(host):
        rules = scope.rules_for(host, None)
        on_port = [one for one in rules if port is None or one.covers(port)]
        name = parse_host(host).name
        rule = next((one for one in on_port if not shortfall(one, name, resource)), None)
        if not on_port:
            reason = other_port(rules[0], port or 0)
        elif rule is None:
            reason = shortfall(on_port[0], name, resource)
        else:
            needs_dns, ports = True, ports or rule.ports_text
            reason = f"{reason}: allowed by `{rule.rule.match}` if the name resolves to a public address"
    return TargetExplanation(text, host, port, "", False, reason, "", ports, None, needs_dns=needs_dns)


def _decide(scope: CompiledGrant, host: str, address: str, port: int | None, resource: str) -> tuple[Decision, str]:
    """The decision for one port; without a port, the first allowed port of the rules."""
    if port is not None:
        return scope.decide(host, address, port, resource=resource), str(port)
    first = scope.decide(host, address, 1, resource=resource)
    for rule in scope.rules_for(host, address):
        decision = scope.decide(host, address, rule.ports[0][0], resource=resource)
        if decision.allowed:
            return decision, rule.ports_text
    return first, ""


def _split(text: str) -> tuple[str, int | None, str]:
    """Split ``HOST[:PORT][/RESOURCE]``; only a host of many customers has a resource."""
    place, slash, resource = text.partition("/")
    if slash and tenancy(place.rpartition(":")[0].lower() or place.lower()) is not None:
        return *_split_place(place), resource
    return *_split_place(text), ""


def _split_place(text: str) -> tuple[str, int | None]:
    """Split ``HOST[:PORT]`` into host and port; bare IPv6 has no port."""
    bracketed = text.startswith("[")
    head, colon, tail = text.rpartition(":")
    if not colon or (bracketed and text.endswith("]")) or (not bracketed and ":" in head):
        return text, None
    if not (tail.isascii() and tail.isdigit() and len(tail) < 6 and 1 <= int(tail) <= 65535):
        advice = ". ".join(filter(None, ("Write HOST or HOST:PORT", resource_advice(text))))
        raise GrantError(f"{tail!r:.40} is not a port (1 to 65535)", where=text[:80], advice=advice)
    return head, int(tail)
