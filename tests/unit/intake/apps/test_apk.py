from collections.abc import Callable
from pathlib import Path

import apk_info
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.apk import ApkFormat, is_apk
from tieback.intake.apps.archive import Archive
from tieback.intake.apps.interface import BufferKind
from tieback.intake.apps.open import open_app
from tieback.intake.apps.problems import PackageProblems
from tieback.model.app import App, Platform
from tieback.model.sighting import UnreadKind

type Build = Callable[..., bytes]

IDENTITIES = [
    ("AndroGoat.apk", "owasp.sat.agoat", "AndroGoat - Insecure App (Kotlin)", "1.0", "1", None, ""),
    ("InsecureBankv2.apk", "com.android.insecurebankv2", "InsecureBankv2", "1.0", "1", "v1", "SI"),
    ("UnCrackable-Level1.apk", "owasp.mstg.uncrackable1", "Uncrackable1", "1.0", "1", "v2", "OWASP"),
    ("a2dp.Vol_137.apk", "a2dp.Vol", "A2DP Volume", "2.12.9.2", "137", "v1", ""),
    ("app-prod-debug.apk", "com.greenaddress.abcore", "ABCore", "0.62", "2162", "v2", ""),
    ("com.politedroid_4.apk", "com.politedroid", "Polite Droid", "1.3", "4", "v1", "Guardian Project"),
    ("com.teleca.jamendo_35.apk", "com.teleca.jamendo", "Jamendo", "1.0.4 [BETA]", "35", "v1", ""),
    ("diva.apk", "jakhar.aseem.diva", "Diva", "1.0", "1", None, ""),
    ("dvba.apk", "com.app.damnvulnerablebank", "DamnVulnerableBank", "1.0", "1", "v2", "dvba"),
    ("hello-world.apk", "de.rhab.helloworld", "HelloWorld", "1.0", "1", "v2", "RHAB"),
    ("insecureShop.apk", "com.insecureshop", "InsecureShop", "1.0", "1", None, ""),
    ("pivaa.apk", "com.htbridge.pivaa", "PIVAA", "1.0", "1", "v2", ""),
    ("r2pay-v0.9.apk", "re.pwnme", "Radare2 Pay", "1.0", "1", "v2", "Radar2"),
    ("malformed/eocd_at_offset_1026.apk", "android.appsecurity.cts.tinyapp", "Tiny App for CTS", "1.0", "10", None, ""),
    ("malformed/max-eocd-comment.apk", "android.appsecurity.cts.tinyapp", "Tiny App for CTS", "1.0", "10", "v1", ""),
    ("malformed/minimal_SIZE_ExtraField.apk", "com.erev0s.minimal", "erev0s.com - Minimal", "1.0", "1", None, ""),
    ("malformed/minimal_def_mod.apk", "com.erev0s.minimal", "erev0s.com - Minimal", "1.0", "1", "v3", ""),
    ("malformed/minimal_orig.apk", "com.erev0s.minimal", "erev0s.com - Minimal", "1.0", "1", "v3", ""),
    ("malformed/minimal_zero_sized_end_ns.apk", "com.erev0s.minimal", "erev0s.com - Minimal", "1.0", "1", "v3", ""),
]


@pytest.mark.parametrize(("file", "bundle", "name", "version", "code", "scheme", "vendor"), IDENTITIES)
def test_real_apps_have_their_identity(
    apps: Path, file: str, bundle: str, name: str, version: str, code: str, scheme: str | None, vendor: str
) -> None:
    with open_app(apps / file) as package:
        app = package.app
        assert app is not None
        list(package.artifacts())
    assert (app.platform, app.bundle_id, app.name) == (Platform.ANDROID, bundle, name)
    assert (app.version_name, app.version_code, app.vendor) == (version, code, vendor)
    assert (app.signer.scheme if app.signer else None) == scheme


@pytest.mark.parametrize("file", [row[0] for row in IDENTITIES if "SIZE" not in row[0]])
def test_outline_gives_the_same_identity_as_the_package(apps: Path, file: str) -> None:
    whole = apk_info.APK(apps / file)
    with open_app(apps / file) as package:
        app = package.app
    assert app is not None
    certificates = {
        c.sha256_fingerprint for s in whole.get_signatures() if hasattr(s, "certificates") for c in s.certificates
    }
    assert ({app.signer.sha256} if app.signer else set()) <= certificates
    assert bool(app.signer) == bool(certificates)
    assert (app.name, app.min_sdk) == (whole.get_application_label(), whole.get_min_sdk_version())


def opened(build: Build, files: list[tuple[str, bytes]]) -> tuple[App | None, list[str], str]:
    """Identity, problems, and the text of the manifest."""
    archive = Archive(build("zipped", files), PackageProblems())
    apk = ApkFormat(archive)
    app = apk.identify("0" * 64)
    artifact = apk.special("AndroidManifest.xml")
    text = artifact.buffers[0].data.decode() if artifact else ""
    return app, [problem.what for problem in archive.problems], text


def test_the_manifest_becomes_text(build: Build) -> None:
    app, problems, text = opened(build, [("AndroidManifest.xml", build("manifest", "test.fieldhand", "Fieldhand"))])
    assert app is not None
    assert (app.bundle_id, app.name) == ("test.fieldhand", "Fieldhand")
    assert 'package="test.fieldhand"' in text
    assert problems == []


