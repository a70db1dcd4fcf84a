"""The engine of many machines: batches go to Dask workers, and each runs there as on one machine.

A Dask worker does not analyse anything itself: it keeps a ``LocalEngine`` whose processes do (``dask_worker``), so that
a hostile input can kill none of Dask's. Dask keeps nothing: the ledger leases the units, workers publish parts into the
lake themselves, and whatever scheduler, worker or client dies, the next run goes on from there. The lake must have the
same path on all members, and so must inputs, unless they are given by URL.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tieback.engine.cluster import SETTINGS, dashboard_of, security
from tieback.engine.dask_members import Members
from tieback.engine.interface import EngineError, EngineEvent, UnitLimits, Work
from tieback.engine.tasks import TaskSource
from tieback.model.errors import UsageError
from tieback.model.unit import Unit, UnitEnd

if TYPE_CHECKING:
    from distributed import Client

SCHEME = "dask://"
CONNECT_SECONDS = 15
BATCH = 100
"""Most inputs of a task."""
LEAST = 20
"""Inputs that a task has at least, if there are as many; in between their size decides (``tasks.BATCH_BYTES``)."""


class DaskEngine:
    """Runs work on the workers of a Dask scheduler.

    Args:
        address: ``dask://HOST:PORT`` of the scheduler.
        certs: folder of certificates, as ``tieback cluster certs`` makes it.
        batch: most units that are analysed and published together.
        on_event: told of batches that lost their worker, and of members that matter.
    """

    def __init__(
        self,
        address: str,
        certs: Path | None,
        batch: int = BATCH,
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
        from tieback.engine.dask_run import Run

        with self._connected() as client:
            if link := dashboard_of(client.dashboard_link):
                self._tell("members", f"dashboard: {link}")
            members = Members(client, self._address, lambda line: self._tell("members", line))
            members.ready()
            source = TaskSource(units, members.threads, self._batch, min(LEAST, self._batch))
            run = Run(client, members, work, source, limits, lambda line: self._tell("retried", line))
            try:
                yield from run.ends()
            finally:
                run.cancel()

    def _connected(self) -> "Client":
        from dask import config
        from distributed import Client

        try:
            with config.set(SETTINGS):
                return Client(self._address, security=self._security, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise EngineError(
                f"the scheduler does not answer, or not with a certificate of this cluster ({type(error).__name__})",
                where=self._address,
                advice="Check the address, --certs, and that `tieback cluster scheduler` runs",
            ) from None

    def _tell(self, kind: Literal["retried", "members"], line: str) -> None:
        if self._on_event is not None:
            self._on_event(EngineEvent(kind, 0, line))
