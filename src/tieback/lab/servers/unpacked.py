"""What the operator has unpacked: a folder as its maker ships it, which the lab reads and never writes to."""

import os
import re
from pathlib import Path

from tieback.lab.interface import Place
from tieback.lab.process import unprivileged_account
from tieback.lab.programs import Need, locate
from tieback.lab.wheels import reachable
from tieback.model.errors import LabError

_JAVA = Need("java", "Debian: default-jre-headless, or set JAVA_HOME")


def folder_with(place: Place, *parts: str) -> Path:
    """The operator's folder, which has a program at ``parts`` and which the server's account may read.

    Raises:
        LabError: it has none, or only root may enter it.
    """
    kind = place.store.server.value
    if place.installed is None:
        raise LabError("no folder was named", where=place.store.name, advice=f"Unpack one and name it: --{kind}")
    script = place.installed.joinpath(*parts)
    if not os.access(script, os.X_OK):
        where = "/".join(parts)
        raise LabError(f"that is no unpacked {kind}: it has no {where}", where=str(place.installed))
    account = unprivileged_account()
    if account is not None and not reachable(script.resolve().parent, account):
        # These refuse to run as root.
        advice = "Unpack it where every user may read, such as /opt or /srv"
        raise LabError("the user `nobody` may not read it", where=str(place.installed), advice=advice)
    return place.installed


def java_of(folder: Path) -> Path:
    """The Java machine that comes with it, or that of ``JAVA_HOME``, or the one on the ``PATH``; ``…/bin/java``.

    Raises:
        LabError: there is none.
    """
    homes = [folder / "jdk", *(Path(home) for home in (os.environ.get("JAVA_HOME"),) if home)]
    for home in homes:
        if os.access(home / "bin" / "java", os.X_OK):
            return home / "bin" / "java"
    return locate(_JAVA).resolve()


def version_in(folder: Path, pattern: str) -> tuple[int, ...]:
    """The version that a file's name tells.

    Args:
        folder: the operator's.
        pattern: of ``Path.glob``, with ``*`` where the version stands and nowhere else in the name.

    Raises:
        LabError: no file has such a name.
    """
    before, after = Path(pattern).name.split("*")
    for path in sorted(folder.glob(pattern)):
        told = path.name.removeprefix(before).removesuffix(after)
        if found := re.match(r"(\d+)\.(\d+)\.(\d+)", told):
            return tuple(map(int, found.groups()))
    raise LabError(f"it has no {pattern}, whose name would tell its version", where=str(folder))
