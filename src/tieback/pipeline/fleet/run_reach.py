"""What a run decided about the apps of the fleet: which apps it read, and which of their back ends it probed."""

from collections.abc import Collection

import msgspec

from tieback.model.probe import Outcome
from tieback.pipeline.graph.probed import is_probed
from tieback.storage.lake.queries.page_counts import probed_targets
from tieback.storage.lake.queries.run_apps import app_backend_counts, run_backends
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.workspace import Workspace


class RunReach(msgspec.Struct, frozen=True):
    """What a run did about an app that it read."""

    granted: bool = True
    """False if the run had no grant, so that it probed nothing."""
    backends: int = 0
    """Back ends of the app: hosts and cloud resources."""
    probed: int = 0
    """How many of them it probed."""
    stores: int = 0
    """Data stores that it found behind the app, open or not."""
    undecided: int = 0
    """How many of them are known neither as open nor as closed."""

    @property
    def nothing_probed(self) -> bool:
        """True if the run had no grant, or if the app has back ends and none was probed."""
        return not self.probed and not self.stores and (not self.granted or bool(self.backends))

    def __add__(self, other: "RunReach") -> "RunReach":
        return RunReach(
            self.granted and other.granted,
            self.backends + other.backends,
            self.probed + other.probed,
            self.stores + other.stores,
            self.undecided + other.undecided,
        )


def back_end_word(reach: RunReach | None, *, exposed: bool) -> str:
    """What a run shows of the stores behind an app. Only ``no_open_store`` means that none is open.

    ``open``, ``not_decided``, ``no_open_store``, ``not_probed`` or ``not_in_run``.
    """
    if exposed:
        return "open"
    if reach is None:
        return "not_in_run"
    if reach.undecided:
        return "not_decided"
    return "not_probed" if reach.nothing_probed else "no_open_store"


def run_reach(workspace: Workspace, run: RunRow | None, apps: Collection[str]) -> dict[str, RunReach]:
    """Each of these apps that the run read, by content hash; the others are left out.

    Raises:
        WorkspaceError: the workspace cannot be read.
    """
    if run is None or not apps:
        return {}
    lake, granted = workspace.lake, run.grant_sha256 is not None
    targets = probed_targets(lake, run.id, Outcome.OUT_OF_SCOPE)
    probed = {name for name, at in run_backends(lake, run.id) if is_probed(name, at, targets)} if targets else set()
    stores = _stores(workspace, run.id, apps)
    return {
        app: RunReach(granted, backends, reached, *stores.get(app, (0, 0)))
        for app, backends, reached in app_backend_counts(lake, run.id, apps, probed)
    }


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
