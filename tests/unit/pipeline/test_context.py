from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from tests.unit.assess.test_findings import EXPOSURE
from tieback.assess.context import version_text
from tieback.model.app import App, Platform
from tieback.model.backend import Attribution, Backend
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.exposure import ExposureWindow
from tieback.pipeline.conclude import with_context
from tieback.storage.lake.tables.probes import save_backends
from tieback.storage.workspace import Workspace

APP = App(Platform.ANDROID, "org.one", "aa", version_name="2.1")


def test_what_the_workspace_knows_is_put_to_each_store(tmp_path: Path) -> None:
    endpoint = Endpoint(EndpointKind.URL, "https://api.test", "https", "api.test", 443)
    stated = (Attribution("provider", "hetzner", "its net", 0.9), Attribution("country", "DE", "its net", 0.9))
    today = datetime.now(UTC).date()
    with Workspace.open(tmp_path) as workspace:
        earlier = workspace.ledger.start_run([])
        workspace.ledger.conclusions.save(earlier, [EXPOSURE], [])
        workspace.ledger.end_run(earlier)
        run = workspace.ledger.start_run([])
        save_backends(workspace.lake, run, [Backend(endpoint, attributions=stated)])
        other = replace(EXPOSURE, id="exp-2", routes=())
        releases = {"aa": (APP, version_text(APP))}
        told = {one.id: one for one in with_context(workspace, run, today, (other, EXPOSURE), releases)}
    first = told["exp-1"]
    assert (first.provider, first.country) == ("hetzner", "DE")
    assert first.window == ExposureWindow(today.isoformat(), today.isoformat(), "", ("org.one 2.1",))
    assert (told["exp-2"].provider, told["exp-2"].window) == ("", ExposureWindow(today.isoformat(), today.isoformat()))
