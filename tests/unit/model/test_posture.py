"""Shares stand beside what they are a share of, and what is unknown is in none of them."""

from tests.each import each
from tieback.model.posture import EncryptionCounts, YesNoCounts, rank_exposure
from tieback.model.resource import AtRest, Resource, ResourceKind, TriState


def test_denominators() -> None:
    keys = EncryptionCounts(none=1, provider_key=2, customer_key=3, encrypted=4, unknown=5)
    assert (keys.known, keys.total, keys.share(keys.none)) == (10, 15, 10.0)
    assert EncryptionCounts(unknown=3).share(0) is None
    share = YesNoCounts(yes=1, no=2, unknown=3)
    assert (share.known, share.total) == (3, 6)


@each(
    ("said", "points"),
    [
        ({}, 0),
        ({"in_transit": TriState.NO}, 1),
        ({"at_rest": AtRest.NONE}, 2),
        ({"authentication": TriState.NO}, 4),
        ({"authentication": TriState.YES, "in_transit": TriState.UNKNOWN, "at_rest": AtRest.PROVIDER_KEY}, 0),
        ({"authentication": TriState.NO, "in_transit": TriState.NO, "at_rest": AtRest.NONE}, 7),
    ],
)
def test_the_worst_first(said: dict[str, TriState | AtRest], points: int) -> None:
    assert rank_exposure(Resource(key="k", provider="aws", kind=ResourceKind.DATABASE, **said)) == points  # type: ignore[arg-type]
