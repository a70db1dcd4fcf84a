"""Classification of personal data by field names; no value is read.

A name is split into words (``tokens``) and read with the lexicon (``reading``). The longest phrases count; of several,
the head of the name decides (the last in English or German, the first in Spanish or French). Heads such as ``status``
refer to a thing and veto the class. Ambiguous words (``name``, ``address``) need context: other words of the name, the
parent of a dotted path, the table, the siblings (``table_context``). The type of the column can only exclude a class.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from tieback.model.pii import Classification, Column
from tieback.pii.dtypes import fits, kind_of
from tieback.pii.interface import DetectorMeta
from tieback.pii.kinds import KindReader, load_kinds
from tieback.pii.lexicon import Lexicon, Needs, Noun, Phrase
from tieback.pii.lexicon.cache import load_lexicon
from tieback.pii.persons import personal_number, table_key
from tieback.pii.reading import CACHED, GUESSED, NameReader, NameReading, PhraseMatch
from tieback.pii.table_context import ADDRESSES, ContextReader, TableContext
from tieback.pii.taxonomy import NONE, load_taxonomy
from tieback.pii.tokens import to_singular

if TYPE_CHECKING:
    from tieback.userrules.model import FieldWordsRule

THRESHOLD = 0.5
"""Least confidence of a reported class."""

_ABOUT = frozenset({"health", "retail", "travel", "financial", "employment"})
"""Classes whose phrases keep their meaning next to any word for a thing."""
_SHARED = frozenset({"email", "phone", "password", "ip_address"})
"""Classes whose words many languages share: ``emailReferente`` is Italian."""
_NOTHING = Classification(NONE, 0.0)
_NEEDLESS = Needs.NOTHING
_LONGEST_GLUED = 24
_SHORT = 7
"""Least number of letters of a word that is not an abbreviation of a table."""
_MERE = 0.76
"""Largest weight of a phrase that is only a word for a person: ``plugin_director`` is not the name of a person."""
_ADDRESSED = frozenset({"email", "ip_address", "device_id"})
"""Classes next to which an address is not a place: ``email_adresse``."""
_LOOSE = frozenset({"person_name", "employment"})
"""Classes whose phrases need a person in the name itself if another word is next to them."""
_KEPT_APART = frozenset({"email", "phone", "postal_address", "message_content"})
"""Classes with tables of their own in many schemas: ``id_email`` is a key, ``email_id`` an address."""
_NOBODYS: frozenset[str] = frozenset()


def _is_plain(phrases: tuple[Phrase, ...]) -> bool:
    """True if there is one meaning and it needs no context."""
    phrase = phrases[0]
    return len(phrases) == 1 and phrase.needs is _NEEDLESS and phrase.weight > _MERE


class NameDetector:
    """Classifies columns by their names. Reads its data files at first use and has bounded caches."""

    def __init__(self, added: "Sequence[FieldWordsRule]" = ()) -> None:
        """``added``: words of users, for names that the built-in words do not recognise."""
        self.meta = DetectorMeta(
            name="field-name",
            version="1",
            classes=tuple(load_taxonomy()),
            reads_values=False,
        )
        self._kind = lru_cache(256)(kind_of)
        self._verdict = lru_cache(CACHED)(self._judge)
        if added:
            from tieback.pii.user_words import UserWords

            self._added = UserWords(added)
            self._verdict = lru_cache(CACHED)(self._judge_with_added)

    @cached_property
    def lexicon(self) -> Lexicon:
        """The compiled data files."""
        return load_lexicon()

    @cached_property
    def _reader(self) -> NameReader:
        return NameReader(self.lexicon)

    @cached_property
    def _outlook(self) -> ContextReader:
        return ContextReader(self._reader)

    @cached_property
    def _kinds(self) -> KindReader:
        return KindReader(load_kinds())

    def classify(self, column: Column) -> Iterator[Classification]:
        """The class of one column; empty if the name does not look like personal data."""
        verdict = self._verdict(column.field, column.table, column.dtype, column.siblings)
        if verdict.pii_class != NONE:
            yield verdict

    def classify_names(self, columns: Iterable[Column]) -> Iterator[Classification]:
        """One verdict per column, in their order; class ``none`` if nothing was recognised, with the veto if there is
        one.
        """
        verdict = self._verdict
        for column in columns:
            yield verdict(column.field, column.table, column.dtype, column.siblings)

    def _judge_with_added(self, field: str, table: str, dtype: str, siblings: tuple[str, ...]) -> Classification:
        verdict = self._judge(field, table, dtype, siblings)
        if verdict.pii_class != NONE:
            return verdict
        return self._added.classify(field, dtype, veto=bool(verdict.evidence)) or verdict

    def _judge(self, field: str, table: str, dtype: str, siblings: tuple[str, ...]) -> Classification:
        reading, near = self._reader.read(field), self._outlook.read(table, siblings)
        if near.affixes:
            reading = self._without_affix(reading, near.affixes) or reading
        verdict = None
        if reading.words and len(last := reading.words[-1]) < _SHORT and last in near.short:
            verdict = self._of_its_table(reading, near, dtype)
        if verdict is None:
            verdict = self._read_as(reading, near, dtype)
        if verdict.pii_class == NONE and (reading.unknown or near.carries or not verdict.evidence):
            verdict = self._further(reading, near, dtype) or verdict
        pii_class = verdict.pii_class
        if pii_class == NONE:
            return verdict
        if dtype and not fits(pii_class, self._kind(dtype)):
            return Classification(NONE, 0.0, (*verdict.evidence, f"type {dtype!r} does not fit {pii_class}"))
        if pii_class == "username" and self._numbers_a_person(reading, dtype):
            verdict = Classification("person_id", 0.75, (*verdict.evidence, "in a column of numbers"))
            pii_class = verdict.pii_class
        kind = self._kinds.of(pii_class, reading.words)
        return Classification(pii_class, verdict.confidence, verdict.evidence, kind) if kind else verdict

    def _numbers_a_person(self, reading: NameReading, dtype: str) -> bool:
        """True if a word for a person names a column of numbers: ``usuario integer`` is a key, not a user name."""
        if not dtype or self._kind(dtype) != "int":
            return False
        return any(self.lexicon.nouns.get(word) is Noun.PERSON for word in reading.words[reading.border :])

    def _further(self, reading: NameReading, near: TableContext, dtype: str) -> Classification | None:
        """Other readings of a name: by the class of its table, without its table, as one word, by the ranker."""
        verdict = (
            self._carried(reading, near)
            or self._otherwise(reading, near, dtype)
            or (self._without_glue(reading, near, dtype) if reading.unknown else None)
        )
        if (verdict is None or verdict.pii_class == NONE) and reading.unknown:
            guessed = self._reader.with_guesses(reading)
            verdict = self._by_phrase(guessed, near) if guessed is not None else verdict
        return verdict

    def _read_as(self, reading: NameReading, near: TableContext, dtype: str) -> Classification:
        if reading.key:
            is_int = self._kind(dtype) == "int" if dtype else False
            verdict = personal_number(reading, near, self.lexicon, is_int=is_int)
            if verdict is not None:
                return verdict
        return self._by_phrase(reading, near)

    def _describes(self, word: str, phrase: Phrase) -> bool:
        """True if a word after a shared phrase belongs only to languages that put the head first."""
        languages = self.lexicon.languages.get(word, _NOBODYS)
        return phrase.pii_class in _SHARED and bool(languages) and languages <= self.lexicon.heads_first

    def _of_its_table(self, reading: NameReading, near: TableContext, dtype: str) -> Classification | None:
        """The class without a long abbreviation of the table, which stands for the table: ``email_loc`` in
        ``locataire``.
        """
        words = reading.words
        if len(words) < 2 or reading.border or not reading.found:
            return None
        short = words[-1]
        if not 2 < len(short) < 6 or short in near.table:
            return None
        if short not in near.short:
            return None
        verdict = self._read_as(self._reader.read_words(words[:-1]), near, dtype)
        return verdict if verdict.pii_class != NONE else None

    def _without_glue(self, reading: NameReading, near: TableContext, dtype: str) -> Classification | None:
        """The class of one word without a prefix or suffix for the table: ``ename`` in ``emp``, ``villeloc``."""
        words = reading.words[reading.border :]
        if len(words) != 1 or not reading.unknown or not 4 <= len(words[0]) <= _LONGEST_GLUED:
            return None
        word, (before, after), short = words[0], near.glued, near.short
        rests = [word[cut:] for cut in (1, 2, 3, 4) if word[:cut] in short]
        rests += [word[:-cut] for cut in (1, 3, 4) if word[-cut:] in short]
        if before and word.startswith(before):
            rests.append(word[len(before) :])
        if after and word.endswith(after):
            rests.append(word[: -len(after)])
        for rest in rests:
            if len(rest) > 1 and (to_singular(rest),) in self.lexicon.phrases:
                verdict = self._read_as(self._reader.read_words((to_singular(rest),)), near, dtype)
                if verdict.pii_class != NONE:
                    return verdict
        return None

    def _carried(self, reading: NameReading, near: TableContext) -> Classification | None:
        """A class that only a table of that class makes clear: ``expiration_date`` in ``credit_cards``."""
        words = reading.words[reading.border :]
        if not near.carries or not words or not self.lexicon.carried[near.carries].issuperset(words):
            return None
        return Classification(near.carries, 0.8, (f"{' '.join(words)!r} in a table of {near.carries}",))

    def _otherwise(self, reading: NameReading, near: TableContext, dtype: str) -> Classification | None:
        """The class without an abbreviation of the table, as one word, or as the number of the table's rows."""
        words = reading.words[reading.border :]
        if not 1 < len(words) < 5:
            return None
        if near.short and (shorter := self._without_table(reading, near)):
            verdict = self._read_as(shorter, near, dtype)
            if verdict.pii_class != NONE:
                return verdict
            if near.noun is Noun.PERSON and self.lexicon.identifiers.issuperset(shorter.words):
                return Classification("person_id", 0.75, ("id of the people in the table", near.evidence))
        glued = "".join(words)
        if len(glued) > 5 and (glued,) in self.lexicon.phrases:
            return self._read_as(self._reader.read_words((glued,)), near, dtype)
        if len(words) > 2 and max(map(len, words)) < 7 and len(pieces := self._reader.pieces(glued)) < len(words):
            # Pinyin that is split at each syllable: huJiSheng.
            verdict = self._read_as(self._reader.read_words(pieces), near, dtype)
            if verdict.pii_class != NONE:
                return verdict
        return table_key(words, near, self.lexicon)

    def _without_affix(self, reading: NameReading, affixes: frozenset[str]) -> NameReading | None:
        """The name without a word that begins or ends most siblings and has no meaning here: ``cp_mobile``."""
        words = reading.words
        if reading.border or len(words) < 2:
            return None
        rest = words[words[0] in affixes : len(words) - (words[-1] in affixes)]
        return self._reader.read_words(rest, plural=reading.plural) if 0 < len(rest) < len(words) else None

    def _without_table(self, reading: NameReading, near: TableContext) -> NameReading | None:
        """The name without an abbreviation of its table at either end: ``nom_adh`` in ``adherents``."""
        words = reading.words[reading.border :]
        if len(words) < 2:
            return None
        for short, rest in ((words[-1], words[:-1]), (words[0], words[1:])):
            least = 1 if self.lexicon.identifiers.issuperset(rest) else 2
            if least <= len(short) < 6 and short in near.short and short not in self.lexicon.known:
                return self._reader.read_words(rest, around=reading.around)
        return None

    def _by_phrase(self, reading: NameReading, near: TableContext) -> Classification:
        places = reading.found
        if not places:
            return _NOTHING
        if len(places) == 1 and _is_plain(only := places[0].phrases):
            return self._said(places[0], only[0], reading, near)
        found = [(f, p) for f in places if (p := self._meaning(f, reading, near)) is not None]
        if not found:
            return _NOTHING
        if len(found) > 1:
            # A plain word for a person next to another phrase only names the owner: cpf_gerente.
            found = [(f, p) for f, p in found if not self._whose(f, p, reading)] or found
            if found[0][1].pii_class in _ADDRESSED and found[-1][1].text in ADDRESSES:
                found = found[:1]
        first, opening = found[0]
        if opening.needs is Needs.REST:
            return Classification(NONE, 0.0, (f"begins with {opening.text!r}",))
        # Heads that languages share (type, total) come first if all later words belong to such a language.
        shared = opening.head or opening.pii_class in _SHARED
        following = [p.head_first for _, p in found[1:]]
        # A head at the beginning of an English name is a prefix: dtBirthDate.
        head_first = opening.head_first and not (opening.head and following and not any(following))
        head_first = head_first or (shared and bool(following) and all(following))
        at = 0 if head_first and first.start >= reading.border else len(found) - 1
        place, phrase = found[at]
        if not head_first and self._hidden_head(place, phrase, reading):
            return Classification(NONE, 0.0, (f"head {' '.join(reading.words[reading.found[-1].start :])!r}",))
        last = found[-1][1]
        if head_first and last.head and last.language == "en" and phrase.pii_class not in last.keeps:
            return Classification(NONE, 0.0, (f"head {last.text!r}",))
        if phrase.head and at > 0:
            before, inner = found[at - 1]
            if inner.pii_class in phrase.keeps:
                place, phrase = before, inner
        return self._said(place, phrase, reading, near)

    def _said(self, place: PhraseMatch, phrase: Phrase, reading: NameReading, near: TableContext) -> Classification:
        """The verdict of the deciding phrase on the field."""
        if phrase.pii_class == NONE:
            return Classification(NONE, 0.0, (f"{'head' if phrase.head else 'phrase'} {phrase.text!r}",))
        if phrase.pii_class in _KEPT_APART and reading.words[reading.border : place.start] == ("id",):
            return Classification(NONE, 0.0, (f"key to {phrase.text!r}",))
        return self._weigh(place, phrase, reading, near)

    def _whose(self, place: PhraseMatch, phrase: Phrase, reading: NameReading) -> bool:
        if place.end - place.start > 1 or self.lexicon.nouns.get(reading.words[place.start]) is not Noun.PERSON:
            return False
        return phrase.pii_class == "person_id" or (phrase.pii_class == "person_name" and phrase.weight <= _MERE)

    def _hidden_head(self, place: PhraseMatch, phrase: Phrase, reading: NameReading) -> bool:
        """True if an ambiguous word whose need is not met ends the name: ``login_location``."""
        last = reading.found[-1]
        if last.start <= place.start or phrase.pii_class in _ABOUT:
            return False
        if last.end < len(reading.words) or self._whose(last, last.phrases[0], reading):
            return False
        return not self.lexicon.transparent.issuperset(reading.words[last.start : last.end])

    def _meaning(self, found: PhraseMatch, reading: NameReading, near: TableContext) -> Phrase | None:
        """The most certain meaning of a position whose need is met. If it is the whole name, a head counts less."""
        phrases = found.phrases
        if len(phrases) > 1 and found.end - found.start == len(reading.words) - reading.border:
            phrases = tuple(sorted(phrases, key=lambda phrase: phrase.head))
        counting = [phrase for phrase in phrases if self._counts(phrase, found, reading, near)]
        if len(counting) < 2:
            return counting[0] if counting else None
        spoken: Iterator[Phrase] = (phrase for phrase in counting if phrase.needs is Needs.LANGUAGE)
        if counting[0].language != "en":
            spoken = chain(spoken, (phrase for phrase in counting if phrase.language in near.languages))
        return next(spoken, counting[0])

    def _counts(self, phrase: Phrase, found: PhraseMatch, reading: NameReading, near: TableContext) -> bool:
        """True if the need of the phrase is met."""
        match phrase.needs:
            case Needs.NOTHING:
                return phrase.weight > _MERE or phrase.pii_class != "person_name" or self._plain_name(found, reading)
            case Needs.REST:
                return found.start == reading.border and found.end < len(reading.words)
            case Needs.MESSAGE:
                return near.messages or not self.lexicon.messages.isdisjoint(reading.words)
            case Needs.LANGUAGE:
                others = reading.words[: found.start] + reading.words[found.end :]
                return phrase.language in near.languages or phrase.language in self._reader.languages(others)
        if near.languages and found.end - found.start == 1 and phrase.language != "en":
            spoken = self.lexicon.languages.get(reading.words[found.start], _NOBODYS)
            if spoken.isdisjoint(near.languages) and "en" not in spoken:
                return False
        own = self._around(found, reading)
        noun = own or near.noun
        if phrase.pii_class in _LOOSE and own is None and not self._plain_name(found, reading):
            return False
        if noun is None and near.elsewhere and phrase.pii_class == "postal_address":
            return False
        return noun is Noun.PERSON or (phrase.needs is Needs.NO_THING and noun is not Noun.THING)

    def _plain_name(self, found: PhraseMatch, reading: NameReading) -> bool:
        """True if only words without influence on the meaning are next to a name: not ``campaign_name``."""
        lexicon = self.lexicon
        rest = reading.words[reading.border : found.start] + reading.words[found.end :]
        return all(word in lexicon.transparent or word in lexicon.nouns or (word,) in lexicon.phrases for word in rest)

    def _around(self, found: PhraseMatch, reading: NameReading) -> Noun | None:
        """Person or thing that the rest of the name refers to: nearest noun before it, otherwise after it or in the
        parents.
        """
        words, border = reading.words, reading.border
        before = self._reader.noun(reversed(words[border : found.start])) if found.start > border else None
        return before or self._reader.noun(words[found.end :]) or reading.around

    def _weigh(self, place: PhraseMatch, phrase: Phrase, reading: NameReading, near: TableContext) -> Classification:
        if near.machine and reading.words[place.start] in ADDRESSES and place.end - place.start == 1:
            return Classification(NONE, 0.0, (f"{phrase.text!r} of a machine",))
        if (
            phrase.pii_class == "employment"
            and phrase.needs is not Needs.NOTHING
            and not self.lexicon.identifiers.isdisjoint(reading.words)
        ):
            return Classification(NONE, 0.0, (f"number of {phrase.text!r}",))
        if near.timetable and phrase.pii_class == "travel":
            return Classification(NONE, 0.0, (f"{phrase.text!r} of a timetable",))
        confidence = phrase.weight
        known = phrase.language != GUESSED
        evidence = [f"phrase {phrase.text!r} ({phrase.language})" if known else f"ranker: {phrase.text}"]
        if phrase.needs in (Needs.PERSON, Needs.NO_THING) and not self._around(place, reading) and near.evidence:
            evidence.append(near.evidence)
        rest = reading.words[: max(place.start, reading.border)] if phrase.head_first else reading.words[place.end :]
        for word in rest[reading.border if phrase.head_first else 0 :]:
            if word in self.lexicon.subjects and phrase.pii_class not in _ABOUT and not self._describes(word, phrase):
                return Classification(NONE, 0.0, (*evidence, f"head {word!r}"))
            if word not in self.lexicon.known:
                confidence *= 0.85
                evidence.append(f"unknown word {word!r}")
        if confidence < THRESHOLD:
            return Classification(NONE, 0.0, tuple(evidence))
        return Classification(phrase.pii_class, round(confidence, 3), tuple(evidence))
