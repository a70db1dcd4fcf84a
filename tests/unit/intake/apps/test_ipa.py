import plistlib
import struct
from collections.abc import Callable
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.intake.apps.test_macho import macho, signed
from tieback.intake.apps.archive import Archive
from tieback.intake.apps.interface import BufferKind
from tieback.intake.apps.ipa import MAX_INFOS, IpaFormat, is_ipa
from tieback.intake.apps.open import open_app
from tieback.intake.apps.problems import PackageProblems
from tieback.intake.discover import FileKind, classify_path, find_apps
from tieback.model.app import App, Platform
from tieback.model.cleartext import UNREAD_INFO
from tieback.model.sighting import UnreadKind
from tieback.pipeline.analyse import Analyser

type Build = Callable[..., bytes]
INFO = {
    "CFBundleIdentifier": "test.workhub",
    "CFBundleName": "workhub",
    "CFBundleDisplayName": "Workhub",
    "CFBundleShortVersionString": "2.1",
    "CFBundleVersion": 417,
    "MinimumOSVersion": "15.0",
    "DTPlatformVersion": "18.1",
    "CFBundleExecutable": "Workhub",
}
ROOT = "Payload/Workhub.app/"
PROGRAM = (ROOT + "Workhub", b"\xcf\xfa\xed\xfe" + bytes(60))


def identified(build: Build, files: list[tuple[str, bytes]]) -> tuple[App | None, list[str]]:
    archive = Archive(build("zipped", files), PackageProblems())
    return IpaFormat(archive).identify("0" * 64), [problem.what for problem in archive.problems]


@pytest.mark.parametrize("form", [plistlib.FMT_BINARY, plistlib.FMT_XML])
def test_the_identity_is_in_info_plist(build: Build, form: plistlib.PlistFormat) -> None:
    app, problems = identified(build, [(ROOT + "Info.plist", plistlib.dumps(INFO, fmt=form)), PROGRAM])
    assert app == App(
        Platform.IOS, "test.workhub", "0" * 64, "Workhub", "2.1", "417", min_sdk="15.0", target_sdk="18.1",
        executable="Workhub",
    )  # fmt: skip
    assert problems == []


def test_the_team_of_the_profile_answers_for_the_app(build: Build) -> None:
    profile = plistlib.dumps({"TeamName": "Acme, Inc.", "DeveloperCertificates": [b"not a certificate"]})
    files = [
        (ROOT + "Info.plist", plistlib.dumps(INFO)),
        (ROOT + "embedded.mobileprovision", b"0\x82\x01\x02" + profile + b"\0\xa0"),
        PROGRAM,
    ]
    app, problems = identified(build, files)
    assert app is not None
    assert app.vendor == "Acme, Inc."
    assert app.signer is not None
    assert (app.signer.scheme, app.signer.subject) == ("code-signature", "")
    assert problems == []


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ([(ROOT + "Workhub", b"x")], "no Info.plist"),
        ([(ROOT + "Info.plist", b"")], "damaged"),
        ([(ROOT + "Info.plist", b"bplist00" + b"\xff" * 50)], "damaged"),
        ([(ROOT + "Info.plist", plistlib.dumps({"CFBundleName": "x"}))], "no bundle identifier"),
        ([(ROOT + "Info.plist", plistlib.dumps({"CFBundleIdentifier": ["x"]}))], "no bundle identifier"),
        ([(ROOT + "Info.plist", b"\0" * (3 << 20))], "too large"),
    ],
    ids=["none", "empty", "noise", "no identifier", "wrong type", "large"],
)
def test_no_identity_without_a_readable_info_plist(build: Build, files: list[tuple[str, bytes]], problem: str) -> None:
    app, problems = identified(build, files)
    assert app is None
    assert problem in " ".join(problems)


@pytest.mark.parametrize("profile", [b"", b"<?xml", b"<?xml?><plist><dict></plist>", b"</plist><?xml"])
def test_a_damaged_profile_costs_only_the_signer(build: Build, profile: bytes) -> None:
    files = [(ROOT + "Info.plist", plistlib.dumps(INFO)), (ROOT + "embedded.mobileprovision", profile)]
    app, problems = identified(build, files)
    assert app is not None
    assert app.signer is None
    assert problems


