"""Normalise or refuse host names and address literals as written by people and apps.

A host is refused before name resolution if it is a disguised number: ``2130706433``, ``0177.0.0.1``, ``0x7f.1`` and
``127.1`` are all 127.0.0.1 to a C library (inet_aton(3)) and to browsers (WHATWG URL, "ends in a
number").
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from tieback.model.count_text import count_text
from tieback.scope.address import Address, parse_address

_MAX_TEXT = 1000
"""Maximum characters of a host that are examined; the longest DNS name has 253."""
_MAX_NAME = 253
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# IDNA 2003 maps these to other letters, IDNA 2008 keeps them: two names, possibly two owners (RFC 5894, section 7.2).
_DEVIATIONS = frozenset("\u00df\u1e9e\u03c2\u200c\u200d")


@dataclass(frozen=True, slots=True)
class TargetHost:
    """A host in normal form: either a name or an address."""

    name: str
    """Lower-case ASCII (IDNA), no trailing dot; empty for an address."""
    address: Address | None

    @property
    def text(self) -> str:
        """The normal form, IPv6 without brackets."""
        return self.name if self.address is None else str(self.address)


@lru_cache(maxsize=4096)
def parse_host(text: str) -> TargetHost:
    """Normalise a host.

    Raises:
        ValueError: the text is not a host; the message is one clause for the user.
    """
    shown = f"{text!r:.80}"
    if not text or len(text) > _MAX_TEXT:
        raise ValueError("the host is empty" if not text else f"the host has {count_text(len(text), 'character')}")
    if text.startswith("[") and text.endswith("]"):
        if ":" not in text:
            raise ValueError(f"{shown} is not an IPv6 address")
        text = text[1:-1]
    if ":" in text:
        return TargetHost("", parse_address(text))
    name = text.lower() if text.isascii() else _to_ascii(text, shown)
    name = name.removesuffix(".")
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return TargetHost("", _dotted_quad(name, shown, text))
    if len(name) > _MAX_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError(f"{shown} is not a host name")
    return TargetHost(name, None)


def _dotted_quad(name: str, shown: str, text: str) -> Address:
    try:
        if not text.isascii():
            raise ValueError(shown)
        return parse_address(name)
    except ValueError:
        raise ValueError(
            f"{shown} is a number in a decimal, octal, hexadecimal or short form, which is never resolved or contacted"
        ) from None


def _to_ascii(text: str, shown: str) -> str:
    if not _DEVIATIONS.isdisjoint(text):
        raise ValueError(f"{shown} has a letter that two IDNA standards treat differently; use its xn-- form")
    try:
        # The codec accepts the root dot only in ASCII.
        return text.replace("\u3002", ".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise ValueError(f"{shown} is not a host name that IDNA can encode; use its xn-- form") from None
