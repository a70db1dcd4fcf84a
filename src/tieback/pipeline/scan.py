"""The main job: intake, mapping, probing, assessment, report, in this order, resumable at every step.

After an interruption, the same command resumes: analysed apps are not read again, probed services are not probed
again.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tieback.backends.candidates import merge_candidates, requested_bases
from tieback.backends.neighbours import neighbour_candidates
from tieback.backends.pivot import Pivot
from tieback.engine.interface import Engine
from tieback.engine.local import LocalEngine
from tieback.model.errors import InputError, TiebackError
from tieback.model.grant import Depth, Grant
from tieback.model.report.document import Report
from tieback.model.skipped import SkippedFiles
from tieback.model.unit import Unit, UnitEnd
from tieback.pipeline.conclude import conclude
from tieback.pipeline.inputs.index import index_inputs
from tieback.pipeline.inputs.spec import InputSpec, display_name
from tieback.pipeline.inputs.units import scan_units, unit_limits
from tieback.pipeline.mapping.api_leads import LeadFollower, names_in_captures
from tieback.pipeline.mapping.attribution import AttributionSources
from tieback.pipeline.mapping.backends import MappedBackends
from tieback.pipeline.mapping.dns_answers import DnsLookups
from tieback.pipeline.mapping.process_names import ProcessNames
from tieback.pipeline.mapping.traffic_apps import TrafficApp, attribute_traffic, paths_of
from tieback.pipeline.probing.candidates import (
    Candidates,
    ProbeHintIndex,
    ProviderLookup,
    exclude_targets,
    target_label,
)
from tieback.pipeline.probing.ransom_notes import NoteJudge, workspace_salt
from tieback.pipeline.probing.samples import SampleJudge
from tieback.pipeline.probing.service import probe_all
from tieback.pipeline.progress import Progress, Stage, today_utc
from tieback.pipeline.record import RecordWork
from tieback.pipeline.report import build_report
from tieback.pipeline.rule_sets import analysis_suffix, probe_set, ransom_signs, rules_used, with_rules
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS
from tieback.pipeline.units import CLAIM, UnitRun
from tieback.scope import event_loop
from tieback.scope.audit import open_audit_log
from tieback.scope.dialer import Dialer
from tieback.scope.grant import check_valid, is_same_grant, render_grant
from tieback.scope.lease import digest_of
from tieback.scope.policy.approval import Approval, require_approval
from tieback.scope.policy.exclude import SourcedRule
from tieback.scope.resolver import NameResolver
from tieback.scope.rules import blocks_of
from tieback.storage.lake.compaction import MIN_SMALL_PARTS, compact
from tieback.storage.lake.fencing import open_fence
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.tables.apps import Keys, apps_by_bundle, container_names, ios_executables, public_keys
from tieback.storage.lake.tables.dns import DnsAnswerCache
from tieback.storage.lake.tables.inputs import Inputs, RunInput
from tieback.storage.lake.tables.probes import ProbedTargets, ProbeWriter, read_probes
from tieback.storage.lake.tables.run_data import read_run_rules, save_run_rules
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.objects.listing import ObjectListing
from tieback.storage.own_domains import read_own_domains
from tieback.storage.recovery import recover, units_without_results
from tieback.storage.workspace import Workspace

if TYPE_CHECKING:
    from tieback.userrules.model import UserRules


class ScanRequest(msgspec.Struct, frozen=True):
    """The options of ``tieback scan``."""

    inputs: tuple[InputSpec, ...]
    grant: Grant | None
    workspace: Path
    workers: int | None = None
    retry: bool = False
    """True if quarantined inputs of an earlier run are tried again."""
    engine: Engine | None = None
    """Runs the analysis; default: local processes."""
    approval: Approval | None = None
    """Of the grant; default: under the site policies in their usual places, without signatures."""
    never: tuple[SourcedRule, ...] | None = None
    """What is never contacted to read inputs; default: that of the approval, else the site policies in their usual
    places."""
    begun: Callable[[str], None] | None = None
    """Called with the ID of the run once it is recorded."""
    rules: "UserRules | None" = None
    """The rules of users."""

    def grant_text(self) -> str | None:
        """The text of the grant's file, or its values as TOML if it has no file; ``None`` without a grant."""
        if self.grant is None:
            return None
        return self.approval.text if self.approval is not None and self.approval.text else render_grant(self.grant)


