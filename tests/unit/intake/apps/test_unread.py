"""Code that a package does not show: each sign, and what must not be taken for one."""

import base64
import hashlib
import json
import plistlib
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import samples
from tests.each import each
from tests.examples import examples
from tests.unit.intake.apps.test_macho import macho
from tieback.intake.apps.element import Element, read_text_xml
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind
from tieback.intake.apps.macho import FAIRPLAY
from tieback.intake.apps.open import open_app
from tieback.intake.apps.small_files import read_small_file
from tieback.intake.apps.unread import CodeCheck, component_classes
from tieback.model.sighting import Problem, UnreadCode, UnreadKind

NATIVE = b"\x7fELF\x02\x01\x01" + bytes(200)
EXPO = """<manifest><application><meta-data name="expo.modules.updates.EXPO_UPDATE_URL" value="https://u.expo.dev/1"/>
<meta-data name="expo.modules.updates.ENABLED" value="{}"/></application></manifest>"""
EXPO_PLIST = "<plist><key>EXUpdatesEnabled</key>\n<{}/><key>EXUpdatesURL</key><string>x</string></plist>"
META = '<manifest><application><meta-data name="{}" value="{}"/></application></manifest>'
DEFERRED = "io.flutter.embedding.engine.deferredcomponents.DeferredComponentManager.loadingUnitMapping"
TWA = "android.support.customtabs.trusted.DEFAULT_URL"
UNITY = "assets/bin/Data/Managed/Metadata/global-metadata.dat"
CAPACITOR, CORDOVA, PLIST = "assets/capacitor.config.json", "res/xml/config.xml", "Payload/a.app/Expo.plist"

Packed, Downloaded = UnreadKind.PACKED, UnreadKind.DOWNLOADED


def checked(
    *pieces: tuple[str, BufferKind, bytes], components: Iterable[str] = (), problems: Iterable[Problem] = ()
) -> tuple[UnreadCode, ...]:
    check = CodeCheck(components)
    for file, kind, data in pieces:
        check.see(Artifact(file, (Buffer(file, kind, data),)))
    return check.found(problems)


@each(
    ("file", "name"),
    [
        ("lib/arm64-v8a/libjiagu.so", "360 Jiagu"),
        ("assets/libjiagu_x86.so", "360 Jiagu"),
        ("base.apk!lib/arm64-v8a/libDexHelper.so", "Bangcle"),
        ("assets/ijiami.dat", "ijiami"),
        ("lib/armeabi-v7a/libshella-4.1.0.17.so", "Tencent Legu"),
        ("lib/arm64-v8a/libdpboot.so", "DexProtector"),
        ("lib/arm64-v8a/libsgmain.so", ""),
        ("lib/arm64-v8a/libssl.so", ""),
        ("assets/libjiagu.txt", ""),
    ],
)
def test_packer_is_recognised_by_its_files(file: str, name: str) -> None:
    found = checked((file, BufferKind.NATIVE, NATIVE))
    assert [(one.kind, one.where) for one in found] == ([(UnreadKind.PACKED, file)] if name else [])
    assert all(f"packed with {name}" in one.what for one in found)


SECRET = b"".join(hashlib.sha256(bytes([number])).digest() for number in range(200))
PAGE = "<script>const c={quote}{text}{quote};crypto.subtle.decrypt(a, k, b(c))</script>"


def page(raw: bytes, quote: str = '"') -> str:
    return PAGE.format(quote=quote, text=base64.b64encode(raw).decode())


