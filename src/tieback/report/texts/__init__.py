"""The wording that all human-readable formats share, by subject."""
