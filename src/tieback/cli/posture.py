"""``tieback posture``: the owner's view: cloud account exports, access rules and configurations, joined with a scan."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from tieback.cli.formats import format_option
from tieback.cli.options import ReferenceOption, RunOption
from tieback.cli.posture_rules import rules
from tieback.cli.posture_tables import SHOWN, print_imports, print_join, print_numbers, print_resources
from tieback.cli.terminal import (
    ExitCode,
    OutputFormat,
    OwnWorkspaceOption,
    WorkspaceOption,
    exit_with_findings,
    message_console,
    print_failure,
    print_problem,
    print_skipped,
    progress_bar,
    write_line,
)
from tieback.model.count_text import count_text
from tieback.model.document import encode
from tieback.model.errors import TiebackError, UsageError
from tieback.report.shortened import cut

if TYPE_CHECKING:
    from tieback.model.posture import ResourceFigures
    from tieback.model.resource import Resource
    from tieback.pipeline.posture.exports import ImportedPosture
    from tieback.pipeline.posture.join import JoinRow
    from tieback.storage.workspace import Workspace

app = typer.Typer(
    help="Check your own accounts: data stores in cloud exports, access rules and configurations.\n\n"
    "Example: tieback posture list --public --unencrypted"
)

FormatOption = Annotated[OutputFormat, format_option(OutputFormat, "A table, or one JSON document per line.")]
SinceOption = Annotated[
    str, typer.Option("--since", help="Ignore resources that no export has shown since this date (such as 2026-03-31).")
]

app.command()(rules)


@app.command("import")
def import_(
    exports: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="Exports of Prowler, ScoutSuite, Steampipe, Powerpipe, Checkov, Terraform (terraform show -json), "
            "AWS Config, Security Hub, Azure Resource Graph, Defender, Google Asset Inventory, Security Command "
            "Center or MongoDB Atlas. "
            "Output of aws, az or gcloud is also read. The format is detected from the content.",
        ),
    ],
    *,
    account: Annotated[str, typer.Option(help="Account or project, if an export names none.")] = "",
    region: Annotated[str, typer.Option(help="Region, if an export names none.")] = "",
    resource: Annotated[str, typer.Option(help="Bucket or table that the export describes, if it names none.")] = "",
    taken: Annotated[
        str, typer.Option(help="Date of the export (such as 2026-03-31); default: when the file was last changed.")
    ] = "",
    workspace: OwnWorkspaceOption = Path(".tieback"),
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Import exports of cloud accounts. Contacts nothing.

    Importing the same content again changes nothing. What an export could not collect stays unknown.

    Example: tieback posture import prowler-output.ocsf.json rds.json security-groups.json
    """
    from tieback.pipeline.posture.exports import import_posture
    from tieback.posture.source import Origin

    origin = Origin(account=account, region=region, resource=resource, taken=_moment(taken, "--taken"))
    done: list[ImportedPosture] = []
    failed = 0
    with progress_bar("importing") as bar:
        for end in import_posture(workspace, exports, origin, lambda _, facts: bar(facts, facts)):
            if isinstance(end, TiebackError):
                failed += 1
                print_failure(end)
                continue
            done.append(end)
            if output is OutputFormat.JSON:
                write_line(encode("posture-import", end))
            for line in _remarks(end):
                print_problem(f"{end.path}: {line}")
    if done and output is OutputFormat.TABLE:
        print_imports(done)
    if failed or any(end.incomplete for end in done):
        raise typer.Exit(ExitCode.SOME_FAILED if done else ExitCode.NOTHING_DONE)


