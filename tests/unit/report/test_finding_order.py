"""Findings of one app are beside each other; the worst stay first."""

import pytest
from msgspec.structs import replace

from tieback.model.exposure import Finding, Severity
from tieback.report import finding_order
from tieback.report.finding_order import by_app

PLAIN = Finding("", "a-rule", "", Severity.HIGH, "", (), (), (), "")


def finding(key: str, app: str, evidence: str, rule: str = "a-rule", severity: Severity = Severity.HIGH) -> Finding:
    return replace(PLAIN, id=key, rule=rule, severity=severity, apps=(app,), evidence=(evidence,))


FOUND = sorted(
    [
        finding("f1", "app2", "config.xml at 0x9"),
        finding("f2", "app1", "keys.xml at 0x1"),
        finding("f3", "app2", "config.xml at 0x1"),
        finding("f4", "app1", "keys.xml at 0x7"),
        finding("f5", "app9", "any", severity=Severity.CRITICAL),
        finding("f6", "app0", "any", rule="b-rule"),
    ],
    key=lambda one: one.order,
)


def test_findings_of_an_app_are_beside_each_other_after_worse_ones_and_before_other_rules() -> None:
    assert [one.id for one in by_app(FOUND)] == ["f5", "f1", "f3", "f2", "f4", "f6"]


def test_the_order_is_that_of_the_next_build() -> None:
    built_again = [replace(one, apps=(f"{9 - int(one.apps[0][-1])}",)) for one in FOUND]
    assert [one.id for one in by_app(built_again)] == [one.id for one in by_app(FOUND)]


def test_no_more_than_a_part_is_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding_order, "MOST_SORTED", 3)
    assert [one.id for one in by_app(FOUND)] == ["f5", "f1", "f3", "f2", "f4", "f6"]
    monkeypatch.setattr(finding_order, "MOST_SORTED", 1)
    assert [one.id for one in by_app(FOUND)] == [one.id for one in FOUND]
