"""App packages: each is opened as artifacts, bounded buffers with their origin."""

ARTIFACT_VERSION = "22"
"""Part of the key of a unit of work; increased when the same file yields other artifacts."""
