"""The main job: intake, mapping, probing, assessment, report, in this order, resumable at every step.

After an interruption, the same command resumes: analysed apps are not read again, probed services are not probed
again.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import batched
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import msgspec

from tieback.engine.interface import Engine
from tieback.engine.local import LocalEngine
from tieback.model.errors import InputError, TiebackError
from tieback.model.grant import Grant
from tieback.model.report.document import Report
from tieback.model.skipped import SAME_CONTENT, SkippedFiles
from tieback.model.unit import Unit, UnitEnd
from tieback.pipeline.conclude import conclude
from tieback.pipeline.inputs.index import index_inputs
from tieback.pipeline.inputs.spec import InputSpec, display_name
from tieback.pipeline.inputs.units import scan_units, unit_limits
from tieback.pipeline.mapping.attribution import AttributionSources
from tieback.pipeline.mapping.backends import MappedBackends
from tieback.pipeline.mapping.process_names import ProcessNames
from tieback.pipeline.mapping.traffic_apps import attribute_traffic
from tieback.pipeline.probing.run_targets import RunEndpoints, ScanTargets
from tieback.pipeline.progress import Progress, Stage, today_utc
from tieback.pipeline.record import RecordWork
from tieback.pipeline.report import build_report
from tieback.pipeline.rule_sets import analysis_suffix, rules_used, with_rules
from tieback.pipeline.taken_over import TakenOver, taken_over
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS
from tieback.pipeline.units import CLAIM, UnitRun
from tieback.scope import event_loop
from tieback.scope.grant import is_same_grant, render_grant
from tieback.scope.policy.approval import Approval, ApprovedGrant, check_dates, require_approval
from tieback.scope.policy.exclude import SourcedRule
from tieback.storage.lake.compaction import MIN_SMALL_PARTS, compact
from tieback.storage.lake.fencing import open_fence
from tieback.storage.lake.tables.apps import apps_by_bundle, ios_executables
from tieback.storage.lake.tables.dns import DnsAnswerCache
from tieback.storage.lake.tables.inputs import Inputs, RunInput
from tieback.storage.lake.tables.run_data import read_run_rules, save_run_rules
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.objects.listing import ObjectListing
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
    names: dict[Path, PurePath] | None = None
    """Names of inputs that are stored under other ones, such as uploads."""

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
    taken_over: TakenOver = TakenOver()
    """What an earlier run has read."""


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
    taken_over: TakenOver = TakenOver()
    """What an earlier run has read, and what this run has probed before it was stopped."""


@contextmanager
def run_scan(request: ScanRequest, stage: Stage) -> Iterator[ScanResult]:
    """Run the scan; the long tables of the report are readable while the context is open.

    Raises:
        GrantError: the grant has expired or is not yet valid, a site policy is damaged, or a signature is missing;
            nothing was done.
        WorkspaceError: the workspace cannot be opened or written.
    """
    approved = None
    if request.grant is not None:
        check_dates(request.grant, request.approval, today_utc())
        approved = ApprovedGrant(request.grant, require_approval(request.grant, request.approval))
    never = approved.approval.policy.rules if request.never is None and approved is not None else request.never
    with Workspace.open(request.workspace, trusted=True) as workspace:
        with workspace.lock():
            damaged = recover(workspace.lake, workspace.ledger, seals=True).damaged
            if request.retry:
                workspace.ledger.retry_quarantined()
            run = _start(workspace, request)
            if request.begun is not None:
                request.begun(run)
            inputs, before = _read(workspace, run, request, stage, never)
            compact(workspace.lake, many=MIN_SMALL_PARTS)
            units, captures = inputs.units(), inputs.of_version(TRAFFIC_ANALYSIS + analysis_suffix(request.rules))
            bundles = apps_by_bundle(workspace.lake, units) if captures else {}
            processes = ProcessNames(ios_executables(workspace.lake, units) if captures else ())
            named = RunEndpoints(units, tuple(attribute_traffic(workspace, captures, bundles, processes)))
            save_run_rules(workspace.lake, run, rules_used(request.rules))
            with closing(AttributionSources(added=request.rules)) as knowledge:
                doing = "probing data stores" if request.grant is not None else "mapping back ends"
                with stage(doing) as progress, DnsAnswerCache(workspace.lake) as kept:
                    found = _targets(workspace, run, approved, named, progress, kept, knowledge, request.rules)
                end_run(workspace, run, inputs, named, found, knowledge, request.rules)
        try:
            report = build_report(workspace, run)
            before = msgspec.structs.replace(before, targets=found.before)
            yield ScanResult(report, tuple(_failures(inputs)), damaged, inputs.skipped, len(units), before)
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
        inputs, before = _read(workspace, f"reading-{secrets.token_hex(8)}", request, stage, request.never)
        return AnalysedInputs(len(inputs.units()), tuple(_failures(inputs)), inputs.skipped, before)


def _read(
    workspace: Workspace, run: str, request: ScanRequest, stage: Stage, never: tuple[SourcedRule, ...] | None
) -> tuple[Inputs, TakenOver]:
    """Analyse the inputs that were not analysed before; returns all of them, and how many were."""
    done = Counter[str]()
    engine = request.engine or LocalEngine(request.workers)
    with (
        index_inputs(workspace, run, request.inputs, engine, stage, never) as listing,
        stage("reading apps and traffic") as progress,
    ):
        inputs = _analyse(workspace, run, request, engine, listing, progress, never, done)
        if lost := units_without_results(workspace.lake, inputs.units()):
            workspace.ledger.forget_units(lost)
            inputs = _analyse(workspace, run, request, engine, listing, progress, never, done)
            inputs = inputs.failing(
                dict.fromkeys(
                    (key for key, _ in units_without_results(workspace.lake, inputs.units())),
                    "its result is missing from the workspace. Choose another one with --workspace",
                )
            )
    return inputs, taken_over(inputs, done)


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
        self._inputs = with_rules(
            scan_units(request.inputs, listing, self._skipped.append, request.names), request.rules
        )
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
        count, first = inputs.repeated()
        copies = [SkippedFiles("inputs", SAME_CONTENT, count, first)] if count else []
        inputs.skipped = (*self._skipped, *copies)
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
    done: Counter[str],
) -> Inputs:
    """Analyse the inputs; what was read now is added to ``done``, by version of the analysis."""
    analysis = _Analysis(request, listing)
    lake = workspace.lake_directory
    work = RecordWork(lake.absolute(), open_fence(lake), workspace.lake.key, never, request.rules)
    units = UnitRun(workspace.ledger, run, progress)
    units.run(engine, work, analysis.groups(), unit_limits(request.inputs), analysis.failed)
    done += units.done
    # A cluster may deliver a batch twice, or late: from here on the lake holds each unit once.
    recover(workspace.lake, workspace.ledger)
    return analysis.results(workspace.ledger)


def _targets(
    workspace: Workspace,
    run: str,
    approved: ApprovedGrant | None,
    named: RunEndpoints,
    progress: Progress,
    kept: DnsAnswerCache,
    knowledge: AttributionSources,
    rules: "UserRules | None",
) -> ScanTargets:
    """The back ends of a run and, with a grant, the targets that were probed."""
    if approved is None:
        return ScanTargets(event_loop.run(MappedBackends.of(workspace.lake, named.units, named.traffic, None)))
    # Without a grant, nothing is probed: the modules of all probes would take a third of the start.
    from tieback.pipeline.probing.probe_run import probe_run

    return event_loop.run(probe_run(workspace, run, approved, named, progress, kept, knowledge, rules))


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
