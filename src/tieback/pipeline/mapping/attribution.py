"""Host attribution: owner, provider and region of a host, with evidence. Needs no workspace."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from tieback.backends.addresses import AddressLookup, shipped_snapshot
from tieback.backends.attribute import ENDED_USE, LIBRARY_REPORTS, RETIRED, HostFacts, attribute, most_certain
from tieback.backends.datasets import Dataset, Datasets
from tieback.backends.dns_hints import DnsHints
from tieback.backends.hosting import HostingLookup
from tieback.backends.normalise import OwnerDomains, literal_address
from tieback.backends.registration import RegistrationLookup, registered_contacts
from tieback.model.backend import Attribution, Backend
from tieback.model.errors import UsageError
from tieback.recognise.endpoints.cloud import cloud_endpoint
from tieback.recognise.rules import RuleFiles
from tieback.scope.hostname import TargetHost, parse_host

if TYPE_CHECKING:
    from tieback.userrules.model import UserRules

_ADVICE = "Use a host name, an address, HOST:PORT, or a URL"
_FIELDS = {"boundary": "account_boundary"}
BY_VENDOR = 0.99
"""Confidence that a service has ended if its vendor says so."""
BY_SDK = 0.95
"""Confidence that a host of a known SDK or platform belongs to its vendor."""


class HostAttribution(msgspec.Struct, frozen=True):
    """What is known about a host. One line of ``tieback backend why --format json``."""

    host: str
    """In normalised form."""
    addresses: tuple[str, ...]
    """Addresses of the host."""
    aliases: tuple[str, ...]
    """Further names of the host."""
    provider: str
    """Hosting provider; empty if unknown."""
    product: str
    """Product of the provider; empty if unknown."""
    region: str
    """Region of the provider; empty if unknown."""
    owner: str
    """Organisation that the host belongs to; empty if unknown."""
    account_boundary: str
    """The unit that belongs to one customer: a bucket, a project, a registrable domain."""
    asn: str
    """Number of the autonomous system of the address; empty if unknown."""
    country: str
    """Country of the address; empty if unknown."""
    reasons: dict[str, str]
    """The reason for each of these fields, by field name."""
    statements: tuple[Attribution, ...]
    """All statements; the most certain of each claim first."""
    data: tuple[Dataset, ...]
    """The data used: built-in and imported, each with date and hash."""
    resolved_by: str
    """How the addresses were determined, or why there are none."""
    contacts: tuple[str, ...] = ()
    """Contacts from imported RDAP documents for its domain and its network; those for the domain first."""


class AttributionSources:
    """All data for host attribution; use one per run, and close it."""

    def __init__(self, data: Path | None = None, added: "UserRules | None" = None) -> None:
        """Set up; nothing is read before the first host.

        Args:
            data: folder of imported address data; default: the user's data folder.
            added: the rules of users.
        """
        self.hosting = HostingLookup()
        datasets = Datasets(data)
        self.addresses = AddressLookup(datasets, self.hosting.name)
        self.registered = RegistrationLookup(datasets)
        self.domains = OwnerDomains()
        self.dns_hints = DnsHints(self.hosting, self.domains)
        self.rules = RuleFiles(added)

    def statements(
        self,
        host: str,
        rest: str = "",
        addresses: Sequence[str] = (),
        aliases: Sequence[str] = (),
        claimed: Sequence[Attribution] = (),
        resource: str = "",
    ) -> tuple[Attribution, ...]:
        """All statements about a canonical host.

        Args:
            host: name or address.
            rest: path of a URL, which may contain a bucket name.
            addresses: addresses of the name.
            aliases: CNAME targets.
            claimed: statements from other sources.
            resource: cloud resource, if it is known; the host of many resources does not name it.

        Raises:
            InputError: imported data is damaged.
        """
        if not resource and "." in host:
            endpoint = cloud_endpoint(host, rest, self.rules)
            resource = endpoint.value if endpoint is not None else ""
        known = HostFacts(
            tuple(addresses),
            tuple(aliases),
            resource=resource,
            # The host of a cloud resource belongs to the provider, and the resource to a customer.
            claimed=(*claimed, *(() if resource else self._sdk(host))),
        )
        return (*self._with_registered(host, addresses, known), *self._end(resource, host))

    def still_running(self, backends: Iterable[Backend]) -> list[Backend]:
        """The back ends without those of services that have ended: whatever answers there is not the app's."""
        return [one for one in backends if self.rules.cloud.end_of(one.endpoint) is None]

    def _end(self, resource: str, host: str) -> Iterator[Attribution]:
        """The end of the service of a resource or host, if its vendor documents one."""
        end = self.rules.cloud.retirement(resource) if resource else self.rules.cloud.host_retirement(host)
        if end is not None:
            yield Attribution(RETIRED, end.date, f"{end.product} ended on {end.date} ({end.source})", BY_VENDOR)
        if end is not None and end.reports:
            reason = f"only the library of {end.product} sent its reports there, so no data of the app is concerned"
            yield Attribution(ENDED_USE, LIBRARY_REPORTS, reason, BY_VENDOR)

    def _with_registered(self, host: str, addresses: Sequence[str], known: HostFacts) -> tuple[Attribution, ...]:
        """Statements about a host, with the registrants in RDAP documents for its domain, addresses and AS numbers."""
        domain = self.domains.owner_domain(host)
        if domain:
            claimed = (*known.claimed, *self.registered.lookup_domain(domain))
            known = msgspec.structs.replace(known, claimed=claimed)
        found = attribute(host, known, self.hosting, self.addresses, self.domains)
        more: dict[tuple[str, str], Attribution] = {}
        literal = literal_address(host)
        for address in (literal,) if literal else addresses:
            for one in self.registered.lookup_address(address):
                more.setdefault((one.claim, one.value), one)
        for said in found:
            if said.claim == "asn":
                for one in self.registered.lookup_asn(int(said.value.removeprefix("AS"))):
                    more.setdefault((one.claim, one.value), one)
        return (*found, *more.values())

    def foreign(self, host: str) -> bool:
        """True if a host is known to belong to an SDK, a service for apps, or a platform."""
        return self.rules.third_parties.of(host) is not None or self.rules.added_third_party(host) is not None

    def close(self) -> None:
        """Close the imported databases."""
        self.addresses.close()

    def _sdk(self, host: str) -> list[Attribution]:
        sdk = self.rules.third_parties.of(host)
        if sdk is None:
            added = self.rules.added_third_party(host)
            reason = f"host of {added.name} (your rule {added.id}: {added.source})" if added is not None else ""
            return [Attribution("owner", added.name, reason, BY_SDK)] if added is not None else []
        what = "the platform" if sdk.platform else "the SDK or service"
        return [Attribution("owner", sdk.name, f"host of {what} {sdk.name} ({sdk.source})", BY_SDK)]


