"""Data stores identified by their payload, on any port: one file per protocol; ``choose`` selects the verdict."""
