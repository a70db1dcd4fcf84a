"""Plug-ins run in a child without network: what they may do, what they may not, and what happens at a limit."""

import ctypes
import io
import os
import select
import sys
import textwrap
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tieback.engine.plugins import PluginKind, PluginLimits, find_plugin, installed_plugins, run_plugin
from tieback.engine.sandbox import Sandbox, sandbox_state
from tieback.model.errors import InputError, UsageError

pytestmark = pytest.mark.skipif(sandbox_state() is Sandbox.NONE, reason="no user namespaces and no seccomp")

CODE = '''
import os, socket, sys, threading, time

def copy(source, out):
    print("noise"); sys.stdout.flush(); os.write(1, b"noise"); out.write(source.read().upper())

def sees(source, out):
    """Writes what of the parent it can see: a secret, sockets, and the status of a program that opens one."""
    import subprocess
    numbers = [n for n in os.listdir("/proc/self/fd") if os.path.lexists(f"/proc/self/fd/{n}")]
    links = [os.readlink(f"/proc/self/fd/{n}") for n in numbers]
    ended = subprocess.run([sys.executable, "-c", "import socket; socket.socket()"], capture_output=True)
    sockets = [one for one in links if "socket" in one]
    out.write(repr((os.environ.get("ACME_TOKEN"), sockets, ended.returncode)).encode())

def connects(source, out):
    try:
        socket.socket(socket.AF_UNIX)
    except PermissionError:
        socket.create_connection(("127.0.0.1", 9))

def writes(source, out):
    with open(os.environ["HOME"] + "/written", "wb") as file:
        file.write(b"x")

def memory(source, out):
    out.write(bytes(len(bytearray(1 << 29))))

def endless(source, out):
    while True:
        out.write(b"x" * 65536)

def sleeps(source, out):
    time.sleep(60)

def starts(source, out):
    """Starts a program that would go on after the plug-in, and writes its number."""
    import subprocess
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    out.write(str(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], **quiet).pid).encode())

def fails(source, out):
    raise ValueError("line one\\n\\x1b[31mline two")

def exits(source, out):
    os._exit(7)

not_a_function = 5
'''


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A distribution with one plug-in per function above."""
    site = tmp_path / "site"
    about = site / "acme_tieback-1.2.dist-info"
    about.mkdir(parents=True)
    (site / "acme_plugin.py").write_text(textwrap.dedent(CODE), encoding="utf-8")
    names = [line.split()[1].partition("(")[0] for line in CODE.splitlines() if line.startswith("def ")]
    points = "\n".join(f"{name} = acme_plugin:{name}" for name in (*names, "not_a_function", "missing"))
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-tieback\nVersion: 1.2\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(
        f"[tieback.readers]\n{points}\n[tieback.renderers]\npaper = acme_plugin:copy\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(site), *filter(None, sys.path))))
    monkeypatch.setenv("ACME_TOKEN", "secret")
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def run(plugins: None, tmp_path: Path) -> Callable[..., bytes]:
    def start(name: str, limits: PluginLimits | None = None) -> bytes:
        path, out = tmp_path / "input", io.BytesIO()
        path.write_bytes(b"hello")
        with path.open("rb") as source:
            run_plugin(find_plugin(PluginKind.READER, name), source, out, limits)
        return out.getvalue()

    return start


@pytest.mark.usefixtures("plugins")
def test_plug_ins_are_found_by_their_metadata_and_not_imported() -> None:
    found = {(one.kind, one.name, one.version, one.distribution) for one in installed_plugins()}
    assert (PluginKind.RENDERER, "paper", "1.2", "acme-tieback") in found
    assert find_plugin(PluginKind.READER, "copy").target == "acme_plugin:copy"
    assert "acme_plugin" not in sys.modules
    with pytest.raises(UsageError, match="no distribution"):
        find_plugin(PluginKind.RENDERER, "copy")


def test_there_is_no_kind_of_plug_in_that_probes() -> None:
    assert list(PluginKind) == ["tieback.readers", "tieback.renderers"]


@pytest.mark.parametrize(
    ("name", "output"),
    [("copy", b"HELLO"), ("sees", b"(None, [], 1)")],
)
def test_what_a_plug_in_writes(run: Callable[..., bytes], name: str, output: bytes) -> None:
    """Prints are no output; secrets of the environment are not there; no program that it starts has a socket either."""
    assert run(name) == output


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("connects", "PermissionError|Network is unreachable"),
        ("writes", "File too large"),
        ("fails", r"ValueError: line one \[31mline two"),
        ("exits", "exit status 7"),
        ("not_a_function", "TypeError"),
    ],
)
def test_what_a_plug_in_must_not_do_is_one_line_of_error(
    run: Callable[..., bytes], tmp_path: Path, name: str, why: str
) -> None:
    with pytest.raises(InputError, match=why) as caught:
        run(name)
    assert caught.value.where == f"plug-in {name} (acme-tieback 1.2)"
    assert caught.value.what.isprintable()
    assert not (tmp_path / "written").exists() or not (tmp_path / "written").stat().st_size


@pytest.mark.parametrize(
    ("name", "limits", "why"),
    [
        ("memory", PluginLimits(memory_bytes=1 << 27), "needed more than 128 MiB"),
        ("endless", PluginLimits(output_bytes=1 << 20), "wrote more than 1 MiB"),
        ("sleeps", PluginLimits(seconds=1.0), "took more than 1 s"),
    ],
)
def test_a_limit_ends_a_plug_in(run: Callable[..., bytes], name: str, limits: PluginLimits, why: str) -> None:
    with pytest.raises(InputError, match=why):
        run(name, limits)


def test_programs_of_a_plug_in_end_with_it(run: Callable[..., bytes]) -> None:
    number = int(run("starts"))
    with suppress(ProcessLookupError):
        program = os.pidfd_open(number)
        try:
            assert select.select([program], [], [], 60)[0]
        finally:
            os.close(program)


class Watching(io.BytesIO):
    """Notes at each write whether other processes of this user can reach the memory of this one (prctl(2))."""

    def __init__(self) -> None:
        super().__init__()
        self.reachable = [_is_reachable()]

    def write(self, data: object) -> int:
        self.reachable.append(_is_reachable())
        return 0


def _is_reachable() -> bool:
    return bool(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))


def test_a_plug_in_cannot_reach_the_memory_of_its_parent(plugins: None, tmp_path: Path) -> None:
    (tmp_path / "input").write_bytes(b"hello")
    out = Watching()
    with (tmp_path / "input").open("rb") as source:
        run_plugin(find_plugin(PluginKind.READER, "copy"), source, out)
    assert [*out.reachable, _is_reachable()] == [True, False, True]


class ClosedPipe(io.BytesIO):
    def write(self, data: object) -> int:
        raise BrokenPipeError


def test_an_output_that_ends_early_ends_the_plug_in(plugins: None, tmp_path: Path) -> None:
    (tmp_path / "input").write_bytes(b"hello")
    with (tmp_path / "input").open("rb") as source, pytest.raises(BrokenPipeError):
        run_plugin(find_plugin(PluginKind.READER, "endless"), source, ClosedPipe())


@pytest.mark.usefixtures("plugins")
def test_two_distributions_with_one_name_are_refused(tmp_path: Path) -> None:
    about = tmp_path / "site" / "other-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1\n", encoding="utf-8")
    (about / "entry_points.txt").write_text("[tieback.readers]\ncopy = os:abort\n", encoding="utf-8")
    with pytest.raises(UsageError, match="several distributions have this plug-in"):
        find_plugin(PluginKind.READER, "copy")


def test_without_a_sandbox_no_plug_in_runs(run: Callable[..., bytes], tmp_path: Path) -> None:
    """The child itself refuses: the plug-in is not imported."""
    (tmp_path / "site" / "sitecustomize.py").write_text(
        "import tieback.engine.sandbox as sandbox\nsandbox.enter = lambda **_: sandbox.Sandbox.NONE\n", encoding="utf-8"
    )
    with pytest.raises(InputError, match="cannot take the network from a process"):
        run("copy")
