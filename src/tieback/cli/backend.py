"""``tieback backend``: who runs a back end, whose it is, what leads there, and why tieback says so."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from tieback.cli.data import DataOption
from tieback.cli.terminal import (
    ExitCode,
    OutputFormat,
    WorkspaceOption,
    complain,
    data_console,
    write_line,
)
from tieback.model.document import encode
from tieback.model.errors import TiebackError

if TYPE_CHECKING:
    from tieback.model.graph import Graph
    from tieback.pipeline.graph import AppView, BackendLine, BackendView, Seen, StoreAt
    from tieback.pipeline.why import Why

app = typer.Typer(help="Back ends: who runs them, whose they are, what leads there, and why tieback says so.")

SHOWN = 40
"""Apps and endpoints of one tree; JSON holds them all."""


class GraphFormat(StrEnum):
    """``--format`` of what is a graph."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    GRAPHML = "graphml"
    DOT = "dot"


class TargetFormat(StrEnum):
    """Whose list of targets it is."""

    PLAIN = "plain"
    NMAP = "nmap"
    MASSCAN = "masscan"
    NUCLEI = "nuclei"
    SHODAN = "shodan"
    CENSYS = "censys"


FormatOption = Annotated[OutputFormat, typer.Option("--format", help="A table, or one JSON document a line.")]
GraphOption = Annotated[
    GraphFormat,
    typer.Option("--format", help="A table or tree, one JSON document a line, or the graph: csv, graphml, dot."),
]


@app.command("list")
def list_(
    *,
    workspace: WorkspaceOption = Path(".tieback"),
    output: GraphOption = GraphFormat.TABLE,
    data: DataOption = None,
) -> None:
    """List the back ends of the last run: those with open stores first, then by the number of apps.

    Example: tieback backend list --format dot | dot -Tsvg > backends.svg
    """
    from tieback.pipeline.graph import last_graph

    with last_graph(workspace, data) as graph:
        if output in {GraphFormat.CSV, GraphFormat.GRAPHML, GraphFormat.DOT}:
            from tieback.pipeline.graph_drawing import of_run

            _draw(of_run(graph.app_rows(), graph.backends(), graph.exposures(), graph.all_seen()), output)
            return
        lines = list(graph.lines())
    if output is GraphFormat.JSON:
        for line in lines:
            write_line(encode("backend-line", line))
        return
    _print_lines(lines)


@app.command()
def show(
    hosts: Annotated[list[str], typer.Argument(metavar="HOST...", help="Name, address, URL, or resource (s3:bucket).")],
    *,
    workspace: WorkspaceOption = Path(".tieback"),
    output: GraphOption = GraphFormat.TABLE,
    data: DataOption = None,
) -> None:
    """Show a back end of the last run: who runs it, the apps that lead there, its stores, and what others saw.

    Example: tieback backend show api.example.org
    """
    from tieback.pipeline.graph import last_graph

    failed = 0
    with last_graph(workspace, data) as graph:
        for host in hosts:
            try:
                view = graph.backend(host)
                if output in {GraphFormat.CSV, GraphFormat.GRAPHML, GraphFormat.DOT}:
                    from tieback.pipeline.graph_drawing import of_backend

                    _draw(of_backend(view, graph.backends(host), graph.app_rows(host)), output)
                elif output is GraphFormat.JSON:
                    write_line(encode("backend-view", view))
                else:
                    _print_backend(view)
            except TiebackError as error:
                if len(hosts) == 1:
                    raise
                failed += 1
                complain(error)
    if failed:
        raise typer.Exit(ExitCode.SOME_FAILED if failed < len(hosts) else ExitCode.NOTHING_DONE)


@app.command("app")
def app_(
    bundle: Annotated[str, typer.Argument(metavar="BUNDLE", help="Bundle identifier, or a content hash's beginning.")],
    *,
    workspace: WorkspaceOption = Path(".tieback"),
    output: GraphOption = GraphFormat.TABLE,
    data: DataOption = None,
) -> None:
    """Show what an app of the last run reaches: endpoints, back ends, stores, each with its reason.

    Example: tieback backend app org.example.shop
    """
    show_app(bundle, workspace, output, data)


