"""The lexicon of field names: phrases, nouns and heads of many languages, read from the TOML files here.

Every file is of one language and may hold: ``[phrases.<class>]`` with lists by how sure a phrase is, ``[nouns]`` that
tell whether a table speaks of people or of things, ``[heads]`` that say that a name is about something else, and
``[words]`` that keep glued words together. ``en.toml`` explains the keys; a file says
where its phrases come from in ``source``.
"""

import tomllib
from collections.abc import Iterable, Iterator
from enum import StrEnum
from importlib import resources
from typing import Literal

import msgspec

from tieback.pii.taxonomy import NONE, load_taxonomy
from tieback.pii.tokens import expanded, joined, normal, split

type Words = tuple[str, ...]


class Needs(StrEnum):
    """What must be around a phrase for it to count."""

    NOTHING = "nothing"
    NO_THING = "no_thing"
    """Nothing near may speak of a thing."""
    PERSON = "person"
    """Something near must speak of a person."""
    LANGUAGE = "language"
    """Another word near must be of the phrase's language."""
    MESSAGE = "message"
    """The name, its parent or its table must speak of messages."""
    REST = "rest"
    """It must begin a name that goes on: ``is``, ``number of``."""


class Noun(StrEnum):
    """What a word speaks of."""

    PERSON = "person"
    THING = "thing"


class Phrase(msgspec.Struct, frozen=True, gc=False):
    """What some words mean."""

    text: str
    """As the data file writes it."""
    pii_class: str
    """A leaf of the taxonomy, or ``none``."""
    weight: float
    """Confidence where its need is met, 0 to 1."""
    needs: Needs
    language: str
    head_first: bool
    """Whether the language puts the head before what describes it: ``correo del cliente``."""
    keeps: frozenset[str] = frozenset()
    """For a head: the classes that it leaves alone."""
    head: bool = False


LEVELS: dict[str, tuple[float, Needs]] = {
    "certain": (0.97, Needs.NOTHING),
    "strong": (0.9, Needs.NOTHING),
    "likely": (0.75, Needs.NOTHING),
    "bare": (0.58, Needs.NOTHING),
    "unless_thing": (0.8, Needs.NO_THING),
    "person": (0.85, Needs.PERSON),
    "language": (0.85, Needs.LANGUAGE),
    "message": (0.85, Needs.MESSAGE),
}
"""Keys of ``[phrases.<class>]`` with the weight and the need of their phrases."""


_CASES = frozenset({"pl", "ru", "slavic"})
"""Languages in which whose number it is changes the end of a word: ``id_artysty``."""


class _Nouns(msgspec.Struct, forbid_unknown_fields=True):
    person: list[str] = []
    thing: list[str] = []
    carrier: list[str] = []
    message: list[str] = []
    machine: list[str] = []
    timetable: list[str] = []


class _Heads(msgspec.Struct, forbid_unknown_fields=True):
    veto: list[str] = []
    leading: list[str] = []
    transparent: list[str] = []
    identifier: list[str] = []
    keep: dict[str, list[str]] = {}


class _PlainWords(msgspec.Struct, forbid_unknown_fields=True):
    plain: list[str] = []
    unglued: list[str] = []
    glue: list[str] = []


class LexiconFile(msgspec.Struct, forbid_unknown_fields=True):
    """The shape of a file of the lexicon."""

    language: str
    source: str
    head: Literal["first", "last"]
    nouns: _Nouns = msgspec.field(default_factory=_Nouns)
    heads: _Heads = msgspec.field(default_factory=_Heads)
    words: _PlainWords = msgspec.field(default_factory=_PlainWords)
    carried: dict[str, list[str]] = {}
    """Class to words that mean it in a table of that class: ``number`` in ``bank_accounts``."""
    phrases: dict[str, dict[str, list[str]]] = {}


