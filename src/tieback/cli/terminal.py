"""What every command shares: exit codes, output formats, consoles, progress."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tieback.model.errors import TiebackError


class ExitCode(IntEnum):
    """The contract for CI."""

    DONE = 0
    """Done, nothing found at or above ``--fail-on``."""
    FINDINGS = 1
    USAGE = 2
    SOME_FAILED = 3
    """Some inputs failed; each is named on stderr, the rest is done."""
    NOTHING_DONE = 4


class OutputFormat(StrEnum):
    """``--format`` of commands that print lines."""

    TABLE = "table"
    JSON = "json"


WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", envvar="TIEBACK_WORKSPACE", help="Folder that keeps what was found.")
]


def talk_console() -> Console:
    """Talk goes to stderr, so that stdout holds data alone."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def data_console() -> Console:
    """Tables for people, on stdout; 100 columns wide where neither a terminal nor ``COLUMNS`` says otherwise."""
    return Console(highlight=False, width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else 100)


def write_line(document: bytes) -> None:
    """One JSON document a line, on stdout."""
    sys.stdout.buffer.write(document + b"\n")


def complain(error: TiebackError) -> None:
    """One line on stderr for an input or target that failed."""
    typer.echo(f"tieback: {error.diagnostics()}", err=True)


@contextmanager
def progress_bar(description: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr where that is a terminal; call what it gives with (done, total)."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=talk_console(), transient=True) as progress:
        task = progress.add_task(description, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
