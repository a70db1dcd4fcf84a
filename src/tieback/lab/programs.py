"""Where the servers' programs are: on the ``PATH``, beside this Python, or in the folder that the tests install into.

A server that is missing is not an error of the lab: it is skipped, with the package that would bring it.
"""

import os
import shutil
import sys
from pathlib import Path

import msgspec

from tieback.model.errors import LabError

FOLDER = "TIEBACK_SERVERS"
"""Names the folder with ``venv`` (PyPI) and ``node_modules`` (npm); else ``.cache/test-servers`` of the checkout."""


class Need(msgspec.Struct, frozen=True):
    """A program that a server cannot do without."""

    name: str
    """Of the program, or a path: absolute, or below the folder of installed servers (a pattern of ``Path.glob``)."""
    package: str
    """What to install, such as ``Debian: memcached``."""


class MissingProgramError(LabError):
    """A server cannot be started because its program is not on this machine."""


def locate(need: Need) -> Path:
    """The program's absolute path; links are kept, since some programs do what their name says (Redis).

    Raises:
        MissingProgramError: it is not here; the advice says what to install.
    """
    found = _below(need.name) if "/" in need.name else _by_name(need.name)
    if found is None:
        raise MissingProgramError(
            f"{Path(need.name).name} is not installed here", where=need.name, advice=f"Install {need.package}"
        )
    return found.absolute()


def servers_folder() -> Path:
    """Where servers from PyPI and npm are looked for; it need not exist."""
    if chosen := os.environ.get(FOLDER):
        return Path(chosen)
    # Of a checkout; an installed package has no such folder, and then there is nothing to find in it.
    return Path(__file__).parents[3] / ".cache" / "test-servers"


def _by_name(name: str) -> Path | None:
    # Debian keeps servers in /usr/sbin, which is not on everyone's PATH.
    places = (os.environ.get("PATH", ""), "/usr/sbin", str(servers_folder() / "venv/bin"), str(Path(sys.prefix, "bin")))
    found = shutil.which(name, path=os.pathsep.join(places))
    return Path(found) if found else None


def _below(pattern: str) -> Path | None:
    root, rest = (Path("/"), pattern[1:]) if pattern.startswith("/") else (servers_folder(), pattern)
    return next(iter(sorted(root.glob(rest))), None) if root.is_dir() else None
