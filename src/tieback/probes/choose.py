"""Which probe to try first, so that a store on an odd port is recognised too."""

from tieback.probes import PROBES
from tieback.probes.interface import Probe

WEB = "http"
"""Service of a candidate whose URL says HTTP and nothing more: only stores that speak HTTP can answer there."""


def order(service: str | None, port: int) -> tuple[Probe, ...]:
    """Every probe, the likeliest first: the one of the hinted service, then those of the port, then the rest.

    For ``http`` only those that speak it.

    Args:
        service: product that the evidence implies, or ``None``.
        port: TCP port.
    """

    def rank(probe: Probe) -> int:
        if service is not None and service.lower() in (*probe.meta.services, *probe.meta.products):
            return 0
        return 1 if port in probe.meta.ports else 2

    speaking = [probe for probe in PROBES if service != WEB or WEB in probe.meta.services]
    return tuple(sorted(speaking, key=rank))
