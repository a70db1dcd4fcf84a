"""The work of ``tieback scan``: analyse apps and captures in workers and publish what they name to the lake."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from tieback.engine.interface import Unit, Work
from tieback.model.flow import Flow
from tieback.model.sighting import AppDocument, Problem
from tieback.pipeline.analyse import Analyser
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS, DescribeTraffic
from tieback.storage.apps import app_tables
from tieback.storage.flows import flow_tables
from tieback.storage.lake import Lake, part_name
from tieback.storage.schemas import joined

type Traffic = tuple[list[Flow], list[Problem]]
"""The flows of a capture, and what of it could not be read."""


class Record(Work[AppDocument | Traffic]):
    """Analyse inputs and keep what they say in the lake at ``lake_directory``, a part a batch."""

    def __init__(self, lake_directory: Path, fence: str = "") -> None:
        """Keep where the lake is, and which run publishes there (``storage.fence``)."""
        self.lake_directory = lake_directory
        self.fence = fence

    @cached_property
    def _apps(self) -> Analyser:
        return Analyser()

    @cached_property
    def _traffic(self) -> DescribeTraffic:
        return DescribeTraffic()

    def analyse(self, unit: Unit) -> AppDocument | Traffic:
        """The document of one app, or the flows of one capture."""
        path = Path(unit.source)
        if unit.version != TRAFFIC_ANALYSIS:
            return self._apps.document(path, unit.key)
        flows: list[Flow] = []
        problems: list[Problem] = []
        for item in self._traffic.flows(path):
            if isinstance(item, Problem):
                problems.append(item)
            else:
                flows.append(item)
        return flows, problems

    def publish(self, batch: Sequence[Unit], results: Sequence[tuple[Unit, AppDocument | Traffic]]) -> str:
        """Publish a batch as one part, named by the units in it; twice the same batch leaves one part."""
        part = part_name(batch)
        apps = [(unit, result) for unit, result in results if isinstance(result, AppDocument)]
        traffic = [(unit, result) for unit, result in results if not isinstance(result, AppDocument)]
        tables = app_tables(apps)
        if traffic:
            flows = flow_tables(traffic)
            tables |= {"flows": flows["flows"], "problems": joined(tables["problems"], flows["problems"])}
        Lake(self.lake_directory, self.fence).publish(part, tables, [unit for unit, _ in results])
        return part

    def published(self, batch: Sequence[Unit]) -> str | None:
        """The part's name where it is visible."""
        part = part_name(batch)
        return part if Lake(self.lake_directory).published(part) else None
