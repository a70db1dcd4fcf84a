"""Traffic readers: captures, archives and logs become flows."""

TRAFFIC_VERSION = "9"
"""Part of the key of a unit of work; increased when the same file yields other flows."""
