"""What each kind of job does, in the process of the job: the same functions as the command line."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path, PurePath

import msgspec

from tieback.cases.policy import load_policy
from tieback.engine import sandbox
from tieback.engine.local import LocalEngine
from tieback.model.case import Case
from tieback.model.count_text import count_text
from tieback.model.errors import InputError, TiebackError, UsageError
from tieback.model.probe import Outcome, ProbeReport, TargetVerdict
from tieback.model.skipped import SkippedFiles
from tieback.pipeline.disclosure.recheck import recheck
from tieback.pipeline.finish import reduce_report, workspace_suppressions
from tieback.pipeline.fleet.inventory import (
    MAX_COLUMN,
    InventoryRequest,
    InventoryStatement,
    TableColumns,
    import_inventories,
)
from tieback.pipeline.inputs.spec import display_name, is_remote, parse_input
from tieback.pipeline.jobs import folders
from tieback.pipeline.jobs.grants import load_grant_file
from tieback.pipeline.jobs.kinds import (
    EVERY_TABLE,
    ImportJob,
    InventoryJob,
    JobArguments,
    Phase,
    ProbeJob,
    RecheckJob,
    ReportJob,
    ScanJob,
)
from tieback.pipeline.jobs.messages import NO_GRANT, JobColumns, JobMessage, JobNote, JobResult, RunBegun, short
from tieback.pipeline.jobs.order import JobOrder
from tieback.pipeline.passive_evidence import import_reports
from tieback.pipeline.probing.probe_report import count_verdicts, no_verdict, probe_report
from tieback.pipeline.probing.targets import ProbeRunSettings, TargetList, probe_targets
from tieback.pipeline.progress import Stage
from tieback.pipeline.report import run_report
from tieback.pipeline.rule_sets import active_rules, probe_set
from tieback.pipeline.runs import finished_run
from tieback.pipeline.scan import ScanRequest, ScanResult, analyse_inputs, run_scan
from tieback.pipeline.taken_over import TakenOver
from tieback.report import by_name
from tieback.report.audience import audience_of
from tieback.report.files import left_out_text, write_all
from tieback.report.shortened import cut
from tieback.report.texts.headline import undecided_text
from tieback.report.texts.unprobed import scope_unprobed_text, unprobed_text
from tieback.report.texts.unread import unread_errors
from tieback.scope import event_loop
from tieback.scope.policy.approval import ApprovedGrant
from tieback.storage.own_domains import read_own_domains
from tieback.storage.uploads import UploadFolder
from tieback.storage.workspace import Workspace

MAX_UNANSWERED = 200
"""Targets without a verdict that are named one by one."""
MAX_TABLES = 100
"""Tables of no known product whose columns are reported."""
_COLUMN_BYTES, _TABLE = 32 * 1024, 1_000
"""Bytes of the columns, and characters of the name of a table, in a message."""
MAX_NOTES = 500
"""Failed inputs that are named one by one."""


class JobReporter(msgspec.Struct, frozen=True):
    """How a job reports to the server."""

    send: Callable[[JobMessage], None]
    stage: Stage


def perform(order: JobOrder, arguments: JobArguments, reporter: JobReporter) -> JobResult:
    """Do one phase of a job.

    Raises:
        TiebackError: it could not be done; ``BusyError`` if a lock is held by another process.
    """
    match arguments:
        case ScanJob():
            return _scan(order, arguments, reporter)
        case ProbeJob():
            return _probe(order, arguments, reporter)
        case RecheckJob():
            return _recheck(order, arguments, reporter)
        case ReportJob():
            return _report(order, arguments, reporter)
        case ImportJob():
            return _import(order, arguments, reporter)
        case InventoryJob():
            return _inventory(order, arguments, reporter)


def _grant(order: JobOrder, sha256: str) -> ApprovedGrant:
    return load_grant_file(order.workspace, order.grants, sha256)


def _scan(order: JobOrder, job: ScanJob, reporter: JobReporter) -> JobResult:
    with Workspace.open(order.workspace, create=False, trusted=True) as workspace:
        inputs = _inputs(workspace, job)
    uploads = UploadFolder(order.workspace)
    found = ((path, uploads.find(path.name)) for path in inputs if path.parent == uploads.directory)
    names = {path: PurePath(upload.name) for path, upload in found if upload is not None and upload.name}
    engine = LocalEngine(isolated=not order.isolated)
    if order.phase is Phase.READ:
        rules = active_rules(workspace=order.workspace)
        request = ScanRequest(inputs, None, order.workspace, retry=job.retry, engine=engine, rules=rules, names=names)
        read = analyse_inputs(request, reporter.stage)
        _note_taken_over(read.taken_over, reporter)
        return JobResult(figures={"inputs_read": read.read, "inputs_failed": len(read.failed)})
    approved = _grant(order, job.grant) if job.grant else None
    begun_run = ""

    def begun(run: str) -> None:
        nonlocal begun_run
        begun_run = run
        reporter.send(RunBegun(run=run))

    request = ScanRequest(
        inputs,
        approved.grant if approved is not None else None,
        order.workspace,
        retry=job.retry and not job.grant,  # else the phase before has retried them
        engine=engine,
        approval=approved.approval if approved is not None else None,
        begun=begun,
        rules=active_rules(workspace=order.workspace),
        names=names,
    )
    if (known := _finished_before(order, request)) is not None:
        with run_report(order.workspace, known) as report:
            reporter.send(RunBegun(run=known))
            return _scan_result(ScanResult(report, ()), known)
    with run_scan(request, reporter.stage) as done:
        for part in done.set_aside:
            reporter.send(JobNote(text=short(f"removed a damaged file from the lake: {part}")))
        _note_failures(done.failed, reporter, order.workspace)
        _note_skipped(done.skipped, reporter, order.workspace)
        # With a grant, the phase before has read the inputs, and told which were read before it.
        before = msgspec.structs.replace(done.taken_over, apps=0, captures=0) if job.grant else done.taken_over
        _note_taken_over(before, reporter)
        if not done.inputs_read:
            raise InputError("no input was read", advice="See What happened on the page of this run")
        _note_failures(list(unread_errors(done.report)), reporter, order.workspace)
        return _scan_result(done, begun_run)


def _scan_result(done: ScanResult, run: str) -> JobResult:
    headline = done.report.headline
    figures = {
        "inputs_read": done.inputs_read,
        "inputs_failed": len(done.failed),
        "apps_analysed": headline.apps_analysed,
    }
    partly = {"apps_partly_read": headline.apps_partly_read, "captures_partly_read": headline.captures_partly_read}
    figures |= {name: count for name, count in partly.items() if count}
    if done.report.probed:  # otherwise they are unknown, not zero
        figures |= {
            "apps_affected": headline.apps_affected,
            "stores_answering": headline.stores_answering,
            "stores_exposed": headline.stores_exposed,
        }
    return JobResult(
        figures=figures,
        run=run,
        not_probed=short(scope_unprobed_text(done.report.scope, done.report.backends_named, NO_GRANT)),
        not_decided=short(undecided_text(headline)),
    )


def _finished_before(order: JobOrder, request: ScanRequest) -> str | None:
    """The run that an earlier attempt of this job has finished, before the server heard of it."""
    args = tuple(display_name(one) for one in request.inputs)
    text = request.grant_text()
    with Workspace.open(order.workspace, create=False, trusted=True) as workspace:
        for run in workspace.ledger.list_runs():
            if run.started.timestamp() < order.since:
                return None
            same = run.args == args and (run.grant_sha256 is None) == (text is None)
            if (
                same
                and run.ended is not None
                and (text is None or workspace.ledger.grant_text(run.grant_sha256 or "") == text)
            ):
                return run.id
    return None


def _inputs(workspace: Workspace, job: ScanJob) -> tuple[Path, ...]:
    """The files of a scan: those of a run, then those that the job names."""
    found: list[Path] = []
    if job.run:
        run = finished_run(workspace, job.run)
        for word in run.args if run is not None else ():
            one = parse_input(word)
            if word.startswith("manifest:") or is_remote(one) or not isinstance(one, Path):
                raise UsageError(
                    "this run has inputs that are not files of the server", where=word, advice="Run `tieback scan`"
                )
            found.append(one)
    found += [folders.input_file(workspace, sha256) for sha256 in job.inputs]
    return tuple(dict.fromkeys(found))


def _note_failures(failed: Sequence[TiebackError], reporter: JobReporter, workspace: Path) -> None:
    uploads = UploadFolder(workspace)
    for error in failed[:MAX_NOTES]:
        reporter.send(JobNote(text=short(uploads.name_of(error.page_diagnostics()))))
    if len(failed) > MAX_NOTES:
        reporter.send(JobNote(text=f"and {count_text(len(failed) - MAX_NOTES, 'more input')} failed"))


def _note_skipped(skipped: Sequence[SkippedFiles], reporter: JobReporter, workspace: Path) -> None:
    uploads = UploadFolder(workspace)
    for one in skipped[:MAX_NOTES]:
        reporter.send(JobNote(text=short(uploads.name_of(f"{one.where}: {one.text}"))))


def _note_taken_over(before: TakenOver, reporter: JobReporter) -> None:
    if before.text:
        reporter.send(JobNote(text=before.text))


def _probe(order: JobOrder, job: ProbeJob, reporter: JobReporter) -> JobResult:
    approved = _grant(order, job.grant)
    rules = active_rules(workspace=order.workspace)
    targets = TargetList(job.targets, probe_set(rules))
    reports: list[ProbeReport] = []
    with Workspace.open(order.workspace, create=False, trusted=True) as workspace, workspace.lock():
        settings = ProbeRunSettings(
            workspace.audit_file,
            stop=workspace.stop_file,
            approval=approved.approval,
            own_domains=read_own_domains(workspace.directory),
            rules=rules,
        )
        with reporter.stage("probing data stores") as progress:

            async def collect() -> None:
                found = probe_targets(
                    targets, approved.grant, settings, progress, hints=targets.hints, remarks=targets.remarks
                )
                async with aclosing(found):
                    reports.extend([report async for report in found])

            event_loop.run(collect())
        verdicts = count_verdicts(reports)
        silent = sum(report.outcome is Outcome.TIMEOUT for report in reports)
        document = probe_report(reports, approved.grant, str(workspace.audit_file), rules)
    figures = {
        "targets": len(reports),
        "services_answering": verdicts[TargetVerdict.ANSWERED],
        "stores_answering": document.headline.stores_answering,
        "stores_exposed": document.headline.stores_exposed,
        "stores_not_decided": document.headline.undecided or 0,
        "no_known_store": verdicts[TargetVerdict.UNRECOGNISED],
        "closed_ports": verdicts[TargetVerdict.CLOSED],
        # Together, these are the targets without a verdict.
        "without_answer": silent,
        "unusable_answers": verdicts[TargetVerdict.NONE] - silent,
        "outside_the_grant": verdicts[TargetVerdict.NOT_PROBED],
    }
    if elsewhere := len(reports) - verdicts.total():
        figures["paths_without_a_store"] = elsewhere
    lost = [no_verdict(report) for report in reports if report.verdict is TargetVerdict.NONE]
    for one in document.problems.rows():
        if one not in lost:
            reporter.send(JobNote(text=short(f"{one.where}: {one.what}")))
    return JobResult(
        figures=figures,
        files=_written(order, ("html", "json"), lambda name, path: write_all(document, by_name(name), path)),
        targets_failed=len(lost),
        unanswered=tuple((short(one.where), short(one.what)) for one in lost[:MAX_UNANSWERED]),
        not_probed=short(unprobed_text(document)),
        not_decided=short(undecided_text(document.headline)),
    )


def _recheck(order: JobOrder, job: RecheckJob, reporter: JobReporter) -> JobResult:
    approved = _grant(order, job.grant)
    since = datetime.fromtimestamp(order.since, UTC)

    def choose(cases: Sequence[Case]) -> list[Case]:
        if unknown := set(job.cases) - {case.id for case in cases}:
            raise UsageError("no such case", where=min(unknown), advice="See the list of cases")
        some = (
            [case for case in cases if case.id in job.cases] if job.cases else [case for case in cases if case.active]
        )
        # An earlier attempt of this job may have checked some of them.
        return [case for case in some if case.check is None or case.check.time < since]

    verdicts: Counter[str] = Counter()
    with reporter.stage("probing the stores of cases") as progress:
        for looked in recheck(
            order.workspace,
            approved.grant,
            load_policy(None),
            choose,
            progress,
            approval=approved.approval,
            run=job.run,
            rules=active_rules(workspace=order.workspace),
        ):
            verdicts[str(looked.check.verdict)] += 1
            reasons = "; ".join(cut(looked.check.reasons, 3, one="reason"))
            verdict = looked.check.verdict.value.replace("_", " ")
            reporter.send(JobNote(text=short(f"{looked.after.id}: {verdict}{f' ({reasons})' if reasons else ''}")))
    return JobResult(figures={"cases": verdicts.total(), **verdicts})


def _report(order: JobOrder, job: ReportJob, reporter: JobReporter) -> JobResult:
    renderer, audience = by_name(job.format), audience_of(job.audience, job.vendor)
    apply, notice = workspace_suppressions(order.workspace)
    with run_report(order.workspace, job.run) as whole, reporter.stage("writing the report"):
        document, notes = reduce_report(apply(whole), audience, job.vendor, order.workspace, job.run)
        left_out = left_out_text(document, renderer, f"the format {renderer.meta.name}")
        for note in filter(None, (notice, *notes, left_out)):
            reporter.send(JobNote(text=short(note)))
        files = _written(order, (renderer.meta.name,), lambda _, path: write_all(document, renderer, path))
    return JobResult(files=files)


def _written(order: JobOrder, formats: Sequence[str], write: Callable[[str, Path], list[Path]]) -> tuple[str, ...]:
    """Write a document to the folder of exports in some formats. Returns the names of the files."""
    folder = folders.exports(order.workspace)
    folder.mkdir(mode=0o700, exist_ok=True)
    names: list[str] = []
    for name in formats:
        suffix = by_name(name).meta.suffix
        names += [path.name for path in write(name, folder / f"{order.id}{suffix}")]
    return tuple(names)


def _import(order: JobOrder, job: ImportJob, reporter: JobReporter) -> JobResult:
    counts: Counter[str] = Counter()
    with Workspace.open(order.workspace, create=False, trusted=True) as workspace:
        files = [folders.input_file(workspace, sha256) for sha256 in job.inputs]

    def paths() -> Iterator[Path]:
        # The workspace is open and locked now. A ledger in PostgreSQL keeps its connection; nothing new is connected.
        if not order.isolated:
            sandbox.require()
        yield from files

    with reporter.stage("importing") as progress:
        for end in import_reports(order.workspace, paths(), lambda _, facts: progress(facts, facts), job.app):
            if isinstance(end, TiebackError):
                counts["inputs_failed"] += 1
                reporter.send(JobNote(text=short(end.page_diagnostics())))
                continue
            counts.update(
                {"inputs_read": 1, "services": end.services, "endpoints": end.sightings, "ignored": end.left_out}
            )
            if end.declared or job.app:
                counts["declared_types"] += end.declared
            if end.before:
                reporter.send(JobNote(text=short(f"{end.title}: already imported on {end.before[:10]}")))
            elif end.first_left_out:
                text = f"{end.title}: {count_text(end.left_out, 'record')} ignored; first: {end.first_left_out}"
                reporter.send(JobNote(text=short(text)))
    if not counts["inputs_read"]:
        raise InputError("no report was imported", advice="See What happened on the page of this run")
    return JobResult(figures=dict(counts))


def _inventory(order: JobOrder, job: InventoryJob, reporter: JobReporter) -> JobResult:
    counts: Counter[str] = Counter()
    uploads = UploadFolder(order.workspace)
    with Workspace.open(order.workspace, create=False, trusted=True) as workspace:
        files = [folders.input_file(workspace, sha256) for sha256 in job.inputs]
    names = {path: upload.name for path in files if (upload := uploads.find(path.name)) is not None and upload.name}
    labels = dict(zip(job.inputs, map(str, files), strict=True))
    chosen = {_table_label(labels, table): mapping for table, mapping in job.columns.items() if table != EVERY_TABLE}
    request = InventoryRequest(
        taken=job.taken,
        tenant=job.tenant,
        complete=job.complete,
        partial=job.partial,
        columns=job.columns.get(EVERY_TABLE, {}),
        table_columns=chosen,
        file_names=names,
    )
    found: list[TableColumns] = []
    told: set[tuple[tuple[str, ...], tuple[tuple[str, str], ...], bool]] = set()

    def note(text: str) -> None:
        reporter.send(JobNote(text=short(uploads.name_of(text))))

    def confirm(label: str, _: Sequence[str], detected: Mapping[str, str]) -> bool:
        columns = ", ".join(f"{field} is {column}" for field, column in detected.items())
        word = "accepted" if job.accept_columns else "not imported until you accept them"
        note(f"{label}: detected columns, {word}: {columns}")
        return job.accept_columns

    def tell_columns(*, imported: bool) -> bool:
        """Report the tables of the last file, those with the same columns and meaning once; whether there was one."""
        tables = list(found)
        found.clear()
        for table, key in ((one, (one.columns, tuple(sorted(one.mapping.items())), imported)) for one in tables):
            if key not in told and len(told) < MAX_TABLES:
                told.add(key)
                reporter.send(_columns_message(table, labels, imported=imported))
        return bool(tables)

    def paths() -> Iterator[Path]:
        # As in ``_import``.
        if not order.isolated:
            sandbox.require()
        yield from files

    with reporter.stage("importing") as progress:
        for end in import_inventories(
            order.workspace,
            paths(),
            request,
            confirm,
            lambda _, rows: progress(rows, rows),
            lambda one: note(one.text),
            found.append,
        ):
            if isinstance(end, TiebackError):
                counts["inputs_failed"] += 1
                counts["tables_refused"] += tell_columns(imported=False)
                # Other advice names options of the command line.
                advice = f". {end.page}" if end.page else ""
                note(f"{end.where}: {end.what}{advice}" if end.where else f"{end.what}{advice}")
                continue
            if isinstance(end, InventoryStatement):
                counts["devices_removed"] += end.removed
                for text in (*end.notes, *end.problems):
                    note(f"{end.source}: {text}")
                continue
            tell_columns(imported=True)
            counts.update({"inputs_read": 1, "rows": end.entered.rows, "ignored": end.left_out + end.entered.skipped})
            note(f"{end.path}: {end.title}, {end.entered.shape}, data of {end.entered.taken}")
            for text in end.notes:
                note(f"{end.path}: {text}")
            if end.entered.again:
                note(f"{end.path}: already imported on {end.entered.imported.date()}")
            elif end.first_left_out:
                note(f"{end.path}: {count_text(end.left_out, 'record')} ignored; first: {end.first_left_out}")
    refused = counts.pop("tables_refused", 0)
    if not counts["inputs_read"]:
        advice = "Choose what the columns of the table mean" if refused else "See What happened on the page of this run"
        raise InputError("no inventory was imported", advice=advice)
    return JobResult(figures=dict(counts))


def _table_label(paths: Mapping[str, str], table: str) -> str:
    """The label of a table that is named by the SHA-256 of its upload, as the import names it."""
    sha256, mark, member = table.partition("!")
    return f"{paths.get(sha256, sha256)}{mark}{member}"


def _columns_message(table: TableColumns, paths: Mapping[str, str], *, imported: bool) -> JobColumns:
    """The message with the columns of a table, as many as fit into a line."""
    named = next(
        (f"{sha256}{rest}" for sha256, path in paths.items()
         if (rest := table.label.removeprefix(path)) != table.label and rest[:1] in ("", "!")),
        "",
    )  # fmt: skip
    shown: list[str] = []
    size = 0
    for column in table.columns:
        size += len(msgspec.json.encode(column)) + 1
        if size > _COLUMN_BYTES:
            break
        shown.append(column)
    return JobColumns(
        table=named[:_TABLE],
        columns=tuple(shown),
        more=len(table.columns) - len(shown),
        mapping={field: column[:MAX_COLUMN] for field, column in table.mapping.items()},
        origin=table.origin.value,
        imported=imported,
    )
