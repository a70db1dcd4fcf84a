from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieback.model.pii import Classification, Column
from tieback.pii.taxonomy import load_taxonomy
from tieback.pii.values import ValueDetector
from tieback.pii.values.detector import MAX_VALUES
from tieback.pii.values.mask import MAX_MASK

DETECTOR = ValueDetector(this_year=2026)


def classes(values: list[str]) -> list[str]:
    return [c.pii_class for c in DETECTOR.classify(Column("c1", values=tuple(values)))]


def test_it_reads_values_and_names_leaves_of_the_taxonomy() -> None:
    assert DETECTOR.meta.reads_values
    assert set(DETECTOR.meta.classes) <= load_taxonomy().keys()


def test_evidence_holds_counts_and_a_mask_and_no_value() -> None:
    values = [f"grace.hopper{n}@navy.test" for n in range(20)]
    (verdict,) = DETECTOR.classify(Column("x", values=(*values, "", "n/a", *values[:5])))
    assert isinstance(verdict, Classification)
    assert verdict.evidence[:2] == ("values: e-mail address (shape)", "n_seen=25 n_distinct=20 n_hit=20")
    said = " ".join(verdict.evidence)
    assert "grace" not in said
    assert "navy" not in said
    assert verdict.evidence[2].startswith("form a{5}.a{6}9")


def test_blank_columns_are_nothing() -> None:
    assert classes([]) == []
    assert classes(["", "null", "N/A", "-", "unknown"] * 10) == []


def test_documents_are_opened() -> None:
    documents = [f'{{"user": {{"mail": "p{n}@example.test", "n": {n}}}}}' for n in range(12)]
    assert classes(documents) == ["email"]
    (verdict,) = DETECTOR.classify(Column("payload", values=tuple(documents)))
    assert verdict.evidence[0] == "values: e-mail address (shape, in documents)"


def test_one_value_can_be_proof_and_another_is_not() -> None:
    assert classes(["-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"]) == ["secret_token"]
    assert classes(["4111111111111111"]) == []


BAIT = [
    "a" * 10_000_000,
    "\x00" * 1000,
    "\ud800\udfff" * 50,
    "a@" * 100_000,
    "(" * 100_000,
    "0" * 100_000,
    "+1 " * 50_000,
    "{" * 100_000,
    "[" * 100_000,
    '{"a":' * 20_000,
    "é" * 100_000,
    "\n" * 10_000,
    "eyJ" * 50_000,
    "1.1," * 50_000,
    "A1-" * 50_000,
    "\u202e" * 1000 + "x",
    " " * 1_000_000 + "x",
    "$1$" * 1000,
]


@pytest.mark.parametrize("bait", BAIT, ids=range(len(BAIT)))
def test_hostile_values_are_bounded(bait: str) -> None:
    look = DETECTOR.look([bait] * 50 + [bait[1:], "x" + bait, "jo@example.test"])
    assert look.distinct <= 4
    assert len(look.mask) <= MAX_MASK
    assert [c for c in look.candidates if c.proof and c.pii_class != "email"] == []


def test_only_so_many_values_are_looked_at() -> None:
    look = DETECTOR.look(f"user{n}@example.test" for n in range(10**9))
    assert look.seen == MAX_VALUES


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=30))
def test_any_text(values: list[str]) -> None:
    look = DETECTOR.look(values)
    assert look.distinct <= look.seen <= len(values)
    for candidate in look.candidates:
        assert 0 <= candidate.sure <= 1
        assert candidate.hits <= MAX_VALUES


def test_the_order_of_values_does_not_matter() -> None:
    values = [f"0{n} 4567 {n}12" for n in range(10, 60)]
    shuffled = Random(3).sample(values, len(values))
    assert classes(values) == classes(shuffled) == ["phone"]
