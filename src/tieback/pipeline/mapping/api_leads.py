"""Attribute back ends to owners, and derive candidates from API responses."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

import msgspec

from tieback.backends.attribute import attribute_by_certificate, most_certain
from tieback.backends.candidates import is_api
from tieback.backends.hints import extract_hints
from tieback.backends.normalise import host_of
from tieback.backends.pivot import Lead, Pivot
from tieback.model.backend import Attribution, Backend, Candidate
from tieback.model.endpoint import EndpointKind, Party
from tieback.model.probe import ProbeReport
from tieback.pipeline.mapping.attribution import AttributionSources
from tieback.pipeline.mapping.dns_answers import BY_CAPTURE, DnsLookups
from tieback.pipeline.mapping.traffic_apps import TrafficApp
from tieback.scope.decide import Decision
from tieback.scope.resolver import Resolution

_MAX_SUBJECTS = 4
"""Maximum certificates examined per name."""
BY_MAKER = 0.98
"""Confidence that the vendor of an app owns endpoints with the vendor's name, or from its configuration."""
BY_LIBRARY = 0.8
"""Confidence that the maker of a library owns what only its code names."""
type OwnerClaims = Mapping[str, tuple[tuple[str, str], ...]]
"""Owners, each with the reason, by endpoint value."""


class CaptureNames(msgspec.Struct, frozen=True):
    """What captures show about names."""

    addresses: Mapping[str, tuple[str, ...]] = {}
    subjects: Mapping[str, tuple[tuple[str, str], ...]] = {}
    """Certificate subjects, each with its capture."""


def attribute_backends(
    backends: Iterable[Backend],
    knowledge: AttributionSources,
    seen: CaptureNames,
    makers: OwnerClaims | None = None,
    libraries: OwnerClaims | None = None,
    answers: DnsLookups | None = None,
) -> Iterator[Backend]:
    """Each back end with provider, region, AS and owner, and the reason for each.

    Args:
        backends: as mapped.
        knowledge: data for attribution.
        seen: what captures show: certificates, and addresses of names that were not resolved.
        makers: vendors of the apps with a first-party endpoint, with the reason, by endpoint value.
        libraries: services and libraries of third-party endpoints, with the reason, by endpoint value.
        answers: DNS answers, if DNS was queried.

    Raises:
        InputError: imported address data is damaged.
    """
    known: dict[tuple[object, ...], tuple[Attribution, ...]] = {}
    for mapped in backends:
        host = host_of(mapped.endpoint)
        shown = () if mapped.addresses else seen.addresses.get(host, ())
        backend = msgspec.structs.replace(mapped, addresses=shown, resolved_by=BY_CAPTURE) if shown else mapped
        resource = backend.endpoint.value if backend.endpoint.kind is EndpointKind.CLOUD else ""
        own = (makers or {}).get(backend.endpoint.value, ())
        named = (libraries or {}).get(backend.endpoint.value, ()) if backend.party is Party.THIRD else ()
        key = (host, resource, backend.addresses, own, named)
        if key not in known:
            # A literal address is looked up as a host.
            addresses = () if backend.addresses == (host,) else backend.addresses
            claimed = [Attribution("owner", name, f"makes the app; {reason}", BY_MAKER) for name, reason in own]
            # The known services have their hosts in the rules, with a source.
            claimed += [] if knowledge.foreign(host) else [Attribution("owner", *one, BY_LIBRARY) for one in named]
            aliases = answers.aliases(host) if answers is not None else ()
            claimed += answers.attributions_of(host) if answers is not None else ()
            for subject, where in seen.subjects.get(host, ()):
                claimed += attribute_by_certificate(host, subject, where, knowledge.domains)
            known[key] = (
                knowledge.statements(host, backend.endpoint.path, addresses, aliases, claimed, resource)
                if host
                else tuple(claimed)
            )
        found = known[key]
        yield msgspec.structs.replace(
            backend,
            provider=_value(found, "provider"),
            region=_value(found, "region"),
            asn=int(_value(found, "asn").removeprefix("AS") or 0) or None,
            owner=_value(found, "owner"),
            attributions=found,
        )


def _value(found: Iterable[Attribution], claim: str) -> str:
    one = most_certain(found, claim)
    return one.value if one is not None else ""


def names_in_captures(traffic: Iterable[TrafficApp]) -> CaptureNames:
    """What the captures of a run show about names."""
    addresses: dict[str, dict[str, None]] = {}
    subjects: dict[str, dict[tuple[str, str], None]] = {}
    for group in traffic:
        for name, address in group.addresses:
            addresses.setdefault(name, {})[address] = None
        for name, subject in group.subjects:
            if name and subject and len(its := subjects.setdefault(name, {})) < _MAX_SUBJECTS:
                its[subject, Path(group.path).name] = None
    return CaptureNames(
        {name: tuple(its) for name, its in addresses.items()}, {name: tuple(its) for name, its in subjects.items()}
    )


def apis_of(backends: Iterable[Backend]) -> dict[str, tuple[str, ...]]:
    """Endpoint values of each API that is not third-party, by host."""
    found: dict[str, set[str]] = {}
    for backend in backends:
        if is_api(backend):
            found.setdefault(host_of(backend.endpoint), set()).add(backend.endpoint.value)
    return {host: tuple(sorted(values)) for host, values in found.items()}


class LeadFollower:
    """Derives candidates from API responses and certificates; use one per run."""

    def __init__(
        self,
        backends: Sequence[Backend],
        pivot: Pivot,
        resolve: Callable[[str], Awaitable[Resolution]],
        permit: Callable[[str, int], Awaitable[Decision]],
    ) -> None:
        """Set the APIs of the run.

        Args:
            backends: back ends of the run.
            pivot: converts leads to candidates.
            resolve: resolves a name under the grant; names without an address are not probed.
            permit: the decision of the grant on a host and port.
        """
        self._apis = apis_of(backends)
        self._pivot = pivot
        self._resolve = resolve
        self._permit = permit
        self._resolved: dict[str, bool] = {}

    async def follow(self, leads: Iterable[Lead]) -> list[Candidate]:
        """The candidates behind APIs that have an address and are covered by the grant.

        For a host without any port in the grant, one candidate is kept, so that the report shows the refusal.
        """
        found: list[Candidate] = []
        for host, group in groupby(self._pivot.follow(leads, self._apis), key=lambda one: one.host):
            if not await self._has_address(host):
                continue
            some = list(group)
            inside = [one for one in some if (await self._permit(one.host, one.port)).allowed]
            found += inside or some[:1]
        return found

    def leads_of(self, reports: Iterable[ProbeReport]) -> Iterator[Lead]:
        """Names in the certificates that our own probes saw on API hosts."""
        for report in reports:
            if report.tls is None or not report.tls.names:
                continue
            host, _, port = report.target.partition("/")[0].rpartition(":")
            host = host.strip("[]")
            if host in self._apis:
                for hint in extract_hints((), host, int(port), report.tls.names):
                    yield Lead(host, hint, f"TLS of {report.target}")

    async def _has_address(self, host: str) -> bool:
        if host not in self._resolved:
            self._resolved[host] = bool((await self._resolve(host)).addresses)
        return self._resolved[host]
