"""The child process that builds the index of a large run: ``build_run_index DIRECTORY RUN``."""

import sys
from pathlib import Path

from tieback.pipeline.views.index_builder import build_index
from tieback.storage.workspace import Workspace


def main(directory: str, run: str) -> None:
    """Build the index of a run. Raises ``WorkspaceError``; the traceback goes to the log of the server."""
    with Workspace.open(Path(directory), create=False) as workspace:
        build_index(workspace, run)


if __name__ == "__main__":
    main(*sys.argv[1:])
