"""Classification of personal data by values, combined with names into one verdict per column."""

from tieback.pii.values.combine import classify_columns, is_checked_name
from tieback.pii.values.detector import ValueDetector

__all__ = ["ValueDetector", "classify_columns", "is_checked_name"]
