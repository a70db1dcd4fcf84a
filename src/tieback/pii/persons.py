"""Keys to people: ``customer_no``, ``id_cliente``, ``approved_by``, ``erstellt_von``, and the row number of a table of
people.
"""

import re

from tieback.model.pii import Classification
from tieback.pii.lexicon import Lexicon, Needs, Noun
from tieback.pii.reading import NameReading
from tieback.pii.table_context import TableContext
from tieback.pii.taxonomy import NONE

_NEEDLESS = Needs.NOTHING
_REGISTERED_APPS = frozenset({"oauth", "oidc", "redirect", "grant", "scope"})
"""Words that show that ``client_id`` refers to a program."""
_TREE = frozenset({"parent", "child", "sibling"})
"""Words for persons that mean tree nodes in most tables."""
_DOERS = {
    "by": re.compile(r"(?:ed|sent|made|done|given|sold|paid|taken|written|built|bought|run|read|put|set|held|led)$"),
    "von": re.compile(
        r"^(?:(?:ge|er|be|ver|ent|an|ab|auf|aus|ein|frei|zu|ueber|uber|unter).*(?:t|en)|insert|update|.*iert)$"
    ),
    "par": re.compile(r"(?:e|ee|i|ie|u|is|it)$"),
    "por": re.compile(r"(?:[aeiou][dt][ao]|sto|sta|cho|cha|so)$"),
    "da": re.compile(r"(?:[aiu]t[ao]|sto|sta|tto|tta|so)$"),
    "door": re.compile(r"^(?:ge|ver|be|aan|af|in|op|toe|goed|uit).*(?:d|t|en)$"),
    "oleh": re.compile(r"^di|^ter"),
    "przez": re.compile(r"(?:n[aeyo]|t[aeyo])$"),
    "av": re.compile(r"(?:ad|et|at|t|d)$"),
    "af": re.compile(r"(?:et|t)$"),
}
"""Prepositions before the actor, with the endings of the action before them: not ``gueltig_von``, which is a time."""
_WHEN = frozenset({"date", "heure", "annee", "zeit", "uhrzeit", "data", "hora"})
"""Words that end like a participle but are not participles."""
_NUMBERS = frozenset({"number", "no", "nr", "num", "numero", "nummer", "numer", "nomor", "nro", "numara", "nomer"})
"""Words for a number that are not used for the key of a row."""


def actor_verb(words: tuple[str, ...], identifiers: frozenset[str]) -> str:
    """The action in a name that identifies its actor (``approved_by_id``), otherwise empty."""
    if len(words) > 2 and words[-1] in identifiers:
        words = words[:-1]
    if len(words) < 2:
        return ""
    done = _DOERS.get(words[-1])
    return words[-2] if done is not None and words[-2] not in _WHEN and done.search(words[-2]) else ""


def personal_number(
    reading: NameReading, near: TableContext, lexicon: Lexicon, *, is_int: bool
) -> Classification | None:
    """The class of a key to a person. A single word for a person counts only in a column of numbers."""
    nouns, ids = lexicon.nouns, lexicon.identifiers
    words = reading.words[reading.border :]
    if len(words) == 1 and nouns.get(words[0]) is Noun.PERSON:
        counts = reading.plural and not words[0].endswith("s")
        if is_int and words[0] not in _TREE and not counts:
            return Classification("person_id", 0.6, (f"{words[0]!r} in a column of numbers",))
        return None
    if len(words) == 1 and is_int and words[0] in _NUMBERS and near.noun is Noun.PERSON and near.table:
        return Classification("person_id", 0.6, ("id of the people in the table", near.evidence))
    if len(words) < 2 or _certain(reading, lexicon):
        return None
    if done := actor_verb(words, ids):
        return Classification("person_id", 0.75, (f"person who {done} it",))
    if words[-1] in ids:
        owner = next((word for word in reversed(words) if word not in ids), "")
    elif words[0] in ids and not (reading.plural and words[0] != "id"):
        owner = words[-1]
        if any((word,) in lexicon.phrases and lexicon.phrases[word,][0].head for word in words[1:-1]):
            return None
    else:
        return None
    is_person = nouns.get(owner) is Noun.PERSON or (owner not in nouns and owner[:-1] in lexicon.stems)
    if not is_person or (owner in _TREE and near.noun is not Noun.PERSON):
        return None
    if owner == "client" and not _REGISTERED_APPS.isdisjoint(near.words):
        return Classification(NONE, 0.0, ("the client is a registered program",))
    return Classification("person_id", 0.85, (f"id of a person: {owner!r}",))


def table_key(words: tuple[str, ...], near: TableContext, lexicon: Lexicon) -> Classification | None:
    """The row number in a table of people, if a word of the name is that of the table: ``asker_id`` in ``asker``."""
    ids, nouns = lexicon.identifiers, lexicon.nouns
    own = [word for word in words if word not in ids]
    if len(own) != 1 or len(own) == len(words) or own[0] not in near.table or near.noun is not Noun.PERSON:
        return None
    if nouns.get(own[0]) is Noun.PERSON or (own[0] not in nouns and not near.table & nouns.keys()):
        return Classification("person_id", 0.7, (f"id of the people in the table: {own[0]!r}", near.evidence))
    return None


def _certain(reading: NameReading, lexicon: Lexicon) -> bool:
    """True if a phrase of the name has a class in any context; a word for a person alone (``author``) does not."""
    for found in reading.found:
        if found.end - found.start > 1 or lexicon.nouns.get(reading.words[found.start]) is not Noun.PERSON:
            for phrase in found.phrases:
                if phrase.pii_class != NONE and phrase.needs is _NEEDLESS:
                    return True
    return False
