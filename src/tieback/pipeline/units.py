"""Units of work on their way through an engine: claimed in the ledger, run, and their ends entered.

The results of a batch are in the lake before its ends are in the ledger, so a run that is killed in between does that
batch again and publishes the same part.
"""

from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tieback.engine.interface import Engine, UnitLimits, Work
from tieback.model.unit import Unit, UnitEnd, UnitState
from tieback.pipeline.progress import Progress
from tieback.scope.policy.exclude import SourcedRule
from tieback.storage.lake.lake import Lake, Rows, part_name

if TYPE_CHECKING:
    from tieback.storage.ledger.ledger import Ledger  # a worker has no ledger, and SQLAlchemy takes 0.3 s to import

CLAIM = 256
"""Units claimed, and ends entered, in one transaction."""
LEASE_SECONDS = 6 * 3600.0
"""After this time another run may claim a unit that has not ended."""


class LakeWork[R](Work[R]):
    """Work whose results are published to the lake, one part per batch."""

    def __init__(
        self, lake_directory: Path, fence: str = "", key: bytes = b"", never: Sequence[SourcedRule] | None = None
    ) -> None:
        """Keep what a worker needs.

        Args:
            lake_directory: where the lake is.
            fence: the run's fencing token (``storage.lake.fencing``).
            key: key of the lake's seals.
            never: what is never contacted to read an input; by default the site policies of the worker's machine.
        """
        self.lake_directory = lake_directory
        self.never = None if never is None else tuple(never)
        self.fence = fence
        self._key = key

    @abstractmethod
    def tables(self, results: Sequence[tuple[Unit, R]]) -> Mapping[str, Rows]:
        """The rows of a batch by lake table."""

    def publish(self, batch: Sequence[Unit], results: Sequence[tuple[Unit, R]]) -> str:
        """Publish a batch as one part, named by its units; publishing the same batch again leaves one part."""
        part = part_name(batch)
        lake = Lake(self.lake_directory, self.fence, self._key)
        lake.publish(part, self.tables(results), [unit for unit, _ in results])
        return part

    def published(self, batch: Sequence[Unit]) -> str | None:
        """The name of the batch's part if it is published."""
        part = part_name(batch)
        return part if Lake(self.lake_directory).is_published(part) else None


class UnitRun:
    """The units of one run: claimed for it in the ledger, and released when it ends."""

    def __init__(self, ledger: "Ledger", run: str, progress: Progress | None = None) -> None:
        self._ledger = ledger
        self._run = run
        self._progress = progress
        self.claimed = 0
        self.done: Counter[str] = Counter()
        """Number of units that ended well, by version of the analysis."""
        self._done = 0

    def claim(self, groups: Iterable[Sequence[Unit]]) -> Iterator[Unit]:
        """Yield the units of each group that this run may work on."""
        for group in groups:
            units = self._ledger.claim(group, self._run, LEASE_SECONDS)
            self.claimed += len(units)
            if units:
                self._show()  # the total is known long before the first batch ends
            yield from units

    def run[R](
        self,
        engine: Engine,
        work: Work[R],
        groups: Iterable[Sequence[Unit]],
        limits: UnitLimits,
        failed: Callable[[UnitEnd], None],
    ) -> None:
        """Claim units, run them and enter their ends; leases that are left are released.

        Args:
            engine: what runs the units.
            work: what is done to each.
            groups: units in groups of at most ``CLAIM``.
            limits: of one unit.
            failed: called for each unit that did not end as ``DONE``, after its end is in the ledger.

        Raises:
            EngineError: no worker can be started.
            WorkspaceError: the ledger or the lake cannot be written.
        """
        ends: list[UnitEnd] = []
        try:
            for end in engine.run(work, self.claim(groups), limits):
                ends.append(end)
                self._done += 1
                self._show()
                if len(ends) >= CLAIM:
                    self._enter(ends, failed)
                    ends = []
            self._enter(ends, failed)
        finally:
            self._ledger.release(self._run)

    def _show(self) -> None:
        if self._progress is not None:
            self._progress(self._done, self.claimed)

    def _enter(self, ends: Sequence[UnitEnd], failed: Callable[[UnitEnd], None]) -> None:
        self._ledger.finish(ends)
        for end in ends:
            if end.state is UnitState.DONE:
                self.done[end.unit.version] += 1
            else:
                failed(end)
