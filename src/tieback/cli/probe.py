"""``tieback probe``: probe services without an app, or evaluate a recording again."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from tieback.cli.formats import format_option
from tieback.cli.options import RulesOption, read_rules
from tieback.cli.report import print_left_out, writing
from tieback.cli.terminal import (
    UNFOLDED,
    ExitCode,
    NeverOption,
    OutputFormat,
    data_console,
    exit_with_failures,
    message_console,
    progress_bar,
    write_line,
)
from tieback.console import RowTable
from tieback.model.count_text import count_text
from tieback.model.document import encode
from tieback.model.errors import InputError, StoppedError, UsageError
from tieback.model.mail_domain import mail_domain
from tieback.model.probe import Outcome, ProbeReport, TargetVerdict
from tieback.model.report.scope import SkipReason

if TYPE_CHECKING:
    from tieback.model.grant import Grant
    from tieback.report.interface import Renderer
    from tieback.userrules.model import UserRules

ROOMY = 100
"""Terminal width from which the table contains the bytes sent and read."""
SHOWN = 50
"""Maximum stores whose contents are shown on a terminal. A pipe gets all."""

_OUTCOME_WORDS = {
    Outcome.REFUSED: "refused",
    Outcome.TIMEOUT: "no answer",
    Outcome.TLS_ERROR: "TLS failed",
    Outcome.PROTOCOL_MISMATCH: "no known store",
    Outcome.HOSTILE: "broke a limit",
    Outcome.OUT_OF_SCOPE: "outside the grant",
    Outcome.BUDGET_SPENT: "budget spent",
    Outcome.ERROR: "error",
    Outcome.NOT_RECORDED: "not recorded",
}
_WORDS_OF_DNS = {SkipReason.NOT_RESOLVED: "no address", SkipReason.DNS_FAILED: "not resolved"}
"""Verdicts of targets that the grant covers, and that were not contacted for want of an address."""
_COUNTED = {
    Outcome.REFUSED: "closed",
    Outcome.TIMEOUT: "without an answer, so not decided",
}
"""Outcomes that are only counted for the ports of a host, block or range; and targets that were not contacted."""
_FAILURES = {
    TargetVerdict.NONE: ("target without a verdict", "targets without a verdict"),
    TargetVerdict.UNRECOGNISED: ("target with no known store", "targets with no known store"),
    TargetVerdict.CLOSED: ("closed target", "closed targets"),
    TargetVerdict.NOT_PROBED: ("target not contacted", "targets not contacted"),
}
"""Verdicts of targets without a result, in the singular and in the plural."""


def probe(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TARGET|@FILE",
            help="HOST, HOST:PORT, HOST:FROM-TO, CIDR[:PORT] or a URL. Without a port: all usual ports. "
            "@FILE: one target per line.",
        ),
    ] = None,
    grant: Annotated[Path | None, typer.Option(help="Grant file; required unless --replay is used.")] = None,
    targets_file: Annotated[Path | None, typer.Option("--targets", help="File of targets, one per line.")] = None,
    output: Annotated[OutputFormat, format_option(OutputFormat, "A table, or one JSON document per service.")] = (
        OutputFormat.TABLE
    ),
    report: Annotated[
        list[Path] | None,
        typer.Option(
            help="File to write a report to; the suffix (.html, .pdf, .sarif, …) sets the format; repeatable."
        ),
    ] = None,
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
    own_domain: Annotated[
        list[str] | None,
        typer.Option(help="Your e-mail domain: counts sampled people there, at depth sample; repeatable."),
    ] = None,
    never: NeverOption = None,
    rules: RulesOption = None,
) -> None:
    """Check if data stores allow unauthenticated access, and what they expose. Read-only, under a grant.

    Ctrl-C (exit code 130) or the stop file (3) ends the run and keeps the results. The same command resumes it within
    24 hours.

    Example: tieback probe es.example.org:9200 192.0.2.0/28 --grant grant.toml --report stores.html
    """
    words = [*(targets or []), *([f"@{targets_file}"] if targets_file is not None else [])]
    if replay is not None:
        if words or grant is not None or record is not None:
            raise UsageError(
                "--replay cannot be combined with targets, --grant or --record", advice="Pass only --replay FILE"
            )
        _replay(replay, output, _renderers(report), read_rules(rules))
    elif grant is None:
        raise UsageError(
            "missing --grant", advice="Pass --grant FILE (create one with `tieback grant new`), or --replay FILE"
        )
    elif not words:
        raise UsageError("missing targets", advice="Pass a HOST, HOST:PORT, CIDR or URL, @FILE or --targets FILE")
    else:
        log = audit or grant.parent / "audit.jsonl"
        files = _renderers(report)
        own = frozenset(map(mail_domain, own_domain or ()))
        stop = stop_file or log.parent / "stop"
        _ask(words, grant, log, record, output, stop, files, never, own, read_rules(rules), afresh=afresh)


def _renderers(files: list[Path] | None) -> "list[tuple[Path, Renderer]]":
    """The renderer of each report file, before anything is contacted.

    Raises:
        UsageError: unknown suffix.
        WorkspaceError: a file cannot be written.
    """
    if not files:
        return []
    from tieback.report import by_suffix
    from tieback.report.files import check_place

    found = [(path, by_suffix(path)) for path in files]
    for path in files:
        check_place(path, "report")
    return found


class _Tally:
    """Collects probe reports, or only the counts if no table and no report needs them."""

    def __init__(
        self, output: OutputFormat, derived: Callable[[str], bool] = lambda _target: False, *, keep: bool = False
    ) -> None:
        self._output = output
        self._derived = derived
        """True for a target whose port the user did not name."""
        self._keep = keep
        self.all: list[ProbeReport] = []
        self.shown: list[ProbeReport] = []
        self.counted: Counter[Outcome] = Counter()
        self.skipped: list[ProbeReport] = []
        """Targets that were not contacted, for the reasons."""
        self.total = self.outside = 0
        self.reasons: Counter[SkipReason] = Counter()
        """Why targets were not contacted, whether or not the user named their port."""
        self._failed: dict[TargetVerdict, Counter[tuple[str, str]]] = {verdict: Counter() for verdict in _FAILURES}
        """Targets without a result: by ``host:port`` and how the conversation ended."""
        self._answered: set[str] = set()
        """``host:port`` with a store at its root or below a path."""
        self.days: set[str] = set()

    async def take(self, found: AsyncGenerator[ProbeReport]) -> None:
        """Collect reports, and print the lines."""
        async with aclosing(found):
            async for report in found:
                self._add(report)

    @property
    def failed(self) -> int:
        """Number of targets without a result. A URL with a path names several places, of which one is enough."""
        return sum(self._count(verdict) for verdict in _FAILURES)

    @property
    def failure_text(self) -> str:
        """How many targets have no result, by their verdict, and the first of each with how its conversation ended."""
        from tieback.report.shortened import cut_text
        from tieback.report.texts.unprobed import MOST_NAMED

        parts = []
        for verdict, (one, more) in _FAILURES.items():
            if count := self._count(verdict):
                how = verdict is TargetVerdict.NONE
                lost = (f"{place} ({word})" if how else place for place, word, _ in self._without_result(verdict))
                parts.append(f"{count_text(count, one, more)}: {cut_text(lost, MOST_NAMED)}")
        return "; ".join(parts)

    def _count(self, verdict: TargetVerdict) -> int:
        return sum(count for _, _, count in self._without_result(verdict))

    def _without_result(self, verdict: TargetVerdict) -> Iterator[tuple[str, str, int]]:
        for (place, word), count in self._failed[verdict].items():
            if not (verdict is TargetVerdict.UNRECOGNISED and place in self._answered):
                yield place, word, count

    def _add(self, report: ProbeReport) -> None:
        from tieback.pipeline.probing.probe_report import skip_reason

        self.total += 1
        if report.outcome is Outcome.OUT_OF_SCOPE:
            self.outside += 1
            self.reasons[skip_reason(report)] += 1
        if report.replayed:
            self.days.add(report.replayed)
        if self._output is OutputFormat.JSON:
            write_line(encode("probe", report))
        if self._keep:
            self.all.append(report)
        verdict = report.verdict
        skipped = verdict is TargetVerdict.NOT_PROBED
        closed = verdict is TargetVerdict.CLOSED
        counted = (skipped or closed or report.outcome is Outcome.TIMEOUT) and self._derived(report.target)
        # A host without a port is probed on every usual port. Most of them are closed; this is not a failure.
        if verdict is TargetVerdict.ANSWERED:
            self._answered.add(report.place)
        elif not (counted and closed):
            self._failed[verdict][report.place, _outcome_word(report)] += 1
        if counted and skipped:
            self.skipped.append(report)
        elif counted:
            self.counted[report.outcome] += 1
        elif self._output is OutputFormat.TABLE:
            self.shown.append(report)


def _replay(path: Path, output: OutputFormat, files: "list[tuple[Path, Renderer]]", rules: "UserRules | None") -> None:
    from tieback.pipeline.probing.targets import replay_from
    from tieback.scope.event_loop import run
    from tieback.scope.replay import ReplayDialer
    from tieback.scope.transcript import read_transcripts

    recorded = ReplayDialer(read_transcripts(path))
    tally = _Tally(output, recorded.is_derived, keep=bool(files))
    run(tally.take(replay_from(recorded, rules=rules)))
    days = sorted(tally.days)
    if output is OutputFormat.TABLE:
        _print(tally, rules)
    _write(tally.all, None, "", files, rules)
    if days:
        when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
        typer.echo(f"replayed from {when}: nothing was contacted", err=True)
    if tally.failed:
        exit_with_failures(tally.failure_text)


def _write(
    reports: list[ProbeReport],
    grant: "Grant | None",
    audit: str,
    files: "list[tuple[Path, Renderer]]",
    rules: "UserRules | None",
) -> None:
    if not files:
        return
    from tieback.pipeline.probing.probe_report import probe_report
    from tieback.report.files import write_all

    document = probe_report(reports, grant, audit, rules)
    for path, renderer in files:
        with writing(renderer):
            written = write_all(document, renderer, path)
        for one in written:
            message_console().print(f"report: {one}")
        print_left_out(document, renderer, str(path))


def _ask(
    words: list[str],
    grant: Path,
    audit: Path,
    record: Path | None,
    output: OutputFormat,
    stop: Path,
    files: "list[tuple[Path, Renderer]]",
    never: Path | None,
    own: frozenset[str],
    rules: "UserRules | None",
    *,
    afresh: bool,
) -> None:
    from tieback.pipeline.probing.targets import ProbeRunSettings, RunStart, TargetList, probe_targets
    from tieback.pipeline.progress import today_utc
    from tieback.pipeline.rule_sets import probe_set
    from tieback.scope.event_loop import run
    from tieback.scope.policy.approval import load_approved_grant

    approved = load_approved_grant(grant, never, today_utc())
    permission = approved.grant
    wanted = TargetList(words, probe_set(rules))
    tally = _Tally(output, wanted.is_derived, keep=bool(files))

    def begin(begun: RunStart) -> None:
        if begun.before:
            count = f"{begun.before:,} of {count_text(begun.total, 'target was', 'targets were')}"
            typer.echo(f"resuming: {count} probed in the earlier run", err=True)

    stopped, interrupted = "", False
    with progress_bar("probing") as progress:
        settings = ProbeRunSettings(audit, record, afresh, stop, approved.approval, own, rules, wanted.is_derived)
        found = probe_targets(wanted, permission, settings, progress, begin, wanted.hints, wanted.remarks)
        try:
            run(tally.take(found))
        except KeyboardInterrupt:
            interrupted = True
        except StoppedError as error:
            stopped = error.what
    # A table keeps the order of the targets; JSON lines come as soon as they are known.
    places = {label: place for place, label in enumerate(wanted.places)}
    for reports in (tally.shown, tally.all):
        reports.sort(key=lambda report: places.get(report.target, len(places)))
    if output is OutputFormat.TABLE:
        _print(tally, rules)
    _write(tally.all, permission, str(audit), files, rules)
    done = f"after {tally.total} of {count_text(len(wanted), 'target')}"
    if interrupted:
        raise KeyboardInterrupt(f" {done}: what was probed is kept, and the same command resumes within 24 hours")
    if stopped:
        typer.echo(f"stopped {done} ({stopped}); the same command resumes within 24 hours", err=True)
        raise typer.Exit(ExitCode.SOME_FAILED)
    if tally.outside == tally.total:
        raise _none_contacted(tally.reasons, str(grant))
    if tally.failed:
        exit_with_failures(tally.failure_text)


def _none_contacted(reasons: Mapping[SkipReason, int], grant: str) -> InputError:
    """The error of a run that contacted nothing: the grant is its reason only if it is that of each target."""
    from tieback.report.texts.unprobed import SKIPPED_WORDS

    if not reasons.keys() & _WORDS_OF_DNS.keys():
        advice = "See the reasons with `tieback grant explain`"
        return InputError("the grant covers none of the targets", where=grant, advice=advice)
    several = len(reasons) > 1
    told = (f"{f'{count:,}: ' if several else ''}{SKIPPED_WORDS[reason]}" for reason, count in reasons.items())
    return InputError("no target was contacted", where=grant, advice=" ".join(told).rstrip("."))


def _verdict(report: ProbeReport) -> str:
    """The access state, with the account name from the grant if one was used; or how the conversation ended."""
    from tieback.report.verdict import access_text

    return access_text(report) if report.outcome is Outcome.OK else _outcome_word(report)


def _outcome_word(report: ProbeReport) -> str:
    """How a conversation ended without a store."""
    from tieback.pipeline.probing.probe_report import skip_reason

    if report.outcome is Outcome.OUT_OF_SCOPE and (words := _WORDS_OF_DNS.get(skip_reason(report))):
        return words
    if report.outcome is Outcome.REFUSED and report.verdict is TargetVerdict.NONE:
        return "closed after accepting"
    if report.outcome is Outcome.TIMEOUT and report.bytes_read:
        return "no complete answer"
    return _OUTCOME_WORDS[report.outcome]


def _print(tally: _Tally, rules: "UserRules | None") -> None:
    from tieback.assess.leaves import bytes_total, records_total
    from tieback.pipeline.probing.probe_report import judge_stores, skip_reason
    from tieback.report.figures import bytes_text, figure_text, holds_data
    from tieback.report.store_tables import print_store
    from tieback.report.texts.clean import clean
    from tieback.report.texts.stores import EXPERIMENTAL, RANSOM_WORDS
    from tieback.report.texts.unprobed import SKIPPED_WORDS

    console = data_console()
    # Server text is untrusted: it must not move the cursor.
    table = RowTable()
    columns = ["target", "verdict", "product", "records", "bytes", "ransom", "sent", "read"]
    if console.width < ROOMY:
        del columns[-2:]
    for column in columns:
        right = column in {"records", "bytes", "sent", "read"}
        table.add_column(column, justify="right" if right else "left", overflow="fold", no_wrap=right)
    mark = {False: "", True: f"({EXPERIMENTAL})"}
    for report in tally.shown:
        cells = (
            Text(report.target),
            Text(_verdict(report)),
            Text(" ".join(filter(None, (clean(report.product), clean(report.version), mark[report.experimental])))),
            figure_text(records_total(report.containers, report.unlisted)) if holds_data(report.containers) else "",
            bytes_text(bytes_total(report.containers, report.unlisted)) if holds_data(report.containers) else "",
            Text(RANSOM_WORDS[report.ransom.verdict]),
            f"{report.bytes_sent:,} B",
            f"{report.bytes_read:,} B",
        )
        table.add_row(*cells[: len(columns)])
    if tally.shown:
        console.print(table)
    for outcome, words in _COUNTED.items():
        if count := tally.counted[outcome]:
            console.print(Text(f"{count:,} {'target is' if count == 1 else 'targets are'} {words}", style="dim"))
    for reason, count in Counter(map(skip_reason, tally.skipped)).items():
        told = f"{count:,} {'target was' if count == 1 else 'targets were'} not contacted: {SKIPPED_WORDS[reason]}"
        console.print(Text(told, style="yellow"))
    stores = judge_stores(tally.shown, rules)
    most = SHOWN if console.width < UNFOLDED else len(stores)
    for store in stores[:most]:
        print_store(store, console)
    if len(stores) > most:
        console.print(
            Text(f"\nand {count_text(len(stores) - most, 'more store')}: --report FILE or --format json", style="dim")
        )
    named = {target for store in stores[:most] for target in store.targets}  # the lines of a store have what it lacks
    problems = [
        (report.target, problem)
        for report in tally.shown
        for problem in report.problems
        if not (report.target in named and problem[:300] in report.unlisted)
    ]
    if stores and problems:
        console.print()
    for target, problem in problems:
        console.print(Text(clean(f"! {target}: {problem}", 500), style="dim"))
