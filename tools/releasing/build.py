"""Two builds of one tree that must give the same bytes: sdist, wheel and parts list.

They differ in the path of the folder, umask, time zone, language, seed of hashes, and number of files beside them.
"""

import hashlib
import shutil
import zipfile
from pathlib import Path

from tools.releasing.run import ReleaseError, run

DIFFERENCES = (
    ("a", 0o022, {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"}),
    ("another folder/with a longer path", 0o077, {"TZ": "Asia/Kolkata", "LC_ALL": "C", "PYTHONHASHSEED": "4242"}),
)


def sha256(path: Path) -> str:
    """The hash of a file, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def build(tree: Path, out: Path, uv: str, epoch: int, umask: int, environment: dict[str, str]) -> None:
    """Build sdist, the wheel from it, and the parts list into a folder.

    The build back end is the locked one, checked by its hash. Raises ReleaseError if a program fails.
    """
    out.mkdir(parents=True)
    settings = environment | {"SOURCE_DATE_EPOCH": str(epoch)}
    locked = tree.parent / f"{tree.name}-build.txt"
    words = ("export", "--quiet", "--frozen", "--only-group", "build", "--no-emit-project", "--output-file", locked)
    run(uv, *words, cwd=tree)
    checked = ("--no-create-gitignore", "--require-hashes", "--build-constraints", locked)
    run(uv, "build", "--quiet", *checked, "--out-dir", out, tree, cwd=tree, environment=settings, umask=umask)
    run(tree / "tools" / "write-sbom", uv, out / "sbom", cwd=tree, environment=settings, umask=umask)


def difference(first: Path, second: Path) -> str:
    """What differs between two files, for the person who must find out why."""
    if first.suffix != ".whl":
        return f"{first.name}: {first.stat().st_size} and {second.stat().st_size} bytes"
    with zipfile.ZipFile(first) as one, zipfile.ZipFile(second) as other:  # noqa: TID251 - our own archives
        parts = {info.filename: info.CRC for info in one.infolist()}
        others = {info.filename: info.CRC for info in other.infolist()}
    names = sorted(name for name in parts.keys() | others.keys() if parts.get(name) != others.get(name))
    return f"{first.name}: {', '.join(names[:10]) or 'order, times or modes of its entries'}"


def build_twice(tree: Path, work: Path, uv: str, epoch: int, version: str) -> dict[str, Path]:
    """Build copies of the tree at two places and compare them.

    Args:
        tree: the tree of the release.
        work: an empty folder for both builds.
        uv: the program uv.
        epoch: SOURCE_DATE_EPOCH of both.
        version: of the release; the files are named by it.

    Returns:
        The files of the first build: `wheel`, `sdist`, `sbom`.

    Raises:
        ReleaseError: a build failed, made other files, or the bytes differ.
    """
    outs = []
    for number, (name, umask, environment) in enumerate(DIFFERENCES):
        copy = work / name / "tree"
        shutil.copytree(tree, copy, symlinks=True)
        for path in copy.rglob("*"):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & ~umask)  # as a clone with that umask has them
        outs.append(work / f"out-{number}")
        build(copy, outs[-1], uv, epoch, umask, environment)
    names = {"wheel": f"tieback-{version}-py3-none-any.whl", "sdist": f"tieback-{version}.tar.gz", "sbom": "sbom"}
    made = [sorted(path.name for path in out.iterdir()) for out in outs]
    if made != [sorted(names.values())] * 2:
        raise ReleaseError(f"The builds made other files than {sorted(names.values())}: {made}")
    pairs = [(outs[0] / name, outs[1] / name) for name in names.values()]
    differing = [difference(one, other) for one, other in pairs if sha256(one) != sha256(other)]
    if differing:
        raise ReleaseError(f"Two builds differ: {'; '.join(differing)}")
    return {what: outs[0] / name for what, name in names.items()}
