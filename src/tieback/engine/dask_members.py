"""The members of a cluster from the client's view: whether releases match, and the number of threads for batches."""

import contextlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tieback.engine.interface import EngineError

if TYPE_CHECKING:
    from distributed import Client

POLL_SECONDS = 2.0
"""Interval between checks of the members, in seconds."""
NO_WORKER_SECONDS = 60.0
"""How long a run waits for a worker if there is none, in seconds."""


class ClusterMembers:
    """The current members. Call ``wait_until_ready`` first, then ``refresh`` as often as needed.

    Args:
        client: a connected client.
        address: address of the scheduler, for messages.
        tell: prints a message for the user.
    """

    def __init__(self, client: "Client", address: str, tell: Callable[[str], None]) -> None:
        self.threads = 0
        """Threads of all workers that may get batches."""
        self.running = 0
        """Threads of workers that are not paused: these take batches."""
        self._client = client
        self.address = address
        self._tell = tell
        self._known: set[str] = set()
        self._paused: set[str] = set()
        self._excluded: set[str] = set()
        self._next_look = 0.0
        self._lonely_since: float | None = None

    def wait_until_ready(self) -> None:
        """Wait for the first worker, check that all have our release, and prepare them.

        Raises:
            EngineError: no worker connected, or one has another release.
        """
        from tieback.engine.dask_worker import install_engines

        deadline = time.monotonic() + NO_WORKER_SECONDS
        while True:
            with contextlib.suppress(OSError):
                # A worker that dies during the check is not an error: the others are checked again.
                workers = self._workers()
                if workers:
                    for worker, problem in self._strangers(set(workers)).items():
                        raise EngineError(problem, where=worker, advice="Install the same release on all members")
                    install_engines(self._client)
                    self._known = set(workers)
                    self._count(workers)
                    return
            if time.monotonic() > deadline:
                raise EngineError(
                    f"no worker connected within {NO_WORKER_SECONDS:g} s",
                    where=self.address,
                    advice="Start `tieback cluster worker`",
                )
            time.sleep(0.2)

    def refresh(self, *, now: bool = False) -> None:
        """Update the members, at most every ``POLL_SECONDS``. A later worker with another release is stopped.

        Args:
            now: do not wait for the next interval.

        Raises:
            EngineError: the connection to the scheduler is lost, or there was no worker for ``NO_WORKER_SECONDS``.
        """
        if not now and time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + POLL_SECONDS
        listener = getattr(self._client, "_handle_report_task", None)
        if self._client.status in {"closing", "closed"} or (listener is not None and listener.done()):
            # Without the listener, the client would wait forever: a message that it could not read ends it.
            raise scheduler_lost(self.address)
        workers: dict[str, Any] = {}
        with contextlib.suppress(OSError):
            workers = self._workers()
            if new := set(workers) - self._known:
                for worker, problem in self._strangers(new).items():
                    self._tell(f"{worker}: {problem}; worker stopped")
                    self._client.retire_workers([worker], close_workers=True)
                    del workers[worker]
            self._known = set(workers)
        self._count(workers)
        if self.threads:
            self._lonely_since = None
        elif self._lonely_since is None:
            self._lonely_since = time.monotonic()
        elif time.monotonic() - self._lonely_since > NO_WORKER_SECONDS:
            raise EngineError(
                f"no worker connected for {NO_WORKER_SECONDS:g} s",
                where=self.address,
                advice="Start workers, and run the same command again",
            )

    def exclude(self, future: Any, problem: str) -> None:
        """Send no further batches to the workers that have a result, because it is not a report.

        Raises:
            EngineError: no other worker is left.
        """
        with contextlib.suppress(OSError, RuntimeError):
            found = self._client.who_has([future])
            for worker in sorted({worker for holders in found.values() for worker in holders} & self._known):
                if worker not in self._excluded:
                    self._tell(f"{worker}: {problem}; gets no further batches")
                    self._excluded.add(worker)
            self._count(self._workers())
        if self._known and self._known <= self._excluded:
            raise EngineError(
                f"workers cannot do the work ({problem})", advice="Install the same release on all members"
            )

    def usable(self) -> list[str] | None:
        """The workers that may get batches; ``None`` if all may."""
        return sorted(self._known - self._excluded) if self._excluded else None

    def _workers(self) -> dict[str, Any]:
        """The scheduler's data on each worker, by address; empty while there is no connection."""
        if self._client.status != "running":
            return {}
        return dict(self._client.scheduler_info(n_workers=-1)["workers"])

    def _count(self, workers: dict[str, Any]) -> None:
        paused = {address for address, worker in workers.items() if worker["status"] != "running"}
        for address in sorted(paused - self._paused):
            self._tell(f"{address}: paused, low on memory")
        self._paused = paused
        threads = {address: int(one["nthreads"]) for address, one in workers.items() if address not in self._excluded}
        self.threads = sum(threads.values())
        self.running = sum(count for address, count in threads.items() if address not in paused)

    def _strangers(self, workers: set[str]) -> dict[str, str]:
        """The workers that cannot take part, with the reason. Raises ``OSError`` if a worker disconnects meanwhile."""
        from tieback.engine import dask_worker

        ours = _ours()
        # Errors are returned as values: one worker without tieback does not affect the others.
        said = self._client.run(dask_worker.release, workers=sorted(workers), on_error="return")
        problems = {}
        for worker, theirs in said.items():
            if isinstance(theirs, OSError):
                raise theirs
            if isinstance(theirs, Exception):
                problems[worker] = f"the worker cannot import tieback ({type(theirs).__name__})"
            elif not _is_release(theirs):
                problems[worker] = "the worker reported no release"
            elif tuple(theirs) != ours:
                problems[worker] = (
                    f"the worker has tieback {theirs[0]} on Python {theirs[1]}, this client {ours[0]} on {ours[1]}"
                )
        return problems


def _is_release(value: Any) -> bool:
    """True for a pair of short texts: a worker can send anything."""
    pair = isinstance(value, list | tuple) and len(value) == 2
    return pair and all(isinstance(text, str) and len(text) <= 100 and text.isprintable() for text in value)


def _ours() -> tuple[str, str]:
    from tieback.engine.dask_worker import release

    return release()


def scheduler_lost(address: str) -> EngineError:
    """The error for a lost scheduler."""
    return EngineError(
        "lost the connection to the scheduler", where=address, advice="Restart it, and run the same command again"
    )
