"""Hints from NS, MX, TXT and PTR records: the possible owner of a domain, and the services that it uses.

If a domain's name servers, mail servers or SPF includes are below another domain, both domains may have the same owner.
If many customers share those servers (``dns_services.toml``), they only show which service is used. A hint is not a
proof. It never sets the owner; it has a claim of its own (``owner_hint``).
"""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from importlib import resources

import msgspec

from tieback.backends.hosting import HostingLookup
from tieback.backends.normalise import OwnerDomains
from tieback.model.backend import Attribution
from tieback.model.dns_answer import DnsAnswer
from tieback.rulefiles import load_rules

OWN_DOMAIN = 0.6
"""Confidence that a domain with name or mail servers below itself is run by its own owner."""
OTHER_DOMAIN = 0.4
"""Confidence of an owner hint from servers below another domain that is not a known service."""
USED_SERVICE = 0.8
"""Confidence that a domain uses the services that its records name."""
BY_REVERSE = 0.5
"""Confidence of a PTR record. The holder of the address block can write any name there."""
_KINDS = {"NS": ("name server", "dns_host"), "MX": ("mail server", "mail_host")}
_SPF = re.compile(r"(?:^|\s)(?:include:|redirect=)([A-Za-z0-9_.-]{1,253})", re.IGNORECASE)
_MOST = 8
"""Most attributions from one answer."""


class _Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    source: str
    suffixes: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()


class _Services(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    service: tuple[_Service, ...]


class DnsHints:
    """Reads DNS records. Use one instance per run."""

    def __init__(self, hosting: HostingLookup, domains: OwnerDomains) -> None:
        """Create the reader. No data is read before the first record.

        Args:
            hosting: look-ups by name, for reverse names.
            domains: the public suffix list.
        """
        self._hosting = hosting
        self._domains = domains

    @cached_property
    def _services(self) -> tuple[_Service, ...]:
        raw = resources.files("tieback.backends").joinpath("dns_services.toml").read_bytes()
        return load_rules(raw, _Services).service

    @cached_property
    def _suffixes(self) -> dict[str, _Service]:
        return {suffix: one for one in self._services for suffix in one.suffixes}

    def read_domain(self, domain: str, answer: DnsAnswer) -> Iterator[Attribution]:
        """Hints from the NS, MX or TXT records of a registrable domain, each once."""
        found = self._of_text(domain, answer.values) if answer.kind == "TXT" else self._of_servers(domain, answer)
        distinct = {(one.claim, one.value): one for one in found}
        yield from list(distinct.values())[:_MOST]

    def read_address(self, host: str, address: str, answer: DnsAnswer) -> Iterator[Attribution]:
        """Hints from the reverse names of an address of a host."""
        for name in filter(None, answer.values[:_MOST]):
            said = f"the PTR record of {address} is {name} (not verified)"
            yield Attribution("reverse", name, said, BY_REVERSE)
            hosted = self._hosting.lookup(name)
            domain = self._domains.owner_domain(name)
            if hosted is not None:
                yield Attribution(
                    "provider", hosted.provider, f"{said}; the name belongs to {hosted.provider}", BY_REVERSE
                )
            elif domain and domain == self._domains.owner_domain(host):
                yield Attribution(
                    "owner_hint", domain, f"{said}; the name is in the domain of {host} itself", OWN_DOMAIN
                )
            elif domain and self._service(name) is None:
                yield Attribution("owner_hint", domain, f"{said}; the holder of {domain} may run it", OTHER_DOMAIN)

    def _of_servers(self, domain: str, answer: DnsAnswer) -> Iterator[Attribution]:
        word, claim = _KINDS.get(answer.kind, ("record", "uses"))
        for server in answer.values:
            said = f"{server} is a {word} of {domain} ({answer.kind})"
            service = self._service(server)
            below = self._domains.owner_domain(server)
            if service is not None:
                yield Attribution(
                    claim, service.name, f"{said}, which {service.name} runs for many customers", USED_SERVICE
                )
            elif below == domain:
                yield Attribution("owner_hint", domain, f"{said} and in the same domain; the owner runs it", OWN_DOMAIN)
            elif below:
                yield Attribution(
                    "owner_hint", below, f"{said} and in {below}; both domains may have the same owner", OTHER_DOMAIN
                )

    def _of_text(self, domain: str, values: Iterable[str]) -> Iterator[Attribution]:
        tokens = {token: one for one in self._services for token in one.tokens}
        for text in values:
            service = tokens.get(text)
            if service is not None:
                said = f"{domain} has a TXT record that customers of {service.name} must set: {text}"
                yield Attribution("uses", service.name, said, USED_SERVICE)
            for found in _SPF.finditer(text):
                name = found[1].lower().strip(".")
                said = f"the SPF record of {domain} allows {name} to send its mail (TXT)"
                service, below = self._service(name), self._domains.owner_domain(name)
                if service is not None:
                    yield Attribution("uses", service.name, said, USED_SERVICE)
                elif below and below != domain:
                    yield Attribution(
                        "owner_hint", below, f"{said}; both domains may have the same owner", OTHER_DOMAIN
                    )

    def _service(self, host: str) -> _Service | None:
        labels = host.split(".")
        for at, label in enumerate(labels):
            one = self._suffixes.get(".".join(labels[at:]))
            if one is not None:
                return one
            for service in self._services:
                if service.prefixes and label.startswith(service.prefixes):
                    return service
        return None
