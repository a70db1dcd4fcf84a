"""Field names become classes of personal data, without a look at any value.

A name is split into words (``tokens``) and read with the lexicon: the longest phrases count; of several, the head of
the name decides (the last in English or German, the first in Spanish or French); heads such as ``status`` speak about a
thing and veto it. Words that need it (``name``, ``address``) look at what stands around: other words of the name, the
parent of a dotted path, the table, the siblings. The store's type can only take away.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache

import msgspec

from tieback.model.pii import Classification, Column
from tieback.pii.interface import DetectorMeta
from tieback.pii.lexicon import Lexicon, Needs, Noun, Phrase, load_lexicon
from tieback.pii.taxonomy import NONE, load_taxonomy
from tieback.pii.tokens import joined, normal, segment, split

THRESHOLD = 0.5
"""Confidence from which a class is reported."""
MAX_WORDS = 16
"""Words of a name that are read, from the end."""
MAX_SIBLINGS = 64
_EVERYWHERE = frozenset({"en", "int"})
"""Languages that schemas mix with any other."""
_NOBODYS: frozenset[str] = frozenset()
_REGISTERED_APPS = frozenset({"oauth", "oidc", "redirect", "grant", "scope"})
"""Words beside ``client_id`` that make the client a program."""
_ABOUT = frozenset({"health", "retail", "travel", "financial", "employment"})
"""Classes whose phrases keep their meaning with whatever thing stands beside them."""
_ADDRESS_BOOKS = frozenset({"address", "addr", "adresse", "adres", "alamat", "direccion", "endereco", "indirizzo"})
"""Words of tables that hold where people live."""
_LOOSE = frozenset({"person_name", "employment"})
"""Classes whose phrases need a person in the name itself where another word stands beside them."""
_UNTELLING = frozenset({"postal_address", "username"})
"""Classes that things have as well: they tell of people only beside another one."""
_TREE = frozenset({"parent", "child", "sibling"})
"""Words for persons that mean nodes of trees in most tables."""
_LOOKUPS = frozenset({"ref", "lookup", "lkp", "enum", "dict", "lov"})
"""First words of tables that list kinds of things."""
CACHED = 1 << 16

_SEGMENTS = re.compile(r"[./\[\]>:$\\]+")
_CORE = frozenset({"person_name", "email", "phone", "birth", "password", "national_id", "username", "postal_address"})
"""Classes that tell that a table speaks of people, when two siblings have them."""

_DTYPES = (
    (re.compile(r"char|text|string|clob|enum|json|point"), ""),
    (re.compile(r"^bool|^bit\(1\)|^bit$|tinyint\(1\)"), "bool"),
    (re.compile(r"^[a-z ]*(?:date|time|interval)"), "date"),
    (re.compile(r"^[a-z ]*(?:float|double|real|decimal|numeric|money)"), "float"),
    (re.compile(r"^[a-z_ ]*(?:int|long|short|byte$|serial)"), "int"),
)
"""The first that a type matches: ``longtext`` is text, ``enum('int')`` no number."""
_TEXT_ONLY = frozenset({"email", "person_name", "biometric_media", "message_content"})
_NEVER_FLOAT = _TEXT_ONLY | {"username", "password", "secret_token", "device_id"}
_FITS_BOOL = frozenset({"health", "demographic"})
_FITS_DATE = frozenset({"birth", "travel", "health", "employment", "payment_card", "national_id", "retail"})


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


class Surroundings(msgspec.Struct, frozen=True):
    """What a table's name says."""

    noun: Noun | None
    languages: frozenset[str]
    table: frozenset[str]
    """Words of the table."""
    words: frozenset[str]
    """Of the table and of the siblings."""
    messages: bool
    """Whether the table speaks of messages."""
    affixes: frozenset[str]
    """What most siblings begin or end with: it stands for the table."""
    elsewhere: bool
    """Whether there are siblings and none of them speaks of people or addresses."""
    evidence: str


class Sibling(msgspec.Struct, frozen=True, gc=False):
    """What one name beside says."""

    words: tuple[str, ...]
    languages: frozenset[str]
    core: str
    """A class that tells that a table speaks of people, or empty."""


