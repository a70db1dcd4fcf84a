"""The made-up report is one that the importer reads whole."""

from pathlib import Path

from bench.imports import write
from tieback.intake.reports.open import open_report


def test_every_line_is_a_service(tmp_path: Path) -> None:
    path = tmp_path / "shodan.json"
    count = write(path, 1)
    importer, source = open_report(path)
    facts = list(importer.facts(source))
    assert (importer.meta.name, len(facts), source.skipped) == ("shodan", count, 0)
    assert len({(fact.address, fact.port) for fact in facts}) == count  # type: ignore[union-attr]
