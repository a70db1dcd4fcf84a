from collections.abc import Callable
from pathlib import Path

import pytest

from tieback.intake.apps.archive import Archive
from tieback.intake.apps.bundle import Bundle, is_bundle
from tieback.intake.apps.open import open_app
from tieback.intake.apps.problems import Problems

type Build = Callable[..., bytes]


def test_a_real_bundle_is_searched_and_has_no_identity_yet(apps: Path) -> None:
    with open_app(apps / "bitrise-release-unsigned.aab") as package:
        assert package.app is None
        files = {artifact.file for artifact in package.artifacts()}
        problems = [problem.what for problem in package.problems]
    assert {"base/dex/classes.dex", "base/manifest/AndroidManifest.xml", "base/resources.pb"} <= files
    assert len(problems) == 1
    assert "identity is not read yet" in problems[0]


@pytest.mark.parametrize(
    ("name", "expected"), [("BundleConfig.pb", True), ("base/manifest/AndroidManifest.xml", True), ("a.pb", False)]
)
def test_what_counts_as_a_bundle(build: Build, name: str, expected: bool) -> None:
    archive = Archive(build("zipped", [(name, b"x")]), Problems())
    assert is_bundle(archive) is expected
    assert Bundle(archive).special(name) is None
