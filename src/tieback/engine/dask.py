"""Engine for several machines: Dask workers receive batches and run each like the local engine.

A Dask worker does not analyse anything in its own process: its ``LocalEngine`` starts analysis processes
(``dask_worker``), so that a hostile input cannot kill a Dask process. Dask stores nothing: the ledger leases the units,
and workers publish parts into the lake themselves. If a scheduler, worker or client dies, the next run resumes. The
lake must have the same path on all members, and so must the inputs, unless they are URLs.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from tieback.engine.cluster import SETTINGS, dashboard_of, security
from tieback.engine.dask_members import ClusterMembers
from tieback.engine.interface import EngineError, EngineEvent, UnitLimits, Work
from tieback.engine.tasks import TaskSource
from tieback.model.errors import UsageError
from tieback.model.unit import Unit, UnitEnd
from tieback.scope.guard import ADVICE, ExcludedServiceError, ServiceGuard

if TYPE_CHECKING:
    from distributed import Client

SCHEME = "dask://"
CONNECT_SECONDS = 15
MAX_TASK_INPUTS = 100
"""Maximum number of inputs in a task."""
MIN_TASK_INPUTS = 20
"""Minimum number of inputs in a task, if available; between the two, their size decides (``tasks.BATCH_BYTES``)."""


class DaskEngine:
    """Runs work on the workers of a Dask scheduler.

    Args:
        address: ``dask://HOST:PORT`` of the scheduler.
        certs: folder of certificates, created by ``tieback cluster certs``.
        batch: maximum number of units that are analysed and published together.
        on_event: called for batches that lost their worker, and for changes of members.
    """

    def __init__(
        self,
        address: str,
        certs: Path | None,
        batch: int = MAX_TASK_INPUTS,
        on_event: Callable[[EngineEvent], None] | None = None,
    ) -> None:
        """Set the scheduler. Raises ``UsageError`` if the address or the certificates are invalid."""
        host, _, port = address.removeprefix(SCHEME).rpartition(":")
        if not address.startswith(SCHEME) or not host or not port.isdigit():
            raise UsageError("not the address of a scheduler", where=address, advice="Use dask://HOST:PORT")
        self._address = f"tls://{host}:{port}"
        self._security = security(certs)
        self._batch = max(1, batch)
        self._on_event = on_event

    def run[R](self, work: Work[R], units: Iterable[Unit], limits: UnitLimits) -> Iterator[UnitEnd]:
        """Yield the end of every unit, in order of completion. Closing the iterator cancels batches not yet started.

        Raises:
            EngineError: no connection to the scheduler, no worker, or members with another release.
            TiebackError: raised by ``Work.publish``.
        """
        from tieback.engine.dask_run import ClusterRun

        with self._connected() as client:
            if link := dashboard_of(client.dashboard_link):
                self._tell("members", f"dashboard: {link}")
            members = ClusterMembers(client, self._address, lambda line: self._tell("members", line))
            members.wait_until_ready()
            source = TaskSource(units, members.threads, self._batch, min(MIN_TASK_INPUTS, self._batch))
            run = ClusterRun(client, members, work, source, limits, lambda line: self._tell("retried", line))
            try:
                yield from run.iter_ends()
            finally:
                run.cancel()

    def _check_policy(self) -> None:
        """Check the scheduler's address. Its library resolves the name again: only a fixed address is surely the same.

        Raises:
            EngineError: a site policy excludes it.
            GrantError: a site policy is damaged.
        """
        guard, parts = ServiceGuard.load(), urlsplit(self._address)
        if not guard:
            return
        try:
            guard.addresses(parts.hostname or "", parts.port or 0)
        except ExcludedServiceError as error:
            raise EngineError(str(error), where=self._address, advice=ADVICE) from None
        except OSError:
            return  # the connection reports it

    def _connected(self) -> "Client":
        from dask import config
        from distributed import Client

        from tieback.engine.dask_unpickling import restrict_unpickling

        restrict_unpickling()
        self._check_policy()
        try:
            with config.set(SETTINGS):
                return Client(self._address, security=self._security, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise EngineError(
                f"no connection to a scheduler with a certificate of this cluster ({type(error).__name__})",
                where=self._address,
                advice="Check the address, --certs, and that `tieback cluster scheduler` is running",
            ) from None

    def _tell(self, kind: Literal["retried", "members"], line: str) -> None:
        if self._on_event is not None:
            self._on_event(EngineEvent(kind, 0, line))
