"""Reports as files. All of them are synthetic: written by hand after the tools' documentation, with reserved names."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tieback.intake.reports.interface import Fact, ReportImporter
from tieback.intake.reports.open import importer_of
from tieback.intake.reports.source import ReportSource


class Read:
    """What an importer made of a report."""

    def __init__(self, source: ReportSource, facts: list[Fact]) -> None:
        self.facts = facts
        self.skipped = source.skipped
        self.first_skipped = source.first_skipped


type Reading = Callable[..., Read]


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    """Write a report (bytes, text, or documents that become JSON lines) and read it with the importer that knows it."""

    def read(importer: ReportImporter, *content: object) -> Read:
        path = tmp_path / "report"
        first = content[0]
        if isinstance(first, bytes):
            path.write_bytes(first)
        elif isinstance(first, str):
            path.write_text(first)
        else:
            path.write_text("".join(json.dumps(one) + "\n" for one in content))
        source = ReportSource(path)
        assert importer_of(source).meta.name == importer.meta.name, "another importer takes this report"
        return Read(source, list(importer.facts(source)))

    return read
