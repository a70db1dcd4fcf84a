"""IP addresses, and the special blocks that are not ordinary public addresses.

The blocks are data (``special.toml``, from the IANA special-purpose registries). ``ipaddress.is_global`` is not used,
because its results differ between the supported Python releases.
"""

import tomllib
from functools import cache, lru_cache
from importlib import resources
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import msgspec

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network

_MAPPED_PREFIX = 96
"""``::ffff:0:0/96`` contains the IPv4-mapped addresses (RFC 4291, section 2.5.5.2)."""


class Block(msgspec.Struct, frozen=True):
    """A special block of addresses."""

    network: Network
    name: str
    """Its name in the registry, with the RFC."""
    never: bool = False
    """True if no grant can allow it: unspecified, multicast, broadcast."""
    embeds: bool = False
    """True if its addresses contain an IPv4 address (6to4, NAT64, Teredo)."""


@cache
def blocks() -> tuple[Block, ...]:
    """Every special block, longest prefix first."""
    text = resources.files("tieback.scope").joinpath("special.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["block"]
    found = [Block(ip_network(r["prefix"]), r["name"], r.get("never", False), r.get("embeds", False)) for r in rows]
    return tuple(sorted(found, key=lambda block: -block.network.prefixlen))


@cache
def _by_length() -> dict[int, tuple[tuple[int, dict[int, Block]], ...]]:
    """Per IP version, longest prefix first: the number of host bits, and the blocks by network number."""
    found: dict[int, dict[int, dict[int, Block]]] = {4: {}, 6: {}}
    for block in blocks():
        network = block.network
        of_length = found[network.version].setdefault(network.max_prefixlen - network.prefixlen, {})
        of_length[int(network.network_address)] = block
    return {version: tuple(lengths.items()) for version, lengths in found.items()}


@lru_cache(maxsize=4096)
def special(address: Address) -> Block | None:
    """The narrowest special block that contains ``address``; ``None`` for global unicast."""
    number = int(address)
    for host_bits, found in _by_length()[address.version]:
        block = found.get(number >> host_bits << host_bits)
        if block is not None:
            return block
    return None


@lru_cache(maxsize=4096)
def parse_address(text: str) -> Address:
    """Parse an address in canonical form: dotted quad or IPv6 text (RFC 4291), no zone.

    An IPv4-mapped IPv6 address becomes the IPv4 address, because that is what a connection reaches.

    Raises:
        ValueError: anything else; the message is one clause for the user.
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
    """Parse ``address/prefix`` without host bits; an IPv4-mapped network becomes the IPv4 network.

    Raises:
        ValueError: anything else; the message is one clause for the user and suggests the likely network.
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


_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
"""The prefixes of RFC 6052 and RFC 8215; the IPv4 address is in the last 32 bits."""


def embedded(address: Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses in an IPv6 address: 6to4, Teredo (server and client), NAT64, IPv4-compatible (RFC 4291)."""
    if isinstance(address, IPv4Address):
        return ()
    found = [address.sixtofour, *(address.teredo or ())]
    last = IPv4Address(int(address) & 0xFFFFFFFF)
    if any(address in network for network in _NAT64) or 1 < int(address) <= 0xFFFFFFFF:
        found.append(last)
    if address.ipv4_mapped is not None:
        found.append(address.ipv4_mapped)
    return tuple(one for one in found if one is not None)
