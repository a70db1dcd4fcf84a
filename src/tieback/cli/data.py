"""``tieback data``: what the operator brings: providers' lists, AS numbers, countries, RDAP documents."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from tieback.cli.terminal import ExitCode, OutputFormat, complain, data_console, talk_console, write_line
from tieback.model.document import encode
from tieback.model.errors import InputError

app = typer.Typer(
    help="Lists of providers' addresses, MMDB files and RDAP documents, brought by you: nothing is fetched."
)

DataOption = Annotated[
    Path | None,
    typer.Option("--data", envvar="TIEBACK_DATA", help="Folder that keeps them; default: your own data folder."),
]
FormatOption = Annotated[OutputFormat, typer.Option("--format", help="A table, or one JSON document a line.")]


@app.command("import")
def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Provider's list (JSON, CSV, text), MMDB, or RDAP.")
    ],
    *,
    provider: Annotated[str, typer.Option(help="Whose addresses a plain list or geofeed holds.")] = "",
    data: DataOption = None,
) -> None:
    """Read files, keep them with date and hash, and use them from now on. A newer file replaces its older one.

    Example: tieback data import ip-ranges.json ServiceTags_Public.json GeoLite2-ASN.mmdb rdap-answers.json
    """
    from tieback.backends.datasets import Datasets

    datasets = Datasets(data)
    failed = 0
    for path in files:
        try:
            one = datasets.add(path, provider=provider)
        except InputError as error:
            failed += 1
            complain(error)
            continue
        what = "document" if one.kind == "rdap" else "net"
        nets = f", {one.entries:,} {what}{'' if one.entries == 1 else 's'}" if one.entries else ""
        left = f", {one.skipped:,} entries left out that are no {what}s" if one.skipped else ""
        talk_console().print(Text(f"{path.name}: {one.cited}{nets}{left}"))
    if failed:
        raise typer.Exit(ExitCode.SOME_FAILED if failed < len(files) else ExitCode.NOTHING_DONE)


@app.command("list")
def list_(*, data: DataOption = None, output: FormatOption = OutputFormat.TABLE) -> None:
    """What was imported, of which day, with its hash.

    Example: tieback data list
    """
    from tieback.backends.datasets import Datasets

    datasets = Datasets(data)
    found = datasets.all()
    if output is OutputFormat.JSON:
        for one in found:
            write_line(encode("dataset", one))
        return
    if not found:
        talk_console().print(Text(f"nothing was imported into {datasets.folder}"))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("name", "kind", "of", "imported", "entries", "sha256", "file"):
        table.add_column(name, justify="right" if name == "entries" else "left", overflow="fold")
    for one in found:
        table.add_row(
            one.name, one.kind, one.date or "?", one.imported, f"{one.entries:,}", one.sha256[:12], Text(one.file)
        )
    data_console().print(table)


@app.command()
def verify(*, data: DataOption = None, output: FormatOption = OutputFormat.TABLE) -> None:
    """Check every file against the hash and the table that its import made.

    Example: tieback data verify
    """
    from tieback.backends.datasets import Datasets

    wrong = 0
    total = 0
    for one, problem in Datasets(data).verify():
        total += 1
        wrong += bool(problem)
        if output is OutputFormat.JSON:
            write_line(encode("dataset-check", {**msgspec.structs.asdict(one), "problem": problem}))
        else:
            data_console().print(Text(f"{one.name}: {problem or 'as it was imported'} ({one.sha256[:12]})"))
    if wrong:
        raise typer.Exit(ExitCode.SOME_FAILED if wrong < total else ExitCode.NOTHING_DONE)
