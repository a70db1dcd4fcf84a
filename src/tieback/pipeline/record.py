"""The unit of work of ``tieback scan``: analyse apps and captures in workers, and publish the results to the lake."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from tieback.intake.places.content import ContentReader
from tieback.intake.places.fetch import Fetcher
from tieback.intake.traffic.documents import BLIND_SPOT
from tieback.model.errors import InputError
from tieback.model.remote import decode_location
from tieback.model.sighting import AppDocument, Problem
from tieback.model.unit import Unit
from tieback.pipeline.analyse import Analyser
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS, DescribeTraffic
from tieback.pipeline.units import LakeWork
from tieback.scope.policy.exclude import SourcedRule
from tieback.storage.lake.lake import Rows
from tieback.storage.lake.schemas import concat_tables
from tieback.storage.lake.tables.apps import app_tables
from tieback.storage.lake.tables.flows import FlowSpool, problem_rows

if TYPE_CHECKING:
    from tieback.userrules.model import UserRules

type Traffic = tuple[FlowSpool, list[Problem]]
"""The flows of a capture, and the problems while reading it."""


class RecordWork(LakeWork[AppDocument | Traffic]):
    """Analyse inputs and store the results in the lake at ``lake_directory``, one part per batch."""

    def __init__(
        self,
        lake_directory: Path,
        fence: str = "",
        key: bytes = b"",
        never: Sequence[SourcedRule] | None = None,
        added: "UserRules | None" = None,
    ) -> None:
        """As ``LakeWork``. ``added``: the rules of users; the versions of the units contain them."""
        super().__init__(lake_directory, fence, key, never)
        self._added = added

    @cached_property
    def _apps(self) -> Analyser:
        return Analyser(added=self._added)

    @cached_property
    def _traffic(self) -> DescribeTraffic:
        return DescribeTraffic(added=self._added)

    @cached_property
    def _fetcher(self) -> Fetcher:
        return Fetcher(ContentReader(self.never))

    def analyse(self, unit: Unit) -> AppDocument | Traffic:
        """The document of one app, or the flows of one capture."""
        with self._file(unit) as path:
            if not unit.version.startswith(TRAFFIC_ANALYSIS):
                return self._apps.document(path, unit.key, unit.source)
            # A capture may have millions of flows: only the last of them are in memory.
            flows = FlowSpool(unit, self.lake_directory)
            problems: list[Problem] = []
            for item in self._traffic.flows(path, unit.source, unit.files[1:]):
                if isinstance(item, Problem):
                    problems.append(item)
                else:
                    flows.add(item)
            blind = [problem for problem in problems if BLIND_SPOT not in problem.where]
            if blind and not flows.count:
                # Nothing was read. A capture that contains no flows has no problem.
                raise InputError(blind[0].what, where=unit.source)
            return flows, problems

    @contextmanager
    def _file(self, unit: Unit) -> Iterator[Path]:
        """The content of a unit as a file; errors about the file name the unit."""
        if unit.file is not None:
            yield unit.file
            return
        try:
            with self._fetcher.fetch(decode_location(unit.access), unit.key, unit.source) as path:
                yield path
        except InputError as error:
            raise InputError(error.what, where=unit.source, advice=error.advice) from None

    def tables(self, results: Sequence[tuple[Unit, AppDocument | Traffic]]) -> dict[str, Rows]:
        """The rows of apps and captures."""
        apps = [(unit, result) for unit, result in results if isinstance(result, AppDocument)]
        traffic = [(unit, result) for unit, result in results if not isinstance(result, AppDocument)]
        of_apps = app_tables(apps)
        tables: dict[str, Rows] = dict(of_apps)
        if traffic:
            odd = problem_rows((unit, problems) for unit, (_, problems) in traffic)
            tables["problems"] = concat_tables(of_apps["problems"], odd)
            tables["flows"] = chain.from_iterable(flows.tables() for _, (flows, _) in traffic)
        return tables
