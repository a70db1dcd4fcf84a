"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tieback.cli.completion import complete_run
from tieback.cli.terminal import message_console
from tieback.user_state import has_user_rules

if TYPE_CHECKING:
    from tieback.intake.source.checkout import Checkout
    from tieback.model.report.document import Report
    from tieback.userrules.model import UserRules

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

RulesOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--rules",
        metavar="DIR",
        help="Folder with rules of your own (TOML), besides those of your configuration and of the workspace; "
        "repeatable. See `tieback rules`.",
    ),
]

MappingOption = Annotated[
    Path | None,
    typer.Option(
        "--mapping",
        help="mapping.txt of R8 or ProGuard, from the same build: shows the original names of classes and methods.",
    ),
]
SourceOption = Annotated[
    Path | None,
    typer.Option(
        "--source",
        help="Folder with the source of the app: shows the file and line of each finding, in SARIF as its location.",
    ),
]

AppSourceOption = Annotated[
    Path | None,
    typer.Option(
        "--source",
        help="Folder with the source of the app: shows the file and line of each endpoint and credential.",
    ),
]


def read_rules(named: list[Path] | None, workspace: Path | None = None) -> "UserRules | None":
    """The active rules of users; a note on stderr if those of the workspace are not used. Raises ``UsageError``."""
    if not has_user_rules(named or (), workspace):
        return None
    from tieback.pipeline.rule_sets import active_rules

    return active_rules(named or (), workspace, message_console().print)


def read_source(mapping: Path | None, source: Path | None) -> "Callable[[Report], Report]":
    """A function that adds original names and lines of the source. Raises as ``open_source``."""
    if mapping is None and source is None:
        return lambda whole: whole
    from tieback.pipeline.source.locate import with_source

    checkout = open_source(mapping, source)
    return lambda whole: with_source(whole, mapping, checkout)


def open_source(mapping: Path | None, source: Path | None) -> "Checkout | None":
    """Check the values of ``--mapping`` and ``--source`` before any work is done, and open the source.

    Raises:
            InputError: the mapping is not a file, or the source is not a folder.
    """
    from tieback.intake.source.checkout import Checkout
    from tieback.intake.source.r8_mapping import check_mapping

    checkout = Checkout(source) if source is not None else None
    if mapping is not None:
        check_mapping(mapping)
    return checkout
