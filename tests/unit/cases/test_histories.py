"""Random histories of a store: it moves, closes, opens, is wiped or firewalled. No verdict is better than the truth."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.cases.samples import NOW, case, exposure
from tieback.cases.policy import default_policy
from tieback.cases.states import add_places, apply_recheck
from tieback.cases.verdicts import judge_recheck
from tieback.model.case import Case, CaseState, RecheckVerdict
from tieback.model.figure import exact
from tieback.model.probe import Access, Container, Identity, Outcome, ProbeReport

HOST = "es.fieldhand.test"
PORTS = range(9200, 9207)
NEAR = 2
"""A re-check searches this many ports on either side of each known place."""
POLICY = default_policy()
V = RecheckVerdict
CLOSED = frozenset({V.FIXED, V.CLOSED, V.CLOSED_AT_KNOWN_PLACES})
NOTE = Container(("read_me_to_recover_database",), "index", records=exact(1, "docs.count"))
KINDS = {
    "own": Identity("es-1", "vendor_id"),
    "uid": Identity("mongodb:fingerprint:f", "fingerprint"),
    "weak": Identity("mysql:fingerprint:f", "fingerprint"),
}


class World:
    """One store on one host; the other ports refuse connections."""

    def __init__(self, kind: str) -> None:
        self.kind, self.port, self.mode, self.content, self.silent = kind, 9200, "open", "data", False

    @property
    def accessible(self) -> bool:
        """True if others can get in without authentication."""
        return self.mode == "open"

    def act(self, action: Any) -> None:
        match action:
            case int():
                self.port = action
            case "open" | "auth" | "gone":
                self.mode = action
            case "data" | "empty" | "note":
                self.content = action
            case "firewall":
                self.silent = not self.silent

    def probe(self, place: str) -> ProbeReport:
        if self.silent:
            return ProbeReport(place, Outcome.TIMEOUT)
        if place != f"{HOST}:{self.port}" or self.mode == "gone":
            return ProbeReport(place, Outcome.REFUSED)
        lasting = KINDS["own"] if self.kind == "own" else None
        if self.mode == "auth":
            return ProbeReport(place, Outcome.OK, Access.AUTH_REQUIRED, product="elasticsearch", identity=lasting)
        containers = {"data": containers_of(self.kind), "note": (NOTE,), "empty": ()}[self.content]
        access = Access.OPEN if containers else Access.OPEN_EMPTY
        return ProbeReport(
            place, Outcome.OK, access, product="elasticsearch", identity=lasting, containers=containers
        )  # fmt: skip


def containers_of(kind: str) -> tuple[Container, ...]:
    return (Container(("machines",), "index", records=exact(9, "x"), uid="u-1" if kind == "uid" else ""),)


def near(places: Iterable[str]) -> set[str]:
    """The places that a re-check covers."""
    return {f"{HOST}:{int(place[-4:]) + step}" for place in places for step in range(-NEAR, NEAR + 1)}


def look(world: World, known: Case, hours: int) -> Case:
    """One re-check as the pipeline makes it, some hours after the case was opened."""
    here = [world.probe(place) for place in known.all_places]
    others = sorted(near(known.all_places) - {*known.all_places})
    elsewhere = [] if any(report.access.exposed for report in here) else [world.probe(place) for place in others]
    now = NOW + timedelta(hours=hours)
    check = judge_recheck(known.store, here, elsewhere, (), now, None, known.suspects)
    return apply_recheck(known, check, POLICY, "recheck")[0]


ACTIONS = st.one_of(
    st.sampled_from(PORTS), st.sampled_from(("open", "auth", "gone", "data", "empty", "note", "firewall"))
)


@given(
    st.sampled_from(sorted(KINDS)), st.lists(st.tuples(st.lists(ACTIONS, max_size=3), st.integers(1, 40)), max_size=9)
)
def test_no_verdict_is_better_than_the_truth(kind: str, history: list[tuple[list[Any], int]]) -> None:
    world, hours, closed_at, seen = World(kind), 0, None, {f"{HOST}:9200"}
    known = case(exposure(identity=KINDS[kind], containers=containers_of(kind)))
    for actions, wait in history:
        for action in actions:
            world.act(action)
        hours += wait
        known = look(world, known, hours)
        assert known.check is not None
        verdict = known.check.verdict
        if verdict in CLOSED:
            assert not world.silent
            covered = f"{HOST}:{world.port}" in near(seen)
            assert not (world.accessible and covered) or verdict is V.CLOSED_AT_KNOWN_PLACES
            closed_at = hours if closed_at is None else closed_at
        else:
            closed_at = None
        if verdict is V.FIXED:
            assert kind != "weak"
            assert closed_at is not None
            assert hours - closed_at >= POLICY.recheck.hours
        seen |= {*known.check.where}
        if verdict in (V.EMPTIED, V.NAMES_ONLY):
            assert world.content != "data"
        if known.state is CaseState.FIXED:
            assert verdict in {*CLOSED, V.UNREACHABLE}


def test_a_store_that_moved_and_was_then_wiped_is_not_fixed() -> None:
    world = World("uid")
    known = case(exposure(identity=KINDS["uid"], containers=containers_of("uid")))
    world.act(9202)
    known = look(world, known, 1)
    assert (known.check.verdict, known.places) == (V.MOVED, (f"{HOST}:9202",))  # type: ignore[union-attr]
    for hours, content, verdict in ((2, "empty", V.EMPTIED), (30, "note", V.RANSOMED), (60, "note", V.RANSOMED)):
        world.act(content)
        known = look(world, known, hours)
        assert known.check is not None
        assert (known.check.verdict, known.check.where) == (verdict, (f"{HOST}:9202",))
        assert known.open_places == (f"{HOST}:9202",)


def test_a_scan_that_finds_it_open_starts_the_hours_again() -> None:
    world = World("own")
    world.act("gone")
    known = look(world, case(exposure()), 1)
    seen = NOW + timedelta(hours=20)
    known = add_places(known, [f"{HOST}:9203"])
    check = judge_recheck(
        known.store, [world.probe(place) for place in known.all_places], [], (), NOW + timedelta(hours=40)
    )
    after, _ = apply_recheck(known, check, POLICY, "recheck", seen)
    assert after.check is not None
    assert (after.check.verdict, after.check.closed_since) == (V.CLOSED, check.time)
    later = msgspec.structs.replace(check, time=NOW + timedelta(hours=70))
    assert apply_recheck(after, later, POLICY, "recheck", seen)[0].state is CaseState.FIXED
