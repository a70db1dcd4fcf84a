"""What runs inside a Dask worker: batches, each handed to a local engine that the worker keeps.

Dask measures the memory of its own process, where nothing of an analysis is. So the worker is told to count what the
processes of the analysis hold as its own: where it then passes the share at which Dask pauses a worker (80 % of
``--memory``, or of what ``dask worker --memory-limit`` says), it begins no further batch, and gets none.
"""

import contextlib
import platform
from collections.abc import Callable, Sequence
from importlib.metadata import version as installed_version
from typing import Any

from distributed import Client, Worker, WorkerPlugin, get_worker

from tieback.engine.interface import UnitLimits, Work
from tieback.engine.local import LocalEngine
from tieback.engine.tls_errors import isolate_tls_errors
from tieback.model.unit import Unit, UnitEnd

PLUGIN = "tieback-hands"
KEEP_BYTES = 512 * 1024**2
"""Private memory of an idle process, with the compiled rules: one that holds more has not given back what it took."""

type Release = tuple[str, str]
"""Of tieback and of Python."""


class OtherReleaseError(Exception):
    """This worker is of another release than the client. Not of ``TiebackError``: it is no end of the run."""


class Hands(WorkerPlugin):
    """What a worker keeps: local engines with their processes, one for each thread that asked."""

    idempotent = True
    """Clients that come later find the processes of those before."""

    def __init__(self) -> None:
        """Nothing is started before the first batch."""
        self.free: list[LocalEngine] = []
        self.busy: list[LocalEngine] = []
        self.closed = False
        self._own: Callable[[], int] | None = None

    def setup(self, worker: Worker) -> None:
        """Count the memory of the analysis as the worker's."""
        isolate_tls_errors()
        own = self._own = worker.monitor.get_process_memory
        worker.monitor.get_process_memory = lambda: own() + self.memory()  # type: ignore[method-assign]

    def teardown(self, worker: Worker) -> None:
        """Let the processes leave when the worker does."""
        if self._own is not None:
            worker.monitor.get_process_memory = self._own  # type: ignore[method-assign]
        self.closed = True
        while self.free:
            self.free.pop().close()

    def memory(self) -> int:
        """Bytes that processes with a batch hold; of the idle ones ``put_back`` keeps those alone that hold little."""
        return sum(engine.memory() for engine in list(self.busy))

    def take(self) -> LocalEngine:
        """An engine of one process, for one batch."""
        engine = self.free.pop() if self.free else LocalEngine(1, keep=True)
        self.busy.append(engine)
        return engine

    def put_back(self, engine: LocalEngine) -> None:
        """Keep the engine for the next batch."""
        self.busy.remove(engine)
        if self.closed or engine.memory() > KEEP_BYTES:
            engine.close()
        else:
            self.free.append(engine)


def release() -> Release:
    """What members must have in common."""
    return installed_version("tieback"), ".".join(platform.python_version_tuple()[:2])


def prepare(client: Client) -> None:
    """Give every worker, and those to come, its hands; and protect a scheduler that others started."""
    with contextlib.suppress(Exception):  # it may lack tieback, or refuse to run code of clients
        client.run_on_scheduler(isolate_tls_errors)
    client.register_plugin(Hands(), name=PLUGIN)


def do_batch(theirs: Release, work: Work[Any], units: Sequence[Unit], limits: UnitLimits) -> list[UnitEnd]:
    """Runs in a thread of a worker: one batch, analysed in a process of its own.

    Raises:
        OtherReleaseError: the client is of another release; nothing was begun.
        TiebackError: as ``LocalEngine.run``.
    """
    if release() != theirs:
        raise OtherReleaseError
    hands = get_worker().plugins[PLUGIN]
    assert isinstance(hands, Hands)
    engine = hands.take()
    try:
        engine.batch = len(units)
        return list(engine.run(work, units, limits))
    finally:
        hands.put_back(engine)