@pytest.mark.parametrize(
    ("file", "bundle", "vendor"),
    [
        ("UnCrackable-Level1.ipa", "sg.vp.UnCrackable1", "Vantage Point Security Pte. Ltd."),
        ("LPSimpleExample-cal.ipa", "com.lesspainful.example.LPSimpleExample-cal", "Michael Kirk"),
    ],
)
def test_real_apps_have_their_identity_and_code(apps: Path, file: str, bundle: str, vendor: str) -> None:
    with open_app(apps / file) as package:
        app = package.app
        kinds = {buffer.kind for artifact in package.artifacts() for buffer in artifact.buffers}
    assert app is not None
    assert (app.bundle_id, app.vendor) == (bundle, vendor)
    assert app.signer is not None
    assert len(app.signer.sha256) == 64
    assert BufferKind.NATIVE in kinds


@pytest.mark.parametrize(
    ("command", "cleartext"),
    [
        (struct.pack("<IIII", 0x25, 16, 0x40000, 0x80400), True),
        (struct.pack("<IIII", 0x25, 16, 0x40000, 0xE0400), False),
        (struct.pack("<IIIIII", 0x32, 24, 2, 0xC0000, 0x80000, 0), True),
        (struct.pack("<IIIIII", 0x32, 24, 2, 0xC0000, 0x110000, 0), False),
        (struct.pack("<IIII", 0x25, 16, 0x40000, 0), None),
        (b"", None),
    ],
    ids=["version 8.4", "version 14.4", "build 8.0", "build 17.0", "not stated", "no command"],
)
def test_the_binary_names_the_sdk_of_an_app_whose_property_list_does_not(
    build: Build, tmp_path: Path, command: bytes, cleartext: bool | None
) -> None:
    binary = struct.pack("<IIIIIIII", 0xFEEDFACF, 0x0100000C, 0, 2, int(bool(command)), len(command), 0, 0)
    info = plistlib.dumps({"CFBundleIdentifier": "test.workhub", "CFBundleExecutable": "Workhub"})
    path = tmp_path / "x.ipa"
    path.write_bytes(build("zipped", [(ROOT + "Info.plist", info), (ROOT + "Workhub", binary + command + bytes(64))]))
    with open_app(path) as package:
        assert [rule.cleartext for rule in package.cleartext] == [cleartext]
        assert [artifact.file for artifact in package.artifacts()] == [ROOT + "Info.plist", ROOT + "Workhub"]


ACCENTED = "Caf\u00e9"
"""In one character; archivers of Apple write two."""
EXTENSION_FILES = (
    (ROOT + "PlugIns/Share.appex/Info.plist", plistlib.dumps({"CFBundleExecutable": "Share"})),
    (ROOT + "Watch/W.app/Info.plist", plistlib.dumps({"CFBundleExecutable": "W"})),
)
IN_PARTS = [
    "the main program of Share.appex (CFBundleExecutable: Share) is not in the package",
    "the main program of W.app (CFBundleExecutable: W) is not in the package",
]


@pytest.mark.parametrize(
    ("name", "files", "missing"),
    [
        ("Workhub", [PROGRAM], []),
        ("Workhub", [], ["the main program of the app (CFBundleExecutable: Workhub) is not in the package"]),
        ("Workhub", [(ROOT + "Workhub", b"")], ["the main program of the app (CFBundleExecutable: Workhub) is empty"]),
        ("", [PROGRAM], []),
        ("", [], ["the main program of the app (Info.plist names none) is not in the package"]),
        ("Workhub", [PROGRAM, *EXTENSION_FILES], IN_PARTS),
        ("Workhub", [PROGRAM, *EXTENSION_FILES, (ROOT + "PlugIns/Share.appex/Share", b"x")], IN_PARTS[1:]),
        (ACCENTED, [(ROOT + normalize("NFD", ACCENTED), PROGRAM[1])], []),
        ("Workhub", [PROGRAM, (ROOT + "Frameworks/A.framework/Info.plist", EXTENSION_FILES[0][1])], []),
    ],
)
def test_a_main_program_that_is_not_in_the_package_is_a_missing_part(
    build: Build, tmp_path: Path, name: str, files: list[tuple[str, bytes]], missing: list[str]
) -> None:
    path = tmp_path / "x.ipa"
    info = (ROOT + "Info.plist", plistlib.dumps(INFO | {"CFBundleExecutable": name}))
    path.write_bytes(build("zipped", [info, *files]))
    document = Analyser().document(path)
    assert [(one.kind, one.what) for one in document.unread] == [(UnreadKind.MISSING, what) for what in missing]


