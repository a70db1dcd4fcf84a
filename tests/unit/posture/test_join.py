"""Which resource is which store: by name, by the cloud's identifier, by address; and what neither side sees alone."""

from typing import Any

import pytest

from tests.each import each
from tests.unit.posture.outside import backend, exposure, route
from tieback.backends.hosting import HostingLookup
from tieback.model.posture import AppName, OwnedResource
from tieback.model.probe import TlsInfo
from tieback.model.resource import AtRest, Resource, ResourceKind, ServiceAddress, TriState
from tieback.posture.join import OutsideView, describe_match, describe_resource

RDS = "orders.c1.eu-west-1.rds.amazonaws.com"


def resource(**what: Any) -> Resource:
    return Resource(
        key=what.pop("key", "arn:aws:rds:eu-west-1:1:db:orders"),
        provider="aws",
        kind=what.pop("kind", ResourceKind.DATABASE),
        account=what.pop("account", "1"),
        region="eu-west-1",
        service=what.pop("service", "rds"),
        product=what.pop("product", "postgresql"),
        name=what.pop("name", "orders"),
        **what,
    )


@each(
    ("of", "target", "how"),
    [
        (resource(endpoints=(ServiceAddress(RDS, 5432),)), f"{RDS}:5432", "name"),
        (resource(endpoints=(ServiceAddress(RDS, 5432),)), f"{RDS}:9999", "name"),
        (resource(addresses=("203.0.113.7",)), "203.0.113.7:9200", "address"),
        (resource(addresses=("2001:db8::7",)), "[2001:db8::7]:9200", "address"),
        (resource(endpoints=(ServiceAddress(RDS, 5432),)), "another.example:5432", None),
        # A name that many customers share names no resource.
        (
            resource(endpoints=(ServiceAddress("firestore.googleapis.com", 443),)),
            "firestore.googleapis.com:443/shop-1234",
            None,
        ),
    ],
)
def test_resources_match_stores(of: Resource, target: str, how: str | None) -> None:
    found = OutsideView([exposure(targets=(target,))], []).of(of)
    assert (None if found is None else found.how) == how


def test_a_cloud_identifier_matches_what_an_app_calls_it() -> None:
    store = exposure(targets=("shop-data.s3.amazonaws.com:443",), routes=(route("app1", "s3:shop-data"),))
    found = OutsideView([store], []).of(resource(cloud=("s3:shop-data",)))
    assert found is not None
    assert found.how == "cloud_id"
    assert [one.id for one in found.stores] == [store.id]
    assert found.endpoints == ("s3:shop-data",)


def test_certificate_matches_a_resource_behind_an_alias() -> None:
    session = TlsInfo("TLSv1.3", verified=False, names=(RDS, "*.example"))
    store = exposure(targets=("db.shop.example:5432",), tls=(("203.0.113.7:5432", session),))
    found = OutsideView([store], []).of(resource(endpoints=(ServiceAddress(RDS, 5432),)))
    assert found is not None
    assert (found.how, [one.id for one in found.stores]) == ("certificate", [store.id])


def test_unprobed_back_end_matches_by_address() -> None:
    outside = OutsideView([], [backend("https://db.shop.example/", "db.shop.example", "203.0.113.7")])
    found = outside.of(resource(addresses=("203.0.113.7",)))
    assert found is not None
    assert (found.stores, found.endpoints) == ((), ("https://db.shop.example/",))


def test_open_stores_that_no_account_owns() -> None:
    outside = OutsideView([exposure("a", targets=(f"{RDS}:5432",)), exposure("b", targets=("198.51.100.4:9200",))], [])
    outside.of(resource(endpoints=(ServiceAddress(RDS, 5432),)))
    (foreign,) = outside.foreign({"1": "aws"}, HostingLookup())
    assert foreign.store.id == "b"
    assert not foreign.ours


def test_name_attributes_an_unknown_store() -> None:
    store = exposure(targets=("default.123456789012.us-east-1.redshift-serverless.amazonaws.com:5439",))
    (foreign,) = OutsideView([store], []).foreign({"123456789012": "aws"}, HostingLookup())
    assert (foreign.account, foreign.ours) == ("123456789012", True)
    assert foreign.provider == "Amazon Web Services"


def test_closed_store_is_not_reported_as_foreign() -> None:
    store = exposure(targets=("a.example:1",), access="auth_required")
    assert not list(OutsideView([store], []).foreign({}, HostingLookup()))


@pytest.mark.parametrize(
    ("apps", "exposed", "start"),
    [
        (
            ["Fieldhand"],
            True,
            "Fieldhand leaks data from your RDS postgresql database orders in account 1",
        ),
        (["A", "B"], True, "A and B leak data from your"),
        (["A", "B", "C"], True, "A and 2 more leak data from your"),
        (["A"], False, "A uses your"),
        ([], True, "reachable from outside: your"),
    ],
)
def test_match_is_described_in_a_sentence(apps: list[str], exposed: bool, start: str) -> None:
    stores = (
        OutsideView([exposure(targets=("x:1",), access="open" if exposed else "auth_required")], []).stores["exp-1"],
    )
    owned = OwnedResource(resource(), "name", stores, (), tuple(AppName(name, name, name) for name in apps))  # type: ignore[arg-type]
    assert describe_match(owned).startswith(start)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (
            {
                "at_rest": AtRest.NONE,
                "flag": TriState.YES,
                "route": TriState.YES,
                "port": TriState.YES,
                "path": (
                    "route table r routes to an Internet gateway",
                    "security group sg-1 (web) allows 0.0.0.0/0 on port 5432",
                ),
            },
            "not encrypted at rest, public through security group sg-1 (web), which allows 0.0.0.0/0 on port 5432",
        ),
        (
            {"at_rest": AtRest.CUSTOMER_KEY, "flag": TriState.NO},
            "encrypted with your own key, not public according to its account",
        ),
        ({"flag": TriState.YES}, "encryption at rest unknown, public access not fully known (yes for flag)"),
        ({"authentication": TriState.NO, "in_transit": TriState.NO}, "requires no login, does not require TLS"),
        ({"kind": ResourceKind.SNAPSHOT, "backups_public": TriState.YES}, "anyone can restore it"),
    ],
)
def test_descriptions(what: dict[str, Any], said: str) -> None:
    assert said in describe_resource(resource(**what))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (("its policy allows everyone",), "public through its policy, which allows everyone"),
        (("its grants allow no public access", "its policy allows everyone"), "public through its policy"),
        # Exports that were imported before version 0.2 have these words.
        (("sg-1 (web) admits 0.0.0.0/0 to port 22",), "public through sg-1 (web), which admits 0.0.0.0/0 to port 22"),
        (("its grants admit no stranger", "its policy admits everybody"), "public through its policy, which admits"),
    ],
)
def test_a_description_names_the_step_that_grants_access(path: tuple[str, ...], said: str) -> None:
    yes = {"flag": TriState.YES, "route": TriState.YES, "port": TriState.YES}
    assert said in describe_resource(resource(path=path, **yes))
