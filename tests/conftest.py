"""The run as a whole: its own folder and processes, and the skips that it may have."""

import gc
import os
import signal
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]
# Tests, and the workers of engines that they start, import each other by name.
sys.path.insert(0, str(ROOT))

from tests.examples import DEFAULT  # noqa: E402 - found only now
from tests.lab.reaper import VARIABLE  # noqa: E402 - found only now
from tests.lab.run import Run, begin  # noqa: E402
from tests.skips import VARIABLE as ALLOW_SKIPS  # noqa: E402
from tests.skips import Skip, allowed, lines, reason_of, tolerated, unexpected  # noqa: E402
from tieback.recognise import failures  # noqa: E402

# Prepared rules are kept in the repository's own cache, not in the home of the person who runs the tests.
os.environ.setdefault("TIEBACK_CACHE", str(ROOT / ".cache" / "prepared"))

# A busy machine, or an unlucky draw of large examples, must not fail a test. Each example may use the test's fixtures.
_UNLUCKY = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
settings.register_profile("tieback", max_examples=DEFAULT, deadline=None, suppress_health_check=_UNLUCKY)
settings.load_profile("tieback")

_RUN = pytest.StashKey[Run]()
_OUTLIVED = pytest.StashKey[list[str]]()
_SKIPS = pytest.StashKey[list[Skip]]()
_LEFT_OUT = pytest.StashKey[int]()

_LONGEST_NAME = 48


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Begin the run, unless this is one of its workers: these find everything in their environment."""
    # A shell starts background jobs with SIGINT ignored. Tests send it to themselves, and to what they start.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput"):
        run = config.stash[_RUN] = begin()
        os.environ.update(run.environment())
        config.option.basetemp = config.option.basetemp or str(run.base)
        config.pluginmanager.register(Skips(config), "tieback-skips")
    failures.RAISED = True
    tempfile.tempdir = None  # found again, from TMPDIR
    # Not in the home of the person who runs the tests. Each process has its own: tests in two of them use equal grants.
    os.environ.pop("TIEBACK_NEVER", None)
    for variable, name in (("TIEBACK_STATE", "state"), ("XDG_CONFIG_HOME", "config")):
        os.environ[variable] = tempfile.mkdtemp(prefix=f"{name}-")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a test after a short plain value only: long and binary ones say nothing, and may depend on the time."""
    if isinstance(val, bytes):
        val = val.decode("latin-1")
    if isinstance(val, str) and not (len(val) <= _LONGEST_NAME and val.isascii() and val.isprintable()):
        return argname
    return None


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Collect with another clock in each worker, so that a name that depends on the time fails in every run.

    The workers must name the same tests. Other random values differ between processes anyway.
    """
    worker: str = getattr(session.config, "workerinput", {}).get("workerid", "gw0")
    ahead, clock = [7 * int(worker.removeprefix("gw"))], time.time
    # No full collections of garbage: the collected tests are two million objects that stay.
    thresholds = gc.get_threshold()
    gc.set_threshold(50_000, 20, 1_000_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: clock() + ahead[0])
        try:
            return (yield)
        finally:
            ahead[0] = 0  # a module that was imported may keep this clock
            gc.freeze()
            # Ten times as seldom as usual: the collector would take 3 % of the time of the tests.
            gc.set_threshold(10 * thresholds[0], *thresholds[1:])


class Skips:
    """Hears of every skip, of the workers too."""

    def __init__(self, config: pytest.Config) -> None:
        self._seen = config.stash[_SKIPS] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Of a test."""
        if report.skipped and not hasattr(report, "wasxfail"):
            self._seen.append(Skip(report.nodeid, reason_of(report.longrepr)))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Of a whole file."""
        if report.skipped:
            self._seen.append(Skip(report.nodeid, reason_of(report.longrepr)))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a test of a real server run once more if it fails: a server on a busy machine can be late.

    The summary names each. All other tests have one try: what fails by chance there is a fault.
    """
    for item in items:
        if item.get_closest_marker("servers") is not None:
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Count tests marked ``more``; workers report theirs to the run."""
    for item in items:
        if item.get_closest_marker("more") is not None:
            item.config.stash[_LEFT_OUT] = item.config.stash.get(_LEFT_OUT, 0) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """All workers collect the same tests."""
    node.config.stash[_LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", 0)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a run with skips that nobody expects, and end what the tests left behind."""
    if exitstatus == pytest.ExitCode.OK and _unexpected(session.config) and not tolerated():
        exitstatus = session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash.get(_LEFT_OUT, 0)
    run = session.config.stash.get(_RUN, None)
    if run is not None:
        session.config.stash[_OUTLIVED] = run.end(keep=exitstatus not in {0, 5})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name what was not tested, what had to be ended, and the folder of a run that failed."""
    if skips := _unexpected(config):
        if tolerated():
            terminalreporter.section(f"{len(skips)} tests were not done here ({ALLOW_SKIPS} is set)")
        else:
            terminalreporter.section("unexpected skips", red=True)
            terminalreporter.line(f"Install what they need, or set {ALLOW_SKIPS}=1. See tests/allowed_skips.toml.")
        for line in lines(skips):
            terminalreporter.line(line)
    stats = terminalreporter.stats
    again = {one.nodeid for one in stats.get("rerun", [])} - {one.nodeid for one in stats.get("failed", [])}
    if again:
        terminalreporter.section("tests that failed first, and passed when they ran again", yellow=True)
        for test in sorted(again):
            terminalreporter.line(test)
    run = config.stash.get(_RUN, None)
    if left_out := config.stash.get(_LEFT_OUT, 0):
        terminalreporter.line(f"{left_out} tests are marked `more` and were left out: make test-more")
    if outlived := config.stash.get(_OUTLIVED, []):
        terminalreporter.section("processes that outlived their tests")
        for line in outlived:
            terminalreporter.line(line)
    if run is not None and run.folder.exists():
        terminalreporter.line(f"temporary files of this run, until the next one begins: {run.folder}")


def _unexpected(config: pytest.Config) -> list[Skip]:
    seen: list[Skip] = config.stash.get(_SKIPS, [])
    return unexpected(seen, allowed())


@pytest.fixture(scope="session", autouse=True)
def passable_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let servers that run as nobody pass through pytest's folders, which are closed to all others by default."""
    base = tmp_path_factory.getbasetemp()
    for folder in (base, base.parent):  # the base of a worker lies in that of the run
        if folder.is_relative_to(os.environ[VARIABLE]):
            folder.chmod(0o711)
    make = tmp_path_factory.mktemp

    def passable(basename: str, numbered: bool = True) -> Path:
        folder = make(basename, numbered)
        folder.chmod(0o711)
        return folder

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tmp_path_factory, "mktemp", passable)
        yield


@pytest.fixture(autouse=True)
def restored_umask() -> Iterator[None]:
    """The command line sets the umask of its process; a test must not pass it on to the next."""
    mask = os.umask(0o022)
    os.umask(mask)
    yield
    os.umask(mask)
