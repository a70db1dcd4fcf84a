"""Data stores told by their payload, on any port: one file a protocol; ``choose`` picks the verdict."""
