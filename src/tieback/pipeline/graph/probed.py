"""Whether a run probed a back end, and whether it got a result there."""

from collections.abc import Collection

import msgspec

from tieback.backends.normalise import host_of
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.probe import Outcome
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.queries.page_counts import hosts_without_answer, probed_targets, targets_with_verdict


class ProbedPlaces(msgspec.Struct, frozen=True):
    """The hosts and resources that a run probed. Use ``probed_places``.

    Each method has the name of a back end (its host, or a cloud resource), and its host: for a resource, the host that
    many customers share. It may be empty.
    """

    targets: frozenset[tuple[str, str]]
    """As ``probed_targets``."""
    decided: frozenset[tuple[str, str]]
    """Those with a verdict, as ``targets_with_verdict``."""
    quiet: dict[str, tuple[int, bool]]
    """As ``hosts_without_answer``."""

    def __bool__(self) -> bool:
        return bool(self.targets)

    def is_probed(self, name: str, at: str) -> bool:
        """True if the run probed a target there."""
        return is_probed(name, at, self.targets)

    def is_silent(self, name: str, at: str) -> bool:
        """True if it was probed without a result: nothing there gave one, or not the port that an endpoint names."""
        if not self.is_probed(name, at):
            return False
        return not is_probed(name, at, self.decided) or (name == at and self.quiet.get(name, (0, False))[1])

    def without_answer(self, name: str, at: str) -> int:
        """Number of its ports that gave no result."""
        return self.quiet.get(name, (0, False))[0] if name == at else 0


def probed_places(lake: Lake, run: str) -> ProbedPlaces:
    """What a run probed.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    targets = probed_targets(lake, run, Outcome.OUT_OF_SCOPE)
    if not targets:
        return ProbedPlaces(targets, frozenset(), {})
    return ProbedPlaces(targets, targets_with_verdict(lake, run), hosts_without_answer(lake, run, Outcome.OUT_OF_SCOPE))


def is_probed(name: str, at: str, probed: Collection[tuple[str, str]]) -> bool:
    """True if a target was at the host of a back end, and, for a resource at a shared host, was the resource.

    Args:
        name: name of the back end: its host, or a cloud resource.
        at: its host; for a resource, the shared host. May be empty.
        probed: the targets of the run, from ``probed_targets``.
    """
    if name == at:
        return (name, "") in probed
    resource = name.partition(":")[2].partition("/")[0]
    host = at or host_of(Endpoint(EndpointKind.CLOUD, name, "", "", None, ""))
    return (host, "" if resource.lower() in host else resource) in probed
