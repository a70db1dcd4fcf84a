"""Words that no path of a declared HTTP probe, and no name in it, may contain: reader of ``refused_words.toml``.

A name can come from a server or an app: ``delete-all`` in the place of ``{name}`` is as harmful as in the path itself.
"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cache
from importlib.resources import files

import msgspec

from tieback.model.lazy_pattern import lazy_pattern

_WORDS = lazy_pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_RUNS = lazy_pattern(r"[A-Za-z]+(?:[._~-]+[A-Za-z]+)*")
_LONG_WORD = 6
"""Letters of a refused word that is also refused as the beginning or end of another word."""
_ENDINGS = frozenset({"s", "d", "ed", "r", "rs", "or", "ors", "able", "ment", "ments"})
_OBJECTS = ("all", "now", "db", "cache", "index")
"""What a short refused word is also refused with: ``resetall``, ``stopnow``."""


class _RefusedWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    acts: tuple[str, ...]
    shows: tuple[str, ...]
    contacts: frozenset[str]


@cache
def _read() -> _RefusedWords:
    raw = (files("tieback.model") / "refused_words.toml").read_bytes()
    return msgspec.toml.decode(raw, type=_RefusedWords)


@cache
def refused_words() -> frozenset[str]:
    """Words that no path or query of a rule may contain: such requests may act, log in, or show secrets."""
    words = _read()
    return frozenset((*words.acts, *words.shows))


@cache
def secret_words() -> frozenset[str]:
    """Of these words, those that show a secret and start no action."""
    return frozenset(_read().shows)


def refused_word(text: str, *, but: AbstractSet[str] = frozenset()) -> str:
    """The first refused word in a path or a name, as it is written there; empty if there is none.

    Args:
        text: the decoded text.
        but: words that are permitted here, in small letters.
    """
    return next((word for word in _words(text) if _is_refused(word.lower(), but)), "")


def names_another_server(parameter: str) -> bool:
    """True if a server may contact what a parameter of this name has as its value."""
    return not _read().contacts.isdisjoint(word.lower() for word in _words(parameter))


def _words(text: str) -> Iterator[str]:
    """The words of a path, also those that are written with changing case or in parts: ``dELETE``, ``sign-in``."""
    yield from _WORDS.findall(text)
    for run in _RUNS.findall(text):
        yield re.sub("[^A-Za-z]", "", run)


def _is_refused(word: str, but: AbstractSet[str]) -> bool:
    """True for a refused word, and for words such as ``deleteall`` and ``bulkdelete``; not for ``updates``."""
    if word in but:
        return False
    if word in refused_words():
        return True
    for act in _read().acts:
        if act in but:
            continue
        if word.startswith(act) and word.removeprefix(act) in _OBJECTS:
            return True
        if len(act) >= _LONG_WORD and (
            (word.startswith(act) and word.removeprefix(act) not in _ENDINGS) or (word.endswith(act) and word != act)
        ):
            return True
    return False
