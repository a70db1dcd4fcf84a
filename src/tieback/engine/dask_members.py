"""The members of a cluster as a client sees them: whether their releases match, and how many threads take batches."""

import contextlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tieback.engine.interface import EngineError

if TYPE_CHECKING:
    from distributed import Client

LOOK_SECONDS = 2.0
"""How often the members are looked at."""
LONELY_SECONDS = 60.0
"""How long a run waits where no worker is left."""


class Members:
    """Who is there. ``ready`` first, then ``look`` as often as one likes.

    Args:
        client: connected.
        address: of the scheduler, for lines about it.
        tell: takes a line for people.
    """

    def __init__(self, client: "Client", address: str, tell: Callable[[str], None]) -> None:
        self.threads = 0
        """Threads of all workers."""
        self.running = 0
        """Those of workers that are not paused: they take batches."""
        self._client = client
        self.address = address
        self._tell = tell
        self._known: set[str] = set()
        self._paused: set[str] = set()
        self._next_look = 0.0
        self._lonely_since: float | None = None

    def ready(self) -> None:
        """Wait for the first worker, see that all are of our release, and prepare them.

        Raises:
            EngineError: none came, or one is of another release.
        """
        from tieback.engine.dask_worker import prepare

        deadline = time.monotonic() + LONELY_SECONDS
        while True:
            with contextlib.suppress(OSError):
                # A worker that dies while it is asked is no reason to give up: the others are asked again.
                workers = self._workers()
                if workers:
                    for worker, problem in self._strangers(set(workers)).items():
                        raise EngineError(problem, where=worker, advice="Install the same releases on all members")
                    prepare(self._client)
                    self._known = set(workers)
                    self._count(workers)
                    return
            if time.monotonic() > deadline:
                raise EngineError(
                    f"no worker came within {LONELY_SECONDS:g} s",
                    where=self.address,
                    advice="Start `tieback cluster worker`",
                )
            time.sleep(0.2)

    def look(self, *, now: bool = False) -> None:
        """See who is there, at most every ``LOOK_SECONDS``. A worker of another release that came later is sent away.

        Args:
            now: do not wait for the time of the next look.

        Raises:
            EngineError: the scheduler is gone, or no worker has been there for ``LONELY_SECONDS``.
        """
        if not now and time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + LOOK_SECONDS
        if self._client.status in {"closing", "closed"}:
            raise gone(self.address)
        workers: dict[str, Any] = {}
        with contextlib.suppress(OSError):
            workers = self._workers()
            if new := set(workers) - self._known:
                for worker, problem in self._strangers(new).items():
                    self._tell(f"{worker}: {problem}; it is sent away")
                    self._client.retire_workers([worker], close_workers=True)
                    del workers[worker]
            self._known = set(workers)
        self._count(workers)
        if self.threads:
            self._lonely_since = None
        elif self._lonely_since is None:
            self._lonely_since = time.monotonic()
        elif time.monotonic() - self._lonely_since > LONELY_SECONDS:
            raise EngineError(
                f"no worker was there for {LONELY_SECONDS:g} s",
                where=self.address,
                advice="Start workers, and give the same command",
            )

    def _workers(self) -> dict[str, Any]:
        """What the scheduler says of each worker, by address; nobody while the scheduler is looked for."""
        if self._client.status != "running":
            return {}
        return dict(self._client.scheduler_info(n_workers=-1)["workers"])

    def _count(self, workers: dict[str, Any]) -> None:
        paused = {address for address, worker in workers.items() if worker["status"] != "running"}
        for address in sorted(paused - self._paused):
            self._tell(f"{address}: takes no batches for now: its memory is short")
        self._paused = paused
        self.threads = sum(int(worker["nthreads"]) for worker in workers.values())
        self.running = self.threads - sum(int(workers[address]["nthreads"]) for address in paused)

    def _strangers(self, workers: set[str]) -> dict[str, str]:
        """Those of the workers that cannot take part, and why. Raises ``OSError`` where one is gone meanwhile."""
        from tieback.engine import dask_worker

        ours = _ours()
        # Errors come back as values: one worker without tieback says nothing of the others.
        said = self._client.run(dask_worker.release, workers=sorted(workers), on_error="return")
        problems = {}
        for worker, theirs in said.items():
            if isinstance(theirs, OSError):
                raise theirs
            if isinstance(theirs, Exception):
                problems[worker] = f"a worker cannot import tieback ({type(theirs).__name__})"
            elif tuple(theirs) != ours:
                problems[worker] = (
                    f"a worker has tieback {theirs[0]} on Python {theirs[1]}; here are {ours[0]} and {ours[1]}"
                )
        return problems


def _ours() -> tuple[str, str]:
    from tieback.engine.dask_worker import release

    return release()


def gone(address: str) -> EngineError:
    """The scheduler does not answer any more."""
    return EngineError("the scheduler is gone", where=address, advice="Start it again, and give the same command")
