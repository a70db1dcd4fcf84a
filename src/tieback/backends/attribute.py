"""Statements about a host from everything that is known of it, each with its reason and the parts of its confidence.

Sources agree or not. Those that say the same are independent enough to be added up (one minus the product of their
doubts, at most ``MOST``); where they differ each keeps its own reason, and the weaker ones lose half of what speaks for
the strongest: nothing is dropped, and nothing that is disputed stays certain.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tieback.backends.addresses import Addresses
from tieback.backends.hosting import Hosted, Hosting, statements
from tieback.backends.normalise import OwnerDomains, literal_address
from tieback.model.backend import Attribution

MOST = 0.99
"""Nothing that is concluded is certain."""
BY_ALIAS = 0.97
"""How much a CNAME keeps of what is known of the name that it leads to."""
BY_ADDRESS = 0.95
"""How much a name keeps of what is known of an address that it resolved to."""
BY_DOMAIN = 0.9
"""That who holds a registrable domain answers for the hosts below it."""
BY_CERTIFICATE = 0.85
"""That the organisation in a certificate's subject answers for the host, where its name is in the domain too."""
SHOWN = 0.5
"""That it has anything to do with the host, where its name is not: fronts show their own, and anybody may write one."""
_ORGANISATION = re.compile(r"(?:^|,)\s*O=((?:\\.|[^,\\+])+)")
_LETTERS = re.compile(r"[^a-z0-9]+")
_MANY = frozenset(
    {"country", "asn", "as_name", "reverse", "dns_host", "mail_host", "uses", "owner_hint", "domain_contact"}
)
"""Claims of which a host may have several: one does not speak against another."""


class Known(msgspec.Struct, frozen=True):
    """What was found out about a host beside its name."""

    addresses: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    """Names that it leads to by CNAME, in order."""
    resource: str = ""
    """Cloud resource that the endpoint names, such as ``s3:bucket``."""
    claimed: tuple[Attribution, ...] = ()
    """Made elsewhere: an SDK's host, a certificate."""


def attribute(
    host: str, known: Known, hosting: Hosting, addresses: Addresses, domains: OwnerDomains
) -> tuple[Attribution, ...]:
    """Everything that can be said of a host, by claim, the most certain first.

    Args:
        host: canonical name or address.
        known: what else was found out.
        hosting: knowledge by name.
        addresses: knowledge by address.
        domains: the public suffix list.

    Raises:
        InputError: imported data is damaged.
    """
    return combine(_every(host, known, hosting, addresses, domains))


def by_certificate(host: str, subject: str, seen_in: str, domains: OwnerDomains) -> Iterator[Attribution]:
    """What the subject of a certificate that a capture shows says of whose the host is.

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
    said = f"the certificate that {host} showed in {seen_in} names the organisation {name}; its issuer was not checked"
    if len(brand) > 2 and brand in _LETTERS.sub("", name.lower()):
        yield Attribution("owner", name, f"{said}, but its name is in the domain", BY_CERTIFICATE)
    else:
        yield Attribution("certificate", name, said, SHOWN)


def best(found: Iterable[Attribution], claim: str) -> Attribution | None:
    """The most certain statement of a claim."""
    return max((one for one in found if one.claim == claim), key=lambda one: one.confidence, default=None)


def combine(found: Iterable[Attribution]) -> tuple[Attribution, ...]:
    """Statements added up where they agree and weakened where they differ."""
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
        # Databases of countries and routes are made from one another: two of them are no second witness.
        return strongest
    return Attribution(
        strongest.claim,
        strongest.value,
        "; ".join(one.reason for one in distinct),
        max(strongest.confidence, min(MOST, round(1 - doubt, 4))),
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
    host: str, known: Known, hosting: Hosting, addresses: Addresses, domains: OwnerDomains
) -> Iterator[Attribution]:
    literal = literal_address(host)
    hosted = None if literal else hosting.of(host)
    if hosted is not None:
        yield from statements(hosted)
    yield from known.claimed
    yield from _boundary(host, known, domains, hosted)
    if hosted is None:
        # What an alias says of a host that is named after no provider itself.
        for alias in known.aliases:
            told = hosting.of(alias)
            if told is not None:
                for one in statements(told):
                    reason = f"CNAME to {alias}, and {one.reason}"
                    yield Attribution(one.claim, one.value, reason, round(one.confidence * BY_ALIAS, 4))
                break
    for address in (literal,) if literal else known.addresses:
        for one in addresses.of(address):
            if literal:
                yield one
            elif hosted is None or not hosted.product or one.claim not in {"product", "account"}:
                # A name that says its product is not corrected by what else the provider runs on that net.
                yield msgspec.structs.replace(one, confidence=round(one.confidence * BY_ADDRESS, 4))


def _boundary(host: str, known: Known, domains: OwnerDomains, hosted: Hosted | None) -> Iterator[Attribution]:
    if known.resource:
        yield Attribution("boundary", known.resource, "the endpoint names this resource, which is one customer's", 0.95)
    elif hosted is not None and hosted.account:
        reason = f"the name holds what {hosted.provider} gave one customer: the {hosted.account_kind}"
        yield Attribution("boundary", f"{hosted.boundary} at {hosted.provider}", reason, 0.95)
    elif hosted is not None:
        yield Attribution(
            "shared", hosted.provider, "customers share this host: its name tells none of them", BY_DOMAIN
        )
    else:
        domain = domains.owner_domain(host)
        if domain:
            reason = f"{domain} is the registrable domain of the host (public suffix list)"
            yield Attribution("boundary", domain, reason, BY_DOMAIN)
            yield Attribution("owner", domain, f"whoever holds it answers for its hosts: {reason}", BY_DOMAIN / 2)
