"""Forms of one name: as domains spell it, shortened, extended, cut by a top-level domain, written in humps.

Bounds: callers pass labels of domains and the name under an icon, which are short.
"""

import unicodedata
from collections.abc import Collection
from collections.abc import Set as AbstractSet

import msgspec

from tieback.model.lazy_pattern import lazy_pattern

MIN_SHORTENED = 6
"""Least number of letters of a name without its vowels."""
MIN_INNER = 4
"""Least number of letters of a name without its inner vowels."""
MIN_LOST = 2
"""Least number of vowels that such a name lost."""
MIN_CUT = 6
"""Least number of letters of a name that a top-level domain cuts."""
MIN_BEFORE_CUT = 4
"""Least number of these letters before the top-level domain."""
MAX_EXTENSION = 3
"""Most letters that can follow a brand in a domain of the maker with several hosts."""
MIN_PRODUCT = 5
"""Least number of letters of a name of an app that is no short one."""
MIN_WHOLE = 9
"""Least number of letters of a name of several words whose longer form in a domain counts."""
MIN_INITIALS = 3
"""Least number of words of a name under an icon whose initials name a cloud resource."""
LETTERS = lazy_pattern(r"[^a-z0-9]")
"""What is no letter or digit of a domain."""
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_VOWELS = lazy_pattern(r"[aeiou]")
_SPELLED = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"})
"""Letters that have no decomposition."""
_ENVIRONMENT = lazy_pattern(r"(?:^|[.-])(?:staging|stage|stg|nonprod|preprod|uat|qa|dev)\d*(?:[.-]|$)")
"""Label of a host for tests of its owner."""
_TITLE_END = lazy_pattern(r"[:|(\[]|\s[-\u2013\u2014]")
"""Separator in the name under an icon, before a description of the app."""
_HUMP = lazy_pattern(r"[A-Z][a-z]+|[A-Z]+(?![a-z])")


_SEPARATORS = lazy_pattern(r"[^a-z0-9]+")
_SUFFIX = lazy_pattern(r"(?=[a-z]{0,5}\d)[0-9a-f]{4,6}|\d{4,}")
"""End of the name of a project that the console added, as in ``shop-4ee8a``."""
MIN_BEGIN = 5
"""Least number of letters of a word with which the domain of its maker begins."""


class IconName(msgspec.Struct, frozen=True):
    """The name under an icon, in lower-case letters and digits, each in its spellings."""

    full: frozenset[str]
    """All words of the name as one."""
    first: frozenset[str]
    """Its first word."""
    words: frozenset[str]
    """Each of its words, and all as one."""
    hump: str
    """The first part of a name of one word with capitals inside it: ``acme`` of ``AcmeFit``."""
    initials: str
    """The first letters of its words or parts, if there are enough of them."""

    @property
    def begins(self) -> set[str]:
        """Its first word and part, if they are long enough to be the beginning of a domain that has another sign."""
        return {name for name in {*self.first, self.hump} if len(name) >= MIN_BEGIN}


def read_title(name: str, editions: Collection[str]) -> IconName:
    """The name under an icon, without a description of the app and without its edition.

    Args:
        name: as the app has it.
        editions: last words that are not part of a name, such as ``beta``.
    """
    plain = _TITLE_END.split(name, maxsplit=1)[0].strip()
    heading = plain.lower().replace("_", " ").split()
    while len(heading) > 1 and (heading[-1] in editions or heading[-1].isdigit()):
        heading.pop()
    full = frozenset(spellings("".join(heading)))
    parts = humps(plain)
    words = heading if len(heading) > 1 else parts
    return IconName(
        full=full,
        first=frozenset(spellings(heading[0])) if heading else frozenset(),
        words=full.union(*(spellings(word) for word in heading)),
        hump=parts[0] if parts else "",
        initials="".join(word[0] for word in words) if len(words) >= MIN_INITIALS else "",
    )


def folded(text: str) -> str:
    """Lower-case letters without diacritics, as domains spell them: ``skoda`` for ``škoda``."""
    plain = unicodedata.normalize("NFKD", text.translate(_SPELLED))
    return "".join(char for char in plain if not unicodedata.combining(char))


