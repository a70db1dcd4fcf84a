"""Host names of back ends: the host of an endpoint, and the registrable domain of its owner.

Owners are distinguished by the public suffix list with its private section (https://publicsuffix.org/list/). The owner
of the bucket ``foo.s3.amazonaws.com`` is not Amazon, so the whole name is the boundary.
"""

from functools import cache
from ipaddress import IPv6Address, ip_address

from publicsuffixlist import PublicSuffixList

from tieback.model.endpoint import Endpoint

_CLOUD_HOSTS = {"firebase-rtdb": "{}.firebaseio.com"}
"""Host of a cloud resource whose endpoint names none, by the prefix before the colon."""


def literal_address(host: str) -> str | None:
    """The canonical form of ``host`` if it is an address, without brackets; ``None`` for a name."""
    try:
        address = ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)


def host_of(endpoint: Endpoint) -> str:
    """The host to resolve for an endpoint: lower case, without a final dot; canonical if it is an address."""
    host = endpoint.host
    if not host:
        kind, _, name = endpoint.value.partition(":")
        host = _CLOUD_HOSTS[kind].format(name) if kind in _CLOUD_HOSTS and name else ""
    return literal_address(host) or host.lower().removesuffix(".")


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


class OwnerDomains:
    """The public suffix list, read once per process, at the first look-up."""

    def owner_domain(self, host: str) -> str:
        """The registrable domain of ``host``.

        A host that is itself a public suffix, such as a bucket, is its own registrable domain. Addresses and names
        without a dot have none; the result is an empty string. Unknown top-level domains, such as ``.test``, count as
        one label.
        """
        name = host.lower().removesuffix(".")
        if not name or "." not in name or literal_address(name) is not None:
            return ""
        return _suffixes().privatesuffix(name) or name
