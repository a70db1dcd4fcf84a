"""The fleet beside the last run, kept until an import, a run or a vendor changes it.

The devices of each app are counted in SQL over all installs, which takes seconds for a million of them. Pages must
come faster, so each open workspace keeps the result of one run: a few hundred bytes per app, none per install.
"""

from bisect import bisect_right
from collections import Counter

import msgspec

from tieback.model.device import Ownership
from tieback.pipeline.fleet.block_list import review_lines
from tieback.pipeline.fleet.coverage import FleetLine, FleetView
from tieback.pipeline.fleet.fleet_state import FleetState, ReviewKey, review_key, state_of
from tieback.pipeline.runs import finished_run, nothing_probed_text
from tieback.pipeline.views.kept import Kept
from tieback.storage.ledger.inventory_pages import fleet_version
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.workspace import Workspace


class PreparedFleet(msgspec.Struct, frozen=True):
    """The mobile apps of a review, in its order."""

    run: str | None
    """The run of the open stores; ``None`` if none has finished."""
    lines: tuple[FleetLine, ...]
    keys: tuple[ReviewKey, ...]
    numbers: dict[int, int]
    """Position of each app, by the IDs of all rows of the ledger that describe it."""
    counts: dict[FleetState, int]
    personal: int
    """Number of apps on at least one personal device."""
    not_probed: str
    """Why the run shows nothing about open stores, as one sentence; empty if it probed."""

    def find(self, app: int) -> FleetLine | None:
        """The app with this ID, if a review includes it."""
        number = self.numbers.get(app)
        return None if number is None else self.lines[number]

    def start(self, after: ReviewKey | None) -> int:
        """Position of the first line after this key."""
        return 0 if after is None else bisect_right(self.keys, after)


_KEPT: Kept[PreparedFleet] = Kept()


def prepared_fleet(workspace: Workspace, run: str = "") -> PreparedFleet:
    """The fleet beside a run; default: the last finished one.

    Raises:
        WorkspaceError: the workspace cannot be read, or no finished run has this ID.
    """
    chosen = finished_run(workspace, run)
    version = (*fleet_version(workspace.ledger.database), chosen.id if chosen is not None else None)
    return _KEPT.get(workspace, version, lambda: _prepare(workspace, chosen))


def _prepare(workspace: Workspace, run: RunRow | None) -> PreparedFleet:
    ordered = review_lines(FleetView(workspace, run).lines(versions=False))
    states = Counter(state_of(line) for line in ordered)
    return PreparedFleet(
        None if run is None else run.id,
        tuple(ordered),
        tuple(review_key(line) for line in ordered),
        {row: number for number, line in enumerate(ordered) for row in line.app.rows},
        {state: states[state] for state in FleetState},
        sum(1 for line in ordered if line.app.on(Ownership.PERSONAL)),
        nothing_probed_text(run),
    )
