"""Classes of the app's own of which nothing makes an object: the platform cannot call their methods either."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps.content import COMPILED
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.proto_resources import ProtoResources
from tieback.recognise.dataflow.code.own_packages import OwnPackages
from tieback.recognise.dataflow.code.package_resources import PackageResources
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.dataflow.unused import uncalled, unmade
from tieback.recognise.dataflow.unused.uncalled import UncalledCode

CODE = (Path(__file__).parents[1] / "dex" / "unmade.dex").read_bytes()
MANIFEST = b'<manifest package="test.shop.app"><application><activity name=".Main"/>%s</application></manifest>'
UNUSED = ["again", "hidden", "hiddenlistener", "hiddentask", "idle", "idlefield"]
USED = ["byname", "drawn", "guest", "main", "next", "parent", "plugused", "started", "usedlistener"]


def package(
    *, manifest: bytes = b"", layout: bytes = b"test.shop.app.Drawn", library: bytes = b"", named: str = "lib/a.so"
) -> PackageResources:
    found = PackageResources()
    name = "AndroidManifest.xml"
    found.see(Artifact(name, (Buffer(name, BufferKind.MANIFEST, MANIFEST % manifest),)))
    found.see(Artifact("res/layout/main.xml", (), compiled=COMPILED + layout))
    if library:
        found.see(Artifact(named, (Buffer(named, BufferKind.NATIVE, library),)))
    found.tables["resources.arsc"] = ProtoResources("resources.arsc", b"")
    return found


def unused(files: PackageResources | None, *, data: bytes = CODE) -> list[str]:
    code = UncalledCode(ConstantUses([DexFile(data)]), OwnPackages(("test.shop.app",)), files)
    return [host for host in sorted(UNUSED + USED) if code.reason(f"https://{host}.shop.test/".encode())]


def test_code_of_classes_without_an_object_is_unused() -> None:
    assert unused(package()) == UNUSED


@each(
    "manifest, layout",
    [
        (b'<activity name=".Hidden"/>', b".Drawn"),
        (b'<activity-alias name=".Old" targetActivity=".Hidden"/>', b".Drawn"),
        (b"", b".Drawn test.shop.app.Hidden"),
        (b"", b".Drawn" + "test.shop.app.Hidden".encode("utf-16-le")),
    ],
)
def test_a_class_can_be_made_by_its_name(manifest: bytes, layout: bytes) -> None:
    assert unused(package(manifest=manifest, layout=layout)) == ["again", "hiddenlistener", "idle", "idlefield"]


def test_a_view_that_no_layout_has_is_unused() -> None:
    assert unused(package(layout=b"")) == sorted([*UNUSED, "drawn"])


@pytest.mark.parametrize("name", ["test/shop/app/Idle", "test.shop.app.Idle", "Java_test_shop_app_Main_sign"])
def test_native_code_that_names_the_app_can_make_objects(name: str) -> None:
    assert unused(package(library=b"\x7fELF\0" + name.encode() + b"\0")) == []


def test_native_code_of_a_library_makes_no_objects_of_the_app() -> None:
    assert unused(package(library=b"\x7fELF\0other/lib/Client\0Java_other_lib_Client_get\0")) == UNUSED


@pytest.mark.parametrize(("name", "expected"), [("org/market/sale/Idle", True), ("org/other/lib/Client", False)])
def test_the_package_of_the_class_that_starts_the_app_is_a_name_of_it(name: str, expected: bool) -> None:
    launcher = b"""<activity name="org.market.sale.Start"><intent-filter><action name="android.intent.action.MAIN"/>
<category name="android.intent.category.LAUNCHER"/></intent-filter></activity>"""
    files = package(manifest=launcher, library=b"\x7fELF\0" + name.encode() + b"\0")
    assert files.native_names_app is expected


def test_native_code_before_the_manifest_counts_as_naming_the_app() -> None:
    found = PackageResources()
    found.see(Artifact("lib/a.so", (Buffer("lib/a.so", BufferKind.NATIVE, b"\x7fELF"),)))
    assert found.native_names_app


def test_many_ways_to_a_method_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uncalled, "_MOST_LOOKS", 2)
    assert "hiddenlistener" not in unused(package())


@pytest.mark.parametrize("main", [b"", b'<activity name=".Packed"/>'])
def test_code_that_no_component_starts_is_started_by_something_else(
    main: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(__name__ + ".MANIFEST", MANIFEST.replace(b'<activity name=".Main"/>', main))
    assert unused(package()) == []


def test_without_the_other_files_nothing_is_concluded() -> None:
    assert unused(None) == []
    doubtful = package()
    doubtful.has_doubt = True
    assert unused(doubtful) == []


@pytest.mark.parametrize(("name", "value"), [("_BASIC", "Lother/lib/Client;"), ("_MIN_NAME", 20)])
def test_names_that_code_puts_together_or_shortens_are_not_looked_for(
    name: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unmade, name, value)
    assert unused(package()) == []


def test_with_too_many_makers_a_class_counts_as_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unmade, "MAX_SITES", 0)
    assert unused(package()) == ["hidden", "idle", "idlefield"]


@settings(max_examples=examples(60))
@example([(2841, b"\x0b")])  # no classes
@given(st.lists(st.tuples(st.integers(112, 4_000), st.binary(min_size=1, max_size=4)), max_size=10))
def test_a_damaged_file_never_raises(patches: list[tuple[int, bytes]]) -> None:
    hurt = bytearray(CODE)
    for at, patch in patches:
        place = at % (len(hurt) - 8)
        hurt[place : place + len(patch)] = patch
    try:
        unused(package(), data=bytes(hurt))
    except ValueError:
        return


def test_only_the_activity_for_previews_runs_the_preview_of_a_screen() -> None:
    data = (Path(__file__).parents[1] / "dex" / "previews.dex").read_bytes()
    code = UncalledCode(ConstantUses([DexFile(data)]), OwnPackages(("test.shop.app",)), package())
    hosts = ("card", "hooked", "preview", "sample")
    assert [one for one in hosts if code.reason(f"https://{one}.shop.test/".encode())] == ["preview", "sample"]
