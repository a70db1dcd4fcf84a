"""URLs of object stores: ``s3://BUCKET/KEY``, ``gs://BUCKET/KEY``, ``az://CONTAINER/KEY``.

Everything after the bucket is the key, as it stands: ``?``, ``#`` and ``%`` have no meaning there.
"""

import re

import msgspec

from tieback.model.errors import UsageError

SCHEMES = ("s3", "gs", "az")
MAX_KEY = 1024
"""Bytes of a key, in all three (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html)."""
_BUCKET = re.compile(r"[A-Za-z0-9$][A-Za-z0-9._-]{0,221}")


class Location(msgspec.Struct, frozen=True):
    """A place in an object store."""

    scheme: str
    bucket: str
    key: str = ""
    """Of an object, or of what lies below it; empty for the whole bucket."""

    @property
    def url(self) -> str:
        """As it is written."""
        return f"{self.scheme}://{self.bucket}/{self.key}"


def is_location(text: str) -> bool:
    """Whether a text begins like such a URL."""
    return text.partition("://")[0] in SCHEMES and "://" in text


def parse_location(text: str) -> Location:
    """A URL taken apart.

    Raises:
        UsageError: it is none.
    """
    scheme, _, rest = text.partition("://")
    bucket, _, key = rest.partition("/")
    whole = scheme in SCHEMES and _BUCKET.fullmatch(bucket) is not None
    if not whole or len(key.encode("utf-8", "replace")) > MAX_KEY or not key.isprintable():
        raise UsageError(
            "not the URL of an object store", where=text[:200], advice="Write s3://BUCKET/KEY, gs:// or az://"
        )
    return Location(scheme, bucket, key)
