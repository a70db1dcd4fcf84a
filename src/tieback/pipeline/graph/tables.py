"""Tables for the evidence graph from captures and stores, to join with the rows of the lake."""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tieback.model.sighting import Sighting
from tieback.pipeline.mapping.process_names import ProcessNames
from tieback.pipeline.mapping.traffic_apps import attribute_traffic
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS
from tieback.storage.lake.queries.graph_rows import GraphRows
from tieback.storage.lake.queries.summaries import captured_bundles, read_captures, run_executables
from tieback.storage.lake.tables.inputs import RunInput
from tieback.storage.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

_COLUMNS = ("app", "value", "bundle_id", "name", "file", "how", "party")


class CaptureRows:
    """The captures of a run. Every query raises ``WorkspaceError`` if the lake cannot be read."""

    def __init__(self, workspace: Workspace, run: str, rows: GraphRows) -> None:
        self._workspace = workspace
        self._run = run
        self._rows = rows

    @cached_property
    def _captures(self) -> list[RunInput]:
        return read_captures(self._workspace.lake, self._run, TRAFFIC_ANALYSIS)

    @cached_property
    def _processes(self) -> ProcessNames:
        lake = self._workspace.lake
        return ProcessNames(run_executables(lake, self._run, TRAFFIC_ANALYSIS) if self._captures else ())

    def of_app(self, bundle: str, key: str) -> dict[str, Sighting]:
        """The sightings of an app in captures, by endpoint.

        Args:
            bundle: bundle identifier of the app.
            key: content hash of the analysed app; empty if it was not analysed.
        """
        captures = self._captures if key and self._processes.identify(bundle) else self._rows.captures_of(bundle)
        found: dict[str, Sighting] = {}
        bundles = {bundle: key} if key else {}
        for group in attribute_traffic(self._workspace, captures, bundles, self._processes):
            if group.app.bundle_id == bundle:
                for sighting in group.sightings:
                    found.setdefault(sighting.endpoint.value, sighting)
        return found

    @cached_property
    def table(self) -> "pa.Table":
        """Columns ``app``, ``value``, ``bundle_id``, ``name``, ``file``, ``how``, ``party``."""
        import pyarrow as pa

        lake = self._workspace.lake
        bundles = captured_bundles(lake, self._run, TRAFFIC_ANALYSIS)
        rows = [
            (
                group.app_key,
                one.endpoint.value,
                group.app.bundle_id,
                group.app.name,
                Path(group.path).name,
                one.evidence.how,
                str(one.party),
            )
            for group in attribute_traffic(self._workspace, self._captures, bundles, self._processes)
            if group.known
            for one in group.sightings
        ]
        columns = list(zip(*rows, strict=True)) or [()] * len(_COLUMNS)
        texts = [
            pa.array([text.encode("utf-8", "backslashreplace").decode() for text in column], pa.string())
            for column in columns
        ]
        return pa.table(dict(zip(_COLUMNS, texts, strict=True)))


def ways_table(ways: Iterable[tuple[str, str]]) -> "pa.Table":
    """Distinct pairs of an endpoint and a store that it leads to: columns ``value``, ``store``."""
    import pyarrow as pa

    distinct = list(dict.fromkeys(ways))
    return pa.table(
        {
            "value": pa.array([value for value, _ in distinct], pa.string()),
            "store": pa.array([store for _, store in distinct], pa.string()),
        }
    )
