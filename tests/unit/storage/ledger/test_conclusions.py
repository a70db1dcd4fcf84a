"""What a run concluded comes back whole, worst first, and is counted by the database."""

from collections.abc import Generator

import pytest
from msgspec.structs import replace

from tieback.model.backend import Candidate, Route
from tieback.model.exposure import AppRoute, Exposure, Finding, PiiClassTotal, Severity
from tieback.model.figure import exact
from tieback.model.pii import OwnPeople
from tieback.model.probe import Access, Container, Field, Identity, Ransom
from tieback.storage.ledger.conclusions import Conclusions
from tieback.storage.ledger.ledger import Ledger


def way(app: str) -> AppRoute:
    return AppRoute(app, Candidate("h", 1, None, Route.NAMED, (), ""), "h:1", "f", 0, "x")


HUGE = Exposure(
    id="x1",
    identity=Identity("mongodb:1", "fingerprint"),
    product="mongodb",
    version="6.0.5",
    access=Access.OPEN,
    addresses=("127.0.0.1:27017",),
    targets=("db.test:27017",),
    routes=(way("aa"), way("aa"), way("bb")),
    containers=(),
    records=exact(2**63, "count"),
    bytes=exact(5, "dataSize"),
    pii=(PiiClassTotal("email", exact(80, "count"), 2),),
    fields=(),
    ransom=Ransom(),
    severity=Severity.HIGH,
    score=70,
    factors=(),
    bytes_sent=1,
    bytes_read=2,
    cleartext=True,
)
FINDING = Finding("open:x1", "open-store", "Open", Severity.HIGH, "CWE-306", ("x1",), (), (), "Close it")
SMALL = replace(HUGE, id="x2", records=exact(3, "count"), routes=(way("bb"),))
WORSE = replace(HUGE, id="x3", records=exact(1, "count"), severity=Severity.CRITICAL, routes=())
CLOSED = replace(HUGE, id="x4", access=Access.AUTH_REQUIRED, severity=Severity.CRITICAL, routes=(way("cc"),))


@pytest.fixture
def run(ledger: Ledger) -> str:
    run = ledger.start_run([])
    ledger.conclusions.save(run, [SMALL], [])  # replaced below
    ledger.conclusions.save(run, iter([SMALL, CLOSED, HUGE, WORSE]), iter([FINDING, CRITICAL]))
    return run


CRITICAL = replace(FINDING, id="z", severity=Severity.CRITICAL)


def test_worst_first(ledger: Ledger, run: str) -> None:
    concluded = ledger.conclusions
    assert list(concluded.exposures(run, exposed=True)) == [WORSE, HUGE, SMALL]
    assert list(concluded.exposures(run, exposed=False)) == [CLOSED]
    assert [store.id for store in concluded.exposures(run)] == ["x4", "x3", "x1", "x2"]
    assert list(concluded.findings(run)) == [CRITICAL, FINDING]


def test_conclusions_of_runs_are_separate(ledger: Ledger, run: str) -> None:
    other = ledger.start_run([])
    ledger.conclusions.save(other, [SMALL], [FINDING])
    assert ledger.conclusions.counts(other) == (1, 0, 1)
    assert ledger.conclusions.counts(run) == (3, 1, 2)
    assert list(ledger.conclusions.exposures("none")) == []


def test_findings_are_counted(ledger: Ledger, run: str) -> None:
    concluded = ledger.conclusions
    assert concluded.ways(run) == (3, 1)
    assert concluded.apps_affected(run) == 2
    assert concluded.apps_affected("none") == 0
    assert concluded.ways("none") == (0, 0)


def test_some_are_picked_by_id(ledger: Ledger, run: str) -> None:
    ids = ["x2", "x4", "gone", *(f"no-{n}" for n in range(1200))]
    assert {store.id for store in ledger.conclusions.pick(run, ids)} == {"x2", "x4"}
    assert list(ledger.conclusions.pick(run, [])) == []


def test_lines_contain_the_figures_of_the_headline(ledger: Ledger, run: str) -> None:
    lines = {line.records.value: line for line in ledger.conclusions.lines(run)}
    assert lines[2**63].pii == HUGE.pii
    assert sorted(line.access for line in lines.values()).count(Access.OPEN) >= 2


