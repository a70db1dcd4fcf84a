"""The report of a probe without an app: stores, findings and scope; a target without an answer is never closed."""

from datetime import date

import pytest
from msgspec.structs import replace

from tieback.model.figure import exact, lower_bound
from tieback.model.grant import Grant
from tieback.model.probe import Access, Container, Field, Outcome, ProbeReport, Proof
from tieback.model.report.scope import SkipReason
from tieback.pipeline.probing.probe_report import probe_report, skip_reason
from tieback.report.texts.headline import headline_text
from tieback.scope.policy.exclude import EXCLUDED
from tieback.scope.resolver import DNS_FAILED, DNS_NOT_ALLOWED, NOT_RESOLVED

GRANT = Grant("Office", "sec@example.test", date(2999, 1, 1))
PEOPLE = Container(("hr", "people"), "collection", records=exact(40, "count"), fields=(Field("email"), Field("n")))
OPEN = ProbeReport(
    "a.test:27017", Outcome.OK, Access.OPEN, (Proof("list", "lists", Access.OPEN),), "mongodb", containers=(PEOPLE,)
)


def test_stores_and_findings_without_an_app() -> None:
    report = probe_report([OPEN, ProbeReport("b.test:1", Outcome.REFUSED)], GRANT, "audit.jsonl")
    (store,) = report.exposed.rows()
    assert (store.targets, store.records.value, [total.pii_class for total in store.pii]) == (
        ("a.test:27017",), 40, ["email"],
    )  # fmt: skip
    assert store.people is not None
    assert [finding.exposures for finding in report.findings.rows()] == [(store.id,)]
    assert headline_text(report).startswith("1 data store accessible without authentication: 40 records")
    assert report.problems.count == 0


def test_servers_that_show_no_product_before_a_login_are_one_problem() -> None:
    asked = [ProbeReport(f"s{n}.test:443", Outcome.OK, Access.AUTH_REQUIRED) for n in range(7)]
    (problem,) = probe_report(asked, GRANT, "").problems.rows()
    assert problem.what == "7 servers require a login before a product is visible, and are not counted as stores"
    assert problem.where == "s0.test:443, s1.test:443, s2.test:443, s3.test:443, s4.test:443 and 2 more"
    (problem,) = probe_report(asked[:1], GRANT, "").problems.rows()
    assert problem.what == "1 server requires a login before a product is visible, and is not counted as a store"
    assert problem.where == "s0.test:443"


def test_figures_of_targets_that_were_not_probed_are_unknown() -> None:
    outside = ProbeReport("b.test:1", Outcome.OUT_OF_SCOPE, problems=("no target covers it",))
    head = probe_report([outside], GRANT, "").headline
    assert (head.records, head.bytes) == (lower_bound(0, "nothing was probed"),) * 2


def test_targets_without_a_verdict_are_problems() -> None:
    silent = ProbeReport("b.test:1", Outcome.TIMEOUT, problems=("no answer in 3 s",))
    report = probe_report([silent], GRANT, "")
    (problem,) = report.problems.rows()
    assert (problem.where, problem.what) == ("b.test:1", "no verdict: no answer in 3 s")
    assert "No data store answered" in headline_text(report)


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        ("no target covers it", SkipReason.OUTSIDE),
        (f"{DNS_NOT_ALLOWED}", SkipReason.DNS_NOT_ALLOWED),
        *((f"{part} b.test", SkipReason.NOT_RESOLVED) for part in NOT_RESOLVED),
        *((f"{part} b.test", SkipReason.DNS_FAILED) for part in DNS_FAILED),
        (f"{EXCLUDED}: {DNS_NOT_ALLOWED}", SkipReason.EXCLUDED),
    ],
)
def test_the_reason_for_no_contact(problem: str, reason: SkipReason) -> None:
    outside = ProbeReport("b.test:1", Outcome.OUT_OF_SCOPE, problems=(problem,))
    assert skip_reason(outside) is reason
    scope = probe_report([outside, replace(outside, target="c.test:1"), OPEN], GRANT, "").scope
    assert scope is not None
    assert (scope.targets_asked, scope.targets_out_of_scope, scope.skipped) == (1, 2, ((reason, 2),))
