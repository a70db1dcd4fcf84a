"""Judge probe reports and sightings: exposures and findings, stored in the ledger."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tieback.assess.context import version_text, with_exposure_window, with_hosting
from tieback.assess.exposures import assess_exposures
from tieback.assess.findings import app_subject, apply_rules
from tieback.assess.severity import load_severity_table
from tieback.backends.attribute import ENDED_USE, LIBRARY_REPORTS, RETIRED, has_ended
from tieback.backends.candidates import OTHERS
from tieback.model.app import App, Platform
from tieback.model.backend import Backend, Candidate, Route
from tieback.model.cleartext import CleartextPolicy
from tieback.model.exposure import AppRoute, Exposure, Finding
from tieback.model.sighting import Credential
from tieback.pii import detectors
from tieback.pipeline.mapping.traffic_apps import TrafficApp, endpoint_evidence
from tieback.pipeline.probing.candidates import Candidates, EndpointCandidate, target_label
from tieback.pipeline.rule_sets import name_words, ransom_signs
from tieback.recognise.endpoints.cloud import name_in_service
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.tables.apps import (
    AppEndpoint,
    Keys,
    app_credentials,
    app_endpoints,
    app_policies,
    apps_of,
    keys_table,
)
from tieback.storage.lake.tables.inputs import Inputs
from tieback.storage.lake.tables.probes import read_backends, read_probes
from tieback.storage.workspace import Workspace

if TYPE_CHECKING:
    from tieback.userrules.model import UserRules

_GONE = frozenset({"dangling", "does not exist"})
"""DNS results for names that anyone could register and then control. Names that could not be queried have neither."""


def conclude(
    workspace: Workspace,
    run: str,
    units: Keys,
    traffic: Sequence[TrafficApp],
    wanted: Candidates | None,
    inputs: Inputs,
    rules: "UserRules | None" = None,
) -> None:
    """Judge the results of a run and store them in the ledger, replacing earlier conclusions of the run.

    ``rules`` are those of users.

    Raises:
        WorkspaceError: the workspace cannot be read or written.
    """
    exposures, found = _judged(workspace, run, keys_table(units), traffic, wanted, inputs, rules)
    workspace.ledger.conclusions.save(run, exposures, found)


def _judged(
    workspace: Workspace,
    run: str,
    keys: Keys,
    traffic: Sequence[TrafficApp],
    wanted: Candidates | None,
    inputs: Inputs,
    rules: "UserRules | None",
) -> tuple[tuple[Exposure, ...], tuple[Finding, ...]]:
    """The conclusions to store; the data they were made from is freed before they are written."""
    lake = workspace.lake
    reports = tuple(read_probes(lake, run, answered=True))
    asked = list(wanted.leading_to(report.target for report in reports)) if wanted is not None else []
    gone = {backend.endpoint.value for backend in (*_gone(lake, run), *_ended(lake, run))}
    seen = _seen(lake, keys, traffic, gone.union(*(one.candidate.endpoints for one in asked)))
    (detector,) = detectors(name_words(rules))
    exposures = assess_exposures(reports, routes_by_target(asked, seen), detector, ransom_signs(rules))
    del reports, asked
    telling = {group.app_key for group in traffic if group.leaks or group.recipients}
    leading = {way.app_sha256 for exposure in exposures for way in exposure.routes}
    declared = _declared(lake, keys, telling, leading, inputs)
    # A package knows the platform and release of its app better than a capture does.
    for group in traffic:
        declared.releases.setdefault(group.app_key, (group.app, version_text(group.app)))
    exposures = with_context(workspace, run, datetime.now(UTC).date(), exposures, declared.releases)
    leaks = [(group.app_key, where, leak) for group in traffic for where, leak in group.leaks]
    recipients = [one for group in traffic for one in group.recipients]
    shared = [(group.app_key, one) for group in traffic for one in group.shared]
    for group in traffic:
        if group.app_key in telling:
            declared.subjects.setdefault(group.app_key, app_subject(group.app, group.app_key))
    found = apply_rules(
        exposures,
        declared.credentials,
        leaks,
        declared.policies,
        tuple(_dangling(lake, run, seen)),
        declared.subjects,
        tuple(_retired(lake, run, seen)),
        recipients,
        shared,
        frozenset(_of_reports(lake, run)),
    )
    return exposures, found


def _seen(
    lake: Lake, keys: Keys, traffic: Sequence[TrafficApp], values: Collection[str]
) -> Mapping[str, Sequence[AppEndpoint]]:
    """Where the relevant endpoints were seen: only those that a conclusion depends on."""
    found: defaultdict[str, list[AppEndpoint]] = defaultdict(list)
    if values:
        for place in app_endpoints(lake, keys, values):
            found[place.endpoint].append(place)
    for group in traffic:
        for place in endpoint_evidence(group):
            if place.endpoint in values:
                found[place.endpoint].append(place)
    return found


def routes_by_target(
    asked: Iterable[EndpointCandidate], seen: Mapping[str, Sequence[AppEndpoint]]
) -> dict[str, list[AppRoute]]:
    """The routes from apps to each target, by ``host:port``.

    What an app names, and why, depends on its own endpoints only: another app that names more changes nothing.

    Args:
        asked: how each endpoint leads to the targets. Of several ways for one app, that by which it names the target
            itself takes precedence, then the first. Behind an API that is a third party's for the app, it has none.
        seen: where each endpoint was seen, by its value.
    """
    best: defaultdict[str, dict[tuple[str, str], Candidate]] = defaultdict(dict)
    for one in asked:
        ways = best[target_label(one.candidate)]
        for value in one.candidate.endpoints:
            named = one.candidate.route is Route.NAMED
            places = [place for place in seen.get(value, ()) if one.app in ("", place.app_sha256)]
            for app in {place.app_sha256 for place in places if named or place.party not in OTHERS}:
                known = ways.get((value, app))
                if known is None or (named and known.route is not Route.NAMED):
                    ways[value, app] = one.candidate
    found: dict[str, list[AppRoute]] = {}
    for label, ways in best.items():
        for value in dict.fromkeys(value for value, _ in ways):
            for place in seen[value]:
                candidate = ways.get((value, place.app_sha256))
                if candidate is not None:
                    found.setdefault(label, []).append(
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
    return found


def _dangling(lake: Lake, run: str, seen: Mapping[str, Sequence[AppEndpoint]]) -> Iterator[tuple[str, str, str]]:
    """Hosts that do not exist in DNS, each with an app and the evidence."""
    for backend in _gone(lake, run):
        said = _said(backend)
        for place in seen.get(backend.endpoint.value, ()):
            yield backend.endpoint.host, place.app_sha256, f"{backend.endpoint.value}: {said[0]}"


def _retired(lake: Lake, run: str, seen: Mapping[str, Sequence[AppEndpoint]]) -> Iterator[tuple[str, str, str]]:
    """Resources and hosts of services that have ended, each with an app and the evidence."""
    for backend in _ended(lake, run):
        why = next(one.reason for one in backend.attributions if one.claim == RETIRED)
        value = backend.endpoint.value
        for place in seen.get(value, ()):
            yield name_in_service(backend.endpoint), place.app_sha256, f"{value}: {why}"


def _of_reports(lake: Lake, run: str) -> Iterator[str]:
    """The hosts of services that have ended to which only a library sent its reports."""
    for backend in _ended(lake, run):
        if any((one.claim, one.value) == (ENDED_USE, LIBRARY_REPORTS) for one in backend.attributions):
            yield name_in_service(backend.endpoint)


def _gone(lake: Lake, run: str) -> Iterator[Backend]:
    """The back ends whose name does not exist. The name of a service that has ended is its vendor's, and no one's."""
    found = read_backends(lake, run, saying=_GONE)
    return (backend for backend in found if _said(backend) and not has_ended(backend))


def _ended(lake: Lake, run: str) -> Iterator[Backend]:
    return (backend for backend in read_backends(lake, run, saying=(f'"{RETIRED}"',)) if has_ended(backend))


def _said(backend: Backend) -> list[str]:
    return [one.reason for one in backend.attributions if one.claim == "dns" and one.value in _GONE]


@dataclass(slots=True)
class _Declared:
    """What app packages declare about themselves, as far as rules use it."""

    credentials: list[tuple[str, Credential]]
    policies: list[tuple[str, CleartextPolicy]]
    subjects: dict[str, str]
    releases: dict[str, tuple[App, str]]


def _declared(lake: Lake, keys: Keys, captured: Collection[str], leading: Collection[str], inputs: Inputs) -> _Declared:
    """The declarations of every app, what apps in them and in captures are called, and releases of those that lead."""
    credentials = list(app_credentials(lake, keys))
    policies = [(key, policy) for key, policy in app_policies(lake, keys) if policy.cleartext or policy.user_cas]
    declaring = {key for key, _ in (*credentials, *policies)}
    telling = declaring.union(captured)
    found = _Declared(credentials, policies, {}, {})
    for key, app in apps_of(lake, keys, telling.union(leading)):
        if key in telling:
            found.subjects[key] = app_subject(app, key)
        if key in leading:
            found.releases[key] = (app, version_text(app))
    # A part of an app, such as a bundle of scripts, has no identity. Its name is the same in the next build.
    for key, path in inputs.paths(declaring.difference(found.subjects)).items():
        found.subjects[key] = app_subject(App(Platform.UNKNOWN, Path(path).name, key), key)
    return found


def with_context(
    workspace: Workspace, run: str, today: date, exposures: Sequence[Exposure], releases: Mapping[str, tuple[App, str]]
) -> tuple[Exposure, ...]:
    """The stores of a run with their context, most severe first.

    Args:
        workspace: contains the back ends of the run, earlier runs, and inventories.
        run: the run.
        today: date of the run.
        exposures: judged without context.
        releases: the apps that lead to them, by content hash, each with its release as text.
    """
    backends = _backends(workspace, run, exposures)
    seen = workspace.ledger.conclusions.open_periods(run)
    devices = _devices(workspace)
    table = load_severity_table()
    names = {key: text for key, (_, text) in releases.items()}

    def told() -> Iterator[Exposure]:
        for exposure in exposures:
            values = dict.fromkeys(way.endpoint for way in exposure.routes)
            apps = {way.app_sha256 for way in exposure.routes}
            bundles = {releases[key][0].bundle_id for key in apps if key in releases}
            earlier = seen.get(exposure.id)
            yield with_exposure_window(
                with_hosting(exposure, (backends[value] for value in values if value in backends)),
                None if earlier is None else (earlier.first, earlier.last),
                today,
                names,
                sum(devices.get(bundle, 0) for bundle in bundles),
                table,
            )

    return tuple(sorted(told(), key=lambda one: (-one.severity.rank, -one.own_count, -one.records.value, one.id)))


def _backends(workspace: Workspace, run: str, exposures: Iterable[Exposure]) -> dict[str, Backend]:
    wanted = {way.endpoint for exposure in exposures for way in exposure.routes}
    if not wanted:
        return {}
    return {one.endpoint.value: one for one in read_backends(workspace.lake, run, values=wanted)}


def _devices(workspace: Workspace) -> dict[str, int]:
    """Number of installations by bundle identifier, from inventories; empty without an inventory."""
    inventory = workspace.ledger.inventory
    if not inventory.known():
        return {}
    found: dict[str, int] = {}
    for app in inventory.apps(versions=False):
        found[app.bundle_id] = found.get(app.bundle_id, 0) + app.devices
    return found
