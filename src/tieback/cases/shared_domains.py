"""Domains in which many organisations have names, so that none of them is the vendor of an app.

Whoever answers for such a domain is its provider: a contact from there would send a letter to the wrong organisation.
"""

from functools import cache, cached_property

from tieback.backends.hosting import HostingLookup
from tieback.recognise.rules import RuleFiles
from tieback.recognise.suffixes import Suffixes


class SharedDomains:
    """Domains of the Public Suffix List, of hosting providers, and of cloud resources."""

    def __init__(self) -> None:
        """Nothing is read before the first question."""
        self._suffixes = Suffixes()
        self._hosting = HostingLookup()

    @cached_property
    def _rules(self) -> RuleFiles:
        return RuleFiles()

    def has(self, domain: str) -> bool:
        """True if many organisations have names in a domain."""
        return (
            self._suffixes.is_shared(domain)
            or self._hosting.is_domain(domain)
            or bool(tuple(self._rules.cloud.below(domain)))
        )


@cache
def shared_domains() -> SharedDomains:
    """The shared domains, read once per process."""
    return SharedDomains()
