"""Placeholder values: test cards, ``test@test``, lorem ipsum. They belong to no person.

The lists are in ``vocabulary.toml``. A reserved domain (RFC 2606) does not make an address a placeholder, because
synthetic records of persons have such addresses too.
"""

import re
from collections.abc import Sequence

from tieback.pii.values.text import Vocabulary

ENOUGH = 0.9
"""Least share of a column's distinct values that makes it a column of placeholders."""
MAX_WORDS = 64

_BETWEEN = re.compile(r"[ -]")
_NUMBERED = re.compile(r"[0-9]{1,3}$")
_LETTERS = re.compile(r"[a-z]+")


def placeholder_share(values: Sequence[str], words: Vocabulary) -> float:
    """The share of the values that are placeholders; 0 if the first one is not."""
    if not is_placeholder(values[0], words):
        return 0.0
    return sum(is_placeholder(value, words) for value in values) / len(values)


def is_placeholder(value: str, words: Vocabulary) -> bool:
    """True if a value is a published test card of a payment service, a dummy address, or filler text."""
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