def test_the_damage_of_a_package_is_the_reason_for_a_lost_program(build: Build, tmp_path: Path) -> None:
    path = tmp_path / "x.ipa"
    whole = build("zipped", [(ROOT + "Info.plist", plistlib.dumps(INFO)), (ROOT + "a.txt", b"x" * 99), PROGRAM])
    path.write_bytes(whole[: whole.index(PROGRAM[0].encode())])
    assert {one.kind for one in Analyser().document(path).unread} == {UnreadKind.DAMAGED}


def test_extensions_watch_apps_and_frameworks_are_read(build: Build, tmp_path: Path) -> None:
    watch = ROOT + "Watch/W.app/"
    transport = {"NSAppTransportSecurity": {"NSAllowsArbitraryLoads": True}}
    files = [
        (ROOT + "Info.plist", plistlib.dumps(INFO)),
        PROGRAM,
        (ROOT + "PlugIns/Share.appex/Info.plist", plistlib.dumps({"url": "https://share.test"})),
        (watch + "Info.plist", plistlib.dumps(transport)),
        (ROOT + "Frameworks/A.framework/Info.plist", plistlib.dumps(transport)),
        (ROOT + "Frameworks/A.framework/A", b"\xcf\xfa\xed\xfe" + b"\0" * 40 + b"https://a.test"),
        ("Payload/Other.app/Info.plist", plistlib.dumps(INFO)),
    ]
    path = tmp_path / "x.ipa"
    path.write_bytes(build("zipped", files))
    with open_app(path) as package:
        assert package.app is not None
        assert [(rule.part, rule.cleartext, rule.source) for rule in package.cleartext] == [
            ("", False, "default (App Transport Security)"),
            ("W.app", True, watch + "Info.plist"),
        ]
        assert len(list(package.artifacts())) == 7
        assert ["2 apps" in problem.what for problem in package.problems] == [True]


EXTENSION = ROOT + "PlugIns/Share.appex/Info.plist"
LOOSE = {**INFO, "DTSDKName": "iphoneos17.0", "NSAppTransportSecurity": {"NSAllowsArbitraryLoads": True}}


@pytest.mark.parametrize("app", [None, b"", b"noise", b"\0" * (3 << 20)], ids=["missing", "empty", "noise", "large"])
def test_the_rule_of_an_extension_never_stands_for_an_unreadable_app(build: Build, app: bytes | None) -> None:
    own = [] if app is None else [(ROOT + "Info.plist", app)]
    files = [*own, (EXTENSION, plistlib.dumps(LOOSE))]
    found = IpaFormat(Archive(build("zipped", files), PackageProblems())).policies()
    assert [(one.domain, one.cleartext, one.pins, one.source) for one in found] == [
        ("*", None, None, UNREAD_INFO),
        ("*", True, 0, EXTENSION),
    ]


def test_the_rule_of_the_app_is_first_whatever_the_order_of_the_entries(build: Build) -> None:
    files = [(EXTENSION, plistlib.dumps(LOOSE)), (ROOT + "Info.plist", plistlib.dumps(INFO))]
    found = IpaFormat(Archive(build("zipped", files), PackageProblems())).policies()
    assert [(one.cleartext, one.source) for one in found] == [
        (False, "default (App Transport Security)"),
        (True, EXTENSION),
    ]


def test_extensions_beyond_the_limit_are_named(build: Build) -> None:
    plist = plistlib.dumps(LOOSE)
    files = [(f"{ROOT}PlugIns/E{n}.appex/Info.plist", plist) for n in range(MAX_INFOS + 1)]
    archive = Archive(build("zipped", [(ROOT + "Info.plist", plistlib.dumps(INFO)), *files]), PackageProblems())
    assert len(IpaFormat(archive).policies()) == 1 + MAX_INFOS
    assert [one.unread for one in archive.problems] == [UnreadKind.LIMIT]


