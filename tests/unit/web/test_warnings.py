"""Warnings for the operator: the first of each text, and the next one after a minute."""

import pytest

from tieback.web.warnings import MAX_TEXTS, PAUSE, OperatorWarnings


def test_a_warning_is_written_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    warnings = OperatorWarnings(lambda: now)
    for text in ("the disk is full\nforged", "the disk is full\nforged", "another"):
        warnings.warn(text)
    now = PAUSE + 1
    warnings.warn("another")
    texts = [record.getMessage() for record in caplog.records]
    assert texts == [r"unavailable: the disk is full\nforged", "unavailable: another", "unavailable: another"]


def test_texts_are_forgotten(caplog: pytest.LogCaptureFixture) -> None:
    warnings = OperatorWarnings(lambda: 0.0)
    for number in range(MAX_TEXTS + 1):
        warnings.warn(str(number))
    warnings.warn("0")
    assert len(caplog.records) == MAX_TEXTS + 2
