"""Kinds of a class, such as a hash instead of a password, a verification code instead of a card number, a religion.

The file ``kinds.toml`` lists the kinds, the legal tags in which they differ from their class, and the words of a
field's name that identify them.
"""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Literal

import msgspec

from tieback.pii.lexicon import Words, fold_phrase
from tieback.pii.taxonomy import PiiClass, load_taxonomy
from tieback.pii.tokens import expand_ascii

SPACELESS = "\u0e00"
"""First code point of scripts that are mostly written without spaces; there a word of a kind matches anywhere in the
text.
"""


class PiiKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind; ``None`` means the value of its class."""

    words: tuple[str, ...] = ()
    special: bool | None = None
    gdpr: str | None = None
    hipaa: tuple[str, ...] | None = None
    pci: Literal["", "CHD", "SAD"] | None = None
    ccpa: Literal["personal", "sensitive"] | None = None
    source: str | None = None


type Kinds = Mapping[str, Mapping[str, PiiKind]]


@lru_cache(1)
def load_kinds() -> Kinds:
    """Kinds by class, in the order of the file: the most certain first.

    Raises:
        msgspec.ValidationError: the data file is damaged.
        ValueError: it names a class that the taxonomy does not have.
    """
    raw = tomllib.loads(resources.files("tieback.pii").joinpath("kinds.toml").read_text(encoding="utf-8"))
    kinds = msgspec.convert(raw, dict[str, dict[str, PiiKind]])
    if unknown := kinds.keys() - load_taxonomy().keys():
        raise ValueError(f"kinds of unknown classes: {', '.join(sorted(unknown))}")
    return kinds


@lru_cache(512)
def regulation_tags(pii_class: str, detail: str = "") -> PiiClass:
    """Legal and standards tags of a class, or of one kind of it.

    Args:
        pii_class: a leaf of the taxonomy.
        detail: as ``Classification.detail``; the class's own tags apply if it is not the name of a kind.

    Raises:
        KeyError: there is no such class.
    """
    leaf = load_taxonomy()[pii_class]
    kind = load_kinds().get(pii_class, {}).get(detail)
    if kind is None:
        return leaf
    own = {name: value for name in kind.__struct_fields__ if (value := getattr(kind, name)) is not None}
    del own["words"]
    return msgspec.structs.replace(leaf, **own)


class KindReader:
    """Recognises kinds by the words of a field's name."""

    def __init__(self, kinds: Kinds) -> None:
        self._rules = {pii_class: _Rules(named) for pii_class, named in kinds.items()}

    def of(self, pii_class: str, words: Words) -> str:
        """The kind that the words of a name identify; empty if there is none.

        Args:
            pii_class: the class of the field.
            words: words of its name and its parent, folded (``NameReading.words``).
        """
        rules = self._rules.get(pii_class)
        return rules.of(words) if rules is not None else ""


class _Rules:
    """The kinds of one class, by the first word of their phrases."""

    def __init__(self, named: Mapping[str, PiiKind]) -> None:
        self._names = (*named, "")
        self._by_word: dict[str, list[tuple[int, Words]]] = {}
        self._inside: list[tuple[int, str]] = []
        for rank, rule in enumerate(named.values()):
            spelled = dict.fromkeys(
                way for text in rule.words for way in (fold_phrase(text), fold_phrase(expand_ascii(text)))
            )
            for words in spelled:
                self._by_word.setdefault(words[0], []).append((rank, words))
                if words[0][0] >= SPACELESS:
                    self._inside.append((rank, "".join(words)))

    def of(self, words: Words) -> str:
        """The first kind, in their order, that the words identify."""
        best = none = len(self._names) - 1
        by_word = self._by_word
        for at, word in enumerate(words):
            for rank, spelled in by_word.get(word, ()):
                if rank < best and (len(spelled) == 1 or words[at : at + len(spelled)] == spelled):
                    best = rank
        if best == none and self._inside and not (glued := "".join(words)).isascii():
            best = min((rank for rank, text in self._inside if text in glued), default=none)
        return self._names[best]
