"""Scheduler and workers of a small cluster, by Dask distributed over mutual TLS.

Any other way to start them does as well (dask-kubernetes, SLURM, Coiled), as long as they show the same certificates
and have the same release of tieback installed.
"""

import asyncio
import contextlib
import importlib.util
import logging
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tieback.engine.certificates import require_certificates
from tieback.engine.interface import EngineError
from tieback.engine.tls_errors import isolate_tls_errors
from tieback.model.errors import UsageError

_LOOPBACK = "127.0.0.1"
"""Dask's pages speak plain HTTP and ask nobody who he is: they stay there."""
DEATH_SECONDS = 60
"""How long a worker looks for its scheduler before it gives up."""
_LOST = {
    "worker-heartbeat-missing",
    "worker-heartbeat-error",
    "worker-handle-scheduler-connection-broken",
}
"""Why a worker ends that nobody has sent away: so Dask names it."""
SETTINGS = {
    # Dask holds no data of ours to move to disk; what is left is the pause of a worker whose memory is short.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    # It would look at every thread a hundred times a second, where all that a thread does is to wait for a process.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.tick.limit": "30s",
}
"""Of Dask's own, in processes of ours. Members that others start have theirs."""


def security(certs: Path | None) -> Any:
    """Dask's ``Security`` that encrypts everything and knows members by their certificates.

    Raises:
        UsageError: there are no certificates.
        EngineError: the extra is not installed.
    """
    authority, member = require_certificates(certs)
    try:
        from distributed.security import Security
    except ImportError:
        raise EngineError("Dask is not installed", advice="Install tieback[dask]") from None
    isolate_tls_errors()
    # What matters of a lost connection is said in one line of ours.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    sides = {f"tls_{side}_{part}": member for side in ("client", "scheduler", "worker") for part in ("cert", "key")}
    return Security(require_encryption=True, tls_ca_file=authority, **sides)


def dashboard_of(link: str) -> str:
    """The link to Dask's dashboard where one is seen from here: a scheduler of this machine, and bokeh installed."""
    seen = urlsplit(link).hostname == _LOOPBACK and importlib.util.find_spec("bokeh") is not None
    return link if seen else ""


async def serve_scheduler(
    certs: Path | None, host: str, port: int, pages: int, told: Callable[[str, str], None]
) -> None:
    """Run a scheduler until SIGINT or SIGTERM. Raises as ``security``.

    Args:
        certs: folder of certificates.
        host: address to listen on.
        port: 0 for any free one.
        pages: port of the dashboard on loopback, 0 for any free one.
        told: gets its address once it listens, and the link of the dashboard, empty where there is none.
    """
    async with _scheduler(security(certs), host, port, pages) as scheduler:
        told(scheduler.address, _dashboard(scheduler))
        await _until_told_to_stop()


async def serve_worker(
    certs: Path | None, scheduler: str, host: str, threads: int, memory: str, told: Callable[[str], None]
) -> None:
    """Run a worker until SIGINT or SIGTERM, or its scheduler sends it away. Raises as ``security``.

    Where its scheduler is lost, or has lost it, it looks for it again for ``DEATH_SECONDS``: one that is started again
    at the same address finds its workers.

    Args:
        certs: folder of certificates.
        scheduler: address, ``tls://HOST:PORT``.
        host: address to listen on; other members must reach it.
        threads: batches at a time; each runs in a process of its own.
        memory: what these may hold together, until no further batch is begun: ``auto`` for the machine's (or its
            control group's) share by threads, bytes as in ``8GB``, or ``0`` for no limit.
        told: gets its address once it is there.
    """
    safe = security(certs)
    limit = _memory_limit(memory)

    async def serve() -> None:
        while True:
            async with _worker(safe, scheduler, host, threads, limit) as worker:
                told(worker.address)
                await worker.finished()
            if worker.why not in _LOST:
                return

    serving = asyncio.ensure_future(serve())
    await _until_told_to_stop(serving)
    try:
        if not serving.cancelled():
            serving.result()
    except (OSError, TimeoutError) as error:
        raise EngineError(
            f"the scheduler does not answer, or not with a certificate of this cluster ({type(error).__name__})",
            where=scheduler,
            advice="Check the address, --certs, and that `tieback cluster scheduler` runs",
        ) from None


async def serve_local(
    certs: Path | None, workers: int, port: int, pages: int, told: Callable[[str, str], None]
) -> None:
    """Run a scheduler on loopback and workers beside it, all in this process but for the analysis itself."""
    safe = security(certs)
    async with _scheduler(safe, _LOOPBACK, port, pages) as scheduler, contextlib.AsyncExitStack() as stack:
        for _ in range(workers):
            await stack.enter_async_context(_worker(safe, scheduler.address, _LOOPBACK, 1, "auto"))
        told(scheduler.address, _dashboard(scheduler))
        await _until_told_to_stop()


def _dashboard(scheduler: Any) -> str:
    if importlib.util.find_spec("bokeh") is None:
        return ""
    return f"http://{_LOOPBACK}:{scheduler.services['dashboard'].port}/status"


def _memory_limit(text: str) -> str | int:
    from dask.utils import parse_bytes

    if text == "auto":
        return text
    try:
        limit = int(parse_bytes(text))
    except ValueError:
        limit = -1
    if limit < 0:
        raise UsageError("not an amount of memory", where=f"--memory {text}", advice="Write auto, 0, or as in 8GB")
    return limit


@asynccontextmanager
async def _scheduler(safe: Any, host: str, port: int, pages: int) -> AsyncIterator[Any]:
    from dask import config
    from distributed import Scheduler

    try:
        with config.set(SETTINGS):
            scheduler = await Scheduler(
                host=host,
                port=port,
                protocol="tls://",
                security=safe,
                dashboard_address=f"{_LOOPBACK}:{pages}",
                dashboard=importlib.util.find_spec("bokeh") is not None,
            )
    except OSError as error:
        raise EngineError(
            f"cannot listen ({error.strerror or error})", where=f"{host}:{port}", advice="Choose another --port"
        ) from None
    async with scheduler:
        yield scheduler


@asynccontextmanager
async def _worker(safe: Any, scheduler: str, host: str, threads: int, memory: str | int) -> AsyncIterator[Any]:
    from dask import config
    from distributed import Worker

    class Told(Worker):
        """A worker that keeps why it ended."""

        why = ""

        async def close(self, *args: Any, **options: Any) -> Any:
            self.why = self.why or options.get("reason", "")
            return await super().close(*args, **options)

    with config.set(SETTINGS):
        # What the processes of the analysis hold is counted as the worker's (``dask_worker``).
        worker = Told(
            scheduler,
            nthreads=threads,
            host=host,
            security=safe,
            dashboard_address=f"{_LOOPBACK}:0",
            protocol="tls://",
            dashboard=False,
            memory_limit=memory,
            death_timeout=DEATH_SECONDS,
        )
        await worker
    async with worker:
        yield worker


async def _until_told_to_stop(*others: Any) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    waiting: Sequence[asyncio.Task[Any]] = [asyncio.ensure_future(one) for one in (stop.wait(), *others)]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
