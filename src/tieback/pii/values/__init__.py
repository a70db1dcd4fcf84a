"""Values become classes of personal data; joined with names they become one verdict a column."""

from tieback.pii.values.detector import ValueDetector
from tieback.pii.values.joint import classify_columns

__all__ = ["ValueDetector", "classify_columns"]
