"""Combine the evidence of names and values.

Proof from values (a check digit, a token's format) counts for any field name. Weak evidence from values (words, a
distribution) yields to a name with a meaning, also to a name that excludes the class. A name does not count if the
values cannot belong to its class: Boolean values are not passwords, words are not e-mail addresses.

Some names have several meanings, and a check digit decides which one counts: ``pan`` is the number of a card, or that
of an Indian taxpayer.
"""

import re
from collections.abc import Iterable, Iterator

from tieback.model.pii import Classification, ClassificationBasis, Column
from tieback.pii.names import NameDetector
from tieback.pii.taxonomy import NONE
from tieback.pii.values.column_scan import ClassCandidate, ColumnScan
from tieback.pii.values.detector import MAX_VALUES, PLACEHOLDERS, THRESHOLD, ValueDetector, evidence
from tieback.pii.values.placeholders import ENOUGH
from tieback.pii.values.possible import is_possible
from tieback.pii.values.text import load_vocabulary

STRONG = 0.9
TEST_DATA_FACTOR = 0.7
"""Factor for the confidence of a name if the values are test data."""
CHECKED = 0.95
"""Least confidence of an ambiguous name with values that pass a check."""
WEAK_NAME = 0.8
"""A name with at most this confidence needs support from the values, if there are any."""

_SEPARATORS = re.compile(r"[^0-9a-z]+")
_NUMBERS = frozenset(
    {"birth", "payment_card", "pin_otp", "health", "financial", "person_id", "demographic", "retail", "postal_address"}
    | {"geo_location", "employment", "travel"}
)
_MOMENTS = frozenset({"birth", "travel", "health", "employment", "retail", "payment_card"})
_ADDRESSES = frozenset({"biometric_media", "message_content", "username", "secret_token", "retail", "health", "travel"})
_DECIMALS = frozenset({"financial", "geo_location", "health", "birth", "retail", "travel", "employment", "demographic"})
_WITHOUT_RANDOM = frozenset({"phone", "birth", "financial", "geo_location", "person_name", "postal_address"})


def classify_columns(
    columns: Iterable[Column], names: NameDetector | None, values: ValueDetector | None = None
) -> Iterator[Classification]:
    """One verdict per column, in their order; class ``none`` if nothing was recognised.

    Args:
        columns: columns with their values; each column's values are discarded after its verdict.
        names: detector of names; ``None`` to use only values.
        values: detector of values; a new one by default.
    """
    detector = values or ValueDetector()
    for column in columns:
        name = next(names.classify_names((column,))) if names is not None else Classification(NONE, 0.0)
        look = detector.scan(column.values)
        checked = _by_check(column.field, look) if names is not None else None
        verdict = checked or _join(name, look)
        by_name = verdict.pii_class != NONE and verdict.basis is ClassificationBasis.NAME
        if by_name and look.seen and _is_something_else(verdict.pii_class, column):
            reason = f"values of the form {look.mask} do not fit {verdict.pii_class}"
            verdict = Classification(NONE, 0.0, (*verdict.evidence, reason))
        yield verdict


def _is_something_else(pii_class: str, column: Column) -> bool:
    values = (value for value in column.values[:MAX_VALUES] if value.strip())
    return not any(is_possible(pii_class, column.field, value) for value in values)


def is_checked_name(field: str) -> bool:
    """True if the name has several meanings, of which a check of the values decides one.

    Args:
        field: a name; of a path, its last part counts.
    """
    plain = _plain(field)
    return any(plain in names for names in load_vocabulary().checked_name.values())


def _plain(field: str) -> str:
    return _SEPARATORS.sub("", field.rpartition(".")[2].lower())


def _by_check(field: str, look: ColumnScan) -> Classification | None:
    """The class of an ambiguous name if all values pass the check of this class: a few are enough."""
    plain = _plain(field)
    for one in look.candidates:
        named = plain in load_vocabulary().checked_name.get(one.pii_class, ())
        if named and one.proof and one.hits == look.distinct:
            said = (*evidence(one, look), f"name {plain!r}")
            return Classification(one.pii_class, max(one.sure, CHECKED), said, one.kind, ClassificationBasis.VALUE)
    return None


