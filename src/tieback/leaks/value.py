"""A named value from cleartext traffic, as input to the classifier."""

import re

import msgspec

MAX_VALUES_PER_SAMPLE = 256
"""Maximum named values per sample."""
MAX_VALUE = 512
"""Maximum characters of a value that are examined."""
MAX_NAME = 128
SECRET = "secret"
"""Form of a value that is a secret because of its location."""


class NamedValue(msgspec.Struct, frozen=True):
    """A value with its name; the name is empty if it has none."""

    where: str
    """``query:email``, ``header:authorization``, ``form:phone``, ``json:$.user.phone``, ``column:customers.pin``."""
    name: str
    """Last part of the path, for the classifier."""
    value: str
    parent: str = ""
    """The enclosing element: table, or outer key."""
    form: str = ""
    """Form of a value without a name; values with the same location and form are judged together."""


_VALUE = re.compile(r"@|%40|\d{7}")


def place_part(name: str) -> str:
    """A part of ``NamedValue.where``: ``*`` for a name that is itself a value, such as an address as a key."""
    return "*" if _VALUE.search(name) else name[:MAX_NAME]


def decode_text(data: bytes, most: int = MAX_VALUE) -> str:
    """At most so many bytes as text."""
    return data[:most].decode("utf-8", "replace")
