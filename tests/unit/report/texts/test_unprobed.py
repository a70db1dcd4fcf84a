"""The reasons of exit codes."""

from msgspec.structs import replace

from tieback.model.probe import Outcome, ProbeReport
from tieback.model.report.document import Report
from tieback.model.report.scope import SkipReason
from tieback.model.report.tables import LazyTable
from tieback.report.texts.unprobed import unprobed_names
from tieback.report.texts.unread import unread_names


def test_reasons_of_exit_codes_name_what_was_left_out(report: Report) -> None:
    assert report.scope is not None
    probes = [
        ProbeReport(f"h{number}.test:443", outcome)
        for number, outcome in enumerate([Outcome.OUT_OF_SCOPE] * 6 + [Outcome.REFUSED, Outcome.BUDGET_SPENT])
    ]
    scope = replace(report.scope, skipped=((SkipReason.OUTSIDE, 6), (SkipReason.OVER_BUDGET, 1)))
    text = unprobed_names(replace(report, scope=scope, probes=LazyTable.of(probes)))
    assert text == "h0.test:443, h1.test:443, h2.test:443, h3.test:443, h4.test:443 and 2 more"
    assert unread_names(report).startswith("lantern.apk (CodePush can replace")
