"""The dry run of a release, in a clone: two equal builds, both installers, hashes; the clone stays as it is."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tools.releasing import tree

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.more, pytest.mark.timeout(2400)]  # pipx and uv install 20 packages each from PyPI


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of the committed state, in which the dry run was made."""
    if not (ROOT / ".git").exists():
        pytest.skip("no clone: the commit is exported with git")
    folder = tmp_path_factory.mktemp("release") / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    version = "9999.0.0" if tree.fragments(folder) else tree.version_of(folder)
    # Without TZ and umask of this run: the builds set their own.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "UV_P"))}
    uv = shutil.which("uv") or (str(ROOT / ".uv/bin/uv") if (ROOT / ".uv/bin/uv").exists() else "")
    words = ["make", "release", f"VERSION={version}", "UNTESTED=1", *([f"UV={uv}"] if uv else [])]
    done = subprocess.run(words, cwd=folder, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning: NOT TESTED. Do not publish these files." in done.stdout
    return folder


def test_the_files_of_a_release(clone: Path) -> None:
    dist = clone / "dist"
    (record,) = [json.loads(path.read_text(encoding="utf-8")) for path in dist.glob("release-*.json")]
    version = record["version"]
    assert {path.name for path in dist.iterdir()} == {
        f"tieback-{version}-py3-none-any.whl", f"tieback-{version}.tar.gz", f"tieback-{version}.cdx.json",
        f"notes-{version}.md", f"release-{version}.json", "SHA256SUMS",
    }  # fmt: skip
    assert record["tested"] is False
    assert record["reproducible"].startswith("two builds gave the same bytes")
    assert [one["line"].split()[0] for one in record["installed"]] == ["uv", "pipx"]
    assert all(one["backends"] > 0 and one["prepared"].endswith("files, same bytes") for one in record["installed"])
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=dist, check=True)
    assert json.loads((dist / f"tieback-{version}.cdx.json").read_text(encoding="utf-8"))["bomFormat"] == "CycloneDX"


def test_a_dry_run_changes_nothing(clone: Path) -> None:
    done = subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    refs = subprocess.run(["git", "tag", "--list", "v9999*"], cwd=clone, capture_output=True, text=True, check=True)
    assert refs.stdout == ""
