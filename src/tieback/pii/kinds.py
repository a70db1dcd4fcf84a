"""Kinds of a class: a hash and not a password, a verification code and not a card number, a religion and not a sex.

Which there are, what makes their law another one than that of their class, and the words of a field's name that tell
them is data, ``kinds.toml``.
"""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Literal

import msgspec

from tieback.pii.lexicon import Words, folded
from tieback.pii.taxonomy import PiiClass, load_taxonomy
from tieback.pii.tokens import expanded

SPACELESS = "\u0e00"
"""From here on scripts mostly write words without spaces; there a kind's word counts wherever it stands."""


class PiiKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind; what is ``None`` is as its class has it."""

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
    """Class to its kinds, in the order of the file: the surest first.

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
def tagged(pii_class: str, detail: str = "") -> PiiClass:
    """What laws and standards say of a class, or of one kind of it.

    Args:
        pii_class: a leaf of the taxonomy.
        detail: as ``Classification.detail``; where no kind is called so, the class's own tags hold.

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
    """Tells kinds by the words of a field's name."""

    def __init__(self, kinds: Kinds) -> None:
        self._rules = {pii_class: _Rules(named) for pii_class, named in kinds.items()}

    def of(self, pii_class: str, words: Words) -> str:
        """The kind that the words of a name tell, or nothing.

        Args:
            pii_class: the class of the field.
            words: of its name, with those of its parent, folded (``Reading.words``).
        """
        rules = self._rules.get(pii_class)
        return rules.of(words) if rules is not None else ""


class _Rules:
    """The kinds of one class, by the first word of what tells them."""

    def __init__(self, named: Mapping[str, PiiKind]) -> None:
        self._names = (*named, "")
        self._by_word: dict[str, list[tuple[int, Words]]] = {}
        self._inside: list[tuple[int, str]] = []
        for rank, rule in enumerate(named.values()):
            spelled = dict.fromkeys(way for text in rule.words for way in (folded(text), folded(expanded(text))))
            for words in spelled:
                self._by_word.setdefault(words[0], []).append((rank, words))
                if words[0][0] >= SPACELESS:
                    self._inside.append((rank, "".join(words)))

    def of(self, words: Words) -> str:
        """The first kind, in their order, that the words tell."""
        best = none = len(self._names) - 1
        by_word = self._by_word
        for at, word in enumerate(words):
            for rank, spelled in by_word.get(word, ()):
                if rank < best and (len(spelled) == 1 or words[at : at + len(spelled)] == spelled):
                    best = rank
        if best == none and self._inside and not (glued := "".join(words)).isascii():
            best = min((rank for rank, text in self._inside if text in glued), default=none)
        return self._names[best]
