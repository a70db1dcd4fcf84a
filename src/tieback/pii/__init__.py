"""Classification of field names and values as personal data."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from tieback.model.pii import Classification, Column
from tieback.pii.interface import Detector
from tieback.pii.names import NameDetector

if TYPE_CHECKING:
    from tieback.userrules.model import FieldWordsRule


def detectors(added: "Sequence[FieldWordsRule]" = ()) -> tuple[Detector, ...]:
    """Every detector, in the order of precedence. A new detector is one file here and one line in this tuple.

    ``added``: words of users (``NameDetector``).
    """
    return (NameDetector(added),)


def classify_names(columns: Iterable[Column | str]) -> Iterator[Classification]:
    """The class of each field by its name and its surroundings; no value is read.

    One verdict per column, in their order and lazily. Class ``none`` with confidence 0 if nothing indicates personal
    data; otherwise a leaf of the taxonomy with a confidence of 0.5 to 1. The evidence contains the phrase and its
    language, the head or type that vetoed it, the table or siblings that supported it, or the note that it is a guess.
    Any text is a valid name; of a name longer than 512 characters only the end is read. The data files are read at the
    first call. A bounded number of verdicts is cached between calls.

    Args:
        columns: columns with table, type and siblings if known, or bare names (``user.contact.email``).

    Returns:
        Classifications, lazily.
    """
    detector = _detector()
    return detector.classify_names(Column(one) if isinstance(one, str) else one for one in columns)


def classify_columns(columns: Iterable[Column]) -> Iterator[Classification]:
    """The class of each column by its values and its name; for grants of depth ``sample`` and for own traffic.

    As ``classify_names``, plus the values: their shapes, check digits, words and distribution, judged for the column as
    a whole. The evidence contains these with counts and one masked form; the values themselves are discarded.
    ``detail`` is the kind, if known: ``bcrypt hash``, ``PL PESEL``. The shapes are compiled at the first call.

    Args:
        columns: columns with values; those without are judged by name. With an empty ``field`` only the values count.

    Returns:
        Classifications, lazily.
    """
    from tieback.pii.values import classify_columns as judged

    return judged(columns, _detector())


@lru_cache(1)
def _detector() -> NameDetector:
    return NameDetector()
