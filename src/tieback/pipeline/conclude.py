"""Probe reports and sightings become exposures and findings, kept in the ledger."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tieback.assess.exposures import assess
from tieback.assess.findings import findings
from tieback.model.backend import Candidate
from tieback.model.exposure import AppRoute
from tieback.model.sighting import Credential
from tieback.pii import detectors
from tieback.pipeline.attributed import Attributed, places
from tieback.scope.conversation import Target
from tieback.storage.apps import AppEndpoint, app_endpoints, read_app_documents
from tieback.storage.asked import read_probes
from tieback.storage.inputs import RunInput
from tieback.storage.workspace import Workspace


def conclude(
    workspace: Workspace,
    run: str,
    units: Sequence[RunInput],
    traffic: Sequence[Attributed],
    asked: Iterable[Candidate],
) -> None:
    """Judge what a run found and keep it in the ledger, in place of any conclusion that the run had.

    Raises:
        WorkspaceError: the workspace cannot be read or written.
    """
    lake = workspace.lake
    seen: defaultdict[str, list[AppEndpoint]] = defaultdict(list)
    for place in app_endpoints(lake, units):
        seen[place.endpoint].append(place)
    for group in traffic:
        for place in places(group):
            seen[place.endpoint].append(place)
    leaks = [(group.app_key, where, leak) for group in traffic for where, leak in group.leaks]
    (detector,) = detectors()
    exposures = assess(tuple(read_probes(lake, run)), routes(asked, seen), detector)
    found = findings(exposures, tuple(_credentials(workspace, units)), leaks)
    workspace.ledger.conclusions.save(run, exposures, found)


def routes(asked: Iterable[Candidate], seen: Mapping[str, Sequence[AppEndpoint]]) -> dict[str, list[AppRoute]]:
    """The ways of apps to each target, by its ``host:port``.

    Args:
        asked: the candidates of the run.
        seen: where each endpoint stands, by its value.
    """
    found: defaultdict[str, list[AppRoute]] = defaultdict(list)
    for candidate in asked:
        label = Target(candidate.host, candidate.port, resource=candidate.resource).label
        for value in candidate.endpoints:
            for place in seen.get(value, ()):
                found[label].append(
                    AppRoute(
                        place.app_sha256,
                        candidate,
                        value,
                        place.file,
                        place.offset,
                        place.how,
                        bytes_out=place.bytes_out,
                        bytes_in=place.bytes_in,
                    )
                )
    return dict(found)


def _credentials(workspace: Workspace, units: Sequence[RunInput]) -> Iterator[tuple[str, Credential]]:
    for key, document in read_app_documents(workspace.lake, units):
        for credential in document.credentials:
            yield key, credential