def spellings(text: str) -> tuple[str, ...]:
    """The letters and digits of a name, without diacritics, and as German and Nordic domains spell them."""
    spelled = (LETTERS.sub("", folded(form)) for form in (text, text.translate(UMLAUTS)))
    return tuple({name: None for name in spelled if name})


def humps(word: str) -> list[str]:
    """The parts of a word with capitals inside it, such as ``acme`` and ``fit`` of ``AcmeFit``; empty for others."""
    parts = [part.lower() for part in _HUMP.findall(word)]
    return parts if len(parts) > 1 and "".join(parts) == word.lower() else []


def has_tests(domain: str, hosts: Collection[str]) -> bool:
    """True if one of the hosts below a domain is for tests of its owner."""
    return any(_ENVIRONMENT.search(host.removesuffix(domain)) for host in hosts)


def begins(label: str) -> set[str]:
    """A label without hyphens, and what is before its first hyphen."""
    return {label.replace("-", ""), label.partition("-")[0]}


def extends(label: str, brand: str) -> bool:
    """True if a few letters follow a brand in a label."""
    return label.startswith(brand) and 0 < len(label) - len(brand) <= MAX_EXTENSION


def shortens(label: str, brand: str) -> bool:
    """True if a label is a brand without vowels, with the same first and last letter.

    Either it has no vowel at all, and letters of the brand in their order. Or it is short, and the brand without all
    vowels inside it: ``vrda`` of ``verada``.
    """
    if len(label) < MIN_INNER or (label[0], label[-1]) != (brand[0], brand[-1]):
        return False
    if len(label) < MIN_SHORTENED or _VOWELS.search(label):
        inner = _VOWELS.sub("", brand[1:-1])
        return len(brand) - len(label) >= MIN_LOST and label == brand[0] + inner + brand[-1]
    rest = iter(brand)
    return all(letter in rest for letter in label)


def cuts(domain: str, name: str) -> bool:
    """True if a domain is the beginning of a name, with the top-level domain of a country: ``acme.de`` of acmedesk."""
    label, _, top = domain.partition(".")
    whole = label + top
    return len(top) == 2 and len(label) >= MIN_BEFORE_CUT and len(whole) >= MIN_CUT and name.startswith(whole)


def first_label(domain: str) -> str:
    """The first label of a domain without hyphens."""
    return domain.partition(".")[0].replace("-", "")


def is_short(name: str, environments: Collection[str]) -> bool:
    """True for a short name with a digit, which is no word: ``a4u``."""
    return (
        MIN_INITIALS <= len(name) < MIN_PRODUCT
        and not name.isalpha()
        and not name.isdigit()
        and name not in environments
    )


def describes(text: str, environments: Collection[str]) -> bool:
    """True if a text is one or two words for environments."""
    return text in environments or any(
        text[:at] in environments and text[at:] in environments for at in range(1, len(text))
    )


def whole_name(label: str, title: IconName) -> str:
    """The name of several words with which a longer label begins: ``acmefitclub`` of ``acmefitclubberlin``."""
    several = len(title.words) > len(title.full) + 1
    long = (name for name in sorted(title.full) if len(name) >= MIN_WHOLE and several)
    return next((name for name in long if label.startswith(name)), "")


def joins_beginnings(label: str, words: AbstractSet[str]) -> bool:
    """True if a label is long beginnings of two words of a name: ``museumhamburg`` of ``Hamburger Museumsverein``."""
    halves = ((label[:at], label[at:]) for at in range(MIN_BEGIN, len(label) - MIN_BEGIN + 1))
    return any(
        any(one.startswith(first) and other.startswith(second) for one in words for other in words - {one})
        for first, second in halves
    )


def project_words(project: str, environments: Collection[str]) -> list[str]:
    """The words of the name of a cloud project, without numbers, what the console added, and words for environments."""
    parts = [part for part in _SEPARATORS.split(project.lower()) if part]
    if len(parts) > 1 and _SUFFIX.fullmatch(parts[-1]):
        parts.pop()
    return [part for part in parts if part not in environments and not part.isdigit()]
