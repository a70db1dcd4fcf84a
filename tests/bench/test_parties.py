"""Hosts seen from apps: what is called first party is, and the tables can be trusted."""

from pathlib import Path

import pytest

from bench.parties import (
    NOT_SCORED,
    PARTS,
    SEEN,
    UNSEEN,
    corpus_judged,
    first_party,
    found_judged,
    found_rows,
    labelled,
    wrong,
)
from tests import samples

KNOWN = {"tradernet.ru", "grocy.info", "en.demo.grocy.info"}
"""Hosts that are wrongly called first party: those of two services with which their clients share the name."""
TABLES = pytest.mark.parametrize("path", [SEEN, UNSEEN], ids=lambda path: path.stem)


@TABLES
def test_nothing_is_called_first_party_that_is_not(path: Path) -> None:
    assert [row for row, owned in wrong(path) if owned.party == "first"] == []


@pytest.mark.parametrize(("path", "least"), [(SEEN, 0.95), (UNSEEN, 0.85)], ids=("seen", "unseen"))
def test_most_are_right(path: Path, least: float) -> None:
    assert len(wrong(path)) <= (1 - least) * len(labelled(path))


@TABLES
def test_the_table(path: Path) -> None:
    rows = labelled(path)
    assert len({(row.bundle, row.host) for row in rows}) == len(rows) >= 150
    assert {row.party for row in rows} == {"first", "third", "platform", "unknown"}


def test_no_app_is_in_both_tables() -> None:
    assert {row.bundle for row in labelled(SEEN)}.isdisjoint(row.bundle for row in labelled(UNSEEN))


def test_the_endpoints_of_analysed_apps() -> None:
    every = corpus_judged()
    if len(every) < 80:
        pytest.skip(samples.why_not("apps"))
    right = sum(sighting.party == label for _, _, label, sighting in every)
    assert right >= 0.95 * len(every)
    assert not [value for _, value, label, one in every if one.party == "first" != label]


@pytest.mark.parametrize(
    ("parts", "template", "classes", "least"),
    [
        (PARTS, False, True, 0.91),
        (PARTS, True, True, 0.91),
        (PARTS, True, False, 0.88),
        (PARTS[:6], False, True, 0.93),
        (PARTS[:6], True, True, 0.93),
        (PARTS[:3], False, True, 0.93),
        (PARTS[:3], True, True, 0.93),
        (PARTS[:3], True, False, 0.90),
        (PARTS[3:6], False, True, 0.90),
        (PARTS[3:6], True, True, 0.90),
        (PARTS[3:6], True, False, 0.83),
        (PARTS[6:7], False, True, 0.90),
        (PARTS[6:7], True, True, 0.90),
        (PARTS[6:7], True, False, 0.85),
        (PARTS[7:9], False, True, 0.87),
        (PARTS[7:9], True, True, 0.87),
        (PARTS[7:9], True, False, 0.82),
        (PARTS[9:11], False, True, 0.87),
        (PARTS[9:11], True, True, 0.87),
        (PARTS[9:11], True, False, 0.80),
        (PARTS[11:12], False, True, 0.90),
        (PARTS[11:12], True, True, 0.90),
        (PARTS[11:12], True, False, 0.85),
        (PARTS[12:], False, True, 0.88),
        (PARTS[12:], True, True, 0.83),
        (PARTS[12:], True, False, 0.80),
    ],
)
def test_own_endpoints_of_apps_whose_signer_is_unknown(
    parts: tuple[str, ...], template: bool, classes: bool, least: float
) -> None:
    rows = [row for row in found_rows() if row.part in parts]
    judged = found_judged(rows, template=template, classes=classes)
    own, right, _ = first_party(judged)
    assert [row.value for row, owned in judged if owned.party == "first" != row.label and row.value not in KNOWN] == []
    assert right >= least * own


def test_the_table_of_apps_whose_signer_is_unknown() -> None:
    rows = found_rows()
    assert len({(row.source, row.value) for row in rows}) == len(rows) >= 900
    assert len({row.source for row in rows}) >= 50
    assert {row.label for row in rows} == {"first", "other", *NOT_SCORED}
    parts = {row.source: row.part for row in rows}
    assert set(parts.values()) == set(PARTS)
    assert all(row.part == parts[row.source] for row in rows)