def _join(name: Classification, look: ColumnScan) -> Classification:
    best = look.candidates[0] if look.candidates else None
    if not look.seen:
        return name
    if look.forms.get(PLACEHOLDERS, 0.0) >= ENOUGH:
        sure = round(name.confidence * TEST_DATA_FACTOR, 3)
        return Classification(name.pii_class, sure, (*name.evidence, "values: test data"), name.detail)
    if best is not None and best.sure >= STRONG:
        if best.proof and not _name_knows_better(name, best):
            return _by_value(name, best, look)
        same = next((c for c in look.candidates if c.pii_class == name.pii_class), None)
        if same is not None:
            return _by_value(name, same, look)
        if name.pii_class == NONE and not name.evidence:
            return _by_value(name, best, look)
        if name.pii_class == NONE or (name.confidence < STRONG and fits(name.pii_class, look)):
            # A weak name against words: a column of cities named ``name`` is about places, one named ``status`` is not.
            return name if name.pii_class == NONE else _by_value(name, best, look)
    if name.pii_class != NONE:
        if not fits(name.pii_class, look):
            if best is not None and best.sure >= STRONG:
                return _by_value(name, best, look)
            reason = f"values of the form {look.mask} do not fit {name.pii_class}"
            return Classification(NONE, 0.0, (*name.evidence, reason))
        if name.confidence <= WEAK_NAME and not _supports(name.pii_class, look):
            return Classification(NONE, 0.0, (*name.evidence, "the values do not support the weak name"))
        return Classification(
            name.pii_class, name.confidence, (*name.evidence, f"n_seen={look.seen}", f"form {look.mask}"), name.detail
        )
    if best is not None and best.sure >= THRESHOLD and not name.evidence:
        return _by_value(name, best, look)
    return name


def _name_knows_better(name: Classification, best: ClassCandidate) -> bool:
    """Numbers of ten to fifteen digits pass several checks; a certain name of the same family decides."""
    return best.how == "checksum" and name.confidence >= STRONG and name.pii_class in {
        "national_id", "payment_card", "device_id", "bank_account", "phone", "vehicle", "health"
    } and best.pii_class != name.pii_class  # fmt: skip


def _by_value(name: Classification, best: ClassCandidate, look: ColumnScan) -> Classification:
    sure, said = best.sure, evidence(best, look)
    if name.pii_class == best.pii_class:
        sure = min(0.995, 1 - (1 - sure) * (1 - name.confidence))
        said = (*said, *name.evidence)
    return Classification(best.pii_class, round(sure, 3), said, best.kind, ClassificationBasis.VALUE)


def fits(pii_class: str, look: ColumnScan) -> bool:
    """True if values of these forms can belong to the class."""
    forms = look.forms.get
    if forms("truth value", 0.0) == 1.0 and look.seen > 2:
        return pii_class in {"demographic", "health"}
    if forms("small number", 0.0) >= 0.95:
        return pii_class in _NUMBERS
    if forms("time stamp", 0.0) >= 0.9:
        return pii_class in _MOMENTS
    if forms("URL", 0.0) >= 0.9:
        return pii_class in _ADDRESSES and (pii_class != "biometric_media" or forms("image address", 0.0) >= 0.5)
    if (
        forms("decimal number", 0.0) >= 0.9
        and forms("date", 0.0) < 0.5
        and forms("national number, written", 0.0) < 0.5
    ):
        return pii_class in _DECIMALS
    if forms("UUID", 0.0) >= 0.9:
        return pii_class not in _WITHOUT_RANDOM
    match pii_class:
        case "email":
            return forms("e-mail address", 0.0) >= 0.2 or forms("hexadecimal", 0.0) >= 0.5
        case "ip_address":
            return look.share("IPv4 address", "IPv6 address", "whole number", "hexadecimal") >= 0.2
        case "phone":
            return forms("words", 0.0) < 0.5
        case "payment_card":
            return forms("card brand", 0.0) < 0.6
        case _:
            return True


def _supports(pii_class: str, look: ColumnScan) -> bool:
    """True if the values support a class of which the name is not certain."""
    forms = look.forms.get
    match pii_class:
        case "postal_address":
            return forms("country", 0.0) < 0.4 and forms("code", 0.0) < 0.6 and forms("small number", 0.0) < 0.6
        case "employment":
            return forms("trade", 0.0) >= 0.15 and forms("trade", 0.0) > forms("organisation", 0.0)
        case _:
            return True
