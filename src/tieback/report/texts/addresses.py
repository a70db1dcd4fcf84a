"""Words for addresses that are not ordinary public ones, by the registry of special-purpose addresses.

Source: https://www.iana.org/assignments/iana-ipv4-special-registry (blocks in ``tieback.scope.special.toml``).
"""

from tieback.recognise.endpoints.hosts import GATEWAYS
from tieback.scope.address import parse_address, special

_WORDS = {
    "private-use": "private address",
    "unique-local": "private address",
    "documentation": "address for documentation, which no server has",
    "benchmarking": "address for tests of networks, which no server on the Internet has",
    "shared address space": "address inside a provider's network",
    "link-local": "address of the local network",
    "link-local, cloud metadata": "address of the local network",
    "loopback": "address of the device itself",
}


def special_words(host: str) -> str:
    """What kind of address a host is; empty for a name and for an ordinary public address."""
    if not host[:1].isdigit() and ":" not in host:
        return ""
    if host in GATEWAYS:
        return "proxy of a mobile network"
    try:
        block = special(parse_address(host))
    except ValueError:
        return ""
    return "" if block is None else _WORDS.get(block.name.partition(" (")[0], "address with a special use")
