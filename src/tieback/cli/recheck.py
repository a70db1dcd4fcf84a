"""``tieback recheck`` and ``tieback watch``: check if the stores of cases are still open."""

import re
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from tieback.cli.case_options import PolicyOption
from tieback.cli.formats import format_option
from tieback.cli.options import RulesOption, RunOption, read_rules
from tieback.cli.process import stop_signals
from tieback.cli.terminal import (
    ExitCode,
    NeverOption,
    OutputFormat,
    WorkspaceOption,
    data_console,
    message_console,
    print_problem,
    progress_bar,
    write_line,
)
from tieback.console import RowTable
from tieback.model.case import Case, CaseState, RecheckVerdict
from tieback.model.count_text import count_text
from tieback.model.document import encode
from tieback.model.errors import UsageError
from tieback.model.figure import Figure, Quality
from tieback.report.shortened import cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tieback.cases.events import CaseEvent
    from tieback.pipeline.disclosure.watch import Channel

WORKSPACE = Path(".tieback")
GrantOption = Annotated[Path, typer.Option(help="Grant file; nothing outside it is contacted.")]
CaseOption = Annotated[
    list[str] | None,
    typer.Option("--case", help="Case ID or unique prefix; repeatable; default: all cases that are not closed."),
]
_UNITS = {"m": 60, "h": 3600, "d": 86_400}


def recheck(
    *,
    grant: GrantOption,
    case: CaseOption = None,
    state: Annotated[list[CaseState] | None, typer.Option(help="Check only cases in this state; repeatable.")] = None,
    policy: PolicyOption = None,
    never: NeverOption = None,
    workspace: WorkspaceOption = WORKSPACE,
    run: RunOption = "",
    rules: RulesOption = None,
    output: Annotated[OutputFormat, format_option(OutputFormat, "A table, or one JSON event per line.")] = (
        OutputFormat.TABLE
    ),
) -> None:
    """Probe the stores of cases again, under a grant.

    The verdict is one of: fixed, closed, closed at known places, moved, closed to us, emptied, wiped, ransomed, open,
    names only, unreachable. Only `fixed` marks a case as fixed, and `unreachable` decides nothing.

    Example: tieback recheck --grant grant.toml --case case-1f2e
    """
    from tieback.cases.policy import load_policy
    from tieback.pipeline.disclosure.recheck import recheck as look_again
    from tieback.pipeline.progress import today_utc
    from tieback.scope.policy.approval import load_approved_grant

    permit, due, added = (
        load_approved_grant(grant, never, today_utc()),
        load_policy(policy),
        read_rules(rules, workspace),
    )

    def choose(cases: "Sequence[Case]") -> list[Case]:
        found = select_cases(cases, case or ())
        return [one for one in found if one.state in state] if state else [one for one in found if case or one.active]

    events: list[CaseEvent] = []
    with progress_bar("probing") as bar:
        for looked in look_again(
            workspace, permit.grant, due, choose, bar, approval=permit.approval, run=run, rules=added
        ):
            events.append(looked.event)
            if output is OutputFormat.JSON:
                write_line(encode("case-event", looked.event))
    if output is OutputFormat.TABLE:
        _print(events)
    if not events:
        message_console().print("no cases to check; see `tieback case list`")
    if text := _once_text(events, due.recheck.hours):
        message_console().print(text)


def _once_text(events: "Sequence[CaseEvent]", hours: int) -> str:
    """That a store which was found closed once is not fixed yet, and when to look again; empty if there is none."""
    closed = {one.case for one in events if one.verdict is RecheckVerdict.CLOSED}
    if not closed:
        return ""
    return (
        f"{count_text(len(closed), 'case')} closed, and not fixed yet: that takes a second re-check after at least "
        f"{count_text(hours, 'hour')}. Run the same command again then"
    )


def _round_text(events: "Sequence[CaseEvent]") -> str:
    """How many cases a round checked, and how many of all have news. A case can have several events in one round."""
    checked = {event.case for event in events if event.kind == "check"}
    changed = {event.case for event in events if event.news and event.kind != "late"}
    late = {event.case for event in events if event.kind == "late"}
    return f"{len(checked)} checked, {len(changed)} changed" + (f", {len(late)} late" if late else "")


