"""Firebase Realtime Database hosts."""

import pytest

from tieback.recognise.firebase import firebase_endpoint, verify
from tieback.recognise.rules import Rules

RULES = Rules()


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
    (endpoint,) = verify(host, RULES).endpoints
    assert (endpoint.value, endpoint.host, endpoint.port) == (value, host.lower(), 443)


@pytest.mark.parametrize(
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
    verdict = verify(host, RULES)
    assert verdict.rejected
    assert not verdict.endpoints


def test_other_hosts_are_left_alone() -> None:
    assert firebase_endpoint("api.shop.de", RULES) is None
    assert firebase_endpoint("xfirebaseio.com", RULES) is None
