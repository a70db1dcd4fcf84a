"""``tieback probe``: probe services without an app, or evaluate a recording again."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from tieback.cli.formats import format_option
from tieback.cli.terminal import ExitCode, NeverOption, OutputFormat, data_console, progress_bar, write_line
from tieback.model.document import encode
from tieback.model.errors import InputError, StoppedError, UsageError
from tieback.model.probe import Outcome, ProbeReport, RansomVerdict


def probe(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="HOST[:PORT]|@FILE", help="Targets. Without a port: all usual ports. @FILE: one target per line."
        ),
    ] = None,
    grant: Annotated[Path | None, typer.Option(help="Grant file; required unless --replay is used.")] = None,
    targets_file: Annotated[Path | None, typer.Option("--targets", help="File of targets, one per line.")] = None,
    output: Annotated[OutputFormat, format_option(OutputFormat, "A table, or one JSON document per service.")] = (
        OutputFormat.TABLE
    ),
    audit: Annotated[
        Path | None, typer.Option(help="Audit log to append to; default: audit.jsonl next to the grant.")
    ] = None,
    record: Annotated[
        Path | None, typer.Option(help="File to record all sent and received bytes in, for --replay.")
    ] = (None),
    replay: Annotated[
        Path | None,
        typer.Option(help="Evaluate a --record file with the current rules; contacts nothing, needs no grant."),
    ] = None,
    afresh: Annotated[
        bool, typer.Option("--afresh", help="Probe all targets again instead of resuming a stopped run.")
    ] = False,
    stop_file: Annotated[
        Path | None,
        typer.Option(help="The run stops once this file exists; default: a file named stop next to the audit log."),
    ] = None,
    never: NeverOption = None,
) -> None:
    """Check if data stores allow unauthenticated access, and what they expose. Read-only, under a grant.

    Ctrl-C or the stop file ends the run and keeps the results. The same command resumes it within 24 hours.

    Example: tieback probe es.example.org:9200 '[2001:db8::1]:27017' --grant grant.toml
    """
    words = [*(targets or []), *([f"@{targets_file}"] if targets_file is not None else [])]
    if replay is not None:
        if words or grant is not None or record is not None:
            raise UsageError(
                "--replay cannot be combined with targets, --grant or --record", advice="Pass only --replay FILE"
            )
        _replay(replay, output)
    elif grant is None:
        raise UsageError(
            "missing --grant", advice="Pass --grant FILE (create one with `tieback grant new`), or --replay FILE"
        )
    elif not words:
        raise UsageError("missing targets", advice="Pass HOST[:PORT], @FILE or --targets FILE")
    else:
        log = audit or grant.parent / "audit.jsonl"
        _ask(words, grant, log, record, output, stop_file or log.parent / "stop", never, afresh=afresh)


class _Tally:
    """Collects probe reports: all of them for a table, only the counts for JSON lines."""

    def __init__(self, output: OutputFormat, places: Mapping[str, str | None] | None = None) -> None:
        self._output = output
        self._places = places or {}
        """Targets, with the store that usually listens there if the user named no port."""
        self.shown: list[ProbeReport] = []
        self.total = self.closed = self.failed = self.outside = 0
        self.days: set[str] = set()

    async def take(self, found: AsyncGenerator[ProbeReport]) -> None:
        """Collect reports, and print the lines."""
        async with aclosing(found):
            async for report in found:
                self._add(report)

    def _add(self, report: ProbeReport) -> None:
        self.total += 1
        self.outside += report.outcome is Outcome.OUT_OF_SCOPE
        if report.replayed:
            self.days.add(report.replayed)
        if self._output is OutputFormat.JSON:
            write_line(encode("probe", report))
        # A host without a port is probed on every usual port. Most of them are closed; this is not a failure.
        if report.outcome is Outcome.REFUSED and self._places.get(report.target):
            self.closed += 1
            return
        self.failed += report.outcome is not Outcome.OK
        if self._output is OutputFormat.TABLE:
            self.shown.append(report)


def _replay(path: Path, output: OutputFormat) -> None:
    from tieback.pipeline.probing.targets import replay
    from tieback.scope.event_loop import run

    tally = _Tally(output)
    run(tally.take(replay(path)))
    days = sorted(tally.days)
    if output is OutputFormat.TABLE:
        _print(tally.shown, 0)
    if days:
        when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
        typer.echo(f"replayed from {when}: nothing was contacted", err=True)
    if tally.failed:
        raise typer.Exit(ExitCode.SOME_FAILED)


def _ask(
    words: list[str],
    grant: Path,
    audit: Path,
    record: Path | None,
    output: OutputFormat,
    stop: Path,
    never: Path | None,
    *,
    afresh: bool,
) -> None:
    from tieback.pipeline.probing.targets import ProbeRunSettings, RunStart, TargetList, probe_targets
    from tieback.pipeline.progress import today_utc
    from tieback.scope.event_loop import run
    from tieback.scope.policy.approval import load_approved_grant

    approved = load_approved_grant(grant, never, today_utc())
    permission = approved.grant
    wanted = TargetList(words)
    tally = _Tally(output, wanted.places)

    def begin(begun: RunStart) -> None:
        if begun.before:
            typer.echo(f"resuming: {begun.before} of {begun.total} targets were probed in the earlier run", err=True)

    stopped = ""
    with progress_bar("probing") as progress:
        settings = ProbeRunSettings(audit, record, afresh, stop, approved.approval)
        found = probe_targets(wanted, permission, settings, progress, begin)
        try:
            run(tally.take(found))
        except KeyboardInterrupt:
            stopped = "Ctrl-C"
        except StoppedError as error:
            stopped = error.what
    if output is OutputFormat.TABLE:
        # A table keeps the order of the targets; JSON lines come as soon as they are known.
        places = {label: place for place, label in enumerate(wanted.places)}
        tally.shown.sort(key=lambda report: places.get(report.target, len(places)))
        _print(tally.shown, tally.closed)
    if stopped:
        done = f"stopped after {tally.total} of {len(wanted)} targets ({stopped})"
        typer.echo(f"{done}; the same command resumes within 24 hours", err=True)
        raise typer.Exit(ExitCode.SOME_FAILED)
    if tally.outside == tally.total:
        raise InputError(
            "the grant covers none of the targets",
            where=str(grant),
            advice="See the reasons with `tieback grant explain`",
        )
    if tally.failed:
        raise typer.Exit(ExitCode.SOME_FAILED)


def _access(report: ProbeReport) -> str:
    """The access state; with the account name from the grant, if one was used."""
    from tieback.report.document import clean

    if report.outcome is not Outcome.OK:
        return "-"
    return f"{report.access} as {clean(report.account, 40)}" if report.account else str(report.access)


def _print(reports: list[ProbeReport], closed: int) -> None:
    from tieback.assess.honeypots import HoneypotSigns
    from tieback.assess.leaves import bytes_total, records_total
    from tieback.assess.ransom import RANSOMED
    from tieback.report.document import clean
    from tieback.report.figures import bytes_text, figure_text

    # Server text is untrusted: it must not move the cursor.
    table = Table(box=None, pad_edge=False)
    for column in ("target", "outcome", "access", "product", "records", "bytes", "ransom", "sent/read"):
        right = column in {"records", "bytes"}
        table.add_column(column, justify="right" if right else "left", overflow="fold", no_wrap=right)
    for report in reports:
        table.add_row(
            Text(report.target),
            Text(str(report.outcome)),
            Text(_access(report)),
            Text(clean(f"{report.product} {report.version}".strip())),
            figure_text(records_total(report.containers)) if report.containers else "",
            bytes_text(bytes_total(report.containers)) if report.containers else "",
            Text("" if report.ransom.verdict is RansomVerdict.NONE else str(report.ransom.verdict)),
            f"{report.bytes_sent:,}/{report.bytes_read:,} B",
        )
    console = data_console()
    if reports:
        console.print(table)
    if closed:
        console.print(Text(f"{closed} of the usual ports are closed", style="dim"))
    honeypots = HoneypotSigns(reports)
    for report in reports:
        for reason in honeypots.reasons(report):
            console.print(Text(clean(f"! {report.target}: probably a honeypot: {reason}", 500), style="bold magenta"))
        for reason in report.ransom.reasons if report.ransom.verdict in RANSOMED else ():
            console.print(
                Text(clean(f"! {report.target}: {report.ransom.verdict}: {reason}", 500), style="bold magenta")
            )
        for problem in report.problems:
            console.print(Text(clean(f"! {report.target}: {problem}", 500), style="dim"))
