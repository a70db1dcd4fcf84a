"""A process without network: for processes that read files of unknown origin (namespaces(7), seccomp(2)).

Two layers. A new user and network namespace has no interface that is up, so no address can be reached. A filter of
system calls refuses to create sockets and to take them from other processes; it also covers the sockets of this machine
(``AF_UNIX``), which a network namespace does not. Where the kernel refuses the namespace, the filter remains.

Both last until the process ends, and its children inherit them. ``socketpair`` stays allowed for streams, because
multiprocessing needs it; a datagram socket of a pair can send to any other address.
"""

import ctypes
import os
import platform
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from pathlib import Path

from tieback.engine.interface import EngineError

CHECK_SECONDS = 20
"""Time limit of the check in ``sandbox_state``, in seconds."""
_PR_GET_DUMPABLE, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 3, 4, 38
_SET_MODE_FILTER, _ALL_THREADS = 1, 1
_LOAD, _EQUAL, _AT_LEAST, _RETURN, _AND = 0x20, 0x15, 0x35, 0x06, 0x54
"""Instructions: load a word, jump if equal, jump if not below, return, bitwise and."""
_ALLOW, _EPERM, _KILL = 0x7FFF0000, 0x00050001, 0x80000000
_NETWORK = Path("/proc/self/ns/net")
_NUMBER, _ARCHITECTURE, _SECOND_ARGUMENT = 0, 4, 24
"""Offsets in ``struct seccomp_data``; of the argument, its lower half (both machines are little-endian)."""
_STREAM, _TYPE_MASK = 1, 0xF
"""``SOCK_STREAM``, and the part of a socket's type without flags (``SOCK_TYPE_MASK`` of the kernel)."""
_OTHER_CALLS = 0x40000000
"""On x86-64, system calls from this number on are those of x32."""
_VARIABLES = frozenset({
    "HOME", "LANG", "LANGUAGE", "LOCALE_ARCHIVE", "LOGNAME", "PATH", "TEMP", "TMP", "TMPDIR", "TZ", "USER",
    "VIRTUAL_ENV",
})  # fmt: skip
_VARIABLE_STARTS = (
    "ARROW_", "COV", "FONTCONFIG_", "LC_", "LD_", "MALLOC_", "OMP_", "OPENBLAS_", "PYTHON", "SSL_CERT_", "TIEBACK_",
    "XDG_",
)  # fmt: skip
_SECRETS = ("CREDENTIAL", "KEY", "PASS", "SECRET", "TOKEN")
"""Parts of names of variables that are never passed."""


class Sandbox(StrEnum):
    """What keeps a process from the network."""

    NAMESPACE = "namespace"
    """A network namespace of its own, and the filter if the kernel has it."""
    SECCOMP = "seccomp"
    """Only the filter: this kernel or container does not allow the namespace."""
    NONE = "none"
    """Nothing: such a process must not read uploads."""


class _Calls(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("program", ctypes.c_void_p))


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte), ("k", ctypes.c_uint32))


_MACHINES: dict[str, tuple[int, int, int, tuple[int, ...]]] = {
    # AUDIT_ARCH; the numbers of seccomp, socketpair, and: socket, ptrace, setns, process_vm_readv, process_vm_writev.
    "x86_64": (0xC000003E, 317, 53, (41, 101, 308, 310, 311)),
    "aarch64": (0xC00000B7, 277, 199, (198, 117, 268, 270, 271)),
}
_SAME_EVERYWHERE = (425, 426, 427, 438)
"""io_uring_setup, io_uring_enter, io_uring_register, pidfd_getfd. ``socketcall`` exists only for other architectures;
every call of those ends the process."""


def enter(*, namespace: bool = True, filter_calls: bool = True) -> Sandbox:
    """Take the network from this process, permanently. Call it before other threads exist: they prevent the namespace.

    Args:
        namespace: False to try only the filter.
        filter_calls: False to try only the namespace.

    Returns:
        What the kernel allowed; ``NONE`` if it allowed neither.
    """
    apart = namespace and _new_namespaces()
    filtered = filter_calls and _install_filter()
    if apart:
        return Sandbox.NAMESPACE
    return Sandbox.SECCOMP if filtered else Sandbox.NONE


