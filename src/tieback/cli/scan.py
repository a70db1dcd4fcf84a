"""``tieback scan``: the main job."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tieback.cli.report import (
    FORMATS,
    AudienceOption,
    BaselineOption,
    SampleOption,
    SuppressionsOption,
    VendorOption,
    read_baseline,
    read_suppressions,
    set_beside,
    show,
    write_all,
)
from tieback.cli.terminal import ExitCode, WorkspaceOption, complain, progress_bar, talk_console
from tieback.cli.workspace_ledger import LedgerOption, settle
from tieback.model.errors import UsageError
from tieback.model.exposure import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tieback.engine.interface import Engine
    from tieback.pipeline.inputs.spec import Given


def scan(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="INPUT...",
            help="App packages, captures, tar shards, folders of them; or s3://, gs://, az://, https:// URLs.",
        ),
    ] = None,
    grant: Annotated[
        Path | None, typer.Option(help="The written permission; without one no back end is contacted.")
    ] = None,
    manifest: Annotated[
        list[Path] | None,
        typer.Option(help="A table of inputs: path, sha256, size (CSV, TSV, JSON lines, Parquet). Repeatable."),
    ] = None,
    report: Annotated[
        list[Path] | None,
        typer.Option(help="Write the report there; the suffix (.html, .pdf, .sarif, …) says which format. Repeatable."),
    ] = None,
    workspace: WorkspaceOption = Path(".tieback"),
    ledger: LedgerOption = None,
    output: Annotated[str, typer.Option("--format", help=f"On stdout: table, or one of {FORMATS}.")] = "table",
    fail_on: Annotated[
        Severity | None,
        typer.Option(help="Exit 1 when a finding is at least this severe, with --baseline a new one; default: never."),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=256, help="Processes; default: one a core.")] = None,
    engine: Annotated[str, typer.Option(help="local, or dask://HOST:PORT of a scheduler (with --certs).")] = "local",
    certs: Annotated[Path | None, typer.Option(help="Folder of a cluster's certificates.")] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Try again what killed or outlasted its worker before.")
    ] = False,
    audience: AudienceOption = "internal",
    vendor: VendorOption = "",
    suppressions: SuppressionsOption = None,
    baseline: BaselineOption = None,
    sample_of: SampleOption = None,
) -> None:
    """Read apps, map their back ends, ask the data stores that the grant covers, and report.

    Example: tieback scan app.apk other.ipa --grant grant.toml --report report.html
    """
    from tieback.pipeline.scan import ScanRequest, run_scan
    from tieback.report import by_name, by_suffix
    from tieback.report.audience import audience_of, for_audience
    from tieback.report.sampling import as_sample
    from tieback.scope.grant import load_grant

    if output != "table":
        by_name(output)  # an unknown one is said before an hour of work
    who = audience_of(audience, vendor)
    files = [(path, by_suffix(path)) for path in report or ()]
    past, set_apart = read_baseline(baseline), read_suppressions(workspace, suppressions)
    request = ScanRequest(
        inputs=_inputs(inputs or (), manifest or ()),
        grant=load_grant(grant) if grant is not None else None,
        workspace=workspace,
        workers=workers,
        retry=retry,
        engine=_engine(engine, certs),
    )
    settle(workspace, ledger)
    with run_scan(request, progress_bar) as done:
        for error in done.failed:
            complain(error)
        for part in done.set_aside:
            talk_console().print(f"a damaged part of the lake was set aside: {part}", markup=False)
        judged = as_sample(set_beside(set_apart(done.report), past), sample_of)
        document = for_audience(judged, who, vendor)
        written = [one for path, renderer in files for one in write_all(document, renderer, path)]
        show(document, output)
        for path in written:
            talk_console().print(f"report: {path}")
        worst = judged.worst_new()
        apps = done.report.headline.apps_analysed
    if fail_on is not None and worst is not None and worst.rank >= fail_on.rank:
        raise typer.Exit(ExitCode.FINDINGS)
    if done.failed:
        raise typer.Exit(ExitCode.SOME_FAILED if apps else ExitCode.NOTHING_DONE)


def _inputs(texts: "Iterable[str]", manifests: "Iterable[Path]") -> "tuple[Given, ...]":
    """What the user gave, in its order.

    Raises:
        UsageError: nothing was given, or something that is neither a path nor a URL that is read.
    """
    from tieback.pipeline.inputs.spec import Manifest, given

    found = (*map(given, texts), *map(Manifest, manifests))
    if not found:
        raise UsageError("no input", advice="Give files, folders or URLs, or a --manifest")
    return found


def _engine(name: str, certs: Path | None) -> "Engine | None":
    """The engine of that name; ``None`` for processes of this machine."""
    if name == "local":
        if certs is not None:
            raise UsageError("only a cluster has certificates", where="--certs", advice="Add --engine dask://HOST:PORT")
        return None
    from tieback.cli.cluster import engine_at

    return engine_at(name, certs)
