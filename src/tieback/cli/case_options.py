"""Options and arguments that several commands about cases have."""

from pathlib import Path
from typing import Annotated

import typer

from tieback.cli.formats import format_option
from tieback.cli.terminal import OutputFormat

WORKSPACE = Path(".tieback")
FormatOption = Annotated[OutputFormat, format_option(OutputFormat, "A table, or one JSON document per line.")]
PolicyOption = Annotated[
    Path | None, typer.Option(help="Deadlines (TOML); default: those that `tieback case policy` prints.")
]
CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="Case ID, or a unique prefix of it.")]
