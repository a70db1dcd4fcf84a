"""Parse the ``match`` and ``ports`` of a ``[[target]]``."""

from dataclasses import dataclass
from ipaddress import ip_network

from tieback.model.endpoint import resource_advice
from tieback.model.grant import Grant, TargetRule
from tieback.scope.address import Address, Network, parse_network
from tieback.scope.hostname import parse_host

ALL_PORTS = ((1, 65535),)
MOST_NEIGHBOURS = 256
"""Maximum addresses of a block whose neighbours may be probed: a /24 of IPv4, a /120 of IPv6."""


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A compiled target of the grant. Exactly one of ``network``, ``host`` and ``suffix`` is set."""

    rule: TargetRule
    ports: tuple[tuple[int, int], ...]
    """Inclusive ranges."""
    network: Network | None = None
    host: str = ""
    suffix: str = ""
    """The part after ``*.``."""

    def covers(self, port: int) -> bool:
        """True if the rule contains ``port``."""
        return any(low <= port <= high for low, high in self.ports)

    @property
    def covers_all(self) -> bool:
        """True if the rule contains every port."""
        return self.ports == ALL_PORTS

    def contains(self, address: Address) -> bool:
        """True if a rule with an address or CIDR block matches ``address``."""
        return self.network is not None and self.network.version == address.version and address in self.network

    @property
    def ports_text(self) -> str:
        """The ports as text: ``any`` or ``9200, 27000-27100``."""
        if self.ports == ALL_PORTS:
            return "any"
        return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in self.ports)


def compile_rule(rule: TargetRule) -> CompiledRule:
    """Parse the ``match`` and ``ports`` of a target.

    Raises:
        ValueError: either is malformed; the first argument is the clause for the user, the second the key.
    """
    try:
        ports = parse_ports(rule.ports)
    except ValueError as error:
        raise ValueError(str(error), "ports") from None
    try:
        compiled = _compile(rule, ports)
    except ValueError as error:
        raise ValueError(str(error), "match") from None
    if rule.neighbours and (compiled.network is None or compiled.network.num_addresses > MOST_NEIGHBOURS):
        what = f"`neighbours` needs a CIDR block of at most {MOST_NEIGHBOURS} addresses, not {rule.match!r:.80}"
        raise ValueError(what, "neighbours")
    return compiled


def _compile(rule: TargetRule, ports: tuple[tuple[int, int], ...]) -> CompiledRule:
    match = rule.match
    if match.startswith("*."):
        host = parse_host(match[2:])
        if host.address is not None:
            raise ValueError(f"{match!r:.80} is not a suffix such as *.example.org; write a CIDR block for addresses")
        return CompiledRule(rule, ports, suffix=host.name)
    if "*" in match:
        raise ValueError(f"{match!r:.80}: `*` is only allowed at the start, as in *.example.org")
    if "/" in match:
        return CompiledRule(rule, ports, network=parse_network(match))
    try:
        host = parse_host(match)
    except ValueError as error:
        raise ValueError(". ".join(filter(None, (str(error), resource_advice(match))))) from None
    if host.address is not None:
        return CompiledRule(rule, ports, network=ip_network(host.address))
    return CompiledRule(rule, ports, host=host.name)


def parse_ports(ports: str | tuple[int | str, ...]) -> tuple[tuple[int, int], ...]:
    """Inclusive port ranges from ``any``, or from numbers and ``from-to`` texts.

    Raises:
        ValueError: a port outside 1 to 65535, a reversed range, or another text.
    """
    if isinstance(ports, str):
        if ports != "any":
            raise ValueError(f'ports must be "any" or a list such as [9200, "27000-27100"], not {ports!r:.80}')
        return ALL_PORTS
    if not ports:
        raise ValueError('the list is empty; use "any" or add a port')
    return tuple(_parse_range(port) for port in ports)


def _parse_range(port: int | str) -> tuple[int, int]:
    first, dash, last = (str(port), "", "") if isinstance(port, int) else port.partition("-")
    bounds = [first, last] if dash else [first]
    # Six digits are enough to reject it; int() may refuse more.
    if not all(bound.isascii() and bound.isdigit() and len(bound) < 6 for bound in bounds):
        raise ValueError(f'{port!r:.80} is not a port (1 to 65535) or a range such as "27000-27100"')
    low, high = int(bounds[0]), int(bounds[-1])
    if not 1 <= low <= 65535 or not 1 <= high <= 65535:
        raise ValueError(f"{port!r:.80} is outside the ports 1 to 65535")
    if low > high:
        raise ValueError(f"{port!r:.80} is reversed (did you mean `{high}-{low}`?)")
    return low, high


def blocks_of(grant: Grant) -> list[Network]:
    """The blocks of a grant whose addresses may be probed because an API is in them."""
    return [rule.network for rule in map(compile_rule, grant.target) if rule.rule.neighbours and rule.network]