@app.command()
def run(
    cloud: Annotated[str, typer.Argument(metavar="aws|azure|gcp", help="Cloud provider.")],
    *,
    profile: Annotated[str, typer.Option(help="Profile of the AWS CLI.")] = "",
    region: Annotated[list[str] | None, typer.Option(help="Region; repeatable.")] = None,
    subscription: Annotated[list[str] | None, typer.Option(help="Azure subscription; repeatable.")] = None,
    project: Annotated[list[str] | None, typer.Option(help="Google Cloud project; repeatable.")] = None,
    prowler: Annotated[str, typer.Option(help="Path of the Prowler program; default: uv downloads it.")] = "",
    minutes: Annotated[
        float, typer.Option(min=0.01, help="Stop Prowler after this many minutes and keep its results.")
    ] = 120,
    workspace: WorkspaceOption = Path(".tieback"),
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Run Prowler on your account, only for data stores and networks, and import its results.

    Prowler runs in its own environment, with the credentials of your profile. docs/howto/posture.md has the
    least-privilege policy that it needs.

    Example: tieback posture run aws --profile audit --region eu-west-1
    """
    import os
    import tempfile

    from tieback.pipeline.posture.exports import import_posture
    from tieback.posture.prowler_run import ProwlerProvider, command, run_prowler
    from tieback.posture.source import Origin

    if cloud not in set(ProwlerProvider):
        raise UsageError("unknown cloud", where=cloud, advice=f"Choose one of {', '.join(ProwlerProvider)}")
    with tempfile.TemporaryDirectory(prefix="tieback-prowler-") as folder:
        arguments = command(
            ProwlerProvider(cloud),
            Path(folder),
            program=prowler,
            profile=profile,
            regions=region or (),
            subscriptions=subscription or (),
            projects=project or (),
        )
        message_console().print(Text(f"starting Prowler on {cloud}; this takes several minutes"))
        ended = run_prowler(arguments, Path(folder), seconds=minutes * 60, environment=os.environ)
        if ended.ended:
            print_problem(f"{ended.ended}")
        if ended.expired:
            print_problem("the credentials expired during the run; the results before that are kept")
        if ended.findings is None:
            for text in cut((f"{what} ({count:,})" for what, count in ended.failed), 5):
                print_problem(text)
            raise typer.Exit(ExitCode.NOTHING_DONE)
        broken = False
        shown = f"Prowler run on {cloud}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        for end in import_posture(workspace, [ended.findings], Origin(), failed=ended.failed, shown=shown):
            if isinstance(end, TiebackError):
                raise end
            broken = bool(end.incomplete or ended.ended or ended.failed)
            for line in _remarks(end):
                print_problem(f"{line}")
            if output is OutputFormat.JSON:
                write_line(encode("posture-import", end))
            else:
                print_imports([end])
    if broken:
        raise typer.Exit(ExitCode.SOME_FAILED)


@app.command()
def templates(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder with templates, or one template.")],
    *,
    checkov: Annotated[str, typer.Option(help="Path of the Checkov program; default: the installed one.")] = "",
    minutes: Annotated[float, typer.Option(min=0.01, help="Stop Checkov after this many minutes.")] = 20,
    workspace: OwnWorkspaceOption = Path(".tieback"),
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Run Checkov on templates of Terraform and CloudFormation, and import its results as planned resources.

    Checkov must be installed. It runs as a separate process, on a copy of the templates, without network.
    The output of terraform show -json needs no Checkov: pass it to `tieback posture import`.

    Example: tieback posture templates infra/
    """
    import tempfile

    from tieback.pipeline.posture.exports import import_posture
    from tieback.posture.checkov_run import find_checkov, run_checkov
    from tieback.posture.source import Origin

    program = find_checkov(checkov)
    with tempfile.TemporaryDirectory(prefix="tieback-checkov-") as place:
        message_console().print(Text("starting Checkov; this takes up to a minute"))
        ended = run_checkov(program, folder, Path(place), seconds=minutes * 60)
        if ended.ended:
            print_problem(ended.ended)
        if ended.left_out:
            templates = count_text(ended.left_out, "template")
            print_problem(f"{folder}: {templates} not read, because of the limits on size and number")
        print_skipped(ended.skipped, "Pass a template by itself to read it.")
        if ended.findings is None:
            raise typer.Exit(ExitCode.NOTHING_DONE)
        broken = bool(ended.ended or ended.left_out)
        shown = f"Checkov run on {folder}"
        for end in import_posture(workspace, [ended.findings], Origin(), shown=shown):
            if isinstance(end, TiebackError):
                raise end
            broken = broken or bool(end.incomplete or end.missed)
            for line in _remarks(end):
                print_problem(f"{shown}: {line}")
            if output is OutputFormat.JSON:
                write_line(encode("posture-import", end))
            else:
                print_imports([end])
    if broken:
        raise typer.Exit(ExitCode.SOME_FAILED)


@app.command("list")
def list_(
    *,
    public: Annotated[bool, typer.Option("--public", help="List only resources reachable from the Internet.")] = False,
    unencrypted: Annotated[
        bool, typer.Option("--unencrypted", help="List only resources that are not encrypted at rest.")
    ] = False,
    since: SinceOption = "",
    workspace: WorkspaceOption = Path(".tieback"),
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """List every resource once, merged from all sources.

    Example: tieback posture list --public --unencrypted
    """
    from tieback.model.resource import AtRest, TriState
    from tieback.pipeline.posture.exports import iter_resources

    with _opened(workspace) as opened:
        found = (
            one
            for one in iter_resources(opened, _moment(since, "--since"))
            if (not public or one.public is TriState.YES) and (not unencrypted or one.at_rest is AtRest.NONE)
        )
        if output is OutputFormat.JSON:
            for one in found:
                write_line(encode("resource", _with_public(one)))
            return
        print_resources(found)


class NumbersReason(StrEnum):
    """What makes ``posture numbers`` return 1."""

    PUBLIC = "public"
    """A resource is reachable from the Internet."""
    UNENCRYPTED = "unencrypted"
    """A resource is not encrypted at rest."""
    PUBLIC_SNAPSHOT = "public-snapshot"
    """Anyone can restore a snapshot."""
    UNKNOWN = "unknown"
    """It is not known whether a resource is reachable."""


@app.command()
def numbers(
    *,
    fail_on: Annotated[
        list[NumbersReason] | None,
        typer.Option("--fail-on", help="Exit with code 1 if there is such a deployed resource; repeatable."),
    ] = None,
    planned: Annotated[
        bool, typer.Option("--planned", help="With --fail-on: count resources of templates and plans as well.")
    ] = False,
    since: SinceOption = "",
    workspace: WorkspaceOption = Path(".tieback"),
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Count resources: not encrypted, encrypted with the provider's key or your own, and reachable from the Internet.

    Example: tieback posture numbers --fail-on public --fail-on unencrypted
    """
    from tieback.pipeline.posture.exports import broken_imports
    from tieback.pipeline.posture.exports import resource_figures as counted

    with _opened(workspace) as opened:
        rows = counted(opened, _moment(since, "--since"))
        for broken in broken_imports(opened):
            why = broken.incomplete or _not_collected(broken.missed)
            print_problem(f"{broken.path}: {why}")
    if output is OutputFormat.JSON:
        for row in rows:
            write_line(encode("posture-numbers", row))
    elif not rows:
        message_console().print(Text("no resources imported"))
    else:
        print_numbers(rows)
    counted_rows = [row for row in rows if row.by == "all" and (planned or not row.planned)]
    reached = [(reason, sum(_count(row, reason) for row in counted_rows)) for reason in dict.fromkeys(fail_on or ())]
    failed = [f"{reason.value} ({count:,})" for reason, count in reached if count]
    if failed:
        exit_with_findings(f"--fail-on: {', '.join(failed)}")


def _count(row: "ResourceFigures", reason: NumbersReason) -> int:
    match reason:
        case NumbersReason.PUBLIC:
            return row.public.yes
        case NumbersReason.UNENCRYPTED:
            return row.at_rest.none
        case NumbersReason.PUBLIC_SNAPSHOT:
            return row.restorable.yes
    return row.public.unknown


@app.command()
def join(
    *,
    fail_on: Annotated[
        str, typer.Option("--fail-on", help="Exit with code 1 if a finding has at least this severity.")
    ] = "never",
    reference: ReferenceOption = None,
    since: SinceOption = "",
    workspace: WorkspaceOption = Path(".tieback"),
    run: RunOption = "",
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Match open stores to your resources. Shows public resources that no app led to, and open stores in no account.

    Example: tieback posture join
    """
    import heapq

    from tieback.assess.references import select
    from tieback.model.exposure import Finding, Severity
    from tieback.model.posture import OwnedResource, UnclaimedStore, UnprobedPublicResource, rank_exposure
    from tieback.pipeline.posture.join import JoinSummary
    from tieback.pipeline.posture.join import join_accounts as joined
    from tieback.pipeline.runs import finished_run
    from tieback.storage.lake.upkeep import check as check_parts

    if fail_on not in {"never", *Severity}:
        raise UsageError(
            "unknown severity", where=f"--fail-on {fail_on}", advice=f"Choose one of never, {', '.join(Severity)}"
        )
    kinds = {
        OwnedResource: "posture-owned",
        UnprobedPublicResource: "posture-unseen",
        UnclaimedStore: "posture-foreign",
        Finding: "finding",
        JoinSummary: "posture-summary",
    }
    severe = 0
    related = select(reference or ())
    gate = fail_on != "never"
    with _opened(workspace, trusted=gate) as opened:
        changed = [f"{name}: {why}" for name, why in check_parts(opened.lake) if why] if gate else []
        for part in changed:
            print_problem(f"not used: part {part}")
        found: list[JoinRow] = []
        unseen: list[tuple[int, int, UnprobedPublicResource]] = []
        summary: JoinSummary | None = None
        chosen = finished_run(opened, run)
        for count, one in enumerate(joined(opened, since=_moment(since, "--since"), run=chosen.id if chosen else "")):
            if isinstance(one, Finding):
                if related and related.isdisjoint(one.references):
                    continue
                severe += gate and one.severity.rank >= Severity(fail_on).rank
            if output is OutputFormat.JSON:
                write_line(encode(kinds[type(one)], one))
            elif isinstance(one, JoinSummary):
                summary = one
            elif isinstance(one, UnprobedPublicResource):
                # The most severe ones; in their original order if the severity is equal.
                entry = (rank_exposure(one.resource), -count, one)
                (heapq.heappush if len(unseen) < SHOWN else heapq.heappushpop)(unseen, entry)
            else:
                found.append(one)
    if summary is not None:
        found += [entry[2] for entry in sorted(unseen, reverse=True)]
        print_join(found, summary)
    if severe:
        exit_with_findings(f"{severe:,} finding{'s'[: severe > 1]} at or above {fail_on}")
    if changed:
        raise typer.Exit(ExitCode.SOME_FAILED)


def _opened(workspace: Path, *, trusted: bool = False) -> "Workspace":
    from tieback.storage.workspace import Workspace

    return Workspace.open(workspace, create=False, trusted=trusted)


def _moment(day: str, option: str) -> str:
    if not day:
        return ""
    try:
        found = (
            datetime.fromisoformat(day)
            if "T" in day
            else datetime.combine(date.fromisoformat(day), datetime.min.time())
        )
    except ValueError:
        raise UsageError("not a date", where=f"{option} {day}", advice="Write it as 2026-11-26") from None
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    return found.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _not_collected(count: int) -> str:
    checks = count_text(count, "check or record", "checks or records")
    return f"{checks} could not be collected and {'stays' if count == 1 else 'stay'} unknown"


def _remarks(end: "ImportedPosture") -> Iterable[str]:
    if end.other:
        yield f"{count_text(end.other, 'record is', 'records are')} about no data store" + (
            "" if end.statements else "; nothing else was found"
        )
    if end.first_left_out:
        yield f"{count_text(end.left_out, 'record')} ignored; first: {end.first_left_out}"
    if end.missed:
        first, count = end.missed[0]
        total = sum(count for _, count in end.missed)
        yield f"{_not_collected(total)}; most frequent: {first} ({count:,})"
    if end.incomplete:
        yield f"incomplete: {end.incomplete}"


def _with_public(one: "Resource") -> dict[str, object]:
    import msgspec

    return {**msgspec.to_builtins(one), "public": one.public}
