from collections.abc import Callable
from pathlib import Path

import pytest

from tieback.intake.apps.archive import Archive
from tieback.intake.apps.bundle import BundleFormat, is_bundle
from tieback.intake.apps.interface import BufferKind
from tieback.intake.apps.open import open_app
from tieback.intake.apps.problems import PackageProblems

type Build = Callable[..., bytes]
URL = "https://api.test/v1"


def manifest(build: Build, package: str = "test.x") -> bytes:
    attributes = [build("pb_attribute", "package", package), build("pb_attribute", "versionName", "1.4")]
    label = build("pb_attribute", "label", "@string/app_name", build("pb_reference", 0x7F010000))
    return build("pb_node", "manifest", attributes, [build("pb_node", "application", [label])])


def table(build: Build, text: str = "Field hand") -> bytes:
    return build("pb_table", [(1, "string", [build("pb_entry", 0, "app_name", [(b"", build("pb_string", text))])])])


def test_a_real_bundle_has_its_identity_and_resources(apps: Path) -> None:
    with open_app(apps / "bitrise-release-unsigned.aab") as package:
        app = package.app
        artifacts = {artifact.file: artifact for artifact in package.artifacts()}
        assert package.problems == []
    assert app is not None
    assert (app.bundle_id, app.name, app.version_name) == ("io.bitrise.calculator", "Calculator App", "1.14")
    assert (app.version_code, app.min_sdk, app.target_sdk) == ("1736927148", "21", "32")
    (buffer,) = artifacts["base/manifest/AndroidManifest.xml"].buffers
    assert buffer.kind is BufferKind.MANIFEST
    assert b'name="io.bitrise.calculator.MainActivity"' in buffer.data
    (buffer,) = artifacts["base/resources.pb"].buffers
    at = buffer.data.index(b"Calculator App")
    assert buffer.names[at] == "string/app_name"


def test_every_module_is_read(build: Build, tmp_path: Path) -> None:
    files = [
        ("base/manifest/AndroidManifest.xml", manifest(build)),
        ("base/resources.pb", table(build)),
        ("maps/manifest/AndroidManifest.xml", manifest(build)),
        ("maps/resources.pb", table(build, URL)),
        ("maps/res/xml/config.xml", build("pb_node", "a", [build("pb_attribute", "url", URL)])),
    ]
    path = tmp_path / "x.aab"
    path.write_bytes(build("zipped", files))
    with open_app(path) as package:
        assert package.app is not None
        assert (package.app.bundle_id, package.app.name) == ("test.x", "Field hand")
        kinds = [(artifact.file, artifact.buffers[0].kind) for artifact in package.artifacts()]
    assert kinds == [
        ("base/manifest/AndroidManifest.xml", BufferKind.MANIFEST),
        ("base/resources.pb", BufferKind.RESOURCES),
        ("maps/manifest/AndroidManifest.xml", BufferKind.MANIFEST),
        ("maps/resources.pb", BufferKind.RESOURCES),
        ("maps/res/xml/config.xml", BufferKind.RESOURCES),
    ]


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ([("BundleConfig.pb", b"x")], "no manifest of a base module"),
        ([("base/manifest/AndroidManifest.xml", b"\x0a\x7f")], "exceeds its message"),
        ([("base/manifest/AndroidManifest.xml", b"\x0a\x00")], "no element"),
    ],
    ids=["none", "cut", "empty"],
)
def test_no_identity_without_a_readable_manifest(build: Build, files: list[tuple[str, bytes]], problem: str) -> None:
    source = Archive(build("zipped", files), PackageProblems())
    assert BundleFormat(source).identify("") is None
    assert problem in source.problems[0].what


def test_a_damaged_table_costs_only_the_name(build: Build) -> None:
    files = [("base/manifest/AndroidManifest.xml", manifest(build)), ("base/resources.pb", b"\x12\x7f")]
    source = Archive(build("zipped", files), PackageProblems())
    app = BundleFormat(source).identify("")
    assert app is not None
    assert (app.bundle_id, app.name) == ("test.x", "")
    assert [problem.where for problem in source.problems] == ["base/resources.pb"]


def test_the_transport_security_is_that_of_the_file_that_the_manifest_names(build: Build) -> None:
    config = "res/xml/network_security_config.xml"
    named = build("pb_attribute", "networkSecurityConfig", "@xml/network", build("pb_reference", 0x7F010000))
    text = build("pb_field", 2, "fieldhand.test")
    domain = build("pb_node", "domain", [build("pb_attribute", "includeSubdomains", "true")], [text])
    rule = build("pb_node", "domain-config", [build("pb_attribute", "cleartextTrafficPermitted", "true")], [domain])
    item = build("pb_field", 5, build("pb_field", 1, config) + build("pb_field", 2, 3))
    root = build("pb_node", "manifest", [], [build("pb_node", "application", [named])])
    files = [
        ("base/manifest/AndroidManifest.xml", root),
        ("base/resources.pb", build("pb_table", [(1, "xml", [build("pb_entry", 0, "network", [(b"", item)])])])),
        (f"base/{config}", build("pb_node", "network-security-config", [], [rule])),
    ]
    source = Archive(build("zipped", files), PackageProblems())
    _, policy = BundleFormat(source).policies()
    assert (policy.domain, policy.include_subdomains, policy.cleartext, policy.source) == (
        "fieldhand.test",
        True,
        True,
        f"base/{config}",
    )
    assert list(source.problems) == []


@pytest.mark.parametrize(
    ("name", "expected"), [("BundleConfig.pb", True), ("base/manifest/AndroidManifest.xml", True), ("a.pb", False)]
)
def test_what_counts_as_a_bundle(build: Build, name: str, expected: bool) -> None:
    archive = Archive(build("zipped", [(name, b"x")]), PackageProblems())
    assert is_bundle(archive) is expected
    assert BundleFormat(archive).special(name) is None
