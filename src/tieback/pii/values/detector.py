"""Classification by values: shapes, check digits and words of each value, then a vote over the column.

Only at depth ``sample``. Values are read and discarded; only counts and one masked form remain.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from tieback.model.pii import Classification, ClassificationBasis, Column
from tieback.pii.interface import DetectorMeta
from tieback.pii.values.column_scan import EMPTY_SCAN, ClassCandidate, ColumnScan
from tieback.pii.values.mask import usual_mask
from tieback.pii.values.nested import may_be_document, read_leaves
from tieback.pii.values.placeholders import ENOUGH, placeholder_share
from tieback.pii.values.rules import from_forms, from_national, from_sets, from_shapes
from tieback.pii.values.scan import MAX_LENGTH, ShapeScanner
from tieback.pii.values.text import TextReader, load_vocabulary
from tieback.pii.values.words import from_words

MAX_VALUES = 400
"""Most values of a column that are read: the first ones."""
PLACEHOLDERS = "test data"
THRESHOLD = 0.8
"""Least confidence of a class that is based only on values."""

CLASSES = (
    "password", "secret_token", "email", "phone", "username", "person_name", "postal_address", "geo_location", "travel",
    "payment_card", "bank_account", "national_id", "birth", "demographic", "health", "biometric_media", "device_id",
    "ip_address", "vehicle", "employment",
)  # fmt: skip


class ValueDetector:
    """Classifies columns by their values. Compiles its shapes at first use; for one thread at a time."""

    def __init__(self, this_year: int | None = None) -> None:
        """Create a detector.

        Args:
            this_year: the last possible year of birth; the current year by default.
        """
        self.meta = DetectorMeta(name="values", version="1", classes=CLASSES, reads_values=True)
        self._this_year = this_year
        self._scanner: ShapeScanner | None = None
        self._reader: TextReader | None = None

    def classify(self, column: Column) -> Iterator[Classification]:
        """Classes of one column, best first; empty if the values prove nothing."""
        look = self.scan(column.values)
        for candidate in look.candidates:
            if candidate.sure >= THRESHOLD:
                said = evidence(candidate, look)
                yield Classification(
                    candidate.pii_class, round(candidate.sure, 3), said, candidate.kind, ClassificationBasis.VALUE
                )

    def scan(self, values: Iterable[str], *, depth: int = 0) -> ColumnScan:
        """All observations about the values.

        Args:
            values: values of one column; only the first ``MAX_VALUES`` are read, and the first ``MAX_LENGTH``
                characters of each.
            depth: nesting depth of the column in documents; documents in documents are not opened.
        """
        distinct, seen, nested = self._clean(values)
        if not distinct:
            return EMPTY_SCAN
        if self._scanner is None:
            self._scanner = ShapeScanner()
        if self._reader is None:
            self._reader = TextReader()
        hits = self._scanner.scan(distinct)
        forms: dict[str, float] = {}
        candidates = list(from_shapes(self._scanner, hits, distinct, forms))
        candidates += from_national(self._scanner, hits, distinct)
        candidates += from_sets(load_vocabulary(), distinct, forms)
        year = self._this_year or datetime.now(UTC).year
        candidates += from_forms(self._scanner, hits, distinct, forms, year)
        if not candidates:
            candidates += from_words(self._reader, distinct, seen, forms)
        if nested and depth == 0:
            candidates += self._inside(nested)
        forms[PLACEHOLDERS] = placeholder_share(distinct, load_vocabulary())
        if forms[PLACEHOLDERS] >= ENOUGH:
            candidates = []
        candidates.sort(key=lambda candidate: -candidate.sure)
        return ColumnScan(seen, len(distinct), usual_mask(distinct[:9]), tuple(_once(candidates)), forms)

    def _clean(self, values: Iterable[str]) -> tuple[list[str], int, list[str]]:
        """Distinct values that are not blank, cut and on one line; the number of all; documents unchanged."""
        blank = load_vocabulary().blank
        distinct: dict[str, None] = {}
        documents: list[str] = []
        seen = 0
        for count, value in enumerate(values):
            if count >= MAX_VALUES:
                break
            if len(value) > MAX_LENGTH:
                if value[0] in "{[":
                    documents.append(value)
                value = value[:MAX_LENGTH]  # noqa: PLW2901 - nothing may use the whole any more
            value = value.strip()  # noqa: PLW2901
            if len(value) < 12 and value.lower() in blank:
                continue
            seen += 1
            if "\n" in value:
                value = value.replace("\n", " ")  # noqa: PLW2901 - line feeds part the values in the scan
            if (value[0] in "{[<" or "=" in value) and may_be_document(value):
                documents.append(value)
            distinct[value] = None
        return list(distinct), seen, documents if len(documents) * 2 >= len(distinct) else []

    def _inside(self, documents: Sequence[str]) -> Iterator[ClassCandidate]:
        for texts in read_leaves(documents).values():
            for inner in self.scan(texts, depth=1).candidates:
                if inner.sure >= 0.9:
                    how = f"{inner.how}, in documents"
                    yield ClassCandidate(inner.pii_class, inner.sure - 0.02, inner.kind, how, inner.hits)


def evidence(candidate: ClassCandidate, look: ColumnScan) -> tuple[str, ...]:
    """The evidence for reports: kind, counts, and the masked form of the values."""
    return (
        f"values: {candidate.kind} ({candidate.how})",
        f"n_seen={look.seen} n_distinct={look.distinct} n_hit={candidate.hits}",
        f"form {look.mask}",
    )


def _once(candidates: Iterable[ClassCandidate]) -> Iterator[ClassCandidate]:
    """The best candidate of each class."""
    known: set[str] = set()
    for candidate in candidates:
        if candidate.pii_class not in known:
            known.add(candidate.pii_class)
            yield candidate
