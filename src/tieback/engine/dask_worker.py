"""What runs inside a Dask worker: batches, each handed to a local engine that the worker keeps."""

from collections.abc import Sequence
from typing import Any

from distributed import Client, WorkerPlugin, get_worker

from tieback.engine.interface import Unit, UnitEnd, UnitLimits, Work
from tieback.engine.local import LocalEngine

PLUGIN = "tieback-hands"


class Hands(WorkerPlugin):
    """What a worker keeps: local engines with their processes, one for each thread that asked."""

    def __init__(self) -> None:
        """Nothing is started before the first batch."""
        self.engines: list[LocalEngine] = []

    def teardown(self, worker: Any) -> None:  # noqa: ARG002 - Dask's interface
        """Let the processes leave when the worker does."""
        while self.engines:
            self.engines.pop().close()


def prepare(client: Client) -> None:
    """Give every worker, and those to come, its hands."""
    client.register_plugin(Hands(), name=PLUGIN)


def do_batch(work: Work[Any], units: Sequence[Unit], limits: UnitLimits) -> list[UnitEnd]:
    """Runs in a thread of a worker: one batch, analysed in a process of its own.

    Raises:
        TiebackError: as ``LocalEngine.run``.
    """
    hands = get_worker().plugins[PLUGIN]
    assert isinstance(hands, Hands)
    engine = hands.engines.pop() if hands.engines else LocalEngine(1, keep=True)
    engine.batch = len(units)
    ends = list(engine.run(work, units, limits))
    hands.engines.append(engine)
    return ends
