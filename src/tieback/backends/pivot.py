"""Candidates behind an API, from its own responses and certificates, each with its reason.

The module ``candidates`` covers the default ports on the API's own host. This module adds:

- sibling names in a certificate, a header or a body (``es.`` or ``db.`` in the same registrable domain);
- machines that a header names as the back end;
- stores that a response names.

Hosts of third parties and shared front ends are never candidates.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from importlib import resources

import msgspec

from tieback.backends.candidates import SharedHosting, service_title
from tieback.backends.hints import ORIGINS
from tieback.backends.normalise import OwnerDomains, literal_address
from tieback.model.backend import Candidate, Route
from tieback.model.flow import HostHint

MAX_HOSTS = 64
"""Most hosts that are followed from one API."""
_DIGITS = re.compile(r"\d+$")


class Lead(msgspec.Struct, frozen=True):
    """A host that a response or certificate of an API names."""

    api: str
    """Host of the API in canonical form."""
    hint: HostHint
    seen_in: str
    """The capture or the probe with the evidence."""


class _Sibling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    words: tuple[str, ...]
    services: tuple[str, ...]


class _Siblings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sibling: tuple[_Sibling, ...]


class Siblings:
    """The services that the words in a host name indicate, from ``siblings.toml``."""

    @cached_property
    def _words(self) -> Mapping[str, tuple[str, ...]]:
        raw = resources.files("tieback.backends").joinpath("siblings.toml").read_bytes()
        return {word: one.services for one in msgspec.toml.decode(raw, type=_Siblings).sibling for word in one.words}

    def services(self, host: str, domain: str) -> tuple[str, ...] | None:
        """Services that the part of a name before its registrable domain indicates.

        Returns:
            Empty if the name indicates a store of an unknown kind; ``None`` if it indicates no store.
        """
        found: dict[str, None] = {}
        told = False
        for label in host.removesuffix(domain).strip(".").split("."):
            for part in (label, *label.split("-")):
                services = self._words.get(_DIGITS.sub("", part))
                if services is not None:
                    told = True
                    found.update(dict.fromkeys(services))
        return tuple(found) if told else None


class Pivot:
    """Follows leads. Use one instance per run."""

    def __init__(
        self,
        store_ports: Mapping[str, tuple[int, ...]],
        foreign: Callable[[str], bool],
        fronts: SharedHosting | None = None,
        owners: OwnerDomains | None = None,
    ) -> None:
        """Keep the data for the decisions.

        Args:
            store_ports: default ports by service.
            foreign: returns True if a host is known to belong to a third party or a platform.
            fronts: the list of shared hosting, if the caller has already read it.
            owners: the public suffix list, if the caller has already read it.
        """
        self._store_ports = store_ports
        self._foreign = foreign
        self._fronts = fronts or SharedHosting()
        self._owners = owners or OwnerDomains()
        self._siblings = Siblings()
        self._known = {port: service for service, ports in reversed(tuple(store_ports.items())) for port in ports}

    def follow(self, leads: Iterable[Lead], apis: Mapping[str, tuple[str, ...]]) -> list[Candidate]:
        """The candidates from leads, by host, port and API.

        Each API has its own candidate: what one API names is no evidence about the others.

        Args:
            leads: leads of any APIs.
            apis: values of the endpoints of an API, by its host; leads of other hosts are ignored.
        """
        found: dict[tuple[str, int, str], Candidate] = {}
        hosts: dict[str, set[str]] = {}
        for lead in leads:
            values = apis.get(lead.api)
            if not values or self._fronts.reason(lead.api) is not None or self._foreign(lead.api):
                continue
            followed = hosts.setdefault(lead.api, set())
            if lead.hint.host not in followed and len(followed) >= MAX_HOSTS:
                continue
            for port, service, reason in self._ports(lead):
                followed.add(lead.hint.host)
                one = Candidate(lead.hint.host, port, service, Route.PIVOT, values, reason)
                found.setdefault((one.host, port, lead.api), one)
        return [one for _, one in sorted(found.items(), key=lambda item: item[0])]

    def _ports(self, lead: Lead) -> Iterator[tuple[int, str | None, str]]:
        hint = lead.hint
        if self._fronts.reason(hint.host) is not None or self._foreign(hint.host):
            return
        domain = self._owners.owner_domain(lead.api)
        kin = bool(domain) and self._owners.owner_domain(hint.host) == domain
        literal = literal_address(hint.host) is not None
        said = _said(lead)
        service = hint.service or self._known.get(hint.port or 0, "")
        if service and (hint.service or kin or literal or hint.where.startswith("header:")):
            for port in (hint.port,) if hint.port else self._store_ports.get(service, ()):
                yield port, service, f"{said}, as {service_title(service)}"
        elif _behind(hint.where):
            if hint.port:
                yield hint.port, None, said
            yield from self._usual(tuple(self._store_ports), said)
        elif kin:
            services = self._siblings.services(hint.host, domain)
            if services is not None:
                yield from self._usual(services or tuple(self._store_ports), f"{said}, a name in the same domain")

    def _usual(self, services: Iterable[str], said: str) -> Iterator[tuple[int, str, str]]:
        for service in services:
            for port in self._store_ports.get(service, ()):
                yield port, service, f"{said}; default port of {service_title(service)}"


def _behind(where: str) -> bool:
    """True if a header names the machine behind the server, not another origin."""
    return where.startswith("header:") and where.removeprefix("header:") not in ORIGINS


def _said(lead: Lead) -> str:
    where = lead.hint.where
    what = (
        f"the header {where.removeprefix('header:')} of"
        if where.startswith("header:")
        else "the certificate of"
        if where == "certificate"
        else "a response of"
    )
    return f"{what} the API {lead.api} names {lead.hint.host} ({lead.seen_in})"
