"""Which hosts share one rate limit: by registrable domain, with cloud suffixes treated as one provider.

``a.firebaseio.com`` and ``b.firebaseio.com`` are two customers and one provider, so only the ICANN section of the
public suffix list (https://publicsuffix.org/list/) counts here.
"""

from functools import cached_property
from ipaddress import ip_address

from publicsuffixlist import PublicSuffixList


class ProviderLookup:
    """Look-ups; the list is loaded at the first name."""

    @cached_property
    def _suffixes(self) -> PublicSuffixList:
        return PublicSuffixList(only_icann=True)

    def of(self, host: str) -> str:
        """The provider, such as ``amazonaws.com``; empty for an address."""
        try:
            ip_address(host)
        except ValueError:
            return str(self._suffixes.privatesuffix(host.rstrip(".").lower()) or "")
        return ""
