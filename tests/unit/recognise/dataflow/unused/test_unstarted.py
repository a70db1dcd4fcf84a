"""Components of the app's own that a manifest declares, but that nothing starts."""

from pathlib import Path

import pytest

from tests.each import each
from tests.linear import longest
from tieback.intake.apps.content import COMPILED
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.proto_resources import ProtoResources
from tieback.recognise.dataflow.code import closed_components
from tieback.recognise.dataflow.code.own_packages import OwnPackages
from tieback.recognise.dataflow.code.package_resources import PackageResources
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.dataflow.unused import unstarted
from tieback.recognise.dataflow.unused.uncalled import UncalledCode

DEX = Path(__file__).parents[1] / "dex"
LAUNCHER = """<intent-filter><action android:name="android.intent.action.MAIN"/>
<category android:name="android.intent.category.LAUNCHER"/></intent-filter>"""
HIDDEN = '<activity android:name=".Hidden" android:label="Start"/>'
REST = "".join(
    f'<activity android:name="test.shop.app.{name}"/>'
    for name in ("Started", "ByPart", "ByName", "Simple", "Noted", "Valued", "Shared", "Child")
)
NEVER_STARTED = ["child", "hidden", "inner", "logged", "shared"]
STARTED = ["begun", "byname", "bypart", "helped", "main", "noted", "simple", "started", "valued"]


def package(
    hidden: str = HIDDEN, rest: str = REST, *, main: str = LAUNCHER, attributes: str = "", files: bytes = b""
) -> PackageResources:
    manifest = (
        f'<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="test.shop.app" {attributes}>'
        f'<application><activity android:name=".Main">{main}</activity>{hidden}{rest}'
        '<service android:name=".Logged" android:exported="false"></service></application></manifest>'
    )
    found = PackageResources()
    name = "AndroidManifest.xml"
    found.see(Artifact(name, (Buffer(name, BufferKind.MANIFEST, manifest.encode()),)))
    found.see(Artifact("res/xml/shortcuts.xml", (), compiled=COMPILED + files))
    found.tables["resources.arsc"] = ProtoResources("resources.arsc", b"")
    return found


def unused(files: PackageResources, *more: str) -> list[str]:
    data = [(DEX / f"{name}.dex").read_bytes() for name in ("unstarted", *more)]
    code = UncalledCode(ConstantUses([DexFile(one) for one in data]), OwnPackages(("test.shop.app",)), files)
    return [host for host in sorted(NEVER_STARTED + STARTED) if code.reason(f"https://{host}.shop.test/".encode())]


def test_what_only_the_app_could_start_and_does_not_never_runs() -> None:
    assert unused(package()) == NEVER_STARTED


OTHERS = ["child", "logged", "shared"]
"""Those that are never started if the other one is."""


@each(
    "hidden",
    [
        f'<activity android:name=".Hidden">{LAUNCHER}</activity>',
        '<activity android:name=".Hidden"><intent-filter><action android:name="a.B"/></intent-filter></activity>',
        '<activity android:name=".Hidden" android:exported="true"/>',
        '<activity android:exported="@7f010001" android:name=".Hidden"/>',
        HIDDEN + '<activity-alias android:name=".Old" android:targetActivity="test.shop.app.Hidden"/>',
        HIDDEN + '<activity android:name=".Next" android:parentActivityName=".Hidden"/>',
        HIDDEN + '<meta-data android:name="a.b" android:value="test.shop.app.Hidden"/>',
        '<provider android:name=".Hidden"/>',
        '<activity android:name=".Hidden">',
    ],
)
def test_other_apps_and_the_system_start_components_that_the_manifest_opens(hidden: str) -> None:
    assert "hidden" not in unused(package(hidden))


@each("files", [b"test.shop.app.Hidden", ".Hidden".encode("utf-16-le")])
def test_a_shortcut_or_the_intent_of_a_setting_starts_it_by_its_name(files: bytes) -> None:
    assert unused(package(files=files)) == OTHERS


def test_other_packages_of_the_same_user_and_tests_can_start_everything() -> None:
    assert unused(package(attributes='android:sharedUserId="test.shop"')) == []
    assert unused(package(rest=REST + '<instrumentation android:name="a.Runner"/>')) == []


def test_without_a_screen_for_a_launcher_something_else_starts_the_app() -> None:
    assert unused(package(main="")) == []


@each(
    ("code", "starts"),
    [
        ("startname", True),
        ("startload", True),
        ("startlist", True),
        ("startpush", True),
        ("startintent", True),
        ("startinner", True),
        ("undeclaredhook", True),
        ("startconstant", False),
        ("startfound", False),
        ("startloadlib", False),
    ],
)
def test_code_that_starts_components_by_names_it_does_not_know_can_start_them(code: str, starts: bool) -> None:
    assert unused(package(), code) == ([] if starts else NEVER_STARTED)


def test_code_finds_a_class_that_is_the_argument_of_a_type() -> None:
    assert unused(package(), "startargument") == OTHERS


def test_too_many_calls_leave_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unstarted, "_MOST_CALLS", 1)
    assert unused(package(), "startconstant") == []


@each("name", ["_COMPONENT", "_NAME", "_EXPORTED", "_PACKAGE", "_SHARED"])
def test_the_cost_of_a_manifest_grows_with_its_length(name: str) -> None:
    # What a search reads from one place on; tests/hostile/test_many_addresses.py counts the searches.
    assert longest(getattr(closed_components, name)) <= 5_000
