"""What became of stores that earlier runs saw open: remediated only where they answered again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.unit.assess.test_findings import EXPOSURE
from tieback.model.exposure import Exposure
from tieback.model.probe import Access
from tieback.pipeline.report import compare_with_earlier_runs
from tieback.storage.ledger.ledger import Ledger

CLOSED = replace(EXPOSURE, access=Access.AUTH_REQUIRED)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(tmp_path / "ledger.db")
    yield opened
    opened.close()


def ended(ledger: Ledger, *stores: Exposure) -> str:
    run = ledger.start_run([])
    ledger.conclusions.save(run, stores, [])
    ledger.end_run(run)
    return run


def test_the_first_run_has_no_history(ledger: Ledger) -> None:
    assert compare_with_earlier_runs(ledger.conclusions, ended(ledger, EXPOSURE)) is None


@pytest.mark.parametrize(
    ("now", "fates"),
    [
        ([EXPOSURE], (1, 0, 0)),
        ([CLOSED], (0, 1, 0)),
        ([], (0, 0, 1)),
        ([replace(CLOSED, id="exp-other")], (0, 1, 0)),
        ([replace(CLOSED, id="exp-other", targets=("new.test:9200",))], (0, 1, 0)),
        ([replace(CLOSED, id="exp-other", targets=("new.test:9200",), addresses=("127.0.0.9:9200",))], (0, 0, 1)),
        ([replace(CLOSED, id="exp-2"), replace(EXPOSURE, id="exp-3")], (1, 0, 0)),
        ([replace(EXPOSURE, honeypot=("a bait",))], (0, 1, 0)),
    ],
    ids=["open", "closed", "silent", "identity lost", "known by its address", "elsewhere", "open beside", "a honeypot"],
)
def test_fate_of_stores_of_earlier_runs(ledger: Ledger, now: list[Exposure], fates: tuple[int, int, int]) -> None:
    ended(ledger, EXPOSURE)
    found = compare_with_earlier_runs(ledger.conclusions, ended(ledger, *now))
    assert found is not None
    assert (found.runs, found.before) == (1, 1)
    assert (found.still_open, found.remediated, found.unconfirmed) == fates


def test_a_store_that_was_closed_for_a_while_counts_once(ledger: Ledger) -> None:
    ended(ledger, EXPOSURE)
    ended(ledger, CLOSED)
    found = compare_with_earlier_runs(ledger.conclusions, ended(ledger, EXPOSURE))
    assert found is not None
    assert (found.runs, found.before, found.still_open) == (2, 1, 1)