def require() -> Sandbox:
    """As ``enter``.

    Raises:
        EngineError: the kernel allowed neither.
    """
    if (state := enter()) is Sandbox.NONE:
        raise EngineError(
            "this system cannot take the network from a process (no user namespaces, no seccomp)",
            advice="Allow unprivileged user namespaces or seccomp, or read these files with `tieback scan`",
        )
    return state


@cache
def sandbox_state() -> Sandbox:
    """What ``enter`` reaches on this system; found out once, in a child process."""
    try:
        ended = subprocess.run(
            [sys.executable, "-P", "-m", "tieback.engine.sandbox"],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=CHECK_SECONDS, check=False,
        )  # fmt: skip
        return Sandbox(ended.stdout.decode("ascii", "replace").strip())
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return Sandbox.NONE


def environment_without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that a process needs to run, without any that can be a secret.

    A list of what is passed, because a secret can have any name, such as ``DATABASE_URL``.
    """
    return {
        name: value
        for name, value in environment.items()
        if (name in _VARIABLES or name.startswith(_VARIABLE_STARTS))
        and not any(part in name.upper() for part in _SECRETS)
    }


def protect_memory(*, protect: bool = True) -> None:
    """Keep other processes of this user from the memory, variables and descriptors of this one (prctl(2), proc(5)).

    For processes with network: where the kernel refuses the namespace, a process with only the filter could otherwise
    write to ``/proc/PID/mem``. Programs that this process starts are not protected.
    """
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, int(not protect), 0, 0, 0)


class _Blocks:
    """The running blocks of ``protected_memory``: the first one protects, the last one restores what was before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = 0
        self._before = 0

    def begin(self) -> None:
        with self._lock:
            if not self._running:
                self._before = ctypes.CDLL(None, use_errno=True).prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0)
                protect_memory()
            self._running += 1

    def end(self) -> None:
        with self._lock:
            self._running -= 1
            if not self._running:
                protect_memory(protect=not self._before)


_BLOCKS = _Blocks()


@contextmanager
def protected_memory() -> Iterator[None]:
    """``protect_memory`` while a block runs; blocks of several threads may overlap."""
    _BLOCKS.begin()
    try:
        yield
    finally:
        _BLOCKS.end()


def _new_namespaces() -> bool:
    """Enter new user and network namespaces, in which this user keeps its IDs."""
    protect_memory(protect=False)  # else the files of this process in /proc belong to root
    user, group = os.geteuid(), os.getegid()
    before = _NETWORK.readlink()
    try:
        os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{user} {user} 1")
        _write("/proc/self/gid_map", f"{group} {group} 1")
    except OSError:
        pass
    return _NETWORK.readlink() != before


def _write(path: str, text: str) -> None:
    Path(path).write_text(text, encoding="ascii")


def _install_filter() -> bool:
    """Install the filter in all threads of this process."""
    machine = _MACHINES.get(platform.machine())
    if machine is None or sys.platform != "linux":
        return False
    architecture, seccomp, pair, refused = machine
    instructions = _program(architecture, (*refused, *_SAME_EVERYWHERE), pair, x32=platform.machine() == "x86_64")
    program = (_Instruction * len(instructions))(*(_Instruction(*one) for one in instructions))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    calls = _Calls(len(instructions), ctypes.cast(program, ctypes.c_void_p))
    words = map(ctypes.c_long, (seccomp, _SET_MODE_FILTER, _ALL_THREADS))
    return bool(libc.syscall(*words, ctypes.byref(calls)) == 0)


def _program(architecture: int, refused: tuple[int, ...], pair: int, *, x32: bool) -> list[tuple[int, int, int, int]]:
    """The filter: EPERM for the refused calls and for a ``pair`` of other sockets than streams.

    A call of another architecture ends the process.
    """
    found = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if x32:
        found += [(_AT_LEAST, 0, 1, _OTHER_CALLS), (_RETURN, 0, 0, _KILL)]
    for number in refused:
        found += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _EPERM)]
    found += [
        (_EQUAL, 0, 4, pair),
        (_LOAD, 0, 0, _SECOND_ARGUMENT),
        (_AND, 0, 0, _TYPE_MASK),
        (_EQUAL, 1, 0, _STREAM),
        (_RETURN, 0, 0, _EPERM),
    ]
    return [*found, (_RETURN, 0, 0, _ALLOW)]


if __name__ == "__main__":
    print(enter())  # noqa: T201 - read by sandbox_state
