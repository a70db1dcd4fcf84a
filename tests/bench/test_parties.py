"""Hosts seen from apps: what is called first party is, and the table can be trusted."""

from bench.parties import labelled, wrong


def test_nothing_is_called_first_party_that_is_not() -> None:
    assert [row for row in wrong() if row[2] == "first"] == []


def test_most_are_right() -> None:
    assert len(wrong()) <= 0.15 * len(labelled())


def test_the_table() -> None:
    rows = labelled()
    assert len({(bundle, host) for bundle, _, host, _ in rows}) == len(rows) >= 150
    assert {party for *_, party in rows} == {"first", "third", "platform", "unknown"}
