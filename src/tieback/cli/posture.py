"""``tieback posture``: the owner's view: what accounts, rules and configurations say, and what that means outside."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from tieback.cli.posture_rules import rules
from tieback.cli.terminal import (
    ExitCode,
    OutputFormat,
    WorkspaceOption,
    complain,
    data_console,
    progress_bar,
    talk_console,
    write_line,
)
from tieback.model.document import encode
from tieback.model.errors import TiebackError, UsageError

if TYPE_CHECKING:
    from tieback.model.resource import Resource
    from tieback.pipeline.posture import ImportedPosture
    from tieback.pipeline.posture_join import Joined, JoinSummary
    from tieback.posture.numbers import Keys, Numbers, Share
    from tieback.storage.workspace import Workspace

app = typer.Typer(help="The owner's view: what accounts, rules and configurations say of the data stores.")

FormatOption = Annotated[OutputFormat, typer.Option("--format", help="A table, or one JSON document a line.")]
SinceOption = Annotated[str, typer.Option("--since", help="Leave out what no export saw from this day on (ISO).")]
SHOWN = 30
"""Rows of a table that has no end."""

app.command()(rules)


@app.command("import")
def import_(
    exports: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Exports of Prowler, ScoutSuite, Steampipe, Powerpipe, Checkov, AWS Config, Security Hub, Azure "
            "Resource Graph, Defender, Google Asset Inventory, Security Command Center or MongoDB Atlas, or what aws, "
            "az or gcloud print; which one it is, is told by its content.",
        ),
    ],
    *,
    account: Annotated[str, typer.Option(help="Account or project, where an export names none.")] = "",
    region: Annotated[str, typer.Option(help="Region, where an export names none.")] = "",
    resource: Annotated[str, typer.Option(help="Bucket that an answer is about, or table that rows are of.")] = "",
    taken: Annotated[str, typer.Option(help="Day of the export (ISO); default: when the file was last changed.")] = "",
    workspace: WorkspaceOption = Path(".tieback"),
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Read exports of cloud accounts. Contacts nothing.

    A file is imported once: the same content again changes nothing. What an export could not collect stays unknown.

    Example: tieback posture import prowler-output.ocsf.json rds.json security-groups.json
    """
    from tieback.pipeline.posture import import_posture
    from tieback.posture.source import Origin

    origin = Origin(account=account, region=region, resource=resource, taken=_moment(taken, "--taken"))
    done: list[ImportedPosture] = []
    failed = 0
    with progress_bar("importing") as bar:
        for end in import_posture(workspace, exports, origin, lambda _, facts: bar(facts, facts)):
            if isinstance(end, TiebackError):
                failed += 1
                complain(end)
                continue
            done.append(end)
            if output is OutputFormat.JSON:
                write_line(encode("posture-import", end))
            for line in _remarks(end):
                typer.echo(f"tieback: {end.path}: {line}", err=True)
    if done and output is OutputFormat.TABLE:
        _print_imports(done)
    if failed or any(end.incomplete for end in done):
        raise typer.Exit(ExitCode.SOME_FAILED if done else ExitCode.NOTHING_DONE)


