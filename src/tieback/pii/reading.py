"""Reading of a field name with the lexicon: its words, the phrases in them, and the person or thing that it refers to.

The cost is linear in the name for known words. The search for parts of a compound is bounded by ``tokens.MAX_GLUED``.
"""

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache

import msgspec

from tieback.pii.lexicon import Lexicon, Needs, Noun, Phrase
from tieback.pii.ranker import Ranker, load_ranker
from tieback.pii.tokens import segment, split, to_singular, without_connectors

MAX_WORDS = 16
"""Most words of a name that are read, from the end."""
CACHED = 1 << 16
ACTORS = frozenset({"by", "von", "par", "por", "da", "door", "oleh", "przez", "av", "af"})
"""Words between an action and its actor."""
_LONGEST = 512
"""Most characters of a path that are read, from its end."""
GUESSED = "ranker"
"""Language of guessed phrases."""
_GUESSED = 0.75
"""Factor for a guess relative to a phrase of the lexicon."""

_UNGUESSABLE = frozenset({"person_id"})
"""Classes that letters cannot identify: ``idrecibo`` begins like keys to people, but also like all other keys."""

_EVERYWHERE = frozenset({"en", "int"})
"""Languages that schemas mix with any other language."""
_NOBODYS: frozenset[str] = frozenset()
_SEGMENTS = re.compile(r"[./\[\]>:$\\]+")
_SUBFIELDS = re.compile(r"\.(?:keyword|raw|caseless|(?<=name\.)text)$")
"""Suffixes of additional analyses of the same field in Elasticsearch mappings."""


class PhraseMatch(msgspec.Struct, frozen=True, gc=False):
    """A phrase at its position in a name."""

    start: int
    end: int
    phrases: tuple[Phrase, ...]


class NameReading(msgspec.Struct, frozen=True, gc=False):
    """Meaning of a name on its own, independent of the table."""

    words: tuple[str, ...]
    """Words of the last parent and of the name itself."""
    border: int
    """Index of the first word of the name itself."""
    found: tuple[PhraseMatch, ...]
    plural: bool
    """True if the name ends like a plural: ``num_users`` is a count."""
    around: Noun | None
    """The person or thing that the name refers to; otherwise that of its parents."""
    key: bool = True
    """True if the name has a word that keys to people have."""
    unknown: bool = True
    """True if the name has a word that is not in the lexicon."""


def _place(found: PhraseMatch) -> int:
    return found.start


