from pathlib import Path

import pytest

from tieback.intake.apps.apktool import ApktoolFormat, is_apktool_folder
from tieback.intake.apps.budget import budget_for
from tieback.intake.apps.cleartext import UNREAD_CONFIG
from tieback.intake.apps.folder import UnpackedFolder
from tieback.intake.apps.interface import BufferKind
from tieback.intake.apps.open import open_app
from tieback.intake.apps.problems import PackageProblems
from tieback.model.sighting import UnreadKind

MANIFEST = """<?xml version="1.0" encoding="utf-8"?>
<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="test.x">
  <application android:label="@string/app_name" android:networkSecurityConfig="@xml/net"/>
</manifest>"""
SETTINGS = """version: 2.7.0
sdkInfo:
  minSdkVersion: '21'
  targetSdkVersion: '34'
versionInfo:
  versionCode: '417'
  versionName: 2.1-beta
"""
STRINGS = (
    '<resources><string name="app_name">Field hand</string><string name="url">https://api.test</string></resources>'
)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    (tmp_path / "res" / "values").mkdir(parents=True)
    (tmp_path / "res" / "xml").mkdir()
    (tmp_path / "AndroidManifest.xml").write_text(MANIFEST)
    (tmp_path / "apktool.yml").write_text(SETTINGS)
    (tmp_path / "res" / "values" / "strings.xml").write_text(STRINGS)
    (tmp_path / "res" / "xml" / "net.xml").write_text("<network-security-config/>")
    return tmp_path


def test_a_decoded_app_has_its_identity(top: Path) -> None:
    with open_app(top) as package:
        app = package.app
        kinds = {artifact.file: artifact.buffers[0].kind for artifact in package.artifacts()}
        assert package.problems == []
    assert app is not None
    assert (app.bundle_id, app.name, app.version_name, app.version_code) == ("test.x", "Field hand", "2.1-beta", "417")
    assert (app.min_sdk, app.target_sdk) == ("21", "34")
    assert kinds["AndroidManifest.xml"] is BufferKind.MANIFEST
    assert kinds["res/values/strings.xml"] is BufferKind.TEXT


def test_the_settings_give_the_target_for_transport_security(top: Path) -> None:
    (top / "res" / "xml" / "net.xml").write_text("<network-security-config><base-config/></network-security-config>")
    with open_app(top) as package:
        assert [(one.source, one.cleartext, one.user_cas) for one in package.cleartext] == [
            ("default (target SDK 34)", False, False)
        ]


def test_classes_are_read_as_code(top: Path) -> None:
    (top / "smali_classes2" / "a").mkdir(parents=True)
    (top / "smali_classes2" / "a" / "A.smali").write_text(".class public La/A;\n.super Ljava/lang/Object;\n")
    with open_app(top) as package:
        assert package.app is not None
        kinds = {artifact.file: artifact.buffers[0].kind for artifact in package.artifacts()}
        assert package.problems == []
    assert kinds["smali_classes2"] is BufferKind.DEX
    assert "smali_classes2/a/A.smali" not in kinds


def test_missing_classes_of_components_are_reported(top: Path) -> None:
    (top / "AndroidManifest.xml").write_text(
        '<manifest package="test.x"><application><activity android:name=".Main"/></application></manifest>'
    )
    (top / "smali" / "a").mkdir(parents=True)
    (top / "smali" / "a" / "A.smali").write_text(".class public La/A;\n.super Ljava/lang/Object;\n")
    with open_app(top) as package:
        list(package.artifacts())
        assert [one.kind for one in package.unread] == [UnreadKind.MISSING]


def test_files_behind_references_are_found(top: Path) -> None:
    source = UnpackedFolder(top, PackageProblems(), budget_for(0))
    assert is_apktool_folder(source)
    decoded = ApktoolFormat(source)
    found = decoded.resource_xml("@xml/net")
    assert found is not None
    assert (found[0].name, found[1]) == ("network-security-config", "res/xml/net.xml")
    assert decoded.resource_xml("@xml/none") is None
    assert decoded.resource_xml("@xml/../../etc") is None
    assert decoded.resolve("@string/none") == decoded.resolve("@7f010000") == ""


@pytest.mark.parametrize("manifest", ["", "<manifest", "<manifest/>"])
def test_a_damaged_manifest_costs_the_identity(top: Path, manifest: str) -> None:
    (top / "AndroidManifest.xml").write_text(manifest)
    with open_app(top) as package:
        assert package.app is None
        assert package.problems


@pytest.mark.parametrize("content", [None, "<network-security-config", ""])
def test_defaults_do_not_stand_for_a_configuration_that_cannot_be_read(top: Path, content: str | None) -> None:
    file = top / "res" / "xml" / "net.xml"
    file.unlink()
    if content is not None:
        file.write_text(content)
    with open_app(top) as package:
        assert package.cleartext == ()
        list(package.artifacts())
        assert UNREAD_CONFIG in {one.what for one in package.unread}