@app.command()
def run(
    cloud: Annotated[str, typer.Argument(metavar="aws|azure|gcp", help="Which cloud.")],
    *,
    profile: Annotated[str, typer.Option(help="Profile of the aws command line.")] = "",
    region: Annotated[list[str] | None, typer.Option(help="Region; may be given more than once.")] = None,
    subscription: Annotated[list[str] | None, typer.Option(help="Subscription of Azure.")] = None,
    project: Annotated[list[str] | None, typer.Option(help="Project of Google Cloud.")] = None,
    prowler: Annotated[str, typer.Option(help="Prowler's program, where uv is not to fetch it.")] = "",
    minutes: Annotated[float, typer.Option(min=0.01, help="Stop it after so long; what it wrote is kept.")] = 120,
    workspace: WorkspaceOption = Path(".tieback"),
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Start Prowler on your account, for data stores and networks alone, and read what it finds.

    It runs in an environment of its own, with the credentials of your profile. docs/posture.md has the policy with the
    least rights that it needs.

    Example: tieback posture run aws --profile audit --region eu-west-1
    """
    import os
    import tempfile

    from tieback.pipeline.posture import import_posture
    from tieback.posture.prowler_run import Cloud, command, start
    from tieback.posture.source import Origin

    if cloud not in set(Cloud):
        raise UsageError(f"known clouds are {', '.join(Cloud)}", where=cloud)
    with tempfile.TemporaryDirectory(prefix="tieback-prowler-") as folder:
        arguments = command(
            Cloud(cloud),
            Path(folder),
            program=prowler,
            profile=profile,
            regions=region or (),
            subscriptions=subscription or (),
            projects=project or (),
        )
        talk_console().print(Text(f"starting Prowler on {cloud}; this takes minutes"))
        ended = start(arguments, Path(folder), seconds=minutes * 60, environment=os.environ)
        if ended.ended:
            typer.echo(f"tieback: {ended.ended}", err=True)
        if ended.expired:
            typer.echo("tieback: the credentials expired half-way; what was collected before is kept", err=True)
        if ended.findings is None:
            for what, count in ended.failed[:5]:
                typer.echo(f"tieback: {what} ({count:,})", err=True)
            raise typer.Exit(ExitCode.NOTHING_DONE)
        broken = False
        shown = f"Prowler's run on {cloud}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        for end in import_posture(workspace, [ended.findings], Origin(), failed=ended.failed, shown=shown):
            if isinstance(end, TiebackError):
                raise end
            broken = bool(end.incomplete or ended.ended or ended.failed)
            for line in _remarks(end):
                typer.echo(f"tieback: {line}", err=True)
            if output is OutputFormat.JSON:
                write_line(encode("posture-import", end))
            else:
                _print_imports([end])
    if broken:
        raise typer.Exit(ExitCode.SOME_FAILED)


@app.command("list")
def list_(
    *,
    public: Annotated[bool, typer.Option("--public", help="Only what the Internet reaches.")] = False,
    unencrypted: Annotated[bool, typer.Option("--unencrypted", help="Only what is not encrypted at rest.")] = False,
    since: SinceOption = "",
    workspace: WorkspaceOption = Path(".tieback"),
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Every resource once, as all sources together describe it.

    Example: tieback posture list --public --unencrypted
    """
    from tieback.model.resource import Answer, AtRest
    from tieback.pipeline.posture import resources

    with _opened(workspace) as opened:
        found = (
            one
            for one in resources(opened, _moment(since, "--since"))
            if (not public or one.public is Answer.YES) and (not unencrypted or one.at_rest is AtRest.NONE)
        )
        if output is OutputFormat.JSON:
            for one in found:
                write_line(encode("resource", _with_public(one)))
            return
        _print_resources(found)


@app.command()
def numbers(
    *,
    since: SinceOption = "",
    workspace: WorkspaceOption = Path(".tieback"),
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """How many are not encrypted, with the provider's key, with your own; and how many the Internet reaches.

    Example: tieback posture numbers
    """
    from tieback.pipeline.posture import broken_imports
    from tieback.pipeline.posture import numbers as counted

    with _opened(workspace) as opened:
        rows = counted(opened, _moment(since, "--since"))
        for broken in broken_imports(opened):
            why = broken.incomplete or f"{broken.missed:,} checks or records could not be collected: they stay unknown"
            typer.echo(f"tieback: {broken.path}: {why}", err=True)
    if output is OutputFormat.JSON:
        for row in rows:
            write_line(encode("posture-numbers", row))
        return
    if not rows:
        talk_console().print(Text("no resource was imported"))
        return
    _print_numbers(rows)


@app.command()
def join(
    *,
    fail_on: Annotated[str, typer.Option("--fail-on", help="Exit with 1 at findings this severe or worse.")] = "never",
    since: SinceOption = "",
    workspace: WorkspaceOption = Path(".tieback"),
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Which of your resources the open stores are, what is public unseen, and what is open in no account of yours.

    Example: tieback posture join
    """
    import heapq

    from tieback.model.exposure import Finding, Severity
    from tieback.pipeline.posture_join import JoinSummary
    from tieback.pipeline.posture_join import join as joined
    from tieback.posture.join import Unseen, badness

    if fail_on not in {"never", *Severity}:
        raise UsageError(f"--fail-on takes never or {', '.join(Severity)}", where=fail_on)
    worst = -1
    with _opened(workspace) as opened:
        found: list[Joined] = []
        unseen: list[tuple[int, int, Unseen]] = []
        summary: JoinSummary | None = None
        for count, one in enumerate(joined(opened, since=_moment(since, "--since"))):
            if isinstance(one, Finding):
                worst = max(worst, one.severity.rank)
            if output is OutputFormat.JSON:
                write_line(encode(_KIND[type(one).__name__], one))
            elif isinstance(one, JoinSummary):
                summary = one
            elif isinstance(one, Unseen):
                # The worst of any number, in the order in which they came where they are equally bad.
                entry = (badness(one.resource), -count, one)
                (heapq.heappush if len(unseen) < SHOWN else heapq.heappushpop)(unseen, entry)
            else:
                found.append(one)
    if summary is not None:
        found += [entry[2] for entry in sorted(unseen, reverse=True)]
        _print_joined(found, summary)
    if fail_on != "never" and worst >= Severity(fail_on).rank:
        raise typer.Exit(ExitCode.FINDINGS)


_KIND = {
    "Owned": "posture-owned",
    "Unseen": "posture-unseen",
    "Foreign": "posture-foreign",
    "Finding": "finding",
    "JoinSummary": "posture-summary",
}


def _opened(workspace: Path) -> "Workspace":
    from tieback.storage.workspace import Workspace

    return Workspace.open(workspace, create=False)


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
        raise UsageError(f"{option} takes a day such as 2026-11-26", where=day) from None
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    return found.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _remarks(end: "ImportedPosture") -> Iterable[str]:
    if end.first_left_out:
        yield f"{end.left_out:,} records were left out; first {end.first_left_out}"
    if end.missed:
        first, count = end.missed[0]
        total = sum(count for _, count in end.missed)
        yield f"{total:,} checks or records could not be collected and stay unknown; most often {first} ({count:,})"
    if end.incomplete:
        yield f"not whole: {end.incomplete}"


def _with_public(one: "Resource") -> dict[str, object]:
    import msgspec

    return {**msgspec.to_builtins(one), "public": one.public}


def _table(*columns: str, right: Iterable[str] = ()) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold", justify="right" if column in set(right) else "left")
    return table


def _print_imports(done: "list[ImportedPosture]") -> None:
    counts = ("statements", "rules and keys", "left out")
    table = _table("export", "of", *counts, "", right=counts)
    for one in done:
        note = f"imported before, {one.before[:10]}" if one.before else "not whole" if one.incomplete else ""
        table.add_row(
            Text(one.path), Text(one.title), f"{one.statements:,}", f"{one.dependencies:,}", f"{one.left_out:,}", note
        )
    data_console().print(table)


def _print_resources(found: "Iterable[Resource]") -> None:
    from tieback.intake.reports.interface import short

    table = _table("resource", "account", "engine", "public", "at rest", "login", "TLS", "by", "seen")
    count = more = 0
    for one in found:
        if count >= SHOWN * 10:
            more += 1
            continue
        count += 1
        table.add_row(
            Text(short(one.label) + (" (planned)" if one.planned else "")),
            Text(short(one.account)),
            Text(short(one.engine or one.product or one.service)),
            _coloured(one.public, bad="yes"),
            Text(one.at_rest.replace("_", " "), style="red" if one.at_rest == "none" else ""),
            _coloured(one.authentication, bad="no"),
            _coloured(one.in_transit, bad="no"),
            Text(short(", ".join(dict.fromkeys(source.partition(" ")[0] for source in one.sources)))),
            one.seen[:10],
        )
    if count:
        data_console().print(table)
    if more:
        talk_console().print(Text(f"and {more:,} more; --format json has all"))
    if not count:
        talk_console().print(Text("no such resource was imported"))


def _coloured(answer: str, *, bad: str) -> Text:
    return Text("?" if answer == "unknown" else answer, style="red" if answer == bad else "")


def _print_numbers(rows: "list[Numbers]") -> None:
    from tieback.intake.reports.interface import short
    from tieback.posture.numbers import FIGURE_2017, METHOD

    console = data_console()
    for planned, kind in dict.fromkeys((row.planned, row.kind) for row in rows):
        some = [row for row in rows if (row.planned, row.kind) == (planned, kind)]
        title = {"database": "Hosted databases", "bucket": "Buckets", "snapshot": "Snapshots"}[kind]
        console.print(Text(f"{title}{' in templates, not deployed' if planned else ''}", style="bold"))
        public = "restorable by all" if kind == "snapshot" else "public"
        counts = ("all", "not encrypted", "provider's key", "your key", "key untold", "?", public)
        table = _table("", *counts, right=counts)
        for row in some:
            share = row.restorable if kind == "snapshot" else row.public
            name = "all" if row.by == "all" else f"  {row.by} {row.name}"
            table.add_row(Text(short(name)), f"{row.resources:,}", *_keys(row.at_rest), _share(share))
        console.print(table)
        whole = some[0]
        for line in _lines(whole):
            console.print(Text(f"  {line}"))
        if kind == "database" and not planned:
            _chart(whole)
            console.print(Text(f"  2017: {FIGURE_2017} % unencrypted. {METHOD}", style="dim"))
        console.print()


def _keys(keys: "Keys") -> tuple[str, ...]:
    counts = (keys.none, keys.provider_key, keys.customer_key, keys.encrypted)
    return (*(_per_cent(count, keys.known) for count in counts), f"{keys.unknown:,}")


def _share(share: "Share") -> str:
    return f"{_per_cent(share.yes, share.known)}" + (f", {share.unknown:,} ?" if share.unknown else "")


def _per_cent(count: int, of: int) -> str:
    return f"{count:,}/{of:,} {100 * count / of:.0f} %" if of else "-"


def _lines(row: "Numbers") -> Iterable[str]:
    if row.public.yes:
        keys = row.public_at_rest
        yield (
            f"of the {row.public.yes:,} public ones (flag and route and port): {_per_cent(keys.none, keys.known)} not "
            f"encrypted, {_per_cent(keys.provider_key, keys.known)} provider's key, "
            f"{_per_cent(keys.customer_key, keys.known)} your key, {keys.encrypted:,} key untold, {keys.unknown:,} ?"
        )
    for share, bad in ((row.authentication, "ask for no login"), (row.tls, "do not insist on TLS")):
        if share.known:
            yield f"{_per_cent(share.no, share.known)} {bad}" + (f", {share.unknown:,} ?" if share.unknown else "")


def _chart(row: "Numbers") -> None:
    """Bars of the three figures beside that of 2017, for people."""
    from tieback.posture.numbers import FIGURE_2017

    keys = row.at_rest
    if not keys.known:
        return
    console = data_console()
    for name, share in (
        ("2017: not encrypted", float(FIGURE_2017)),
        ("not encrypted", keys.share(keys.none) or 0.0),
        ("provider's key", keys.share(keys.provider_key) or 0.0),
        ("your key", keys.share(keys.customer_key) or 0.0),
        ("key untold", keys.share(keys.encrypted) or 0.0),
    ):
        console.print(Text(f"  {name:<20}{'█' * round(share / 2.5):<41}{share:5.1f} %"))


def _of(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _print_joined(found: "list[Joined]", summary: "JoinSummary") -> None:
    console = data_console()
    groups = (
        ("Owned", "Known outside"),
        ("Foreign", "Open outside, in no account of yours"),
        ("Unseen", "Public by your account's word, but nothing led there"),
    )
    for kind, title in groups:
        some = [one for one in found if type(one).__name__ == kind]
        if some:
            console.print(Text(title, style="bold"))
        for one in some[:SHOWN]:
            console.print(Text(f"  {getattr(one, 'says', '')}"))
        total = {"Owned": summary.owned, "Foreign": summary.foreign, "Unseen": summary.unseen}[kind]
        if total > min(len(some), SHOWN):
            console.print(Text(f"  and {total - min(len(some), SHOWN):,} more; --format json has all", style="dim"))
    findings = [one for one in found if type(one).__name__ == "Finding"]
    if findings:
        console.print(Text("Findings", style="bold"))
    for one in findings[:SHOWN]:
        console.print(Text(f"  {getattr(one, 'severity', '')}: {getattr(one, 'title', '')}"))
    console.print(
        Text(
            f"{_of(summary.resources, 'resource')} of {_of(summary.accounts, 'account')}: {summary.owned:,} known "
            f"outside, {summary.leaking:,} of them leak; {summary.unseen:,} public and unseen; "
            f"{_of(summary.foreign, 'open store')} in no account; {_of(summary.findings, 'finding')}"
            + ("" if summary.run else ". No scan has ended here: `tieback scan` brings the outside")
        )
    )
