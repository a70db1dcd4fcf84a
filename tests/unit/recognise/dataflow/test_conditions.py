"""Addresses behind conditions on numbers: what never runs in this app is no back end, and every doubt keeps it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.recognise.dataflow.test_uses import artifact, ends
from tieback.recognise.dataflow import conditions, uses
from tieback.recognise.dataflow.trace import NEVER
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DATA = (Path(__file__).parent / "dex" / "conditions.dex").read_bytes()
SEARCH = AppSearch(RuleFiles())
NEVER_RUN = [
    "caseelse", "casethree", "initialelse", "keptfortests", "modetwo", "returnedfortests", "startedelse",
    "tried", "uncalled", "unset",
]  # fmt: skip
RUN = [
    "askedelse", "caseone", "casetwo", "caught", "chosen", "entry", "frommodel", "initial", "keptforlive",
    "lateelse", "listener", "loaded", "maker", "modezero", "named", "notless", "platform", "returnedforlive",
    "summed", "twice", "unknown", "unsetelse",
]  # fmt: skip


def test_what_never_runs_is_no_back_end() -> None:
    reasons, back_ends = ends(DATA)
    assert reasons == dict.fromkeys(NEVER_RUN, NEVER)
    assert back_ends == RUN


@pytest.mark.parametrize(
    ("module", "limit"), [(conditions, "MAX_STEPS"), (conditions, "_MAX_DEPTH"), (uses, "MAX_UNITS")]
)
def test_without_a_budget_every_condition_is_open(monkeypatch: pytest.MonkeyPatch, module: object, limit: str) -> None:
    monkeypatch.setattr(module, limit, -1)
    assert ends(DATA) == ({}, sorted(NEVER_RUN + RUN))


@settings(max_examples=examples(60))
@given(st.lists(st.tuples(st.integers(112, len(DATA) - 4), st.binary(min_size=1, max_size=4)), max_size=10))
def test_a_damaged_file_never_raises(patches: list[tuple[int, bytes]]) -> None:
    hurt = bytearray(DATA)
    for place, patch in patches:
        hurt[place : place + len(patch)] = patch
    list(SEARCH.finds([artifact(bytes(hurt))]))