def split_host(text: str) -> tuple[TargetHost, str]:
    """The normalised host of a name, address, ``HOST:PORT`` or URL, and the rest of the text.

    Raises:
        UsageError: the text contains no host.
    """
    try:
        if "://" in text:
            parts = urlsplit(text)
            host, rest = parts.hostname or "", parts.path
        else:
            host, slash, behind = text.partition("/")
            rest = slash + behind
            if host.startswith("["):
                host = host[1:].partition("]")[0]
            elif host.count(":") == 1:
                host = host.partition(":")[0]
        return parse_host(host), rest
    except ValueError as error:
        raise UsageError(str(error), where=text[:200], advice=_ADVICE) from None


def attribute_host(
    text: str,
    knowledge: AttributionSources,
    addresses: Sequence[str] = (),
    aliases: Sequence[str] = (),
    resolved_by: str = "no network access",
) -> HostAttribution:
    """Explain what is known about a host.

    Args:
        text: as the user wrote it.
        knowledge: data for attribution.
        addresses: addresses of a name, if it was resolved.
        aliases: CNAME targets.
        resolved_by: how the addresses were determined, or why there are none.

    Raises:
        UsageError: the text is not a host.
        InputError: imported data is damaged.
    """
    host, rest = split_host(text)
    if host.address is not None:
        addresses, resolved_by = (host.text,), "literal"
    found = knowledge.statements(host.text, rest, () if host.address is not None else addresses, aliases)

    def value(claim: str) -> str:
        one = most_certain(found, claim)
        return one.value if one is not None else ""

    return HostAttribution(
        host=host.text,
        addresses=tuple(addresses),
        aliases=tuple(aliases),
        provider=value("provider"),
        product=value("product"),
        region=value("region"),
        owner=value("owner"),
        account_boundary=value("boundary"),
        asn=value("asn"),
        country=value("country"),
        reasons={
            _FIELDS.get(claim, claim): one.reason
            for claim in ("provider", "product", "region", "owner", "boundary", "asn", "country")
            if (one := most_certain(found, claim)) is not None
        },
        statements=found,
        data=(shipped_snapshot(), *knowledge.addresses.used),
        resolved_by=resolved_by,
        contacts=registered_contacts(found),
    )
