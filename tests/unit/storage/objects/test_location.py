"""URLs of object stores."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.model.errors import UsageError
from tieback.storage.objects.location import Location, is_location, parse_location


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s3://corpus", Location("s3", "corpus")),
        ("s3://corpus/", Location("s3", "corpus")),
        ("s3://corpus/apps/", Location("s3", "corpus", "apps/")),
        ("gs://my_bucket.example/a/b c%20?#.apk", Location("gs", "my_bucket.example", "a/b c%20?#.apk")),
        ("az://container/a.apk", Location("az", "container", "a.apk")),
        ("az://$web/a.apk", Location("az", "$web", "a.apk")),
    ],
)
def test_urls(text: str, expected: Location) -> None:
    assert is_location(text)
    assert parse_location(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "s3://",
        "s3:///a",
        "s3:/b/a",
        "https://h/a",
        "s3://user@b/a",
        "s3://b/\0",
        "s3://b/" + "k" * 1025,
        "abfs://c/a",
    ],
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(UsageError):
        parse_location(text)


@given(st.text())
def test_any_text(text: str) -> None:
    for scheme in ("s3", "gs", "az"):
        try:
            location = parse_location(f"{scheme}://{text}")
        except UsageError:
            continue
        else:
            assert parse_location(location.url) == location