@each(
    ("file", "kind", "text", "reason", "named"),
    [
        ("classes.dex", "DEX", "Lcom/microsoft/codepush/react/CodePush;", Downloaded, "CodePush"),
        ("resources.arsc", "RESOURCES", "CodePushDeploymentKey", Downloaded, "CodePush"),
        ("Payload/a.app/Info.plist", "MANIFEST", "<key>CodePushDeploymentKey</key>", Downloaded, "CodePush"),
        ("AndroidManifest.xml", "MANIFEST", EXPO.format("true"), Downloaded, "Expo Updates"),
        (PLIST, "MANIFEST", EXPO_PLIST.format("true"), Downloaded, "Expo Updates"),
        ("Payload/a.app/Frameworks/hermes.framework/hermes", "NATIVE", "", UnreadKind.MISSING, "React Native"),
        ("Payload/a.app/Frameworks/hermesvm.framework/hermesvm", "NATIVE", "", UnreadKind.MISSING, "React Native"),
        ("Payload/a.app/Frameworks/Flutter.framework/Flutter", "NATIVE", "", UnreadKind.MISSING, "Flutter"),
        ("Payload/a.app/OnDemandResources.plist", "BINARY", "", UnreadKind.MISSING, "on-demand resources"),
        ("Payload/a.app/OnDemandResources.plist", "MANIFEST", "", UnreadKind.MISSING, "on-demand resources"),
        ("AndroidManifest.xml", "MANIFEST", META.format(DEFERRED, "2:maps"), Downloaded, "deferred components"),
        ("assets/flutter_assets/shorebird.yaml", "TEXT", "app_id: 1", Downloaded, "Shorebird"),
        (CAPACITOR, "TEXT", '{"plugins":{"CapacitorUpdater":{}}}', Downloaded, "live updates"),
        (
            "AndroidManifest.xml",
            "MANIFEST",
            META.format(TWA, "https://s.test/m"),
            UnreadKind.WEB_PAGE,
            "https://s.test:",
        ),
        (CAPACITOR, "TEXT", '{"server":{"url":"https://app.test/x"}}', UnreadKind.WEB_PAGE, "https://app.test:"),
        (CORDOVA, "TEXT", '<widget><content src="https://m.test/"/></widget>', UnreadKind.WEB_PAGE, "https://m.test:"),
        ("assets/index.android.bundle", "BINARY", "\x01\0\1\2" * 99, UnreadKind.ENCRYPTED, "bundle"),
        (UNITY, "BINARY", "\1\2\3\4", UnreadKind.ENCRYPTED, "Unity"),
        ("assets/www/a.html", "TEXT", page(SECRET), UnreadKind.ENCRYPTED, "a text of 8,536 characters"),
        ("assets/www/a.js", "TEXT", page(SECRET, "'"), UnreadKind.ENCRYPTED, "a text of 8,536 characters"),
        (
            "assets/www/a.js",
            "TEXT",
            f"t=`{SECRET.hex()}`;CryptoJS.AES.decrypt(t, k)",
            UnreadKind.ENCRYPTED,
            "a text of 12,800 characters",
        ),
        ("lib/arm64-v8a/libreactnativejni.so", "NATIVE", "", UnreadKind.MISSING, "React Native"),
        ("lib/arm64-v8a/libflutter.so", "NATIVE", "", UnreadKind.MISSING, "Flutter"),
        ("lib/arm64-v8a/libmonodroid.so", "NATIVE", "", UnreadKind.MISSING, ".NET without the app's assemblies"),
        ("lib/arm64-v8a/libnet-android.release.so", "NATIVE", "", UnreadKind.MISSING, ".NET without"),
        ("lib/arm64-v8a/libunity.so", "NATIVE", "", UnreadKind.MISSING, "Unity without its metadata"),
        ("classes.dex", "DEX", "Ltest/app/AssetCryptImpl;", UnreadKind.ENCRYPTED, "Titanium"),
        ("assets/www/a.js", "BINARY", "\1\2\3\4" * 99, UnreadKind.ENCRYPTED, "a page, script or text"),
    ],
)
def test_code_that_is_elsewhere_is_unread(file: str, kind: str, text: str, reason: UnreadKind, named: str) -> None:
    (found,) = checked((file, BufferKind[kind], text.encode()))
    assert (found.kind, found.where) == (reason, file)
    assert named in found.what