class NameReader:
    """Reads names with a lexicon and caches a bounded number of them."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._keys = lexicon.identifiers | ACTORS
        self._known, self._starts, self._pairs = lexicon.known, lexicon.starts, lexicon.pairs
        self.read = lru_cache(CACHED)(self._read)
        self._guess = lru_cache(CACHED // 4)(self._guess_word)
        self._words_of = lru_cache(CACHED)(self._analyse)
        self.pieces = lru_cache(CACHED)(self._unglued)

    def words_of_path(self, path: str) -> list[str]:
        """The words of all parts of a path, in their order."""
        return [word for part in _SEGMENTS.split(path[-512:]) if part for word in self._words_of(part)]

    def read_words(self, words: tuple[str, ...], *, plural: bool = False, around: Noun | None = None) -> NameReading:
        """The reading of a name that consists of these words."""
        return NameReading(words, 0, self._find(words, 0), plural, around)

    def with_guesses(self, reading: NameReading) -> NameReading | None:
        """The reading with the ranker's guesses for words outside the lexicon; ``None`` if there is no guess."""
        known = self.lexicon.known
        guesses = [
            PhraseMatch(at, at + 1, (phrase,))
            for at, word in enumerate(reading.words)
            if at >= reading.border and word not in known and (phrase := self._guess(word)) is not None
        ]
        if not guesses:
            return None
        found = tuple(sorted([*reading.found, *guesses], key=_place))
        return NameReading(reading.words, reading.border, found, reading.plural, reading.around)

    def _guess_word(self, word: str) -> Phrase | None:
        guess = self._ranker.guess(word) if word.isalpha() else None
        if guess is None or guess.pii_class in _UNGUESSABLE:
            return None
        text = f"{word!r} is similar: {' '.join(guess.because)}"
        return Phrase(text, guess.pii_class, guess.probability * _GUESSED, Needs.NOTHING, GUESSED, head_first=False)

    @cached_property
    def _ranker(self) -> Ranker:
        return load_ranker()

    def _analyse(self, text: str) -> tuple[str, ...]:
        """Words of one part of a path, folded, with compounds split."""
        words: list[str] = []
        known = self._known
        for raw in without_connectors(split(text))[-MAX_WORDS:]:
            if raw in known and raw[-1] != "s":
                words.append(raw)
            else:
                words += self.pieces(raw)
        return tuple(words if len(words) <= MAX_WORDS else words[-MAX_WORDS:])

    def _unglued(self, raw: str) -> tuple[str, ...]:
        """A word as in the lexicon, or its parts, or the word itself."""
        lexicon, word = self.lexicon, to_singular(raw)
        if word in lexicon.known or (len(raw) < 5 and raw < "\u2e80"):
            return (word,)
        vocabulary, longest, openings = lexicon.vocabulary, lexicon.longest_word, lexicon.openings
        pieces = segment(word, vocabulary, longest, openings)
        if pieces is None and raw != word:
            pieces = segment(raw, vocabulary, longest, openings)
        if pieces and self._agree(pieces):
            return without_connectors(pieces)
        for cut in range(2, min(len(word), 32) - 5):
            if word[cut:] in lexicon.tails:
                return word[:cut], word[cut:]
        return (word,)

    def _agree(self, pieces: list[str]) -> bool:
        """True if each short part is English or of another part's language: ``validasi`` does not contain ``asi``."""
        languages = self.lexicon.languages
        for at, piece in enumerate(pieces):
            mine = languages.get(piece, _EVERYWHERE)
            if len(piece) > 3 or not piece.isascii() or mine & _EVERYWHERE:
                continue
            if not any(mine & languages.get(p, _EVERYWHERE) for p in pieces[:at] + pieces[at + 1 :]):
                return False
        return True

    def noun(self, words: Iterable[str]) -> Noun | None:
        """Person or thing: the first word that is clearly one of them."""
        nouns = self.lexicon.nouns
        for word in words:
            if word in nouns:
                return nouns[word]
        return None

    def _read(self, field: str) -> NameReading:
        simple = len(field) <= _LONGEST and field.isidentifier()
        steps = [field] if simple else _SEGMENTS.split(_SUBFIELDS.sub("", field[-_LONGEST:]))
        if len(steps) == 1:
            words = self._analyse(steps[0])
            key = len(words) == 1 or not self._keys.isdisjoint(words)
            unknown = not self._known.issuperset(words)
            return NameReading(words, 0, self._find(words, 0), field[-1:] in "sS", None, key, unknown)
        parts = [words for step in steps if (words := self._words_of(step))] or [()]
        leaf = parts[-1]
        parent = parts[-2] if len(parts) > 1 else ()
        words = parent + leaf
        around: Noun | None = None
        for part in reversed(parts[:-1]):
            around = around or self.noun(reversed(part))
        return NameReading(words, len(parent), self._find(words, len(parent)), field[-1:] in "sS", around)

    def _find(self, words: tuple[str, ...], border: int) -> tuple[PhraseMatch, ...]:
        """The longest phrases, none inside another; those of the parent only if the name has none."""
        starts = self._starts
        size, covered = len(words), 0
        found: list[PhraseMatch] = []
        for at, word in enumerate(words):
            known = starts.get(word)
            if known is None:
                continue
            longest, meanings = known
            end = at + 1
            if longest > 1 and words[at : at + 2] in self._pairs:
                end, meanings = self._longest(words, at, min(size, at + longest), meanings)
            if meanings and end > covered:
                covered = end
                if end > border or self.lexicon.transparent.issuperset(words[border:]):
                    found.append(PhraseMatch(at, end, meanings))
        return tuple(found)

    def _longest(
        self, words: tuple[str, ...], start: int, end: int, alone: tuple[Phrase, ...]
    ) -> tuple[int, tuple[Phrase, ...]]:
        """End and meaning of the longest phrase from a word."""
        phrases = self.lexicon.phrases
        while end > start + 1:
            meanings = phrases.get(words[start:end])
            if meanings is not None:
                return end, meanings
            end -= 1
        return end, alone

    def languages(self, words: Iterable[str]) -> frozenset[str]:
        """Languages of a word that belongs to few languages and not to English."""
        tongues, found = self.lexicon.tongues, _NOBODYS
        for word in words:
            some = tongues.get(word)
            if some is not None:
                found = found | some if found else some
        return found
