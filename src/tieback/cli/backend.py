"""``tieback backend``: provider, owner, apps and stores of a back end, with the reason for each statement."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tieback.cli.data import DataOption
from tieback.cli.formats import format_option
from tieback.cli.options import RulesOption, RunOption, read_rules
from tieback.cli.terminal import (
    ExitCode,
    NeverOption,
    OutputFormat,
    WorkspaceOption,
    exit_with_failures,
    message_console,
    print_failure,
    print_text,
    write_line,
)
from tieback.cli.trees import print_app, print_attribution, print_backend, print_backend_lines, print_contacts
from tieback.model.count_text import count_text
from tieback.model.document import encode
from tieback.model.errors import TiebackError, UsageError
from tieback.model.safe_text import escape_line

if TYPE_CHECKING:
    from tieback.model.graph import Graph

app = typer.Typer(
    help="Show back ends: provider, owner, apps, stores, and the reason for each statement.\n\n"
    "Example: tieback backend show api.example.org"
)


class GraphFormat(StrEnum):
    """Values of ``--format`` for commands that print a graph."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    GRAPHML = "graphml"
    DOT = "dot"
    SVG = "svg"


_DRAWN = frozenset(GraphFormat) - {GraphFormat.TABLE, GraphFormat.JSON}


class TargetFormat(StrEnum):
    """Values of ``--format`` of ``backend targets``: the tool that reads the target list."""

    PLAIN = "plain"
    NMAP = "nmap"
    MASSCAN = "masscan"
    NUCLEI = "nuclei"
    SHODAN = "shodan"
    CENSYS = "censys"


FormatOption = Annotated[OutputFormat, format_option(OutputFormat, "A table, or one JSON document per line.")]
GraphOption = Annotated[
    GraphFormat,
    format_option(GraphFormat, "A table or tree, one JSON document per line, or a graph."),
]


@app.command("list")
def list_(
    *,
    workspace: WorkspaceOption = Path(".tieback"),
    output: GraphOption = GraphFormat.TABLE,
    run: RunOption = "",
    data: DataOption = None,
) -> None:
    """List the back ends of the last run. Those with open stores come first, then those used by the most apps.

    Example: tieback backend list --format svg > backends.svg
    """
    from tieback.pipeline.graph.run_graph import last_graph

    with last_graph(workspace, data, run) as graph:
        if output in _DRAWN:
            from tieback.pipeline.graph.drawing import draw_run

            _draw(draw_run(graph.app_rows(), graph.backends(), graph.exposures(), graph.passive_views()), output)
            return
        lines = list(graph.lines())
    if output is GraphFormat.JSON:
        for line in lines:
            write_line(encode("backend-line", line))
        return
    print_backend_lines(lines)


@app.command()
def show(
    hosts: Annotated[list[str], typer.Argument(metavar="HOST", help="Name, address, URL, or resource (s3:bucket).")],
    *,
    workspace: WorkspaceOption = Path(".tieback"),
    output: GraphOption = GraphFormat.TABLE,
    run: RunOption = "",
    data: DataOption = None,
) -> None:
    """Show one or more back ends of the last run: provider, owner, apps, stores, and reports of other tools.

    Example: tieback backend show api.example.org
    """
    from tieback.pipeline.graph.run_graph import last_graph

    failed = 0
    with last_graph(workspace, data, run) as graph:
        for host in hosts:
            try:
                view = graph.backend(host)
                if output in _DRAWN:
                    from tieback.pipeline.graph.drawing import draw_backend

                    _draw(draw_backend(view, graph.backends(host), graph.app_rows(host)), output)
                elif output is GraphFormat.JSON:
                    write_line(encode("backend-view", view))
                else:
                    print_backend(view)
            except TiebackError as error:
                if len(hosts) == 1:
                    raise
                failed += 1
                print_failure(error)
    if failed:
        raise typer.Exit(ExitCode.SOME_FAILED if failed < len(hosts) else ExitCode.NOTHING_DONE)


@app.command("app")
def app_(
    bundle: Annotated[
        str, typer.Argument(metavar="APP", help="Bundle identifier, name, file, or first digits of the SHA-256.")
    ],
    *,
    workspace: WorkspaceOption = Path(".tieback"),
    output: GraphOption = GraphFormat.TABLE,
    run: RunOption = "",
    data: DataOption = None,
) -> None:
    """Show what an app of the last run contacts: endpoints, back ends and stores, each with its evidence.

    Example: tieback backend app org.example.shop
    """
    show_app(bundle, workspace, output, data, run)


