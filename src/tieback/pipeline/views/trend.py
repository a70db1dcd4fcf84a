"""The headline of each finished run, for the trend.

The figures of a run never change, so they are kept in ``graph/<run>.totals-2`` once they were counted: counting needs a
pass over all stores of the run.
"""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec

from tieback.assess.summary import UNKNOWN, summarise
from tieback.model.figure import NO_ANSWER, Figure
from tieback.model.probe import Outcome
from tieback.model.small_file import read_small
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS
from tieback.storage.lake.queries.page_counts import count_apps
from tieback.storage.lake.tables.probes import RunProbes
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.workspace import Workspace

MOST_RUNS = 50
"""Maximum number of runs in a trend: the latest."""
MOST_SECONDS = 1.0
"""Time after which an answer counts no further run: they are counted for later answers."""
_VERSION = 2
_NOT_PROBED = (Outcome.OUT_OF_SCOPE, Outcome.BUDGET_SPENT)
_MAX_POINT = 64 * 1024
"""Most bytes of the kept figures of one run."""


class TrendPoint(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one finished run."""

    run: str
    ended: datetime
    apps_analysed: int
    apps_affected: int
    stores_answering: int
    stores_exposed: int
    not_decided: int
    """Stores that answered, but are known neither as open nor as closed."""
    records: Figure
    bytes: Figure
    grant: bool
    """False if the run had no grant."""
    probed: bool
    """True if the run probed a target; otherwise its zeros say nothing."""
    same_inputs: bool
    """True if the run had the same arguments as the run that is shown. Others are not comparable."""


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of the last finished runs, the earliest first."""

    points: tuple[TrendPoint, ...]
    not_counted: int
    """Earlier runs that are not in ``points``: not counted yet, or beyond the last 50."""


def show_trend(workspace: Workspace, run: RunRow | None) -> Trend:
    """The trend up to now.

    Args:
        workspace: an open workspace.
        run: the run that is shown, for ``same_inputs``.

    Raises:
        WorkspaceError: the workspace cannot be read.
    """
    finished = [one for one in workspace.ledger.list_runs() if one.ended is not None]
    finished.sort(key=lambda one: (one.ended, one.id), reverse=True)
    points = list(_points(workspace, finished[:MOST_RUNS], run))
    return Trend(points=tuple(reversed(points)), not_counted=len(finished) - len(points))


def _points(workspace: Workspace, finished: list[RunRow], shown: RunRow | None) -> Iterator[TrendPoint]:
    end = time.monotonic() + MOST_SECONDS
    for number, run in enumerate(finished):
        path = workspace.indices_directory / f"{run.id}.totals-{_VERSION}" / "totals.json"
        point = _read(path)
        if point is None:
            if number and time.monotonic() > end:
                return
            point = _count(workspace, run)
            _keep(path, point)
        if not (point.grant and point.stores_answering):
            unknown = NO_ANSWER if point.grant and point.probed else UNKNOWN
            point = msgspec.structs.replace(point, records=unknown, bytes=unknown)
        yield msgspec.structs.replace(point, same_inputs=shown is not None and run.args == shown.args)


def _count(workspace: Workspace, run: RunRow) -> TrendPoint:
    conclusions = workspace.ledger.conclusions
    apps = count_apps(workspace.lake, run.id, TRAFFIC_ANALYSIS)
    head = summarise(apps, conclusions.apps_affected(run.id), conclusions.lines(run.id))
    assert run.ended is not None, "only finished runs have figures"
    return TrendPoint(
        run=run.id,
        ended=run.ended,
        apps_analysed=head.apps_analysed,
        apps_affected=head.apps_affected,
        stores_answering=head.stores_answering,
        stores_exposed=head.stores_exposed,
        not_decided=head.undecided or 0,
        records=head.records,
        bytes=head.bytes,
        grant=run.grant_sha256 is not None,
        probed=RunProbes(workspace.lake, run.id).count(but=_NOT_PROBED) > 0 or head.stores_answering > 0,
        same_inputs=False,
    )


def _read(path: Path) -> TrendPoint | None:
    """The kept figures; ``None`` if there are none, or if they cannot be read."""
    try:
        return msgspec.json.decode(read_small(path, _MAX_POINT), type=TrendPoint)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _keep(path: Path, point: TrendPoint) -> None:
    # On a disk that is read-only or full, they are counted again the next time.
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
        draft.write_bytes(msgspec.json.encode(point))
        draft.replace(path)
