"""Of each statement the newest word counts, the worst part makes the whole, and unknown is no word."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.resource import AtRest, Resource, ResourceKind, ServiceAddress, TriState
from tieback.posture.defaults import ProviderDefaults
from tieback.posture.merge import merge_statements

OLD, NEW = "2026-11-01T00:00:00Z", "2026-11-20T00:00:00Z"


def said(seen: str = NEW, **what: Any) -> Resource:
    kind = what.pop("kind", ResourceKind.DATABASE)
    return Resource(key="k", provider="x", kind=kind, seen=seen, source=what.pop("source", "a"), **what)


def whole(*observations: Resource) -> Resource:
    return merge_statements(observations, {}, ProviderDefaults())


@each(
    ("observations", "field", "answer"),
    [
        ([said(OLD, flag=TriState.YES), said(NEW, flag=TriState.NO)], "flag", "no"),
        ([said(OLD, flag=TriState.NO), said(NEW, flag=TriState.YES)], "flag", "yes"),
        ([said(OLD, flag=TriState.YES), said(NEW)], "flag", "yes"),
        ([said(NEW, flag=TriState.NO), said(NEW, flag=TriState.YES)], "flag", "yes"),
        ([said(NEW, in_transit=TriState.YES), said(NEW, in_transit=TriState.NO)], "in_transit", "no"),
        ([said(), said()], "flag", "unknown"),
        # Members of a cluster: one public member makes it public, whatever is newer.
        ([said(OLD, flag=TriState.YES, part="1"), said(NEW, flag=TriState.NO, part="2")], "flag", "yes"),
        ([said(OLD, flag=TriState.YES, part="1"), said(NEW, flag=TriState.NO, part="1")], "flag", "no"),
        # A bucket's policy says no for itself alone.
        ([said(port=TriState.NO, part="policy")], "port", "unknown"),
        ([said(port=TriState.NO, part="policy"), said(port=TriState.NO, part="grants")], "port", "no"),
        ([said(port=TriState.NO, part="policy"), said(port=TriState.YES, part="grants")], "port", "yes"),
        ([said(port=TriState.NO, part="policy"), said(port=TriState.NO)], "port", "no"),
        ([said(OLD, at_rest=AtRest.NONE), said(NEW, at_rest=AtRest.CUSTOMER_KEY)], "at_rest", "customer_key"),
        ([said(OLD, at_rest=AtRest.CUSTOMER_KEY), said(NEW, at_rest=AtRest.NONE)], "at_rest", "none"),
        ([said(OLD, at_rest=AtRest.CUSTOMER_KEY), said(NEW, at_rest=AtRest.ENCRYPTED)], "at_rest", "customer_key"),
        ([said(NEW, at_rest=AtRest.NONE), said(NEW, at_rest=AtRest.CUSTOMER_KEY)], "at_rest", "none"),
        (
            [said(at_rest=AtRest.CUSTOMER_KEY, part="1"), said(at_rest=AtRest.PROVIDER_KEY, part="2")],
            "at_rest",
            "provider_key",
        ),
    ],
)
def test_statements_of_sources_are_merged(observations: list[Resource], field: str, answer: str) -> None:
    assert getattr(whole(*observations), field) == answer
    assert getattr(whole(*reversed(observations)), field) == answer


def test_places_and_sources_come_together() -> None:
    found = whole(
        said(OLD, endpoints=(ServiceAddress("a.example", 1),), source="one", account="1"),
        said(NEW, endpoints=(ServiceAddress("b.example", 1), ServiceAddress("a.example", 1)), source="two"),
    )
    assert found.endpoints == (ServiceAddress("b.example", 1), ServiceAddress("a.example", 1))
    assert found.sources == ("two 2026-11-20", "one 2026-11-01")
    assert found.account == "1"


def test_an_older_path_of_the_same_source_is_gone() -> None:
    found = whole(said(OLD, path=("sg-1 admits everybody",)), said(NEW, path=("sg-1 admits nobody",)))
    assert found.path == ("sg-1 admits nobody",)


def test_resource_is_planned_only_if_every_source_is_a_template() -> None:
    assert whole(said(planned=True)).planned
    assert not whole(said(planned=True), said()).planned


@given(
    st.lists(
        st.builds(
            said,
            st.sampled_from([OLD, NEW]),
            flag=st.sampled_from(TriState),
            port=st.sampled_from(TriState),
            at_rest=st.sampled_from(AtRest),
            part=st.sampled_from(["", "1", "policy", "grants"]),
            source=st.sampled_from(["a", "b"]),
        ),
        min_size=1,
        max_size=6,
    ),
    st.randoms(),
)
def test_the_order_of_sources_does_not_matter(observations: list[Resource], chance: Any) -> None:
    shuffled = list(observations)
    chance.shuffle(shuffled)
    one, other = whole(*observations), whole(*shuffled)
    for field in ("flag", "port", "at_rest", "public"):
        assert getattr(one, field) == getattr(other, field)
