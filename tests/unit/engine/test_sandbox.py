"""A process without network: both layers, each alone, against real sockets of this machine."""

import ctypes
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.engine import works
from tieback.engine import sandbox
from tieback.engine.interface import EngineError, Work
from tieback.engine.local import LocalEngine
from tieback.model.unit import Unit, UnitState

CONNECT = """
import ctypes, socket, sys
from tieback.engine.sandbox import enter
port, path, mode = int(sys.argv[1]), sys.argv[2], sys.argv[3]
if mode != "none":
    print(enter(namespace=mode != "seccomp", filter_calls=mode != "namespace"))
for family, address in ((socket.AF_INET, ("127.0.0.1", port)), (socket.AF_UNIX, path)):
    try:
        with socket.socket(family) as one:
            one.settimeout(5)
            one.connect(address)
        print("connected")
    except OSError as error:
        print(error.strerror)
a, b = socket.socketpair()
a.send(b"pair")
print(b.recv(4).decode())
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall(425, 1, 0)  # io_uring_setup with an invalid address
print(ctypes.get_errno() if mode in ("seccomp", "both") else "-")
"""


DATAGRAM = """
import socket, sys
from tieback.engine.sandbox import enter
if sys.argv[2] != "none":
    enter()
for kind in (socket.SOCK_DGRAM, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK, socket.SOCK_STREAM):
    try:
        one, other = socket.socketpair(socket.AF_UNIX, kind)
        one.sendto(b"out", sys.argv[1])
        print("sent")
    except OSError as error:
        print(error.strerror)
"""

READ_PARENT = """
import ctypes, os, sys
from pathlib import Path
from tieback.engine.sandbox import enter, protect_memory
if not os.getuid():
    os.setuid(65534)  # root may read everything
protect_memory(protect=sys.argv[1] == "protected")
if child := os.fork():
    os.waitpid(child, 0)
else:
    enter(namespace=False)
    try:
        print(bool(Path(f"/proc/{os.getppid()}/environ").read_bytes()), flush=True)
    except OSError as error:
        print(error.strerror, flush=True)
"""


