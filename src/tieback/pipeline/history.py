"""Compare the stores that earlier runs found open with the current run."""

from tieback.model.report import ExposureHistory
from tieback.storage.ledger.conclusions import Conclusions, OpenPeriod, TargetLine


def compare_with_earlier_runs(conclusions: Conclusions, run: str) -> ExposureHistory | None:
    """Compare a run with earlier runs; ``None`` if no earlier run finished.

    Stores are matched by ID. If a store's ID changed, for example because it no longer discloses its identity, it is
    matched by a name or address probed in both runs. A store without a response is unconfirmed, never remediated.

    Raises:
        WorkspaceError: the ledger cannot be read.
    """
    count, since = conclusions.runs_before(run)
    if since is None:
        return None
    before = conclusions.open_periods(run)
    ends: dict[str, bool] = {}
    at: dict[str, bool] = {}
    if before:
        for store in conclusions.places(run):
            ends[store.id] = store.exposed
            for place in (*store.targets, *store.addresses):
                at[place] = at.get(place, False) or store.exposed
    fates = [ends[key] for key in before if key in ends]
    for store in _lost(conclusions, {key: one for key, one in before.items() if key not in ends}):
        found = [at[place] for place in (*store.targets, *store.addresses) if place in at]
        if found:
            fates.append(any(found))
    return ExposureHistory(
        since=since.isoformat(),
        runs=count,
        before=len(before),
        still_open=sum(fates),
        remediated=len(fates) - sum(fates),
        unconfirmed=len(before) - len(fates),
    )


def _lost(conclusions: Conclusions, lost: dict[str, OpenPeriod]) -> list[TargetLine]:
    by_run: dict[str, list[str]] = {}
    for key, seen in lost.items():
        by_run.setdefault(seen.run, []).append(key)
    return [store for run, keys in by_run.items() for store in conclusions.places(run, keys)]
