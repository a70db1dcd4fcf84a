"""The made-up export of the benchmark has the shape that it says."""

from pathlib import Path

import pytest

from bench.inventory import INSTALLS_A_DEVICE, make_export
from tieback.intake.inventory.open import open_inventory
from tieback.intake.inventory.source import InventorySource


@pytest.mark.parametrize("shuffled", [False, True])
def test_distinct_apps_on_each_device(tmp_path: Path, shuffled: bool) -> None:
    path = tmp_path / "x.csv"
    make_export(path, 500, shuffled=shuffled)
    importer, shape, _ = open_inventory(source := InventorySource(path))
    rows = list(importer.rows(source, shape))
    assert (importer.meta.name, shape, len(rows)) == ("intune", "AppInvRawData", 500)
    assert len({(row.device, row.name) for row in rows}) == 500
    assert len({row.device for row in rows}) == 500 // INSTALLS_A_DEVICE
