"""``tieback scan``: analyse inputs, probe under a grant, and report."""

import sys
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tieback.cli.formats import format_option
from tieback.cli.options import MappingOption, RulesOption, SourceOption, read_rules, read_source
from tieback.cli.process import discard_stdout, output_error
from tieback.cli.report import (
    FORMATS,
    AudienceOption,
    BaselineOption,
    SampleOption,
    SuppressionsOption,
    VendorOption,
    print_left_out,
    read_baseline,
    read_suppressions,
    reduced,
    show,
    with_baseline,
    writing,
)
from tieback.cli.terminal import (
    ExitCode,
    NeverOption,
    OwnWorkspaceOption,
    exit_with_findings,
    message_console,
    print_failure,
    print_skipped,
    progress_bar,
)
from tieback.cli.workspace_ledger import LedgerOption, ensure_ledger
from tieback.model.errors import UsageError, WorkspaceError
from tieback.model.exposure import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tieback.engine.interface import Engine
    from tieback.model.report.document import Report
    from tieback.pipeline.inputs.spec import InputSpec
    from tieback.report.interface import Renderer


class FailOn(StrEnum):
    """Values of ``--fail-on``: a severity, ``unprobed``, ``undecided``, ``unread`` or ``unfollowed``."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"
    UNPROBED = "unprobed"
    """A candidate was not probed: DNS not allowed, no address, outside the grant, grant expired, or over budget."""
    UNDECIDED = "undecided"
    """A store answered, but is known neither as open nor as closed: an unclear answer, or an untested access path."""
    UNREAD = "unread"
    """An app was only partly read: its code is encrypted, packed, missing or damaged, or is not in the package. Or a
    capture was only partly read: it is damaged, or a part of it is not understood."""
    UNFOLLOWED = "unfollowed"
    """Every part of an app was searched, but not all of its code was followed to its end: a limit of tieback."""


def scan(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="INPUT",
            help="App packages, captures, logs, tar shards, folders of them; or s3://, gs://, az://, https:// URLs.",
        ),
    ] = None,
    grant: Annotated[Path | None, typer.Option(help="Grant file; without one, no back end is contacted.")] = None,
    manifest: Annotated[
        list[Path] | None,
        typer.Option(help="Table of inputs with path, sha256 and size (CSV, TSV, JSON lines, Parquet); repeatable."),
    ] = None,
    report: Annotated[
        list[Path] | None,
        typer.Option(
            help="File to write the report to; the suffix (.html, .pdf, .sarif, …) sets the format; repeatable."
        ),
    ] = None,
    workspace: OwnWorkspaceOption = Path(".tieback"),
    ledger: LedgerOption = None,
    output: Annotated[str, format_option(FORMATS, "Format of the report on stdout.")] = "table",
    brief: Annotated[
        bool, typer.Option("--brief", help="Tables: print only exposed stores, findings and problems.")
    ] = False,
    fail_on: Annotated[
        list[FailOn] | None,
        typer.Option(
            help="Exit with code 1 if a finding (--baseline: a new or worse one) has at least this severity. Or, with "
            "unprobed, if a candidate was not probed; with undecided, if a store or probed target is not decided. With "
            "unread, if a part of an app or capture was not read; with unfollowed, if code of an app was not followed "
            "to its end (a limit of tieback). Repeatable; default: never."
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Worker processes; default: one per core.")
    ] = None,
    engine: Annotated[
        str, typer.Option(help="Where to run the work: local, or dask://HOST:PORT (a scheduler; needs --certs).")
    ] = "local",
    certs: Annotated[Path | None, typer.Option(help="Folder with the certificates of the cluster.")] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Retry inputs that crashed or timed out in an earlier run.")
    ] = False,
    audience: AudienceOption = "internal",
    vendor: VendorOption = "",
    suppressions: SuppressionsOption = None,
    baseline: BaselineOption = None,
    sample_of: SampleOption = None,
    never: NeverOption = None,
    mapping: MappingOption = None,
    source: SourceOption = None,
    rules: RulesOption = None,
) -> None:
    """Analyse apps, map their back ends, probe the data stores that the grant covers, and write a report.

    Example: tieback scan app.apk other.ipa --grant grant.toml --report report.html
    """
    from tieback.pipeline.progress import today_utc
    from tieback.pipeline.scan import ScanRequest, run_scan
    from tieback.report import by_suffix
    from tieback.report.audience import audience_of
    from tieback.report.files import check_place
    from tieback.report.sampling import with_population_estimate
    from tieback.report.texts.unread import unread_errors
    from tieback.scope.policy.approval import load_approved_grant
    from tieback.scope.policy.never import load_site_policy

    if sample_of is not None and grant is None:
        raise UsageError(
            "nothing is probed without a grant, so nothing can be extrapolated",
            where=f"--sample-of {sample_of}",
            advice="Add --grant",
        )
    who = audience_of(audience, vendor)
    files = [(path, by_suffix(path)) for path in report or ()]
    for path, _ in files:
        check_place(path, "report")
    past, set_apart = read_baseline(baseline), read_suppressions(workspace, suppressions)
    located = read_source(mapping, source)
    approved = load_approved_grant(grant, never, today_utc()) if grant is not None else None
    request = ScanRequest(
        inputs=_inputs(inputs or (), manifest or ()),
        grant=approved.grant if approved is not None else None,
        workspace=workspace,
        workers=workers,
        retry=retry,
        engine=_engine(engine, certs),
        approval=approved.approval if approved is not None else None,
        never=load_site_policy(never).rules if approved is None and never is not None else None,
        rules=read_rules(rules, workspace),
    )
    ensure_ledger(workspace, ledger)
    with _kept_after_interrupt(), run_scan(request, progress_bar) as done:
        for error in done.failed:
            print_failure(error)
        print_skipped(done.skipped)
        if text := done.taken_over.text:
            message_console().print(text)
        for part in done.set_aside:
            message_console().print(f"removed a damaged file from the lake: {part}")
        judged = with_population_estimate(with_baseline(set_apart(located(done.report)), past), sample_of)
        document = reduced(judged, who, vendor, workspace)
        # The errors say it all; only files and formats for programs have a report without an input.
        stdout = "" if output == "table" and done.failed and not done.inputs_read else output
        lost, closed = _write_outputs(document, files, stdout, brief=brief, least=_least(fail_on or ()))
        reasons = list(_reasons_to_fail(judged, fail_on or ()))
        _print_uncounted(judged, fail_on or (), passed=not reasons)
        damaged = list(unread_errors(done.report))
        for error in damaged:
            print_failure(error)
    if reasons:
        exit_with_findings(*reasons)
    if lost:
        message_console().print(f"the run is kept: tieback report -w {workspace}")
        raise typer.Exit(ExitCode.SOME_FAILED)
    if done.failed or damaged:
        if not done.inputs_read:
            message_console().print("no input was read, so the workspace has no new run")
        raise typer.Exit(ExitCode.SOME_FAILED if done.inputs_read else ExitCode.NOTHING_DONE)
    if closed:
        raise typer.Exit(ExitCode.CLOSED_PIPE)


def _write_outputs(
    document: "Report",
    files: "Iterable[tuple[Path, Renderer]]",
    output: str,
    *,
    brief: bool,
    least: Severity | None,
) -> tuple[bool, bool]:
    """Write the report to files and, unless the format is empty, to stdout.

    The run is stored: a full disk or a closed pipe must not hide its end.

    Returns:
        Whether an output could not be written, and whether the reader of stdout closed the pipe.
    """
    from tieback.report.files import write_all

    lost = closed = False
    written: list[Path] = []
    for path, renderer in files:
        try:
            with writing(renderer):
                written += write_all(document, renderer, path)
        except WorkspaceError as error:
            print_failure(error)
            lost = True
    try:
        if output:
            show(document, output, brief=brief, least=least)
        sys.stdout.flush()
    except BrokenPipeError:
        closed = True
        discard_stdout()
    except OSError as error:
        print_failure(output_error(error))
        lost = True
        discard_stdout()
    for path in written:
        message_console().print(f"report: {path}")
    for path, renderer in files:
        if path in written:
            print_left_out(document, renderer, str(path))
    return lost, closed


@contextmanager
def _kept_after_interrupt() -> "Iterator[None]":
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(": what was read is kept, and the same command continues") from None


def _least(fail_on: "Sequence[FailOn]") -> Severity | None:
    """The lowest severity that fails the command; ``None`` if none does."""
    levels = [Severity(one) for one in fail_on if one in {*Severity}]
    return min(levels, key=lambda level: level.rank, default=None)


def _reasons_to_fail(judged: "Report", fail_on: "Sequence[FailOn]") -> "Iterator[str]":
    """Why the command ends with exit code 1, one line each."""
    from tieback.report.texts.headline import undecided_text
    from tieback.report.texts.unprobed import no_verdict_text, undecided_names, unprobed_names, unprobed_text
    from tieback.report.texts.unread import unfollowed_reason, unread_reason

    if (least := _least(fail_on)) is not None:
        severe = judged.new_at_or_above(least)
        new = "" if judged.baseline is None else "new or worse "
        if severe:
            yield f"{severe:,} {new}finding{'s'[: severe > 1]} at or above {least}"
    if FailOn.UNPROBED in fail_on and (text := unprobed_text(judged)):
        yield f"{text} Not probed: {unprobed_names(judged)}"
    if FailOn.UNDECIDED in fail_on and (text := undecided_text(judged.headline)):
        yield f"{text} Not decided: {undecided_names(judged)}"
    if FailOn.UNDECIDED in fail_on and (text := no_verdict_text(judged)):
        yield text
    if FailOn.UNREAD in fail_on and (text := unread_reason(judged)):
        yield text
    if FailOn.UNFOLLOWED in fail_on and (text := unfollowed_reason(judged)):
        yield text


def _print_uncounted(judged: "Report", fail_on: "Sequence[FailOn]", *, passed: bool) -> None:
    """Name what does not fail the command although it leaves something open, so that exit code 0 is no surprise."""
    from tieback.report.texts.headline import undecided_text
    from tieback.report.texts.unprobed import unprobed_text
    from tieback.report.texts.unread import unfollowed_note, unread_reason

    if FailOn.UNREAD in fail_on and FailOn.UNFOLLOWED not in fail_on and (text := unfollowed_note(judged)):
        message_console().print(text)
    least = _least(fail_on)
    if least is None or not passed:
        return
    open_ends = (
        (FailOn.UNPROBED, unprobed_text(judged)),
        (FailOn.UNDECIDED, undecided_text(judged.headline)),
        (FailOn.UNREAD, unread_reason(judged)),
    )
    for reason, text in open_ends:
        if text and reason not in fail_on:
            message_console().print(
                f"{text.removesuffix('.')}. --fail-on {least} does not count this, --fail-on {reason} does"
            )


def _inputs(texts: "Iterable[str]", manifests: "Iterable[Path]") -> "tuple[InputSpec, ...]":
    """The inputs in the order of the command line.

    Raises:
            UsageError: no input, or one that is neither a path nor a supported URL.
    """
    from tieback.pipeline.inputs.spec import Manifest, parse_input

    found = (*map(parse_input, texts), *map(Manifest, manifests))
    if not found:
        raise UsageError("missing input", advice="Pass files, folders or URLs, or a --manifest")
    return found


def _engine(name: str, certs: Path | None) -> "Engine | None":
    """The engine with this name; ``None`` for local processes."""
    if name == "local":
        if certs is not None:
            raise UsageError("--certs needs a cluster engine", where="--certs", advice="Add --engine dask://HOST:PORT")
        return None
    from tieback.cli.cluster import connect_engine

    return connect_engine(name, certs)
