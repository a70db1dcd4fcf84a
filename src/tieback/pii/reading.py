"""A field name as the lexicon reads it: its words, the phrases in them, and whom they speak of.

Cost is linear in the name for known words; the search for pieces of a glued word is bounded by ``tokens.MAX_GLUED``.
"""

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache

import msgspec

from tieback.pii.lexicon import Lexicon, Needs, Noun, Phrase
from tieback.pii.ranker import Ranker, load_ranker
from tieback.pii.tokens import joined, normal, segment, split

MAX_WORDS = 16
"""Words of a name that are read, from the end."""
CACHED = 1 << 16
DOERS = frozenset({"by", "von", "par", "por", "da", "door", "oleh", "przez", "av", "af"})
"""Words before the one who did what the word before them says."""
_LONGEST = 512
"""Characters of a path that are read, from its end."""
GUESSED = "ranker"
"""The language of phrases that are only guessed."""
_GUESSED = 0.75
"""What a guess is worth beside a phrase of the lexicon."""

_UNGUESSABLE = frozenset({"person_id"})
"""Classes that letters cannot tell: ``idrecibo`` begins as keys to people do, and as all others."""

_EVERYWHERE = frozenset({"en", "int"})
"""Languages that schemas mix with any other."""
_NOBODYS: frozenset[str] = frozenset()
_SEGMENTS = re.compile(r"[./\[\]>:$\\]+")
_SUBFIELDS = re.compile(r"\.(?:keyword|raw|caseless|(?<=name\.)text)$")
"""Other analyses of the same field in Elasticsearch's mappings."""


class Found(msgspec.Struct, frozen=True, gc=False):
    """A phrase at its place in a name."""

    start: int
    end: int
    phrases: tuple[Phrase, ...]


class Reading(msgspec.Struct, frozen=True, gc=False):
    """What a name says by itself, whatever the table."""

    words: tuple[str, ...]
    """Of the last parent and the name itself."""
    border: int
    """Where the name itself begins."""
    found: tuple[Found, ...]
    plural: bool
    """Whether the name ends as plurals do: ``num_users`` counts."""
    around: Noun | None
    """The person or thing that the name, or else its parents, speak of."""
    key: bool = True
    """Whether a word stands in it that keys to people have."""
    unknown: bool = True
    """Whether a word stands in it that the lexicon does not know."""


def _place(found: Found) -> int:
    return found.start


class Reader:
    """Reads names with a lexicon and remembers a bounded number of them."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._keys = lexicon.identifiers | DOERS
        self._known, self._starts, self._pairs = lexicon.known, lexicon.starts, lexicon.pairs
        self.read = lru_cache(CACHED)(self._read)
        self._guess = lru_cache(CACHED // 4)(self._guess_word)
        self._words_of = lru_cache(CACHED)(self._analyse)
        self.pieces = lru_cache(CACHED)(self._unglued)

    def words_of_path(self, path: str) -> list[str]:
        """The words of every part of a path, in their order."""
        return [word for part in _SEGMENTS.split(path[-512:]) if part for word in self._words_of(part)]

    def again(self, words: tuple[str, ...], *, plural: bool = False, around: Noun | None = None) -> Reading:
        """The reading of a name that is nothing but these words."""
        return Reading(words, 0, self._find(words, 0), plural, around)

    def guessed(self, reading: Reading) -> Reading | None:
        """The reading with what the ranker makes of words that the lexicon does not know, if it knows any."""
        known = self.lexicon.known
        guesses = [
            Found(at, at + 1, (phrase,))
            for at, word in enumerate(reading.words)
            if at >= reading.border and word not in known and (phrase := self._guess(word)) is not None
        ]
        if not guesses:
            return None
        found = tuple(sorted([*reading.found, *guesses], key=_place))
        return Reading(reading.words, reading.border, found, reading.plural, reading.around)

    def _guess_word(self, word: str) -> Phrase | None:
        guess = self._ranker.guess(word) if word.isalpha() else None
        if guess is None or guess.pii_class in _UNGUESSABLE:
            return None
        text = f"{word!r} looks like it: {' '.join(guess.because)}"
        return Phrase(text, guess.pii_class, guess.probability * _GUESSED, Needs.NOTHING, GUESSED, head_first=False)

    @cached_property
    def _ranker(self) -> Ranker:
        return load_ranker()

    def _analyse(self, text: str) -> tuple[str, ...]:
        """Words of one part of a path, folded, glued ones taken apart."""
        words: list[str] = []
        known = self._known
        for raw in joined(split(text))[-MAX_WORDS:]:
            if raw in known and raw[-1] != "s":
                words.append(raw)
            else:
                words += self.pieces(raw)
        return tuple(words if len(words) <= MAX_WORDS else words[-MAX_WORDS:])

    def _unglued(self, raw: str) -> tuple[str, ...]:
        """A word as the lexicon knows it, or its pieces, or itself."""
        lexicon, word = self.lexicon, normal(raw)
        if word in lexicon.known or (len(raw) < 5 and raw < "\u2e80"):
            return (word,)
        vocabulary, longest, openings = lexicon.vocabulary, lexicon.longest_word, lexicon.openings
        pieces = segment(word, vocabulary, longest, openings)
        if pieces is None and raw != word:
            pieces = segment(raw, vocabulary, longest, openings)
        if pieces and self._agree(pieces):
            return joined(pieces)
        for cut in range(2, min(len(word), 32) - 5):
            if word[cut:] in lexicon.tails:
                return word[:cut], word[cut:]
        return (word,)

    def _agree(self, pieces: list[str]) -> bool:
        """Whether each short piece is English or of the language of another: ``validasi`` does not hold ``asi``."""
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

    def _read(self, field: str) -> Reading:
        simple = len(field) <= _LONGEST and field.isidentifier()
        steps = [field] if simple else _SEGMENTS.split(_SUBFIELDS.sub("", field[-_LONGEST:]))
        if len(steps) == 1:
            words = self._analyse(steps[0])
            key = len(words) == 1 or not self._keys.isdisjoint(words)
            unknown = not self._known.issuperset(words)
            return Reading(words, 0, self._find(words, 0), field[-1:] in "sS", None, key, unknown)
        parts = [words for step in steps if (words := self._words_of(step))] or [()]
        leaf = parts[-1]
        parent = parts[-2] if len(parts) > 1 else ()
        words = parent + leaf
        around: Noun | None = None
        for part in reversed(parts[:-1]):
            around = around or self.noun(reversed(part))
        return Reading(words, len(parent), self._find(words, len(parent)), field[-1:] in "sS", around)

    def _find(self, words: tuple[str, ...], border: int) -> tuple[Found, ...]:
        """The longest phrases, none inside another; those of the parent only where the name adds nothing."""
        starts = self._starts
        size, covered = len(words), 0
        found: list[Found] = []
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
                    found.append(Found(at, end, meanings))
        return tuple(found)

    def _longest(
        self, words: tuple[str, ...], start: int, end: int, alone: tuple[Phrase, ...]
    ) -> tuple[int, tuple[Phrase, ...]]:
        """Where the longest phrase from a word ends, and what it means."""
        phrases = self.lexicon.phrases
        while end > start + 1:
            meanings = phrases.get(words[start:end])
            if meanings is not None:
                return end, meanings
            end -= 1
        return end, alone

    def tongues(self, words: Iterable[str]) -> frozenset[str]:
        """Languages that a word belongs to, where it belongs to few and not to English."""
        tongues, found = self.lexicon.tongues, _NOBODYS
        for word in words:
            some = tongues.get(word)
            if some is not None:
                found = found | some if found else some
        return found
