"""The classes that manifests name, as apktool, APK files and app bundles write them."""

from pathlib import Path

import pytest

from tests.linear import longest
from tests.unit.intake.conftest import pb_attribute, pb_node, zipped
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.open import open_app
from tieback.recognise.dataflow.code import package_resources
from tieback.recognise.dataflow.code.package_resources import PackageResources

ANDROID = "http://schemas.android.com/apk/res/android"


def components(manifest: str, file: str = "AndroidManifest.xml") -> list[str]:
    package = PackageResources()
    package.see(Artifact(file, (Buffer(file, BufferKind.MANIFEST, manifest.encode()),)))
    return list(package.components())


@pytest.mark.parametrize("prefix", ["android:", ""])
@pytest.mark.parametrize("kind", ["activity", "service", "receiver", "provider", "application", "instrumentation"])
def test_the_components_of_a_manifest(prefix: str, kind: str) -> None:
    text = f'<manifest package="test.app"><{kind} {prefix}exported="true"\n {prefix}name=".A"/></manifest>'
    assert components(text) == ["Ltest/app/A;"]


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ('<activity name="org.maps.A">', ["Lorg/maps/A;"]),
        ('<activity name="A">', ["Ltest/app/A;"]),
        ('<activity label="x" parentName=".B" android:hostname="c" name=".A">', ["Ltest/app/A;"]),
        ('<activity parentName=".B" hostname="c" my-name="d">', []),
        ('<activity-alias name=".A">', []),
        ('<meta-data name=".A"/>', []),
        ('<activity label="x"/><action name=".A"/>', []),
        ('<activity name=""/>', []),
    ],
)
def test_other_names_are_no_components(element: str, expected: list[str]) -> None:
    assert components(f'<manifest package="test.app">{element}</manifest>') == expected


def test_the_components_of_a_bundle(tmp_path: Path) -> None:
    activity = pb_node("activity", [pb_attribute("name", "test.app.demo.Main", uri=ANDROID)])
    root = pb_node("manifest", [pb_attribute("package", "test.app")], [pb_node("application", [], [activity])])
    path = tmp_path / "a.aab"
    path.write_bytes(zipped([("base/manifest/AndroidManifest.xml", root)]))
    package = PackageResources()
    with open_app(path) as app:
        for piece in app.artifacts():
            package.see(piece)
    assert list(package.components()) == ["Ltest/app/demo/Main;"]


def test_most_components(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_resources, "MAX_COMPONENTS", 3)
    assert len(components('<manifest package="a">' + '<activity name=".A"/>' * 9)) == 3


@pytest.mark.parametrize("name", ["_COMPONENT", "_PACKAGE", "_STARTED", "_LINKED", "_SPLIT", "_SDK"])
def test_the_cost_of_a_manifest_grows_with_its_length(name: str) -> None:
    assert longest(getattr(package_resources, name)) <= 5_000  # what a search reads from one place on


def test_the_package_of_a_manifest_is_searched_once_for_all_its_components(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []

    def package(text: str) -> str:
        searched.append(text)
        return "test.app"

    monkeypatch.setattr(package_resources, "manifest_package", package)
    assert len(components('<manifest package="test.app">' + '<activity name=".A"/>' * 99)) == 99
    assert len(searched) == 2  # once for the activities that are started, once for all components