@each(
    ("file", "kind", "data"),
    [
        ("AndroidManifest.xml", "MANIFEST", EXPO.format("false").encode()),
        (PLIST, "MANIFEST", EXPO_PLIST.format("false").encode()),
        ("AndroidManifest.xml", "MANIFEST", META.format(DEFERRED, "").encode()),
        (CAPACITOR, "TEXT", b'{"server":{"url":"http://localhost:8100"}}'),
        (CAPACITOR, "TEXT", b'{"server":{"hostname":"app"}}'),
        (CAPACITOR, "TEXT", b"[" * 60_000),
        (CORDOVA, "TEXT", b'<widget><content src="index.html"/></widget>'),
        (CORDOVA, "TEXT", b'<menu><content src="https://m.shop.test/"/></menu>'),
        (CORDOVA, "TEXT", b'<widget><content src="http://[::1"/></widget>'),
        ("assets/index.android.bundle", "TEXT", b"var a=1"),
        ("assets/index.android.bundle", "BINARY", b"\xc6\x1f\xbc\x03\xc1\x03\x19\x1f" + bytes(200)),
        (UNITY, "BINARY", b"\xaf\x1b\xb1\xfa"),
        ("assets/www/a.html", "TEXT", page(SECRET).replace("decrypt", "encrypt").encode()),
        ("assets/www/a.html", "TEXT", page(b"\x89PNG\r\n" + SECRET).encode()),
        ("assets/www/a.html", "TEXT", page(b"<p>a page</p>" * 700).encode()),
        ("assets/www/a.html", "TEXT", page(b"\0asm" + bytes(range(64)) * 100).encode()),
        ("assets/www/a.html", "TEXT", page(SECRET[:1_000]).encode()),
    ],
)
def test_code_that_is_in_the_package_is_read(file: str, kind: str, data: bytes) -> None:
    assert checked((file, BufferKind[kind], data)) == ()


ENCODED = b"QmFzZTY0IG9mIGEgcGFnZSB3aXRoIHRleHQ+PGJyPg=="


@each(
    ("file", "data", "is_encrypted"),
    [
        ("assets/src/app.jsc", SECRET, True),
        ("assets/main.luac", SECRET[:256], True),
        ("assets/data.json", SECRET, True),
        ("assets/www/a.html", base64.b64encode(SECRET), True),
        ("assets/src/app.jsc", SECRET[:255], False),
        ("assets/main.luac", b"\x1bLua" + bytes(range(64)) * 100, False),
        ("assets/data.json", b"{}" * 200, False),
        ("assets/data.bin", SECRET, False),
        ("assets/www/a.html", base64.b64encode(b"<p>a page</p>" * 99), False),
        ("assets/www/a.js", b"a" * 300, False),
        ("assets/www/a.js", b"", False),
    ],
)
def test_a_text_that_looks_random_is_encrypted(file: str, data: bytes, is_encrypted: bool) -> None:
    found = [(one.kind, one.where) for one in checked((file, BufferKind.BINARY, data))]
    assert found == ([(UnreadKind.ENCRYPTED, file)] if is_encrypted else [])


def test_assemblies_in_a_native_library_are_not_read() -> None:
    libraries = ("lib/x86/libmonodroid.so", "lib/x86/libmonodroid_bundle_app.so", "lib/x86/libaot-Shop.dll.so")
    (found,) = checked(*((file, BufferKind.NATIVE, NATIVE) for file in libraries))
    assert (found.kind, found.where) == (UnreadKind.ENCRYPTED, libraries[1])
    assert "mkbundle" in found.what


REACT = "lib/arm64-v8a/libreactnativejni.so"


@each(
    "artifact",
    [
        Artifact("assets/a.txt", (Buffer("assets/a.txt", BufferKind.TEXT, b"var __BUNDLE_START_TIME__=0"),)),
        Artifact("assets/a", (Buffer("assets/a", BufferKind.BINARY, b"texts"),), bytecode=b"\xc6\x1f\xbc\x03"),
        ArtifactBatch(("assets/a.txt",), (b"var __BUNDLE_START_TIME__=0",), read_small_file),
    ],
)
def test_a_bundle_of_react_native_can_have_any_name(artifact: Artifact | ArtifactBatch) -> None:
    check = CodeCheck()
    check.see(Artifact(REACT, (Buffer(REACT, BufferKind.NATIVE, b""),)))
    check.see(artifact)
    assert check.found(()) == ()


