"""The index of a run for pages: built at the first use, in a process of its own if the run is large."""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from tieback.model.errors import TiebackError, WorkspaceError
from tieback.pipeline.graph.run_graph import RunGraph
from tieback.pipeline.mapping.attribution import AttributionSources
from tieback.pipeline.views.index_builder import build_index
from tieback.storage.failures import is_refused, storage_errors
from tieback.storage.lake.queries.graph_index import GraphIndex
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.page_index import PageIndex, page_index_folder
from tieback.storage.workspace import Workspace

IN_PROCESS = 4 * 1024 * 1024
"""Bytes of a lake up to which the index is built in this process: about a thousand apps. A large one needs hundreds of
megabytes, which the server must not keep."""
BUILDER = "tieback.pipeline.views.build_run_index"
MOST_SECONDS = 1800.0
"""Maximum time for one index, in seconds."""


def open_index(workspace: Workspace, run: RunRow) -> PageIndex:
    """The index of a finished run; it is built if it is missing.

    Raises:
        WorkspaceError: the workspace cannot be read, or the disk is full.
    """
    try:
        return _open_index(workspace, run)
    except WorkspaceError as error:
        # A server whose disk becomes read-only goes on to show what it has.
        if not is_refused(error) or lake_bytes(workspace) > IN_PROCESS:
            raise
        workspace.use_temporary_indices()
        return _open_index(workspace, run)


def _open_index(workspace: Workspace, run: RunRow) -> PageIndex:
    folder = page_index_folder(workspace.indices_directory, run.id)
    if not folder.is_dir():
        with _alone(workspace.indices_directory):
            if not folder.is_dir():
                _build(workspace, run.id)
    return PageIndex(folder)


def open_graph(workspace: Workspace, run: RunRow) -> GraphIndex:
    """The graph of a finished run; ``open_index`` has built it before, unless somebody deleted it. Raises the same."""
    found = GraphIndex.find_built(run.id, workspace.indices_directory)
    if found is not None:
        return found
    with closing(AttributionSources()) as knowledge:
        return RunGraph(workspace, run, knowledge).index


def prepare_last_index(directory: Path) -> None:
    """Build the index of the last finished run if it is large and missing, so that the first page does not wait for it.

    A workspace that cannot be read is not reported here: the pages do it.
    """
    with suppress(TiebackError), Workspace.open(directory, create=False) as workspace:
        run = workspace.ledger.latest_run()
        if run is not None and lake_bytes(workspace) > IN_PROCESS:
            open_index(workspace, run)


def _build(workspace: Workspace, run: str) -> None:
    if lake_bytes(workspace) <= IN_PROCESS:
        build_index(workspace, run)
        return
    command = [sys.executable, "-P", "-m", BUILDER, str(workspace.directory), run]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False, timeout=MOST_SECONDS
        )
    except subprocess.TimeoutExpired:
        pass
    else:
        if done.returncode == 0:
            return
    raise WorkspaceError(
        "the index of the pages could not be built",
        where=str(workspace.directory),
        advice="Run `tieback report`; it shows what cannot be read",
    )


def lake_bytes(workspace: Workspace) -> int:
    """Size of the lake, in bytes. Raises ``WorkspaceError``."""
    with storage_errors(workspace.directory):
        return sum(path.stat().st_size for path in workspace.lake_directory.rglob("*.parquet"))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the lock of the indices: requests for the same missing index wait for one build."""
    with storage_errors(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(folder / ".building", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _lock(descriptor, folder)
            yield
        finally:
            os.close(descriptor)


def _lock(descriptor: int, folder: Path) -> None:
    end = time.monotonic() + MOST_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise WorkspaceError("another process builds the index of the pages", where=str(folder)) from None
            time.sleep(0.05)
        else:
            return
