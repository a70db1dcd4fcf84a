"""The posture section of a report: figures of cloud accounts, the join with this run, and its findings."""

import heapq

import msgspec

from tieback.model.exposure import Finding
from tieback.model.posture import (
    OwnedResource,
    Posture,
    PostureExport,
    UnclaimedStore,
    UnprobedPublicResource,
    rank_exposure,
)
from tieback.pipeline.posture.join import JoinSummary, join_accounts
from tieback.posture.numbers import FIGURE_2017, METHOD, ResourceTally
from tieback.storage.lake.tables.posture import posture_imports
from tieback.storage.workspace import Workspace

MOST_ROWS = 1_000
"""Maximum rows of each table of the join; ``tieback posture join --format json`` is complete."""
MOST_EXPORTS = 100


class PostureSection(msgspec.Struct, frozen=True):
    """The section, and its additional findings."""

    posture: Posture | None = None
    """``None`` if no export was imported."""
    findings: tuple[Finding, ...] = ()
    """Findings, most severe first, in the order of the ledger."""


def posture_section(workspace: Workspace, run: str = "") -> PostureSection:
    """Count all imported resources and join them with a run, in bounded memory. Default: the last finished run.

    Raises:
        WorkspaceError: the workspace cannot be read.
    """
    exports = posture_imports(workspace.lake)
    if not exports:
        return PostureSection()
    tally = ResourceTally()
    owned: list[OwnedResource] = []
    foreign: list[UnclaimedStore] = []
    unseen: list[tuple[int, int, UnprobedPublicResource]] = []
    findings: list[Finding] = []
    summary = JoinSummary(0, 0, 0, 0, 0, 0, 0)
    for count, one in enumerate(join_accounts(workspace, tally, run=run)):
        if isinstance(one, OwnedResource):
            if len(owned) < MOST_ROWS:
                owned.append(one)
        elif isinstance(one, UnclaimedStore):
            if len(foreign) < MOST_ROWS:
                foreign.append(one)
        elif isinstance(one, Finding):
            findings.append(one)
        elif isinstance(one, JoinSummary):
            summary = one
        else:
            # The most severe ones; in their original order if the severity is equal.
            entry = (rank_exposure(one.resource), -count, one)
            (heapq.heappush if len(unseen) < MOST_ROWS else heapq.heappushpop)(unseen, entry)
    posture = Posture(
        numbers=tuple(tally.rows()),
        figure_2017=FIGURE_2017,
        method=METHOD,
        resources=summary.resources,
        accounts=summary.accounts,
        owned=tuple(owned),
        owned_total=summary.owned,
        leaking=summary.leaking,
        unseen=tuple(entry[2] for entry in sorted(unseen, reverse=True)),
        unseen_total=summary.unseen,
        foreign=tuple(foreign),
        foreign_total=summary.foreign,
        exports=tuple(
            PostureExport(one.source, one.path, one.seen, one.missed, one.incomplete) for one in exports[:MOST_EXPORTS]
        ),
    )
    return PostureSection(posture, tuple(findings))
