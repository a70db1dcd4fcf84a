"""The sign before a literal, which rules out most patterns of what can be before it without trying them."""

from tieback.intake.apps.interface import Bytes

MAX_SPACE = 40
"""Most white space that these patterns allow between the sign and the literal."""


def sign_before(data: Bytes, start: int) -> bytes:
    """The last byte before an offset that is no white space; empty if there is more space than patterns allow."""
    return bytes(data[max(0, start - MAX_SPACE - 1) : start]).rstrip()[-1:]
