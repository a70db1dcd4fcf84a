"""The work of ``tieback scan``: analyse apps in workers and publish what they name to the lake, a part a batch."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from tieback.engine.interface import Unit, Work
from tieback.model.sighting import AppDocument
from tieback.pipeline.analyse import Analyser
from tieback.storage.apps import app_tables
from tieback.storage.lake import Lake, part_name


class Record(Work[AppDocument]):
    """Analyse apps and keep the documents in the lake at ``lake_directory``."""

    def __init__(self, lake_directory: Path) -> None:
        self.lake_directory = lake_directory

    @cached_property
    def _analyser(self) -> Analyser:
        return Analyser()

    def analyse(self, unit: Unit) -> AppDocument:
        """The document of one app."""
        return self._analyser.document(Path(unit.source))

    def publish(self, batch: Sequence[Unit], results: Sequence[tuple[Unit, AppDocument]]) -> str:
        """Publish a batch as one part, named by the units in it; twice the same batch leaves one part."""
        part = part_name(batch)
        Lake(self.lake_directory).publish(part, app_tables(results), [unit for unit, _ in results])
        return part

    def published(self, batch: Sequence[Unit]) -> str | None:
        """The part's name where it is visible."""
        part = part_name(batch)
        return part if Lake(self.lake_directory).published(part) else None
