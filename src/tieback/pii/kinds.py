"""Kinds of a class: a hash and not a password, a verification code and not a card number, a religion and not a sex.

Which there are, what makes their law another one than that of their class, and the words of a field's name that tell
them is data, ``kinds.toml``.
"""

import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Literal

import msgspec

from tieback.pii.lexicon import Words, folded
from tieback.pii.taxonomy import PiiClass, load_taxonomy

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
        self._rules = {pii_class: tuple(_rules(named)) for pii_class, named in kinds.items()}

    def of(self, pii_class: str, words: Words) -> str:
        """The kind that the words of a name tell, or nothing.

        Args:
            pii_class: the class of the field.
            words: of its name, with those of its parent, folded (``Reading.words``).
        """
        rules = self._rules.get(pii_class)
        if rules is None:
            return ""
        starts = {word: at for at, word in reversed(list(enumerate(words)))}
        glued = "".join(words)
        spaceless = not glued.isascii()
        for kind, spelled, inside in rules:
            for one in spelled:
                at = starts.get(one[0])
                if at is not None and (len(one) == 1 or words[at : at + len(one)] == one):
                    return kind
            if spaceless and any(text in glued for text in inside):
                return kind
        return ""


def _rules(named: Mapping[str, PiiKind]) -> Iterable[tuple[str, tuple[Words, ...], tuple[str, ...]]]:
    """Kind, what tells it as words in a row, and what tells it within a text without spaces."""
    for kind, rule in named.items():
        spelled = tuple(words for text in rule.words if (words := folded(text)))
        yield kind, spelled, tuple("".join(words) for words in spelled if words[0][0] >= SPACELESS)
