"""Scheduler and workers of a small cluster, by Dask distributed over mutual TLS.

Any other way to start them does as well (dask-kubernetes, SLURM, Coiled), as long as they show the same certificates
and have the same release of tieback installed.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tieback.engine.certificates import require_certificates
from tieback.engine.interface import EngineError

_OWN_PAGES = "127.0.0.1:0"
"""Dask's pages speak plain HTTP: they stay on loopback, on a free port."""
DEATH_SECONDS = 60
"""How long a worker looks for its scheduler before it gives up."""


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
    # What matters of a lost connection is said in one line of ours.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    sides = {f"tls_{side}_{part}": member for side in ("client", "scheduler", "worker") for part in ("cert", "key")}
    return Security(require_encryption=True, tls_ca_file=authority, **sides)


async def serve_scheduler(certs: Path | None, host: str, port: int, told: Callable[[str], None]) -> None:
    """Run a scheduler until SIGINT or SIGTERM; ``told`` gets its address once it listens. Raises as ``security``."""
    async with _scheduler(security(certs), host, port) as scheduler:
        told(scheduler.address)
        await _until_told_to_stop()


async def serve_worker(
    certs: Path | None, scheduler: str, host: str, threads: int, told: Callable[[str], None]
) -> None:
    """Run a worker until SIGINT or SIGTERM, or its scheduler ends. Raises as ``security``.

    Args:
        certs: folder of certificates.
        scheduler: address, ``tls://HOST:PORT``.
        host: address to listen on; other members must reach it.
        threads: batches at a time; each runs in a process of its own.
        told: gets its address once it is there.
    """
    safe = security(certs)
    try:
        async with _worker(safe, scheduler, host, threads) as worker:
            told(worker.address)
            await _until_told_to_stop(worker.finished())
    except (OSError, TimeoutError) as error:
        raise EngineError(
            f"the scheduler does not answer ({type(error).__name__})",
            where=scheduler,
            advice="Check address and --certs",
        ) from None


async def serve_local(certs: Path | None, workers: int, port: int, told: Callable[[str], None]) -> None:
    """Run a scheduler on loopback and workers beside it, all in this process but for the analysis itself."""
    safe = security(certs)
    async with _scheduler(safe, "127.0.0.1", port) as scheduler, contextlib.AsyncExitStack() as stack:
        for _ in range(workers):
            await stack.enter_async_context(_worker(safe, scheduler.address, "127.0.0.1", 1))
        told(scheduler.address)
        await _until_told_to_stop()


@asynccontextmanager
async def _scheduler(safe: Any, host: str, port: int) -> AsyncIterator[Any]:
    from distributed import Scheduler

    try:
        scheduler = await Scheduler(
            host=host, port=port, protocol="tls://", security=safe, dashboard_address=_OWN_PAGES, dashboard=False
        )
    except OSError as error:
        raise EngineError(
            f"cannot listen ({error.strerror or error})", where=f"{host}:{port}", advice="Choose another --port"
        ) from None
    async with scheduler:
        yield scheduler


@asynccontextmanager
async def _worker(safe: Any, scheduler: str, host: str, threads: int) -> AsyncIterator[Any]:
    from distributed import Worker

    # The analysis has limits of its own, in its own processes: what Dask measures here is this process alone.
    worker = Worker(
        scheduler,
        nthreads=threads,
        host=host,
        security=safe,
        dashboard_address=_OWN_PAGES,
        protocol="tls://",
        dashboard=False,
        memory_limit=0,
        death_timeout=DEATH_SECONDS,
    )
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
