"""What must be in wheel and sdist, and what must not."""

import email
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

from tools.releasing.run import ReleaseError, run

MOST_BYTES = {"wheel": 8_000_000, "sdist": 16_000_000}
"""Larger ones are refused: look for a file that should not be there, or raise the limit with the reason."""
UNWANTED = ("__pycache__", "sealed", ".git", ".venv", ".uv", ".cache", ".hypothesis", ".tieback", "node_modules")
"""Parts of a path that no archive has: data of checks that stays closed, caches, environments."""
NOT_IN_SDIST = ("demo",)


def tree_files(tree: Path, folder: str = ".") -> set[str]:
    """Every file below a folder of the tree, as a path below the tree; links count as files."""
    found = (path for path in (tree / folder).rglob("*") if path.is_symlink() or path.is_file())
    return {path.relative_to(tree).as_posix() for path in found}


def unwanted(names: set[str]) -> list[str]:
    """The names that no archive may have."""
    return sorted(
        name for name in names if name.endswith(".pyc") or any(part in UNWANTED for part in PurePosixPath(name).parts)
    )


def compare(what: str, names: set[str], expected: set[str]) -> list[str]:
    """One line for what is missing and one for what is too much."""
    missing, extra = sorted(expected - names), sorted(names - expected)
    lines = [f"{what}: {len(missing)} files are missing: {', '.join(missing[:5])}"] if missing else []
    return lines + ([f"{what}: {len(extra)} files do not belong there: {', '.join(extra[:5])}"] if extra else [])


def check_wheel(wheel: Path, tree: Path, version: str) -> list[str]:
    """What is wrong with a wheel: its files are those of src/tieback, licences and metadata, and nothing else."""
    with zipfile.ZipFile(wheel) as archive:  # noqa: TID251 - our own archive
        names = {name for name in archive.namelist() if not name.endswith("/")}
        about = f"tieback-{version}.dist-info"
        licences = {f"{about}/licenses/LICENSE", f"{about}/licenses/NOTICE"}
        described = {f"{about}/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt")}
        package = {name.removeprefix("src/") for name in tree_files(tree, "src/tieback")}
        wrong = compare("wheel", names, package | licences | described)
        wrong += [f"wheel: {name}" for name in unwanted(names)]
        wrong += [f"wheel: {name} is a test" for name in sorted(names) if {"tests", "test"} & set(name.split("/")[:2])]
        for name in licences & names:
            if archive.read(name) != (tree / PurePosixPath(name).name).read_bytes():
                wrong.append(f"wheel: {name} is another text")
        if f"{about}/METADATA" in names:
            metadata = email.message_from_bytes(archive.read(f"{about}/METADATA"))
            expected = {
                "Name": "tieback",
                "Version": version,
                "License-Expression": "Apache-2.0",
                "Requires-Python": ">=3.12",
            }
            wrong += [f"wheel: {key} is {metadata[key]}" for key, text in expected.items() if metadata[key] != text]
    return wrong + check_size("wheel", wheel)


def check_sdist(sdist: Path, tree: Path, version: str) -> list[str]:
    """What is wrong with an sdist: it has the files of the tree and PKG-INFO, and nothing else."""
    with tarfile.open(sdist) as archive:
        members = [member for member in archive.getmembers() if not member.isdir()]
    top = f"tieback-{version}/"
    names = {member.name for member in members}
    wrong = [f"sdist: {name} is outside {top}" for name in sorted(names) if not name.startswith(top)]
    names = {name.removeprefix(top) for name in names}
    left_out = {name for name in tree_files(tree) if name.split("/")[0] in NOT_IN_SDIST}
    wrong += compare("sdist", names, (tree_files(tree) - left_out) | {"PKG-INFO"})
    return wrong + [f"sdist: {name}" for name in unwanted(names)] + check_size("sdist", sdist)


def check_size(what: str, path: Path) -> list[str]:
    """One line if the file is larger than its limit."""
    size = path.stat().st_size
    return [f"{what}: {size:,} bytes, above {MOST_BYTES[what]:,}"] if size > MOST_BYTES[what] else []


def check(wheel: Path, sdist: Path, tree: Path, version: str, python: Path) -> None:
    """Check both archives, and both as PyPI will check them.

    Raises:
        ReleaseError: something is wrong; every problem is named.
    """
    wrong = check_wheel(wheel, tree, version) + check_sdist(sdist, tree, version)
    if wrong:
        raise ReleaseError("\n".join(wrong))
    run(python, "-m", "twine", "check", "--strict", wheel, sdist, cwd=tree)