@pytest.mark.parametrize("form", [plistlib.FMT_BINARY, plistlib.FMT_XML])
@each(
    ("file", "values", "named"),
    [
        ("Info.plist", {"CodePushDeploymentKey": "x"}, ["CodePush"]),
        ("Info.plist", {"CFBundleName": "x"}, []),
        ("Expo.plist", {"EXUpdatesURL": "https://u.expo.dev/1", "EXUpdatesEnabled": True}, ["Expo Updates"]),
        ("Expo.plist", {"EXUpdatesURL": "https://u.expo.dev/1"}, ["Expo Updates"]),
        ("Expo.plist", {"EXUpdatesURL": "https://u.expo.dev/1", "EXUpdatesEnabled": False}, []),
    ],
)
def test_a_property_list_says_the_same_in_both_forms(
    build: Callable[..., bytes],
    tmp_path: Path,
    file: str,
    values: dict[str, object],
    named: list[str],
    form: plistlib.PlistFormat,
) -> None:
    info = {"CFBundleIdentifier": "test.a", "CFBundleExecutable": "a"}
    files = {"Payload/a.app/a": macho(), "Payload/a.app/Info.plist": plistlib.dumps(info, fmt=form)}
    files[f"Payload/a.app/{file}"] = plistlib.dumps(values | (info if file == "Info.plist" else {}), fmt=form)
    path = tmp_path / "a.ipa"
    path.write_bytes(build("zipped", list(files.items())))
    with open_app(path) as package:
        list(package.pieces())
        assert [one.what.partition(" can ")[0] for one in package.unread] == named


@pytest.mark.parametrize(
    "files",
    [
        ("lib/arm64-v8a/libreactnativejni.so", "assets/index.android.bundle"),
        ("lib/arm64-v8a/libflutter.so", "lib/arm64-v8a/libapp.so"),
        ("lib/arm64-v8a/libflutter.so", "assets/flutter_assets/kernel_blob.bin"),
        ("Payload/a.app/Frameworks/hermes.framework/hermes", "Payload/a.app/main.jsbundle"),
        ("Payload/a.app/Frameworks/Flutter.framework/Flutter", "Payload/a.app/Frameworks/App.framework/App"),
        ("Payload/a.app/OnDemandResources.plist", "Payload/a.app/OnDemandResources/a.assetpack/Info.plist"),
        ("lib/arm64-v8a/libmonodroid.so", "assemblies/Shop.dll"),
        ("lib/arm64-v8a/libmonodroid.so", "assemblies/assemblies.blob!Shop.dll"),
        ("lib/arm64-v8a/libmonodroid.so", "assemblies/assemblies.arm64_v8a.blob"),
        ("lib/arm64-v8a/libmonodroid.so", "lib/arm64-v8a/libassemblies.arm64-v8a.blob.so"),
        ("lib/arm64-v8a/libnet-android.release.so", "lib/arm64-v8a/libassembly-store.so"),
        ("lib/arm64-v8a/libmonodroid.so", "lib/arm64-v8a/lib_Shop.dll.so"),
        ("lib/arm64-v8a/libunity.so", "assets/bin/Data/Managed/Assembly-CSharp.dll"),
    ],
)
def test_framework_with_its_code_is_read(files: tuple[str, str]) -> None:
    assert checked(*((file, BufferKind.NATIVE, b"x") for file in files)) == ()


CLASSES = st.sampled_from(["a.b.C", "a.b.Cd", "a.Main", "x.y.z.W", "Alone", "a.b.c.D"])
STRINGS = st.one_of(
    CLASSES.map(lambda name: f"L{name.replace('.', '/')};"), st.sampled_from(["[La/b/C;", "La/b/", "", "zz"])
)


