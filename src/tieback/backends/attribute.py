"""Attributions of a host from all sources, each with its reason and the parts of its confidence.

Sources that agree count as independent. Their combined confidence is one minus the product of their doubts, at most
``MAX_CONFIDENCE``. If sources differ, each keeps its own reason, and a weaker one is multiplied by one minus half of
the confidence of the strongest. No attribution is dropped, and a disputed one is never certain.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tieback.backends.addresses import AddressLookup
from tieback.backends.hosting import HostingLookup, HostingMatch, hosting_attributions
from tieback.backends.normalise import OwnerDomains, literal_address
from tieback.model.backend import Attribution, Backend

MAX_CONFIDENCE = 0.99
"""Highest confidence of a combined attribution: no conclusion is certain."""
BY_ALIAS = 0.97
"""Factor for the attributions of a name that was reached by CNAME."""
BY_ADDRESS = 0.95
"""Factor for the attributions of an address that the name resolved to."""
BY_DOMAIN = 0.9
"""Confidence that the holder of a registrable domain is responsible for the hosts below it."""
BY_CERTIFICATE = 0.85
"""Confidence that the organisation in a certificate's subject is responsible for the host, if its name is in the
domain.
"""
SHOWN = 0.5
"""Confidence that the organisation has any relation to the host, if its name is not in the domain. Shared front ends
show their own certificate, and anyone can write any name into a certificate.
"""
RETIRED = "retired"
"""Claim: the service of a cloud resource has ended, on the day that is the value."""
ENDED_USE = "ended use"
"""Claim: what apps had at a service that has ended; ``LIBRARY_REPORTS`` if no data of an app is concerned."""
LIBRARY_REPORTS = "reports of a library"
_ORGANISATION = re.compile(r"(?:^|,)\s*O=((?:\\.|[^,\\+])+)")
_LETTERS = re.compile(r"[^a-z0-9]+")
_MANY = frozenset(
    {"country", "asn", "as_name", "reverse", "dns_host", "mail_host", "uses", "owner_hint", "domain_contact"}
)
"""Claims that can have several values per host; the values do not contradict each other."""


class HostFacts(msgspec.Struct, frozen=True):
    """Facts about a host, apart from its name."""

    addresses: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    """Names that the host leads to by CNAME, in order."""
    resource: str = ""
    """Cloud resource that the endpoint names, such as ``s3:bucket``."""
    claimed: tuple[Attribution, ...] = ()
    """Attributions from other sources: the host list of an SDK, a certificate."""


def attribute(
    host: str, known: HostFacts, hosting: HostingLookup, addresses: AddressLookup, domains: OwnerDomains
) -> tuple[Attribution, ...]:
    """All attributions of a host, grouped by claim, the most certain first.

    Args:
        host: canonical name or address.
        known: other facts about the host.
        hosting: look-ups by name.
        addresses: look-ups by address.
        domains: the public suffix list.

    Raises:
        InputError: imported data is damaged.
    """
    return combine_attributions(_every(host, known, hosting, addresses, domains))


def attribute_by_certificate(host: str, subject: str, seen_in: str, domains: OwnerDomains) -> Iterator[Attribution]:
    """Attribution of a host by the subject of a certificate in a capture.

    Args:
        host: canonical name.
        subject: RFC 4514, such as ``CN=api.example.org,O=Example GmbH``.
        seen_in: the capture.
        domains: the public suffix list.
    """
    found = _ORGANISATION.search(subject)
    name = found[1].replace("\\", "").strip()[:100] if found else ""
    if not name:
        return
    brand = domains.owner_domain(host).partition(".")[0].replace("-", "")
    said = (
        f"the certificate that {host} showed in {seen_in} names the organisation {name} (the issuer was not verified)"
    )
    if len(brand) > 2 and brand in _LETTERS.sub("", name.lower()):
        yield Attribution("owner", name, f"{said}; the organisation's name is in the domain", BY_CERTIFICATE)
    else:
        yield Attribution("certificate", name, said, SHOWN)


def has_ended(backend: Backend) -> bool:
    """True if the service of a resource or host has ended. Whatever answers there is no store of the app's vendor."""
    return any(one.claim == RETIRED for one in backend.attributions)


