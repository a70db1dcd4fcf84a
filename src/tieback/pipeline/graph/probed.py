"""Whether a run probed a back end."""

from collections.abc import Collection

from tieback.backends.normalise import host_of
from tieback.model.endpoint import Endpoint, EndpointKind


def is_probed(name: str, at: str, probed: Collection[tuple[str, str]]) -> bool:
    """True if a target was at the host of a back end, and, for a resource at a shared host, was the resource.

    Args:
        name: name of the back end: its host, or a cloud resource.
        at: its host; for a resource, the shared host. May be empty.
        probed: the targets of the run, from ``probed_targets``; with those of ``targets_with_verdict``, whether one of
            them gave a result.
    """
    if name == at:
        return (name, "") in probed
    resource = name.partition(":")[2].partition("/")[0]
    host = at or host_of(Endpoint(EndpointKind.CLOUD, name, "", "", None, ""))
    return (host, "" if resource.lower() in host else resource) in probed