@pytest.fixture
def listeners(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A listener on TCP and one on a path; as arguments of ``CONNECT``."""
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as local:
        local.bind(str(tmp_path / "s"))
        local.listen()
        yield str(tcp.getsockname()[1]), str(tmp_path / "s")


def run(listeners: tuple[str, str], mode: str) -> list[str]:
    words = [sys.executable, "-c", CONNECT, *listeners, mode]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=True).stdout.splitlines()


def test_without_it_the_process_connects(listeners: tuple[str, str]) -> None:
    assert run(listeners, "none") == ["connected", "connected", "pair", "-"]


@pytest.mark.parametrize(
    ("mode", "ends"),
    [
        ("namespace", ["namespace", "Network is unreachable", "connected", "pair", "-"]),
        ("seccomp", ["seccomp", "Operation not permitted", "Operation not permitted", "pair", "1"]),
        ("both", ["namespace", "Operation not permitted", "Operation not permitted", "pair", "1"]),
    ],
)
def test_in_each_mode_nothing_is_reached(listeners: tuple[str, str], mode: str, ends: list[str]) -> None:
    found = run(listeners, mode)
    if mode != "seccomp" and found[0] != "namespace":
        pytest.skip("this machine does not let us make a network namespace")
    assert found == ends


def test_the_user_keeps_its_identity_and_its_files(tmp_path: Path) -> None:
    script = "import os, sys; from tieback.engine.sandbox import enter; enter(); open(sys.argv[1], 'w').close(); "
    words = [sys.executable, "-c", script + "print(os.getuid(), os.stat(sys.argv[1]).st_uid)", str(tmp_path / "f")]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.split() == [str(os.getuid())] * 2
    assert (tmp_path / "f").stat().st_uid == os.getuid()


@pytest.mark.parametrize(("mode", "end"), [("none", "sent"), ("both", "Operation not permitted")])
def test_a_pair_of_sockets_reaches_no_service_of_the_machine(tmp_path: Path, mode: str, end: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.bind(str(tmp_path / "log"))
        words = [sys.executable, "-c", DATAGRAM, str(tmp_path / "log"), mode]
        found = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True).stdout.splitlines()
    assert found == [end, end, "Transport endpoint is already connected"]


@pytest.mark.parametrize(("mode", "end"), [("open", "True"), ("protected", "Permission denied")])
def test_a_filtered_process_does_not_read_a_protected_one(mode: str, end: str) -> None:
    words = [sys.executable, "-c", READ_PARENT, mode]
    assert subprocess.run(words, capture_output=True, text=True, timeout=60, check=True).stdout.strip() == end


def test_a_protected_process_can_still_give_up_the_network() -> None:
    script = "from tieback.engine import sandbox; sandbox.protect_memory(); print(sandbox.enter())"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.strip() == sandbox.sandbox_state().value


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_refuses_the_calls_of_each_machine(machine: str) -> None:
    architecture, _, pair, refused = sandbox._MACHINES[machine]
    program = sandbox._program(architecture, refused, pair, x32=machine == "x86_64")
    kinds = (socket.SOCK_STREAM, socket.SOCK_STREAM | socket.SOCK_CLOEXEC, socket.SOCK_DGRAM, socket.SOCK_RAW)
    ends = [evaluate(program, architecture, pair, kind) for kind in kinds]
    assert ends == [sandbox._ALLOW, sandbox._ALLOW, sandbox._EPERM, sandbox._EPERM]
    assert [evaluate(program, architecture, number) for number in refused] == [sandbox._EPERM] * len(refused)
    assert evaluate(program, architecture, 0) == sandbox._ALLOW
    assert evaluate(program, architecture ^ 1, 0) == sandbox._KILL
    x32 = evaluate(program, architecture, sandbox._OTHER_CALLS + refused[0])
    assert x32 == (sandbox._KILL if machine == "x86_64" else sandbox._ALLOW)


def evaluate(program: Sequence[tuple[int, int, int, int]], architecture: int, number: int, second: int = 0) -> int:
    """What the filter returns for a call, with its second argument."""
    data = {sandbox._ARCHITECTURE: architecture, sandbox._NUMBER: number, sandbox._SECOND_ARGUMENT: second}
    at, word = 0, 0
    for _ in program:
        code, yes, no, k = program[at]
        match code:
            case sandbox._LOAD:
                word = data[k]
            case sandbox._AND:
                word &= k
            case sandbox._RETURN:
                return k
            case _:
                at += yes if (word == k if code == sandbox._EQUAL else word >= k) else no
        at += 1
    raise AssertionError("the filter has no end")


class Connect(Work[str]):
    """Connects to a port of this machine."""

    def analyse(self, unit: Unit) -> str:
        try:
            socket.create_connection(("127.0.0.1", int(unit.source)), timeout=5).close()
        except OSError as error:
            return str(error.strerror)
        return "connected"

    def publish(self, units: Sequence[Unit], results: Sequence[tuple[Unit, str]]) -> str:
        return ",".join(text for _, text in results)

    def published(self, units: Sequence[Unit]) -> str | None:
        return None


@pytest.mark.parametrize(("isolated", "text"), [(False, "connected"), (True, "Operation not permitted")])
def test_workers_of_an_isolated_engine_have_no_network(listeners: tuple[str, str], isolated: bool, text: str) -> None:
    (end,) = LocalEngine(1, isolated=isolated).run(Connect(), [works.unit(listeners[0])], works.FAST)
    assert (end.state, end.part) == (UnitState.DONE, text)


class Variables(Connect):
    """Returns which variables of a list it has."""

    def analyse(self, unit: Unit) -> str:
        return " ".join(name for name in unit.source.split() if name in os.environ)


@pytest.mark.parametrize(("isolated", "text"), [(False, "TIEBACK_WORDS SERVICE_URL"), (True, "TIEBACK_WORDS")])
def test_workers_of_an_isolated_engine_get_no_secrets(
    monkeypatch: pytest.MonkeyPatch, isolated: bool, text: str
) -> None:
    monkeypatch.setenv("TIEBACK_WORDS", "x")
    monkeypatch.setenv("SERVICE_URL", "postgresql://user:password@db.test")
    unit = works.unit("TIEBACK_WORDS SERVICE_URL")
    (end,) = LocalEngine(1, isolated=isolated).run(Variables(), [unit], works.FAST)
    assert (end.state, end.part) == (UnitState.DONE, text)


def test_an_isolated_worker_does_not_start_with_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "enter", lambda: sandbox.Sandbox.NONE)
    with pytest.raises(EngineError, match="cannot take the network from a process"):
        sandbox.require()


def test_the_state_is_that_of_this_system() -> None:
    assert sandbox.sandbox_state() in {sandbox.Sandbox.NAMESPACE, sandbox.Sandbox.SECCOMP}


def test_blocks_of_several_threads_share_the_protection() -> None:
    """The first to end must not open the memory under the second, and the last restores what was before."""
    before, first, second = _is_reachable(), ExitStack(), ExitStack()
    first.enter_context(sandbox.protected_memory())
    second.enter_context(sandbox.protected_memory())
    first.close()
    after_first = _is_reachable()
    second.close()
    assert (before, after_first, _is_reachable()) == (True, False, True)


def _is_reachable() -> bool:
    return bool(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
