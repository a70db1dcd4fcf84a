"""Context of a field: its table and its siblings, and whether they are about people."""

from functools import lru_cache

import msgspec

from tieback.pii.lexicon import Needs, Noun
from tieback.pii.reading import CACHED, NameReader, NameReading

MAX_SIBLINGS = 64
_NOBODYS: frozenset[str] = frozenset()
ADDRESSES = frozenset(
    [
        "address",
        "addr",
        "adress",
        "adresse",
        "adressen",
        "adres",
        "adresy",
        "adresa",
        "adresi",
        "adresler",
        "alamat",
        "direccion",
        "endereco",
        "morada",
        "indirizzo",
        "indirizzi",
        "dizhi",
        "adresa",
        "адрес",
        "адреса",
        "地址",
    ]
)
"""Words for the places of people or of machines."""
_UNTELLING = frozenset({"postal_address", "username"})
"""Classes that things also have; they indicate people only next to another such class."""
_REACHABLE = frozenset({"phone", "postal_address"})
"""Classes that shops and practices also have."""
_CARD_CODES = frozenset({"cvv", "cvc", "cvn", "cvv2", "cvc2"})
"""Words next to which a number without other words is a card number."""
_LOOKUPS = frozenset({"ref", "lookup", "lkp", "enum", "dict", "lov"})
"""First words of tables that list kinds of things."""
_CORE = frozenset({"person_name", "email", "phone", "birth", "password", "national_id", "username", "postal_address"})
"""Classes that show that a table is about people, if two siblings have them."""


class WordPrefixes:
    """Prefixes of up to five letters of the table's words (not whole words), and the initials of its last words."""

    __slots__ = ("_initials", "_words")

    def __init__(self, words: tuple[str, ...]) -> None:
        self._words = words
        self._initials = ""

    def __contains__(self, short: str) -> bool:
        size = len(short)
        for word in self._words:
            if word.startswith(short) and 0 < size < 6 and size < len(word):
                return True
        if size > len(self._words) or not size:
            return False
        if not self._initials:
            self._initials = "".join([word[0] for word in self._words])
        return self._initials.endswith(short)

    def __bool__(self) -> bool:
        return bool(self._words)


NO_PREFIXES = WordPrefixes(())


class TableContext(msgspec.Struct, frozen=True, gc=False):
    """Meaning of a table's name."""

    noun: Noun | None
    languages: frozenset[str]
    table: frozenset[str]
    """Words of the table."""
    words: frozenset[str]
    """Words of the table and of the siblings."""
    messages: bool
    """True if the table is about messages."""
    affixes: frozenset[str]
    """Words at the beginning or end of most siblings: they stand for the table."""
    elsewhere: bool
    """True if there are siblings and none of them is about people or addresses."""
    evidence: str
    machine: bool = False
    """True if the table, or two siblings and no class, are about networks or memory."""
    timetable: bool = False
    """True if the table contains public travel times, not the trips of a person."""
    short: "WordPrefixes" = msgspec.field(default_factory=lambda: NO_PREFIXES)
    """Abbreviations that can stand for the table."""
    glued: tuple[str, str] = ("", "")
    """Prefix and suffix of most siblings without a word border: ``yg`` of ``ygname``."""
    carries: str = ""
    """Class of the table as a whole: ``credit_cards``."""


class SiblingContext(msgspec.Struct, frozen=True, gc=False):
    """Meaning of one sibling name."""

    words: tuple[str, ...]
    languages: frozenset[str]
    core: str
    """A class that shows that a table is about people, or empty."""