def test_without_a_profile_the_team_of_the_signature_answers(build: Build) -> None:
    directory = struct.pack(">IIIIIIIII", 0xFADE0C02, 63, 0x20400, 0, 0, 0, 0, 0, 0) + b"\0" * 8
    directory += struct.pack(">II", 0, 52) + b"A1B2C3D4E5\0"
    code = struct.pack(">IIIII", 0xFADE0CC0, 0, 1, 0, 20) + directory
    head = struct.pack("<IIIIIIIIIIII", 0xFEEDFACF, 0x0100000C, 2, 2, 1, 16, 0, 0, 0x1D, 16, 64, len(code))
    files = [
        (ROOT + "Info.plist", plistlib.dumps(INFO | {"CFBundleExecutable": "Workhub"})),
        (ROOT + "Workhub", head + b"\0" * (64 - len(head)) + code),
    ]
    archive = Archive(build("zipped", files), PackageProblems())
    ipa = IpaFormat(archive)
    app = ipa.identify("")
    assert app is not None
    assert (app.vendor, app.signer, app.team) == ("A1B2C3D4E5", None, "A1B2C3D4E5")
    assert ipa.special(ROOT + "Workhub") is not None
    assert ipa.special(ROOT + "Workhub") is None


@pytest.mark.parametrize("above", ["", "build/"])
@pytest.mark.parametrize(
    ("receipt", "vendor"),
    [
        (plistlib.dumps({"artistName": "Acme GmbH", "appleId": "anna@mail.test"}), "Acme GmbH"),
        (plistlib.dumps({"artistName": 7.5, "itemName": "x"}, fmt=plistlib.FMT_BINARY), "7.5"),
        (plistlib.dumps({"itemName": "x"}), "A1B2C3D4E5"),
        (b"<plist", "A1B2C3D4E5"),
        (None, "A1B2C3D4E5"),
    ],
)
def test_the_seller_of_the_app_store_is_the_vendor(
    build: Build, above: str, receipt: bytes | None, vendor: str
) -> None:
    files = [
        (above + ROOT + "Info.plist", plistlib.dumps(INFO)),
        (above + ROOT + "Workhub", macho(sign=signed(), encrypted=True)),
    ]
    files += [(f"{above}iTunesMetadata.plist", receipt)] if receipt is not None else []
    app, problems = identified(build, files)
    assert app is not None
    assert (app.vendor, app.team) == (vendor, "A1B2C3D4E5")
    assert problems == (["the property list is damaged"] if receipt == b"<plist" else [])


def test_the_seller_counts_less_than_a_profile(build: Build) -> None:
    files = [
        (ROOT + "Info.plist", plistlib.dumps(INFO)),
        (ROOT + "embedded.mobileprovision", plistlib.dumps({"TeamName": "Acme, Inc."})),
        ("iTunesMetadata.plist", plistlib.dumps({"artistName": "Others"})),
        PROGRAM,
    ]
    app, _ = identified(build, files)
    assert app is not None
    assert app.vendor == "Acme, Inc."


def test_what_counts_as_an_ipa(build: Build) -> None:
    for name, expected in (
        (ROOT + "Workhub", True),
        ("Payload/notes.txt", False),
        ("a.app/Contents/Info.plist", False),
    ):
        archive = Archive(build("zipped", [(name, b"x")]), PackageProblems())
        assert is_ipa(archive) is expected
        assert IpaFormat(archive).special(name) is None


@settings(max_examples=examples(60), deadline=None)
@given(noise=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8), binary=st.booleans())
def test_a_damaged_info_plist_never_raises(build: Build, noise: list[tuple[int, int]], binary: bool) -> None:
    data = bytearray(plistlib.dumps(INFO, fmt=plistlib.FMT_BINARY if binary else plistlib.FMT_XML))
    for place, value in noise:
        data[place % len(data)] = value
    app, problems = identified(build, [(ROOT + "Info.plist", bytes(data))])
    assert app is not None or problems


