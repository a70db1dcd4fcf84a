"""Files built from the public documentation of each source, and the page that names where each is documented."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tieback.intake.inventory.open import importers, open_inventory
from tieback.intake.inventory.plain import PlainTable, propose_columns, read_columns
from tieback.intake.inventory.source import InventorySource

HERE = Path(__file__).parent
FILES: list[dict[str, Any]] = tomllib.loads((HERE / "documented.toml").read_text())["file"]
PAGE = HERE.parents[3] / "docs" / "reference" / "inventory-sources.md"


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file['source']}-{FILES.index(file)}")
def test_a_documented_file_is_read(tmp_path: Path, file: dict[str, Any]) -> None:
    path = tmp_path / file.get("name", "export")
    path.write_text(file["content"])
    source = InventorySource(path)
    importer, shape, head = open_inventory(source)
    assert importer.meta.name == file["source"]
    if isinstance(importer, PlainTable):
        importer = PlainTable(propose_columns(read_columns(head)))
    rows = list(importer.rows(source, shape))
    assert (len(rows), source.skipped) == (file["rows"], 0)
    assert source.word_notes() == []
    assert {name: getattr(rows[0], name) for name in file["row"]} == file["row"]


def test_every_source_has_a_file() -> None:
    assert {file["source"] for file in FILES} == {importer.meta.name for importer in importers()}


def test_the_page_of_sources_names_every_source_and_address() -> None:
    page = PAGE.read_text()
    missing = {file["address"] for file in FILES if file["source"] != "plain" and file["address"] not in page}
    assert missing == set()
    assert {importer.meta.name for importer in importers() if f"`{importer.meta.name}`" not in page} == set()
