"""Real apps in packages of npm and PyPI, downloaded once by the registry's own client; nothing is installed or run."""

import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

CACHE = Path(__file__).parents[1] / ".cache" / "registry-apps"
PACKAGES = (
    "npm:android-apidemos",
    "npm:io.appium.settings",
    "npm:appium-uiautomator2-server",
    "npm:appium-espresso-driver",
    "pypi:uiautomator2",
    "pypi:airtest",
)
"""Without ``pocoui``: it has no wheel, so its build would have to run."""

_COMMANDS = {
    "npm": ["npm", "pack", "--ignore-scripts"],
    "pypi": ["pip", "download", "--no-deps", "--only-binary=:all:"],
}


def fetched(name: str) -> tuple[list[Path], str]:
    """The apps in a package; the reason if there are none."""
    folder = CACHE / name.replace(":", "-")
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        reason = _fetch(name, folder)
        if reason:
            return [], reason
        (folder / "done").touch()
    found = sorted(folder.rglob("*.apk"))
    return found, "" if found else "contains no app"


def _fetch(name: str, folder: Path) -> str:
    kind, _, package = name.partition(":")
    command = _COMMANDS[kind]
    if shutil.which(command[0]) is None:
        return f"{command[0]} is not installed"
    try:
        subprocess.run([*command, package], cwd=folder, capture_output=True, timeout=180, check=True)
    except (subprocess.SubprocessError, OSError):
        return f"{' '.join(command[:2])} cannot download it"
    for archive in [path for path in folder.iterdir() if path.suffix in {".tgz", ".whl"}]:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                for one in wheel.namelist():
                    if one.endswith(".apk"):
                        wheel.extract(one, folder)
        else:
            with tarfile.open(archive) as tar:
                for member in tar:
                    if member.name.endswith(".apk"):
                        tar.extract(member, folder, filter="data")
        archive.unlink()
    return ""
