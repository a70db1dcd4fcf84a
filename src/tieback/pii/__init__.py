"""Field names and values become classes of personal data."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from tieback.model.pii import Classification, Column
from tieback.pii.interface import Detector
from tieback.pii.names import NameDetector


def detectors() -> tuple[Detector, ...]:
    """Every detector, in the order of precedence. A new one is one file here and one line in this tuple."""
    return (NameDetector(),)


def classify_names(columns: Iterable[Column | str]) -> Iterator[Classification]:
    """The class of each field by its name and what surrounds it; no value is read.

    One verdict a column, in their order, while they are read: class ``none`` with confidence 0 where nothing speaks of
    personal data, else a leaf of the taxonomy with a confidence of 0.5 to 1. The evidence says which phrase of which
    language it was, which head or type vetoed it, which table or siblings helped, or that it is only guessed. Any text
    is a name: what is longer than 512 characters is read from its end. The data files are read at the first call, and
    a bounded number of verdicts is remembered between calls.

    Args:
        columns: columns with table, type and siblings where they are known, or bare names (``user.contact.email``).

    Returns:
        Classifications, lazily.
    """
    detector = _detector()
    return detector.classify_names(Column(one) if isinstance(one, str) else one for one in columns)


def classify_columns(columns: Iterable[Column]) -> Iterator[Classification]:
    """The class of each column by its values, joined with its name; for grants of depth ``sample`` and own traffic.

    As ``classify_names``, and what the values are: their shapes, check digits, words and spread, judged for the column
    as a whole. The evidence says which, with counts and one masked form; the values themselves are let go of.
    ``detail`` is the kind where it is known: ``bcrypt hash``, ``PL PESEL``. The shapes are compiled at the first call.

    Args:
        columns: with values; those without are judged by name. An empty ``field`` leaves it to the values alone.

    Returns:
        Classifications, lazily.
    """
    from tieback.pii.values import classify_columns as judged

    return judged(columns, _detector())


@lru_cache(1)
def _detector() -> NameDetector:
    return NameDetector()
