"""Flag and route and port: what groups, route tables, keys and blocks say of a resource that needs them."""

from typing import Any

import pytest

from tests.each import each
from tieback.model.resource import AtRest, Dependency, DependencyKind, OpenPorts, Resource, ResourceKind, TriState
from tieback.posture.reach import with_key_owner, with_reachability


def resource(**what: Any) -> Resource:
    return Resource(
        key="k",
        provider="aws",
        kind=what.pop("kind", ResourceKind.DATABASE),
        listens=what.pop("listens", 5432),
        needs=what.pop("needs", ("sg-1", "vpc-1")),
        subnets=what.pop("subnets", ("s-1",)),
        flag=what.pop("flag", TriState.YES),
        **what,
    )


def group(*openings: tuple[int, int], id_: str = "sg-1") -> Dependency:
    nets = tuple(OpenPorts(low, high, "0.0.0.0/0") for low, high in openings)
    return Dependency(id_, DependencyKind.FIREWALL, f"security group {id_}", openings=nets)


def table(answer: TriState, *subnets: str, main: bool = False, name: str = "route table rtb-1") -> Dependency:
    return Dependency("vpc-1", DependencyKind.ROUTES, name, subnets=subnets, main=main, answer=answer)


IN, OUT = table(TriState.YES, main=True), table(TriState.NO, main=True)


@each(
    ("of", "about", "public"),
    [
        (resource(), [group((5432, 5432)), IN], "yes"),
        (resource(), [group((0, 65535)), IN], "yes"),
        (resource(), [group((80, 90)), IN], "no"),
        (resource(), [group(), IN], "no"),
        (resource(), [group((5432, 5432)), OUT], "no"),
        (resource(flag=TriState.NO), [group((5432, 5432)), IN], "no"),
        (resource(flag=TriState.UNKNOWN), [group((5432, 5432)), IN], "unknown"),
        # Nothing is known of the group, or of the route.
        (resource(), [IN], "unknown"),
        (resource(), [group((5432, 5432))], "unknown"),
        (resource(), [], "unknown"),
        # Of two groups one is not described, and the other is closed.
        (resource(needs=("sg-1", "sg-2", "vpc-1")), [group(), IN], "unknown"),
        (resource(needs=("sg-1", "sg-2", "vpc-1")), [group((5432, 5432)), IN], "yes"),
        # A subnet's own table outweighs the main one.
        (resource(), [group((5432, 5432)), OUT, table(TriState.YES, "s-1", name="route table own")], "yes"),
        (resource(), [group((5432, 5432)), IN, table(TriState.NO, "s-1", name="route table own")], "no"),
        # Without subnets only tables that all agree say something.
        (resource(subnets=()), [group((5432, 5432)), IN], "yes"),
        (resource(subnets=()), [group((5432, 5432)), IN, table(TriState.NO, "s-9", name="other")], "unknown"),
        # Without a port nothing follows from a narrow opening.
        (resource(listens=None), [group((5432, 5432)), IN], "unknown"),
        (resource(listens=None, kind=ResourceKind.HOST), [group((22, 22)), IN], "yes"),
    ],
)
def test_resource_is_public_by_its_network(of: Resource, about: list[Dependency], public: str) -> None:
    by_id: dict[str, list[Dependency]] = {}
    for one in about:
        by_id.setdefault(one.id, []).append(one)
    assert with_reachability(of, by_id).public == public


def acl(*openings: tuple[int, int], subnets: tuple[str, ...] = (), main: bool = False, name: str = "a") -> Dependency:
    nets = tuple(OpenPorts(low, high, "0.0.0.0/0") for low, high in openings)
    return Dependency("vpc-1", DependencyKind.ACL, f"network ACL {name}", openings=nets, subnets=subnets, main=main)


@each(
    ("of", "lists", "public"),
    [
        (resource(), [], "yes"),
        (resource(), [acl((0, 65535), main=True)], "yes"),
        (resource(), [acl((80, 80), main=True)], "no"),
        (resource(), [acl(main=True)], "no"),
        # A subnet's own list outweighs the default one.
        (resource(), [acl(main=True), acl((5432, 5432), subnets=("s-1",), name="own")], "yes"),
        (resource(), [acl((0, 65535), main=True), acl(subnets=("s-1",), name="own")], "no"),
        # One of two subnets lets it through: that is enough.
        (resource(subnets=("s-1", "s-2")), [acl(subnets=("s-1",)), acl((0, 65535), subnets=("s-2",), name="b")], "yes"),
        # Nothing is said of its subnet.
        (resource(), [acl(subnets=("s-9",))], "yes"),
        (resource(subnets=()), [acl(main=True)], "no"),
    ],
)
def test_network_acls(of: Resource, lists: list[Dependency], public: str) -> None:
    found = with_reachability(of, {"sg-1": [group((5432, 5432))], "vpc-1": [IN, *lists]})
    assert found.public == public
    if public == "no":
        assert found.path[0].startswith("network ACL ")
        assert found.path[0].endswith("allows no access from the Internet")


def test_path_names_the_rule_that_allows_access() -> None:
    found = with_reachability(resource(), {"sg-1": [group((5432, 5432))], "vpc-1": [IN]})
    assert found.path == (
        "route table rtb-1 routes to an Internet gateway",
        "security group sg-1 allows 0.0.0.0/0 on port 5432",
    )


def test_a_block_of_the_account_outweighs_a_bucket() -> None:
    block = Dependency("s3-account:1", DependencyKind.BLOCK, "block of public access of account 1", answer=TriState.YES)
    bucket = resource(kind=ResourceKind.BUCKET, needs=("s3-account:1",), route=TriState.YES, port=TriState.YES)
    assert with_reachability(bucket, {}).public is TriState.YES
    assert with_reachability(bucket, {block.id: [block]}).public is TriState.NO


@pytest.mark.parametrize(
    ("answers", "at_rest"),
    [
        ([TriState.YES], "customer_key"),
        ([TriState.NO], "provider_key"),
        ([], "encrypted"),
        ([TriState.UNKNOWN], "encrypted"),
        # An alias of AWS's outweighs an emulation that calls every key the customer's.
        ([TriState.YES, TriState.NO], "provider_key"),
    ],
)
def test_whose_key_it_is(answers: list[TriState], at_rest: str) -> None:
    key = "arn:aws:kms:eu-west-1:1:key/abc"
    of = resource(at_rest=AtRest.ENCRYPTED, key_id=key)
    about = [Dependency("abc", DependencyKind.KEY, f"key {n}", answer=answer) for n, answer in enumerate(answers)]
    assert with_key_owner(of, {"abc": about}).at_rest == at_rest


def test_key_of_an_unencrypted_resource_is_ignored() -> None:
    of = resource(at_rest=AtRest.NONE, key_id="abc")
    about = [Dependency("abc", DependencyKind.KEY, "key", answer=TriState.YES)]
    assert with_key_owner(of, {"abc": about}) == of