class Lexicon(msgspec.Struct):
    """All files, compiled for look-up by folded words."""

    phrases: dict[Words, tuple[Phrase, ...]]
    """Folded words to what they mean, the surest first; several where languages disagree."""
    starts: dict[str, tuple[int, tuple[Phrase, ...]]]
    """Word to the number of words of the longest phrase that begins with it, and what it means alone, if anything."""
    pairs: frozenset[Words]
    """The first two words of every longer phrase."""
    nouns: dict[str, Noun]
    """Words that speak clearly of a person or of a thing; those that may be either are left out."""
    stems: frozenset[str]
    """Words for persons of languages with cases, with and without their last letter."""
    transparent: frozenset[str]
    """Words that leave the class of what stands beside them: ``number``, ``hash``."""
    identifiers: frozenset[str]
    """Words that make a personal number of a word for a person: ``id``, ``nummer``."""
    subjects: frozenset[str]
    """Words that, where a head stands, make the name one about something else: ``fax_header``."""
    carriers: frozenset[str]
    """Words that leave what the rest of a table's name says: ``list``, ``data``."""
    messages: frozenset[str]
    """Words that speak of messages: ``sms``, ``chat``."""
    timetables: frozenset[str]
    """Words of tables that say when everybody travels: ``flight``, ``timetable``."""
    machines: frozenset[str]
    """Words that speak of networks and memory: ``subnet``, ``gateway``."""
    carried: dict[str, frozenset[str]]
    """Class to the words that mean it in a table of that class."""
    tails: frozenset[str]
    """Words that tell a class even behind a word that nobody knows: ``fangkexingming``."""
    languages: dict[str, frozenset[str]]
    """Word to the languages that have it."""
    tongues: dict[str, frozenset[str]]
    """Word to its languages, where they are few and not English."""
    vocabulary: frozenset[str]
    """Words that glued words may be made of."""
    openings: frozenset[str]
    """The first three letters of those that are longer."""
    known: frozenset[str]
    """Words that are never taken apart."""
    longest_word: int
    heads_first: frozenset[str]
    """Languages that put the head first."""


def folded(phrase: str) -> Words:
    """The words of a phrase as they are looked up."""
    return tuple(map(normal, joined(split(phrase))))


def lexicon_files() -> Iterator[tuple[str, LexiconFile]]:
    """Every data file with its name: English first, so that shared words are told by its name, then by name.

    Raises:
        msgspec.ValidationError: a file has unknown keys or another shape.
    """
    for name, raw in raw_files():
        yield name, msgspec.convert(tomllib.loads(raw.decode()), LexiconFile)


def raw_files() -> Iterator[tuple[str, bytes]]:
    """As ``lexicon_files``, not yet parsed."""
    folder = resources.files("tieback.pii.lexicon")
    for entry in sorted(folder.iterdir(), key=lambda item: (not item.name.startswith("en"), item.name)):
        if entry.name.endswith(".toml"):
            yield entry.name, entry.read_bytes()


def compile_lexicon(files: Iterable[LexiconFile]) -> Lexicon:
    """Compile data files for look-up.

    Raises:
        ValueError: a file names an unknown class or level, or a phrase without letters.
    """
    build = _Build()
    for content in files:
        build.add(content)
    return build.finish()


