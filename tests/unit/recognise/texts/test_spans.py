"""Ranges and gaps of a text."""

import pytest

from tieback.recognise.texts import spans as module
from tieback.recognise.texts.script import script_spans
from tieback.recognise.texts.spans import Span, SpanKind, Spans


def some() -> Spans:
    spans = Spans()
    spans.add(2, 4, SpanKind.TAG)
    spans.add(6, 9, SpanKind.COMMENT)
    return spans


def test_the_range_at_an_offset() -> None:
    spans = some()
    assert [offset for offset in range(10) if spans.at(offset) is not None] == [2, 3, 6, 7, 8]
    assert spans.at(7) == Span(6, 9, SpanKind.COMMENT)
    assert len(spans) == 2


def test_the_gap_around_an_offset() -> None:
    assert [some().gap(offset, 0, 12) for offset in (0, 5, 10)] == [(0, 2), (4, 6), (9, 12)]
    assert (some().before(1), some().before(5), some().before(7)) == (0, 4, 7)


def test_a_lexer_stops_at_the_limit_of_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_SPANS", 3)
    spans = script_spans(b"/**/" * 10)
    assert (spans.at(8) is not None, spans.at(12)) == (True, None)
