"""Objects and methods of the app's own that other code finds without ``new`` or a call: they are no unused code."""

from pathlib import Path

import pytest

from tests.each import each
from tests.unit.recognise.dataflow.unused.test_unmade import package
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind
from tieback.recognise.dataflow.code import text_names
from tieback.recognise.dataflow.code.own_packages import OwnPackages
from tieback.recognise.dataflow.code.package_resources import PackageResources
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.dataflow.unused.uncalled import UNUSED as UNUSED_REASON
from tieback.recognise.dataflow.unused.uncalled import UncalledCode
from tieback.recognise.reasons import UNREAD

CODE = (Path(__file__).parent / "dex" / "foundclasses.dex").read_bytes()
FOUND = ["arrayed", "fielded", "offered", "pushed", "scope", "titled", "typed", "valued"]
UNUSED = ["alone", "aware", "common", "idle"]
SERVICES = "META-INF/services/test.shop.app.Step"


def text(file: str, content: bytes) -> Artifact:
    return Artifact(file, (Buffer(file, BufferKind.TEXT, content),))


def unused(files: PackageResources) -> list[str]:
    code = UncalledCode(ConstantUses([DexFile(CODE)], names=files.names), OwnPackages(("test.shop.app",)), files)
    every = sorted((*FOUND, *UNUSED, "service"))
    return [host for host in every if code.reason(f"https://{host}.shop.test/".encode())]


def test_only_what_other_code_cannot_find_is_unused() -> None:
    assert unused(package()) == [*UNUSED, "service"]


@each(
    "piece",
    [
        ArtifactBatch((SERVICES,), (b"test.shop.app.Service # default\n",), text),
        text("assets/plugins.json", b'[{"classpath":"test.shop.app.Service"}]'),
    ],
)
def test_a_text_can_name_a_class(piece: Artifact | ArtifactBatch) -> None:
    files = package()
    files.see(piece)
    assert unused(files) == UNUSED


@each("file", ["META-INF/MANIFEST.MF", "assets/dexopt/baseline.txt", "assets/mapping.txt"])
def test_what_tools_write_names_all_classes(file: str) -> None:
    files = package()
    files.see(text(file, b"test.shop.app.Service"))
    assert unused(files) == [*UNUSED, "service"]


def test_before_the_manifest_every_package_counts() -> None:
    names = text_names.TextNames()
    names.see("base/assets/a.json", b'{"class":"test.shop.app.Service"}', ())
    names.see("base/assets/b.json", b'{"class":"' + b"a" * 70_000 + b'x.Large"}', ())
    assert [name in names for name in ("Service", "Large", "app")] == [True, True, False]


def test_more_text_before_the_manifest_names_every_class() -> None:
    names = text_names.TextNames()
    names.see("base/assets/a.json", b" " * (text_names.MAX_READ + 1), ())
    assert "Service" in names


@each(
    ("file", "content", "expected"),
    [
        ("assets/main.lua", b'luajava.bindClass("test.shop.app.Bound")', True),
        ("assets/main.lua", b'import "test.shop.app.*"\nBound.go()', True),
        ("assets/main.lua", b'local p = "test.shop.app."\nluajava.bindClass(p .. "Bound")', True),
        ("assets/main.luac", b"\x1bLuaQ\0test.shop.app.Bound\0go\0", True),
        ("assets/app/bundle.js", b"test.shop.app.Bound.go()", True),
        ("assets/app/list.json", b'["test/shop/app/Bound"]', True),
        ("assets/main.lua", b'luajava.bindClass("test.shop.app.Other")', False),
        ("assets/main.lua", b"Bound.go()", False),
        ("META-INF/MANIFEST.MF", b"test.shop.app.Bound", False),
    ],
)
def test_a_script_can_call_static_methods_of_a_class_that_it_names(file: str, content: bytes, expected: bool) -> None:
    files = package()
    files.see(text(file, content))
    assert ("bound" not in found_by_names(files)) is expected


def found_by_names(files: PackageResources) -> list[str]:
    code = (Path(__file__).parent / "dex" / "foundbynames.dex").read_bytes()
    unused_code = UncalledCode(ConstantUses([DexFile(code)], names=files.names), OwnPackages(("test.shop.app",)), files)
    every = ("appended", "bound", "depth", "joined", "level", "saved", "unnamed", "unsaved")
    return [host for host in every if unused_code.reason(f"https://{host}.shop.test/".encode())]


def test_the_platform_finds_setters_of_animated_properties_and_methods_of_saved_objects() -> None:
    assert found_by_names(package()) == ["bound", "depth", "joined", "unnamed", "unsaved"]


@each(
    ("content", "expected"),
    [(b'{"pay":"Wallet"}', False), (b'{"pay":".Wallet"}', False), (b'{"pay":"My Wallet"}', True), (b"{}", True)],
)
def test_code_puts_the_name_of_a_class_in_a_text_behind_a_package(content: bytes, expected: bool) -> None:
    files = package()
    files.see(text("assets/a.json", content))
    assert ("joined" in found_by_names(files)) is expected


def test_native_code_of_the_app_calls_methods_of_any_type() -> None:
    # Native code of another maker does not.
    assert "alone" in unused(package(library=b"\0alone\0()V\0"))
    assert "alone" not in unused(package(library=b"\0test/shop/app/Alone\0alone\0()V\0"))


def test_an_object_in_a_field_can_be_found_with_all_fields() -> None:
    assert ConstantUses([DexFile(CODE)]).reason(b"https://region.shop.test/") == ""


@each(("name", "expected"), [("scripted", ""), ("unscripted", UNUSED_REASON)])
def test_scripts_of_an_engine_call_methods_of_the_objects_that_they_get(name: str, expected: str) -> None:
    code = (Path(__file__).parent / "dex" / f"{name}.dex").read_bytes()
    found = UncalledCode(ConstantUses([DexFile(code)]), OwnPackages(("test.shop.app",)), package())
    assert found.reason(b"https://search.shop.test/") == expected


def test_beyond_the_bound_of_all_texts_every_class_counts_as_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_names, "MAX_READ", 40)
    names = text_names.TextNames()
    names.see("assets/a.json", b'["test.shop.Idle"]', ())
    assert ("Idle" in names, "Other" in names) == (True, False)
    names.see("assets/b.json", b'["test.shop.Another", 1, 2, 3]', ())
    assert "Other" in names


def test_code_and_scripts_read_static_fields_by_name() -> None:
    files = package()
    files.see(text("assets/main.lua", b'local c = luajava.bindClass("test.shop.app.Bound")'))
    code = (Path(__file__).parent / "dex" / "boundfields.dex").read_bytes()
    uses = ConstantUses([DexFile(code)], names=files.names)
    hosts = ("alone", "bound", "named", "quoted")
    reasons = {host: uses.reason(f"https://{host}.shop.test/".encode()) for host in hosts}
    assert reasons == {"alone": UNREAD, "bound": "", "named": "", "quoted": UNREAD}
