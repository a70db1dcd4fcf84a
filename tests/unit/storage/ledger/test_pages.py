"""Pages of stores, findings, cases and their log: each row once, in the order of the whole list, in every database."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.unit.cases.samples import case, exposure
from tieback.model.case import CaseState, NewLogLine
from tieback.model.exposure import Exposure, Finding, PiiClassTotal, Severity
from tieback.model.figure import exact
from tieback.model.probe import Access, Container
from tieback.storage.ledger.case_order import CaseKey
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.ledger.pages import (
    FindingKey,
    StoreFilter,
    StoreKey,
    case_page,
    cases_of_stores,
    count_case_states,
    count_cases,
    count_findings,
    count_stores,
    find_case,
    find_store,
    finding_page,
    findings_by_rule,
    log_page,
    pick_findings,
    store_in_runs,
    store_page,
    store_products,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EMAIL = PiiClassTotal("email", exact(1, "count"), 1)
NAMES_A_CLASS = Container(('"pii_class":"health"',), "index")
"""A server may name a container like a part of our document."""
STORES = tuple(
    exposure(
        f"es-{number}",
        severity=(Severity.HIGH, Severity.LOW)[number % 2],
        records=exact(number // 4, "count"),
        access=Access.OPEN if number % 3 else Access.AUTH_REQUIRED,
        product="redis" if number == 7 else "elasticsearch",
        experimental=number == 5,
        pii=(EMAIL,) if number % 2 else (),
        containers=(NAMES_A_CLASS,),
    )
    for number in range(12)
)
FINDINGS = tuple(
    Finding(f"fnd-{number:02}", f"rule-{number % 2}", "t", tuple(Severity)[number % 3], "CWE-306", (), (), (), "a")
    for number in range(9)
)


def entered(ledger: Ledger, stores: Sequence[Exposure] = STORES, findings: Sequence[Finding] = FINDINGS) -> str:
    run = ledger.start_run([])
    ledger.conclusions.save(run, stores, findings)
    ledger.end_run(run)
    return run


def store_ids(ledger: Ledger, run: str, which: StoreFilter, limit: int = 5) -> list[str]:
    found: list[str] = []
    after: StoreKey | None = None
    while rows := store_page(ledger.database, run, which, after, limit):
        found += [store.id for _, store in rows]
        after = rows[-1][0]
    return found


def test_store_pages_have_each_store_once_and_open_ones_first(ledger: Ledger) -> None:
    run = entered(ledger)
    whole = [store.id for exposed in (True, False) for store in ledger.conclusions.exposures(run, exposed=exposed)]
    assert store_ids(ledger, run, StoreFilter(), limit=5) == whole
    assert store_ids(ledger, run, StoreFilter(), limit=1) == whole


@pytest.mark.parametrize(
    ("which", "numbers"),
    [
        (StoreFilter(exposed=False), {0, 3, 6, 9}),
        (StoreFilter(access=Access.AUTH_REQUIRED), {0, 3, 6, 9}),
        (StoreFilter(product="redis"), {7}),
        (StoreFilter(severity=Severity.LOW, exposed=True), {1, 5, 7, 11}),
        (StoreFilter(pii_class="email"), {1, 3, 5, 7, 9, 11}),
        (StoreFilter(pii_class="health"), set()),
        (StoreFilter(pii_class="e_ail"), set()),
        (StoreFilter(experimental=True), {5}),
        (StoreFilter(experimental=False, product="redis"), {7}),
    ],
)
def test_store_filters(ledger: Ledger, which: StoreFilter, numbers: set[int]) -> None:
    run = entered(ledger)
    assert set(store_ids(ledger, run, which)) == {STORES[number].id for number in numbers}
    assert count_stores(ledger.database, run, which) == len(numbers)


def test_history_of_a_store_names_runs_that_did_not_find_it(ledger: Ledger) -> None:
    first = entered(ledger, STORES[:1])
    entered(ledger, STORES[1:2])
    begun = ledger.start_run([])
    seen = store_in_runs(ledger.database, STORES[0].id, 10)
    assert [one.store is None for one in seen] == [True, False]
    assert seen[1].run == first
    assert begun not in {one.run for one in seen}
    assert len(store_in_runs(ledger.database, STORES[0].id, 1)) == 1


def test_one_store_and_the_products(ledger: Ledger) -> None:
    run = entered(ledger)
    assert find_store(ledger.database, run, STORES[7].id) == STORES[7]
    assert find_store(ledger.database, run, "exp-none") is None
    assert store_products(ledger.database, run, 10) == ["elasticsearch", "redis"]


def test_finding_pages_have_each_finding_once_in_the_order_of_the_report(ledger: Ledger) -> None:
    run = entered(ledger)
    found: list[str] = []
    after: FindingKey | None = None
    while rows := finding_page(ledger.database, run, after, 2):
        found += [finding.id for _, finding in rows]
        after = rows[-1][0]
    assert found == [one.id for one in ledger.conclusions.findings(run)]


def test_finding_filters_and_counts(ledger: Ledger) -> None:
    run = entered(ledger)
    some = finding_page(ledger.database, run, None, 9, rule="rule-1", severity=Severity.LOW)
    assert {finding.id for _, finding in some} == {"fnd-01", "fnd-07"}
    assert count_findings(ledger.database, run, rule="rule-1", severity=Severity.LOW) == 2
    assert findings_by_rule(ledger.database, run) == {"rule-0": 5, "rule-1": 4}
    assert {one.id for one in pick_findings(ledger.database, run, ["fnd-03", "fnd-x"])} == {"fnd-03"}


def test_case_pages_are_by_due_date_and_cases_without_one_are_last(ledger: Ledger) -> None:
    for number in range(7):
        due = None if number % 3 == 0 else date(2026, 3, 1) + timedelta(days=number)
        one = case(
            STORES[number], id=f"case-es-{number}", due=due, state=CaseState.CLOSED if number == 4 else CaseState.FOUND
        )
        ledger.cases.open([(one, (NewLogLine(one.id, "opened", {"store": one.store.id}),))], NOW)
    found: list[str] = []
    after: CaseKey | None = None
    while rows := case_page(ledger.database, after, 2):
        found += [one.id for _, one in rows]
        after = rows[-1][0]
    assert found == [one.id for one in ledger.cases.cases()]
    # Those without a due date are alike, so their severity and records decide.
    assert found[-3:] == ["case-es-6", "case-es-0", "case-es-3"]
    some = cases_of_stores(ledger.database, {STORES[2].id, STORES[4].id, "exp-none"})
    assert [(one.id, one.store, one.vendor, one.state.value) for one in some] == [
        ("case-es-2", STORES[2].id, "v-1", "found"),
        ("case-es-4", STORES[4].id, "v-1", "closed"),
    ]
    due_soon = case_page(ledger.database, None, 9, due_by="2026-03-06")
    assert [one.id for _, one in due_soon] == ["case-es-1", "case-es-2", "case-es-5"]
    assert count_cases(ledger.database, states=[CaseState.CLOSED]) == 1
    assert count_cases(ledger.database, vendor="v-none") == 0
    assert count_case_states(ledger.database) == {"found": 6, "closed": 1}


def test_the_log_is_paged_from_its_end(ledger: Ledger) -> None:
    one = case()
    ledger.cases.open([(one, (NewLogLine(one.id, "opened", {"store": one.store.id}),))], NOW)
    ledger.cases.note([NewLogLine(one.id if number % 2 else "v-1", "note", {}) for number in range(6)], NOW)
    assert [line.seq for line in log_page(ledger.database, None, 3)] == [7, 6, 5]
    assert [line.seq for line in log_page(ledger.database, 5, 3, subject=one.id)] == [3, 1]


def test_a_case_has_the_digest_of_its_last_log_line(ledger: Ledger) -> None:
    one = case()
    ledger.cases.open([(one, (NewLogLine(one.id, "opened", {"store": one.store.id}),))], NOW)
    found = find_case(ledger.database, one.id)
    assert found is not None
    assert found[0] == one
    assert found[1] == log_page(ledger.database, None, 1)[0].fields["case_sha256"]
    assert find_case(ledger.database, "case-none") is None