class AnalysedInputs(msgspec.Struct, frozen=True):
    """Result of reading inputs."""

    read: int
    failed: tuple[InputError, ...]
    """Inputs that could not be read, in input order."""
    skipped: tuple[SkippedFiles, ...] = ()
    """Files that were passed over, by folder, shard or location, and by reason."""


class ScanResult(msgspec.Struct, frozen=True):
    """Result of a scan."""

    report: Report
    failed: tuple[TiebackError, ...]
    """Inputs that could not be read, in input order."""
    set_aside: tuple[str, ...] = ()
    """Damaged parts that were removed from the lake; their contents for these inputs were rebuilt."""
    skipped: tuple[SkippedFiles, ...] = ()
    """Files that were passed over, by folder, shard or location, and by reason."""
    inputs_read: int = 0
    """Without any, the run is removed from the workspace when the context ends."""


@contextmanager
def run_scan(request: ScanRequest, stage: Stage) -> Iterator[ScanResult]:
    """Run the scan; the long tables of the report are readable while the context is open.

    Raises:
        GrantError: the grant has expired or is not yet valid, a site policy is damaged, or a signature is missing;
            nothing was done.
        WorkspaceError: the workspace cannot be opened or written.
    """
    approval = None
    if request.grant is not None:
        check_valid(request.grant, today_utc())
        approval = require_approval(request.grant, request.approval)
    never = approval.policy.rules if request.never is None and approval is not None else request.never
    with Workspace.open(request.workspace, trusted=True) as workspace:
        with workspace.lock():
            damaged = recover(workspace.lake, workspace.ledger, seals=True).damaged
            if request.retry:
                workspace.ledger.retry_quarantined()
            run = _start(workspace, request)
            if request.begun is not None:
                request.begun(run)
            inputs = _read(workspace, run, request, stage, never)
            compact(workspace.lake, many=MIN_SMALL_PARTS)
            units, captures = inputs.units(), inputs.of_version(TRAFFIC_ANALYSIS + analysis_suffix(request.rules))
            bundles = apps_by_bundle(workspace.lake, units) if captures else {}
            processes = ProcessNames(ios_executables(workspace.lake, units) if captures else ())
            named = RunEndpoints(units, tuple(attribute_traffic(workspace, captures, bundles, processes)))
            save_run_rules(workspace.lake, run, rules_used(request.rules))
            with closing(AttributionSources(added=request.rules)) as knowledge:
                doing = "probing data stores" if request.grant is not None else "mapping back ends"
                with stage(doing) as progress, DnsAnswerCache(workspace.lake) as kept:
                    found = event_loop.run(_ask(workspace, run, request, approval, named, progress, kept, knowledge))
                end_run(workspace, run, inputs, named, found, knowledge, request.rules)
        try:
            report = build_report(workspace, run)
            yield ScanResult(report, tuple(_failures(inputs)), damaged, inputs.skipped, len(units))
        finally:
            # The last run stays the last one if no input of this run could be read, such as a mistyped path.
            if not len(units):
                workspace.ledger.discard_run(run)


def analyse_inputs(request: ScanRequest, stage: Stage) -> AnalysedInputs:
    """Only read the inputs: their results are in the lake, and the next scan of them reads nothing again.

    The process needs no network, unless inputs are remote. Arguments and errors as ``run_scan``; the grant is not used.
    """
    with Workspace.open(request.workspace, trusted=True) as workspace, workspace.lock():
        recover(workspace.lake, workspace.ledger, seals=True)
        if request.retry:
            workspace.ledger.retry_quarantined()
        inputs = _read(workspace, f"reading-{secrets.token_hex(8)}", request, stage, request.never)
        return AnalysedInputs(len(inputs.units()), tuple(_failures(inputs)), inputs.skipped)


