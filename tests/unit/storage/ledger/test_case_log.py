"""A log that nobody can rewrite unseen."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from sqlalchemy import text

from tieback.model.case import NewLogLine
from tieback.storage.ledger.case_log import MAX_TEXT
from tieback.storage.ledger.ledger import Ledger

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def lines(ledger: Ledger) -> None:
    for number in range(5):
        ledger.cases.note([NewLogLine(f"case-{number % 2}", "note", {"text": f"line {number}"}, by="Ann")], NOW)


def rewrite(ledger: Ledger, statement: str) -> None:
    with ledger.database.engine.begin() as connection:
        connection.execute(text(statement))


def test_lines_follow_each_other(ledger: Ledger) -> None:
    verdict = ledger.cases.verify()
    assert (verdict.ok, verdict.lines) == (True, 5)
    lines = list(ledger.cases.log())
    assert [line.seq for line in lines] == [1, 2, 3, 4, 5]
    assert verdict.head == lines[-1].hash
    assert all(line.prev == before.hash for before, line in pairwise(lines))
    assert [line.fields["text"] for line in ledger.cases.log("case-1")] == ["line 1", "line 3"]


@pytest.mark.parametrize(
    ("statement", "good"),
    [
        ('UPDATE case_log SET fields = \'{"text":"nothing"}\' WHERE seq = 3', 2),
        ("UPDATE case_log SET author = 'Eve' WHERE seq = 1", 0),
        ("UPDATE case_log SET time = '2020-01-01T00:00:00+00:00' WHERE seq = 5", 4),
        ("DELETE FROM case_log WHERE seq = 2", 1),
        ("DELETE FROM case_log WHERE seq = 1", 0),
        ("UPDATE case_log SET seq = 9 WHERE seq = 4", 3),
        ("UPDATE case_log SET prev = hash WHERE seq = 2", 1),
    ],
    ids=["text", "author", "time", "deleted", "first-deleted", "moved", "link"],
)
def test_each_change_shows(ledger: Ledger, statement: str, good: int) -> None:
    rewrite(ledger, statement)
    verdict = ledger.cases.verify()
    assert not verdict.ok
    assert verdict.lines == good
    assert verdict.why


def test_truncation_is_detected_only_with_the_stored_head(ledger: Ledger) -> None:
    before = ledger.cases.verify()
    rewrite(ledger, "DELETE FROM case_log WHERE seq = 5")
    after = ledger.cases.verify()
    assert after.ok
    assert (after.lines, after.head) != (before.lines, before.head)


def test_long_and_odd_text_is_kept_within_bounds(ledger: Ledger) -> None:
    ledger.cases.note([NewLogLine("case-9", "note", {"text": "x" * (MAX_TEXT + 7), "odd": "\udcff\x00\n"})], NOW)
    (line,) = ledger.cases.log("case-9")
    assert line.fields["text"].endswith(f"({MAX_TEXT + 7} characters)")
    assert line.fields["odd"] == "\\udcff\x00\n"
    assert ledger.cases.verify().ok