class NameDetector:
    """Classifies columns by their names. Reads its data files at first use and keeps bounded caches."""

    def __init__(self) -> None:
        self.meta = DetectorMeta(
            name="field-name",
            version="1",
            classes=tuple(load_taxonomy()),
            reads_values=False,
        )
        self._reading = lru_cache(CACHED)(self._read)
        self._words_of = lru_cache(CACHED)(self._analyse)
        self._pieces = lru_cache(CACHED)(self._unglued)
        self._table = lru_cache(CACHED // 4)(self._surroundings)
        self._sibling = lru_cache(CACHED)(self._look_at_sibling)
        self._siblings = lru_cache(CACHED // 64)(self._look_at_siblings)
        self._kind = lru_cache(256)(kind_of)
        self._verdict = lru_cache(CACHED)(self._judge)

    @cached_property
    def lexicon(self) -> Lexicon:
        """The compiled data files."""
        return load_lexicon()

    def classify(self, column: Column) -> Iterator[Classification]:
        """The class of one column; nothing where the name does not look like personal data."""
        verdict = self._verdict(column.field, column.table, column.dtype, column.siblings)
        if verdict.pii_class != NONE:
            yield verdict

    def classify_names(self, columns: Iterable[Column]) -> Iterator[Classification]:
        """One verdict a column, in their order; class ``none`` where nothing was recognised, with the veto if any."""
        verdict = self._verdict
        for column in columns:
            yield verdict(column.field, column.table, column.dtype, column.siblings)

    # --- words ---

    def _analyse(self, text: str) -> tuple[str, ...]:
        """Words of one part of a path, folded, glued ones taken apart."""
        words: list[str] = []
        for raw in joined(split(text))[-MAX_WORDS:]:
            words.extend(self._pieces(raw))
        return tuple(words[-MAX_WORDS:])

    def _unglued(self, raw: str) -> tuple[str, ...]:
        """A word as the lexicon knows it, or its pieces, or itself."""
        lexicon, word = self.lexicon, normal(raw)
        if word in lexicon.known or (len(raw) < 5 and raw < "\u2e80"):
            return (word,)
        vocabulary, longest = lexicon.vocabulary, lexicon.longest_word
        pieces = segment(word, vocabulary, longest) or segment(raw, vocabulary, longest)
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

    def _noun(self, words: Iterable[str]) -> Noun | None:
        """Person or thing: the first word that is clearly one of them."""
        nouns = self.lexicon.nouns
        for word in words:
            if word in nouns:
                return nouns[word]
        return None

    def _read(self, field: str) -> Reading:
        steps = _SEGMENTS.split(field[-512:])
        if len(steps) == 1:
            words = self._analyse(steps[0])
            return Reading(words, 0, tuple(self._find(words, 0)), field[-1:] in "sS", None)
        parts = [words for step in steps if (words := self._words_of(step))] or [()]
        leaf = parts[-1]
        parent = parts[-2] if len(parts) > 1 else ()
        words = parent + leaf
        around: Noun | None = None
        for part in reversed(parts[:-1]):
            around = around or self._noun(reversed(part))
        return Reading(words, len(parent), tuple(self._find(words, len(parent))), field[-1:] in "sS", around)

    def _find(self, words: tuple[str, ...], border: int) -> Iterator[Found]:
        """The longest phrases, none inside another; those of the parent only where the name adds nothing."""
        lexicon = self.lexicon
        phrases, longest_from, pairs = lexicon.phrases, lexicon.longest_from, lexicon.pairs
        size, covered = len(words), 0
        for start, word in enumerate(words):
            longest = longest_from.get(word)
            if longest is None:
                continue
            end = min(size, start + longest) if words[start : start + 2] in pairs else start + 1
            while end > start and end > covered:
                meanings = phrases.get(words[start:end])
                if meanings is not None:
                    covered = end
                    if end > border or lexicon.transparent.issuperset(words[border:]):
                        yield Found(start, end, meanings)
                    break
                end -= 1

    # --- surroundings ---

    def _surroundings(self, table: str) -> Surroundings:
        words = [word for part in _SEGMENTS.split(table[-512:]) if part for word in self._words_of(part)]
        noun = Noun.THING if words and words[0] in _LOOKUPS else self._noun(reversed(words))
        if noun is None and not _ADDRESS_BOOKS.isdisjoint(words):
            noun = Noun.PERSON
        evidence = f"table {table!r} speaks of a {noun}" if noun else ""
        messages = not self.lexicon.messages.isdisjoint(words)
        return Surroundings(
            noun, self._tongues(words), frozenset(words), frozenset(words), messages, _NOBODYS, False, evidence
        )

    def _tongues(self, words: Iterable[str]) -> frozenset[str]:
        """Languages that a word belongs to, where it belongs to few and not to English."""
        tongues = self.lexicon.tongues
        return _NOBODYS.union(*(tongues[word] for word in words if word in tongues))

    def _look_at_sibling(self, sibling: str) -> Sibling:
        reading = self._reading(sibling)
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
        return Sibling(reading.words, self._tongues(reading.words), core)

    def _look_at_siblings(self, siblings: tuple[str, ...]) -> Surroundings:
        look = self._sibling
        seen = [look(sibling) for sibling in siblings[:MAX_SIBLINGS]]
        words = {word for one in seen for word in one.words}
        core = {one.core for one in seen if one.core}
        spoken = Counter(language for one in seen for language in one.languages)
        most = max(spoken.values(), default=0)
        tongues = frozenset(language for language, count in spoken.items() if count * 2 > most)
        noun = Noun.PERSON if len(core) > 1 and core - _UNTELLING else None
        evidence = f"siblings hold {', '.join(sorted(core))}" if noun else ""
        return Surroundings(noun, tongues, _NOBODYS, frozenset(words), False, self._affixes(seen), not core, evidence)

    def _affixes(self, seen: list[Sibling]) -> frozenset[str]:
        """Words that three in five siblings begin, or end, with, and that say nothing by themselves."""
        lexicon, least = self.lexicon, max(4, len(seen) * 3 // 5)
        if len(seen) < least:
            return _NOBODYS
        ends = Counter(one.words[0] for one in seen if one.words) + Counter(one.words[-1] for one in seen if one.words)
        return frozenset(
            word
            for word, count in ends.items()
            if count >= least
            and word not in lexicon.nouns
            and word not in lexicon.identifiers
            and all(p.needs is not Needs.NOTHING for p in lexicon.phrases.get((word,), ()))
        )

    # --- verdicts ---

    def _judge(self, field: str, table: str, dtype: str, siblings: tuple[str, ...]) -> Classification:
        reading = self._reading(field)
        near = self._table(table)
        if siblings:
            beside = self._siblings(siblings)
            near = Surroundings(
                near.noun or beside.noun,
                near.languages | beside.languages,
                near.table,
                near.words | beside.words,
                near.messages,
                beside.affixes,
                beside.elsewhere,
                near.evidence or beside.evidence,
            )
            reading = self._without_affix(reading, near.affixes) or reading
        verdict = self._read_as(reading, near, dtype)
        if verdict.pii_class == NONE:
            verdict = self._otherwise(reading, near, table, dtype) or verdict
        if verdict.pii_class != NONE and dtype and not _fits(verdict.pii_class, self._kind(dtype)):
            return Classification(NONE, 0.0, (*verdict.evidence, f"type {dtype!r} does not fit {verdict.pii_class}"))
        return verdict

    def _read_as(self, reading: Reading, near: Surroundings, dtype: str) -> Classification:
        return self._personal_number(reading, near, dtype) or self._by_phrase(reading, near)

    def _otherwise(self, reading: Reading, near: Surroundings, table: str, dtype: str) -> Classification | None:
        """Without an abbreviation of the table; written as one word; as the number of what the table holds."""
        words = reading.words[reading.border :]
        if not 1 < len(words) < 5:
            return None
        if table and (shorter := self._without_table(reading, table)):
            verdict = self._read_as(shorter, near, dtype)
            if verdict.pii_class != NONE:
                return verdict
        glued = "".join(words)
        if (glued,) in self.lexicon.phrases:
            return self._read_as(Reading((glued,), 0, tuple(self._find((glued,), 0)), False, None), near, dtype)
        ids = self.lexicon.identifiers
        own = [word for word in words if word not in ids]
        if len(own) == 1 and len(own) < len(words) and near.noun is Noun.PERSON and own[0] in near.table:
            return Classification("person_id", 0.7, (f"number of what the table holds: {own[0]!r}", near.evidence))
        return None

    def _without_affix(self, reading: Reading, affixes: frozenset[str]) -> Reading | None:
        """The name without a word that most siblings begin or end with, where it tells nothing: ``cp_mobile``."""
        words = reading.words
        if not affixes or reading.border or len(words) < 2:
            return None
        rest = words[words[0] in affixes : len(words) - (words[-1] in affixes)]
        return (
            Reading(rest, 0, tuple(self._find(rest, 0)), reading.plural, None) if 0 < len(rest) < len(words) else None
        )

    def _without_table(self, reading: Reading, table: str) -> Reading | None:
        """The name without an abbreviation of its table at either end: ``nom_adh`` in ``adherents``."""
        words = reading.words[reading.border :]
        if len(words) < 2:
            return None
        for short, rest in ((words[-1], words[:-1]), (words[0], words[1:])):
            if 1 < len(short) < 6 and short not in self.lexicon.known and _abbreviates(short, table):
                return Reading(rest, 0, tuple(self._find(rest, 0)), False, reading.around)
        return None

    def _by_phrase(self, reading: Reading, near: Surroundings) -> Classification:
        found = [(f, p) for f in reading.found if (p := self._meaning(f, reading, near)) is not None]
        if not found:
            return Classification(NONE, 0.0)
        first, opening = found[0]
        if opening.needs is Needs.REST:
            return Classification(NONE, 0.0, (f"begins with {opening.text!r}",))
        # Heads that languages share (type, total) stand first where all that follows is of such a language.
        head_first = opening.head_first or (opening.head and all(p.head_first for _, p in found[1:]))
        at = 0 if head_first and first.start >= reading.border else len(found) - 1
        place, phrase = found[at]
        if not head_first and self._hidden_head(place, phrase, reading):
            return Classification(NONE, 0.0, (f"head {' '.join(reading.words[reading.found[-1].start :])!r}",))
        if phrase.head and at > 0:
            before, inner = found[at - 1]
            if inner.pii_class in phrase.keeps:
                place, phrase = before, inner
        if phrase.pii_class == NONE:
            return Classification(NONE, 0.0, (f"{'head' if phrase.head else 'phrase'} {phrase.text!r}",))
        return self._weigh(place, phrase, reading, near)

    def _hidden_head(self, place: Found, phrase: Phrase, reading: Reading) -> bool:
        """Whether an ambiguous word whose need is not met ends the name: ``login_location``."""
        last = reading.found[-1]
        if last.start <= place.start or phrase.pii_class in _ABOUT:
            return False
        return last.end == len(reading.words) and not self.lexicon.transparent.issuperset(
            reading.words[last.start : last.end]
        )

    def _meaning(self, found: Found, reading: Reading, near: Surroundings) -> Phrase | None:
        """The surest meaning of a place whose need is met."""
        for phrase in found.phrases:
            if phrase.needs is Needs.NOTHING:
                return phrase
            if phrase.needs is Needs.REST:
                if found.start == reading.border and found.end < len(reading.words):
                    return phrase
            elif phrase.needs is Needs.MESSAGE:
                if near.messages or not self.lexicon.messages.isdisjoint(reading.words):
                    return phrase
            elif phrase.needs is Needs.LANGUAGE:
                others = reading.words[: found.start] + reading.words[found.end :]
                if phrase.language in near.languages or phrase.language in self._tongues(others):
                    return phrase
            else:
                own = self._around(found, reading)
                noun = own or near.noun
                if phrase.pii_class in _LOOSE and own is None and not self._plain_name(found, reading):
                    continue
                if noun is None and near.elsewhere and phrase.pii_class == "postal_address":
                    continue
                if noun is Noun.PERSON or (phrase.needs is Needs.NO_THING and noun is not Noun.THING):
                    return phrase
        return None

    def _plain_name(self, found: Found, reading: Reading) -> bool:
        """Whether nothing but words that leave a name's meaning stand beside it: not ``campaign_name``."""
        lexicon = self.lexicon
        rest = reading.words[reading.border : found.start] + reading.words[found.end :]
        return all(word in lexicon.transparent or word in lexicon.nouns or (word,) in lexicon.phrases for word in rest)

    def _around(self, found: Found, reading: Reading) -> Noun | None:
        """Whom or what the rest of the name speaks of: the nearest noun before, or else after, or the parents'."""
        words, border = reading.words, reading.border
        before = self._noun(reversed(words[border : found.start])) if found.start > border else None
        return before or self._noun(words[found.end :]) or reading.around

    def _weigh(self, place: Found, phrase: Phrase, reading: Reading, near: Surroundings) -> Classification:
        confidence = phrase.weight
        evidence = [f"phrase {phrase.text!r} ({phrase.language})"]
        if phrase.needs in (Needs.PERSON, Needs.NO_THING) and not self._around(place, reading) and near.evidence:
            evidence.append(near.evidence)
        rest = reading.words[: max(place.start, reading.border)] if phrase.head_first else reading.words[place.end :]
        for word in rest[reading.border if phrase.head_first else 0 :]:
            if word in self.lexicon.subjects and phrase.pii_class not in _ABOUT:
                return Classification(NONE, 0.0, (*evidence, f"head {word!r}"))
            if word not in self.lexicon.known:
                confidence *= 0.85
                evidence.append(f"unknown word {word!r}")
        if confidence < THRESHOLD:
            return Classification(NONE, 0.0, tuple(evidence))
        return Classification(phrase.pii_class, round(confidence, 3), tuple(evidence))

    def _personal_number(self, reading: Reading, near: Surroundings, dtype: str) -> Classification | None:
        """``customer_no``, ``id_cliente``, ``approved_by``; a word for a person alone in a column of numbers."""
        nouns, ids = self.lexicon.nouns, self.lexicon.identifiers
        words = reading.words[reading.border :]
        if not words or _certain(reading):
            return None
        if len(words) == 1:
            counts = reading.plural and not words[0].endswith("s")
            if (
                nouns.get(words[0]) is Noun.PERSON
                and words[0] not in _TREE
                and not counts
                and self._kind(dtype) == "int"
            ):
                return Classification("person_id", 0.6, (f"{words[0]!r} in a column of numbers",))
            return None
        doer = words[:-1] if words[-1] in ids else words
        if len(doer) > 1 and doer[-1] == "by" and doer[-2].endswith("ed"):
            return Classification("person_id", 0.75, (f"a person {doer[-2]} it",))
        if words[-1] in ids:
            owner = next((word for word in reversed(words) if word not in ids), "")
        elif words[0] in ids and not (reading.plural and words[0] != "id"):
            owner = words[-1]
        else:
            return None
        if nouns.get(owner) is not Noun.PERSON or (owner in _TREE and near.noun is not Noun.PERSON):
            return None
        if owner == "client" and not _REGISTERED_APPS.isdisjoint(near.words):
            return Classification(NONE, 0.0, ("the client is a registered program",))
        return Classification("person_id", 0.85, (f"number of a person: {owner!r}",))


def _abbreviates(short: str, table: str) -> bool:
    """Whether some letters stand for a table: they begin one of its words, or are the initials of its last ones."""
    words = split(table)
    return any(len(word) > len(short) and word.startswith(short) for word in words) or "".join(
        word[0] for word in words
    ).endswith(short)


def _certain(reading: Reading) -> bool:
    """Whether a phrase of the name means a class wherever it stands."""
    return any(p.pii_class != NONE and p.needs is Needs.NOTHING for f in reading.found for p in f.phrases)


def kind_of(dtype: str) -> str:
    """``bool``, ``date``, ``float``, ``int``, or empty for text and whatever else a store calls its types."""
    dtype = dtype.lower()
    return next((kind for pattern, kind in _DTYPES if pattern.search(dtype)), "")


def _fits(pii_class: str, kind: str) -> bool:
    match kind:
        case "bool":
            return pii_class in _FITS_BOOL
        case "date":
            return pii_class in _FITS_DATE
        case "float":
            return pii_class not in _NEVER_FLOAT
        case "int":
            return pii_class not in _TEXT_ONLY
    return True
