"""The engine of many machines: batches go to Dask workers, and each runs there as on one machine.

A Dask worker does not analyse anything itself: it keeps a ``LocalEngine`` whose processes do (``dask_worker``), so that
a hostile input can kill none of Dask's. Dask keeps nothing: the ledger leases the units, workers publish parts into the
lake themselves, and whatever scheduler, worker or client dies, the next run goes on from there. Inputs and the lake
must have the same paths on all members.
"""

import contextlib
import platform
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tieback.engine.cluster import security
from tieback.engine.interface import EngineError, EngineEvent, Unit, UnitEnd, UnitLimits, UnitState, Work
from tieback.engine.tasks import Task, TaskSource, halve
from tieback.model.errors import TiebackError, UsageError

if TYPE_CHECKING:
    from distributed import Client

type _Future = Any
"""``distributed.Future``."""

SCHEME = "dask://"
CONNECT_SECONDS = 15
LOOK_SECONDS = 2.0
"""How long a run waits for a batch before it looks whether there are workers."""
LONELY_SECONDS = 60.0
"""How long a run waits where no worker is left."""
AHEAD = 2
"""Tasks a thread of the workers: one in work, one waiting for it."""


class DaskEngine:
    """Runs work on the workers of a Dask scheduler.

    Args:
        address: ``dask://HOST:PORT`` of the scheduler.
        certs: folder of certificates, as ``tieback cluster certs`` makes it.
        batch: most units that are analysed and published together.
        on_event: told of batches that lost their worker.
    """

    def __init__(
        self,
        address: str,
        certs: Path | None,
        batch: int = 64,
        on_event: Callable[[EngineEvent], None] | None = None,
    ) -> None:
        """Keep where the scheduler is. Raises ``UsageError`` where the address or the certificates are none."""
        host, _, port = address.removeprefix(SCHEME).rpartition(":")
        if not address.startswith(SCHEME) or not host or not port.isdigit():
            raise UsageError("not the address of a scheduler", where=address, advice="Write dask://HOST:PORT")
        self._address = f"tls://{host}:{port}"
        self._security = security(certs)
        self._batch = max(1, batch)
        self._on_event = on_event

    def run[R](self, work: Work[R], units: Iterable[Unit], limits: UnitLimits) -> Iterator[UnitEnd]:
        """Yield the end of every unit, in the order they end. Closing the iterator cancels what is not begun.

        Raises:
            EngineError: the scheduler does not answer, no worker is there, or members are of another release.
            TiebackError: raised by ``Work.publish``.
        """
        from tieback.engine.dask_worker import prepare

        with self._connected() as client:
            threads = _ready(client, self._address, prepare)
            run = _Run(client, work, TaskSource(units, threads, self._batch), limits, threads * AHEAD, self._on_event)
            try:
                yield from run.ends()
            finally:
                run.cancel()

    def _connected(self) -> "Client":
        from distributed import Client

        try:
            return Client(self._address, security=self._security, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise EngineError(
                f"the scheduler does not answer, or not with a certificate of this cluster ({type(error).__name__})",
                where=self._address,
                advice="Check the address, --certs, and that `tieback cluster scheduler` runs",
            ) from None


def release() -> tuple[str, str]:
    """What members must have in common: the releases of tieback and of Python."""
    return installed_version("tieback"), ".".join(platform.python_version_tuple()[:2])


def _ours() -> tuple[str, str]:
    return release()


def _ready(client: "Client", address: str, prepare: Callable[["Client"], None]) -> int:
    """Threads of all workers, once there are any, all are of our release, and all are prepared."""
    deadline = time.monotonic() + LONELY_SECONDS
    while True:
        with contextlib.suppress(OSError):
            # A worker that dies while it is asked is no reason to give up: the others are asked again.
            if threads := sum(client.nthreads().values()):
                _check_releases(client, address)
                prepare(client)
                return int(threads)
        if time.monotonic() > deadline:
            raise EngineError(
                f"no worker came within {LONELY_SECONDS:g} s", where=address, advice="Start `tieback cluster worker`"
            )
        time.sleep(0.2)


def _check_releases(client: "Client", address: str) -> None:
    ours = _ours()
    try:
        others = client.run(release)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - a worker without tieback raises whatever its import does
        raise EngineError(
            f"a worker cannot import tieback ({type(error).__name__})", where=address, advice="Install it there"
        ) from None
    for worker, theirs in others.items():
        if theirs != ours:
            raise EngineError(
                f"a worker has tieback {theirs[0]} on Python {theirs[1]}; here are {ours[0]} and {ours[1]}",
                where=str(worker),
                advice="Install the same releases on all members",
            )


def _gone() -> EngineError:
    return EngineError("the scheduler is gone", advice="Start it again, and give the same command")


class _Run:
    """One run: a window of batches under way."""

    def __init__(
        self,
        client: "Client",
        work: Work[Any],
        source: TaskSource,
        limits: UnitLimits,
        window: int,
        on_event: Callable[[EngineEvent], None] | None,
    ) -> None:
        from tieback.engine.dask_worker import do_batch

        self._client = client
        self._do_batch = do_batch
        self._work = work
        self._source = source
        self._limits = limits
        self._window = window
        self._on_event = on_event
        self._under_way: dict[_Future, Task] = {}

    def ends(self) -> Iterator[UnitEnd]:
        """Hand out batches, and give the ends of those that are done."""
        self._hand_out()
        while self._under_way:
            for future in self._done():
                task = self._under_way.pop(future)
                yield from self._settled(future, task)
            self._hand_out()

    def cancel(self) -> None:
        """Take back what is not begun. What was published meanwhile is found in the lake."""
        with contextlib.suppress(OSError, TimeoutError, CancelledError):
            self._client.cancel(list(self._under_way), force=True)
        self._under_way.clear()

    def _hand_out(self) -> None:
        while len(self._under_way) < self._window:
            task = self._source.take()
            if task is None:
                return
            future = self._client.submit(self._do_batch, self._work, task.units, self._limits, pure=False, retries=0)
            self._under_way[future] = task

    def _done(self) -> list[_Future]:
        from distributed import wait

        lonely = 0.0
        while lonely <= LONELY_SECONDS:
            try:
                with self._client.as_current():
                    found = wait(list(self._under_way), timeout=LOOK_SECONDS, return_when="FIRST_COMPLETED")
                return list(found.done)
            except TimeoutError:
                lonely = 0.0 if self._threads() else lonely + LOOK_SECONDS
            except (OSError, CancelledError):
                raise _gone() from None
        raise EngineError(
            f"no worker was there for {LONELY_SECONDS:g} s", advice="Start workers, and give the same command"
        )

    def _threads(self) -> int:
        try:
            return sum(self._client.nthreads().values()) if self._client.status == "running" else 0
        except OSError:
            raise _gone() from None

    def _settled(self, future: _Future, task: Task) -> Iterator[UnitEnd]:
        if future.status == "finished":
            yield from future.result()
            return
        if future.status != "error":
            self._source.put_back([task])  # cancelled with its scheduler's memory of it
            return
        error = future.exception()
        if isinstance(error, TiebackError):
            raise error
        # Whatever the input does, it does in a process of its own; so it was the worker or its machine.
        self._tell(f"a batch of {len(task.units)} lost its worker ({type(error).__name__}); it runs again")
        again, alone = halve(task)
        if alone is not None and task.attempt > 1:
            yield UnitEnd(
                alone,
                UnitState.POISON,
                problem=f"lost its worker twice ({type(error).__name__}); set aside",
                attempts=2,
            )
        elif alone is not None:
            self._source.put_back([Task((alone,), task.attempt + 1)])
        else:
            self._source.put_back(again)

    def _tell(self, detail: str) -> None:
        if self._on_event is not None:
            self._on_event(EngineEvent("retried", 0, detail))
