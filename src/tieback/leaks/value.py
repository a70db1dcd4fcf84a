"""One named value of a flow's cleartext, on its way to the classifier."""

import msgspec

MAX_PAIRS = 256
"""Named values of one sample."""
MAX_VALUE = 512
"""Characters of a value that are looked at."""
MAX_NAME = 128
SECRET = "secret"
"""The form of what is a secret by the place that it stands in."""


class Pair(msgspec.Struct, frozen=True):
    """A value with the name that it went under; the name is empty where it had none."""

    where: str
    """``query:email``, ``header:authorization``, ``form:phone``, ``json:$.user.phone``, ``column:customers.pin``."""
    name: str
    """Last part of the path, for the classifier."""
    value: str
    parent: str = ""
    """What it stands in: table, or the outer key."""
    form: str = ""
    """What a value without a name looks like: those of one place and form are judged together."""


def text_of(data: bytes) -> str:
    """Bytes as text, cut at ``MAX_VALUE``."""
    return data[:MAX_VALUE].decode("utf-8", "replace")
