"""Add context from the workspace to exposures: hosts, earlier runs, releases, installations."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from tieback.assess.context import with_exposure_window, with_hosting
from tieback.assess.severity import load_severity_table
from tieback.model.app import App
from tieback.model.backend import Backend
from tieback.model.exposure import Exposure
from tieback.storage.lake.tables.probes import read_backends
from tieback.storage.workspace import Workspace


def with_context(
    workspace: Workspace, run: str, today: date, exposures: Sequence[Exposure], releases: Mapping[str, tuple[App, str]]
) -> tuple[Exposure, ...]:
    """The stores of a run with their context, most severe first.

    Args:
        workspace: contains the back ends of the run, earlier runs, and inventories.
        run: the run.
        today: date of the run.
        exposures: judged without context.
        releases: the apps that lead to them, by content hash, each with its release as text.
    """
    backends = _backends(workspace, run, exposures)
    seen = workspace.ledger.conclusions.open_periods(run)
    devices = _devices(workspace)
    table = load_severity_table()
    names = {key: text for key, (_, text) in releases.items()}

    def told() -> Iterator[Exposure]:
        for exposure in exposures:
            values = dict.fromkeys(way.endpoint for way in exposure.routes)
            apps = {way.app_sha256 for way in exposure.routes}
            bundles = {releases[key][0].bundle_id for key in apps if key in releases}
            earlier = seen.get(exposure.id)
            yield with_exposure_window(
                with_hosting(exposure, (backends[value] for value in values if value in backends)),
                None if earlier is None else (earlier.first, earlier.last),
                today,
                names,
                sum(devices.get(bundle, 0) for bundle in bundles),
                table,
            )

    return tuple(sorted(told(), key=lambda one: (-one.severity.rank, -one.records.value, one.id)))


def _backends(workspace: Workspace, run: str, exposures: Iterable[Exposure]) -> dict[str, Backend]:
    wanted = {way.endpoint for exposure in exposures for way in exposure.routes}
    if not wanted:
        return {}
    return {one.endpoint.value: one for one in read_backends(workspace.lake, run, values=wanted)}


def _devices(workspace: Workspace) -> dict[str, int]:
    """Number of installations by bundle identifier, from inventories; empty without an inventory."""
    inventory = workspace.ledger.inventory
    if not inventory.known():
        return {}
    found: dict[str, int] = {}
    for app in inventory.apps(versions=False):
        found[app.bundle_id] = found.get(app.bundle_id, 0) + app.devices
    return found
