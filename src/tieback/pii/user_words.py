"""Names of fields that rules of users assign to a class. They count only if the built-in words recognise nothing."""

from collections.abc import Iterable

from tieback.model.pii import Classification
from tieback.pii.dtypes import fits, kind_of
from tieback.pii.lexicon import Words, fold_phrase
from tieback.pii.taxonomy import NONE, load_taxonomy
from tieback.userrules.model import FieldWordsRule

_CONFIDENCE = 0.9
_MAX_NAME = 512


class UserWords:
    """The words of all rules, folded as the built-in ones: ``KdNr`` and ``kd_nr`` are equal."""

    def __init__(self, rules: Iterable[FieldWordsRule]) -> None:
        self._known: dict[Words, tuple[str, FieldWordsRule]] = {}
        for rule in rules:
            for text in rule.words:
                words = fold_phrase(text)
                self._known.setdefault(words, (text, rule))
                self._known.setdefault(("".join(words),), (text, rule))
        self._longest = max(map(len, self._known), default=0)

    def classify(self, field: str, dtype: str, *, veto: bool) -> Classification | None:
        """The class of a name, or ``None``.

        Args:
            field: the name.
            dtype: type of the column; empty if unknown.
            veto: true if a built-in word says that the name is about a thing; then only a whole name counts.
        """
        words = fold_phrase(field[-_MAX_NAME:])
        if (glued := ("".join(words),)) in self._known:
            words = glued
        for size in range(min(self._longest, len(words)), 0, -1):
            for at in range(len(words) - size + 1):
                found = self._known.get(words[at : at + size])
                if found is None or (veto and size < len(words)):
                    continue
                text, rule = found
                if not dtype or fits(rule.pii_class, kind_of(dtype)):
                    return Classification(rule.pii_class, _CONFIDENCE, (f"{text!r} of your rule {rule.id}",))
        return None


def words_problem(rule: FieldWordsRule) -> tuple[str, str]:
    """What is wrong with a rule, and the key; empty if nothing is."""
    classes = load_taxonomy()
    if rule.pii_class == NONE or rule.pii_class not in classes:
        return f"`class`: {rule.pii_class!r} is not a class; allowed are {', '.join(classes)}", "class"
    empty = next((text for text in rule.words if not fold_phrase(text)), None)
    return (f"`words`: {empty!r} has no letters", "words") if empty is not None else ("", "")
