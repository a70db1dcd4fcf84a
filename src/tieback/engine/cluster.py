"""Scheduler and workers of a small cluster: Dask distributed over mutual TLS.

They can also be started in other ways (dask-kubernetes, SLURM, Coiled), if they use the same certificates and have the
same release of tieback installed.
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
from tieback.model.extras import extra_advice

_LOOPBACK = "127.0.0.1"
"""Dask's web pages use plain HTTP without authentication: they stay on loopback."""
DEATH_SECONDS = 60
"""How long a worker searches for its scheduler before it gives up, in seconds."""
_LOST = {
    "worker-heartbeat-missing",
    "worker-heartbeat-error",
    "worker-handle-scheduler-connection-broken",
}
"""Dask's names for the reasons why a worker ends without being stopped."""
SETTINGS = {
    # Dask stores no data of ours that could move to disk; only the pause of a worker with little memory remains.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    # It would sample every thread a hundred times per second, although each thread only waits for a process.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.tick.limit": "30s",
}
"""Dask settings for processes that tieback starts. Members started in other ways have their own."""


def security(certs: Path | None) -> Any:
    """Dask's ``Security``: encrypts everything and authenticates members by certificate.

    Raises:
        UsageError: the certificates are missing or invalid.
        EngineError: the extra is not installed.
    """
    authority, member = require_certificates(certs)
    try:
        from distributed.security import Security
    except ImportError:
        raise EngineError("Dask is not installed", advice=extra_advice("dask")) from None
    isolate_tls_errors()
    # What matters of a lost connection is said in one line of ours.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    sides = {f"tls_{side}_{part}": member for side in ("client", "scheduler", "worker") for part in ("cert", "key")}
    return Security(require_encryption=True, tls_ca_file=authority, **sides)


def dashboard_of(link: str) -> str:
    """URL of Dask's dashboard, if it is reachable: a scheduler on this machine, with bokeh installed."""
    seen = urlsplit(link).hostname == _LOOPBACK and importlib.util.find_spec("bokeh") is not None
    return link if seen else ""


async def serve_scheduler(
    certs: Path | None, host: str, port: int, pages: int, told: Callable[[str, str], None]
) -> None:
    """Run a scheduler until SIGINT or SIGTERM. Raises the same errors as ``security``.

    Args:
        certs: folder of certificates.
        host: address to listen on.
        port: 0 for any free port.
        pages: port of the dashboard on loopback, 0 for any free port.
        told: called with its address once it listens, and the URL of the dashboard (empty if there is none).
    """
    async with _scheduler(security(certs), host, port, pages) as scheduler:
        told(scheduler.address, _dashboard(scheduler))
        await _until_told_to_stop()


async def serve_worker(
    certs: Path | None, scheduler: str, host: str, threads: int, memory: str, told: Callable[[str], None]
) -> None:
    """Run a worker until SIGINT or SIGTERM, or until its scheduler stops it. Raises the same errors as ``security``.

    If the connection to the scheduler is lost, the worker searches for it for ``DEATH_SECONDS``. A scheduler that
    restarts at the same address therefore gets its workers back.

    Args:
        certs: folder of certificates.
        scheduler: address, ``tls://HOST:PORT``.
        host: address to listen on; other members must reach it.
        threads: number of concurrent batches; each runs in its own process.
        memory: memory limit of these processes together; above 80 % no new batch starts. ``auto`` for the share by
            threads of the machine's (or the control group's) memory, bytes as in ``8GB``, or ``0`` for no limit.
        told: called with its address once it is connected.
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
            f"no connection to a scheduler with a certificate of this cluster ({type(error).__name__})",
            where=scheduler,
            advice="Check the address, --certs, and that `tieback cluster scheduler` is running",
        ) from None


async def serve_local(
    certs: Path | None, workers: int, port: int, pages: int, told: Callable[[str, str], None]
) -> None:
    """Run a scheduler and workers on loopback, in this process; only the analysis runs in other processes."""
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
        raise UsageError(
            "not an amount of memory", where=f"--memory {text}", advice="Use auto, 0, or an amount such as 8GB"
        )
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
        """A worker that records why it ended."""

        why = ""

        async def close(self, *args: Any, **options: Any) -> Any:
            self.why = self.why or options.get("reason", "")
            return await super().close(*args, **options)

    with config.set(SETTINGS):
        # The memory of the analysis processes counts as the worker's memory (``dask_worker``).
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
