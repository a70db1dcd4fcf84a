"""Options that several commands share."""

from typing import Annotated

import typer

from tieback.cli.completion import complete_run

RunOption = Annotated[
    str,
    typer.Option(
        "--run",
        help="ID of a finished run (see tieback workspace runs); default: the last run.",
        autocompletion=complete_run,
    ),
]

ReferenceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--reference",
        help="List only findings to which this may apply: owasp-mobile, nis2, cra, or one requirement such as "
        "owasp-mobile:M9; repeatable.",
    ),
]
