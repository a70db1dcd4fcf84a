"""Three numbers, each beside what it is a share of; what is unknown is in none of them."""

from typing import Any

from tieback.model.posture import ResourceFigures
from tieback.model.resource import AtRest, Resource, ResourceKind, TriState
from tieback.posture.numbers import METHOD, ResourceTally


def resource(at_rest: AtRest, public: bool | None = None, **more: Any) -> Resource:
    answer = TriState.of(public)
    return Resource(
        key="k",
        provider=more.pop("provider", "aws"),
        kind=more.pop("kind", ResourceKind.DATABASE),
        account=more.pop("account", "1"),
        product=more.pop("product", "mysql"),
        at_rest=at_rest,
        flag=answer,
        route=answer,
        port=answer,
        **more,
    )


def rows(*resources: Resource) -> dict[tuple[str, str, str], ResourceFigures]:
    tally = ResourceTally()
    for one in resources:
        tally.add(one)
    return {(one.kind, one.by, one.name): one for one in tally.rows()}


def test_three_numbers_and_their_denominators() -> None:
    found = rows(
        resource(AtRest.NONE, public=True),
        resource(AtRest.PROVIDER_KEY, public=False),
        resource(AtRest.CUSTOMER_KEY),
        resource(AtRest.ENCRYPTED, product="postgresql", account="2"),
        resource(AtRest.UNKNOWN, product="postgresql", account="2"),
    )
    whole = found["database", "all", ""]
    keys = whole.at_rest
    assert (keys.none, keys.provider_key, keys.customer_key, keys.encrypted, keys.unknown) == (1, 1, 1, 1, 1)
    assert (keys.known, keys.total) == (4, 5)
    assert keys.share(keys.none) == 25
    assert (whole.public.yes, whole.public.no, whole.public.unknown) == (1, 1, 3)
    assert whole.public_at_rest.none == 1
    assert found["database", "engine", "postgresql"].resources == 2
    assert found["database", "account", "aws 2"].at_rest.share(0) == 0
    assert found["database", "provider", "aws"].resources == 5


def test_share_of_nothing_known_is_none() -> None:
    keys = rows(resource(AtRest.UNKNOWN))["database", "all", ""].at_rest
    assert keys.share(keys.none) is None


def test_kinds_and_planned_resources_are_counted_separately() -> None:
    found = rows(
        resource(AtRest.NONE),
        resource(AtRest.NONE, kind=ResourceKind.BUCKET),
        resource(AtRest.NONE, kind=ResourceKind.SNAPSHOT, backups_public=TriState.YES),
        resource(AtRest.NONE, kind=ResourceKind.HOST),
        resource(AtRest.NONE, kind=ResourceKind.BUCKET, planned=True),
    )
    assert found["snapshot", "all", ""].restorable.yes == 1
    assert {kind for kind, _, _ in found} == {"database", "bucket", "snapshot"}
    assert [one.planned for one in found.values()].count(True) == 4


def test_difference_in_method_to_2017_is_stated() -> None:
    assert "82 %" in METHOD
    assert "always encrypts cannot count as unencrypted" in METHOD
