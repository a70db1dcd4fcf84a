"""Shared by all commands: exit codes, output formats, consoles, progress bar."""

import codecs
import io
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, NoReturn

import typer
from rich.console import Console

from tieback import console
from tieback.cli.formats import is_typed
from tieback.cli.logs import logged_stage, write_event
from tieback.console import RowTable, SafeConsole, chosen_width, open_console
from tieback.model.errors import TiebackError
from tieback.model.safe_text import escape_commands, escape_line, replace_unsafe

if TYPE_CHECKING:
    from tieback.model.skipped import SkippedFiles


class ExitCode(IntEnum):
    """Exit codes; a contract for CI."""

    DONE = 0
    """Done; no finding at or above ``--fail-on``."""
    FINDINGS = 1
    """Findings at or above ``--fail-on``, or something else that the options of the command make a failure."""
    USAGE = 2
    """Wrong usage: an option, a file of settings, or a grant that is not valid. Nothing was done."""
    SOME_FAILED = 3
    """Done in part: inputs or targets without a result, damaged inputs, or parts in which tieback failed. Or a report
    could not be written at the end, or a stop file ended the run. Each is named on stderr; the rest is done."""
    NOTHING_DONE = 4
    """No input could be read, or nothing could be done."""
    CLOSED_PIPE = 141
    """The reader of the output closed the pipe, as ``head`` does; shells report the same of other programs."""


_LONG_LINE = 1 << 16
"""Characters of a line that are kept until it ends."""
UNFOLDED = console.UNFOLDED
"""Width in columns of tables that go to a pipe or file."""


class OutputFormat(StrEnum):
    """Values of ``--format`` of commands that print lines."""

    TABLE = "table"
    JSON = "json"


def _choose_workspace(context: typer.Context, value: Path) -> Path:
    """The workspace of a command: the chosen one, or the default of this folder."""
    from tieback.storage.trust import DEFAULT, default_workspace

    source = context.get_parameter_source("workspace")
    if source is not None and source.name == "DEFAULT":
        outer = context.parent
        if outer is not None and is_typed(outer, "workspace"):
            # `report -w DIR explain` means the same as `report explain -w DIR`.
            return Path(outer.params["workspace"])
        value, why = default_workspace(Path.cwd())
        if why:
            unused = f". To use {DEFAULT}: `tieback workspace trust -w {DEFAULT}`" if DEFAULT.is_dir() else ""
            _note(context, f"workspace {value} ({why}){unused}")
    return value


def _choose_any_workspace(context: typer.Context, value: Path) -> Path:
    """The same, for commands that also open a workspace that is not trusted: they print a note."""
    from tieback.storage.trust import distrust

    chosen = _choose_workspace(context, value)
    if (chosen / "VERSION").exists() and (why := distrust(chosen)):
        _note(context, f"note: {chosen} is not trusted ({why}); its results may be wrong")
    return chosen


def _note(context: typer.Context, text: str) -> None:
    """Print a note about the workspace. A group keeps it: its sub-commands have other workspaces, or none."""
    if hasattr(context.command, "commands"):
        context.meta.setdefault(_NOTES, []).append(text)
    else:
        print_problem(text)


def print_workspace_notes(context: typer.Context) -> None:
    """Print what a group has kept, because it runs itself and no sub-command."""
    for text in context.meta.pop(_NOTES, ()):
        print_problem(text)


_NOTES = "tieback.workspace_notes"
_WORKSPACE_NAMES = ("--workspace", "-w")
_WORKSPACE_HELP = "Workspace folder: results, cases and inventory. In a checkout, the default is a folder outside it."
WorkspaceOption = Annotated[
    Path,
    typer.Option(*_WORKSPACE_NAMES, envvar="TIEBACK_WORKSPACE", callback=_choose_any_workspace, help=_WORKSPACE_HELP),
]
"""Of commands that show what a workspace contains, or work on its cases."""
OwnWorkspaceOption = Annotated[
    Path,
    typer.Option(*_WORKSPACE_NAMES, envvar="TIEBACK_WORKSPACE", callback=_choose_workspace, help=_WORKSPACE_HELP),
]
"""Of commands that write results: they refuse a workspace that is not trusted."""


NeverOption = Annotated[
    Path | None,
    typer.Option(
        "--never",
        metavar="FILE",
        help="One more never.toml (also: TIEBACK_NEVER): what is never contacted, and which signatures grants need.",
    ),
]


def message_console() -> Console:
    """Messages go to stderr, so that stdout contains only data."""
    return SafeConsole(stderr=True, highlight=False, markup=False, soft_wrap=True)


def data_console() -> Console:
    """Tables for people on stdout; without a terminal or ``COLUMNS`` no line is folded: ``grep`` finds names."""
    return open_console(width=chosen_width() or (None if sys.stdout.isatty() else UNFOLDED))


def print_rows(table: RowTable, empty: str) -> None:
    """Print a table on stdout; if it has no rows, the reason (if any) on stderr, and what to do."""
    if table.rows:
        data_console().print(table)
    elif empty:
        message_console().print(empty)