def test_apps_and_stores_of_a_run(ledger: Ledger, run: str) -> None:
    rows = sorted(ledger.conclusions.app_store_table(run).to_pylist(), key=lambda row: (row["place"], row["app"]))
    assert [(row["app"], row["exposure"], row["exposed"]) for row in rows] == [
        ("aa", "x1", True), ("bb", "x1", True), ("bb", "x2", True), ("cc", "x4", False)
    ]  # fmt: skip
    assert ledger.conclusions.app_store_table("none").num_rows == 0


def test_abandoned_reader_releases_its_transaction(ledger: Ledger, run: str) -> None:
    concluded: Conclusions = ledger.conclusions
    rows = concluded.exposures(run)
    assert next(rows).id == "x4"
    assert isinstance(rows, Generator)
    rows.close()
    concluded.save(run, [SMALL], [])
    assert concluded.counts(run) == (1, 0, 0)


def ended(ledger: Ledger, *stores: Exposure) -> str:
    run = ledger.start_run([])
    ledger.conclusions.save(run, stores, [])
    ledger.end_run(run)
    return run


def test_what_earlier_runs_saw_open(ledger: Ledger) -> None:
    first = ended(ledger, SMALL, CLOSED)
    second = ended(ledger, SMALL, HUGE)
    now = ledger.start_run([])
    ledger.conclusions.save(now, [WORSE], [])
    seen = ledger.conclusions.open_periods(now)
    assert {key: one.run for key, one in seen.items()} == {"x1": second, "x2": second}
    assert seen["x2"].first <= seen["x2"].last
    assert set(ledger.conclusions.open_periods(second)) == {"x2"}, "a run does not count itself, nor a later one"
    assert ledger.conclusions.open_periods(first) == {}
    assert ledger.conclusions.runs_before(now)[0] == 2
    assert ledger.conclusions.runs_before(first) == (0, None)


def test_runs_that_have_not_ended(ledger: Ledger) -> None:
    assert ledger.conclusions.first_run_started() is None
    first = ended(ledger)
    assert ledger.conclusions.runs_started_since(first) == []
    ledger.start_run([])
    assert len(ledger.conclusions.runs_started_since(first)) == 1
    assert ledger.conclusions.first_run_started() is not None


def test_targets_and_access_of_stores(ledger: Ledger, run: str) -> None:
    places = {place.id: place for place in ledger.conclusions.places(run)}
    assert (places["x1"].targets, places["x1"].exposed, places["x4"].exposed) == (("db.test:27017",), True, False)
    assert [place.id for place in ledger.conclusions.places(run, ["x2", "none"])] == ["x2"]


def test_a_line_knows_whether_a_store_was_described(ledger: Ledger) -> None:
    told = Container(("db", "users"), "collection", fields=(Field("email"),))
    system = Container(("admin", "system"), "collection", system=True, fields=(Field("email"),))
    run = ended(
        ledger,
        replace(HUGE, containers=(told, system)),
        replace(SMALL, containers=(system, Container(("a",), "b"))),
    )
    assert {line.id: line.described for line in ledger.conclusions.lines(run)} == {"x1": True, "x2": False}


def test_stores_are_picked_by_id_and_by_whether_they_are_exposed(ledger: Ledger, run: str) -> None:
    def picked(exposed: bool | None) -> set[str]:
        return {store.id for store in ledger.conclusions.pick(run, ["x1", "x4", "none"], exposed=exposed)}

    assert [picked(exposed) for exposed in (None, True, False)] == [{"x1", "x4"}, {"x1"}, {"x4"}]


def test_stores_and_findings_with_our_own_people_come_first_within_their_severity(ledger: Ledger) -> None:
    ours = replace(SMALL, id="x5", score=1, own_people=OwnPeople(3, 9, 9))
    more = replace(ours, id="x6", own_people=OwnPeople(10**9, 10**9, 9))
    closed = replace(CLOSED, id="x7", severity=Severity.HIGH, own_people=OwnPeople(5, 9, 9))
    own = replace(FINDING, id="y", own_people=3)
    run = ledger.start_run([])
    ledger.conclusions.save(run, [HUGE, WORSE, ours, more, closed], [FINDING, CRITICAL, own])
    assert [store.id for store in ledger.conclusions.exposures(run, exposed=True)] == ["x3", "x6", "x5", "x1"]
    assert list(ledger.conclusions.findings(run)) == [CRITICAL, own, FINDING]
    assert sorted([FINDING, CRITICAL, own], key=lambda one: one.order) == [CRITICAL, own, FINDING]
