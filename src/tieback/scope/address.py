"""IP addresses and the blocks of them that are not ordinary public ones.

The blocks are data (``special.toml``, from the IANA special-purpose registries) and not ``ipaddress.is_global``, whose
verdicts differ between the Python releases that we support.
"""

import tomllib
from functools import cache, lru_cache
from importlib import resources
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import msgspec

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network

_MAPPED_PREFIX = 96
"""``::ffff:0:0/96`` holds the IPv4-mapped addresses (RFC 4291, section 2.5.5.2)."""


class Block(msgspec.Struct, frozen=True):
    """A special block of addresses."""

    network: Network
    name: str
    """What the registry calls it, with its RFC."""
    never: bool = False
    """Whether no grant leads there: unspecified, multicast, broadcast."""
    embeds: bool = False
    """Whether it carries an IPv4 address inside (6to4, NAT64, Teredo)."""


@cache
def blocks() -> tuple[Block, ...]:
    """Every special block, longest prefix first."""
    text = resources.files("tieback.scope").joinpath("special.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["block"]
    found = [Block(ip_network(r["prefix"]), r["name"], r.get("never", False), r.get("embeds", False)) for r in rows]
    return tuple(sorted(found, key=lambda block: -block.network.prefixlen))


@cache
def _by_length() -> dict[int, tuple[tuple[int, dict[int, Block]], ...]]:
    """By version, longest prefix first: the number of bits after the prefix, and blocks by their network's number."""
    found: dict[int, dict[int, dict[int, Block]]] = {4: {}, 6: {}}
    for block in blocks():
        network = block.network
        of_length = found[network.version].setdefault(network.max_prefixlen - network.prefixlen, {})
        of_length[int(network.network_address)] = block
    return {version: tuple(lengths.items()) for version, lengths in found.items()}


@lru_cache(maxsize=4096)
def special(address: Address) -> Block | None:
    """The narrowest special block that holds ``address``; ``None`` for global unicast."""
    number = int(address)
    for host_bits, found in _by_length()[address.version]:
        block = found.get(number >> host_bits << host_bits)
        if block is not None:
            return block
    return None


@lru_cache(maxsize=4096)
def parse_address(text: str) -> Address:
    """Read a canonical-form address: dotted quad or IPv6 text (RFC 4291), no zone.

    An IPv4-mapped IPv6 address is the IPv4 address: that is what a connection to it reaches.

    Raises:
        ValueError: anything else; the message is one clause for people.
    """
    if "%" in text:
        raise ValueError(f"{text!r:.80} has a zone; addresses with a zone are not supported")
    try:
        address = ip_address(text)
    except ValueError:
        raise ValueError(f"{text!r:.80} is not an IP address") from None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def parse_network(text: str) -> Network:
    """Read ``address/prefix`` without host bits; an IPv4-mapped network is the IPv4 network.

    Raises:
        ValueError: anything else; the message is one clause for people and names the network that was likely meant.
    """
    address, _, prefix = text.partition("/")
    if not (prefix.isascii() and prefix.isdigit()) or "%" in address:
        raise ValueError(f"{text!r:.80} is not a CIDR block such as 192.0.2.0/24")
    try:
        network = ip_network(text)
    except ValueError:
        try:
            meant = ip_network(text, strict=False)
        except ValueError:
            raise ValueError(f"{text!r:.80} is not a CIDR block such as 192.0.2.0/24") from None
        raise ValueError(f"{text!r:.80} has bits set after its prefix (did you mean `{meant}`?)") from None
    if isinstance(network, IPv6Network) and network.prefixlen >= _MAPPED_PREFIX:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return IPv4Network((mapped, network.prefixlen - _MAPPED_PREFIX))
    return network
