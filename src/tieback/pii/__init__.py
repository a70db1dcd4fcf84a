"""Field names and values become classes of personal data."""