class ContextReader:
    """Reads tables and siblings with a reader and caches a bounded number of them."""

    def __init__(self, reader: NameReader) -> None:
        self._reader = reader
        self._table = lru_cache(CACHED // 4)(self._look_at_table)
        self._sibling = lru_cache(CACHED)(self._look_at_sibling)
        self._siblings = lru_cache(CACHED // 64)(self._look_at_siblings)

    def read(self, table: str, siblings: tuple[str, ...]) -> TableContext:
        """Context from the table and at most ``MAX_SIBLINGS`` siblings; the table takes precedence."""
        near = self._table(table)
        if not siblings:
            return near
        beside = self._siblings(siblings)
        return TableContext(
            near.noun or beside.noun,
            near.languages | beside.languages,
            near.table,
            near.words | beside.words,
            near.messages,
            beside.affixes,
            beside.elsewhere,
            near.evidence or beside.evidence,
            near.machine or (beside.machine and near.noun is not Noun.PERSON),
            near.timetable and beside.noun is not Noun.PERSON,
            near.short,
            beside.glued,
            near.carries or beside.carries,
        )

    def _look_at_table(self, table: str) -> TableContext:
        reading = self._reader.read(table)
        words = list(reading.words) if table.isidentifier() else self._reader.words_of_path(table)
        noun = Noun.THING if words and words[0] in _LOOKUPS else self._reader.noun(reversed(words))
        if noun is None and len(words) > 1:
            # Pinyin that is split at each syllable: HuiYuan.
            noun = self._reader.noun(("".join(words),))
        if noun is None and not ADDRESSES.isdisjoint(words):
            noun = Noun.PERSON
        evidence = f"table {table!r} is about a {noun}" if noun else ""
        lexicon = self._reader.lexicon
        distinct = frozenset(words)
        return TableContext(
            noun,
            self._reader.languages(words),
            distinct,
            distinct,
            not lexicon.messages.isdisjoint(words),
            _NOBODYS,
            False,
            evidence,
            not lexicon.machines.isdisjoint(words),
            noun is not Noun.PERSON and not lexicon.timetables.isdisjoint(words),
            short=WordPrefixes(tuple(words)) if words else NO_PREFIXES,
            carries=self._class_of(reading) if reading.found else "",
        )

    def _class_of(self, reading: NameReading) -> str:
        """The class of a table's name if it is certain: that of the phrase at its end or before a carrier word."""
        for found in reversed(reading.found):
            phrase, after = found.phrases[0], reading.words[found.end :]
            sure = phrase.pii_class in self._reader.lexicon.carried and phrase.weight > 0.85
            if sure and phrase.needs is Needs.NOTHING and self._reader.lexicon.carriers.issuperset(after):
                return phrase.pii_class
            break
        return ""

    def _look_at_sibling(self, sibling: str) -> SiblingContext:
        reading = self._reader.read(sibling)
        core = next(
            (
                phrase.pii_class
                for found in reading.found
                if (phrase := found.phrases[0]).pii_class in _CORE
                and phrase.needs is Needs.NOTHING
                and found.end == len(reading.words)
            ),
            "",
        )
        return SiblingContext(reading.words, self._reader.languages(reading.words), core)

    def _look_at_siblings(self, siblings: tuple[str, ...]) -> TableContext:
        look = self._sibling
        seen = [look(sibling) for sibling in siblings[:MAX_SIBLINGS]]
        words = _NOBODYS.union(*[one.words for one in seen])
        core = {one.core for one in seen if one.core}
        spoken: dict[str, int] = {}
        for one in seen:
            for language in one.languages:
                spoken[language] = spoken.get(language, 0) + 1
        most = max(spoken.values(), default=0)
        tongues = frozenset([language for language, count in spoken.items() if count * 2 > most])
        noun = Noun.PERSON if len(core) > 1 and core - _UNTELLING and core != _REACHABLE else None
        evidence = f"siblings contain {', '.join(sorted(core))}" if noun else ""
        carries = "payment_card" if not words.isdisjoint(_CARD_CODES) else ""
        machine = not core and len(words & self._reader.lexicon.machines) > 1
        return TableContext(
            noun,
            tongues,
            _NOBODYS,
            words,
            False,
            self._affixes(seen),
            not core,
            evidence,
            machine,
            glued=_glued(siblings[:MAX_SIBLINGS]),
            carries=carries,
        )

    def _affixes(self, seen: list[SiblingContext]) -> frozenset[str]:
        """Words that begin or end three in five siblings and have no meaning of their own."""
        least = max(4, len(seen) * 3 // 5)
        if len(seen) < least:
            return _NOBODYS
        affixes = _NOBODYS
        for at in (0, -1):
            ends = sorted(one.words[at] for one in seen if one.words)
            # A word in more than half of the names is in the middle of the sorted list.
            word = ends[len(ends) // 2] if ends else ""
            if ends.count(word) >= least and self._says_nothing(word):
                affixes |= {word}
        return affixes

    def _says_nothing(self, word: str) -> bool:
        lexicon = self._reader.lexicon
        if word in lexicon.nouns or word in lexicon.transparent:
            return False
        return all(phrase.needs is not Needs.NOTHING for phrase in lexicon.phrases.get((word,), ()))


def _glued(names: tuple[str, ...]) -> tuple[str, str]:
    """One to four letters that begin or end three in five names, and at least four."""
    least = max(4, (len(names) * 3 + 4) // 5)
    if len(names) < least:
        return "", ""
    lower = [name.lower() for name in names]
    return _shared(lower, least), _shared([name[::-1] for name in lower], least)[::-1]


def _shared(names: list[str], least: int) -> str:
    """The longest prefix of one to four letters that ``least`` names, more than half, begin with and continue after."""
    names.sort()
    # The middle name has every prefix that more than half of the names have.
    middle, found = names[len(names) // 2], ""
    for length in range(1, min(4, len(middle)) + 1):
        part = middle[:length]
        if not part.isalpha() or sum(len(name) > length + 1 and name.startswith(part) for name in names) < least:
            break
        found = part
    return found
