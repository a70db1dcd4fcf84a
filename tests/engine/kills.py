"""Scans on a cluster that are disturbed at random moments, and what they leave compared with an undisturbed one's.

Everything is real: the lab's stores, scheduler and workers as processes, SIGKILL, a file system that is full. Only the
clock's jump is made inside the process. A run is disturbed once; then the same command is given undisturbed.
"""

import os
import random
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.engine.canonical import canonical
from tests.engine.clusters import ENVIRONMENT, ROOT, Member
from tieback.engine.certificates import make_certificates
from tieback.model.errors import WorkspaceError
from tieback.storage.workspace import Workspace

APPS = ROOT / "labs" / "apps"
KINDS = ("worker", "scheduler", "client", "late batch", "delivered twice", "full disk", "clock")
HOUR = 3600
EARLIER = 5
"""How often a moment is tried, each time in half the time, until something is disturbed."""
SECONDS = 180
"""More than any run may take."""


@dataclass(frozen=True)
class Moment:
    """When something happens, and what."""

    kind: str
    fraction: float
    """Of the time of an undisturbed run."""
    seed: int


def moments(count: int, seed: int) -> list[Moment]:
    """The same ones for the same seed; the kinds in turn."""
    dice = random.Random(seed)
    return [Moment(KINDS[n % len(KINDS)], dice.uniform(0.02, 0.98), dice.randrange(1 << 30)) for n in range(count)]


@dataclass(frozen=True)
class Outcome:
    """What came of one."""

    moment: Moment
    hit: bool
    """Whether the run was still on its way, and what was to be disturbed was there."""
    first: str
    """How the disturbed run ended."""
    difference: str
    """The first lines in which ledger and lake differ from the undisturbed run's; empty where they are equal."""


