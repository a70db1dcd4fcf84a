"""Severities are ordered."""

from tieback.model.exposure import Severity


def test_severity_rank_is_ordered() -> None:
    assert sorted(Severity, key=lambda severity: severity.rank) == [
        Severity.INFO, Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL,
    ]  # fmt: skip
