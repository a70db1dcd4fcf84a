"""Every analysed app once, whichever run saw it."""

from pathlib import Path

from tests.unit.pipeline.workspaces import ANALYSED, make
from tieback.model.app import App, Platform, Signer
from tieback.model.sighting import AppDocument
from tieback.model.unit import Unit
from tieback.pipeline.fleet.analysed_apps import analysed_apps, apps_of_vendor
from tieback.storage.lake.lake import Lake, part_name
from tieback.storage.lake.tables.apps import app_tables
from tieback.storage.workspace import Workspace


def test_apps_by_bundle_identifier(tmp_path: Path) -> None:
    with Workspace.open(make(tmp_path)) as workspace:
        assert [app.sha256[0] for app in analysed_apps(workspace.lake)] == ["c", "d", "a", "b"]
        (one,) = analysed_apps(workspace.lake, {"a" * 64})
        assert one == ANALYSED[0]
        assert list(analysed_apps(workspace.lake, set())) == []


def test_the_apps_of_a_vendor_have_one_of_its_signers_or_teams(tmp_path: Path) -> None:
    store = Signer("33" * 32, "O=Apple Inc.,CN=Apple iPhone OS Application Signing", "code-signature")
    ours = App(Platform.IOS, "test.one", "1" * 64, signer=store, team="A1B2C3D4E5")
    own = App(Platform.IOS, "test.two", "2" * 64, signer=Signer("44" * 32, "CN=Acme"), team="")
    theirs = App(Platform.IOS, "test.three", "3" * 64, signer=store, team="Z9Y8X7W6V5")
    lake = Lake(tmp_path / "lake")
    units = [Unit(app.sha256, "1", app.bundle_id, 1) for app in (ours, own, theirs)]
    documents = [AppDocument(unit.source, app) for unit, app in zip(units, (ours, own, theirs), strict=True)]
    lake.publish(part_name(units), app_tables(list(zip(units, documents, strict=True))), units)
    assert list(apps_of_vendor(lake, ["team:A1B2C3D4E5", "44" * 32], [])) == [
        App(Platform.IOS, "test.one", "1" * 64, signer=Signer(store.sha256, store.subject), team="A1B2C3D4E5"),
        App(Platform.IOS, "test.two", "2" * 64, signer=Signer("44" * 32, "CN=Acme")),
    ]
    assert list(apps_of_vendor(lake, [], ["test.three"])) == [
        App(Platform.IOS, "test.three", "3" * 64, signer=Signer(store.sha256, store.subject), team="Z9Y8X7W6V5")
    ]
