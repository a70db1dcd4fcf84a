"""``tieback capture --apps LIST``: one live capture per app, with a summary, and what the next command is."""

import shlex
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from tieback.cli.process import INTERRUPTED
from tieback.cli.terminal import ExitCode, OutputFormat, data_console, print_problem, progress_bar, write_line
from tieback.console import RowTable
from tieback.model.capture import LiveRun
from tieback.model.capture_batch import BatchApp, BatchState, CaptureBatch
from tieback.model.count_text import count_text
from tieback.model.document import encode
from tieback.pipeline.capture.batch import BatchRequest, run_batch
from tieback.pipeline.capture.live import save_flows

if TYPE_CHECKING:
    from rich.console import Console

    from tieback.cli.live_view import LiveView

_WORDS = {
    BatchState.DONE: "done",
    BatchState.FAILED: "failed",
    BatchState.INTERRUPTED: "interrupted",
    BatchState.NOT_STARTED: "not started",
}


def capture_batch(
    request: BatchRequest,
    *,
    stopped: Callable[[], bool],
    talk: "Console",
    screen: "LiveView | None",
    output: OutputFormat,
) -> int:
    """Run a batch and print it.

    Args:
        request: the options.
        stopped: true ends the batch.
        talk: console for messages.
        screen: shows flows as they come; ``None`` without a terminal.
        output: a table at the end, or one document per run and one of the batch.

    Returns:
        exit code: 0 if all apps are done, 3 if some are, 4 if none is, 130 after Ctrl-C.

    Raises:
        as ``run_batch``.
    """
    batch: CaptureBatch | None = None
    with _shown(screen):
        for one in run_batch(request, stopped=stopped, tell=talk.print):
            match one:
                case CaptureBatch():
                    batch = one
                case BatchApp():
                    talk.print(f"{one.app}: {_result(one)}")
                case LiveRun():
                    if output is OutputFormat.JSON:
                        write_line(encode("capture", one))
                        sys.stdout.flush()
                case _:
                    if screen is not None:
                        screen.add(one)
    assert batch is not None
    if output is OutputFormat.JSON:
        write_line(encode("capture_batch", batch))
    else:
        _print(batch)
    _tell_next(request, batch, talk)
    if batch.manifest:
        workspace = request.capture.workspace
        save_flows(workspace, [Path(app.path) for app in batch.apps if app.state is BatchState.DONE], progress_bar)
    if batch.done == len(batch.apps):
        return ExitCode.DONE
    if stopped():
        return INTERRUPTED
    return ExitCode.SOME_FAILED if batch.done else ExitCode.NOTHING_DONE


def _shown(screen: "LiveView | None") -> AbstractContextManager[object]:
    return screen or nullcontext()


def _result(app: BatchApp) -> str:
    """What became of an app, as one clause."""
    word = _WORDS[app.state]
    return (
        f"{word}, {app.flows:,} flow{'' if app.flows == 1 else 's'}"
        if app.state is BatchState.DONE
        else f"{word}: {app.reason}"
    )


def _print(batch: CaptureBatch) -> None:
    table = RowTable()
    for column in ("app", "state", "flows", "rejected", "capture", "note"):
        right = column in {"flows", "rejected"}
        table.add_column(column, overflow="fold", justify="right" if right else "left")
    for app in batch.apps:
        note = app.reason
        if app.state is BatchState.DONE and app.fresh is False:
            note = "was installed before"
        counts = (f"{app.flows:,}", f"{app.refused:,}") if app.path else ("", "")
        cells = (app.app, _WORDS[app.state], *counts, app.path, note)
        table.add_row(*(Text(cell) for cell in cells))
    data_console().print(table)


def _tell_next(request: BatchRequest, batch: CaptureBatch, talk: "Console") -> None:
    """Print the totals, failures, and the commands for what remains and for the join."""
    totals = (batch.done, batch.failed, batch.interrupted, batch.not_started)
    counts = zip(totals, _WORDS.values(), strict=True)
    talk.print(f"{count_text(len(batch.apps), 'app')}: " + ", ".join(f"{count:,} {word}" for count, word in counts))
    for app in batch.apps:
        if app.state is BatchState.FAILED:
            print_problem(f"{app.app}: {app.reason}")
    if batch.stopped:
        print_problem(f"the batch ended early: {batch.stopped}")
    if batch.interrupted or batch.not_started:
        talk.print("to resume, run the same command again")
    if batch.failed:
        talk.print("to run the failed apps again, add --retry-failed")
    if batch.manifest:
        words = ["tieback", "scan", "-w", str(request.capture.workspace), "--manifest", batch.manifest]
        talk.print(f"to join apps and captures: {shlex.join(words)}")
