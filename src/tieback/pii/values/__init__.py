"""Classification of personal data by values, combined with names into one verdict per column."""

from tieback.pii.values.detector import ValueDetector
from tieback.pii.values.joint import classify_columns

__all__ = ["ValueDetector", "classify_columns"]
