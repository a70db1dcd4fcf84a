"""What a run knows of its endpoints before probing, and what it knows after."""

import msgspec

from tieback.pipeline.mapping.backends import MappedBackends
from tieback.pipeline.mapping.traffic_apps import TrafficApp
from tieback.pipeline.probing.candidates import Candidates
from tieback.storage.lake.tables.apps import Keys


class RunEndpoints(msgspec.Struct, frozen=True):
    """The sources of a run's endpoints."""

    units: Keys
    traffic: tuple[TrafficApp, ...] = ()


class ScanTargets(msgspec.Struct, frozen=True):
    """The results of mapping and probing."""

    mapped: MappedBackends
    wanted: Candidates | None = None
    """The candidates of the run; ``None`` without a grant."""
    before: int = 0
    """Number of targets that this run has probed before it was stopped."""
