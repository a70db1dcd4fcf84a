"""``tieback data``: imported address data: provider ranges, AS numbers, countries, RDAP documents."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.text import Text

from tieback.cli.formats import format_option
from tieback.cli.terminal import ExitCode, OutputFormat, data_console, message_console, print_failure, write_line
from tieback.console import RowTable
from tieback.model.count_text import count_text
from tieback.model.document import encode
from tieback.model.errors import InputError

app = typer.Typer(
    help="Manage address data that you provide: provider ranges, MMDB files, RDAP documents. Downloads nothing.\n\n"
    "Example: tieback data import ip-ranges.json GeoLite2-ASN.mmdb"
)

DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data", envvar="TIEBACK_DATA", help="Folder for imported address data; default: ~/.local/share/tieback."
    ),
]
FormatOption = Annotated[OutputFormat, format_option(OutputFormat, "A table, or one JSON document per line.")]


@app.command("import")
def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Provider ranges (JSON, CSV, text), MMDB, or RDAP documents.")
    ],
    *,
    provider: Annotated[str, typer.Option(help="Provider whose addresses a plain list or geofeed contains.")] = "",
    data: DataOption = None,
) -> None:
    """Import address data and use it from now on. A newer file replaces the older one of the same kind.

    The import records the date and the hash of each file.

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
            print_failure(error)
            continue
        what = "document" if one.kind == "rdap" else "net"
        nets = f", {one.entries:,} {what}{'' if one.entries == 1 else 's'}" if one.entries else ""
        left = f", {count_text(one.skipped, 'entry', 'entries')} ignored: not a {what}" if one.skipped else ""
        message_console().print(Text(f"{path.name}: {one.cited}{nets}{left}"))
    if failed:
        raise typer.Exit(ExitCode.SOME_FAILED if failed < len(files) else ExitCode.NOTHING_DONE)


@app.command("list")
def list_(*, data: DataOption = None, output: FormatOption = OutputFormat.TABLE) -> None:
    """List the imported data with date and hash.

    Example: tieback data list
    """
    from tieback.backends.datasets import Datasets

    datasets = Datasets(data)
    found = datasets.all()
    if not found:
        message_console().print(Text(f"nothing imported into {datasets.folder}"))
        return
    if output is OutputFormat.JSON:
        for one in found:
            write_line(encode("dataset", one))
        return
    table = RowTable()
    for name in ("name", "kind", "of", "imported", "entries", "sha256", "file"):
        table.add_column(name, justify="right" if name == "entries" else "left", overflow="fold")
    for one in found:
        table.add_row(
            one.name, one.kind, one.date or "?", one.imported, f"{one.entries:,}", one.sha256[:12], Text(one.file)
        )
    data_console().print(table)


@app.command()
def verify(*, data: DataOption = None, output: FormatOption = OutputFormat.TABLE) -> None:
    """Check every file against the hash and the table recorded at import.

    Example: tieback data verify
    """
    from tieback.backends.datasets import Datasets

    wrong = 0
    total = 0
    datasets = Datasets(data)
    for one, problem in datasets.verify():
        total += 1
        wrong += bool(problem)
        if output is OutputFormat.JSON:
            write_line(encode("dataset-check", {**msgspec.structs.asdict(one), "problem": problem}))
        else:
            data_console().print(Text(f"{one.name}: {problem or 'unchanged'} ({one.sha256[:12]})"))
    if not total:
        message_console().print(Text(f"nothing imported into {datasets.folder}"))
    if wrong:
        raise typer.Exit(ExitCode.SOME_FAILED if wrong < total else ExitCode.NOTHING_DONE)
