"""The table of stores names each probe, and what its module says it was verified against."""

import re
from importlib import import_module
from pathlib import Path

from tests.each import each
from tieback.probes import PROBES
from tieback.probes.interface import Probe

LINES = (Path(__file__).parents[2] / "docs" / "reference" / "stores.md").read_text().splitlines()
ROWS = {
    cells[0].strip(" `"): [cell.strip() for cell in cells]
    for line in LINES
    if line.startswith("| `")
    for cells in [line.strip("|").split("|")]
}
STORES = [probe for probe in PROBES if probe.meta.name != "web"]


def test_each_probe_has_a_row_and_each_row_a_probe() -> None:
    assert {probe.meta.name for probe in STORES} == set(ROWS)


def test_no_row_is_there_twice() -> None:
    rows = [line for line in LINES if line.startswith("| `")]
    assert len(rows) == len(set(rows))


@each("probe", STORES, ids=lambda probe: probe.meta.name)
def test_documentation_row_matches_the_code(probe: Probe) -> None:
    _, products, ports, verified, *_ = ROWS[probe.meta.name]
    assert re.findall(r"[a-z0-9-]+", products) == list(probe.meta.products)
    assert [int(port) for port in re.findall(r"[0-9]+", ports)] == list(probe.meta.ports)
    if probe.meta.web:
        said = " ".join((import_module(type(probe).__module__).__doc__ or "").split()).replace("itself is", "")
        real = re.search(r"[Vv]erified against (?!the real server)", said) is not None
        assert ("documentation only" not in verified) is real
