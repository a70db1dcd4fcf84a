"""Every analysed app once, whichever run saw it."""

from pathlib import Path

from tests.unit.pipeline.workspaces import ANALYSED, make
from tieback.pipeline.fleet.analysed_apps import analysed_apps
from tieback.storage.workspace import Workspace


def test_apps_by_bundle_identifier(tmp_path: Path) -> None:
    with Workspace.open(make(tmp_path)) as workspace:
        assert [app.sha256[0] for app in analysed_apps(workspace.lake)] == ["c", "d", "a", "b"]
        (one,) = analysed_apps(workspace.lake, {"a" * 64})
        assert one == ANALYSED[0]
        assert list(analysed_apps(workspace.lake, set())) == []
