"""Lexicon of field names: phrases, nouns and heads of many languages, from the TOML files in this package.

Each file covers one language and can contain four tables. ``[phrases.<class>]`` lists phrases by certainty. ``[nouns]``
shows whether a table is about people or things. ``[heads]`` lists words that make a name about something else.
``[words]`` lists words for splitting compounds. ``en.toml`` explains the keys; each file names the origin of its
phrases in ``source``.
"""

import tomllib
from collections.abc import Iterable, Iterator
from enum import StrEnum
from importlib import resources
from typing import Literal

import msgspec

from tieback.pii.taxonomy import NONE, load_taxonomy
from tieback.pii.tokens import expand_ascii, split, to_singular, without_connectors

type Words = tuple[str, ...]


class Needs(StrEnum):
    """Context that a phrase needs to count."""

    NOTHING = "nothing"
    NO_THING = "no_thing"
    """No word for a thing may be near."""
    PERSON = "person"
    """A word for a person must be near."""
    LANGUAGE = "language"
    """Another word of the phrase's language must be near."""
    MESSAGE = "message"
    """The name, its parent or its table must be about messages."""
    REST = "rest"
    """The phrase must begin a longer name: ``is``, ``number of``."""


class Noun(StrEnum):
    """What a word refers to."""

    PERSON = "person"
    THING = "thing"


class Phrase(msgspec.Struct, frozen=True, gc=False):
    """Meaning of some words."""

    text: str
    """Text as in the data file."""
    pii_class: str
    """A leaf of the taxonomy, or ``none``."""
    weight: float
    """Confidence if its need is met, 0 to 1."""
    needs: Needs
    language: str
    head_first: bool
    """True if the language puts the head before its modifiers: ``correo del cliente``."""
    keeps: frozenset[str] = frozenset()
    """For a head: the classes that it does not veto."""
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
"""Keys of ``[phrases.<class>]``, with the weight and the need of their phrases."""


_CASES = frozenset({"pl", "ru", "slavic"})
"""Languages with case endings: the owner of a number changes the end of a word (``id_artysty``)."""


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
    """Structure of a lexicon file."""

    language: str
    source: str
    head: Literal["first", "last"]
    nouns: _Nouns = msgspec.field(default_factory=_Nouns)
    heads: _Heads = msgspec.field(default_factory=_Heads)
    words: _PlainWords = msgspec.field(default_factory=_PlainWords)
    carried: dict[str, list[str]] = {}
    """Words by class that mean the class in a table of that class: ``number`` in ``bank_accounts``."""
    phrases: dict[str, dict[str, list[str]]] = {}


class Lexicon(msgspec.Struct):
    """All files, compiled for look-up by folded words."""

    phrases: dict[Words, tuple[Phrase, ...]]
    """Meanings by folded words, the most certain first; several if languages differ."""
    starts: dict[str, tuple[int, tuple[Phrase, ...]]]
    """By word: number of words of the longest phrase that begins with it, and its meanings as a single word."""
    pairs: frozenset[Words]
    """The first two words of each longer phrase."""
    nouns: dict[str, Noun]
    """Words that clearly refer to a person or to a thing; ambiguous words are left out."""
    stems: frozenset[str]
    """Words for persons in languages with cases, with and without their last letter."""
    transparent: frozenset[str]
    """Words that do not change the class of their neighbour: ``number``, ``hash``."""
    identifiers: frozenset[str]
    """Words that turn a word for a person into a personal number: ``id``, ``nummer``."""
    subjects: frozenset[str]
    """Words that make a name about something else if they are its head: ``fax_header``."""
    carriers: frozenset[str]
    """Words that do not change the meaning of a table's name: ``list``, ``data``."""
    messages: frozenset[str]
    """Words about messages: ``sms``, ``chat``."""
    timetables: frozenset[str]
    """Words of tables with public travel times: ``flight``, ``timetable``."""
    machines: frozenset[str]
    """Words about networks and memory: ``subnet``, ``gateway``."""
    carried: dict[str, frozenset[str]]
    """Words by class that mean the class in a table of that class."""
    tails: frozenset[str]
    """Words that identify a class even after an unknown word: ``fangkexingming``."""
    languages: dict[str, frozenset[str]]
    """Languages of each word."""
    tongues: dict[str, frozenset[str]]
    """Languages of each word that has few of them, English not among them."""
    vocabulary: frozenset[str]
    """Words that a compound can consist of."""
    openings: frozenset[str]
    """The first three letters of the longer ones."""
    known: frozenset[str]
    """Words that are never split."""
    longest_word: int
    heads_first: frozenset[str]
    """Languages that put the head first."""


def fold_phrase(phrase: str) -> Words:
    """The words of a phrase in their look-up form."""
    return tuple(map(to_singular, without_connectors(split(phrase))))


def lexicon_files() -> Iterator[tuple[str, LexiconFile]]:
    """Every data file with its name: English first, so that shared words count as English, then by name.

    Raises:
        msgspec.ValidationError: a file has unknown keys or another structure.
    """
    for name, raw in raw_files():
        yield name, msgspec.convert(tomllib.loads(raw.decode()), LexiconFile)


def raw_files() -> Iterator[tuple[str, bytes]]:
    """The files of ``lexicon_files``, unparsed."""
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
        """By words, then by class and by the need of the phrase."""
        self.roles: dict[str, set[str]] = {}
        """Words by role: ``person``, ``thing``, ``carrier``, ``message``, ``transparent``, ``identifier``."""
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
            spellings = {text, expand_ascii(text)}
            if language == "de":
                # Listed in ASCII, but matched with umlauts, which fold to the bare vowel.
                spellings.add(text.replace("ae", "a").replace("oe", "o").replace("ue", "u"))
            for spelling in spellings:
                words = fold_phrase(spelling)
                if len(words) != 1:
                    raise ValueError(f"lexicon {language}: {text!r} is not one word")
                yield words[0]

    def _phrase(self, phrase: Phrase) -> None:
        text, language = phrase.text, phrase.language
        meaning = (phrase.pii_class, phrase.needs)
        for spelling in (text,) if text.isascii() else {text, expand_ascii(text)}:
            words = fold_phrase(spelling)
            if not words or (len(words) == 1 and len(words[0]) < 2 and words[0].isascii()):
                raise ValueError(f"lexicon {language}: {text!r} has no letters after folding")
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
    """True if a phrase identifies its class at the end of a compound, in languages that put the head there."""
    return phrase.weight >= 0.9 and phrase.needs is Needs.NOTHING and not phrase.head_first and phrase.pii_class != NONE


def _surest_first(phrase: Phrase) -> tuple[bool, float, str, str]:
    return (phrase.needs is not Needs.REST, -phrase.weight, phrase.needs, phrase.pii_class)
