"""Texts that native methods return, in the texts that code assembles."""

import csv
from pathlib import Path

import pytest

from tieback.pipeline.analyse import Analyser

FLOW = Path(__file__).parents[4] / "bench" / "flow"
ROWS = list(csv.DictReader((FLOW / "native.tsv").open(), delimiter="\t"))


@pytest.fixture(scope="module")
def analyser() -> Analyser:
    return Analyser()


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_a_path_is_appended_to_what_a_native_method_returns(row: dict[str, str], analyser: Analyser) -> None:
    document = analyser.document(FLOW / row["file"])
    found = {sighting.endpoint.value: sighting.evidence for sighting in document.sightings}
    assert found[row["expected"]].how == "dex-flow/concat"
    assert found[row["expected"]].file == "classes.dex"
