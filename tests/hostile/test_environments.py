"""Commands in hostile environments: closed pipes, full disks, odd terminals, names in bytes, missing permissions.

No traceback, no "internal error", and only documented exit codes; 1 means findings and nothing else.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.examples import few

APPS = Path(__file__).parents[2] / "labs" / "apps"
APP = str(APPS / "fieldhand.apk")
DOCUMENTED = frozenset({0, 2, 3, 4, 141})
"""Without ``--fail-on``, no command here has findings."""
BYTES = os.fsdecode(b"n\xff")
GRANT = (
    'authorised_by = "a"\ncontact = "b@c.test"\nnot_after = 2999-01-01\n'
    '[[target]]\nmatch = "127.0.0.0/8"\nports = "any"\ndepth = "describe"\n'
)

QUICK = (("nosuch",), ("pii", "classes"))
"""An error of usage, and a table."""
REPORT = ("report", "-w", "ws")
COMMANDS = (
    *QUICK,
    REPORT,
    ("--help",),
    ("--version",),
    ("app", APP),
    ("app", "--help"),
    ("app", APP, "--format", "json"),
    ("app", "missing.apk"),
    ("report", "-w", "ws", "--format", "html"),
    ("report", "-w", "ws", "--format", "json"),
    ("scan", APP, "-w", "ws"),
    ("traffic", "run.har"),
    ("probe", "127.0.0.1:9", "--grant", "grant.toml"),
    ("pii", "names"),
    ("grant", "check", "grant.toml"),
    ("grant", "explain", "grant.toml", "a.test:1"),
    ("backend", "list", "-w", "ws"),
    ("backend", "why", "a.test"),
    ("inventory", "list", "-w", "ws"),
    ("posture", "rules", "redis.conf"),
    ("vendor", "list", "-w", "ws"),
    ("case", "list", "-w", "ws"),
    ("letter", "list", "-w", "ws"),
    ("workspace", "show", "-w", "ws"),
    ("data", "list"),
    ("lab", "status"),
    ("cluster", "--help"),
)


class Environment(NamedTuple):
    """How a command is started by a shell."""

    variables: dict[str, str]
    shell: str = "{}"
    """``{}`` is the command."""


ENVIRONMENTS = {
    "dumb": Environment({"TERM": "dumb"}),
    "unknown terminal": Environment({"TERM": "nosuch", "FORCE_COLOR": "1"}),
    "one column": Environment({"COLUMNS": "1"}),
    "zero columns": Environment({"COLUMNS": "0", "LINES": "0"}),
    "no number of columns": Environment({"COLUMNS": "\u00b2x", "LINES": "-1", "TERMINAL_WIDTH": "garbage"}),
    "endless columns": Environment({"COLUMNS": "9" * 20, "TERMINAL_WIDTH": "9" * 20}),
    "C": Environment({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    "ascii": Environment({"PYTHONIOENCODING": "ascii"}),
    "no home": Environment({"HOME": "", "XDG_CACHE_HOME": "", "TMPDIR": "/nosuch"}),
    "cache is a device": Environment({"TIEBACK_CACHE": "/dev/null"}),
    "closed stdin": Environment({}, "{} <&-"),
    "closed stdout": Environment({}, "{} >&-"),
    "closed stderr": Environment({}, "{} 2>&-"),
    "all closed": Environment({}, "{} <&- >&- 2>&-"),
    "closed pipe": Environment({}, "{} | true; exit ${{PIPESTATUS[0]}}"),
    "both pipes closed": Environment({}, "{} 2>&1 | true; exit ${{PIPESTATUS[0]}}"),
    "full output": Environment({}, "{} > /dev/full"),
    "full messages": Environment({}, "{} 2> /dev/full"),
}


class Ended(NamedTuple):
    code: int
    out: str
    err: str


def start(folder: Path, words: tuple[str, ...], environment: Environment, *before: str) -> Ended:
    """Run a command in a shell, in ``folder``."""
    # The arguments of the shell are the command, so that no quoting is needed.
    shell = environment.shell.format('"$@"')
    command = ["bash", "-c", shell, "sh", *before, sys.executable, "-m", "tieback", *words]
    ended = subprocess.run(
        [os.fsencode(word) for word in command],
        cwd=folder,
        env={**os.environ, "XDG_DATA_HOME": str(folder / "data"), **environment.variables},
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout.decode("utf-8", "replace"), ended.stderr.decode("utf-8", "replace"))


def check(ended: Ended) -> None:
    for text in (ended.out, ended.err):
        assert "Traceback" not in text
        assert "internal error" not in text
        assert "Exception ignored" not in text
    assert ended.code in DOCUMENTED, ended.err


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workspace and an input of each kind."""
    made = tmp_path_factory.mktemp("environment")
    (made / "grant.toml").write_text(GRANT)
    (made / "redis.conf").write_text("protected-mode no\n")
    (made / "run.har").write_text('{"log": {"version": "1.2", "creator": {}, "entries": []}}')
    assert start(made, ("scan", APP, "-w", "ws"), Environment({})).code == 0
    return made


