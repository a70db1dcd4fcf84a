"""Servers that the user has unpacked: the original folder, which the lab only reads."""

import os
import re
from pathlib import Path

from tieback.lab.interface import StartContext
from tieback.lab.process import unprivileged_account
from tieback.lab.programs import Need, locate
from tieback.lab.wheels import is_reachable
from tieback.model.errors import LabError

_JAVA = Need("java", "Debian: default-jre-headless, or set JAVA_HOME")


def folder_with(place: StartContext, *parts: str) -> Path:
    """The user's folder with a program at ``parts``, readable for the server's account.

    Raises:
        LabError: it has no such program, or only root can access it.
    """
    kind = place.store.server.value
    if place.installed is None:
        raise LabError(
            f"missing --{kind}", where=place.store.name, advice=f"Unpack {kind} and pass its folder with --{kind}"
        )
    script = place.installed.joinpath(*parts)
    if not os.access(script, os.X_OK):
        where = "/".join(parts)
        raise LabError(f"not an unpacked {kind}: no {where}", where=str(place.installed))
    account = unprivileged_account()
    if account is not None and not is_reachable(script.resolve().parent, account):
        # These servers refuse to run as root.
        advice = "Unpack it to a folder that every user can read, such as /opt or /srv"
        raise LabError("the user `nobody` cannot read it", where=str(place.installed), advice=advice)
    return place.installed


def java_of(folder: Path) -> Path:
    """The Java program: bundled with the server, from ``JAVA_HOME``, or from the ``PATH``; ``…/bin/java``.

    Raises:
        LabError: there is none.
    """
    homes = [folder / "jdk", *(Path(home) for home in (os.environ.get("JAVA_HOME"),) if home)]
    for home in homes:
        if os.access(home / "bin" / "java", os.X_OK):
            return home / "bin" / "java"
    return locate(_JAVA).resolve()


def version_in(folder: Path, pattern: str) -> tuple[int, ...]:
    """The version in the name of a file.

    Args:
        folder: the unpacked folder.
        pattern: ``Path.glob`` pattern with one ``*`` in place of the version.

    Raises:
        LabError: no file matches.
    """
    before, after = Path(pattern).name.split("*")
    for path in sorted(folder.glob(pattern)):
        told = path.name.removeprefix(before).removesuffix(after)
        if found := re.match(r"(\d+)\.(\d+)\.(\d+)", told):
            return tuple(map(int, found.groups()))
    raise LabError(f"cannot detect the version: no file {pattern}", where=str(folder))
