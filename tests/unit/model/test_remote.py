"""An object's state has a name of its own; how to get at it survives its way to a worker."""

import msgspec
import pytest

from tieback.model.remote import ObjectLocation, RemoteObject, decode_location, encode_location

OBJECT = RemoteObject("s3://b/a.apk", 10, "abc", "2026-11-26T08:00:00+00:00")


@pytest.mark.parametrize("change", [{"url": "s3://b/c.apk"}, {"size": 11}, {"etag": "abd"}, {"modified": "2026"}])
def test_another_state_has_another_digest(change: dict[str, object]) -> None:
    assert OBJECT.digest == msgspec.structs.replace(OBJECT).digest
    assert msgspec.structs.replace(OBJECT, **change).digest != OBJECT.digest


def test_without_a_state_it_is_never_the_same() -> None:
    stateless = RemoteObject("https://h/a.apk", 10)
    assert stateless.digest != stateless.digest


def test_access_survives_its_way() -> None:
    access = ObjectLocation("https://h/a.tar?sig=x%20y", 512, 1024, "abc")
    assert decode_location(encode_location(access)) == access
