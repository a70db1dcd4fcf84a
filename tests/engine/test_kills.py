"""Whatever dies on a cluster, and whenever: the next run ends with the very rows of a run that nothing disturbed.

Here one moment of some kinds, in `make test-more`; ``python -m bench.kills`` does thirty of all, with more inputs and
stores. In `make test`, ``test_dask`` kills workers and schedulers of a cluster, and ``test_kill`` runs on one machine.
"""

import random
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.engine.kills import KINDS, Ground, Moment, difference
from tests.lab.ports import free_subnet

pytest.importorskip("distributed", reason="the extra [dask] is not installed")

SAMPLE = [kind for kind in KINDS if kind not in {"worker", "client"}]
"""A worker is killed in ``test_dask`` too, and the client by a late batch."""
SUBNET = str(free_subnet())
"""Addresses of this test alone, so that a lab that runs on this machine is left in peace."""

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]


def tieback(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "tieback", *words], check=True, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A cluster, an open store (an emulation of OpenSearch), and what a run on this machine alone leaves."""
    directory = tmp_path_factory.mktemp("kills")
    lab = str(directory / "lab")
    try:
        tieback("lab", "up", "fieldhand", "--subnet", SUBNET, "--dir", lab)
        ground = Ground(directory, (), directory / "lab" / "lab.toml")
        try:
            ground.prepare()
            yield ground
        finally:
            ground.stop()
    finally:
        tieback("lab", "down", "--purge", "--dir", lab)


@pytest.mark.more
def test_what_is_compared(ground: Ground) -> None:
    """Both engines left these rows, byte for byte, or ``prepare`` had failed; they are not rows of nothing."""
    tables = [line.partition(" ")[0] for line in ground.reference.splitlines()]
    assert tables.count("ledger.units") == tables.count("lake.apps") == 3 * ground.copies
    assert {"ledger.exposures", "ledger.findings", "lake.sightings", "lake.probes"} <= set(tables)


@pytest.mark.more
@pytest.mark.parametrize("kind", SAMPLE)
def test_whatever_is_disturbed_the_rows_are_the_same(kind: str, ground: Ground) -> None:
    if kind == "full disk" and not may_mount():
        pytest.skip("a small disk needs root and a mount namespace of its own")
    dice = random.Random(kind)
    moment = Moment(kind, dice.uniform(0.1, 0.9), dice.randrange(1 << 30))
    outcome = ground.suffer(moment, ground.directory / f"ws-{KINDS.index(kind)}")
    assert outcome.difference == "", (moment, outcome.first)


@pytest.mark.parametrize(
    ("other", "said"),
    [("a\nb", ""), ("a\nb\nb", "+ b"), ("a", "- b"), ("a\nc", "- b\n+ c")],
    ids=["equal", "a row twice", "a row too few", "another row"],
)
def test_a_difference_is_seen(other: str, said: str) -> None:
    assert difference("a\nb", other) == said


def may_mount() -> bool:
    return shutil.which("unshare") is not None and (
        subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode == 0
    )
