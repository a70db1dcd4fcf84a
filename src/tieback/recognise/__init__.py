"""Bytes and strings become endpoints, cloud identifiers and credentials: anchors, verifiers, rules as data."""
