"""What a scan did not do again, because an earlier run of the workspace has done it."""

from collections import Counter

import msgspec

from tieback.model.count_text import count_text
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS
from tieback.storage.lake.tables.inputs import Inputs


class TakenOver(msgspec.Struct, frozen=True, kw_only=True):
    """The results of earlier runs in a scan."""

    apps: int = 0
    """Apps that an earlier run has read."""
    of_apps: int = 0
    """All apps that were read."""
    captures: int = 0
    """Captures that an earlier run has read."""
    of_captures: int = 0
    """All captures that were read."""
    targets: int = 0
    """Targets that this run has probed before it was stopped."""

    @property
    def text(self) -> str:
        """``3 of 5 apps and 1 of 1 capture`` with what became of them, as one line; empty if all is new."""
        counts = ((self.apps, self.of_apps, "app"), (self.captures, self.of_captures, "capture"))
        read = [f"{count:,} of {count_text(total, noun)}" for count, total, noun in counts if count]
        parts = [f"taken over from an earlier run, and not read again: {' and '.join(read)}"] if read else []
        if self.targets:
            parts.append(f"resuming: {count_text(self.targets, 'target was', 'targets were')} probed before the stop")
        return "; ".join(parts)


def taken_over(inputs: Inputs, done: Counter[str]) -> TakenOver:
    """The apps and captures that were read, and how many of them before this scan.

    Args:
        inputs: all inputs of the scan; those with the same content count once.
        done: number of units that were read now, by version of the analysis.
    """
    read, before = Counter[bool](), Counter[bool]()
    for version, count in inputs.count_by_version().items():
        of_traffic = version.startswith(TRAFFIC_ANALYSIS)
        read[of_traffic] += count
        before[of_traffic] += max(count - done[version], 0)
    return TakenOver(apps=before[False], of_apps=read[False], captures=before[True], of_captures=read[True])
