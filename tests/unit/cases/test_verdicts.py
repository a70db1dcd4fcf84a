"""What a re-check says, as a table of answers and verdicts."""

from datetime import timedelta
from typing import Any

import pytest

from tests.each import each
from tests.unit.cases.samples import NOW, exposure
from tieback.cases.verdicts import PassiveObservation, is_same_store, judge_recheck
from tieback.model.case import RecheckVerdict
from tieback.model.figure import Figure, estimate, exact, lower_bound
from tieback.model.probe import NO_BYTE, Access, Container, Identity, Outcome, ProbeReport, Ransom, RansomVerdict

HERE, THERE = "es.fieldhand.test:9200", "es.fieldhand.test:9201"
OWN = Identity("es-1", "vendor_id")
A, E, V = Access, Outcome, RecheckVerdict
WEAK = Identity("mysql:fingerprint:f", "fingerprint")
CHOSEN = Identity("rabbitmq:cluster_name:rabbit@mq", "vendor_id")
FULL = (
    Container(("machines",), "index", records=exact(1300, "docs.count"), bytes=estimate(95_000, "store.size")),
    Container(("operators",), "index", records=exact(150, "docs.count"), bytes=estimate(10_000, "store.size")),
)


def report(access: Access = A.OPEN, target: str = HERE, outcome: Outcome = E.OK, **more: Any) -> ProbeReport:
    values: dict[str, Any] = {"product": "elasticsearch", "identity": OWN, "containers": FULL, **more}
    if not access.exposed:
        values["containers"] = more.get("containers", ())
    return ProbeReport(target, outcome, access, **values)


def silent(outcome: Outcome, target: str = HERE) -> ProbeReport:
    return ProbeReport(target, outcome)


UID, OTHER_UID = (Container(("db", "c"), "collection", uid=uid) for uid in ("u-1", "u-2"))
NOTE = (Container(("read_me_to_recover_database",), "index", records=exact(1, "docs.count")),)
WIPED = (Container(("a1b2c3-meow",), "index", records=exact(0, "docs.count")),)


@each(
    ("here", "elsewhere", "verdict"),
    [
        ([report()], [], V.OPEN),
        ([report(A.ANY_USER)], [], V.OPEN),
        ([report(A.AUTH_REQUIRED)], [], V.CLOSED),
        ([report(A.AUTH_REQUIRED, product="", identity=None)], [], V.CLOSED_AT_KNOWN_PLACES),
        ([report(A.AUTH_REQUIRED, untested=("the account root without a password",))], [], V.UNREACHABLE),
        ([report(A.NOT_FOUND, untested=("names other than photos",))], [], V.UNREACHABLE),
        ([report(A.LOCKED)], [], V.CLOSED),
        ([report(A.NOT_FOUND)], [], V.CLOSED),
        ([silent(E.REFUSED)], [], V.CLOSED),
        ([silent(E.PROTOCOL_MISMATCH)], [], V.UNREACHABLE),
        (
            [ProbeReport(HERE, E.REFUSED, problems=(f"refused: the peer reset the connection {NO_BYTE}",))],
            [],
            V.UNREACHABLE,
        ),
        ([report(A.AUTH_REQUIRED), silent(E.PROTOCOL_MISMATCH, THERE)], [], V.UNREACHABLE),
        ([silent(E.TIMEOUT)], [], V.UNREACHABLE),
        ([silent(E.OUT_OF_SCOPE)], [], V.UNREACHABLE),
        ([silent(E.HOSTILE)], [], V.UNREACHABLE),
        ([report(A.UNKNOWN)], [], V.UNREACHABLE),
        ([report(A.FIREWALLED)], [], V.UNREACHABLE),
        ([], [], V.UNREACHABLE),
        ([report(A.AUTH_REQUIRED), silent(E.TIMEOUT, THERE)], [], V.UNREACHABLE),
        ([silent(E.REFUSED)], [report(target=THERE)], V.MOVED),
        ([report(A.AUTH_REQUIRED)], [report(target=THERE)], V.MOVED),
        ([silent(E.REFUSED)], [report(A.AUTH_REQUIRED, THERE)], V.CLOSED),
        ([silent(E.REFUSED)], [report(target=THERE, identity=Identity("other", "vendor_id"))], V.CLOSED),
        ([silent(E.REFUSED)], [report(target=THERE, identity=None)], V.CLOSED_AT_KNOWN_PLACES),
        ([silent(E.REFUSED)], [report(target=THERE, identity=None, containers=(UID,))], V.CLOSED),
        ([report(A.OPEN_EMPTY)], [], V.EMPTIED),
        ([report(A.OPEN_EMPTY)], [report(target=THERE)], V.MOVED),
        ([report(A.SCHEMA_ONLY)], [], V.NAMES_ONLY),
        ([report(containers=NOTE)], [], V.RANSOMED),
        ([report(A.OPEN_EMPTY, containers=WIPED)], [], V.WIPED),
        ([report(ransom=Ransom(RansomVerdict.CONFIRMED, ("a note",)))], [], V.RANSOMED),
    ],
)
def test_recheck_verdict_by_probe_reports(
    here: list[ProbeReport], elsewhere: list[ProbeReport], verdict: RecheckVerdict
) -> None:
    assert judge_recheck(exposure(), here, elsewhere, (), NOW).verdict is verdict


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, "requires authentication"),
        ({"product": "", "identity": None}, "requires authentication, and the product is not visible"),
        ({"untested": ("names other than a",)}, "requires authentication, but not tried: names other than a"),
    ],
)
def test_a_login_demand_is_a_reason(more: dict[str, Any], reason: str) -> None:
    assert judge_recheck(exposure(), [report(A.AUTH_REQUIRED, **more)], [], (), NOW).reasons == (f"{HERE}: {reason}",)


