"""Words of what is shown: how a store is reached, and what others saw with what of ours takes its place."""

import pytest

from tests.unit.pipeline.graph_workspace import exposure
from tieback.model.backend import Candidate, Route
from tieback.model.exposure import AppRoute
from tieback.model.figure import Figure, estimate, exact, lower_bound
from tieback.model.passive import PassiveService
from tieback.model.probe import Access
from tieback.pipeline.graph.views import link_store, passive_view, store_relation

NAMED = Candidate("es.a.test", 9200, "elasticsearch", Route.NAMED, (), "the app names it")
PIVOT = Candidate("api.a.test", 9200, "elasticsearch", Route.PIVOT, (), "default port")


def way(candidate: Candidate) -> AppRoute:
    return AppRoute("app", candidate, "https://api.a.test", "f", None, "dex-string/url")


@pytest.mark.parametrize(
    ("ways", "said"),
    [((NAMED,), "direct"), ((PIVOT,), "behind an API"), ((NAMED, PIVOT), "both"), ((), "behind an API")],
)
def test_relation_of_app_and_store(ways: tuple[Candidate, ...], said: str) -> None:
    assert store_relation(map(way, ways)) == said


@pytest.mark.parametrize(
    ("records", "claims", "seen", "said"),
    [
        (exact(1200, ""), Access.OPEN, "2026-11-01T10:00:00Z", "seen by x on 2026-11-01: mongodb open, 1,200 records"),
        (estimate(1200, ""), Access.OPEN_EMPTY, "", "seen by x: mongodb open empty, ≈1,200 records"),
        (lower_bound(7, ""), Access.AUTH_REQUIRED, "", "seen by x: mongodb auth required, ≥7 records"),
        (None, Access.UNKNOWN, "", "seen by x: mongodb responds"),
    ],
)
def test_what_others_saw(records: Figure | None, claims: Access, seen: str, said: str) -> None:
    service = PassiveService("x", seen, "203.0.113.7", 27017, service="mongodb", claims=claims, records=records)
    assert passive_view(service, (), ()).said == said


@pytest.mark.parametrize(("port", "asked"), [(9200, "auth_required"), (9201, "")])
def test_our_own_probe_of_the_same_port_takes_its_place(port: int, asked: str) -> None:
    ours = link_store(
        exposure("store", Access.AUTH_REQUIRED, NAMED, "https://es.a.test", ("app",)), ["https://es.a.test"]
    )
    service = PassiveService("x", "", "203.0.113.7", port, names=("es.a.test",), claims=Access.OPEN)
    assert passive_view(service, ("app",), (ours,)).note.asked == asked