def watch(
    *,
    grant: GrantOption,
    every: Annotated[str, typer.Option(help="Interval between rounds, such as 30m, 6h or 1d.")] = "6h",
    once: Annotated[bool, typer.Option("--once", help="Run one round and exit, for cron or a systemd timer.")] = False,
    webhooks: Annotated[
        Path | None,
        typer.Option(help="Webhook file (TOML); default: webhooks.toml in the workspace, if accepted."),
    ] = None,
    case: CaseOption = None,
    policy: PolicyOption = None,
    never: NeverOption = None,
    workspace: WorkspaceOption = WORKSPACE,
    run: RunOption = "",
    rules: RulesOption = None,
) -> None:
    """Re-check all open cases on a schedule. Prints events as JSON lines, stores them, and sends them to webhooks.

    Attackers commonly find open stores within hours: use an interval of hours, not weeks.

    Example: tieback watch --grant grant.toml --every 6h --webhooks webhooks.toml
    """
    from tieback.cases.policy import load_policy
    from tieback.pipeline.disclosure.cases import open_case_service
    from tieback.pipeline.disclosure.watch import WatchSettings, load_webhooks, watch_once
    from tieback.pipeline.progress import today_utc
    from tieback.scope.policy.approval import load_approved_grant
    from tieback.storage.trust import WEBHOOKS_FILE, accept_passed, accepts_file

    pause = parse_interval(every)
    default = workspace / WEBHOOKS_FILE
    if webhooks is None and default.exists() and not accepts_file(workspace, WEBHOOKS_FILE):
        print_problem(f"{default} is new or has changed, and is not used. Review it, then pass --webhooks {default}")
        hooks: tuple[Channel, ...] = ()  # events wait in the queue
    else:
        hooks = load_webhooks(webhooks or default) if webhooks is not None or default.is_file() else ()
        accept_passed(workspace, WEBHOOKS_FILE, webhooks)
    ids: frozenset[str] = frozenset()
    if case:
        with open_case_service(workspace) as work:
            ids = frozenset(work.find_case(word).id for word in case)
    stop = threading.Event()

    def request(_number: int, _frame: FrameType | None) -> None:
        """Stop after the current case or delivery; the next round continues. A second signal interrupts at once."""
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    console = message_console()

    def wait(seconds: float) -> None:
        stop.wait(seconds)

    with stop_signals(request):
        while True:
            # Read again in each round, so that a revoked grant or an edited policy takes effect.
            approved = load_approved_grant(grant, never, today_utc())
            watching = WatchSettings(
                approved.grant, load_policy(policy), hooks, ids, approved.approval, run, read_rules(rules, workspace)
            )
            done = watch_once(workspace, watching, _tell, pause=wait, stopped=stop.is_set)
            for problem in done.problems:
                console.print(Text(f"tieback: webhook {problem}"))
            told = (
                f"; webhooks: {done.delivered} delivered, {done.unsure} unsure, {done.failed} failed" if hooks else ""
            )
            console.print(f"{_round_text(done.events)}{told}")
            if once or stop.is_set():
                break
            then = datetime.now(UTC) + timedelta(seconds=pause)
            console.print(f"next round at {then:%Y-%m-%d %H:%M} UTC")
            if stop.wait(pause):
                break
    if once and done.failed:
        raise typer.Exit(ExitCode.SOME_FAILED)


def _tell(event: "CaseEvent") -> None:
    write_line(encode("case-event", event))
    sys.stdout.flush()


def select_cases(cases: "Sequence[Case]", words: "Sequence[str]") -> list[Case]:
    """The cases with the given IDs or ID prefixes; all cases if none are given.

    Raises:
            UsageError: an ID matches no case.
    """
    if not words:
        return list(cases)
    found: dict[str, Case] = {}
    for word in words:
        some = [case for case in cases if case.id.startswith((word, f"case-{word}"))]
        if not some:
            raise UsageError("no such case", where=word, advice="See `tieback case list`")
        found |= {case.id: case for case in some}
    return list(found.values())


def parse_interval(text: str) -> float:
    """Parse an interval such as ``6h`` into seconds.

    Raises:
            UsageError: the text is not an interval, or is shorter than one minute.
    """
    match = re.fullmatch(r"(\d{1,5})([mhd])", text.strip())
    if match is None or int(match[1]) == 0:
        raise UsageError("not an interval", where=f"--every {text}", advice="Write 30m, 6h or 1d")
    return float(int(match[1]) * _UNITS[match[2]])


def _print(events: "list[CaseEvent]") -> None:
    from tieback.report.figures import figure_text

    table = RowTable()
    for column in ("case", "vendor", "verdict", "records", "change", "state", "why"):
        right = column in {"records", "change"}
        table.add_column(column, overflow="fold", justify="right" if right else "left", no_wrap=column == "case")
    for event in events:
        before, after = event.before.value.replace("_", " "), event.state.value.replace("_", " ")
        table.add_row(
            event.case,
            Text(event.vendor),
            event.verdict.value.replace("_", " ") if event.verdict else "",
            ""
            if event.records is None
            else figure_text(Figure(event.records, event.records_quality or Quality.EXACT, "")),
            "" if not event.records_change else f"{event.records_change:+,}",
            after if before == after else f"{before} → {after}",
            Text("; ".join(cut(event.reasons, 3))),
        )
    data_console().print(table)