@dataclass
class Ground:
    """Where it happens: inputs, a cluster, and the workspace of an undisturbed run."""

    directory: Path
    inputs: tuple[Path, ...]
    """Beside the sample apps."""
    grant: Path | None = None
    copies: int = 8
    """Of each sample app, each another content."""
    members: list[Member] = field(default_factory=list)
    """The scheduler first, then two workers."""
    reference: str = ""
    seconds: float = 0.0
    """Of the undisturbed run."""

    def narrow(self) -> Path:
        """The lab's grant for the ports of its stores alone: at others somebody else of this machine may answer."""
        narrowed = self.directory / "narrow.toml"
        assert self.grant is not None
        whole = self.grant.read_text()
        narrowed.write_text(whole.replace('ports = "any"', "ports = [443, 5432, 9200, 27017]", 1))
        assert narrowed.read_text() != whole
        return narrowed

    def prepare(self) -> None:
        """Make inputs, certificates and cluster; do the run undisturbed, on this machine and on the cluster.

        What both leave is equal, or the masks of ``canonical`` do not suffice and no comparison says anything.
        """
        if self.grant is not None:
            self.grant = self.narrow()
        apps = self.directory / "apps"
        apps.mkdir()
        for app in sorted(APPS.glob("*.apk")):
            for number in range(self.copies):
                # Bytes after the archive's end change the hash alone.
                (apps / f"{app.stem}-{number}.apk").write_bytes(app.read_bytes() + number.to_bytes(4, "big"))
        make_certificates(self.directory / "certs")
        here, there = self.directory / "reference", self.directory / "undisturbed"
        assert (said := ended(self.begin(here, engine=False))) == "exit 0", said
        self.reference = canonical(here)
        self.start()
        start = time.monotonic()
        self.undisturbed(there)
        self.seconds = time.monotonic() - start
        assert not (differs := difference(self.reference, canonical(there))), differs

    def start(self) -> None:
        """Start the members that are not there; workers go with their scheduler."""
        if self.members and self.members[0].process.poll() is not None:
            self.stop()
        certs = ("--certs", str(self.directory / "certs"))
        if not self.members:
            self.members.append(Member(("scheduler", "--port", "0", *certs)))
        self.members[1:] = [one for one in self.members[1:] if one.process.poll() is None]
        while len(self.members) < 3:
            self.members.append(Member(("worker", self.members[0].address, *certs)))

    def stop(self) -> None:
        """End all members."""
        while self.members:
            self.members.pop().stop()

    def words(self, workspace: Path, address: str) -> list[str]:
        """The command after ``tieback``, always the same one; on this machine where there is no address."""
        engine = ("--engine", f"dask://{address}", "--certs", str(self.directory / "certs")) if address else ()
        grant = ("--grant", str(self.grant)) if self.grant else ()
        inputs = (str(self.directory / "apps"), *map(str, self.inputs))
        return ["scan", *inputs, "-w", str(workspace), *grant, *engine]

    def begin(self, workspace: Path, *before: str, engine: bool = True) -> subprocess.Popen[str]:
        """Start the scan; ``before`` stands in the place of the module that is run."""
        words = self.words(workspace, self.members[0].address if engine else "")
        command = [sys.executable, *(before or ("-m", "tieback")), *words]
        return subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=ROOT,
            env={**os.environ, **ENVIRONMENT},
        )  # fmt: skip

    def undisturbed(self, workspace: Path) -> None:
        """The scan from its beginning to its end."""
        said = ended(self.begin(workspace))
        assert said == "exit 0", said

    def suffer(self, moment: Moment, workspace: Path) -> Outcome:
        """A disturbed run, an undisturbed one, and the comparison; earlier where the run was over by then."""
        outcome = self._suffer(moment, workspace)
        for again in range(1, EARLIER):
            if outcome.hit or outcome.difference:
                break
            sooner = replace(moment, fraction=moment.fraction / 2**again)
            outcome = self._suffer(sooner, workspace.with_name(f"{workspace.name}-{again}"))
        return outcome

    def _suffer(self, moment: Moment, workspace: Path) -> Outcome:
        if moment.kind == "full disk":
            hit, first = self._full_disk(moment, workspace)
        else:
            self.start()
            hit, first = _DISTURB[moment.kind](self, moment, workspace)
            self.start()
            # A run that came to its end all the same (it may have been killed while it wrote the report) is complete:
            # the next one would be another run, with answers of its own.
            if not came_to_its_end(workspace):
                self.undisturbed(workspace)
        assert "Traceback" not in first, first
        return Outcome(moment, hit, first, difference(self.reference, canonical(workspace)))

    def pause(self, moment: Moment) -> None:
        """Wait until the moment."""
        time.sleep(moment.fraction * self.seconds)

    def _full_disk(self, moment: Moment, workspace: Path) -> tuple[bool, str]:
        """Both runs in a mount namespace of their own, on a small disk that grows before the second one."""
        used = sum(path.stat().st_size for path in (self.directory / "reference").rglob("*"))
        size = int(64 + moment.fraction * used / 1024)
        certs, port = shlex.quote(str(self.directory / "certs")), 20_000 + moment.seed % 10_000
        scan = shlex.join([sys.executable, "-m", "tieback", *self.words(workspace, f"127.0.0.1:{port}")])
        disk = shlex.quote(str(workspace))
        script = f"""
            mkdir -p {disk} && mount -t tmpfs -o size={size}k tmpfs {disk} || exit 9
            {sys.executable} -m tieback cluster local --certs {certs} --port {port} 2>/dev/null & cluster=$!
            sleep 2
            {scan} >/dev/null; code=$?; echo "exit $code" >&2
            mount -o remount,size=1g {disk}
            [ $code = 0 ] || {scan} >/dev/null; code=$?
            kill -INT $cluster; wait $cluster
            cp -a {disk} {disk}.kept && umount {disk} && rmdir {disk} && mv {disk}.kept {disk}; exit $code
        """
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", script], capture_output=True, text=True, timeout=SECONDS, check=False,
            cwd=ROOT, env={**os.environ, **ENVIRONMENT},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        lines = [line for line in done.stderr.splitlines() if not line.startswith("cluster: ")]
        return "exit 0" not in lines, f"{size} KiB: {' '.join(lines)}"


def ended(process: subprocess.Popen[str]) -> str:
    """How a run ended: its exit code, with its last line where that is not 0; or the signal."""
    _, errors = process.communicate(timeout=SECONDS)
    if process.returncode < 0:
        return signal.Signals(-process.returncode).name
    lines = errors.strip().splitlines()
    return f"exit {process.returncode}" + (f": {lines[-1]}" if process.returncode and lines else "")


