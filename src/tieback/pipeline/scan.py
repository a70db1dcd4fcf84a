"""The main job: intake, map, probe, assess, report, in this order, resumable at every step.

A run that was killed goes on where it stopped when the same command is given again: apps that were analysed are not
read again, services that were asked are not asked again.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import batched, chain
from pathlib import Path

import msgspec

from tieback.backends.brought import brought
from tieback.backends.candidates import candidates, joined
from tieback.backends.map import map_backends
from tieback.backends.pivot import Pivot
from tieback.engine.interface import Engine, Unit, UnitEnd, UnitLimits, UnitState
from tieback.engine.local import LocalEngine
from tieback.model.backend import Backend, Candidate
from tieback.model.errors import InputError, TiebackError
from tieback.model.grant import Depth, Grant
from tieback.model.report import Report
from tieback.pipeline.attributed import Attributed, attributed
from tieback.pipeline.conclude import conclude
from tieback.pipeline.inputs import scan_units
from tieback.pipeline.mapping import Follower, described, shown, unasked
from tieback.pipeline.name_answers import NameAnswers
from tieback.pipeline.notes import Notes, salt_of
from tieback.pipeline.probing import Progress, probe_all, store_ports, today_utc
from tieback.pipeline.providers import Providers
from tieback.pipeline.record import Record
from tieback.pipeline.reporting import build_report
from tieback.pipeline.samples import Sampling
from tieback.pipeline.why import Knowledge
from tieback.scope.audit import AuditLog
from tieback.scope.conversation import Target
from tieback.scope.dialer import Dialer
from tieback.scope.grant import check_valid, render_grant
from tieback.scope.names import Names
from tieback.storage.apps import (
    app_endpoints,
    apps_by_bundle,
    container_names,
    distinct_endpoints,
    makers,
    public_keys,
)
from tieback.storage.asked import ProbeWriter, read_probes, save_backends
from tieback.storage.fence import open_fence
from tieback.storage.inputs import RunInput, save_inputs
from tieback.storage.recovery import recover
from tieback.storage.workspace import Workspace

CLAIM = 256
"""Units that are claimed in one step."""
LEASE_SECONDS = 6 * 3600.0

type Stage = Callable[[str], AbstractContextManager[Progress]]
"""Opens a progress display for a stage."""


class ScanRequest(msgspec.Struct, frozen=True):
    """What the user asked for."""

    inputs: tuple[Path, ...]
    grant: Grant | None
    workspace: Path
    workers: int | None = None
    retry: bool = False
    """Whether inputs that an earlier run set aside are tried once more."""
    engine: Engine | None = None
    """What analyses the inputs; processes of this machine by default."""


class ScanDone(msgspec.Struct, frozen=True):
    """What came of it."""

    report: Report
    failed: tuple[TiebackError, ...]
    """Inputs that could not be read, in their order."""


@contextmanager
def run_scan(request: ScanRequest, stage: Stage) -> Iterator[ScanDone]:
    """Do the main job; the report's long tables can be read while the context is open.

    Raises:
        GrantError: the grant has expired or is not yet valid; nothing was done.
        WorkspaceError: the workspace cannot be used.
    """
    if request.grant is not None:
        check_valid(request.grant, today_utc())
    with Workspace.open(request.workspace) as workspace:
        with workspace.lock():
            recover(workspace.lake, workspace.ledger)
            if request.retry:
                workspace.ledger.retry_poison()
            run = _start(workspace, request)
            with stage("reading apps and traffic") as progress:
                inputs = _analyse(workspace, run, request, progress)
            units = tuple(entry for entry in inputs if not entry.problem)
            traffic = tuple(attributed(workspace, units, apps_by_bundle(workspace.lake, units)))
            with stage("asking data stores") as progress:
                backends, asked = asyncio.run(_ask(workspace, run, request.grant, Named(units, traffic), progress))
            save_backends(workspace.lake, run, backends)
            conclude(workspace, run, units, traffic, asked)
            save_inputs(workspace.lake, run, inputs)
            workspace.ledger.end_run(run)
        yield ScanDone(build_report(workspace, run), tuple(_failures(inputs)))


def _start(workspace: Workspace, request: ScanRequest) -> str:
    args = [str(path.absolute()) for path in request.inputs]
    text = render_grant(request.grant) if request.grant is not None else None
    return workspace.ledger.resume_run(args, text) or workspace.ledger.start_run(args, text)


def _failures(inputs: list[RunInput]) -> Iterator[InputError]:
    for entry in inputs:
        if entry.problem:
            what, _, advice = entry.problem.partition(". ")
            yield InputError(what, where=entry.path, advice=advice)


class _Analysis:
    """The inputs of a run on their way through the engine."""

    def __init__(self, workspace: Workspace, run: str, request: ScanRequest) -> None:
        self._workspace = workspace
        self._run = run
        self._request = request
        self._problems: dict[str, str] = {}
        """Content hash to what went wrong with it."""
        self.entries: list[RunInput] = []
        self.claimed = 0

    def units(self) -> Iterator[Unit]:
        """Units still to do, claimed in the ledger; every input is noted on the way."""
        ledger = self._workspace.ledger
        for group in batched(scan_units(self._request.inputs), CLAIM):
            wanted = [unit for unit in group if isinstance(unit, Unit)]
            for unit in group:
                if isinstance(unit, Unit):
                    self.entries.append(RunInput(unit.source, unit.key, unit.version))
                else:
                    self.entries.append(RunInput(unit.where, "", "", problem=_clause(unit)))
            claimed = ledger.claim(wanted, self._run, LEASE_SECONDS)
            self.claimed += len(claimed)
            yield from claimed

    def finish(self, ends: list[UnitEnd]) -> None:
        """Enter ends in the ledger."""
        self._workspace.ledger.finish(ends)
        for end in ends:
            if end.state is not UnitState.DONE:
                self._problems[end.unit.key] = end.problem

    def results(self) -> list[RunInput]:
        """All inputs, with the problems of those that failed now or in an earlier run."""
        earlier = {row.key: row.problem for row in self._workspace.ledger.unfinished()}
        problems = earlier | self._problems
        return [
            entry
            if entry.problem or entry.key not in problems
            else msgspec.structs.replace(entry, problem=problems[entry.key])
            for entry in self.entries
        ]


def _clause(error: InputError) -> str:
    return f"{error.what}. {error.advice}" if error.advice else error.what


def _analyse(workspace: Workspace, run: str, request: ScanRequest, progress: Progress) -> list[RunInput]:
    analysis = _Analysis(workspace, run, request)
    work = Record(workspace.lake_directory.absolute(), open_fence(workspace.lake_directory))
    done = 0
    waiting: list[UnitEnd] = []
    try:
        engine = request.engine or LocalEngine(request.workers)
        for end in engine.run(work, analysis.units(), UnitLimits()):
            waiting.append(end)
            done += 1
            progress(done, analysis.claimed)
            if len(waiting) >= CLAIM:
                analysis.finish(waiting)
                waiting = []
        analysis.finish(waiting)
    finally:
        workspace.ledger.release(run)
    # A cluster may have delivered a batch twice, or be late with one: from here on the lake holds each unit once.
    recover(workspace.lake, workspace.ledger)
    return analysis.results()


class Named(msgspec.Struct, frozen=True):
    """What names the endpoints of a run."""

    units: tuple[RunInput, ...]
    traffic: tuple[Attributed, ...]


async def _ask(
    workspace: Workspace, run: str, grant: Grant | None, named: Named, progress: Progress
) -> tuple[list[Backend], list[Candidate]]:
    """Map the back ends that apps and traffic name and ask the data stores among them.

    Reports go to the lake as they come.
    """
    lake = workspace.lake
    names = Names(grant) if grant is not None else None
    in_traffic = [sighting for traffic in named.traffic for sighting in traffic.sightings]
    parties = {sighting.endpoint.value: sighting.party for sighting in in_traffic}
    parties |= {seen.endpoint: seen.party for seen in app_endpoints(lake, named.units)}
    endpoints = chain(distinct_endpoints(lake, named.units), (sighting.endpoint for sighting in in_traffic))
    answers = NameAnswers(names) if names is not None else None
    mapped = await map_backends(endpoints, answers.resolve if answers is not None else None, parties)
    knowledge = Knowledge()
    try:
        own = makers(lake, named.units)
        backends = list(described(mapped, knowledge, shown(named.traffic), own, answers))
    finally:
        knowledge.close()
    if grant is None or names is None or answers is None:
        return backends, []
    leads = [lead for traffic in named.traffic for lead in traffic.leads]
    direct = joined(candidates(mapped, store_ports()), await answers.servers(mapped))
    containers = container_names(lake, named.units)
    for sighting in in_traffic:
        value = sighting.endpoint.value
        containers[value] = tuple(sorted({*containers.get(value, ()), *sighting.names}))
    keys = public_keys(lake, named.units)
    answered = {report.target for report in read_probes(lake, run)}
    with AuditLog(workspace.audit_file) as audit, ProbeWriter(lake, run, first=len(answered)) as writer:
        dialer = Dialer(grant, audit, names=names, stop_file=workspace.stop_file, provider_of=Providers().of)
        follower = Follower(mapped, Pivot(store_ports(), knowledge.foreign), answers.resolve, dialer.permit)
        wanted = joined(direct, await follower.follow(leads))
        noting = any(rule.ransom_note for rule in grant.target)
        notes = Notes(salt_of(workspace.audit_file.parent)) if noting else None
        samples = Sampling() if any(rule.depth is Depth.SAMPLE for rule in grant.target) else None
        along = brought(wanted, mapped, containers, keys)
        async for _, report in probe_all(unasked(wanted, answered), grant, dialer, progress, along, notes, samples):
            writer.add(report)
        writer.flush()
        # Once more, for what the certificates of the APIs name.
        more = joined(wanted, await follower.follow(follower.leads_of(read_probes(lake, run))))
        answered |= {Target(one.host, one.port, resource=one.resource).label for one in wanted}
        along = brought(more, mapped, containers, keys)
        async for _, report in probe_all(unasked(more, answered), grant, dialer, progress, along, notes, samples):
            writer.add(report)
    return backends, more