AROUND = [
    ("build/", "Payload/Workhub.app/", ["__MACOSX/build/Payload/Workhub.app/._x", "__MACOSX/Payload/Workhub.app/._x"]),
    ("", "Products/Applications/Workhub.app/", ["dSYMs/Workhub.app.dSYM/Contents/x", "Info.plist", "BCSymbolMaps/x"]),
    ("Workhub 1.xcarchive/", "Products/Applications/Workhub.app/", ["Workhub 1.xcarchive/dSYMs/x", "__MACOSX/x"]),
    ("", "Payload/Workhub.app/", ["iTunesArtwork", "SwiftSupport/iphoneos/x", "Symbols/x", "META-INF/x"]),
    ("build/", "Payload/Workhub.app/", ["build/SwiftSupport/x", "build/Symbols/x", "build/iTunesArtwork"]),
    ("build/Workhub.xcarchive/", "Products/Applications/Workhub.app/", ["build/Workhub.xcarchive/dSYMs/x", "build/x"]),
]
BARE = [("", "Workhub.app/", []), ("App/", "Workhub.app/", ["__MACOSX/App/Workhub.app/._x", "other/x"])]
"""Packed without the folder that iOS requires; only as a file: a folder with such an app is passed as the app's own."""


@pytest.mark.parametrize(
    ("unpacked", "above", "root", "others"),
    [*((True, *one) for one in AROUND), *((False, *one) for one in AROUND + BARE)],
)
def test_the_app_may_be_in_a_folder_or_an_archive_of_xcode(
    build: Build, tmp_path: Path, above: str, root: str, others: list[str], unpacked: bool
) -> None:
    extension = f"{above}{root}PlugIns/Share.appex/Info.plist"
    names = [f"{above}{root}Info.plist", f"{above}{root}main.jsbundle", extension]
    names += [f"{above}{root}Workhub", f"{above}{root}PlugIns/Share.appex/Workhub"]
    plist = plistlib.dumps(INFO | {"NSAppTransportSecurity": {"NSAllowsArbitraryLoads": True}})
    files = [(name, plist if name.endswith("Info.plist") and "app/" in name else b"https://x.test") for name in names]
    files = [(name, b"https://other.test") for name in others] + files
    path = tmp_path / "Workhub.zip"
    if unpacked:
        for name, content in files:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(content)
        (found,) = find_apps([tmp_path])
        assert isinstance(found, Path)
        path, names = found, [name.removeprefix(above) for name in names]
    else:
        path.write_bytes(build("zipped", files))
    assert classify_path(path) is FileKind.APP
    with open_app(path) as package:
        assert package.app is not None
        assert package.app.bundle_id == "test.workhub"
        assert {artifact.file for artifact in package.artifacts()} == set(names)
        assert [policy.source for policy in package.cleartext] == [names[0], names[2]]
        assert package.problems == []


def test_an_ipa_is_not_narrowed_by_a_folder_inside_it(build: Build) -> None:
    files = [("x/Payload/Evil.app/Info.plist", plistlib.dumps(INFO | {"CFBundleIdentifier": "evil"}))]
    app, _ = identified(build, [*files, (ROOT + "Info.plist", plistlib.dumps(INFO))])
    assert app is not None
    assert app.bundle_id == "test.workhub"


def test_an_android_package_is_not_narrowed(build: Build, tmp_path: Path) -> None:
    path = tmp_path / "a.apk"
    entries = [("assets/Payload/A.app/Info.plist", plistlib.dumps(INFO)), ("lib/a.js", b"https://x.test")]
    path.write_bytes(build("zipped", [("AndroidManifest.xml", build("manifest", "test.x")), *entries]))
    with open_app(path) as package:
        assert package.app is not None
        assert package.app.bundle_id == "test.x"
        assert "lib/a.js" in [artifact.file for artifact in package.artifacts()]


@pytest.mark.parametrize("name", ["a/b/Payload/A.app/x", "Payload/x", "Products/Applications/x", "A.app/x"])
def test_deeper_folders_are_no_app(build: Build, name: str) -> None:
    assert not is_ipa(Archive(build("zipped", [(name, b"x")]), PackageProblems()))
