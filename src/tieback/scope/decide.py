"""Decide by the grant whether one address and port is allowed, with the reason.

The address of the connection decides:

- A rule with an address or CIDR block matches the address, whichever name resolved to it.
- A rule with a host or ``*.suffix`` matches the requested name. The address must then be global unicast, or one that
  the grant's own ``[hosts]`` table contains for this name. DNS answers never lead to special addresses.
- Special addresses (loopback, private, link-local, shared, ...) need a rule whose block is inside the special block:
  ``0.0.0.0/0`` does not match 169.254.169.254. For IPv6 that embeds IPv4 (6to4, NAT64, Teredo), this
  is the only way.
- Unspecified, multicast and broadcast addresses are never allowed.

At a host that many customers share, a target matches only the resources that it lists (``scope.shared_hosts``).

An exclusion (``scope.policy.exclude``) of the grant or of a site policy wins over every rule.

A rule matches if both its target and its ports match. The most specific rule wins: an address, then longer prefixes,
then the exact host, then longer suffixes; between equals, the first in the grant.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import msgspec

from tieback.model.errors import GrantError
from tieback.model.grant import Depth, Grant, Permission, TargetRule
from tieback.scope.address import Address, parse_address, special
from tieback.scope.grant import check_valid
from tieback.scope.hostname import TargetHost, parse_host
from tieback.scope.policy.exclude import Exclusions, SourcedRule
from tieback.scope.rules import CompiledRule, compile_rule
from tieback.scope.shared_hosts import shortfall


class Decision(msgspec.Struct, frozen=True):
    """Whether the grant covers one address and port."""

    allowed: bool
    reason: str
    """One sentence for the user."""
    address: str = ""
    """The canonical address decided on; empty if there is none."""
    rule: str = ""
    """The ``match`` of the deciding target, or empty."""
    depth: Depth = Depth.IDENTIFY
    """Maximum probe depth, if allowed."""
    passwordless: tuple[str, ...] = ()
    """Real accounts that may be tried without a password."""
    ransom_note: bool = False
    scans: bool = False
    """True if questions may be asked that cost a scan, or the owner money."""
    mcp: bool = False
    """True if a session of an MCP server may be opened."""
    resources: tuple[str, ...] | None = ()
    """At a host of many customers: the only resources that requests may name; ``None``: any, on loopback."""


class CompiledGrant:
    """A grant, compiled for decisions on one day."""

    def __init__(
        self, grant: Grant, today: date, never: Iterable[SourcedRule] = (), forbids: Iterable[Permission] = ()
    ) -> None:
        """Compile the grant.

        Args:
            grant: the permission.
            today: the day.
            never: exclusions of site policies, besides those of the grant.
            forbids: permissions that a site policy takes from every target.

        Raises:
            GrantError: a target or host is malformed. A grant outside its dates is not an error here: it allows
                nothing.
        """
        self.grant = grant
        self.today = today
        self._networks: dict[tuple[int, int], dict[int, list[CompiledRule]]] = {}
        self._hosts: dict[str, list[CompiledRule]] = {}
        self._suffixes: dict[str, list[CompiledRule]] = {}
        self.lapsed = ""
        """Why the grant is not valid on that day, or empty."""
        try:
            check_valid(grant, today)
        except GrantError as error:
            self.lapsed = error.what
        try:
            for target in grant.target:
                self._add(compile_rule(without(target, forbids)))
            own = (
                SourcedRule(rule, f"[[exclude]] {number} of the grant") for number, rule in enumerate(grant.exclude, 1)
            )
            self._never = Exclusions((*never, *own))
            self._table = host_table(grant)
            self._never.add_table(self._table)
        except ValueError as error:
            raise GrantError(str(error.args[0]), where="grant", advice="Correct the grant") from None
        self._prefixes = sorted(self._networks, reverse=True, key=lambda key: key[1])

    def _add(self, rule: CompiledRule) -> None:
        if rule.network is not None:
            key = (rule.network.version, rule.network.prefixlen)
            self._networks.setdefault(key, {}).setdefault(int(rule.network.network_address), []).append(rule)
        elif rule.host:
            self._hosts.setdefault(rule.host, []).append(rule)
        else:
            self._suffixes.setdefault(rule.suffix, []).append(rule)

    def decide(
        self, host: str, address: str | None, port: int, aliases: Sequence[str] = (), resource: str = ""
    ) -> Decision:
        """Decide whether ``address``, resolved from ``host``, may be connected to on ``port``.

        Args:
            host: requested name or address.
            address: resolved address; ``None`` for an address literal, or if nothing was resolved.
            port: 1 to 65535.
            aliases: CNAME targets that led to the address.
            resource: what is to be probed at a host that many customers share; empty if nothing there is named.
        """
        try:
            asked = parse_host(host)
            goal = asked.address if address is None else parse_address(address)
        except ValueError as error:
            return Decision(False, str(error))
        if self.lapsed:
            return Decision(False, self.lapsed, str(goal or ""))
        if goal is None:
            return Decision(False, self.excluded_name(host, port) or self._unresolved(asked))
        if asked.address is not None and goal != asked.address:
            return Decision(False, f"{goal} is not the requested address {asked.text}", str(goal))
        if not 1 <= port <= 65535:
            return Decision(False, f"{port} is not a port (1 to 65535)", str(goal))
        if excluded := self._never.reason((asked.name, *aliases), goal, port):
            return Decision(False, excluded, str(goal))
        return self._decide(asked, goal, port, resource)

    def excluded_name(self, host: str, port: int | None = None, aliases: Sequence[str] = ()) -> str:
        """Why a name is excluded on a port (``None``: on every port), whatever its address is; empty if it is not."""
        return self._never.name_reason((host, *aliases), port)

    def excluded_address(self, address: str) -> str:
        """Why an address is excluded on every port, or empty."""
        return self._never.reason((), parse_address(address), None)

    def names_rule(self, host: str) -> str:
        """The ``match`` of the most specific target with a host or suffix that covers the name, or empty."""
        try:
            asked = parse_host(host)
        except ValueError:
            return ""
        return next((rule.rule.match for rule in self._by_name(asked)), "")

    def rules_for(self, host: str, address: str | None) -> list[CompiledRule]:
        """Every rule that covers the name or address on some port, the most specific first; ports are not compared."""
        asked = parse_host(host)
        goal = asked.address if address is None else parse_address(address)
        by_address = [] if goal is None else list(self._by_address(goal))
        return by_address + list(self._by_name(asked))

    def _decide(self, asked: TargetHost, goal: Address, port: int, resource: str) -> Decision:
        block = special(goal)
        if block is not None and block.never:
            return Decision(False, f"{goal} is {block.name}; tieback never sends anything there", str(goal))
        near = ""
        for rule in self._by_address(goal):
            if block is not None and not _inside(rule, block.network.prefixlen):
                near = near or (
                    f"{goal} is {block.name}, which `{rule.rule.match}` does not allow; it needs a block inside "
                    f"{block.network}"
                )
            elif not rule.covers(port):
                near = near or other_port(rule, port)
            # Nothing on the loopback of this machine belongs to a customer of a service.
            elif not goal.is_loopback and (others := shortfall(rule, asked.name, resource)):
                near = near or others
            else:
                return _allow(rule, goal, f"`{rule.rule.match}` covers {goal}", anyone=goal.is_loopback)
        for rule in self._by_name(asked):
            given = goal in self._table.get(asked.name, ())
            if block is not None and (block.embeds or not given):
                near = near or (
                    f"`{rule.rule.match}` covers the name, but {goal} is {block.name}: "
                    + (
                        "only a CIDR block can allow it"
                        if block.embeds
                        else "only [hosts] or a CIDR block can allow it"
                    )
                )
            elif not rule.covers(port):
                near = near or other_port(rule, port)
            elif others := shortfall(rule, asked.name, resource):
                near = near or others
            else:
                by = "its address in [hosts]" if given else "a public address"
                return _allow(rule, goal, f"`{rule.rule.match}` covers {asked.name}, and {goal} is {by}")
        shown = f"{asked.name} ({goal})" if asked.name else str(goal)
        return Decision(False, near or f"no target of the grant covers {shown}", str(goal))

    def _unresolved(self, asked: TargetHost) -> str:
        rule = next(self._by_name(asked), None)
        if rule is None:
            return f"no target of the grant covers the name {asked.name}, and it has no address"
        return f"`{rule.rule.match}` covers the name {asked.name}, but it has no address"

    def _by_address(self, goal: Address) -> Iterator[CompiledRule]:
        number, version, bits = int(goal), goal.version, goal.max_prefixlen
        for key in self._prefixes:
            if key[0] == version:
                host_bits = bits - key[1]
                yield from self._networks[key].get(number >> host_bits << host_bits, ())

    def _by_name(self, asked: TargetHost) -> Iterator[CompiledRule]:
        yield from self._hosts.get(asked.name, ())
        rest = asked.name.partition(".")[2]
        while rest:
            yield from self._suffixes.get(rest, ())
            rest = rest.partition(".")[2]


def without(rule: TargetRule, forbids: Iterable[Permission]) -> TargetRule:
    """A target without the permissions that a site policy forbids."""
    return msgspec.structs.replace(rule, **{str(permission): False for permission in forbids})


def host_table(grant: Grant) -> dict[str, tuple[Address, ...]]:
    """The grant's ``[hosts]`` with normalised names and addresses.

    Raises:
        ValueError: a name or address is malformed.
    """
    table: dict[str, tuple[Address, ...]] = {}
    for name, given in grant.hosts.items():
        addresses = (given,) if isinstance(given, str) else given
        table[parse_host(name).name] = tuple(dict.fromkeys(parse_address(address) for address in addresses))
    return table


def _inside(rule: CompiledRule, prefixlen: int) -> bool:
    # Both contain the same address, so the longer prefix is inside the other.
    return rule.network is not None and rule.network.prefixlen >= prefixlen


def other_port(rule: CompiledRule, port: int) -> str:
    """Why a rule does not cover a port."""
    return f"port {port} is not among the ports of `{rule.rule.match}` ({rule.ports_text})"


def _allow(rule: CompiledRule, goal: Address, reason: str, *, anyone: bool = False) -> Decision:
    target = rule.rule
    return Decision(
        True,
        reason,
        str(goal),
        target.match,
        target.depth,
        target.passwordless,
        target.ransom_note,
        target.scans,
        target.mcp,
        None if anyone else target.resources,
    )
