"""One run of the tests: a folder of its own for everything temporary, and the end of all that it started.

The folder lies in memory if there is plenty, or in the system's temporary folder: thousands of tests wait for a disk
whenever something is committed. It is named in ``TIEBACK_TEST_RUN`` and ``TMPDIR``. A second run
beside this one has another folder. ``reaper`` ends the processes of the run when the run ends, also at SIGKILL. A run
that failed keeps its folder until the next run begins.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.lab import reaper

PREFIX = "tieback-tests-"
_OWNER = "owner.json"
_DRAFT = "tieback-begun-"
_VAR_TMP = Path("/var/tmp")
_MEMORY = Path("/dev/shm")
_GIB = 2**30
_LEAST_SPACE, _LEAST_MEMORY = 4 * _GIB, 8 * _GIB


class Run:
    """The run of this process."""

    def __init__(self, folder: Path, keeper: "subprocess.Popen[str]") -> None:
        self.folder = folder
        self._keeper = keeper

    @property
    def temporary(self) -> Path:
        """For ``TMPDIR``."""
        return self.folder / "t"

    @property
    def base(self) -> Path:
        """For pytest's ``--basetemp``."""
        return self.folder / "p"

    def environment(self) -> dict[str, str]:
        """What every process of the run has."""
        return {reaper.VARIABLE: str(self.folder), "TMPDIR": str(self.temporary)}

    def end(self, *, keep: bool) -> list[str]:
        """End what is left of the run. Returns a line for each process that outlived the tests."""
        said, _ = self._keeper.communicate("keep\n" if keep else "remove\n", timeout=60)
        return said.splitlines()


def begin(environment: Mapping[str, str] = os.environ) -> Run:
    """Clean up after runs that were killed, and begin this one."""
    parent = _parent(environment)
    for place in {parent, _VAR_TMP, Path(tempfile.gettempdir())}:
        sweep(place)
    draft = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=parent))
    # Servers that run as nobody walk through it; its name cannot be guessed and its content cannot be listed.
    draft.chmod(0o711)
    (draft / "t").mkdir(mode=0o1777)
    (draft / "t").chmod(0o1777)
    owner = os.getpid()
    (draft / _OWNER).write_text(json.dumps({"pid": owner, "started": _started(owner)}))
    # Under its name only once it says whose it is: another run that begins now would sweep it away.
    folder = draft.rename(parent / (PREFIX + draft.name.removeprefix(_DRAFT)))
    keeper = subprocess.Popen(
        [sys.executable, "-I", "-S", reaper.__file__, str(folder), str(owner)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={},
        cwd="/",
    )
    return Run(folder, keeper)


def sweep(place: Path) -> list[Path]:
    """End and remove runs in ``place`` whose owner is gone. Returns their folders."""
    gone = []
    for folder in sorted(place.glob(f"{PREFIX}*")):
        with contextlib.suppress(OSError, ValueError, KeyError):
            if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
                continue
            owner = json.loads((folder / _OWNER).read_text())
            if _started(int(owner["pid"])) == owner["started"]:
                continue
            reaper.end_processes(str(folder), {os.getpid()})
            reaper.remove(str(folder))
            gone.append(folder)
    return gone


def _parent(environment: Mapping[str, str]) -> Path:
    """Where ``TMPDIR`` says, in memory, or the system's temporary folder; ``/var/tmp`` if others cannot walk there."""
    if not environment.get("TMPDIR") and _has_room():
        return _MEMORY
    chosen = Path(environment.get("TMPDIR") or tempfile.gettempdir()).absolute()
    passable = all(place.stat().st_mode & 0o001 for place in (chosen, *chosen.parents))
    return chosen if passable or os.geteuid() != 0 else _VAR_TMP


def _has_room() -> bool:
    """Whether programs can run in the file system in memory, and a whole run fits there."""
    try:
        system = os.statvfs(_MEMORY)
        memory = re.search(
            r"^MemAvailable: *(\d+) kB$", Path("/proc/meminfo").read_text(encoding="ascii"), re.MULTILINE
        )
    except OSError:
        return False
    return (
        os.access(_MEMORY, os.W_OK | os.X_OK)
        and not system.f_flag & (os.ST_NOEXEC | os.ST_RDONLY)
        and system.f_bavail * system.f_frsize >= _LEAST_SPACE
        and memory is not None
        and int(memory[1]) * 1024 >= _LEAST_MEMORY
    )


def _started(pid: int) -> int | None:
    """Start time of a live process, in clock ticks since boot."""
    found = reaper.processes("").get(pid)
    return None if found is None else found.started
