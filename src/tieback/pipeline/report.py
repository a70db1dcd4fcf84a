"""Build the report of a run from the workspace only: the result does not change over time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import partial
from heapq import merge
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tieback import __version__
from tieback.assess.findings import with_references
from tieback.assess.ransom import RANSOMED
from tieback.assess.summary import summarise, without_probes
from tieback.model.backend import Backend
from tieback.model.count_text import count_text
from tieback.model.declaration import DeclaredItem
from tieback.model.device import AppStoreFact, AppStoreSummary
from tieback.model.errors import WorkspaceError
from tieback.model.exposure import Exposure, Finding
from tieback.model.passive import PassiveNote, PassiveSighting
from tieback.model.probe import Outcome, ProbeReport
from tieback.model.report.apps import AppSighting, AppSummary, DroppedName
from tieback.model.report.captures import CaptureSummary, ContactedServer, Recipient
from tieback.model.report.document import Report
from tieback.model.report.groups import ExposureHistory
from tieback.model.report.scope import RunScope, SkipReason
from tieback.model.report.tables import LazyIndex, LazyTable
from tieback.model.sighting import Problem, UnreadKind, unread_parts
from tieback.pipeline.mapping.contacted_servers import worst_first
from tieback.pipeline.mapping.declarations import app_traffic, run_declarations
from tieback.pipeline.mapping.process_names import ProcessNames
from tieback.pipeline.mapping.recipients import place_recipients, third_parties_first
from tieback.pipeline.mapping.traffic_apps import MAX_FACTS, TrafficApp, attribute_traffic
from tieback.pipeline.plugin_config import plugins_used
from tieback.pipeline.posture.section import posture_section
from tieback.pipeline.probing.probe_report import no_verdict, unnamed_problems, unrecognised_problems
from tieback.pipeline.runs import finished_run
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS
from tieback.report.columns import encode_sightings
from tieback.report.encoding import encode_row
from tieback.report.finding_order import by_app
from tieback.report.texts.unprobed import MOST_NAMED
from tieback.scope.grant import EXPIRED, parse_grant
from tieback.scope.policy.exclude import EXCLUDED
from tieback.scope.resolver import DNS_FAILED, DNS_NOT_ALLOWED, NOT_RESOLVED
from tieback.scope.shared_hosts import UNLISTED
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.queries.groups import StoreColumns, StoreRow, closer_look, group_tables, most_shared
from tieback.storage.lake.queries.passive import find_passive_evidence
from tieback.storage.lake.queries.summaries import (
    CapturedApp,
    RunApps,
    captured_bundles,
    read_capture_problems,
    read_captures,
    read_failed,
    run_executables,
)
from tieback.storage.lake.tables.inputs import RunInput, read_skipped
from tieback.storage.lake.tables.probes import RunProbes, read_backends, read_probes
from tieback.storage.lake.tables.run_data import read_run_data, read_run_rules
from tieback.storage.lake.upkeep import damage_lines
from tieback.storage.ledger.conclusions import Conclusions, OpenPeriod, StoreLine, TargetLine
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

_CLOUD_APIS = frozenset({None, "appwrite", "graphql", "hasura", "parse", "pocketbase", "supabase"})
"""Cloud services that an app uses as its API; ``None`` stands for functions, gateways and app hosting."""
_READ = (
    "units",
    "apps",
    "sightings",
    "not_backends",
    "problems",
    "flows",
    "inputs",
    "backends",
    "probes",
    "run_data",
    "run_rules",
    "run_skipped",
    "declarations",
)
"""Tables of the lake that a report reads."""


@contextmanager
def run_report(directory: Path, run_id: str = "") -> Iterator[Report]:
    """The report of a finished run, by default the last; its long tables are readable while the context is open.

    Raises:
        WorkspaceError: the workspace does not exist, has no finished run, or not the run with this ID.
    """
    with Workspace.open(directory, create=False) as workspace:
        run = finished_run(workspace, run_id)
        if run is None:
            begun = workspace.ledger.conclusions.first_run_started()
            if begun is None:
                raise WorkspaceError(
                    "no finished run", where=str(directory), advice="Run `tieback scan` first", page="Start a run first"
                )
            raise WorkspaceError(
                f"no finished run; the run of {begun:%Y-%m-%d %H:%M} UTC has not ended",
                where=str(directory),
                advice="Run the same `tieback scan` again; it resumes where it stopped",
                page="See its state in the list of runs",
            )
        yield build_report(workspace, run.id)


def last_report(directory: Path) -> AbstractContextManager[Report]:
    """The report of the last finished run. Raises as ``run_report``."""
    return run_report(directory)


def build_report(workspace: Workspace, run_id: str) -> Report:
    """Build the report of a run with conclusions.

    Raises:
        WorkspaceError: the run is unknown, or the workspace cannot be read.
    """
    run = workspace.ledger.find_run(run_id)
    if run is None:
        raise WorkspaceError(f"no run {run_id}", where=str(workspace.directory))
    lake, concluded = workspace.lake, workspace.ledger.conclusions
    damaged = _damage(workspace)
    leads = concluded.app_store_table(run.id)
    captures = read_captures(lake, run.id, TRAFFIC_ANALYSIS)
    traffic = _attributed(workspace, run.id, captures)
    apps = _apps(workspace, run.id, leads, traffic)
    exposed, answered, findings = concluded.counts(run.id)
    asked = RunProbes(lake, run.id)
    failed = sum(1 for _ in read_failed(lake, run.id))
    unidentified = run_unidentified(lake, run.id)

    columns = StoreColumns()
    unended = concluded.runs_started_since(run.id)

    def stores(count: int, *, open_: bool) -> LazyIndex[Exposure]:
        rows = partial(concluded.exposures, run.id, exposed=open_)
        return LazyIndex[Exposure](count, rows, pick=lambda ids: concluded.pick(run.id, ids, exposed=open_))

    lines, partly = _taken(concluded.lines(run.id), columns), apps.partly_read()
    head = summarise(apps.count(), concluded.apps_affected(run.id), lines, partly)
    summaries = list(_captures(lake, run.id, captures, traffic))
    table = columns.table()
    ended = run.ended or datetime.now(UTC)
    seen = find_passive_evidence(lake, run.id, TRAFFIC_ANALYSIS, ended.date().isoformat())
    untold = [_untold(seen.left_out)] if seen.left_out else []
    skipped = read_skipped(lake, run.id)
    untold += [Problem(one.text, one.where) for one in skipped]
    declarations = run_declarations(lake, run.id, TRAFFIC_ANALYSIS, traffic, ended.timestamp())
    inside = posture_section(workspace, run.id)
    dropped = apps.dropped_reasons()
    in_stores = _with_store_facts(workspace)
    report = Report(
        title="Open back ends of mobile apps",
        created=ended,
        tool_version=__version__,
        scope=_scope(workspace, run, asked),
        headline=msgspec.structs.replace(
            head,
            captures_partly_read=sum(bool(one.unread) for one in summaries),
            captures_damaged=sum(one.damaged for one in summaries),
            damaged_parts=len(damaged),
            inputs_failed=failed,
            files_skipped=sum(one.count for one in skipped),
        ),
        apps=LazyIndex[AppSummary](
            apps.row_count(),
            lambda: map(in_stores, apps.rows()),
            lambda most: map(in_stores, apps.rows(most)),
            pick=lambda keys: map(in_stores, apps.pick(keys)),
        ),
        quiet=LazyTable[AppSummary](apps.quiet_count(), apps.quiet, apps.quiet),
        exposed=stores(exposed, open_=True),
        answered=stores(answered, open_=False),
        ways=concluded.ways(run.id),
        findings=LazyTable[Finding](
            findings + len(inside.findings),
            lambda: by_app(merge(with_references(concluded.findings(run.id)), inside.findings, key=_worst_first)),
        ),
        problems=LazyTable[Problem](
            len(unended) + len(damaged) + len(untold) + len(unidentified) + failed + asked.without_verdict(),
            lambda: chain(
                map(_unended, unended), damaged, untold, unidentified, _failed(workspace, run.id), _unanswered(asked)
            ),
        ),
        sightings=LazyIndex[AppSighting](
            apps.sightings_count() + sum(len(group.sightings) for group in traffic),
            lambda: chain(apps.sightings(), _captured(traffic)),
            encoded=lambda: _encoded(apps, traffic),
            pick=lambda keys: chain(
                apps.sightings(keys), _captured(group for group in traffic if group.app_key in keys)
            ),
        ),
        backends=LazyTable[Backend](asked.endpoints, partial(read_backends, lake, run.id)),
        backends_named=asked.backends,
        probes=LazyTable[ProbeReport](asked.count(), partial(read_probes, lake, run.id)),
        tables=group_tables(
            lake, (run.id, TRAFFIC_ANALYSIS, head.apps_analysed), leads, table, vendors=workspace.ledger.cases.vendors()
        ),
        closer=closer_look(lake, leads, table),
        history=compare_with_earlier_runs(concluded, run.id),
        shared=most_shared(leads),
        seen=LazyTable[PassiveNote].of(seen.notes),
        seen_in_apps=LazyTable[PassiveSighting].of(seen.in_apps),
        posture=inside.posture,
        captures=LazyTable[CaptureSummary].of(summaries),
        servers=LazyTable[ContactedServer].of(worst_first(one for group in traffic for one in group.servers)),
        recipients=LazyTable[Recipient].of(
            list(
                declarations.marked(
                    third_parties_first(
                        place_recipients(
                            (one for group in traffic for one in group.recipients), partial(read_backends, lake, run.id)
                        )
                    )
                )
            )
        ),
        declared=LazyTable[DeclaredItem].of(list(declarations.items(app_traffic(traffic)))),
        data=read_run_data(lake, run.id),
        rules=read_run_rules(lake, run.id),
        plugins=plugins_used(),
        partly_read=LazyTable[AppSummary](partly[0], apps.unread, apps.unread),
        not_backends=LazyTable[DroppedName](sum(count for _, count in dropped), apps.dropped),
        dropped=dropped,
    )
    if report.probed:
        return report
    head, tables = without_probes(report.headline, report.tables)
    return msgspec.structs.replace(report, headline=head, tables=tables)


def apps_of_run(workspace: Workspace, run_id: str) -> RunApps:
    """The apps of a run, as its report has them, without the rest of the report.

    Raises:
        WorkspaceError: the workspace cannot be read.
    """
    _damage(workspace)
    captures = read_captures(workspace.lake, run_id, TRAFFIC_ANALYSIS)
    leads = workspace.ledger.conclusions.app_store_table(run_id)
    return _apps(workspace, run_id, leads, _attributed(workspace, run_id, captures))


def _damage(workspace: Workspace) -> tuple[Problem, ...]:
    damaged = damage_lines(workspace.lake, _READ)
    if damaged and not workspace.lake.parts():
        every = (
            "the only part of the lake is"
            if len(damaged) == 1
            else f"all {count_text(len(damaged), 'part')} of the lake are"
        )
        raise WorkspaceError(
            f"{every} damaged, so there is nothing to report",
            where=str(workspace.directory),
            advice="Run the same `tieback scan` again; it rebuilds them",
            page="Start the same run again; it rebuilds them",
        )
    return damaged


def _attributed(workspace: Workspace, run: str, captures: Sequence[RunInput]) -> tuple[TrafficApp, ...]:
    lake = workspace.lake
    processes = ProcessNames(run_executables(lake, run, TRAFFIC_ANALYSIS) if captures else ())
    return tuple(attribute_traffic(workspace, captures, captured_bundles(lake, run, TRAFFIC_ANALYSIS), processes))


def _apps(workspace: Workspace, run: str, leads: "pa.Table", traffic: Sequence[TrafficApp]) -> RunApps:
    return RunApps(
        workspace.lake,
        run,
        traffic=TRAFFIC_ANALYSIS,
        leads=leads,
        captured=list(_captured_apps(traffic)),
        apis=_CLOUD_APIS,
    )


def _with_store_facts(workspace: Workspace) -> Callable[[AppSummary], AppSummary]:
    """Adds what app stores said about an app."""
    known: dict[tuple[str, str], list[AppStoreFact]] = {}
    for fact in workspace.ledger.store_facts.facts():
        known.setdefault((fact.platform.value, fact.ident.casefold()), []).append(fact)

    def add(summary: AppSummary) -> AppSummary:
        app = summary.app
        facts = known.get((app.platform.value, app.bundle_id.casefold())) if app.bundle_id else None
        return msgspec.structs.replace(summary, store=AppStoreSummary.of(facts)) if facts else summary

    return add if known else lambda summary: summary


def _captured_apps(traffic: Sequence[TrafficApp]) -> Iterator[CapturedApp]:
    """The apps of captures. Runs of earlier releases have the hash of the capture as the key of each."""
    keyed = chain(((group.app_key, group) for group in traffic), ((group.capture, group) for group in traffic))
    for key, group in keyed:
        yield CapturedApp(key, group.path, group.app, len(group.sightings))


def _captures(
    lake: Lake, run: str, captures: Sequence[RunInput], traffic: Sequence[TrafficApp]
) -> Iterator[CaptureSummary]:
    odd: dict[str, list[Problem]] = {}
    for unit, problem in read_capture_problems(lake, run, TRAFFIC_ANALYSIS):
        odd.setdefault(unit, []).append(problem)
    of_capture: dict[str, list[TrafficApp]] = {}
    for group in traffic:
        of_capture.setdefault(group.capture, []).append(group)
    for one in captures:
        groups = of_capture.get(one.key, [])
        servers = [server for group in groups for server in group.servers]
        problems = (*odd.get(one.key, ()), *_left_out(one.path, groups))
        yield CaptureSummary(
            path=one.path,
            sha256=one.key,
            flows=sum(group.flows for group in groups),
            servers=len(servers),
            others=sum(group.others for group in groups),
            apps=tuple(sorted({name for server in servers if (name := server.app or server.bundle_id)})),
            problems=problems,
            read=sum(group.counts.read for group in groups),
            with_data=sum(group.counts.with_data for group in groups),
            longer=sum(group.counts.longer for group in groups),
            unreadable=sum(group.counts.unreadable for group in groups),
            not_examined=sum(group.counts.unknown for group in groups),
            not_sent=sum(group.counts.not_sent for group in groups),
            quic=sum(group.counts.quic for group in groups),
            received=tuple(sorted({name for group in groups for name in group.counts.received})),
            unread=unread_parts((), problems),
        )


def partly_read_captures(lake: Lake, run: str) -> list[CaptureSummary]:
    """The captures of a run with parts that were not read, without figures. Raises ``WorkspaceError``."""
    odd: dict[str, list[Problem]] = {}
    for unit, problem in read_capture_problems(lake, run, TRAFFIC_ANALYSIS):
        if problem.unread is not None:
            odd.setdefault(unit, []).append(problem)
    captures = read_captures(lake, run, TRAFFIC_ANALYSIS) if odd else []
    return [
        CaptureSummary(
            one.path, one.key, 0, 0, 0, (), problems=tuple(odd[one.key]), unread=unread_parts((), odd[one.key])
        )
        for one in captures
        if one.key in odd
    ]


def _left_out(path: str, groups: Sequence[TrafficApp]) -> Iterator[Problem]:
    count = sum(group.left_out for group in groups)
    if count:
        flows = count_text(count, "flow is", "flows are")
        what = f"{flows} not completely in this report: the capture names more than {MAX_FACTS:,} servers,"
        yield Problem(f"{what} leaks and hints. Split the capture by time", path, UnreadKind.LIMIT)


def _worst_first(finding: Finding) -> tuple[int, int, str, str]:
    """Sort key: the order of the ledger, most severe first."""
    return finding.order


def _taken(lines: Iterable[StoreLine], columns: StoreColumns) -> Iterator[StoreLine]:
    """Yield the same lines and collect what tables need, so that the ledger is read only once."""
    for line in lines:
        if not line.honeypot:
            columns.add(
                StoreRow(
                    line.id,
                    line.product,
                    line.provider,
                    line.country,
                    line.access.exposed,
                    line.ransom.verdict in RANSOMED,
                    line.described,
                    line.records,
                    line.bytes,
                    line.at_most,
                )
            )
        yield line


def _unended(begun: datetime) -> Problem:
    return Problem(
        "has not finished and is not part of this report; run the same `tieback scan` again to resume it",
        f"the run of {begun:%Y-%m-%d %H:%M} UTC",
    )


def _untold(count: int) -> Problem:
    more = count_text(count, "more service or endpoint", "more services and endpoints")
    return Problem(
        f"not shown: {more} from imported reports; see `tieback backend show HOST`",
        "imported reports",
    )


def _captured(traffic: Iterable[TrafficApp]) -> Iterator[AppSighting]:
    for group in traffic:
        for sighting in group.sightings:
            yield AppSighting(group.app_key, group.path, sighting)


def _encoded(apps: RunApps, traffic: Iterable[TrafficApp]) -> Iterator[bytes]:
    """All sightings as JSON, in pieces."""
    return chain(encode_sightings(apps.sighting_batches()), map(encode_row, _captured(traffic)))


def run_scope(workspace: Workspace, run: RunRow) -> tuple[RunScope | None, int]:
    """What the grant of a run allowed and what it did (``None`` without a grant), and its number of back ends.

    Raises:
        WorkspaceError: the workspace cannot be read.
    """
    asked = RunProbes(workspace.lake, run.id)
    return _scope(workspace, run, asked), asked.backends


def _scope(workspace: Workspace, run: RunRow, asked: RunProbes) -> RunScope | None:
    text = workspace.ledger.grant_text(run.grant_sha256) if run.grant_sha256 else None
    if text is None:
        return None
    grant = parse_grant(text, "the grant of this run")
    outside = asked.count(only=(Outcome.OUT_OF_SCOPE,))
    sent, read = asked.volume()
    skipped = _skipped(asked, outside)
    return RunScope(
        authorised_by=grant.authorised_by,
        contact=grant.contact,
        not_after=grant.not_after.isoformat(),
        note=grant.note,
        targets_asked=asked.count() - outside,
        targets_out_of_scope=sum(count for reason, count in skipped if reason is not SkipReason.OVER_BUDGET),
        bytes_sent=sent,
        bytes_read=read,
        audit_log=str(workspace.audit_file),
        skipped=skipped,
    )


def _skipped(asked: RunProbes, outside: int) -> tuple[tuple[SkipReason, int], ...]:
    """Targets that the dialer did not permit, and hosts without an address: these give no candidate."""
    # The reason of an exclusion is the user's text, which may contain the others: it is first.
    texts = (EXCLUDED, DNS_NOT_ALLOWED, EXPIRED, UNLISTED, *NOT_RESOLVED, *DNS_FAILED)
    hosts, *of_hosts = asked.count_nameless(texts)
    of_targets = asked.count_texts(Outcome.OUT_OF_SCOPE, texts)
    excluded, no_dns, expired, unlisted, *unresolved = (
        here + there for here, there in zip(of_hosts, of_targets, strict=True)
    )
    counts = {
        SkipReason.DNS_NOT_ALLOWED: no_dns,
        SkipReason.NOT_RESOLVED: sum(unresolved[: len(NOT_RESOLVED)]),
        SkipReason.DNS_FAILED: sum(unresolved[len(NOT_RESOLVED) :]),
        SkipReason.EXPIRED: expired,
        SkipReason.EXCLUDED: excluded,
        SkipReason.RESOURCE: unlisted,
    }
    counts[SkipReason.OUTSIDE] = max(outside + hosts - sum(counts.values()), 0)
    counts[SkipReason.OVER_BUDGET] = asked.count(only=(Outcome.BUDGET_SPENT,))
    return tuple((reason, count) for reason, count in counts.items() if count)


def _failed(workspace: Workspace, run: str) -> Iterator[Problem]:
    for entry in read_failed(workspace.lake, run):
        yield Problem(entry.problem, entry.path, UnreadKind.WHOLE)


def _unanswered(asked: RunProbes) -> Iterator[Problem]:
    yield from map(no_verdict, asked.reports_without_verdict())


def run_unidentified(lake: Lake, run: str) -> tuple[Problem, ...]:
    """The problems of the servers of a run that are no known store, or demand a login before they show a product.

    Raises as ``run_scope``.
    """
    asked = RunProbes(lake, run)
    return (
        *unrecognised_problems(*asked.unrecognised(MOST_NAMED)),
        *unnamed_problems(*asked.unnamed(MOST_NAMED)),
    )


def run_unanswered(lake: Lake, run: str) -> tuple[int, Iterator[Problem]]:
    """The targets of a run that gave no verdict: how many, and each with its problem. Raises as ``run_scope``."""
    asked = RunProbes(lake, run)
    return asked.without_verdict(), _unanswered(asked)


def compare_with_earlier_runs(conclusions: Conclusions, run: str) -> ExposureHistory | None:
    """Compare a run with earlier runs; ``None`` if no earlier run finished.

    Stores are matched by ID. If a store's ID changed, for example because it no longer discloses its identity, it is
    matched by a name or address probed in both runs. A store without a response, or whose answer decides neither open
    nor closed, is unconfirmed, never remediated.

    Raises:
        WorkspaceError: the ledger cannot be read.
    """
    count, since = conclusions.runs_before(run)
    if since is None:
        return None
    before = conclusions.open_periods(run)
    ends: dict[str, bool | None] = {}
    """True for open, False for closed, ``None`` for undecided."""
    at: dict[str, list[bool | None]] = {}
    if before:
        for store in conclusions.places(run):
            fate = None if store.undecided and not store.exposed else store.exposed
            ends[store.id] = fate
            for place in (*store.targets, *store.addresses):
                at.setdefault(place, []).append(fate)
    fates = [ends[key] for key in before if key in ends]
    for store in _lost(conclusions, {key: one for key, one in before.items() if key not in ends}):
        found = [fate for place in (*store.targets, *store.addresses) for fate in at.get(place, ())]
        if found:
            fates.append(True if any(found) else None if None in found else False)
    decided = [fate for fate in fates if fate is not None]
    return ExposureHistory(
        since=since.isoformat(),
        runs=count,
        before=len(before),
        still_open=sum(decided),
        remediated=len(decided) - sum(decided),
        unconfirmed=len(before) - len(decided),
    )


def _lost(conclusions: Conclusions, lost: dict[str, OpenPeriod]) -> list[TargetLine]:
    by_run: dict[str, list[str]] = {}
    for key, seen in lost.items():
        by_run.setdefault(seen.run, []).append(key)
    return [store for run, keys in by_run.items() for store in conclusions.places(run, keys)]
