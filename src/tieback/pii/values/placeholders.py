"""Values that stand where data will be: test cards, ``test@test``, lorem ipsum. They are about nobody.

The lists are in ``vocabulary.toml``. Addresses of domains that are reserved (RFC 2606) are none by themselves: invented
people have them too.
"""

import re
from collections.abc import Sequence

from tieback.pii.values.text import Vocabulary

ENOUGH = 0.9
"""Share of a column's distinct values from which on it is one of placeholders."""
MAX_WORDS = 64

_BETWEEN = re.compile(r"[ -]")
_NUMBERED = re.compile(r"[0-9]{1,3}$")
_LETTERS = re.compile(r"[a-z]+")


def share(values: Sequence[str], words: Vocabulary) -> float:
    """The share of the values that are placeholders; 0 where the first one is none."""
    if not is_placeholder(values[0], words):
        return 0.0
    return sum(is_placeholder(value, words) for value in values) / len(values)


def is_placeholder(value: str, words: Vocabulary) -> bool:
    """Whether a value is a card that payment services publish for tests, a made-up address, or filler text."""
    lower = value[:400].lower()
    if lower[:1].isdigit():
        return _BETWEEN.sub("", lower) in words.test_card
    user, at, domain = lower.partition("@")
    if at:
        user = _NUMBERED.sub("", user)
        return user in words.test_user and domain.partition(".")[0] in words.test_domain
    said = _LETTERS.findall(lower)[:MAX_WORDS]
    if not said:
        return False
    if len(said) == 1:
        return lower in words.test_word
    return len(said) > 2 and sum(word in words.lorem for word in said) >= 0.7 * len(said)
