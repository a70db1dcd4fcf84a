"""The packages with the app's own classes: its identifier, and the class that a launcher shows."""

from pathlib import Path

import pytest

from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.recognise.dataflow.code.own_packages import OwnPackages
from tieback.recognise.dataflow.code.package_resources import PackageResources
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.dataflow.unused.uncalled import UNUSED, UncalledCode
from tieback.recognise.rules import ThirdParties

CALLS = DexFile((Path(__file__).parents[1] / "dex" / "uncalled.dex").read_bytes())
LIBRARIES = ThirdParties()
VARIANT = """<manifest package="test.shop.app.free"><application>
<activity android:name="org.other.Login"/>
<activity-alias android:name=".Start" android:targetActivity="test.shop.app.Main" android:label="Shop">
<intent-filter><category android:name="android.intent.category.LAUNCHER"/></intent-filter></activity-alias>
<activity android:name=".Help"/></application></manifest>"""


def resources(manifest: str) -> PackageResources:
    package = PackageResources()
    name = "AndroidManifest.xml"
    package.see(Artifact(name, (Buffer(name, BufferKind.MANIFEST, manifest.encode()),)))
    return package


def own(*started: str) -> OwnPackages:
    return OwnPackages(("test.shop.app.free",), started, LIBRARIES)


def test_the_activity_that_a_launcher_shows_starts_the_app() -> None:
    assert list(resources(VARIANT).started_classes()) == ["test.shop.app.Main"]
    short = VARIANT.replace(' android:targetActivity="test.shop.app.Main"', "")
    assert list(resources(short).started_classes()) == ["test.shop.app.free.Start"]
    assert list(resources(short.replace("LAUNCHER", "HOME")).started_classes()) == []
    assert list(resources(short.replace(' android:name=".Start"', "")).started_classes()) == []


def test_uncalled_code_of_a_variant_is_the_code_of_the_app() -> None:
    package = resources(VARIANT)
    raw = b"https://old.shop.test/"
    packages = OwnPackages(package.packages(), package.started_classes(), LIBRARIES)
    assert UncalledCode(ConstantUses([CALLS]), packages).reason(raw) == UNUSED
    assert UncalledCode(ConstantUses([CALLS]), OwnPackages(package.packages())).reason(raw) == ""


@pytest.mark.parametrize(
    ("started", "owner", "is_own"),
    [
        ("test.shop.app.screens.Main", "Ltest/shop/app/web/Api;", True),
        ("test.shop.app.Main", "Ltest/shop/application/Api;", False),
        ("test.shop.Main", "Ltest/shop/Api;", False),  # as short as the package of a maker
        ("com.example.Main", "Lcom/example/web/Api;", True),
        ("com.google.android.apps.shop.Main", "Lcom/google/android/apps/shop/Api;", True),
        ("com.google.android.apps.shop.Main", "Lcom/google/android/material/Api;", False),
        ("com.unity3d.player.UnityPlayerActivity", "Lcom/unity3d/player/Api;", False),  # a known library
        ("Main", "Lother/Api;", False),
    ],
)
def test_the_package_of_the_class_that_starts_the_app_is_its_own(started: str, owner: str, is_own: bool) -> None:
    assert own(started).have(owner) is is_own


def test_without_the_known_libraries_only_the_identifier_counts() -> None:
    packages = OwnPackages(("test.shop.app.free",), ("test.shop.app.Main",))
    assert packages.have("Ltest/shop/app/free/Api;")
    assert not packages.have("Ltest/shop/app/Api;")
    assert packages
    assert not OwnPackages(("shop",))
    assert not OwnPackages((), ("Main",), LIBRARIES)
