"""False alarms: every severe finding over the samples has a verdict, and none is false."""

import pytest

from bench.alarms import KINDS, PAGE, Alarm, Verdict, counts, differences, found, have_samples, judged, page
from tests import samples

VERDICTS = judged()


@pytest.mark.more
def test_the_severe_findings_over_the_samples_are_those_of_the_table() -> None:
    if not have_samples():
        missing = next(kind for kind in KINDS if not samples.have(kind))
        pytest.skip(samples.why_not(missing))
    for kind in KINDS:
        samples.verified(kind)
    new, gone = differences(found(), VERDICTS)
    assert new == [], "judge them by hand, and fix the rule of false ones"
    assert gone == [], "a true finding is lost"


def test_no_finding_of_the_table_is_false() -> None:
    assert [one for one in VERDICTS if one.verdict != "true"] == []


def test_each_verdict_has_a_reason_and_is_unique() -> None:
    assert VERDICTS
    assert all(one.reason and one.alarm.severity in {"high", "critical"} for one in VERDICTS)
    assert len({one.alarm for one in VERDICTS}) == len(VERDICTS)


def test_the_page_shows_the_table() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text, VERDICTS) == text, "run python -m bench.alarms"
    findings, wrong, _ = counts(VERDICTS)
    assert f"| {findings} | {findings - wrong} | {wrong} |" in text


def test_one_false_line_makes_a_finding_false() -> None:
    first = Alarm(
        "a.pcap", "high", "cleartext-personal-data", "T", "device_id 5…e (36) in query:gaid, out, to http://a.test"
    )
    other = first._replace(evidence="travel a…z (9) in query:origin, out, to http://a.test")
    third = first._replace(evidence="email a…t (9) in text, out, to http://b.test")
    verdicts = [Verdict(first, "true", "r"), Verdict(other, "false", "r"), Verdict(third, "true", "r")]
    assert counts(verdicts) == (2, 1, 3)
    assert differences([first], verdicts) == ([], sorted((other, third)))
    assert differences([first, third], verdicts[:2]) == ([third], [other])
