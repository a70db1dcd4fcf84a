"""The report of a run, built from the workspace alone: the same after the run and a year later."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tieback import __version__
from tieback.assess.summary import headline
from tieback.model.app import App, Platform
from tieback.model.backend import Backend
from tieback.model.endpoint import EndpointKind, Party
from tieback.model.errors import WorkspaceError
from tieback.model.exposure import Exposure
from tieback.model.probe import Outcome, ProbeReport
from tieback.model.report import AppSighting, AppSummary, Handle, Report, Scope
from tieback.model.sighting import AppDocument, Problem
from tieback.pipeline.attributed import Attributed, attributed
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS
from tieback.scope.grant import parse_grant
from tieback.storage.apps import read_app_documents
from tieback.storage.asked import read_backends, read_probes
from tieback.storage.inputs import RunInput, read_inputs
from tieback.storage.ledger import RunRow
from tieback.storage.workspace import Workspace

_CLOUD_APIS = frozenset({None, "appwrite", "graphql", "hasura", "parse", "pocketbase", "supabase"})
"""Services of cloud resources that an app talks to as its API; ``None`` for functions, gateways and app hosting."""
_WEB = frozenset({"http", "https", "ws", "wss"})
_SILENT = frozenset({Outcome.REFUSED, Outcome.OUT_OF_SCOPE, Outcome.PROTOCOL_MISMATCH, Outcome.OK})
"""Ends of a conversation that a report need not list as problems: most pivots end so."""


@contextmanager
def last_report(directory: Path) -> Iterator[Report]:
    """The report of the run that ended last; its long tables can be read while the context is open.

    Raises:
        WorkspaceError: there is no workspace, or no run in it has ended.
    """
    with Workspace.open(directory, create=False) as workspace:
        run = workspace.ledger.latest_run()
        if run is None:
            raise WorkspaceError("no run has ended here", where=str(directory), advice="Run `tieback scan` first")
        yield build_report(workspace, run.id)


def build_report(workspace: Workspace, run_id: str) -> Report:
    """Build the report of a run that has ended.

    Raises:
        WorkspaceError: the run is unknown or has not ended, or the workspace cannot be read.
    """
    run = workspace.ledger.latest_run()
    if run is None or run.id != run_id:
        raise WorkspaceError(f"run {run_id} has not ended", where=str(workspace.directory))
    lake = workspace.lake
    inputs = tuple(read_inputs(lake, run.id))
    units = _distinct([entry for entry in inputs if not entry.problem])
    # Worst first, as ``assess`` gives them; the ledger keeps no order.
    exposures = tuple(
        sorted(workspace.ledger.load_exposures(run.id), key=lambda e: (-e.severity.rank, -e.records.value, e.id))
    )
    findings = tuple(sorted(workspace.ledger.load_findings(run.id), key=lambda f: (-f.severity.rank, f.rule, f.id)))
    traffic = tuple(attributed(workspace, units))
    app_units = tuple(unit for unit in units if unit.version != TRAFFIC_ANALYSIS)
    apps, sightings = _summaries(workspace, app_units, traffic, exposures)
    backends = sum(1 for _ in read_backends(lake, run.id))
    asked = tuple(read_probes(lake, run.id))
    return Report(
        title="Open back ends of mobile apps",
        created=run.ended or datetime.now(UTC),
        tool_version=__version__,
        scope=_scope(workspace, run, asked),
        headline=headline(len(app_units), exposures),
        apps=apps,
        exposures=exposures,
        findings=findings,
        problems=(*_failed(inputs), *_unanswered(asked)),
        sightings=Handle(sightings, lambda: _sightings(workspace, app_units, traffic)),
        backends=Handle[Backend](backends, lambda: read_backends(lake, run.id)),
        probes=Handle[ProbeReport](len(asked), lambda: read_probes(lake, run.id)),
    )


def _distinct(inputs: Sequence[RunInput]) -> tuple[RunInput, ...]:
    """Each content once, under the path that was named first."""
    return tuple({(entry.key, entry.version): entry for entry in reversed(inputs)}.values())[::-1]


def _summaries(
    workspace: Workspace, units: Sequence[RunInput], traffic: Sequence[Attributed], exposures: Sequence[Exposure]
) -> tuple[tuple[AppSummary, ...], int]:
    leads: dict[str, list[str]] = {}
    for exposure in exposures:
        for sha256 in dict.fromkeys(route.app_sha256 for route in exposure.routes):
            leads.setdefault(sha256, []).append(exposure.id)
    exposed = {exposure.id for exposure in exposures if exposure.access.exposed}
    summaries = []
    sightings = 0
    for entry, document in _documents(workspace, units):
        sightings += len(document.sightings)
        summaries.append(
            AppSummary(
                app=document.app or App(Platform.UNKNOWN, Path(entry.path).name, entry.key),
                path=entry.path,
                endpoints=len(document.sightings),
                exposures=tuple(leads.get(entry.key, ())),
                has_api=_has_api(document),
                problems=document.problems,
            )
        )
    known = {entry.key for entry in units}
    for group in traffic:
        sightings += len(group.sightings)
        # Traffic of an app that was not scanned, or of nobody known, is shown where it leads to a store.
        if group.app_key not in known and group.app_key in leads:
            known.add(group.app_key)
            summaries.append(
                AppSummary(
                    app=group.app,
                    path=group.path,
                    endpoints=len(group.sightings),
                    exposures=tuple(leads[group.app_key]),
                    has_api=False,
                )
            )
    summaries.sort(
        key=lambda app: (not exposed.intersection(app.exposures), not app.exposures, app.app.label.lower(), app.path)
    )
    return tuple(summaries), sightings


def _documents(workspace: Workspace, units: Sequence[RunInput]) -> Iterator[tuple[RunInput, AppDocument]]:
    """Each unit with its document; units are told apart by content, since a path may have changed."""
    paths = {entry.key: entry for entry in units}
    for key, document in read_app_documents(workspace.lake, units):
        yield paths[key], document


def _has_api(document: AppDocument) -> bool:
    return any(
        sighting.endpoint.scheme in _WEB
        and (
            # A cloud's own front is the maker's when the app names it, whoever the domain belongs to.
            sighting.endpoint.service in _CLOUD_APIS
            if sighting.endpoint.kind is EndpointKind.CLOUD
            else sighting.endpoint.service is None and sighting.party is Party.FIRST
        )
        for sighting in document.sightings
    )


def _sightings(workspace: Workspace, units: Sequence[RunInput], traffic: Sequence[Attributed]) -> Iterator[AppSighting]:
    for entry, document in _documents(workspace, units):
        for sighting in document.sightings:
            yield AppSighting(entry.key, entry.path, sighting)
    for group in traffic:
        for sighting in group.sightings:
            yield AppSighting(group.app_key, group.path, sighting)


def _scope(workspace: Workspace, run: RunRow, asked: Sequence[ProbeReport]) -> Scope | None:
    text = workspace.ledger.grant_text(run.grant_sha256) if run.grant_sha256 else None
    if text is None:
        return None
    grant = parse_grant(text, "the grant of this run")
    outside = sum(report.outcome is Outcome.OUT_OF_SCOPE for report in asked)
    return Scope(
        authorised_by=grant.authorised_by,
        contact=grant.contact,
        not_after=grant.not_after.isoformat(),
        note=grant.note,
        targets_asked=len(asked) - outside,
        targets_out_of_scope=outside,
        bytes_sent=sum(report.bytes_sent for report in asked),
        bytes_read=sum(report.bytes_read for report in asked),
        audit_log=str(workspace.audit_file),
    )


def _failed(inputs: Sequence[RunInput]) -> Iterator[Problem]:
    for entry in inputs:
        if entry.problem:
            yield Problem(entry.problem, entry.path)


def _unanswered(asked: Sequence[ProbeReport]) -> Iterator[Problem]:
    for report in asked:
        if report.outcome not in _SILENT:
            why = report.problems[0] if report.problems else str(report.outcome)
            yield Problem(f"no verdict: {why}", report.target)
