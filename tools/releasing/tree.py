"""The tree of a release: the committed files with the version set and the changelog written.

A dry run works on an export of the commit. Nothing of the checkout changes.
"""

import re
import tarfile
from datetime import UTC, datetime
from pathlib import Path

from tools.releasing.run import ReleaseError, run

VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)((?:a|b|rc)[1-9]\d*)?")
PLACES = (
    ("pyproject.toml", r'(?m)^(version = ")([^"]+)(")$'),
    ("src/tieback/__init__.py", r'(?m)^(__version__ = ")([^"]+)(")$'),
    ("uv.lock", r'(\[\[package\]\]\nname = "tieback"\nversion = ")([^"]+)(")'),
)
"""Files with the version of the package, each exactly once."""
EXAMPLE = re.compile(r"(ghcr\.io/OWNER/tieback:|OWNER/tieback@v|\brev: v)(\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?)()")
EXAMPLE_PLACES = ("docs/howto/ci.md",)
"""Files with the version in examples: of the container image, the action and the hook, as often as they need it."""
TYPES = ("added", "changed", "fixed", "removed")


def check_version(version: str) -> None:
    """Refuse what is not the version of a release, such as 0.2.0 or 0.3.0rc1.

    Raises:
        ReleaseError: it is another text.
    """
    if VERSION.fullmatch(version) is None:
        raise ReleaseError(f"VERSION={version!r} is not a version such as 0.2.0 or 0.3.0rc1.")


def clean_commit(root: Path) -> tuple[str, int]:
    """The commit that is checked out, and its time in seconds since 1970.

    Raises:
        ReleaseError: a file differs from the commit, or is not committed.
    """
    changed = run("git", "status", "--porcelain", cwd=root).splitlines()
    if changed:
        shown = "\n".join(changed[:10])
        raise ReleaseError(f"The tree has {len(changed)} changed files. Commit or remove them first:\n{shown}")
    return run("git", "rev-parse", "HEAD", cwd=root).strip(), int(run("git", "log", "-1", "--format=%ct", cwd=root))


def export(root: Path, commit: str, target: Path) -> None:
    """Write the files of the commit into a new folder."""
    target.mkdir(parents=True)
    archive = target.parent / f"{target.name}.tar"
    run("git", "archive", "--format=tar", f"--output={archive}", commit, cwd=root)
    with tarfile.open(archive) as packed:
        packed.extractall(target, filter="data")
    archive.unlink()


def version_of(tree: Path) -> str:
    """The version in pyproject.toml.

    Raises:
        ReleaseError: there is none, or more than one.
    """
    name, pattern = PLACES[0]
    found = re.findall(pattern, (tree / name).read_text(encoding="utf-8"))
    if len(found) != 1:
        raise ReleaseError(f"{name} has {len(found)} lines with the version, not one.")
    return str(found[0][1])


def set_version(tree: Path, version: str) -> None:
    """Write the version into every place.

    Raises:
        ReleaseError: a place is missing, or is there twice.
    """
    for name, pattern in PLACES:
        path = tree / name
        text, count = re.subn(pattern, rf"\g<1>{version}\g<3>", path.read_text(encoding="utf-8"))
        if count != 1:
            raise ReleaseError(f"{name} has {count} lines with the version, not one.")
        path.write_text(text, encoding="utf-8")
    for name in EXAMPLE_PLACES:
        path = tree / name
        text, count = EXAMPLE.subn(rf"\g<1>{version}", path.read_text(encoding="utf-8"))
        if count == 0:
            raise ReleaseError(f"{name} does not name a version, such as that of ghcr.io/OWNER/tieback:X.Y.Z.")
        path.write_text(text, encoding="utf-8")


def fragments(tree: Path) -> list[Path]:
    """The changes since the last release, one file each."""
    return sorted(path for path in (tree / "changelog.d").glob("*.md") if path.name != "template.md")


def section(tree: Path, version: str) -> str:
    """The text of one release in the changelog, without its heading; empty if there is none."""
    text = (tree / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(rf"(?ms)^## {re.escape(version)} \([^)]*\)\n(.*?)(?=^## |\Z)", text)
    return found[1].strip() if found else ""


def write_changelog(tree: Path, version: str, epoch: int, python: Path) -> str:
    """Collect the fragments into CHANGELOG.md, by kind and issue, and return the new section.

    A tree whose changelog has this version already, and that has no fragments, stays as it is: that of a tag.

    Args:
        tree: the folder with CHANGELOG.md and changelog.d.
        version: of the release.
        epoch: seconds since 1970; its day (UTC) is that of the release.
        python: a Python that has towncrier.

    Raises:
        ReleaseError: there is nothing to release, or the version is there although fragments are left.
    """
    waiting = fragments(tree)
    there = section(tree, version)
    if there and waiting:
        raise ReleaseError(f"CHANGELOG.md has {version}, but changelog.d has {len(waiting)} more changes.")
    if there:
        return there
    if not waiting:
        raise ReleaseError(f"CHANGELOG.md does not have {version}, and changelog.d is empty: nothing to release.")
    wrong = [path.name for path in waiting if path.name.split(".")[-2] not in TYPES]
    if wrong:
        raise ReleaseError(f"changelog.d: not ISSUE.TOPIC.({'|'.join(TYPES)}).md: {', '.join(wrong)}")
    day = datetime.fromtimestamp(epoch, UTC).date()
    words = ("-m", "towncrier", "build", "--yes", "--version", version, "--date", str(day), "--dir", tree)
    run(python, *words, cwd=tree, environment={"LC_ALL": "C.UTF-8"})
    for path in fragments(tree):
        raise ReleaseError(f"changelog.d/{path.name} is not in CHANGELOG.md")
    return section(tree, version)


def prepare(tree: Path, version: str, epoch: int, python: Path) -> str:
    """Set the version and write the changelog; return the notes of the release. Raises as the two."""
    notes = write_changelog(tree, version, epoch, python)
    set_version(tree, version)
    return notes
