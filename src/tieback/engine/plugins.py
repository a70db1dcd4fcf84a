"""Python plug-ins: readers of file formats and renderers of reports, run in a child process without network.

A plug-in is an entry point of an installed distribution, in the group ``tieback.readers`` or ``tieback.renderers``: a
function of two binary files, the input and the output. Nothing of it is imported here; its metadata is enough to find
it. There is no group for probes: a plug-in has no socket, so that it cannot contact anything.

The child (``plugin_child``) has no network, no variables that may be secrets, and cannot write files. Its time, memory
and output are bounded. If this system cannot take the network from a process, no plug-in runs.
"""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum
from importlib.metadata import EntryPoint, entry_points
from typing import BinaryIO

import msgspec

from tieback.engine.memory import ALLOCATOR
from tieback.engine.sandbox import environment_without_secrets, protected_memory
from tieback.engine.worker import one_line
from tieback.model.errors import InputError, UsageError

MAX_STDERR = 16 * 1024
_CHUNK = 1 << 16


class PluginKind(StrEnum):
    """What a plug-in does: the groups of entry points."""

    READER = "tieback.readers"
    """Reads a file, and writes it in a format that tieback reads."""
    RENDERER = "tieback.renderers"
    """Reads a report as JSON lines (``--format ndjson``), and writes another format."""

    @property
    def key(self) -> str:
        """Key of the user's configuration: ``readers`` or ``renderers``."""
        return self.partition(".")[2]

    @property
    def word(self) -> str:
        """``reader`` or ``renderer``."""
        return self.key.removesuffix("s")


class Plugin(msgspec.Struct, frozen=True):
    """An installed plug-in."""

    kind: PluginKind
    name: str
    version: str
    """Of its distribution."""
    distribution: str
    target: str
    """The function, as ``module:name``."""


class PluginLimits(msgspec.Struct, frozen=True):
    """Bounds of one run."""

    seconds: float = 300.0
    memory_bytes: int = 1 << 30
    output_bytes: int = 1 << 30


class PluginOrder(msgspec.Struct, frozen=True):
    """What the parent passes to the child."""

    target: str
    input: int
    """Descriptor of the input."""
    parent: int
    memory_bytes: int
    seconds: int


def installed_plugins() -> list[Plugin]:
    """All plug-ins of this Python, by kind and name. Reads metadata of distributions only."""
    found = (_plugin(kind, one) for kind in PluginKind for one in entry_points(group=kind))
    return sorted(found, key=lambda one: (one.kind, one.name, one.distribution))


def find_plugin(kind: PluginKind, name: str) -> Plugin:
    """The plug-in with this name.

    Raises:
        UsageError: it is not installed, or two distributions have it.
    """
    found = [_plugin(kind, one) for one in entry_points(group=kind, name=name)]
    if len({one.distribution for one in found}) > 1:
        names = ", ".join(sorted(one.distribution for one in found))
        raise UsageError(f"several distributions have this plug-in ({names})", where=name, advice="Remove all but one")
    if not found:
        raise UsageError(f"no distribution has this entry point of {kind}", where=name, advice="Install the plug-in")
    return found[0]


def _plugin(kind: PluginKind, point: EntryPoint) -> Plugin:
    about = point.dist
    version, distribution = (about.version, about.name) if about is not None else ("", "")
    return Plugin(kind, point.name, version, distribution, point.value)


def run_plugin(plugin: Plugin, source: BinaryIO, out: BinaryIO, limits: PluginLimits | None = None) -> int:
    """Run a plug-in: it reads ``source`` and its output is written to ``out``. Returns the bytes of its output.

    Args:
        plugin: the plug-in; its configuration is checked by the caller.
        source: a file with a descriptor, at its beginning.
        out: where the output is written to.
        limits: bounds of the run.

    Raises:
        InputError: it failed, exceeded a limit, or this system cannot take its network.
        OSError: the output cannot be written.
    """
    # With only the filter, the child could else write to the memory of this process, which has a network.
    with protected_memory():
        return _run(plugin, source, out, limits or PluginLimits())


def _run(plugin: Plugin, source: BinaryIO, out: BinaryIO, limits: PluginLimits) -> int:
    order = PluginOrder(plugin.target, source.fileno(), os.getpid(), limits.memory_bytes, int(limits.seconds) + 1)
    process = subprocess.Popen(
        # -P: never import from the current directory. -B: the child cannot write files.
        [sys.executable, "-P", "-B", "-m", "tieback.engine.plugin_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=(source.fileno(),),
        env={**environment_without_secrets(os.environ), **ALLOCATOR},
        process_group=0,
    )
    said = bytearray()
    written = 0
    try:
        assert process.stdin is not None
        with suppress(BrokenPipeError):  # the child ended; its exit status shows why
            process.stdin.write(msgspec.msgpack.encode(order))
            process.stdin.close()
        for data in _output(process, said, time.monotonic() + limits.seconds):
            written += len(data)
            if written > limits.output_bytes:
                raise _failed(plugin, f"wrote more than {limits.output_bytes >> 20:,} MiB")
            out.write(data)
        status = process.wait(limits.seconds)
    except (subprocess.TimeoutExpired, TimeoutError):
        raise _failed(plugin, f"took more than {limits.seconds:g} s") from None
    finally:
        # The whole group: programs that the plug-in started end with it.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
    if status:
        why = one_line(said.decode("utf-8", "replace").strip().rpartition("\n")[2])
        raise _failed(plugin, why or _ending(status))
    return written


def _ending(status: int) -> str:
    if status > 0:
        return f"ended with exit status {status}"
    try:
        return f"was ended by the signal {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by the signal {-status}"


def _output(process: "subprocess.Popen[bytes]", said: bytearray, until: float) -> Iterator[bytes]:
    """What the child writes to stdout; the end of what it writes to stderr is kept in ``said``.

    Raises:
        TimeoutError: the time is over.
    """
    assert process.stdout is not None
    assert process.stderr is not None
    with selectors.DefaultSelector() as waiting:
        for pipe in (process.stdout, process.stderr):
            waiting.register(pipe, selectors.EVENT_READ)
        while waiting.get_map():
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            for key, _ in waiting.select(left):
                data = os.read(key.fd, _CHUNK)
                if not data:
                    waiting.unregister(key.fileobj)
                elif key.fd == process.stdout.fileno():
                    yield data
                else:
                    said += data
                    del said[:-MAX_STDERR]


def _failed(plugin: Plugin, why: str) -> InputError:
    where = f"plug-in {plugin.name} ({plugin.distribution} {plugin.version})"
    return InputError(why, where=where, advice="Nothing of its output is used")