def skip_without_device(name: str) -> None:
    if "full" in name and not Path("/dev/full").is_char_device():
        pytest.skip("this machine has no /dev/full")


@pytest.mark.parametrize("name", few(ENVIRONMENTS, 3))
def test_commands_end_with_a_documented_code(folder: Path, name: str) -> None:
    skip_without_device(name)
    for words in QUICK:
        check(start(folder, words, ENVIRONMENTS[name]))


@pytest.mark.parametrize(
    "name", ["endless columns", "no home", pytest.param("both pipes closed", marks=pytest.mark.more)]
)
def test_a_report_ends_with_a_documented_code(folder: Path, name: str) -> None:
    """The longest output, in what differs most: its width, its encoding, and who reads it."""
    check(start(folder, REPORT, ENVIRONMENTS[name]))


@pytest.mark.more
@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words).replace(str(APPS), ""))
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_command_ends_with_a_documented_code(folder: Path, name: str, words: tuple[str, ...]) -> None:
    skip_without_device(name)
    check(start(folder, words, ENVIRONMENTS[name]))


@pytest.mark.parametrize(
    "words", [("--help",), ("--version",), pytest.param(REPORT, marks=pytest.mark.more), ("app", APP)]
)
def test_a_closed_pipe_is_not_findings(folder: Path, words: tuple[str, ...]) -> None:
    ended = start(folder, words, ENVIRONMENTS["closed pipe"])
    assert (ended.code, ended.err) == (141, "")


@pytest.mark.parametrize(
    "words", [("--help",), ("--version",), pytest.param(REPORT, marks=pytest.mark.more), ("app", APP)]
)
def test_a_full_disk_is_one_line(folder: Path, words: tuple[str, ...]) -> None:
    skip_without_device("full")
    ended = start(folder, words, ENVIRONMENTS["full output"])
    assert ended.code == 4
    assert ended.err.count("\n") == 1
    assert "output: cannot be read or written (No space left on device)" in ended.err


@pytest.mark.parametrize("device", ["/dev/full", pytest.param("/dev/null", marks=pytest.mark.more)])
def test_a_device_is_written_to_not_replaced(folder: Path, device: str) -> None:
    if not Path(device).is_char_device():
        pytest.skip(f"this machine has no {device}")
    before = Path(device).stat().st_rdev
    ended = start(folder, ("report", "-w", "ws", "--format", "html", "-o", device), Environment({}))
    assert Path(device).stat().st_rdev == before
    assert ended.code == (4 if device == "/dev/full" else 0)
    assert not list(Path("/dev").glob(".*.part"))


def test_a_run_whose_report_cannot_be_written_is_kept(folder: Path) -> None:
    (folder / "[a].html").symlink_to("/dev/full")
    words = ("scan", APP, "-w", "kept", "--report", "[a].html", "--report", "good.json")
    ended = start(folder, words, Environment({}))
    assert ended.code == 3
    assert "[a].html: the report cannot be written" in ended.err
    assert "the run is kept: tieback report -w kept" in ended.err
    assert "report: good.json" in ended.err
    assert "fieldhand" in ended.out.lower()
    assert start(folder, ("report", "-w", "kept"), Environment({})).code == 0


