"""The posture section of a run, joined once for all pages until an export is imported or another run is shown."""

from tieback.pipeline.posture.section import PostureSection, posture_section
from tieback.pipeline.views.kept import Kept
from tieback.storage.lake.tables.posture import posture_imports
from tieback.storage.workspace import Workspace

_KEPT: Kept[PostureSection] = Kept()


def kept_posture(workspace: Workspace, run: str) -> PostureSection:
    """The accounts, joined with a finished run, with its findings; empty if no export was imported.

    Args:
        workspace: an open workspace.
        run: ID of the run; empty if none has finished.

    Raises:
        WorkspaceError: the workspace cannot be read.
    """
    version = (run, tuple((one.sha256, one.imported) for one in posture_imports(workspace.lake)))
    return _KEPT.get(workspace, version, lambda: posture_section(workspace, run))
