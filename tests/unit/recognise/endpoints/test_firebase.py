"""Firebase Realtime Database hosts."""

import pytest

from tests.each import each
from tieback.recognise.endpoints.cloud import verify
from tieback.recognise.endpoints.firebase import default_database, firebase_endpoint
from tieback.recognise.rules import RuleFiles

RULES = RuleFiles()


@pytest.mark.parametrize(
    ("host", "value"),
    [
        ("proj.firebaseio.com", "firebase-rtdb:proj"),
        ("My-App-Default-RTDB.firebaseio.com", "firebase-rtdb:my-app-default-rtdb"),
        ("proj.europe-west1.firebasedatabase.app", "firebase-rtdb:proj"),
        ("p.asia-southeast1.firebasedatabase.app", "firebase-rtdb:p"),
    ],
)
def test_instances(host: str, value: str) -> None:
    (endpoint,) = verify(host, "", RULES).endpoints
    assert (endpoint.value, endpoint.host, endpoint.port) == (value, host.lower(), 443)


@each(
    "host",
    [
        ".firebaseio.com",
        "firebaseio.com",
        "www.firebaseio.com",
        "a.b.firebaseio.com",
        "-a.firebaseio.com",
        "europe-west1.firebasedatabase.app",
        "a_b.firebaseio.com",
        "%s.firebaseio.com",
    ],
)
def test_hosts_without_an_instance(host: str) -> None:
    verdict = verify(host, "", RULES)
    assert verdict.rejected or verdict.not_backends
    assert not verdict.endpoints


@pytest.mark.parametrize(
    ("rest", "value"),
    [
        ("/.ws?v=5&ns=shop-1234-default-rtdb", "firebase-rtdb:shop-1234-default-rtdb"),
        ("/.lp?start=t&ns=shop", "firebase-rtdb:shop"),
        ("/.ws?v=5", None),
        ("/.ws?ns=%s", None),
    ],
)
def test_a_host_that_many_databases_share_names_the_one_in_its_query(rest: str, value: str | None) -> None:
    endpoint = firebase_endpoint("s-usc1c-nss-205.firebaseio.com", RULES, rest)
    assert (endpoint and endpoint.value) == value
    assert endpoint is None or endpoint.host == f"{endpoint.value.partition(':')[2]}.firebaseio.com"


def test_other_hosts_are_ignored() -> None:
    assert firebase_endpoint("api.shop.de", RULES) is None
    assert firebase_endpoint("xfirebaseio.com", RULES) is None


@each(
    ("host", "is_default"),
    [
        ("-default-rtdb.firebaseio.com", True),
        ("%@-default-rtdb.firebaseio.com", True),
        ("{}-Default-RTDB.firebaseio.com", True),
        ("${e.projectId}-default-rtdb.firebaseio.com", True),
        ("shop-default-rtdb.firebaseio.com", False),
        ("-default-rtdb.firebaseio.com.shop.test", False),
        ("default-rtdb.firebaseio.com", False),
        ("", False),
    ],
)
def test_the_end_of_the_default_database_of_any_project(host: str, is_default: bool) -> None:
    assert (default_database(host) is not None) == is_default