def show_app(bundle: str, workspace: Path, output: GraphFormat, data: Path | None) -> None:
    """Print an app's side of the graph. Raises ``TiebackError``."""
    from tieback.pipeline.graph import last_graph

    with last_graph(workspace, data) as graph:
        for view in graph.apps(bundle):
            if output in {GraphFormat.CSV, GraphFormat.GRAPHML, GraphFormat.DOT}:
                from tieback.pipeline.graph_drawing import of_app

                _draw(of_app(view), output)
            elif output is GraphFormat.JSON:
                write_line(encode("app-view", view))
            else:
                _print_app(view)


@app.command()
def targets(
    *,
    workspace: WorkspaceOption = Path(".tieback"),
    output: Annotated[TargetFormat, typer.Option("--for", help="Whose list.")] = TargetFormat.PLAIN,
) -> None:
    """List what the last run asked under its grant, for another tool. Nothing that the grant refused is in it.

    Example: tieback backend targets --for nuclei > targets.txt
    """
    from tieback.pipeline.target_lists import target_list

    for line in target_list(workspace, output):
        typer.echo(line)


@app.command()
def why(
    hosts: Annotated[list[str], typer.Argument(metavar="HOST...", help="Name, address, HOST:PORT or URL.")],
    *,
    output: FormatOption = OutputFormat.TABLE,
    data: DataOption = None,
) -> None:
    """Say what is known of a host, each statement with its reason. Needs no workspace and contacts nothing.

    Example: tieback backend why mydb.c9akciq32.eu-west-1.rds.amazonaws.com
    """
    from tieback.pipeline.why import Knowledge
    from tieback.pipeline.why import why as known_of

    knowledge = Knowledge(data)
    failed = 0
    try:
        for host in hosts:
            try:
                found = known_of(host, knowledge)
            except TiebackError as error:
                if len(hosts) == 1:
                    raise
                failed += 1
                complain(error)
                continue
            if output is OutputFormat.JSON:
                write_line(encode("backend-why", found))
            else:
                _print_why(found)
    finally:
        knowledge.close()
    if failed:
        raise typer.Exit(ExitCode.SOME_FAILED if failed < len(hosts) else ExitCode.NOTHING_DONE)


def _draw(graph: "Graph", output: GraphFormat) -> None:
    from tieback.backends.graph_formats import FORMATS

    for text in FORMATS[output](graph):
        sys.stdout.write(text)


def _print_lines(lines: "list[BackendLine]") -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("back end", "apps", "provider", "region", "whose", "stores", "seen by"):
        table.add_column(name, justify="right" if name == "apps" else "left", overflow="fold")
    for line in lines:
        table.add_row(
            Text(line.host),
            f"{line.apps:,}",
            Text(line.provider),
            Text(line.region),
            Text(line.owner or line.party),
            Text(", ".join(access.replace("_", " ") for access in line.access)),
            Text(", ".join(line.seen_by)),
        )
    data_console().print(table)


def _print_why(found: "Why") -> None:
    console = data_console()
    console.print(Text(found.host, style="bold"), Text(f"  {', '.join(found.addresses)}", style="dim"))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 2), show_header=bool(found.statements))
    table.add_column("what")
    table.add_column("is", overflow="fold", ratio=2)
    table.add_column("sure", justify="right")
    table.add_column("because", overflow="fold", ratio=3)
    for one in found.statements:
        table.add_row(Text(one.claim), Text(one.value), f"{one.confidence:.2f}", Text(one.reason))
    console.print(table)
    if not found.statements:
        console.print(Text("  nothing is known of it", style="dim"))
    used = "; ".join(one.cited for one in found.data)
    console.print(Text(f"  {found.resolved_by} · {used}", style="dim"))
    console.print()