def test_still_open_and_grown_by_how_much() -> None:
    check = judge_recheck(exposure(), [report()], [], (), NOW)
    assert (check.records, check.records_change, check.bytes_change) == (exact(1450, "docs.count"), 100, 5000)
    assert check.where == (HERE,)
    assert check.reasons == (f"{HERE}: accessible without authentication (open)",)


NO_ID: dict[str, Any] = {"identity": None}
POSTGRES: dict[str, Any] = {"product": "postgresql", "identity": Identity("postgresql:address:a", "address")}
MACHINES, USERS = FULL[:1], (Container(("users",), "index", records=exact(5, "docs.count")),)
SYSTEM = (Container(("postgres",), "database", system=True),)


@each(
    ("before", "after", "words"),
    [
        ({}, {}, ""),
        (NO_ID | {"containers": FULL}, NO_ID, ""),
        (POSTGRES | {"containers": ()}, POSTGRES | {"containers": ()}, "not compared: none were listed when the case"),
        (POSTGRES | {"containers": SYSTEM}, POSTGRES | {"containers": SYSTEM}, "not compared: none were listed when"),
        (
            POSTGRES | {"containers": ()},
            POSTGRES | {"containers": FULL},
            "not compared: none were listed when the case",
        ),
        (POSTGRES | {"containers": FULL}, POSTGRES | {"containers": ()}, "not compared: this re-check listed none"),
        (NO_ID | {"containers": MACHINES}, NO_ID | {"containers": USERS}, "its contents differ from before"),
        (NO_ID | {"containers": (UID,)}, NO_ID | {"containers": (OTHER_UID,)}, "its contents differ from before"),
        ({}, {"identity": Identity("es-2", "vendor_id")}, "its identifier differs from before"),
        ({}, {"product": "mongodb"}, "another product answers: mongodb, before elasticsearch"),
        ({}, {"product": ""}, "the product is not known, so the contents were not compared"),
    ],
)
def test_contents_differ_only_if_both_were_listed(before: dict[str, Any], after: dict[str, Any], words: str) -> None:
    given = {"identity": WEAK, **before} if before.get("identity", "") is None else before
    check = judge_recheck(exposure(**given), [report(A.ANY_USER, **after)], [], (), NOW)
    told = [reason for reason in check.reasons if "accessible without authentication" not in reason]
    assert check.verdict is V.OPEN
    assert len(told) == bool(words)
    assert all(reason.startswith(f"{HERE}: ") and words in reason for reason in told), told


