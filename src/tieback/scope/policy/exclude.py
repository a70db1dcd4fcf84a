"""Exclusions: what is never contacted, whatever a target of the grant allows.

They come from ``[[exclude]]`` of the grant and of site policies (``scope.policy.never``), and only add up. An address
or CIDR block matches the address of the connection, also inside an IPv6 address (mapped, 6to4, Teredo, NAT64). A host
or ``*.suffix`` matches the requested name, each alias that DNS gives for it, and an address that ``[hosts]`` of the
grant gives for an excluded name. ``*.suffix`` includes the suffix itself. If in doubt, more is excluded, not less.
"""

from collections.abc import Iterable, Iterator

import msgspec

from tieback.model.grant import Depth, ExcludeRule, TargetRule
from tieback.scope.address import Address, embedded
from tieback.scope.hostname import parse_host
from tieback.scope.rules import CompiledRule, compile_rule

EXCLUDED = "excluded by "
"""Start of the reason why an excluded target is not contacted; reports count it."""


class SourcedRule(msgspec.Struct, frozen=True):
    """An exclusion and where it is written."""

    rule: ExcludeRule
    where: str
    """Such as ``/etc/tieback/never.toml line 3``."""


def compile_exclude(rule: ExcludeRule) -> CompiledRule:
    """Parse the ``match`` and ``ports`` of an exclusion.

    Raises:
        ValueError: as ``compile_rule``.
    """
    return compile_rule(TargetRule(rule.match, rule.ports, Depth.IDENTIFY))


class Exclusions:
    """Compiled exclusions."""

    def __init__(self, rules: Iterable[SourcedRule] = ()) -> None:
        """Compile them.

        Raises:
            ValueError: as ``compile_rule``.
        """
        self._networks: dict[tuple[int, int], dict[int, list[tuple[CompiledRule, SourcedRule]]]] = {}
        self._names: dict[str, list[tuple[CompiledRule, SourcedRule]]] = {}
        self._suffixes: dict[str, list[tuple[CompiledRule, SourcedRule]]] = {}
        self._addresses: dict[Address, list[str]] = {}
        for sourced in rules:
            compiled = compile_exclude(sourced.rule)
            if (network := compiled.network) is not None:
                of_length = self._networks.setdefault((network.version, network.prefixlen), {})
                of_length.setdefault(int(network.network_address), []).append((compiled, sourced))
            elif compiled.host:
                self._names.setdefault(compiled.host, []).append((compiled, sourced))
            else:
                self._suffixes.setdefault(compiled.suffix, []).append((compiled, sourced))

    def __bool__(self) -> bool:
        return bool(self._networks or self._names or self._suffixes)

    def add_table(self, table: dict[str, tuple[Address, ...]]) -> None:
        """Take over ``[hosts]`` of the grant: the addresses of an excluded name are excluded, too."""
        for name, addresses in table.items():
            if next(self._by_name(name), None) is not None:
                for address in addresses:
                    self._addresses.setdefault(address, []).append(name)

    def name_reason(self, names: Iterable[str], port: int | None = None) -> str:
        """Why one of these names is excluded, or empty.

        Args:
            names: the requested host and its aliases; addresses and texts that are not host names are ignored.
            port: the port; ``None`` for exclusions of all ports only.
        """
        for text in names:
            try:
                name = parse_host(text).name
            except ValueError:
                continue
            for compiled, sourced in self._by_name(name) if name else ():
                if _covers(compiled, port):
                    return _reason(sourced)
        return ""

    def reason(self, names: Iterable[str], goal: Address, port: int | None) -> str:
        """Why a connection to ``goal`` on ``port``, for these names, is excluded; empty if it is not.

        Names and port as in ``name_reason``.
        """
        if not self:
            return ""
        for address in (goal, *embedded(goal)):
            for compiled, sourced in self._by_address(address):
                if _covers(compiled, port):
                    return _reason(sourced)
            if found := self.name_reason(self._addresses.get(address, ()), port):
                return found
        return self.name_reason(names, port)

    def _by_address(self, goal: Address) -> Iterator[tuple[CompiledRule, SourcedRule]]:
        number, bits = int(goal), goal.max_prefixlen
        for (version, length), of_length in self._networks.items():
            if version == goal.version:
                yield from of_length.get(number >> (bits - length) << (bits - length), ())

    def _by_name(self, name: str) -> Iterator[tuple[CompiledRule, SourcedRule]]:
        yield from self._names.get(name, ())
        rest = name
        while rest:
            yield from self._suffixes.get(rest, ())
            rest = rest.partition(".")[2]


def _covers(rule: CompiledRule, port: int | None) -> bool:
    return rule.covers_all if port is None else rule.covers(port)


def _reason(sourced: SourcedRule) -> str:
    return f"{EXCLUDED}{sourced.where}: {sourced.rule.reason or f'`{sourced.rule.match}`, no reason given'}"
