"""Install the wheel as a user does, with ``uv tool`` and with ``pipx``, and run it on a sample app.

Each installer gets folders of its own. The dependencies come from PyPI in their newest versions that fit, not from the
lock: that is what a user gets.
"""

import json
from pathlib import Path
from typing import NamedTuple

from tools.releasing.build import sha256
from tools.releasing.run import ReleaseError, run

SAMPLE = "labs/apps/fieldhand.apk"


class Installed(NamedTuple):
    """One installation that worked."""

    line: str
    """The command, as a user types it."""
    installer: str
    python: str
    backends: int
    """How many the scan of the sample app found."""
    prepared: dict[str, str]
    """Name to SHA-256 of the rules that the first scan prepared."""


def try_command(command: Path, folder: Path, version: str, tree: Path, seed: str) -> tuple[int, dict[str, str]]:
    """Run the installed command: its version, and a scan of the sample app without network access to targets.

    Returns:
        The number of back ends found, and the hashes of the prepared rules.

    Raises:
        ReleaseError: it fails, has another version, or finds nothing.
    """
    cache = folder / "cache"
    settings = {"HOME": str(folder), "TIEBACK_CACHE": str(cache), "PYTHONHASHSEED": seed}
    shown = run(command, "--version", cwd=folder, environment=settings).strip()
    if shown != f"tieback {version}":
        raise ReleaseError(f"{command} --version prints {shown!r}, not 'tieback {version}'")
    words = ("scan", tree / SAMPLE, "--workspace", folder / "workspace", "--format", "json")
    report = json.loads(run(command, *words, cwd=folder, environment=settings))
    found = len(report["backends"])
    if report["headline"]["apps_analysed"] != 1 or found == 0:
        raise ReleaseError(f"{command} scan found {found} back ends in {SAMPLE}")
    return found, {path.name: sha256(path) for path in sorted(cache.iterdir())}


def with_uv(wheel: Path, folder: Path, version: str, tree: Path, uv: str, python: str) -> Installed:
    """``uv tool install``. Raises ReleaseError."""
    folder.mkdir(parents=True)
    settings = {"UV_TOOL_DIR": str(folder / "tools"), "UV_TOOL_BIN_DIR": str(folder / "bin")}
    run(uv, "tool", "install", "--quiet", "--python", python, wheel, cwd=folder, environment=settings)
    found, prepared = try_command(folder / "bin" / "tieback", folder, version, tree, "1")
    line = f"uv tool install --python 3.13 {wheel.name}"
    shown = run(uv, "--version", cwd=folder).strip()
    return Installed(line, shown, python_version(python, folder), found, prepared)


def with_pipx(wheel: Path, folder: Path, version: str, tree: Path, tools: Path, python: str) -> Installed:
    """``pipx install``. Raises ReleaseError."""
    folder.mkdir(parents=True)
    settings = {
        "PIPX_HOME": str(folder / "pipx"),
        "PIPX_BIN_DIR": str(folder / "bin"),
        "PIPX_MAN_DIR": str(folder / "man"),
    }
    run(tools, "-m", "pipx", "install", "--quiet", "--python", python, wheel, cwd=folder, environment=settings)
    found, prepared = try_command(folder / "bin" / "tieback", folder, version, tree, "4242")
    line = f"pipx install --python 3.13 {wheel.name}"
    shown = f"pipx {run(tools, '-m', 'pipx', '--version', cwd=folder, environment=settings).strip()}"
    return Installed(line, shown, python_version(python, folder), found, prepared)


def python_version(python: str, folder: Path) -> str:
    """The version of a Python, such as 3.13.5."""
    return run(python, "-c", "import platform; print(platform.python_version())", cwd=folder).strip()


def install_both(wheel: Path, work: Path, version: str, tree: Path, programs: tuple[str, Path, str]) -> list[Installed]:
    """Install the wheel twice, and compare what both prepared on their first scan.

    Args:
        wheel: the file.
        work: an empty folder.
        version: of the release.
        tree: the tree with the sample app.
        programs: uv, a Python with pipx, and the Python to install with.

    Raises:
        ReleaseError: an installation or its scan failed, or the prepared rules differ.
    """
    uv, tools, python = programs
    both = [
        with_uv(wheel, work / "uv", version, tree, uv, python),
        with_pipx(wheel, work / "pipx", version, tree, tools, python),
    ]
    first, second = (one.prepared for one in both)
    if first != second:
        names = sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
        raise ReleaseError(f"Two installations prepared different rules: {', '.join(names)}")
    return both
