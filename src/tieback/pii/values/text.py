"""Columns of words: people, places, addresses, occupations, organisations, medical findings.

Each value is folded and split. Lists (``gazetteer``) and endings (``vocabulary.toml``) give the possible meanings of
its words. One word proves nothing (Washington); the shares of a column do.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib import resources

import msgspec

from tieback.pii.tokens import fold
from tieback.pii.values.gazetteer import load_gazetteer

MAX_TEXT = 160
"""Most characters of a value that are read as words."""
MAX_READ = 32
"""Most distinct values that are read as words; more do not improve the shares."""

_SPLIT = re.compile(r"[\s,;()/\"]+")
_HOUSE = re.compile(r"(?<![\d.,:])\d{1,5}(?:[a-z]|[-/]\d{1,4}[a-z]?)?\.?(?![\d.,:]*\d)")
_TOWN = re.compile(
    r"(?:[a-z]{1,2}-)?[0-9]{4,6}(?: ?[a-z]{2})?,? (?P<after>[^0-9]{3,40})"
    r"|(?P<before>[^0-9]{3,40}?),? (?:[a-z]{2}\.? )?[0-9]{5}(?:-[0-9]{4})?"
)
_PAIR = re.compile(r"[A-Z\u00c0-\u00de][^\W\d]+-[A-Z\u00c0-\u00de][^\W\d]+$")
_AND = re.compile(r" (?:and|und|et|y|e|i|og|och|en) ")
_RIVER = re.compile("-(?:sur|la|les|en|am|an der|upon|on)-")
_ALPHABETIC = re.compile(r"[^\W\d_]+(?:[-'`\u2019][^\W\d_]+)*['\u2019]?")
_HEAD = re.compile(r"[,(/]")
_QUOTES = ".'\u2019"
SPACELESS = "\u2e7f"
"""First code point of scripts without spaces and capitals."""
MAX_ADDRESS = 14
"""Most words of an address."""

_COUNTED = (
    "person", "place", "address", "street", "trade", "organisation", "country", "finding", "cased", "words", "user",
    "eastern", "thing", "town",
)  # fmt: skip


class Vocabulary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The lists of ``vocabulary.toml``."""

    blank: frozenset[str]
    test_card: frozenset[str]
    test_user: frozenset[str]
    test_domain: frozenset[str]
    test_word: frozenset[str]
    lorem: frozenset[str]
    truth: frozenset[str]
    card_brand: frozenset[str]
    sex: frozenset[str]
    sex_aside: frozenset[str]
    sex_letters: frozenset[str]
    marital: frozenset[str]
    religion: frozenset[str]
    ethnicity: frozenset[str]
    organisation: frozenset[str]
    organisation_marks: tuple[str, ...]
    title: frozenset[str]
    particle: frozenset[str]
    family_ending: tuple[str, ...]
    street_word: frozenset[str]
    street_ending: tuple[str, ...]
    cjk_place: tuple[str, ...]
    cjk_address: tuple[str, ...]
    place_before: frozenset[str]
    place_ending: tuple[str, ...]
    trade_ending: tuple[str, ...]
    disease: frozenset[str]
    disease_ending: tuple[str, ...]
    checked_name: dict[str, frozenset[str]]
    """Names with several meanings by class: they count if all values pass the check of the class."""