@given(st.lists(CLASSES, min_size=1, max_size=4), st.lists(STRINGS, max_size=8), st.booleans())
def test_a_class_of_the_manifest_is_found_in_any_order_of_strings(
    components: list[str], strings: list[str], in_order: bool
) -> None:
    raw = [text.encode() for text in (sorted(strings) if in_order else strings)]
    data = b"".join(bytes([len(text)]) + text + b"\0" for text in raw)
    places = np.cumsum([1, *(len(text) + 2 for text in raw)])[: len(raw)]
    check = CodeCheck(components)
    check.see(Artifact("classes.dex", (Buffer("classes.dex", BufferKind.DEX, data, starts=places),)))
    expected = any(f"L{name.replace('.', '/')};".encode() in data for name in components)
    assert (check.found(()) == ()) == expected


def test_small_files_are_inspected_as_well() -> None:
    check = CodeCheck()
    config = json.dumps({"server": {"url": "https://app.test"}}).encode()
    check.see(ArtifactBatch(("assets/capacitor.config.json",), (config,), read_small_file))
    assert [one.kind for one in check.found(())] == [UnreadKind.WEB_PAGE]


def test_encrypted_binary_of_the_app_store_is_unread() -> None:
    assert checked(
        problems=[Problem("entry is damaged", "a"), Problem(FAIRPLAY, "Payload/a.app/a", UnreadKind.ENCRYPTED)]
    ) == (UnreadCode(UnreadKind.ENCRYPTED, FAIRPLAY, "Payload/a.app/a"),)


def test_one_class_of_the_manifest_in_the_code_is_enough() -> None:
    names = ("com.acme.Gone", "com.acme.Main")
    assert checked(("classes.dex", BufferKind.DEX, b"..Lcom/acme/Main;.."), components=names) == ()
    (other,) = checked(("classes.dex", BufferKind.DEX, b"Lcom/stub/StubApp;"), components=names)
    assert (other.kind, "packed or incomplete" in other.what) == (UnreadKind.MISSING, True)
    (renamed,) = checked(("classes.dex", BufferKind.DEX, b"..Lcom/acme/Main1;.."), components=names)
    assert renamed.what == (
        "no class that the manifest names is in the code, but other classes of their package are: the app is "
        "incomplete, or the names are wrong"
    )
    assert checked(("assets/www/app.js", BufferKind.TEXT, b"x"), components=names) == ()
    (none,) = checked(("a.txt", BufferKind.TEXT, b"Lcom/acme/Main;"), components=names)
    assert none.what == "the package contains no code"


@pytest.mark.parametrize("where", ["classes.dex", "base.apk!classes2.dex", "", "base.apk"])
def test_code_that_could_not_be_read_is_not_missing(where: str) -> None:
    damage = Problem("the compressed data is damaged after 0 bytes", where, UnreadKind.DAMAGED)
    native = (
        ("lib/x86/libreactnative.so", BufferKind.NATIVE, NATIVE),
        ("lib/x86/libflutter.so", BufferKind.NATIVE, NATIVE),
    )
    found = checked(*native, components=("com.acme.Main",), problems=[damage])
    what = {one.what for one in found if one.kind is UnreadKind.MISSING}
    assert not any("class" in text or "no code" in text for text in what)
    assert len(what) == (2 if where.endswith(".dex") else 0), "the bundle and libapp.so can be in a lost part"
    assert found[0] == UnreadCode(UnreadKind.DAMAGED, damage.what, where), "the gravest reason is first"


def test_another_damaged_part_does_not_explain_missing_code() -> None:
    damage = Problem("the checksum does not match the content", "res/a.xml", UnreadKind.DAMAGED)
    assert [one.kind for one in checked(components=("com.acme.Main",), problems=[damage])] == [
        UnreadKind.DAMAGED,
        UnreadKind.MISSING,
    ]


def test_remark_that_leaves_nothing_out_does_not_make_an_app_partly_read() -> None:
    assert checked(problems=[Problem("data follows the end of the archive", "offset 1")]) == ()


def test_packed_app_has_one_reason() -> None:
    stub, packer = ("classes.dex", BufferKind.DEX, b"Lcom/stub/StubApp;"), ("libjiagu.so", BufferKind.NATIVE, NATIVE)
    (only,) = checked(stub, packer, components=("com.acme.Main",))
    assert only.kind is UnreadKind.PACKED


