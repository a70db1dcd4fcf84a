"""Live captures of a list of apps: what became of each app."""

from enum import StrEnum

import msgspec


class BatchState(StrEnum):
    """What became of an app of the list."""

    DONE = "done"
    """Captured from start to end."""
    FAILED = "failed"
    """Its run failed, for the given reason; run again only if requested."""
    INTERRUPTED = "interrupted"
    """Its run began and was stopped, killed, or lost the device; the same command runs it again."""
    NOT_STARTED = "not_started"


class BatchApp(msgspec.Struct, frozen=True):
    """An app of the list."""

    app: str
    """As in the list: package name, or path of the APK."""
    package: str
    """Package name; empty if it is not known yet."""
    state: BatchState
    """How far the app is."""
    reason: str = ""
    """Why it failed or was interrupted."""
    path: str = ""
    """File with the flows; empty if there is none."""
    flows: int = 0
    """Number of flows in its file."""
    refused: int = 0
    """Servers for which the app rejected the proxy's certificate."""
    start: float = 0.0
    """Seconds since 1970, UTC; 0 if it was not started."""
    end: float = 0.0
    """Seconds since 1970, UTC; 0 if it did not end."""
    fresh: bool | None = None
    """True if the run installed the app; false if the app was on the device before, with its data; ``None`` without a
    device."""


class CaptureBatch(msgspec.Struct, frozen=True):
    """The last line of ``tieback capture --apps LIST --format json``."""

    list: str
    """Path of the list."""
    done: int
    """Number of apps that are done."""
    failed: int
    """Number of apps that failed."""
    interrupted: int
    """Number of apps whose run was interrupted."""
    not_started: int
    """Number of apps that were not started."""
    apps: tuple[BatchApp, ...]
    """In the order of the list."""
    manifest: str
    """Manifest of the apps and captures that are done, for ``tieback scan --manifest``; empty if there are none."""
    stopped: str = ""
    """Why the batch ended before the last app; empty if it did not."""