def came_to_its_end(workspace: Path) -> bool:
    """Whether the ledger knows a run there that is over."""
    try:
        with Workspace.open(workspace, create=False) as opened:
            return opened.ledger.latest_run() is not None
    except WorkspaceError:
        return False  # killed before there was one


def difference(one: str, other: str, most: int = 4) -> str:
    """A few lines that stand in one of the two only; lines that stand twice count twice."""
    if one == other:
        return ""
    left, right = one.splitlines(), other.splitlines()
    for line in list(left):
        if line in right:
            left.remove(line)
            right.remove(line)
    return "\n".join([f"- {line[:300]}" for line in left[:most]] + [f"+ {line[:300]}" for line in right[:most]])


def analysing(member: Member) -> list[int]:
    """The processes that analyse for a worker."""
    found: list[int] = []
    for path in Path(f"/proc/{member.process.pid}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, path.read_text().split())
    return found


def tell(pid: int, number: int) -> None:
    """Send a signal to a process that may be gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _kill_worker(ground: Ground, moment: Moment, workspace: Path) -> tuple[bool, str]:
    run = ground.begin(workspace)
    ground.pause(moment)
    hit = run.poll() is None
    ground.members[1 + moment.seed % 2].kill()
    return hit, ended(run)


def _kill_scheduler(ground: Ground, moment: Moment, workspace: Path) -> tuple[bool, str]:
    run = ground.begin(workspace)
    ground.pause(moment)
    hit = run.poll() is None
    ground.members[0].kill()
    return hit, ended(run)


def _kill_client(ground: Ground, moment: Moment, workspace: Path) -> tuple[bool, str]:
    run = ground.begin(workspace)
    ground.pause(moment)
    hit = run.poll() is None
    run.kill()
    return hit, ended(run)


def _late_batch(ground: Ground, moment: Moment, workspace: Path) -> tuple[bool, str]:
    """The client dies while batches are in work, which go on when the next client works already."""
    run = ground.begin(workspace)
    stopped = _stop_analysis(ground, run, moment)
    hit = bool(stopped)
    run.kill()
    first = ended(run)
    following = ground.begin(workspace)
    time.sleep(moment.fraction * 3)
    for pid in stopped:
        tell(pid, signal.SIGCONT)
    assert (said := ended(following)) == "exit 0", said
    return hit, first


def _twice(ground: Ground, moment: Moment, workspace: Path) -> tuple[bool, str]:
    """Batches are delivered twice, and every second client dies at the moment."""
    run = ground.begin(workspace, str(ROOT / "tests" / "engine" / "twice.py"), str(moment.seed))
    ground.pause(moment)
    hit = run.poll() is None
    if moment.seed % 2:
        run.kill()
    return hit, ended(run)


def _clock(ground: Ground, moment: Moment, workspace: Path) -> tuple[bool, str]:
    """The client's clock jumps, forward or back, beyond its leases; every second client is killed after that."""
    dice = random.Random(moment.seed)
    by = dice.choice((-20, -7, 7, 20)) * HOUR
    after = moment.fraction * ground.seconds
    run = ground.begin(workspace, str(ROOT / "tests" / "engine" / "clock.py"), str(after), str(by))
    time.sleep(after)
    hit = run.poll() is None
    if dice.random() < 0.5:
        time.sleep(dice.uniform(0, 1))
        run.kill()
    return hit, f"{by / HOUR:+.0f} h: {ended(run)}"


def _wait_for_analysis(ground: Ground, run: subprocess.Popen[str], moment: Moment) -> None:
    before = {pid for member in ground.members[1:] for pid in analysing(member)}
    while run.poll() is None and not {pid for one in ground.members[1:] for pid in analysing(one)} - before:
        time.sleep(0.01)
    time.sleep(moment.fraction)


def _stop_analysis(ground: Ground, run: subprocess.Popen[str], moment: Moment) -> list[int]:
    _wait_for_analysis(ground, run, moment)
    stopped = [pid for member in ground.members[1:] for pid in analysing(member)] if run.poll() is None else []
    for pid in stopped:
        tell(pid, signal.SIGSTOP)
    return stopped


_DISTURB: dict[str, Callable[[Ground, Moment, Path], tuple[bool, str]]] = {
    "worker": _kill_worker,
    "scheduler": _kill_scheduler,
    "client": _kill_client,
    "late batch": _late_batch,
    "delivered twice": _twice,
    "clock": _clock,
}
