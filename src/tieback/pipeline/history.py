"""What became of the stores that earlier runs of a workspace saw let strangers in."""

from tieback.model.report import History
from tieback.storage.ledger.conclusions import Conclusions, PlaceLine, Seen


def history(conclusions: Conclusions, run: str) -> History | None:
    """Compare a run with those before it; ``None`` where none of them ended.

    A store is known again by its id; where it has another one now, as one has that no longer tells its own, by a name
    or address at which both were asked. Whatever did not answer is unconfirmed, never remediated.

    Raises:
        WorkspaceError: the ledger cannot be read.
    """
    count, since = conclusions.runs_before(run)
    if since is None:
        return None
    before = conclusions.seen_open(run)
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
    return History(
        since=since.isoformat(),
        runs=count,
        before=len(before),
        still_open=sum(fates),
        remediated=len(fates) - sum(fates),
        unconfirmed=len(before) - len(fates),
    )


def _lost(conclusions: Conclusions, lost: dict[str, Seen]) -> list[PlaceLine]:
    by_run: dict[str, list[str]] = {}
    for key, seen in lost.items():
        by_run.setdefault(seen.run, []).append(key)
    return [store for run, keys in by_run.items() for store in conclusions.places(run, keys)]
