"""The reasons of exit codes."""

import pytest
from msgspec.structs import replace

from tieback.model.backend import Backend
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.probe import Outcome, ProbeReport
from tieback.model.report.document import Report
from tieback.model.report.scope import SkipReason
from tieback.model.report.tables import LazyTable
from tieback.report.texts.unprobed import no_verdict_text, unprobed_names
from tieback.report.texts.unread import unread_reason


def test_without_a_grant_back_ends_are_named_as_they_are_counted(report: Report) -> None:
    """Two endpoints at one host are one back end; the rest is of the same number."""
    rows = [
        Backend(Endpoint(EndpointKind.URL, f"https://{host}/{path}", "https", host, 443))
        for host in ("a.test", "b.test", "c.test", "d.test", "e.test", "f.test", "g.test")
        for path in ("x", "y")
    ] + [Backend(Endpoint(EndpointKind.CLOUD, "s3:shop", "https", "s3.amazonaws.com", 443, service="s3"))]
    named = replace(report, scope=None, backends=LazyTable.of(rows), backends_named=8)
    assert unprobed_names(named) == "a.test, b.test, c.test, d.test, e.test and 3 more"
    resource = replace(named, backends=LazyTable.of(rows[-1:]), backends_named=1)
    assert unprobed_names(resource) == "s3:shop"


def test_reasons_of_exit_codes_name_what_was_left_out(report: Report) -> None:
    assert report.scope is not None
    probes = [
        ProbeReport(f"h{number}.test:443", outcome)
        for number, outcome in enumerate([Outcome.OUT_OF_SCOPE] * 6 + [Outcome.REFUSED, Outcome.BUDGET_SPENT])
    ]
    scope = replace(report.scope, skipped=((SkipReason.OUTSIDE, 6), (SkipReason.OVER_BUDGET, 1)))
    text = unprobed_names(replace(report, scope=scope, probes=LazyTable.of(probes)))
    assert text == "h0.test:443, h1.test:443, h2.test:443, h3.test:443, h4.test:443 and 2 more"
    assert unread_reason(report).startswith("1 app only partly read: lantern.apk (CodePush can replace")


@pytest.mark.parametrize(
    ("outcomes", "count"),
    [((Outcome.OK, Outcome.REFUSED, Outcome.PROTOCOL_MISMATCH), 0), ((Outcome.OUT_OF_SCOPE, Outcome.BUDGET_SPENT), 0),
     ((Outcome.TIMEOUT,), 1), ((Outcome.ERROR, Outcome.OK, Outcome.HOSTILE, Outcome.TLS_ERROR), 3)],
)  # fmt: skip
def test_targets_without_a_verdict_are_counted_and_named(
    report: Report, outcomes: tuple[Outcome, ...], count: int
) -> None:
    probes = [ProbeReport(f"h{number}.test:443", outcome) for number, outcome in enumerate(outcomes)]
    text = no_verdict_text(replace(report, probes=LazyTable.of(probes)))
    assert text.startswith(f"{count} target") if count else text == ""
    assert text.count(".test:443") == count


def test_of_many_targets_without_a_verdict_the_first_are_named(report: Report) -> None:
    probes = [ProbeReport(f"h{number}.test:443", Outcome.TIMEOUT) for number in range(9)]
    text = no_verdict_text(replace(report, probes=LazyTable.of(probes)))
    assert text.startswith("9 targets without a verdict")
    assert text.endswith("h4.test:443 and 4 more")