class _Build:
    """Collects the files of a lexicon."""

    def __init__(self) -> None:
        self.classes = frozenset(load_taxonomy()) | {NONE}
        self.phrases: dict[Words, dict[tuple[str, Needs], Phrase]] = {}
        """By words, then by class and by what the phrase needs."""
        self.roles: dict[str, set[str]] = {}
        """``person``, ``thing``, ``carrier``, ``message``, ``transparent``, ``identifier`` to their words."""
        self.languages: dict[str, set[str]] = {}
        self.plain: set[str] = set()
        self.unglued: set[str] = set()
        self.glue: set[str] = set()
        self.carried: dict[str, set[str]] = {}
        self.heads_first: set[str] = set()

    def add(self, content: LexiconFile) -> None:
        language, first = content.language, content.head == "first"
        if first:
            self.heads_first.add(language)
        for pii_class, levels in content.phrases.items():
            if pii_class not in self.classes:
                raise ValueError(f"lexicon {language}: unknown class {pii_class!r}")
            for level, texts in levels.items():
                if level not in LEVELS:
                    raise ValueError(f"lexicon {language}: unknown level {level!r} of {pii_class}")
                weight, needs = LEVELS[level]
                for text in texts:
                    self._phrase(Phrase(text, pii_class, weight, needs, language, first))
        self._add_carried(content)
        heads = content.heads
        for text in dict.fromkeys([*heads.veto, *heads.keep]):
            keeps = frozenset(heads.keep.get(text, ()))
            self._phrase(Phrase(text, NONE, 0.9, Needs.NOTHING, language, first, keeps, head=True))
        for text in heads.leading:
            self._phrase(Phrase(text, NONE, 0.9, Needs.REST, language, first))
        for role, words in (
            ("person", content.nouns.person),
            ("thing", content.nouns.thing),
            ("carrier", content.nouns.carrier),
            ("message", content.nouns.message),
            ("machine", content.nouns.machine),
            ("timetable", content.nouns.timetable),
            ("transparent", heads.transparent),
            ("identifier", heads.identifier),
        ):
            for word in self._words(words, language):
                self.roles.setdefault(role, set()).add(word)
                self.languages.setdefault(word, set()).add(language)
        for word in self._words(content.words.plain, language):
            self.plain.add(word)
            self.languages.setdefault(word, set()).add(language)
        self.unglued.update(self._words(content.words.unglued, language))
        self.glue.update(self._words(content.words.glue, language))

    def _add_carried(self, content: LexiconFile) -> None:
        for pii_class, texts in content.carried.items():
            if pii_class not in self.classes:
                raise ValueError(f"lexicon {content.language}: unknown class {pii_class!r}")
            self.carried.setdefault(pii_class, set()).update(self._words(texts, content.language))

    def _words(self, texts: Iterable[str], language: str) -> Iterator[str]:
        for text in texts:
            spellings = {text, expanded(text)}
            if language == "de":
                # Listed in ASCII, found with umlauts, which fold to the bare vowel.
                spellings.add(text.replace("ae", "a").replace("oe", "o").replace("ue", "u"))
            for spelling in spellings:
                words = folded(spelling)
                if len(words) != 1:
                    raise ValueError(f"lexicon {language}: {text!r} is not one word")
                yield words[0]

    def _phrase(self, phrase: Phrase) -> None:
        text, language = phrase.text, phrase.language
        meaning = (phrase.pii_class, phrase.needs)
        for spelling in (text,) if text.isascii() else {text, expanded(text)}:
            words = folded(spelling)
            if not words or (len(words) == 1 and len(words[0]) < 2 and words[0].isascii()):
                raise ValueError(f"lexicon {language}: {text!r} folds to nothing that could be looked up")
            same = self.phrases.get(words)
            if same is None:
                self.phrases[words] = {meaning: phrase}
            elif meaning not in same or phrase.weight > same[meaning].weight:
                same[meaning] = phrase
            for word in words:
                if word in self.languages:
                    self.languages[word].add(language)
                else:
                    self.languages[word] = {language}

    def _role(self, role: str) -> set[str]:
        return self.roles.get(role, set())

    def finish(self) -> Lexicon:
        longest: dict[str, int] = {}
        words: set[str] = self.plain.union(*self.roles.values())
        tails: set[str] = set()
        pairs: set[Words] = set()
        for key, same in self.phrases.items():
            first, size = key[0], len(key)
            if size > longest.get(first, 0):
                longest[first] = size
            words.update(key)
            if size > 1:
                pairs.add(key[:2])
            elif len(first) > 5 and any(map(_is_sure, same.values())):
                tails.add(first)
        pieces = {word for word in words if len(word) > 2 or not word.isascii()} - self.unglued | self.glue
        persons, things = self._role("person"), self._role("thing")
        transparent = self._role("transparent") | self._role("identifier")
        subjects = (self.plain | things) - persons - self._role("carrier") - transparent
        groups: dict[frozenset[str], frozenset[str]] = {}
        languages = {word: groups.setdefault(some := frozenset(of), some) for word, of in self.languages.items()}
        phrases = {
            key: tuple(same.values() if len(same) == 1 else sorted(same.values(), key=_surest_first))
            for key, same in self.phrases.items()
        }
        return Lexicon(
            phrases=phrases,
            starts={word: (size, phrases.get((word,), ())) for word, size in longest.items()},
            pairs=frozenset(pairs),
            nouns=dict.fromkeys(persons - things, Noun.PERSON) | dict.fromkeys(things - persons, Noun.THING),
            stems=frozenset(
                stem
                for word in persons - things
                if len(word) > 5 and not languages[word].isdisjoint(_CASES)
                for stem in (word, word[:-1])
            ),
            transparent=frozenset(transparent),
            identifiers=frozenset(self._role("identifier")),
            subjects=frozenset(word for word in subjects if (word,) not in self.phrases),
            carriers=frozenset(self._role("carrier")),
            messages=frozenset(self._role("message")),
            timetables=frozenset(self._role("timetable")),
            machines=frozenset(self._role("machine")),
            carried={pii_class: frozenset(some) for pii_class, some in self.carried.items()},
            tails=frozenset(tails - self.unglued),
            languages=languages,
            tongues={word: of for word, of in languages.items() if len(of) <= 3 and of.isdisjoint(("en", "int"))},
            vocabulary=frozenset(pieces),
            openings=frozenset(word[:3] for word in pieces if len(word) > 2),
            known=frozenset(words),
            longest_word=max(map(len, pieces), default=0),
            heads_first=frozenset(self.heads_first),
        )


def _is_sure(phrase: Phrase) -> bool:
    """Whether a phrase tells its class at the end of a compound, in languages that put the head there."""
    return phrase.weight >= 0.9 and phrase.needs is Needs.NOTHING and not phrase.head_first and phrase.pii_class != NONE


def _surest_first(phrase: Phrase) -> tuple[bool, float, str, str]:
    return (phrase.needs is not Needs.REST, -phrase.weight, phrase.needs, phrase.pii_class)
