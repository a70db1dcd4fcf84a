"""Judge fields whose class the fields beside them decide: ``code`` beside a telephone number is a one-time code.

Each rule needs a name, a value of the right form, and fields beside it. The words are data, in ``neighbours.toml``.
"""

import re
import tomllib
from collections.abc import Callable, Collection, Sequence
from functools import cache
from importlib import resources

import msgspec

from tieback.leaks.plausible import may_be_chat, plain_name
from tieback.leaks.value import NamedValue
from tieback.pii.values.kinds import card

LEAST_TELEMETRY = 2
"""Fields of a report beside a field that make it part of one."""
_UUID = r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
_INSTALLATION = re.compile(_UUID + r"|[0-9A-Fa-f]{32,40}|" + _UUID + r"[0-9A-Fa-f]{1,8}")
_SESSION_VALUE = re.compile(_UUID + r"|\d{1,16}")
_HAS_UUID = re.compile(_UUID)
_CODE = re.compile(r"\d{4,8}")
_LOGIN = re.compile(r"[^\W\d_][\w.+-]{2,63}")
_NAME = re.compile(r"[^\W\d_]['\u2019\w]{0,31}(?:[ -][^\W\d_]['\u2019\w]{0,31}\.?){1,4}")
_TITLE = re.compile(r"[A-ZÀ-ÖØ-Þ]")
_WORD = re.compile(r"[^\W\d_]['\u2019\w -]{1,63}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_EXPIRY = re.compile(r"(?:0?[1-9]|1[0-2]) ?[/-]? ?(?:20)?[2-9]\d|20[2-9]\d-?(?:0[1-9]|1[0-2])")
"""Month and year of a card, as on it or as in ISO 8601."""
_INSURED = re.compile(r"[A-Z]\d{9}")
"""The number of a person in German health insurance (section 290 SGB V); others have other forms."""
_SESSION = frozenset({"sessionid", "sessid", "sid", "sessionuuid", "session"})


class NeighbourRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names of a field, and the plain names beside it that decide."""

    names: frozenset[str]
    beside: frozenset[str]
    not_beside: frozenset[str] = frozenset()


class NeighbourRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The tables of ``neighbours.toml``."""

    code: NeighbourRule
    login: NeighbourRule
    person: NeighbourRule
    installation: NeighbourRule
    client: NeighbourRule
    known_login: NeighbourRule
    parts: NeighbourRule
    holder: NeighbourRule
    card: NeighbourRule
    card_expiry: NeighbourRule
    card_holder: NeighbourRule
    year: NeighbourRule
    insured: NeighbourRule
    telemetry: frozenset[str]


@cache
def load_neighbours() -> NeighbourRules:
    """The words of ``neighbours.toml``.

    Raises:
        msgspec.ValidationError: the data file is damaged.
    """
    text = resources.files("tieback.leaks").joinpath("neighbours.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), NeighbourRules)


@cache
def _by_name() -> dict[str, tuple[str, str, NeighbourRule, Callable[[NamedValue], bool]]]:
    rules = load_neighbours()
    every: tuple[tuple[str, str, NeighbourRule, Callable[[NamedValue], bool]], ...] = (
        ("pin_otp", "one-time code", rules.code, lambda pair: _CODE.fullmatch(pair.value) is not None),
        ("username", "", rules.login, lambda pair: _LOGIN.fullmatch(pair.value) is not None),
        ("person_name", "", rules.person, _is_name),
        ("person_name", "", rules.holder, _is_name),
        ("payment_card", "card number", rules.card, lambda pair: card(pair.value.strip())),
        ("payment_card", "card expiry", rules.card_expiry, lambda pair: _EXPIRY.fullmatch(pair.value) is not None),
        ("payment_card", "cardholder name", rules.card_holder, _is_name),
        ("person_name", "", rules.parts, lambda pair: _WORD.fullmatch(pair.value) is not None),
        ("birth", "year of birth", rules.year, lambda pair: _YEAR.fullmatch(pair.value) is not None),
        ("national_id", "insured person", rules.insured, lambda pair: _INSURED.fullmatch(pair.value) is not None),
        ("device_id", "installation identifier", rules.known_login, _has_uuid),
        ("device_id", "installation identifier", rules.installation, _is_installation),
        ("device_id", "installation identifier", rules.client, _is_installation),
    )
    return {name: one for one in every for name in one[2].names}


def needs_neighbours(name: str) -> bool:
    """True if the fields around a field decide what it is.

    Args:
        name: its plain name.
    """
    return name in _by_name() or may_be_chat(name)


def class_by_neighbours(
    column: Sequence[NamedValue], around: Collection[str], above: Collection[str]
) -> tuple[str, str]:
    """Class and kind of a field by the fields beside it; empty if they decide nothing.

    Args:
        column: the values of one place.
        around: plain names of the fields beside it.
        above: plain names of the fields beside the object that contains it.
    """
    first = column[0]
    found = _by_name().get(plain_name(first.name))
    if found is None:
        return "", ""
    pii_class, kind, rule, fits = found
    beside = rule.beside.intersection(around)
    if pii_class == "username":
        beside |= rule.beside.intersection(above)
    enough = is_telemetry(around) if rule is load_neighbours().client else bool(beside) or not rule.beside
    if not enough or not rule.not_beside.isdisjoint(around) or not any(map(fits, column)):
        return "", ""
    return pii_class, kind


def is_telemetry(around: Collection[str]) -> bool:
    """True if the fields beside a field are those of a report about an app and its device."""
    return len(load_neighbours().telemetry.intersection(around)) >= LEAST_TELEMETRY


def is_report_session(name: str, values: Sequence[str], around: Collection[str]) -> bool:
    """True for the session of a report about an app, which opens nothing.

    Args:
        name: plain name of the field.
        values: its values.
        around: plain names of the fields beside it.
    """
    return name in _SESSION and is_telemetry(around) and all(map(_SESSION_VALUE.fullmatch, values))


def _is_name(pair: NamedValue) -> bool:
    parts = re.split(r"[ -]", pair.value)
    return _NAME.fullmatch(pair.value) is not None and all(_TITLE.match(part) for part in (parts[0], parts[-1]))


def _has_uuid(pair: NamedValue) -> bool:
    return _HAS_UUID.search(pair.value) is not None


def _is_installation(pair: NamedValue) -> bool:
    return _INSTALLATION.fullmatch(pair.value) is not None and "[]" not in pair.where
