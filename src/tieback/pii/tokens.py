"""Words from field names: the folding and splitting that all name detectors share.

``fechaNacimiento2``, ``FECHA_NACIMIENTO`` and ``fecha-nacimiento`` all become ``fecha nacimiento``. Words are folded to
lower-case letters without diacritics (NFKD, Unicode Annex 15), plurals to singulars by spelling, and trailing numbers
are dropped. The lexicon is folded in the same way, so both sides always agree, even if the folding is rough.
"""

import re
import unicodedata
from collections.abc import Container, Sequence

MAX_NAME = 256
"""Most characters of a name that are read; longer texts are not identifiers that people wrote."""
MAX_GLUED = 48
"""Most characters of one word for segmentation; its cost grows with this times the longest word."""
MAX_PIECES = 5

CONNECTORS = frozenset(
    {"de", "del", "da", "dos", "das", "di", "du", "des", "della", "dell", "van", "von", "der", "den"}
)
"""Words that join others and can be missing: ``fecha de nacimiento``, ``fecha_nacimiento``."""

_WORD = re.compile(
    r"IPv(?=[46])|ID(?=[a-z]{3})|[A-Z]{3,}(?=(?:ip|id)(?![a-z]))|[A-Z]+s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[\u0900-\u0eff]+"
    r"|[^\W\d_A-Za-z\u0900-\u0eff]+"
)
"""Pattern of words. Scripts from Devanagari to Lao write vowels as marks, which are not letters for ``re``.
"""
_LETTERS = str.maketrans(
    {"ß": "ss", "ẞ": "SS", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "\u0131": "i", "æ": "ae"}
    | {"Æ": "AE", "œ": "oe", "Œ": "OE", "ð": "d", "þ": "th"}
)
_EXPANDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_IRREGULAR = {"ids": "id", "ips": "ip"} | {
    word: word for word in ("interests", "savings", "earnings", "initials", "credits", "nombres", "ingresos", "placas")
}
"""Plurals that are too short for the rule, or that differ in meaning from the singular."""
_TELLING_DIGITS = (
    (re.compile(r"(?<![A-Za-z])last[ _-]?4(?!\d)|Last_?4(?!\d)|LAST_?4(?!\d)"), "_last_four_"),
    (re.compile(r"2fa(?![a-z])|2FA(?![A-Z])"), "_twofa_"),
)
"""Digits that are not a numbering."""


def fold(text: str) -> str:
    """The text without diacritics and in compatibility form; upper case stays, because it marks word borders."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return unicodedata.normalize("NFC", "".join(c for c in plain if not unicodedata.combining(c)))


def expand_ascii(text: str) -> str:
    """The ASCII spelling of German and Nordic schemas: ``ü`` as ``ue``, ``å`` as ``aa``."""
    return text.translate(_EXPANDED)


def to_singular(word: str) -> str:
    """A lower-case word in the singular, only by spelling: ``addresses`` is ``address``, ``allergies`` ``allergy``."""
    size = len(word)
    if size < 3 or word[-1] != "s":
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if size < 4:
        return word
    if size > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word if word[-2] in "sui" else word[:-1]


def split(name: str) -> list[str]:
    """Lower-case words of a name: camelCase, snake_case, kebab-case, dots, spaces and digits are borders.

    Digits are dropped as numbering, except in ``last4`` and ``2fa``. Words stay in the plural; ``to_singular``
    folds it. At most ``MAX_NAME`` characters are read.
    """
    name = name[:MAX_NAME]
    if name.isascii() and name.islower():
        words = name.replace("_", " ").split()
        if "".join(words).isalpha():
            return words
    plain = fold(name)
    if "4" in plain or "2" in plain:
        for digits, spelled in _TELLING_DIGITS:
            plain = digits.sub(spelled, plain)
    return [word.lower() for word in _WORD.findall(plain)]


def without_connectors(words: Sequence[str]) -> tuple[str, ...]:
    """The words without joining words; the last word is always kept, because it joins nothing: ``erstellt_von``."""
    if CONNECTORS.isdisjoint(words):
        return tuple(words)
    return (*(word for word in words[:-1] if word not in CONNECTORS), words[-1])


def segment(
    word: str, vocabulary: Container[str], longest: int, openings: Container[str] | None = None
) -> list[str] | None:
    """Split a compound into words of the vocabulary; ``None`` if that is not possible.

    Dynamic programming over prefixes. The cheapest split has few and long parts; of equal splits, the one with the
    longest part wins: ``kunde id``, not ``kund eid``. In scripts without spaces between words (Han, kana), single
    unknown characters are allowed between known words.

    Args:
        word: folded, lower case.
        vocabulary: words that can be parts.
        longest: length of the longest word in the vocabulary.
        openings: the first three letters of each longer word of the vocabulary, if known; only for speed.
    """
    size = len(word)
    if size > MAX_GLUED:
        return None
    spaceless = word[0] >= "\u2e80"
    best: list[tuple[float, int, int] | None] = [(0.0, 0, 0)] + [None] * size
    far = 0
    for start in range(size):
        before = best[start]
        if before is None or before[2] >= MAX_PIECES:
            if start >= far:
                return None
            continue
        reach = longest if openings is None or word[start : start + 3] in openings else 2
        for end in range(start + 1, min(size, start + reach) + 1):
            piece = word[start:end]
            if piece in vocabulary:
                length = end - start
                cost = before[0] + (1.0 if length > 3 else 1.5) - 0.004 * length * length
            elif spaceless and end - start == 1:
                cost = before[0] + 3.0
            else:
                continue
            known = best[end]
            if known is None or cost < known[0]:
                best[end] = (cost, start, before[2] + 1)
                far = max(far, end)
    pieces: list[str] = []
    end = size
    while end > 0:
        step = best[end]
        if step is None:
            return None
        pieces.append(word[step[1] : end])
        end = step[1]
    return pieces[::-1]
