"""What is published works without the repository: the wheel in a fresh environment, the sdist with its own tests."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.lab.ports import free_subnet

ROOT = Path(__file__).parents[2]
PACKED = ("src", "tests", "bench", "tools", "labs", "docs", "ci", ".ci", "changelog.d")
"""Folders of the sdist."""
FILES = ("Makefile", "uv.lock", "pyproject.toml", ".python-version", "README.md", "LICENSE", "NOTICE", "action.yml")

pytestmark = [pytest.mark.servers, pytest.mark.more, pytest.mark.timeout(900)]


def uv() -> str:
    found = shutil.which("uv") or (str(ROOT / ".uv/bin/uv") if (ROOT / ".uv/bin/uv").exists() else None)
    if found is None:
        pytest.skip("uv is not installed here")
    return found


def ran(*words: str | Path, cwd: Path, **environment: str) -> str:
    """The output of a command that succeeds, as a user outside the repository runs it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "UV_P"))}
    done = subprocess.run(
        list(map(str, words)), cwd=cwd, env=kept | environment, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, f"{words}: {done.stdout[-2000:]} {done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where sdist and wheel are, made as a release makes them: the wheel from the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    ran(uv(), "build", "--quiet", "--out-dir", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def tieback(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, installed from the wheel with the extras of the demo and of PDF, at the locked versions."""
    folder = tmp_path_factory.mktemp("installed")
    locked = ran(
        uv(), "export", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes", "--extra", "lab", "--extra", "pdf",
        "--project", ROOT, cwd=folder,
    )  # fmt: skip
    (folder / "locked.txt").write_text(locked)
    (wheel,) = built.glob("*.whl")
    ran(uv(), "venv", "--quiet", "--python", sys.executable, folder / "venv", cwd=folder)
    ran(
        uv(), "pip", "install", "--quiet", "--python", folder / "venv/bin/python", "--constraint",
        folder / "locked.txt", f"tieback[lab,pdf] @ {wheel.as_uri()}", cwd=folder,
    )  # fmt: skip
    return folder / "venv/bin/tieback"


def test_the_wheel_has_its_data(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    in_tree = {path.suffix for path in (ROOT / "src").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert in_tree == {Path(name).suffix for name in names if name.startswith("tieback/")}
    assert not [name for name in names if not name.startswith(("tieback/", "tieback-"))]


def test_the_sdist_has_what_its_tests_need(built: Path, tmp_path: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    assert [name for name in PACKED if not (folder / name).is_dir()] == []
    assert [name for name in FILES if not (folder / name).is_file()] == []
    said = ran(
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--collect-only", "tests/bench", "tests/engine",
        "tests/servers", "tests/unit/cli", "tests/unit/labs", cwd=folder, PYTHONPATH=str(folder / "src"),
    )  # fmt: skip
    assert "error" not in said.splitlines()[-1]
    said = ran(
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/unit/labs", "tests/bench/test_hosts.py",
        "tests/unit/test_pythons.py", cwd=folder, PYTHONPATH=str(folder / "src"), TIEBACK_ALLOW_SKIPS="1",
    )  # fmt: skip
    assert " passed" in said


def test_the_installed_command_does_the_main_job(tieback: Path, tmp_path: Path) -> None:
    assert "Usage: tieback" in ran(tieback, "--help", cwd=tmp_path)
    lab = tmp_path / "lab"
    apps = sorted((ROOT / "labs" / "apps").glob("*.apk"))
    try:
        ran(tieback, "lab", "up", "--demo", "--subnet", str(free_subnet()), "--dir", lab, cwd=tmp_path)
        grant = ("--grant", lab / "lab.toml")
        said = ran(tieback, "scan", *apps, *grant, "--workspace", "ws", "--format", "json", cwd=tmp_path)
        ran(tieback, "report", "--workspace", "ws", "--format", "pdf", "--out", "report.pdf", cwd=tmp_path)
    finally:
        ran(tieback, "lab", "down", "--purge", "--dir", lab, cwd=tmp_path)
    report = json.loads(said)
    assert report["headline"]["apps_analysed"] == 3
    assert report["headline"]["stores_exposed"] == 2
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert not lab.exists()