@lru_cache(1)
def load_vocabulary() -> Vocabulary:
    """The word lists.

    Raises:
        msgspec.ValidationError: the data file is damaged.
    """
    text = resources.files("tieback.pii.values").joinpath("vocabulary.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Vocabulary)


class Shares(msgspec.Struct, frozen=True):
    """Shares of a column's values by their possible meaning, 0 to 1. A value can have several meanings."""

    read: int
    person: float
    place: float
    address: float
    street: float
    """Addresses with a word or ending of street names."""
    trade: float
    organisation: float
    country: float
    """Whole values that are countries."""
    finding: float
    cased: float
    """Values that begin with a capital letter, or in a script without capitals."""
    words: float
    """Values of one to four words that have only letters."""
    plain: float
    """Words that are in a dictionary of common words."""
    eastern: float
    """Two words of one to three characters, as East Asian names are written."""
    thing: float
    """Whole values that are colours or languages; such words are also names of people."""
    town: float
    """Postcodes next to the name of a place."""
    user: float
    """Lower-case joined names, with or without a number."""


class TextReader:
    """Reads values as words. Loads the lists at first use."""

    def __init__(self) -> None:
        self._vocabulary = load_vocabulary()
        lists = load_gazetteer()
        self._given, self._surname, self._city = lists.given, lists.surname, lists.city
        self._job, self._jobhead, self._word = lists.job, lists.jobhead, lists.word
        self._country, self._thing = lists.country, lists.thing

    def read(self, values: Sequence[str]) -> Shares:
        """The shares of a column, from ``MAX_READ`` values evenly spread over it."""
        step = max(1, len(values) // MAX_READ)
        tally = dict.fromkeys(_COUNTED, 0)
        words = [0, 0]
        read = 0
        for value in values[::step][:MAX_READ]:
            read += 1
            for name in self._tags(value[:MAX_TEXT].strip(), words):
                tally[name] += 1
        return Shares(
            read=read,
            plain=words[1] / max(1, words[0]),
            **{name: hits / max(1, read) for name, hits in tally.items()},
        )

    def _tags(self, value: str, words: list[int]) -> Iterator[str]:
        """The possible meanings of one value. Adds its words, and those in the dictionary, to ``words``."""
        lower = value.lower() if value.isascii() else fold(value).lower()
        bare = [word for token in _SPLIT.split(lower) if (word := token.strip(_QUOTES))]
        if not bare:
            return
        words[0] += len(bare)
        known, particles = self._word, self._vocabulary.particle
        words[1] += len([token for token in bare if token in known and token not in particles])
        upper = not value.islower()
        if upper:
            yield "cased"
        elif len(bare) == 1 and value.isascii() and self._user(value):
            yield "user"
        letters = all(map(str.isalpha, bare)) or all(
            _ALPHABETIC.fullmatch(token.replace(".", "")) is not None for token in bare
        )
        if letters and len(bare) <= 4:
            yield "words"
        if self._organised(value, bare, letters=letters):
            yield "organisation"
        if lower in self._country:
            yield "country"
        elif lower in self._thing:
            yield "thing"
        house = not letters and _HOUSE.search(lower) is not None
        if lower in self._job or (not house and self._trade(lower)):
            yield "trade"
        if self._disease(bare):
            yield "finding"
        if house:
            if self._town(lower):
                yield "town"
            yield from self._addressed(value, bare)
        elif letters:
            yield from (
                self._east_asian(value, bare) if value[0] > SPACELESS else self._western(lower, bare, upper=upper)
            )

    def _western(self, lower: str, bare: list[str], *, upper: bool) -> Iterator[str]:
        v = self._vocabulary
        named = upper and self._named(bare)
        if named:
            yield "person"
        ending = not named and len(bare[-1]) > 5 and bare[-1].endswith(v.place_ending)
        before = len(bare) > 1 and bare[0] in v.place_before
        if lower in self._city or before or ending or _RIVER.search(lower) is not None:
            yield "place"

    def _organised(self, value: str, bare: list[str], *, letters: bool) -> bool:
        v = self._vocabulary
        if bare[-1] in v.organisation or (len(bare) > 1 and bare[0] in v.organisation and bare[0] not in v.title):
            return True
        if letters and len(bare) > 2 and (", " in value or _AND.search(value) is not None):
            return True
        return _PAIR.match(value) is not None or any(mark in value for mark in v.organisation_marks)

    def _trade(self, lower: str) -> bool:
        head = _HEAD.split(lower, 1)[0].split()
        if not head:
            return False
        return head[-1] in self._jobhead or head[0] in self._jobhead or head[-1].endswith(self._vocabulary.trade_ending)

    def _disease(self, bare: list[str]) -> bool:
        v = self._vocabulary
        endings = v.disease_ending
        return not v.disease.isdisjoint(bare) or any(one.endswith(endings) for one in bare if len(one) > 6)

    def _addressed(self, value: str, bare: list[str]) -> Iterator[str]:
        """A number next to words; in East Asia next to the characters for blocks and lots."""
        v = self._vocabulary
        if value[0] > SPACELESS:
            if any(mark in value for mark in v.cjk_address) or any(mark in value for mark in v.cjk_place):
                yield "address"
                yield "street"
        elif 2 <= len(bare) <= MAX_ADDRESS:
            letters = [token for token in bare if len(token) > 1 and token.isalpha()]
            if letters or any("-" in token for token in bare):
                yield "address"
                if any(token in v.street_word for token in bare) or any(
                    len(token) > 5 and token.endswith(v.street_ending) for token in letters
                ):
                    yield "street"

    def _town(self, lower: str) -> bool:
        """True for a postcode and a place, in either order: ``10115 Berlin``, ``Springfield, IL 62704``."""
        match = _TOWN.fullmatch(lower)
        return match is not None and (match["after"] or match["before"]).strip(" ,") in self._city

    def _named(self, bare: list[str]) -> bool:
        """True if most of the words are names, without titles and particles."""
        v = self._vocabulary
        parts = [t for t in bare if t and t not in v.title and t not in v.particle and len(t) > 1]
        if not parts or len(parts) > 5:
            return len(bare) == 1 and bare[0] in self._surname
        unknown = [part for part in parts if not (self._name(part) or all(map(self._name, part.split("-"))))]
        known = len(parts) - len(unknown)
        if len(parts) == 1:
            return known == 1 or (len(bare) > 1 and (bare[0] in v.particle or bare[0] in v.title))
        return known * 2 > len(parts) or (known * 2 == len(parts) and not any(part in self._word for part in unknown))

    def _name(self, part: str) -> bool:
        return part in self._given or part in self._surname or self._by_ending(part)

    def _by_ending(self, part: str) -> bool:
        return len(part) > 5 and part.endswith(self._vocabulary.family_ending) and part not in self._word

    def _east_asian(self, value: str, tokens: list[str]) -> Iterator[str]:
        v = self._vocabulary
        if tokens[0] in self._city or value.endswith(v.cjk_place + v.cjk_address):
            yield "place"
        elif len(tokens) == 2:
            if max(map(len, tokens)) <= 3:
                yield "eastern"
            if any(token in self._surname or token in self._given for token in tokens):
                yield "person"
        elif 2 <= len(value) <= 5 and any(
            value[:cut] in self._surname and (value[cut:] in self._given or cut < 3)
            for cut in range(1, min(4, len(value)))
        ):
            yield "person"

    def _user(self, value: str) -> bool:
        """True if a lower-case value is two joined names, or an initial and a name, possibly with a number."""
        body = value.rstrip("0123456789")
        body = body.replace(".", "").replace("_", "").replace("-", "")
        if not 3 < len(body) < 24 or body in self._word:
            return False
        numbered = body != value
        if numbered and (body in self._given or body in self._surname):
            return True
        given, surname = self._given, self._surname
        for cut in range(3, len(body) - 2):
            head, tail = body[:cut], body[cut:]
            if (head in given and tail in surname) or (head in surname and tail in given):
                return True
        return len(body) > 5 and body[1:] in self._surname
