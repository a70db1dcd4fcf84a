"""Host names of back ends: the one that an endpoint is reached at, and the domain of its owner.

Owners are told apart by the public suffix list with its private section (https://publicsuffix.org/list/): in
``foo.s3.amazonaws.com`` the bucket's owner is not Amazon, so the whole name is the boundary.
"""

from functools import cached_property
from ipaddress import IPv6Address, ip_address

from publicsuffixlist import PublicSuffixList

from tieback.model.endpoint import Endpoint

_CLOUD_HOSTS = {"firebase-rtdb": "{}.firebaseio.com"}
"""Host of a cloud resource whose endpoint names none, by the word before the colon."""


def literal_address(host: str) -> str | None:
    """The canonical address that ``host`` is, without brackets; ``None`` for a name."""
    try:
        address = ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)


def host_of(endpoint: Endpoint) -> str:
    """The host to resolve for an endpoint: lower case, no final dot; a canonical address for a literal one."""
    host = endpoint.host
    if not host:
        kind, _, name = endpoint.value.partition(":")
        host = _CLOUD_HOSTS[kind].format(name) if kind in _CLOUD_HOSTS and name else ""
    return literal_address(host) or host.lower().removesuffix(".")


class OwnerDomains:
    """The public suffix list, read at the first question; hold one a run."""

    @cached_property
    def _suffixes(self) -> PublicSuffixList:
        return PublicSuffixList()

    def owner_domain(self, host: str) -> str:
        """The registrable domain of ``host``.

        A host that is a public suffix itself, as a bucket's may be, is its own; addresses and names without a dot have
        none, which is an empty string. Unknown top-level names, such as ``.test``, count as one label.
        """
        name = host.lower().removesuffix(".")
        if not name or "." not in name or literal_address(name) is not None:
            return ""
        return self._suffixes.privatesuffix(name) or name