def _print_backend(view: "BackendView") -> None:
    tree = Tree(Text(view.host, style="bold") + Text(f"  {view.party} party", style="dim"))
    if view.why is not None:
        for one in view.why.statements:
            _leaf(tree, f"{one.claim}: {one.value}", one.confidence, one.reason)
        addresses = ", ".join(view.why.addresses)
        tree.add(Text(f"addresses: {addresses or 'none'} ({view.why.resolved_by})"))
    _add_stores(tree, view.stores)
    _add_seen(tree, view.seen)
    apps = tree.add(Text(f"{view.apps_total:,} app{'' if view.apps_total == 1 else 's'}"))
    for app_at in view.apps[:SHOWN]:
        place = app_at.file if app_at.offset is None else f"{app_at.file}+{app_at.offset:#x}"
        name = f"{app_at.bundle_id or app_at.name or app_at.sha256[:12]} {app_at.version}".strip()
        _leaf(apps, f"{name} names {app_at.endpoint}", app_at.confidence, f"{app_at.how} in {place}")
    if len(view.apps) > SHOWN:
        apps.add(Text(f"{view.apps_total - SHOWN:,} more with --format json", style="dim"))
    data_console().print(tree)
    if view.why is not None:
        used = "; ".join(one.cited for one in view.why.data)
        data_console().print(Text(f"{used}\n", style="dim"))


def _print_app(view: "AppView") -> None:
    said = view.app
    tree = Tree(
        Text(f"{said.label} {said.version_name}".strip(), style="bold")
        + Text(f"  {said.bundle_id} · {view.path}", "dim")
    )
    for one in view.endpoints[:SHOWN]:
        place = one.file if one.offset is None else f"{one.file}+{one.offset:#x}"
        node = _leaf(tree, one.value, one.confidence, f"{one.how} in {place}")
        whose = f"{one.owner or one.party} ({one.party} party{f': {one.party_reason}' if one.party_reason else ''})"
        node.add(Text(f"whose: {whose}"))
        if one.backend is not None:
            if one.backend.addresses:
                node.add(Text(f"at {', '.join(one.backend.addresses)} ({one.backend.resolved_by})"))
            for claim in one.backend.attributions:
                if claim.claim in {"provider", "product", "region", "boundary", "country", "asn"}:
                    _leaf(node, f"{claim.claim}: {claim.value}", claim.confidence, claim.reason)
        _add_stores(node, one.stores)
        _add_seen(node, one.seen)
    if view.endpoints_total > SHOWN:
        tree.add(Text(f"{view.endpoints_total - SHOWN:,} more with --format json", style="dim"))
    if view.others:
        others = tree.add(Text(f"{len(view.others):,} that only other tools saw"))
        for passive in view.others[:SHOWN]:
            place = f"{passive.sighting.evidence.context}, {passive.sighting.evidence.file}"
            others.add(Text(f"{passive.sighting.endpoint.value}  ({place})", style="dim"))
    data_console().print(tree)


def _add_stores(tree: Tree, stores: "tuple[StoreAt, ...]") -> None:
    for store in stores:
        records = f", {store.records.value:,} records ({store.records.quality})" if store.records.value else ""
        name = f"{store.product} {store.version}".strip()
        access = store.access.replace("_", " ")
        text = f"store: {name} is {access}{records}, {store.relation}, at {', '.join(store.targets)}"
        _leaf(tree, text, store.confidence, store.reason)


def _add_seen(tree: Tree, seen: "tuple[Seen, ...]") -> None:
    for one in seen:
        ours = one.note.asked
        tree.add(
            Text(one.said, style="dim")
            + Text(f"; superseded: our own probe says {ours.replace('_', ' ')}" if ours else "; not asked by us", "dim")
        )


def _leaf(tree: Tree, text: str, sure: float, reason: str) -> Tree:
    from tieback.model.graph import THRESHOLD

    guess = " ?" if sure < THRESHOLD else ""
    return tree.add(Text(text) + Text(f"  {sure:.2f}{guess} {reason}", style="dim"))
