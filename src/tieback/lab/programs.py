"""Locate the programs of servers: in the ``PATH``, next to this Python, or in the folder used by the tests.

A missing program is not an error of the lab: the server is skipped, and the output names the package to install.
"""

import os
import shutil
import sys
from pathlib import Path

import msgspec

from tieback.model.errors import LabError

FOLDER = "TIEBACK_SERVERS"
"""Folder with ``venv`` (PyPI) and ``node_modules`` (npm); default: ``.cache/test-servers`` of the checkout."""


class Need(msgspec.Struct, frozen=True):
    """A program that a server requires."""

    name: str
    """Program name or path: absolute, or below the folder of installed servers (a ``Path.glob`` pattern)."""
    package: str
    """Package to install, such as ``Debian: memcached``."""


class MissingProgramError(LabError):
    """A server cannot be started because its program is not installed."""


def locate(need: Need) -> Path:
    """The absolute path of the program; links are kept, because some programs depend on their name (Redis).

    Raises:
        MissingProgramError: it is not installed; the advice names the package.
    """
    found = _below(need.name) if "/" in need.name else _by_name(need.name)
    if found is None:
        raise MissingProgramError(
            f"{Path(need.name).name} is not installed", where=need.name, advice=f"Install {need.package}"
        )
    return found.absolute()


def servers_folder() -> Path:
    """The folder for servers from PyPI and npm; it may not exist."""
    if chosen := os.environ.get(FOLDER):
        return Path(chosen)
    # In a checkout; an installed package has no such folder.
    return Path(__file__).parents[3] / ".cache" / "test-servers"


def _by_name(name: str) -> Path | None:
    # Debian installs servers in /usr/sbin, which is not in every PATH.
    places = (os.environ.get("PATH", ""), "/usr/sbin", str(servers_folder() / "venv/bin"), str(Path(sys.prefix, "bin")))
    found = shutil.which(name, path=os.pathsep.join(places))
    return Path(found) if found else None


def _below(pattern: str) -> Path | None:
    root, rest = (Path("/"), pattern[1:]) if pattern.startswith("/") else (servers_folder(), pattern)
    return next(iter(sorted(root.glob(rest))), None) if root.is_dir() else None
