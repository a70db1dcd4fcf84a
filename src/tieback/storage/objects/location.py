"""URLs of object stores: ``s3://BUCKET/KEY``, ``gs://BUCKET/KEY``, ``az://CONTAINER/KEY``.

Everything after the bucket is the key, unchanged: ``?``, ``#`` and ``%`` have no special meaning.
"""

import re

import msgspec

from tieback.model.errors import UsageError

SCHEMES = ("s3", "gs", "az")
MAX_KEY = 1024
"""Maximum bytes of a key, in all three (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html)."""
_BUCKET = re.compile(r"[A-Za-z0-9$][A-Za-z0-9._-]{0,221}")


class ObjectUrl(msgspec.Struct, frozen=True):
    """A location in an object store."""

    scheme: str
    bucket: str
    key: str = ""
    """Key of an object, or a key prefix; empty for the whole bucket."""

    @property
    def url(self) -> str:
        """The URL."""
        return f"{self.scheme}://{self.bucket}/{self.key}"


def is_object_url(text: str) -> bool:
    """True if a text has the scheme of such a URL."""
    return text.partition("://")[0] in SCHEMES and "://" in text


def parse_object_url(text: str) -> ObjectUrl:
    """Parse a URL.

    Raises:
        UsageError: the text is not such a URL.
    """
    scheme, _, rest = text.partition("://")
    bucket, _, key = rest.partition("/")
    whole = scheme in SCHEMES and _BUCKET.fullmatch(bucket) is not None
    if not whole or len(key.encode("utf-8", "replace")) > MAX_KEY or not key.isprintable():
        raise UsageError(
            "not the URL of an object store", where=text[:200], advice="Use s3://BUCKET/KEY, gs:// or az://"
        )
    return ObjectUrl(scheme, bucket, key)