def most_certain(found: Iterable[Attribution], claim: str) -> Attribution | None:
    """The most certain attribution of a claim, or ``None``."""
    return max((one for one in found if one.claim == claim), key=lambda one: one.confidence, default=None)


def combine_attributions(found: Iterable[Attribution]) -> tuple[Attribution, ...]:
    """Combine attributions: add up those that agree, and weaken those that differ."""
    by_claim: dict[str, dict[str, list[Attribution]]] = {}
    for one in found:
        by_claim.setdefault(one.claim, {}).setdefault(one.value, []).append(one)
    combined: list[Attribution] = []
    for claim, values in by_claim.items():
        added = sorted((_add(its) for its in values.values()), key=lambda one: -one.confidence)
        combined.append(added[0])
        for other in added[1:]:
            if claim in _MANY:
                combined.append(other)
            else:
                combined.append(_weaken(other, added[0]))
    return tuple(combined)


def _add(agreeing: Sequence[Attribution]) -> Attribution:
    distinct = list({one.reason: one for one in agreeing}.values())
    if len(distinct) == 1:
        return distinct[0]
    doubt = 1.0
    for one in distinct:
        doubt *= 1 - one.confidence
    strongest = max(distinct, key=lambda one: one.confidence)
    if strongest.claim in _MANY:
        # Country and route databases are derived from each other: two of them are not two independent sources.
        return strongest
    return Attribution(
        strongest.claim,
        strongest.value,
        "; ".join(one.reason for one in distinct),
        max(strongest.confidence, min(MAX_CONFIDENCE, round(1 - doubt, 4))),
        tuple((one.reason, one.confidence) for one in distinct),
    )


def _weaken(weaker: Attribution, strongest: Attribution) -> Attribution:
    sure = round(weaker.confidence * (1 - strongest.confidence / 2), 4)
    against = f"but {strongest.value} is more likely"
    return msgspec.structs.replace(
        weaker,
        reason=f"{weaker.reason}; {against}",
        confidence=sure,
        parts=(*(weaker.parts or ((weaker.reason, weaker.confidence),)), (against, -strongest.confidence / 2)),
    )


def _every(
    host: str, known: HostFacts, hosting: HostingLookup, addresses: AddressLookup, domains: OwnerDomains
) -> Iterator[Attribution]:
    literal = literal_address(host)
    hosted = None if literal else hosting.lookup(host)
    if hosted is not None:
        yield from hosting_attributions(hosted)
    yield from known.claimed
    yield from _boundary(host, known, domains, hosted)
    if hosted is None:
        # The alias counts only if the host's own name belongs to no provider.
        for alias in known.aliases:
            told = hosting.lookup(alias)
            if told is not None:
                for one in hosting_attributions(told):
                    reason = f"CNAME to {alias}, and {one.reason}"
                    yield Attribution(one.claim, one.value, reason, round(one.confidence * BY_ALIAS, 4))
                break
    for address in (literal,) if literal else known.addresses:
        for one in addresses.lookup(address):
            if literal:
                yield one
            elif hosted is None or not hosted.product or one.claim not in {"product", "account"}:
                # The product in the name is more specific than the products that the provider runs on that network.
                yield msgspec.structs.replace(one, confidence=round(one.confidence * BY_ADDRESS, 4))


def _boundary(host: str, known: HostFacts, domains: OwnerDomains, hosted: HostingMatch | None) -> Iterator[Attribution]:
    if known.resource:
        yield Attribution(
            "boundary", known.resource, "the endpoint names this resource, which belongs to one customer", 0.95
        )
    elif hosted is not None and hosted.account:
        reason = f"the name contains the {hosted.account_kind} of one customer of {hosted.provider}"
        yield Attribution("boundary", f"{hosted.boundary} at {hosted.provider}", reason, 0.95)
    elif hosted is not None:
        yield Attribution(
            "shared", hosted.provider, "many customers share this host, and its name identifies none of them", BY_DOMAIN
        )
    else:
        domain = domains.owner_domain(host)
        if domain:
            reason = f"{domain} is the registrable domain of the host (public suffix list)"
            yield Attribution("boundary", domain, reason, BY_DOMAIN)
            yield Attribution(
                "owner", domain, f"the holder of the domain is responsible for its hosts: {reason}", BY_DOMAIN / 2
            )