def show_app(bundle: str, workspace: Path, output: GraphFormat, data: Path | None, run: str = "") -> None:
    """Print the endpoints, back ends and stores of an app. Raises ``TiebackError``."""
    from tieback.pipeline.graph.run_graph import last_graph

    with last_graph(workspace, data, run) as graph:
        for view in graph.apps(bundle):
            if output in _DRAWN:
                from tieback.pipeline.graph.drawing import draw_app

                _draw(draw_app(view), output)
            elif output is GraphFormat.JSON:
                write_line(encode("app-view", view))
            else:
                print_app(view)


@app.command()
def targets(
    *,
    workspace: WorkspaceOption = Path(".tieback"),
    run: RunOption = "",
    output: Annotated[TargetFormat, format_option(TargetFormat, "Tool that reads the list.")] = TargetFormat.PLAIN,
    old: Annotated[TargetFormat | None, typer.Option("--for", hidden=True)] = None,
) -> None:
    """List the targets that a run probed under its grant, in the format of another tool.

    Targets that the grant refused are left out.

    Example: tieback backend targets --format nuclei > targets.txt
    """
    from tieback.pipeline.probing.target_lists import target_list

    count = 0
    for line in target_list(workspace, old or output, run):
        count += 1
        typer.echo(escape_line(line))
    if not count:
        message_console().print("no target was probed in this run")


@app.command()
def contacts(
    hosts: Annotated[list[str], typer.Argument(metavar="HOST[:PORT]", help="Hosts whose security.txt to read.")],
    *,
    grant: Annotated[Path | None, typer.Option(help="Grant file (required).")] = None,
    keep: Annotated[Path | None, typer.Option(help="Folder to save the files in, as HOST.security.txt.")] = None,
    audit: Annotated[
        Path | None, typer.Option(help="Audit log to append to; default: audit.jsonl next to the grant.")
    ] = None,
    never: NeverOption = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Read the contacts in the security.txt of hosts (RFC 9116). Sends one GET per host, over valid TLS, under a grant.

    Example: tieback backend contacts www.example.org --grant grant.toml --keep contacts
    """
    from tieback.pipeline.probing.security_txt import SecurityTxtResult, fetch_contacts
    from tieback.pipeline.progress import today_utc
    from tieback.scope.event_loop import run
    from tieback.scope.policy.approval import load_approved_grant

    if grant is None:
        raise UsageError(
            "missing grant", where="--grant", advice="Pass --grant FILE; create one with `tieback grant new`"
        )
    approved, log = load_approved_grant(grant, never, today_utc()), audit or grant.parent / "audit.jsonl"
    found: list[SecurityTxtResult] = []

    async def take() -> None:
        contacts_of = fetch_contacts(hosts, approved.grant, log, keep, approval=approved.approval)
        found.extend([one async for one in contacts_of])

    run(take())
    without = [one for one in found if not one.contacts]
    for one in found:
        if output is OutputFormat.JSON:
            write_line(encode("backend-contacts", one))
        else:
            print_contacts(one.target, one.contacts, one.problem, one.file, one.encryption)
    if without:
        from tieback.report.shortened import cut_text
        from tieback.report.texts.unprobed import MOST_NAMED

        named = cut_text((f"{one.target} ({one.problem or 'none stated'})" for one in without), MOST_NAMED)
        code = ExitCode.SOME_FAILED if len(without) < len(found) else ExitCode.NOTHING_DONE
        exit_with_failures(f"no contact found for {count_text(len(without), 'host')}: {named}", code)


@app.command()
def why(
    hosts: Annotated[list[str], typer.Argument(metavar="HOST", help="Name, address, HOST:PORT or URL.")],
    *,
    output: FormatOption = OutputFormat.TABLE,
    data: DataOption = None,
    rules: RulesOption = None,
) -> None:
    """Explain a host's provider, region and owner, with the reason for each. Needs no workspace, contacts nothing.

    Example: tieback backend why mydb.c9akciq32.eu-west-1.rds.amazonaws.com
    """
    from tieback.pipeline.mapping.attribution import AttributionSources
    from tieback.pipeline.mapping.attribution import attribute_host as known_of

    knowledge = AttributionSources(data, read_rules(rules))
    failed = 0
    try:
        for host in hosts:
            try:
                found = known_of(host, knowledge)
            except TiebackError as error:
                if len(hosts) == 1:
                    raise
                failed += 1
                print_failure(error)
                continue
            if output is OutputFormat.JSON:
                write_line(encode("backend-why", found))
            else:
                print_attribution(found)
    finally:
        knowledge.close()
    if failed:
        raise typer.Exit(ExitCode.SOME_FAILED if failed < len(hosts) else ExitCode.NOTHING_DONE)


def _draw(graph: "Graph", output: GraphFormat) -> None:
    from tieback.backends.graph_formats import FORMATS

    print_text(text.encode("utf-8", "replace") for text in FORMATS[output](graph))
