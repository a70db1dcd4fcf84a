"""What a run decided about the apps of the fleet: which apps it read, and which of their back ends it probed."""

from collections.abc import Collection

import msgspec

from tieback.pipeline.graph.probed import probed_places
from tieback.pipeline.graph.tables import CaptureRows
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS
from tieback.storage.lake.queries.graph_rows import GraphRows
from tieback.storage.lake.queries.run_apps import ProbedBackend, app_backend_counts, run_backends
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.workspace import Workspace


class RunReach(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did about an app that it read."""

    backends: int = 0
    """Back ends of the app: hosts and cloud resources, in the package or in captures."""
    probed: int = 0
    """How many of them it probed."""
    silent: int = 0
    """How many of the probed ones gave no result, or not at the port that the app names: no answer, or not to the end.
    """
    without_answer: int = 0
    """Ports of the probed ones that gave no result, also those that no app names."""
    stores: int = 0
    """Data stores that it found behind the app, open or not."""
    undecided: int = 0
    """How many of them are known neither as open nor as closed."""
    partly_read: bool = False
    """True if a part of the app was not read: back ends may be missing."""
    damaged: bool = False
    """True if its package is cut off or damaged."""

    @property
    def nothing_probed(self) -> bool:
        """True if the app has back ends and the run probed none."""
        return bool(self.backends) and not self.probed and not self.stores

    @property
    def no_back_end(self) -> bool:
        """True if nothing is known that could be probed: that the list is empty says nothing about stores."""
        return not self.backends and not self.stores

    def __add__(self, other: "RunReach") -> "RunReach":
        return RunReach(
            backends=self.backends + other.backends,
            probed=self.probed + other.probed,
            silent=self.silent + other.silent,
            without_answer=self.without_answer + other.without_answer,
            stores=self.stores + other.stores,
            undecided=self.undecided + other.undecided,
            partly_read=self.partly_read or other.partly_read,
            damaged=self.damaged or other.damaged,
        )


def back_end_word(reach: RunReach | None, *, exposed: bool) -> str:
    """What a run shows of the stores behind an app. Only ``no_open_store`` means that none is open.

    ``open``, ``not_decided``, ``not_probed``, ``partly_read``, ``no_back_end``, ``no_open_store`` or ``not_in_run``.
    """
    if exposed:
        return "open"
    if reach is None:
        return "not_in_run"
    if reach.undecided or reach.silent:
        return "not_decided"
    if reach.nothing_probed:
        return "not_probed"
    if reach.partly_read:
        return "partly_read"
    return "no_back_end" if reach.no_back_end else "no_open_store"


def run_reach(workspace: Workspace, run: RunRow | None, apps: Collection[str]) -> dict[str, RunReach]:
    """Each of these apps that the run read, by content hash; the others are left out.

    Raises:
        WorkspaceError: the workspace cannot be read.
    """
    if run is None or not apps:
        return {}
    lake = workspace.lake
    places = probed_places(lake, run.id)
    probed = (
        ProbedBackend(name, places.is_silent(name, at), places.without_answer(name, at))
        for name, at in (run_backends(lake, run.id) if places else ())
        if places.is_probed(name, at)
    )
    captured = CaptureRows(workspace, run.id, GraphRows(lake, run.id, TRAFFIC_ANALYSIS)).table
    stores = _stores(workspace, run.id, apps)
    found: dict[str, RunReach] = {}
    for one in app_backend_counts(lake, run.id, apps, probed, captured.select(["app", "value"])):
        behind, undecided = stores.get(one.app, (0, 0))
        found[one.app] = RunReach(
            backends=one.backends,
            probed=one.probed,
            silent=one.silent,
            without_answer=one.without_answer,
            stores=behind,
            undecided=undecided,
            partly_read=one.partly_read,
            damaged=one.damaged,
        )
    return found


def _stores(workspace: Workspace, run: str, apps: Collection[str]) -> dict[str, tuple[int, int]]:
    """Number of stores behind each app, and of those that are not decided."""
    concluded = workspace.ledger.conclusions
    undecided = {line.id for line in concluded.lines(run) if line.undecided and not line.honeypot}
    found: dict[str, tuple[int, int]] = {}
    leads = concluded.app_store_table(run)
    for app, store in zip(leads["app"].to_pylist(), leads["exposure"].to_pylist(), strict=True):
        if app in apps:
            stores, unsure = found.get(app, (0, 0))
            found[app] = (stores + 1, unsure + (store in undecided))
    return found