@pytest.mark.parametrize(
    ("told", "is_part"),
    [
        ({"split": "config.arm64_v8a"}, True),
        ({"requiredSplitTypes": "base__abi,base__density"}, True),
        ({"isSplitRequired": "true"}, True),
        ({"meta": "com.android.vending.splits.required"}, True),
        ({"isSplitRequired": "false"}, False),
        ({"splitTypes": "base__abi"}, False),
        ({"meta": "com.android.vending.splits"}, False),
        ({}, False),
    ],
)
def test_one_of_several_packages_of_an_app_is_only_a_part(
    build: Build, tmp_path: Path, told: dict[str, str], is_part: bool
) -> None:
    files = [("AndroidManifest.xml", build("manifest", "test.x", **told)), ("assets/a.txt", b"x")]
    alone, of_set, whole = (tmp_path / name for name in ("base.apk", "one.apks", "both.apks"))
    alone.write_bytes(build("zipped", files))
    of_set.write_bytes(build("zipped", [("base.apk", alone.read_bytes())]))
    whole.write_bytes(build("zipped", [("base.apk", alone.read_bytes()), ("split_config.de.apk", alone.read_bytes())]))
    pulled = tmp_path / "pulled"
    pulled.mkdir()
    for name in ("base.apk", "split_config.de.apk"):
        (pulled / name).write_bytes(alone.read_bytes())
    for path, is_cut in ((alone, is_part), (of_set, is_part), (whole, False), (pulled, False)):
        with open_app(path) as package:
            assert package.app is not None
            list(package.pieces())
            told_so = [one for one in package.unread if "only one of them" in one.what]
            assert [one.kind for one in told_so] == [UnreadKind.MISSING] * is_cut, path.name


def test_a_label_is_looked_up_in_the_resources(build: Build) -> None:
    table = build("resource_table", {"backend_url": "http://es.test:9200", "app_name": "Fieldhand"})
    files = [("AndroidManifest.xml", build("manifest", "test.x", "@7f010001")), ("resources.arsc", table)]
    archive = Archive(build("zipped", files), PackageProblems())
    apk = ApkFormat(archive)
    app = apk.identify("")
    assert app is not None
    assert app.name == "Fieldhand"
    artifact = apk.special("resources.arsc")
    assert artifact is not None
    assert artifact.buffers[0].kind is BufferKind.RESOURCES
    assert apk.special("resources.arsc") is None


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ([("classes.dex", b"dex\n035\0")], "no manifest"),
        ([("AndroidManifest.xml", b"")], "cannot be read"),
        ([("AndroidManifest.xml", b"<manifest/>")], "cannot be read"),
        ([("AndroidManifest.xml", b"\3\0\x08\0" + b"\xff" * 100)], "cannot be read"),
        ([("AndroidManifest.xml", b"x" * (3 << 20))], "too large"),
    ],
    ids=["none", "empty", "text", "noise", "large"],
)
def test_no_identity_without_a_readable_manifest(build: Build, files: list[tuple[str, bytes]], problem: str) -> None:
    app, problems, text = opened(build, files)
    assert app is None
    assert text == ""
    assert problem in " ".join(problems)


@pytest.mark.parametrize(
    "options",
    [{"attributes": 2000, "depth": 2}, {"depth": 20_000}],
    ids=["one long string thousands of times", "nested without end"],
)
def test_a_manifest_that_explodes_is_not_decoded(build: Build, options: dict[str, int]) -> None:
    data = build("binary_xml", ["a", "b" * 30_000], **options)
    app, problems, _ = opened(build, [("AndroidManifest.xml", data)])
    assert app is None
    assert "too large or too deep" in problems[0]


def test_names_that_are_long_are_cut(build: Build) -> None:
    app, _, _ = opened(build, [("AndroidManifest.xml", build("manifest", "test.x", "N" * 9000))])
    assert app is not None
    assert len(app.name) == 300


@pytest.mark.parametrize(("name", "expected"), [("classes.dex", True), ("AndroidManifest.xml", True), ("a.txt", False)])
def test_what_counts_as_an_apk(build: Build, name: str, expected: bool) -> None:
    assert is_apk(Archive(build("zipped", [(name, b"x")]), PackageProblems())) is expected


@settings(max_examples=examples(100), deadline=None)
@given(noise=st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_damaged_manifest_never_raises(build: Build, noise: list[tuple[int, int]]) -> None:
    data = bytearray(build("manifest", "test.fieldhand"))
    for place, value in noise:
        data[place % len(data)] = value
    app, problems, _ = opened(build, [("AndroidManifest.xml", bytes(data))])
    assert app is not None or problems


@settings(max_examples=examples(60), deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=300))
def test_a_damaged_signature_never_raises(build: Build, certificate: bytes, block: bytes) -> None:
    size = (len(block) + 24).to_bytes(8, "little")
    files = [("AndroidManifest.xml", build("manifest", "test.x")), ("META-INF/A.RSA", certificate)]
    archive = Archive(build("zipped", files, block=size + block + size + b"APK Sig Block 42"), PackageProblems())
    app = ApkFormat(archive).identify("")
    assert app is not None
    assert app.bundle_id == "test.x"