@pytest.mark.parametrize(
    "name",
    [
        "closed pipe",
        pytest.param("both pipes closed", marks=pytest.mark.more),
        pytest.param("full output", marks=pytest.mark.more),
    ],
)
def test_a_gate_stays_closed_without_its_output(folder: Path, name: str) -> None:
    skip_without_device(name)
    words = ("scan", APP, "-w", "gate", "--fail-on", "unprobed", "--grant", "grant.toml")
    assert start(folder, words, Environment({})).code == 1
    assert start(folder, words, ENVIRONMENTS[name]).code == 1


PATHS = (
    ("scan", BYTES),
    ("app", BYTES),
    ("traffic", BYTES),
    ("import", BYTES, "-w", "ws"),
    ("pii", "names", BYTES),
    ("grant", "check", BYTES),
    ("grant", "audit", BYTES),
    ("grant", "new", f"{BYTES}.toml", "--authorised-by", BYTES, "--contact", BYTES, "--target", BYTES),
    ("probe", BYTES, "--grant", "grant.toml"),
    ("probe", "127.0.0.1:9", "--grant", BYTES),
    ("probe", "--replay", BYTES),
    ("report", "-w", BYTES),
    ("report", "-w", "ws", "--baseline", BYTES),
    ("report", "-w", "ws", "--format", "json", "-o", f"{BYTES}.json"),
    ("report", "diff", BYTES, BYTES),
    ("scan", APP, "-w", f"{BYTES}-ws"),
    ("inventory", "import", BYTES, "-w", "ws"),
    ("posture", "import", BYTES, "-w", "ws"),
    ("posture", "rules", BYTES),
    ("data", "import", BYTES),
    ("backend", "why", BYTES),
    ("backend", "show", BYTES, "-w", "ws"),
    ("workspace", "show", "-w", BYTES),
    ("workspace", "export", f"{BYTES}-out", "-w", "ws"),
    ("letter", "templates", f"{BYTES}-letters"),
    (BYTES,),
)


@pytest.mark.more
def test_names_that_are_not_utf8(folder: Path) -> None:
    """One test, so that the file is made once."""
    (folder / BYTES).write_bytes(b"\xff\xfe\x00 nothing")
    for words in PATHS:
        ended = start(folder, words, Environment({}))
        if words[:2] == ("grant", "audit"):
            assert ended.code == 1  # the log is broken
            continue
        check(ended)


@pytest.fixture
def others(tmp_path: Path) -> Iterator[Path]:
    """A folder of root with files that other users cannot read."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can run a command as another user")
    parent = Path("/tmp") / f"tieback-permissions-{os.getpid()}"
    parent.mkdir(mode=0o755)
    try:
        shutil.copy(APP, parent / "secret.apk")
        shutil.copy(APP, parent / "open.apk")
        (parent / "secret.apk").chmod(0)
        (parent / "open.apk").chmod(0o444)
        (parent / "closed").mkdir(mode=0o700)
        yield parent
    finally:
        shutil.rmtree(parent)


@pytest.mark.more
def test_files_of_others(others: Path) -> None:
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    quiet = Environment(
        {
            "HOME": "/nosuch",
            "PYTHONDONTWRITEBYTECODE": "1",
            "XDG_DATA_HOME": "/nosuch",
            "XDG_CONFIG_HOME": "/nosuch",
            "TIEBACK_STATE": "/nosuch/state",
        }
    )
    if start(others, ("--version",), quiet, *nobody).code != 0:
        pytest.skip("another user cannot read this environment")
    for words in (
        ("app", "closed"),
        ("scan", "secret.apk"),
        ("scan", "open.apk", "-w", "new"),
        ("report", "-w", "closed"),
        ("traffic", "closed"),
        ("probe", "127.0.0.1:9", "--grant", "secret.apk"),
        ("grant", "new", "new.toml", "--authorised-by", "a", "--contact", "b"),
        ("cluster", "certs", "certs"),
        ("data", "list"),
        ("letter", "templates", "letters"),
    ):
        check(start(others, words, quiet, *nobody))
    mixed = start(others, ("app", "secret.apk", "open.apk"), quiet, *nobody)
    assert mixed.code == 3
    assert "secret.apk" in mixed.err
    assert "Fieldhand" in mixed.out
