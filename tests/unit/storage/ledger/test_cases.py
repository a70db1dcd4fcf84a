"""Vendors, cases and letters in the ledger: each change with its line of the log, or not at all."""

from datetime import UTC, date, datetime

import msgspec
import pytest
from sqlalchemy import text

from tests.unit.cases.samples import NOW, case, letter, vendor
from tieback.cases.policy import default_policy
from tieback.cases.states import advance
from tieback.model.case import Case, CaseState, NewLogLine
from tieback.model.errors import UsageError
from tieback.model.vendor import Vendor
from tieback.storage.ledger.case_log import CaseStates
from tieback.storage.ledger.cases import Cases, Changed
from tieback.storage.ledger.ledger import Ledger


@pytest.fixture
def cases(ledger: Ledger) -> Cases:
    return ledger.cases


def opened(*some: Case) -> list[Changed[Case]]:
    return [(one, (NewLogLine(one.id, "opened", {}),)) for one in some]


def test_a_case_is_opened_once(cases: Cases) -> None:
    one = case()
    assert cases.open(opened(one), NOW) == [one]
    changed = msgspec.structs.replace(one, channel="form")
    assert cases.open(opened(changed), NOW) == []
    assert cases.case(one.id) == one
    assert [line.event for line in cases.log(one.id)] == ["opened"]


def test_cases_by_state_and_vendor_the_most_urgent_first(cases: Cases) -> None:
    late, soon = case(store="late", due=date(2026, 9, 1)), case(store="soon", due=date(2026, 4, 1))
    never = case(store="never", due=None, vendor="v-other", state=CaseState.CLOSED)
    cases.open(opened(late, soon, never), NOW)
    assert [one.id for one in cases.cases()] == [soon.id, late.id, never.id]
    assert [one.id for one in cases.cases(states=[CaseState.CLOSED])] == [never.id]
    assert [one.id for one in cases.cases(vendor=late.vendor)] == [soon.id, late.id]


def test_a_change_that_fails_leaves_nothing(cases: Cases) -> None:
    one = case()
    cases.open(opened(one), NOW)

    def refuse(_: Case) -> Changed[Case]:
        raise UsageError("no")

    with pytest.raises(UsageError, match="no"):
        cases.change(one.id, refuse, NOW)
    assert cases.case(one.id) == one
    assert len(list(cases.log())) == 1


def test_missing_case_is_an_error(cases: Cases) -> None:
    with pytest.raises(UsageError, match="case-none: no such case"):
        cases.case("case-none")
    with pytest.raises(UsageError, match="v-none: no such vendor"):
        cases.vendor("v-none")


def test_vendors_are_kept_and_merged(cases: Cases) -> None:
    kept, gone = vendor("v-kept", "Kept"), vendor("v-gone", "Gone")
    assert cases.change_vendors(lambda _: [(kept, ()), (gone, ())], NOW) == 2
    assert cases.change_vendors(lambda known: [] if len(known) == 2 else [(kept, ())], NOW) == 0
    one = case(vendor="v-gone")
    cases.open(opened(one), NOW)
    cases.save_letter(letter(vendor="v-gone"), (), NOW)
    cases.merge_vendors(kept, "v-gone", (NewLogLine("v-kept", "edited", {"merged": "v-gone"}),), NOW)
    assert [one.id for one in cases.vendors()] == ["v-kept"]
    assert cases.case(one.id).vendor == "v-kept"
    assert [line.event for line in cases.log("v-kept")] == ["edited"]
    changed = cases.change_vendor("v-kept", lambda old: (_renamed(old), ()), NOW)
    assert cases.vendor("v-kept") == changed == vendor("v-kept", "New name")


def _renamed(old: Vendor) -> Vendor:
    return msgspec.structs.replace(old, name="New name")


def test_letters_by_vendor_and_version(cases: Cases) -> None:
    first, second = letter(version=1), letter(version=2)
    cases.save_letter(second, (), NOW)
    cases.save_letter(first, (), NOW)
    again = msgspec.structs.replace(first, files=(("a.pdf", "0" * 64),), created=datetime(2026, 4, 1, tzinfo=UTC))
    cases.save_letter(again, (), NOW)
    assert list(cases.letters(first.vendor, first.kind)) == [again, second]
    assert list(cases.letters("v-nobody")) == []


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE cases SET state = 'fixed'", "its row and its document differ"),
        ("UPDATE cases SET due = '2099-01-01'", "its row and its document differ"),
        (
            "UPDATE cases SET state = 'fixed', document = replace(document, '\"notified\",', '\"fixed\",')",
            "its state is fixed, but the log says notified",
        ),
        ("UPDATE cases SET document = replace(document, '192.0.2.7', '192.0.2.8')", "it was edited outside the log"),
        ("DELETE FROM cases", "the log has it, but it is gone"),
    ],
    ids=["state", "due", "state-and-document", "store", "deleted"],
)
def test_a_case_that_is_not_as_the_log_says(ledger: Ledger, statement: str, why: str) -> None:
    one = case()
    ledger.cases.open([(one, (NewLogLine(one.id, "opened", {"store": "s"}),))], NOW)
    ledger.cases.change(one.id, lambda old: advance(old, CaseState.NOTIFIED, default_policy(), NOW), NOW)
    assert (ledger.cases.verify().ok, ledger.cases.verify().cases) == (True, 1)
    with ledger.database.engine.begin() as connection:
        connection.execute(text(statement))
    verdict = ledger.cases.verify()
    assert (verdict.ok, verdict.cases) == (False, 0)
    assert verdict.why == f"{one.id}: {why}"


def test_a_case_without_digests_is_verified_by_its_state(ledger: Ledger) -> None:
    one = case()
    ledger.cases.open([(one, (NewLogLine(one.id, "opened", {"store": "s"}),))], NOW)
    states = CaseStates()
    for line in ledger.cases.log():
        states.add(msgspec.structs.replace(line, fields={"store": "s"}))
    row = (one.vendor, "found", "2026-03-08")
    assert states.problem(one, row, "any") == ""


def test_each_change_has_a_digest_whatever_it_logs(ledger: Ledger) -> None:
    one = case()
    ledger.cases.open([(one, (NewLogLine(one.id, "opened", {"store": "s"}),))], NOW)
    many = {f"field {number}": "x" for number in range(40)}
    logs: list[tuple[NewLogLine, ...]] = [
        (), (NewLogLine(one.id, "note", many),), (NewLogLine(one.id, "note", {}), NewLogLine("v-1", "letter", {})),
    ]  # fmt: skip
    for number, lines in enumerate(logs):
        changed = msgspec.structs.replace(one, channel=f"way {number}")
        ledger.cases.change(one.id, lambda _, changed=changed, lines=lines: (changed, lines), NOW)  # type: ignore[misc]
        assert ledger.cases.verify().ok
    with ledger.database.engine.begin() as connection:
        connection.execute(text("UPDATE cases SET document = replace(document, 'way 2', 'way 3')"))
    assert not ledger.cases.verify().ok