def _read(
    workspace: Workspace, run: str, request: ScanRequest, stage: Stage, never: tuple[SourcedRule, ...] | None
) -> Inputs:
    """Analyse the inputs that were not analysed before; returns all of them."""
    engine = request.engine or LocalEngine(request.workers)
    with (
        index_inputs(workspace, run, request.inputs, engine, stage, never) as listing,
        stage("reading apps and traffic") as progress,
    ):
        inputs = _analyse(workspace, run, request, engine, listing, progress, never)
        if lost := units_without_results(workspace.lake, inputs.units()):
            workspace.ledger.forget_units(lost)
            inputs = _analyse(workspace, run, request, engine, listing, progress, never)
            inputs = inputs.failing(
                dict.fromkeys(
                    (key for key, _ in units_without_results(workspace.lake, inputs.units())),
                    "its result is missing from the workspace. Choose another one with --workspace",
                )
            )
    return inputs


def _start(workspace: Workspace, request: ScanRequest) -> str:
    args = [display_name(one) for one in request.inputs]
    text = request.grant_text()
    run = workspace.ledger.resume_run(args, text, is_same_grant)
    # Targets that a run has probed are not probed again, so that other rules need another run.
    if run is not None and read_run_rules(workspace.lake, run) == rules_used(request.rules):
        return run
    return workspace.ledger.start_run(args, text)


def _failures(inputs: Inputs) -> Iterator[InputError]:
    for entry in inputs.failed():
        what, _, advice = entry.problem.partition(". ")
        yield InputError(what, where=entry.path, advice=advice)


class _Analysis:
    """The inputs of a run during analysis."""

    def __init__(self, request: ScanRequest, listing: ObjectListing) -> None:
        self._skipped: list[SkippedFiles] = []
        self._inputs = with_rules(scan_units(request.inputs, listing, self._skipped.append), request.rules)
        self._problems: dict[str, str] = {}
        """Content hash to what went wrong."""
        self._entries = Inputs()

    def groups(self) -> Iterator[list[Unit]]:
        """The units of the inputs in groups; every input is recorded on the way."""
        for group in batched(self._inputs, CLAIM):
            for one in group:
                if isinstance(one, Unit):
                    self._entries.add(RunInput(one.source, one.key, one.version))
                else:
                    self._entries.add(RunInput(one.where, "", "", problem=_clause(one)))
            yield [one for one in group if isinstance(one, Unit)]

    def failed(self, end: UnitEnd) -> None:
        """Record the problem of a unit that failed."""
        self._problems[end.unit.key] = end.problem

    def results(self, ledger: Ledger) -> Inputs:
        """All inputs, with the problems of those that failed now or in an earlier run."""
        earlier = {row.key: row.problem for row in ledger.unfinished()}
        inputs = self._entries.failing(earlier | self._problems)
        inputs.skipped = tuple(self._skipped)
        return inputs


def _clause(error: InputError) -> str:
    return f"{error.what}. {error.advice}" if error.advice else error.what


def _analyse(
    workspace: Workspace,
    run: str,
    request: ScanRequest,
    engine: Engine,
    listing: ObjectListing,
    progress: Progress,
    never: tuple[SourcedRule, ...] | None,
) -> Inputs:
    analysis = _Analysis(request, listing)
    lake = workspace.lake_directory
    work = RecordWork(lake.absolute(), open_fence(lake), workspace.lake.key, never, request.rules)
    units = UnitRun(workspace.ledger, run, progress)
    units.run(engine, work, analysis.groups(), unit_limits(request.inputs), analysis.failed)
    # A cluster may deliver a batch twice, or late: from here on the lake holds each unit once.
    recover(workspace.lake, workspace.ledger)
    return analysis.results(workspace.ledger)


class RunEndpoints(msgspec.Struct, frozen=True):
    """The sources of a run's endpoints."""

    units: Keys
    traffic: tuple[TrafficApp, ...] = ()


class ScanTargets(msgspec.Struct, frozen=True):
    """The results of mapping and probing."""

    mapped: MappedBackends
    wanted: Candidates | None = None
    """The candidates of the run; ``None`` without a grant."""