@each(
    ("application", "classes"),
    [
        ('<application><activity name=".Main"/></application>', ("com.acme.Main",)),
        ('<application><activity name="Main"/></application>', ("com.acme.Main",)),
        ('<application><service name="o.S"/><receiver name="o.R"/></application>', ("o.S", "o.R")),
        ('<application><activity name="android.app.NativeActivity"/></application>', ()),
        ('<application><activity-alias name=".Alias" targetActivity=".Main"/></application>', ()),
        ('<application hasCode="false"><activity name=".Main"/></application>', ()),
        ("<uses-sdk/>", ()),
    ],
)
def test_component_classes(application: str, classes: tuple[str, ...]) -> None:
    root = read_text_xml(f'<manifest package="com.acme">{application}</manifest>'.encode())
    assert component_classes(root) == classes


def test_components_are_bounded() -> None:
    many = [Element("activity", {"name": f"a.B{n}"}) for n in range(5000)]
    assert len(component_classes(Element("manifest", {}, [Element("application", {}, many)]))) == 64


@settings(deadline=None, max_examples=examples(200))
@given(
    st.sampled_from(["config.xml", "capacitor.config.json", "Expo.plist", "AndroidManifest.xml", "main.jsbundle"]),
    st.sampled_from(list(BufferKind)),
    st.binary(max_size=300),
)
def test_hostile_content_never_raises(file: str, kind: BufferKind, data: bytes) -> None:
    marks = b'<meta-data name="expo.modules.updates.EXPO_UPDATE_URL">' + data
    checked((file, kind, data), (file, kind, marks))


def test_ipa_of_the_app_store_is_only_partly_read(build: Callable[..., bytes], tmp_path: Path) -> None:
    target = tmp_path / "store.ipa"
    target.write_bytes(build("zipped", [("Payload/a.app/a", macho(encrypted=True))]))
    with open_app(target) as package:
        before = package.unread
        list(package.artifacts())
        assert (before, [one.kind for one in package.unread]) == ((), [UnreadKind.ENCRYPTED])


@each("path", sorted((Path(__file__).parents[4] / "labs").rglob("apps/*.apk")), ids=lambda p: p.name)
def test_sample_app_of_the_repository_is_fully_read(path: Path) -> None:
    with open_app(path) as package:
        list(package.artifacts())
        assert package.unread == ()


@samples.needs("apps")
@pytest.mark.parametrize("name", ["diva.apk", "dvba.apk", "bitrise-release-unsigned.aab", "UnCrackable-Level1.ipa"])
def test_ordinary_app_is_fully_read(name: str) -> None:
    with open_app(samples.verified("apps") / name) as package:
        list(package.artifacts())
        assert package.unread == ()


@samples.needs("apps")
def test_app_with_the_code_of_another_is_partly_read(tmp_path: Path) -> None:
    target, apps = tmp_path / "stub.apk", samples.verified("apps")
    with (
        zipfile.ZipFile(apps / "diva.apk") as own,
        zipfile.ZipFile(apps / "UnCrackable-Level1.apk") as other,
        zipfile.ZipFile(target, "w") as made,
    ):
        for name in own.namelist():
            made.writestr(name, (other if name == "classes.dex" else own).read(name))
    with open_app(target) as package:
        list(package.artifacts())
        assert [one.kind for one in package.unread] == [UnreadKind.MISSING]


def test_each_encrypted_file_is_named_and_evidence_of_downloads_once() -> None:
    names = [f"assets/{n}/index.android.bundle" for n in range(3)]
    sealed = (BufferKind.BINARY, bytes(range(128, 256)) * 40)
    dex = (BufferKind.DEX, b"Lcom/microsoft/codepush/react/CodePush;")
    found = checked(*((name, *sealed) for name in names), *((f"classes{n}.dex", *dex) for n in (2, 3)))
    assert {one.kind: one.places for one in found} == {
        UnreadKind.ENCRYPTED: tuple(names), UnreadKind.DOWNLOADED: ("classes2.dex",),
    }  # fmt: skip
