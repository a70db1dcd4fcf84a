"""Kinds of what an app sends: which identifier of a device, how precise a place, a list of contacts or of apps.

Names are data, in ``identifiers.toml``. A name counts only with a value of the right form.
"""

import re
import tomllib
from collections.abc import Sequence
from functools import cache, cached_property
from importlib import resources
from ipaddress import ip_address

import msgspec

from tieback.leaks.plausible import load_words, plain_name
from tieback.leaks.value import NamedValue

CONTACT_LIST, APP_LIST = "contact_list", "app_list"
"""Classes of traffic only: what they contain is in the taxonomy, and the list as a whole says more than one item."""
PRECISE, COARSE = "precise", "coarse"
PRECISE_DECIMALS = 3
"""Decimals of a degree from which a place is precise: 0.001 degrees are 111 m at most."""
LEAST_PERSON_ID, LEAST_DEVICE_ID = 4, 12
"""Characters of the value of a field ``id``."""
LEAST_CONTACTS, LEAST_APPS = 2, 3
_DEVICE, _PLACE = "device_id", "geo_location"
_PEOPLE = frozenset({"phone", "email", "person_name"})
_DECIMALS = re.compile(r"-?\d{1,3}\.(\d{1,16})")
_COORDINATES = re.compile(
    r"\s*[+-]?(?:90\.0+|[0-8]?\d\.\d{3,16})\s*[,; ]\s*[+-]?(?:180\.0+|(?:1[0-7]\d|\d{1,2})\.\d{3,16})\s*"
)
"""Latitude and longitude in degrees."""
_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9][A-Za-z0-9_-]*){1,8}")
_UUID = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")
_DOTS = 3
"""Dots of an IPv4 address."""
_WORDS = re.compile(r"[.:\[\]$()]+")


class _Identifier(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    kind: str
    names: frozenset[str]
    value: str
    source: str

    @cached_property
    def form(self) -> re.Pattern[str]:
        return re.compile(self.value)


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    words: frozenset[str]


class _Parents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    person: frozenset[str]
    device: frozenset[str]


class _Places(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: frozenset[str]


class IdentifierWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """The tables of ``identifiers.toml``."""

    identifier: tuple[_Identifier, ...]
    parents: _Parents
    contacts: _Words
    apps: _Words
    places: _Places
    property: dict[str, tuple[str, str]]
    """Class and kind of the properties in ``trackers.toml``."""

    @cached_property
    def by_name(self) -> dict[str, _Identifier]:
        """The identifiers by plain name."""
        return {name: one for one in self.identifier for name in one.names}


@cache
def load_identifiers() -> IdentifierWords:
    """The words of ``identifiers.toml``.

    Raises:
        msgspec.ValidationError: the data file is damaged.
    """
    text = resources.files("tieback.leaks").joinpath("identifiers.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), IdentifierWords)


def identifier_kind(name: str, values: Sequence[str]) -> str:
    """The kind of identifier that a name and one of its values show; empty if it is none, or only a placeholder."""
    known = load_identifiers().by_name.get(plain_name(name))
    if known is None:
        return ""
    return known.kind if any(known.form.fullmatch(value) and not is_placeholder(value) for value in values) else ""


def is_place(name: str, values: Sequence[str]) -> bool:
    """True for coordinates in one value, in a field that can have a place in words too."""
    return plain_name(name) in load_identifiers().places.names and any(map(_COORDINATES.fullmatch, values))


def plain_id_class(column: Sequence[NamedValue]) -> str:
    """``person_id`` or ``device_id`` for the field ``id`` of a user or a device; otherwise empty."""
    first = column[0]
    if first.where.startswith("header:") and plain_name(first.name).endswith("clientidentifier"):
        return _DEVICE if len(first.value) >= LEAST_DEVICE_ID and any(map(str.isdigit, first.value)) else ""
    if first.name.lower() not in {"id", "uuid"}:
        return ""
    parent = plain_name(first.parent)
    words = load_identifiers().parents
    values = [pair.value for pair in column if not is_placeholder(pair.value)]
    if parent in words.person and any(len(value) >= LEAST_PERSON_ID for value in values):
        return "person_id"
    if parent in words.device and any(len(value) >= LEAST_DEVICE_ID for value in values):
        return _DEVICE
    return ""


def is_address(values: Sequence[str]) -> bool:
    """True if one of the values is an IP address that can be that of a device."""
    for value in values:
        if ":" not in value and value.count(".") != _DOTS:
            continue  # faster than an exception
        try:
            address = ip_address(value.strip())
        except ValueError:
            continue
        if not (address.is_loopback or address.is_unspecified or address.is_multicast):
            return True
    return False


def is_placeholder(value: str) -> bool:
    """True for what systems return in place of a real identifier, such as zeros."""
    plain = plain_name(value)
    return len(set(plain)) < 2 or plain in load_words().null.identifiers


def list_class(column: Sequence[NamedValue], pii_class: str) -> str:
    """``contact_list`` or ``app_list`` if values of one place are a list of people or of apps; otherwise empty."""
    words = load_identifiers()
    distinct = {pair.value for pair in column}
    if len(distinct) < LEAST_CONTACTS:
        return ""
    path = {plain_name(part) for part in _WORDS.split(column[0].where)}
    if pii_class in _PEOPLE and not words.contacts.words.isdisjoint(path):
        return CONTACT_LIST
    packages = sum(_PACKAGE.fullmatch(value) is not None for value in distinct)
    if packages >= max(LEAST_APPS, len(distinct) * 0.8) and not words.apps.words.isdisjoint(path):
        return APP_LIST
    return ""


def kind_of(pii_class: str, column: Sequence[NamedValue], detail: str) -> str:
    """The kind within a class, as far as names and values show it."""
    values = [pair.value for pair in column]
    if pii_class == _PLACE:
        decimals = [len(match[1].rstrip("0")) for value in values for match in _DECIMALS.finditer(value)]
        return (PRECISE if max(decimals) >= PRECISE_DECIMALS else COARSE) if decimals else ""
    if pii_class == _DEVICE:
        return identifier_kind(column[0].name, values) or detail
    return detail
