"""The records are the same on every run and touch nobody who exists."""

import re

import pytest

from tests.each import each
from tieback.lab.people import synthetic_rows
from tieback.lab.stores import STORES

DATASETS = sorted({holding.dataset for store in STORES for holding in store.holdings if holding.dataset})


@each("dataset", DATASETS)
def test_every_call_gives_the_same_rows(dataset: str) -> None:
    assert synthetic_rows(dataset, 20) == synthetic_rows(dataset, 20)
    assert synthetic_rows(dataset, 20)[:5] == synthetic_rows(dataset, 5)


@each("dataset", DATASETS)
def test_all_rows_have_the_same_fields(dataset: str) -> None:
    made = synthetic_rows(dataset, 50)
    assert len(made) == 50
    assert {tuple(row) for row in made} == {tuple(made[0])}


@pytest.mark.parametrize("dataset", DATASETS)
def test_emails_and_phone_numbers_are_reserved_ones(dataset: str) -> None:
    for row in synthetic_rows(dataset, 300):
        for name, value in row.items():
            if name in ("email", "user"):
                assert re.fullmatch(r"[a-z0-9.]+@[a-z.]+\.test", str(value)), value
            if name == "phone":
                assert re.fullmatch(r"\+1-\d{3}-555-01\d\d", str(value)), value


def test_the_note_has_the_shape_of_real_ones() -> None:
    (note,) = synthetic_rows("ransom_note", 1)
    text = str(note["message"])
    assert re.search(r"\bbc1[a-z0-9]{25,59}\b", text)
    assert re.search(r"\d*[.]?\d+\s*BTC", text)
    assert len(str(note)) < 4096


def test_an_unknown_table_is_an_error() -> None:
    with pytest.raises(KeyError):
        synthetic_rows("nobody", 1)
