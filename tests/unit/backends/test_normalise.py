"""Hosts and owners."""

import pytest

from tests.each import each
from tieback.backends.normalise import OwnerDomains, host_of, literal_address
from tieback.model.endpoint import Endpoint, EndpointKind

OWNERS = OwnerDomains()


@each(
    ("host", "owner"),
    [
        ("api.shop.de", "shop.de"),
        ("API.Shop.co.uk.", "shop.co.uk"),
        ("foo.s3.amazonaws.com", "foo.s3.amazonaws.com"),
        ("s3.amazonaws.com", "s3.amazonaws.com"),
        ("someone.github.io", "someone.github.io"),
        ("a.someone.github.io", "someone.github.io"),
        ("es.fieldhand.test", "fieldhand.test"),
        ("db", ""),
        ("10.1.2.3", ""),
        ("2a00::1", ""),
        ("", ""),
    ],
)
def test_owner_domain(host: str, owner: str) -> None:
    assert OWNERS.owner_domain(host) == owner


@each(
    ("host", "address"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("2A00::1", "2a00::1"),
        ("[2a00::1]", "2a00::1"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("010.1.2.3", None),
        ("1.2.3", None),
        ("a.de", None),
    ],
)
def test_literal_address(host: str, address: str | None) -> None:
    assert literal_address(host) == address


@pytest.mark.parametrize(
    ("value", "host", "expected"),
    [
        ("https://A.de", "A.de.", "a.de"),
        ("firebase-rtdb:proj", "proj.europe-west1.firebasedatabase.app", "proj.europe-west1.firebasedatabase.app"),
        ("firebase-rtdb:proj", "", "proj.firebaseio.com"),
        ("s3:bucket", "", ""),
        ("[2A00::1]:80", "2A00::1", "2a00::1"),
    ],
)
def test_host_of(value: str, host: str, expected: str) -> None:
    assert host_of(Endpoint(EndpointKind.CLOUD, value, "https", host, 443)) == expected
