"""URLs of object stores."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.errors import UsageError
from tieback.storage.objects.location import ObjectUrl, is_object_url, parse_object_url


@each(
    ("text", "expected"),
    [
        ("s3://corpus", ObjectUrl("s3", "corpus")),
        ("s3://corpus/", ObjectUrl("s3", "corpus")),
        ("s3://corpus/apps/", ObjectUrl("s3", "corpus", "apps/")),
        ("gs://my_bucket.example/a/b c%20?#.apk", ObjectUrl("gs", "my_bucket.example", "a/b c%20?#.apk")),
        ("az://container/a.apk", ObjectUrl("az", "container", "a.apk")),
        ("az://$web/a.apk", ObjectUrl("az", "$web", "a.apk")),
    ],
)
def test_urls(text: str, expected: ObjectUrl) -> None:
    assert is_object_url(text)
    assert parse_object_url(text) == expected


@each(
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
        parse_object_url(text)


@given(st.text())
def test_any_text(text: str) -> None:
    for scheme in ("s3", "gs", "az"):
        try:
            location = parse_object_url(f"{scheme}://{text}")
        except UsageError:
            continue
        else:
            assert parse_object_url(location.url) == location
