"""Probe reports and sightings become exposures and findings, kept in the ledger."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tieback.assess.context import version_text
from tieback.assess.exposures import assess
from tieback.assess.findings import findings, subject_of
from tieback.model.app import App
from tieback.model.backend import Candidate
from tieback.model.cleartext import CleartextPolicy
from tieback.model.exposure import AppRoute
from tieback.model.sighting import Credential
from tieback.pii import detectors
from tieback.pipeline.attributed import Attributed, places
from tieback.pipeline.context import in_context
from tieback.scope.conversation import Target
from tieback.storage.apps import AppEndpoint, app_endpoints, read_app_documents
from tieback.storage.asked import read_backends, read_probes
from tieback.storage.inputs import RunInput
from tieback.storage.lake import Lake
from tieback.storage.workspace import Workspace

_GONE = frozenset({"dangling", "does not exist"})
"""What DNS says of a name that whoever makes it next answers for; one that could not be asked for has no such word."""


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
    declared = _declared(workspace, units, {way.app_sha256 for exposure in exposures for way in exposure.routes})
    declared.releases.update((group.app_key, (group.app, version_text(group.app))) for group in traffic)
    exposures = in_context(workspace, run, datetime.now(UTC).date(), exposures, declared.releases)
    declared.subjects.update((group.app_key, subject_of(group.app, group.app_key)) for group in traffic if group.leaks)
    found = findings(
        exposures, declared.credentials, leaks, declared.policies, tuple(_dangling(lake, run, seen)), declared.subjects
    )
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


def _dangling(lake: Lake, run: str, seen: Mapping[str, Sequence[AppEndpoint]]) -> Iterator[tuple[str, str, str]]:
    """Hosts that do not exist in DNS, each with an app and the line that says so."""
    for backend in read_backends(lake, run):
        said = [one.reason for one in backend.attributions if one.claim == "dns" and one.value in _GONE]
        for place in seen.get(backend.endpoint.value, ()) if said else ():
            yield backend.endpoint.host, place.app_sha256, f"{backend.endpoint.value}: {said[0]}"


@dataclass(slots=True)
class _Declared:
    """What packages say of themselves that rules look at."""

    credentials: list[tuple[str, Credential]]
    policies: list[tuple[str, CleartextPolicy]]
    subjects: dict[str, str]
    releases: dict[str, tuple[App, str]]


def _declared(workspace: Workspace, units: Sequence[RunInput], leading: Collection[str]) -> _Declared:
    """Of every app, and of those that lead to a store what release they are."""
    found = _Declared([], [], {}, {})
    for key, document in read_app_documents(workspace.lake, units):
        policies = [(key, policy) for policy in document.cleartext if policy.cleartext or policy.user_cas]
        found.credentials += [(key, credential) for credential in document.credentials]
        found.policies += policies
        if document.app is not None and key in leading:
            found.releases[key] = (document.app, version_text(document.app))
        if document.credentials or policies:
            found.subjects[key] = subject_of(document.app, key)
    return found