async def _ask(
    workspace: Workspace,
    run: str,
    request: ScanRequest,
    approval: Approval | None,
    named: RunEndpoints,
    progress: Progress,
    kept: DnsAnswerCache,
    knowledge: AttributionSources,
) -> ScanTargets:
    """Map the back ends of apps and traffic, and probe the data stores among them.

    Reports are written to the lake as they complete.
    """
    lake, grant, probes = workspace.lake, request.grant, probe_set(request.rules)
    ports = probes.store_ports()
    if grant is None or approval is None:
        return ScanTargets(await MappedBackends.of(lake, named.units, named.traffic, None))
    names = NameResolver(grant, kept=kept, never=approval.policy.rules)
    answers = DnsLookups(names, names_in_captures(named.traffic).addresses)
    mapped = await MappedBackends.of(lake, named.units, named.traffic, answers.resolve, answers)
    await answers.query_owner_hints(mapped.backends, knowledge.dns_hints, knowledge.domains)
    running = knowledge.still_running(mapped.backends)
    wanted = Candidates(running, ports)
    wanted.add(await answers.srv_candidates(running))
    wanted.add(neighbour_candidates(running, blocks_of(grant), ports))
    requests = paths_of(named.traffic)
    for one in named.traffic:
        wanted.add(requested_bases(mapped.backends, paths_of([one])), one.app_key if one.known else "")
    along = ProbeHintIndex(mapped.backends, _containers(lake, named), public_keys(lake, named.units), requests)
    answered = ProbedTargets(lake, run)
    with (
        workspace.grant_lease(digest_of(grant)) as lease,
        open_audit_log(workspace.audit_file) as audit,
        ProbeWriter(lake, run, first=len(answered)) as writer,
    ):
        dialer = Dialer(
            grant,
            audit,
            names=names,
            stop_file=workspace.stop_file,
            provider_of=ProviderLookup().of,
            approval=approval,
        )
        follower = LeadFollower(mapped.backends, Pivot(ports, knowledge.foreign), answers.resolve, dialer.permit)
        for one in named.traffic:
            wanted.add(await follower.follow(one.leads), one.app_key if one.known else "")
        noting = any(rule.ransom_note for rule in grant.target)
        notes = NoteJudge(workspace_salt(workspace.directory), signs=ransom_signs(request.rules)) if noting else None
        own = read_own_domains(workspace.directory)
        sampled = any(rule.depth is Depth.SAMPLE for rule in grant.target)
        samples = SampleJudge(own_domains=own, added=request.rules) if sampled else None
        first = along.attach(exclude_targets(wanted, answered))
        async for candidate, report in probe_all(first, grant, dialer, progress, along, notes, samples, lease, probes):
            writer.add(report)
            along.pop(candidate, None)
        writer.flush()
        # A second round, for names in the certificates of APIs.
        more = await follower.follow(follower.leads_of(read_probes(lake, run, encrypted=True)))
        asked = frozenset(target_label(one) for host in {one.host for one in more} for one in wanted.at(host))
        wanted.add(more)
        second = along.attach(exclude_targets(exclude_targets(merge_candidates(more, ()), asked), answered))
        async for candidate, report in probe_all(second, grant, dialer, progress, along, notes, samples, lease, probes):
            writer.add(report)
            along.pop(candidate, None)
    return ScanTargets(mapped, wanted)


def _containers(lake: Lake, named: RunEndpoints) -> dict[str, tuple[str, ...]]:
    """Containers that apps and traffic name within an endpoint, by endpoint value."""
    found = container_names(lake, named.units)
    for sighting in (sighting for traffic in named.traffic for sighting in traffic.sightings):
        value = sighting.endpoint.value
        found[value] = tuple(sorted({*found.get(value, ()), *sighting.names}))
    return found


def end_run(
    workspace: Workspace,
    run: str,
    inputs: Inputs,
    named: RunEndpoints,
    found: ScanTargets,
    knowledge: AttributionSources,
    rules: "UserRules | None" = None,
) -> None:
    """Store the back ends, judge the reports, and finish the run, unless it read no input.

    Raises:
        WorkspaceError: the workspace cannot be read or written.
        InputError: imported address data is damaged.
    """
    found.mapped.save(run, knowledge)
    conclude(workspace, run, named.units, named.traffic, found.wanted, inputs, rules)
    inputs.save(workspace.lake, run)
    if len(inputs.units()):
        workspace.ledger.end_run(run)
