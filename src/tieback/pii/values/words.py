"""The class of a column of text, from the shares of its words."""

import re
from collections.abc import Iterator, Sequence

from tieback.pii.values.chance import scale_confidence
from tieback.pii.values.column_scan import ClassCandidate
from tieback.pii.values.text import Shares, TextReader

MIN_DISTINCT = 5
"""Least number of distinct values for which words count."""
MANY_DISTINCT = 20
"""Least number of distinct values for which weak shares count."""
REPEATED_FACTOR = 0.8
"""Factor for the confidence of few words that repeat."""

_HOUSE = re.compile(r"(?:([0-9]{1,5}[a-z]?),? ([^0-9]{4,40})|([^0-9]{4,40}) ([0-9]{1,5}[a-zA-Z]?))")
_WORD = re.compile(r"[^\W\d_]{4}|[^\x00-\u2e7f]{2}")
"""Least number of letters in a row that make a word; plates and article numbers have fewer."""
_NOT_WORDS = (
    "UUID", "hexadecimal", "URL", "whole number", "decimal number", "domain name", "time stamp", "date", "version",
)  # fmt: skip

type Verdict = tuple[str, str, float, float]
"""Class, kind, share, confidence."""


def from_words(
    reader: TextReader, values: Sequence[str], seen: int, forms: dict[str, float]
) -> Iterator[ClassCandidate]:
    """Names, places, addresses, occupations, findings and user names, by the shares of the column; fills ``forms``.

    Args:
        reader: reader with the word lists.
        values: the distinct values.
        seen: number of values with repetitions. Few words that repeat are a list of kinds, not of people.
        forms: share of the values by kind.
    """
    if forms.get("code", 0.0) > 0.8 or forms.get("truth value") or any(forms.get(k, 0.0) > 0.5 for k in _NOT_WORDS):
        return
    shares = reader.read(values)
    for name in ("person", "place", "address", "trade", "organisation", "country", "words"):
        forms[name] = getattr(shares, name)
    count = len(values)
    if count < MIN_DISTINCT:
        return
    verdict = _plain(shares) or _people_and_places(shares, values)
    if verdict is not None:
        pii_class, kind, share, sure = verdict
        if count < MANY_DISTINCT and seen >= 2 * count and pii_class != "health":
            sure *= REPEATED_FACTOR
        yield ClassCandidate(pii_class, scale_confidence(sure, count), kind, "words", round(share * shares.read))


def _plain(shares: Shares) -> Verdict | None:
    """Classes with a form that few other columns have."""
    if shares.town >= 0.6:
        return "postal_address", "postcodes with places", shares.town, 0.94
    if shares.address >= 0.6 and shares.street >= 0.3:
        return "postal_address", "street addresses", shares.address, 0.94
    if shares.finding >= 0.5:
        return "health", "diseases and findings", shares.finding, 0.92
    if shares.trade >= 0.6 and shares.trade > shares.person + 0.1:
        return "employment", "occupations", shares.trade, _sure(shares.trade, 0.75)
    if shares.user >= 0.5:
        return "username", "user names made of names", shares.user, 0.9
    return None


def _people_and_places(shares: Shares, values: Sequence[str]) -> Verdict | None:
    """Classes with a form that organisations, countries, colours and products can have too."""
    if max(shares.country, shares.thing) >= 0.4 or shares.organisation >= 0.15 or shares.cased < 0.8:
        return None
    many = len(values) >= MANY_DISTINCT
    if shares.eastern >= 0.9 and shares.person >= 0.1:
        return "person_name", "names of people", shares.eastern, 0.92
    if shares.address >= 0.95 and many and _numbered(values):
        return "postal_address", "words with a house number", shares.address, 0.85
    if shares.person >= 0.5 and shares.person > shares.place and shares.plain < 0.5:
        return "person_name", "names of people", shares.person, _sure(shares.person, 0.65)
    if shares.person >= 0.42 and many and max(shares.place, shares.plain, shares.trade) < 0.2:
        return "person_name", "names of people", shares.person, 0.85
    if shares.place >= 0.5 and shares.place > shares.person:
        return "postal_address", "names of places", shares.place, _sure(shares.place, 0.65)
    return None


def _sure(share: float, high: float) -> float:
    return 0.93 if share >= high else 0.9


def _numbered(values: Sequence[str]) -> bool:
    """True if values are words with a number at one end, and both vary: not ``Room 7``, ``Room 8``."""
    matches = [match for value in values if (match := _HOUSE.fullmatch(value)) is not None]
    words = {words for match in matches if _WORD.search(words := match[2] or match[3]) is not None}
    numbers = {match[1] or match[4] for match in matches}
    return len(matches) >= 0.95 * len(values) and min(len(words), len(numbers)) >= 0.8 * len(matches)
