"""Code inside a Dask worker: hands each batch to a local engine that the worker keeps.

Dask measures only the memory of its own process, not that of the analysis processes. The worker therefore adds their
memory to its own. Above Dask's pause threshold (80 % of ``--memory``, or of ``dask worker --memory-limit``), it starts
no new batch and receives none.
"""

import contextlib
import platform
from collections.abc import Callable, Sequence
from importlib.metadata import version as installed_version
from typing import Any

from distributed import Client, Worker, WorkerPlugin, get_worker

from tieback.engine.dask_results import encode_ends, encode_other_release, encode_stop
from tieback.engine.interface import UnitLimits, Work
from tieback.engine.local import LocalEngine
from tieback.engine.tls_errors import isolate_tls_errors
from tieback.model.errors import TiebackError
from tieback.model.unit import Unit

PLUGIN = "tieback-hands"
MAX_IDLE_BYTES = 512 * 1024**2
"""Maximum private memory of an idle process that is kept, in bytes; compiled rules included."""

type Release = tuple[str, str]
"""Releases of tieback and Python."""


class WorkerEngines(WorkerPlugin):
    """State of a worker: local engines with their processes, one per concurrent thread."""

    idempotent = True
    """Later clients find the processes of earlier ones."""

    def __init__(self) -> None:
        """Set up; nothing starts before the first batch."""
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
        """Stop the processes when the worker stops."""
        if self._own is not None:
            worker.monitor.get_process_memory = self._own  # type: ignore[method-assign]
        self.closed = True
        while self.free:
            self.free.pop().close()

    def memory(self) -> int:
        """Memory of processes with a batch, in bytes. Idle ones are small: ``release`` keeps no others."""
        return sum(engine.memory() for engine in list(self.busy))

    def acquire(self) -> LocalEngine:
        """An engine with one process, for one batch."""
        engine = self.free.pop() if self.free else LocalEngine(1, keep=True)
        self.busy.append(engine)
        return engine

    def release(self, engine: LocalEngine) -> None:
        """Keep the engine for the next batch."""
        self.busy.remove(engine)
        if self.closed or engine.memory() > MAX_IDLE_BYTES:
            engine.close()
        else:
            self.free.append(engine)


def release() -> Release:
    """The releases that all members must share."""
    return installed_version("tieback"), ".".join(platform.python_version_tuple()[:2])


def install_engines(client: Client) -> None:
    """Give every worker, and those to come, its hands; and protect a scheduler that others started."""
    with contextlib.suppress(Exception):  # it may lack tieback, or refuse to run code of clients
        client.run_on_scheduler(isolate_tls_errors)
    client.register_plugin(WorkerEngines(), name=PLUGIN)


def run_batch(theirs: Release, work: Work[Any], units: Sequence[Unit], limits: UnitLimits) -> bytes:
    """Runs in a thread of a worker: analyse one batch in a separate process. Returns a message of ``dask_results``."""
    if release() != theirs:
        return encode_other_release()
    hands = get_worker().plugins[PLUGIN]
    assert isinstance(hands, WorkerEngines)
    engine = hands.acquire()
    try:
        engine.batch = len(units)
        return encode_ends(units, list(engine.run(work, units, limits)))
    except TiebackError as error:
        return encode_stop(error)
    finally:
        hands.release(engine)