@each(
    ("before", "after", "change"),
    [
        (exact(500, "count"), exact(400, "count"), -100),
        (exact(500, "count"), lower_bound(600, "count"), 100),
        (exact(500, "count"), lower_bound(400, "count"), None),
        (exact(500, "count"), None, None),
        (lower_bound(500, "count"), exact(600, "count"), None),
        (lower_bound(500, "count"), lower_bound(600, "count"), None),
        (lower_bound(500, "count"), lower_bound(500, "count"), None),
        (lower_bound(500, "count"), exact(400, "count"), -100),
        (estimate(500, "count"), estimate(480, "count"), -20),
        (exact(500, "count"), exact(500, "count"), 0),
    ],
)
def test_a_change_is_reported_only_if_the_figures_prove_it(
    before: Figure, after: Figure | None, change: int | None
) -> None:
    found = report(containers=(Container(("machines",), "index", records=after),))
    check = judge_recheck(exposure(records=before), [found], [], (), NOW)
    assert check.records_change == change


def test_earlier_ransom_is_not_reported_again() -> None:
    store = exposure(ransom=Ransom(RansomVerdict.LIKELY, ("a name",)))
    assert judge_recheck(store, [report(containers=NOTE)], [], (), NOW).verdict is V.OPEN


@pytest.mark.parametrize(
    ("place", "hours", "was_open", "verdict"),
    [
        ("192.0.2.7:9200", 1, True, V.CLOSED_TO_US),
        (HERE, 1, True, V.CLOSED_TO_US),
        (HERE, 1, False, V.CLOSED),
        (HERE, -1, True, V.CLOSED),
        ("192.0.2.8:9200", 1, True, V.CLOSED),
    ],
)
def test_others_that_got_in_since_speak_against_a_fix(
    place: str, hours: int, was_open: bool, verdict: RecheckVerdict
) -> None:
    seen = PassiveObservation(place, "shodan", NOW + timedelta(hours=hours), was_open)
    later = NOW + timedelta(days=1)
    assert judge_recheck(exposure(), [silent(E.REFUSED)], [], [seen], later, NOW).verdict is verdict


@each(
    ("before", "after", "same"),
    [
        ({}, {}, True),
        ({}, {"product": "mongodb"}, False),
        ({"containers": (UID,)}, {"identity": None, "containers": (UID,)}, True),
        ({"containers": (UID,)}, {"identity": None, "containers": (OTHER_UID,)}, False),
        ({}, {"identity": Identity("es-2", "vendor_id")}, False),
        ({}, {"containers": (UID,)}, False),
        ({}, {"identity": None, "containers": FULL}, False),
        ({"identity": WEAK}, {"identity": WEAK, "containers": FULL}, False),
        ({"identity": CHOSEN}, {"identity": CHOSEN}, False),
        ({}, {"identity": None, "containers": FULL[:1]}, False),
        ({"containers": ()}, {"identity": None, "containers": ()}, False),
    ],
)
def test_what_makes_it_the_same_store(before: dict[str, Any], after: dict[str, Any], same: bool) -> None:
    assert is_same_store(exposure(**before), report(target=THERE, **after)) is same


def test_a_store_without_strong_identity_is_only_closed_at_its_known_places() -> None:
    check = judge_recheck(exposure(identity=WEAK), [silent(E.REFUSED)], [], (), NOW)
    assert check.verdict is V.CLOSED_AT_KNOWN_PLACES


def test_an_identifier_that_ends_with_a_restart_does_not_prove_that_a_store_is_gone() -> None:
    store = exposure(identity=Identity("redis:run_id:1", "vendor_id"))
    again = report(target=THERE, identity=Identity("redis:run_id:2", "vendor_id"))
    assert judge_recheck(store, [silent(E.REFUSED)], [], (), NOW).verdict is V.CLOSED_AT_KNOWN_PLACES
    check = judge_recheck(store, [silent(E.REFUSED)], [again], (), NOW)
    assert check.verdict is V.CLOSED_AT_KNOWN_PLACES
    assert f"{THERE}: open, with the same names: it may be this store" in check.reasons


def test_a_lookalike_elsewhere_is_named_and_proves_nothing() -> None:
    found = judge_recheck(exposure(identity=WEAK), [silent(E.REFUSED)], [report(target=THERE, identity=WEAK)], (), NOW)
    assert found.verdict is V.CLOSED_AT_KNOWN_PLACES
    assert f"{THERE}: open, with the same names: it may be this store" in found.reasons


def test_the_reason_names_what_was_not_tried() -> None:
    check = judge_recheck(exposure(), [report(A.AUTH_REQUIRED, untested=("the account root",))], [], (), NOW)
    assert check.reasons == (f"{HERE}: requires authentication, but not tried: the account root",)
