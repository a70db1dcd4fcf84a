"""Shares stand beside what they are a share of, and what is unknown is in none of them."""

import pytest

from tieback.model.posture import Keys, Share, badness
from tieback.model.resource import Answer, AtRest, Resource, ResourceKind


def test_denominators() -> None:
    keys = Keys(none=1, provider_key=2, customer_key=3, encrypted=4, unknown=5)
    assert (keys.known, keys.total, keys.share(keys.none)) == (10, 15, 10.0)
    assert Keys(unknown=3).share(0) is None
    share = Share(yes=1, no=2, unknown=3)
    assert (share.known, share.total) == (3, 6)


@pytest.mark.parametrize(
    ("said", "points"),
    [
        ({}, 0),
        ({"in_transit": Answer.NO}, 1),
        ({"at_rest": AtRest.NONE}, 2),
        ({"authentication": Answer.NO}, 4),
        ({"authentication": Answer.YES, "in_transit": Answer.UNKNOWN, "at_rest": AtRest.PROVIDER_KEY}, 0),
        ({"authentication": Answer.NO, "in_transit": Answer.NO, "at_rest": AtRest.NONE}, 7),
    ],
)
def test_the_worst_first(said: dict[str, Answer | AtRest], points: int) -> None:
    assert badness(Resource(key="k", provider="aws", kind=ResourceKind.DATABASE, **said)) == points  # type: ignore[arg-type]
