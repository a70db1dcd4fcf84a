"""Texts that are found in one pass of hyperscan: the places are those of one search for each."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.text_places import places_of
from tieback.recognise.pages import page_marks
from tieback.recognise.pages.page_marks import Marks, places_of_marks

TEXTS, CASELESS = (b"aa", b".\0j\0s\0", b"doc/", b"docs/", b"(//"), (b".js", b".htm")
MARKS = Marks(TEXTS, caseless=CASELESS)


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(st.sampled_from((*TEXTS, *CASELESS, b".JS", b".Htm", b"a", b"\0", b".", b"js", b"\xff")), max_size=20))
def test_places_are_those_of_a_search(parts: list[bytes]) -> None:
    raw = b"".join(parts)
    found = places_of_marks(MARKS, raw)
    assert found.complete
    for text in TEXTS:
        assert found.of(text) == list(places_of(raw, text)), text
    for text in CASELESS:
        assert found.of(text) == list(places_of(raw.lower(), text)), text
    assert found.of(*CASELESS) == sorted(found.of(b".js") + found.of(b".htm"))


def test_too_many_places_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_marks, "MAX_HITS", 3)
    assert places_of_marks(MARKS, b"doc/ doc/").complete
    assert not places_of_marks(MARKS, b"doc/ " * 3).complete