def write_line(document: bytes) -> None:
    """Print one JSON document as a line on stdout."""
    sys.stdout.buffer.write(document + b"\n")


class SafeOutput(io.RawIOBase):
    """Text in UTF-8 on its way to stdout, made safe line by line; what is safe is not changed.

    Formats escape names for their readers. A terminal and a CI log are readers too.
    """

    def __init__(self, target: BinaryIO) -> None:
        """Write to a stream, which stays open."""
        super().__init__()
        self._target = target
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._line: list[str] = []
        self._size = 0
        self._first = True

    def writable(self) -> bool:
        """True: this stream is only for writing."""
        return True

    def write(self, data: Any) -> int:
        """Write text; the last line is kept until it ends."""
        text = self._decoder.decode(data)
        self._size += len(text)
        if "\n" not in text and self._size < _LONG_LINE:
            self._line.append(text)
            return len(data)
        text = "".join([*self._line, text])
        at = text.rfind("\n") + 1 or len(text)
        self._line, self._size = [text[at:]], len(text) - at
        self._put(text[:at])
        return len(data)

    def close(self) -> None:
        """Write the last line. Closed also if that fails: no second attempt follows at the end of the process."""
        if self.closed:
            return
        rest = "".join([*self._line, self._decoder.decode(b"", final=True)])
        self._line = []
        super().close()
        self._put(rest)

    def _put(self, text: str) -> None:
        if self._first and text.startswith("\ufeff"):  # of CSV files, for spreadsheets
            self._target.write("\ufeff".encode())
            text = text[1:]
        self._first = self._first and not text
        safe = "\r\n".join(escape_commands(replace_unsafe(part)) for part in text.split("\r\n"))
        self._target.write(safe.encode("utf-8", "replace"))


def print_text(pieces: Iterable[bytes]) -> None:
    """Print a document on stdout, in UTF-8; control characters and commands of CI logs are replaced."""
    with SafeOutput(sys.stdout.buffer) as out:
        out.writelines(pieces)


def print_failure(error: TiebackError) -> None:
    """Print one line on stderr for an input or target that failed."""
    print_problem(error.diagnostics())


def print_problem(text: str) -> None:
    """Print one line on stderr, and log it; control characters of names are escaped."""
    write_event("problem", text=text)
    typer.echo(f"tieback: {escape_line(text)}", err=True)


def exit_with_findings(*reasons: str) -> NoReturn:
    """End the command with exit code 1, after one line on stderr for each reason, which is also logged."""
    for reason in reasons:
        _print_exit_reason(ExitCode.FINDINGS, reason)
    raise typer.Exit(ExitCode.FINDINGS)


def exit_with_failures(reason: str, code: ExitCode = ExitCode.SOME_FAILED) -> NoReturn:
    """End the command because something failed, after one line on stderr for the reason, which is also logged."""
    _print_exit_reason(code, reason)
    raise typer.Exit(code)


def _print_exit_reason(code: ExitCode, reason: str) -> None:
    write_event("exit reason", text=reason)
    message_console().print(f"exit {code:d}: {escape_line(reason)}")


def print_skipped(skipped: Iterable["SkippedFiles"], advice: str = "Pass a file by itself to read it.") -> None:
    """Print a line on stderr for each place and reason of files that were passed over.

    ``advice`` is what to do where the reason has no advice of its own.
    """
    from tieback.model.skipped import ADVICE

    for one in skipped:
        print_problem(f"note: {one.where}: {one.text}. {ADVICE.get(one.why, advice)}")


@contextmanager
def progress_bar(description: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar if stderr is a terminal, and log the stage. Call the yielded function with (done, total).

    A terminal with ``TERM=dumb`` cannot erase a line, so it shows none.
    """
    with logged_stage(description) as count:
        if not sys.stderr.isatty() or message_console().is_dumb_terminal:
            yield count
            return
        with _bar(description) as move:

            def advance(done: int, total: int) -> None:
                count(done, total)
                move(done, total)

            yield advance


_BESIDE_BAR = 28
"""Columns for spaces, the time, and numbers up to a million beside the bar."""


@contextmanager
def _bar(description: str) -> Iterator[Callable[[int, int], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from tieback.cli.above_bar import above_bar

    console = SafeConsole(file=sys.stderr, highlight=False, markup=False, soft_wrap=True)
    # Columns that do not fit are folded into three lines.
    width = max(min(40, console.width - len(description) - _BESIDE_BAR), 4)
    texts = (TextColumn("{task.description}", markup=False), BarColumn(width), MofNCompleteColumn())
    progress = Progress(
        *texts, TimeElapsedColumn(), console=console, transient=True, redirect_stdout=False, redirect_stderr=False
    )
    task = progress.add_task(description, total=None)

    def move(done: int, total: int) -> None:
        progress.update(task, completed=done, total=total)
        progress.start()  # it can be hidden since an unfinished line

    with above_bar(progress.stop, progress.start):
        progress.start()
        try:
            yield move
        finally:
            progress.stop()
