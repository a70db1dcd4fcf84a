"""Look-ups in a cloud's resource description, independent of how a tool spells its keys.

``DBInstanceIdentifier`` of a CLI, ``dBInstanceIdentifier`` of AWS Config, ``DbInstanceIdentifier`` of Security Hub and
``db_instance_identifier`` of Steampipe are the same key: lower case, without ``_`` and ``-``.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

from tieback.model.resource import OpenPorts, TriState

MAX_TEXT = 2048
MAX_LIST = 1000
"""Most elements of a list in a resource that are read."""
WIDE_V4, WIDE_V6 = 8, 16
"""Longest prefix of a network that counts as open to the Internet, not as a list of customers."""
_YES = frozenset({"true", "enabled", "enable", "on", "yes", "1", "required", "active"})
_NO = frozenset({"false", "disabled", "disable", "off", "no", "0", "none"})
_UNSPELT = re.compile(r"[_\-]")


@lru_cache(maxsize=20_000)
def normalise_key(key: str) -> str:
    """The normalised form of a key."""
    return _UNSPELT.sub("", key).lower()


class ExportObject:
    """An object of an export with normalised keys."""

    __slots__ = ("_of",)

    def __init__(self, value: Mapping[str, Any]) -> None:
        self._of = {normalise_key(key): inner for key, inner in value.items()}

    def __contains__(self, key: str) -> bool:
        return self._of.get(key) is not None

    def value(self, *keys: str) -> Any:
        """The value of the first key that is present and not null."""
        return next((found for key in keys if (found := self._of.get(key)) is not None), None)

    def text(self, *keys: str) -> str:
        """Return the first non-empty text; a number as its digits."""
        for key in keys:
            found = self._of.get(key)
            if isinstance(found, str) and found:
                return found[:MAX_TEXT]
            if isinstance(found, int) and not isinstance(found, bool):
                return str(found)[:40]
        return ""

    def answer(self, *keys: str) -> TriState:
        """The first value that is a Boolean, or a word for one."""
        for key in keys:
            found = self._of.get(key)
            if found is None:
                continue
            word = str(found).strip().lower() if isinstance(found, bool | str | int) else ""
            if word in _YES:
                return TriState.YES
            if word in _NO:
                return TriState.NO
        return TriState.UNKNOWN

    def number(self, *keys: str) -> int | None:
        """The first number, or the first text of digits; nothing above 2⁶²."""
        for key in keys:
            found = self._of.get(key)
            if isinstance(found, bool):
                continue
            if isinstance(found, float) and found.is_integer():
                found = int(found)
            if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 19:
                found = int(found)
            if isinstance(found, int) and abs(found) < 1 << 62:
                return found
        return None

    def inner(self, *keys: str) -> "ExportObject":
        """The first value that is an object; an empty one if there is none."""
        return next((ExportObject(found) for key in keys if isinstance(found := self._of.get(key), dict)), NO_FACTS)

    def list(self, *keys: str) -> list[Any]:
        """The first value that is a list, at most ``MAX_LIST`` elements of it."""
        return next((found[:MAX_LIST] for key in keys if isinstance(found := self._of.get(key), list)), [])

    def listed(self, *keys: str) -> Iterator["ExportObject"]:
        """The objects in the first value that is a list."""
        for one in self.list(*keys):
            if isinstance(one, dict):
                yield ExportObject(one)

    def texts(self, *keys: str, of: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The texts in the first value that is a list; for objects in it, the text under one of the keys ``of``."""
        found = (_text_under(one, of) if isinstance(one, dict) else one for one in self.list(*keys))
        return tuple(dict.fromkeys(one[:MAX_TEXT] for one in found if isinstance(one, str) and one))

    def has(self, *keys: str) -> bool:
        """True if one of the keys is present, even with null: the source then covers this fact."""
        return any(key in self._of for key in keys)

    def pairs(self) -> Iterator[tuple[str, Any]]:
        """Every normalised key with its value."""
        return iter(self._of.items())


NO_FACTS = ExportObject({})


def _text_under(value: Mapping[str, Any], of: tuple[str, ...]) -> str:
    """The first text under one of these keys, in the order of the object."""
    return next(
        (text for key, text in value.items() if isinstance(text, str) and text and normalise_key(key) in of), ""
    )


def open_ports(net: str, low: int | None = None, high: int | None = None) -> OpenPorts | None:
    """The opening of a rule to the Internet; ``None`` if its network is private or too small.

    ``low`` and ``high`` that are missing or negative mean every port.
    """
    found = _wide(net)
    if not found:
        return None
    first = low if low is not None and low >= 0 else 0
    last = high if high is not None and high >= first else (65535 if low is None or low < 0 else first)
    return OpenPorts(first, min(last, 65535), found)


@lru_cache(maxsize=20_000)
def _wide(net: str) -> str:
    if net.strip().lower() in {"*", "any", "internet"}:
        return "0.0.0.0/0"
    try:
        found = ip_network(net.strip(), strict=False)
    except ValueError:
        return ""
    if found.prefixlen == 0:
        return str(found)
    private = found.is_private or found.is_multicast or found.is_loopback
    return str(found) if not private and found.prefixlen <= (WIDE_V4 if found.version == 4 else WIDE_V6) else ""


def wide_range(first: str, last: str) -> str:
    """``0.0.0.0-255.255.255.255`` if a range of addresses is as wide as an open network, otherwise empty."""
    try:
        low, high = ip_address(first.strip()), ip_address(last.strip())
    except ValueError:
        return ""
    if low.version != high.version or int(high) < int(low):
        return ""
    size = int(high) - int(low) + 1
    wide = 1 << (32 - WIDE_V4) if low.version == 4 else 1 << (128 - WIDE_V6)
    return f"{low}-{high}" if size >= wide else ""


def is_everyone(principal: Any) -> bool:
    """True if a principal of a policy is everyone: ``*``, ``{"AWS": "*"}``, or a list with one of them."""
    if isinstance(principal, str):
        return principal == "*"
    if isinstance(principal, list):
        return any(is_everyone(one) for one in principal)
    if isinstance(principal, dict):
        return any(is_everyone(value) for key, value in principal.items() if str(key).lower() == "aws")
    return False
