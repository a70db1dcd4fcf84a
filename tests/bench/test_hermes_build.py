"""The committed bundles of Hermes bytecode are what the compilers of npm make of their sources."""

import shutil
import subprocess
from pathlib import Path

import pytest

from bench.flow import FOLDER

HERE = FOLDER / "hermes"
BUNDLES = ("v84-O", "v96-O", "v99-O")
"""One bundle for each way in which the sources are rewritten and a compiler is published."""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the packages of npm; skips if there is no npm, or if it is not reached."""
    missing = [name for name in ("npm", "node", "xz") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    asked = subprocess.run(
        ["npm", "view", "hermes-engine@0.11.0", "version"], capture_output=True, check=False, timeout=120
    )
    if asked.returncode:
        pytest.skip("npm cannot be reached")
    return tmp_path_factory.mktemp("hermes")


@pytest.mark.more
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("bundle", BUNDLES)
def test_the_sources_give_the_committed_bundle(bundle: str, packages: Path) -> None:
    command = ["bash", str(HERE / "build.sh"), str(packages), "--check", bundle]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1_100)
    assert done.returncode == 0, done.stdout + done.stderr
