"""The back ends named by a run's apps and traffic: mapped in memory, described while they are saved."""

from collections.abc import Awaitable, Callable, Iterator, Sequence

from tieback.backends.addresses import shipped_snapshot
from tieback.backends.map import map_backends
from tieback.model.backend import Backend
from tieback.model.endpoint import Endpoint, Party
from tieback.model.report.used import DataUsed
from tieback.pipeline.mapping.api_leads import attribute_backends, names_in_captures
from tieback.pipeline.mapping.attribution import AttributionSources
from tieback.pipeline.mapping.dns_answers import DnsLookups
from tieback.pipeline.mapping.traffic_apps import TrafficApp
from tieback.scope.resolver import Resolution
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.tables.apps import Keys, endpoints_with_parties, owner_claims, units_among
from tieback.storage.lake.tables.probes import save_backends
from tieback.storage.lake.tables.run_data import save_run_data

_NEAREST = (Party.FIRST, Party.UNKNOWN, Party.THIRD, Party.PLATFORM)
"""Which party an endpoint has if apps disagree, as in ``endpoints_with_parties``."""


class MappedBackends:
    """The back ends of a run. Descriptions are ten times as large as back ends, so they are not kept in memory."""

    def __init__(
        self,
        lake: Lake,
        units: Keys,
        traffic: Sequence[TrafficApp],
        backends: Sequence[Backend],
        answers: DnsLookups | None,
    ) -> None:
        self.backends = backends
        self._lake = lake
        self._units = units
        self._traffic = traffic
        self._answers = answers

    @classmethod
    async def of(
        cls,
        lake: Lake,
        units: Keys,
        traffic: Sequence[TrafficApp],
        resolve: Callable[[str], Awaitable[Resolution]] | None,
        answers: DnsLookups | None = None,
    ) -> "MappedBackends":
        """Resolve and attribute the back ends of the units and the traffic.

        Args:
            lake: contains the apps.
            units: the apps of the run.
            traffic: traffic of the run's captures.
            resolve: resolves the addresses of a name; ``None`` without a grant.
            answers: DNS answers, if DNS was queried.

        Raises:
            WorkspaceError: the lake cannot be read.
        """
        parties: dict[str, Party] = {}
        # The package of an app shows best whose an endpoint is.
        captured = {group.app_key for group in traffic if group.known}
        only_captured = captured.difference(units_among(units, captured))

        def endpoints() -> Iterator[Endpoint]:
            for endpoint, party in endpoints_with_parties(lake, units):
                parties[endpoint.value] = party
                yield endpoint
            for group in traffic:
                for sighting in group.sightings:
                    known = parties.setdefault(sighting.endpoint.value, sighting.party)
                    if group.app_key in only_captured:
                        parties[sighting.endpoint.value] = min(known, sighting.party, key=_NEAREST.index)
                    yield sighting.endpoint

        named = list(endpoints())
        return cls(lake, units, traffic, await map_backends(named, resolve, parties), answers)

    def iter_described(self, knowledge: AttributionSources) -> Iterator[Backend]:
        """Each back end with provider, region, AS and owner. Raises ``InputError`` and ``WorkspaceError``."""
        own, others = (owner_claims(self._lake, self._units, party) for party in (Party.FIRST, Party.THIRD))
        seen = names_in_captures(self._traffic)
        return attribute_backends(self.backends, knowledge, seen, own, others, self._answers)

    def save(self, run: str, knowledge: AttributionSources) -> None:
        """Store the back ends of a run with their descriptions and the data used. Raises as ``attribute_backends``."""
        save_backends(self._lake, run, self.iter_described(knowledge))
        used = (shipped_snapshot(), *knowledge.addresses.used)
        save_run_data(self._lake, run, (DataUsed(one.name, one.date, one.imported, one.sha256) for one in used))
