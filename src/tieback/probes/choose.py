"""Which probe to try first, so that a store on an odd port is recognised too."""

from functools import lru_cache

from tieback.probes import PROBES
from tieback.probes.interface import NoteReader, Probe, Sampler

WEB = "http"
"""Service of a candidate whose URL says HTTP and nothing more: only stores that speak HTTP can answer there."""
_UNLIKELY = 3
_WEB_PORTS = (80, 443, 8080, 8443)
"""Where what a cloud's host implies speaks HTTP, unless its own probe says otherwise."""


@lru_cache(maxsize=4096)
def order(service: str | None, port: int) -> tuple[Probe, ...]:
    """The probes worth trying, the likeliest first: by the hinted service, then by the port, then the rest.

    Stores that speak HTTP are tried where the hint or a telling port speaks for them; elsewhere the finder asks for all
    of them at once. For ``http`` only what speaks it, and at 443 and its like also for services that no probe answers
    for, or one that speaks HTTP itself.

    Args:
        service: product that the evidence implies, or ``None``; it reaches a probe by the probe's ``meta.services``.
        port: TCP port.
    """
    hinted = [probe.meta for probe in PROBES if service is not None and service.lower() in _claims(probe)]
    if service is not None and port in _WEB_PORTS and not hinted:
        service = WEB
    web_only = service == WEB or (port in _WEB_PORTS and bool(hinted) and all(meta.web for meta in hinted))
    ranked = [(_rank(probe, service, port), probe) for probe in PROBES]
    kept = [
        (rank, probe)
        for rank, probe in ranked
        if (rank < _UNLIKELY or not probe.meta.web) and (not web_only or probe.meta.web or WEB in probe.meta.services)
    ]
    return tuple(probe for _, probe in sorted(kept, key=lambda one: one[0]))


def named(name: str) -> Probe | None:
    """The probe of that name."""
    return next((probe for probe in PROBES if probe.meta.name == name), None)


def _claims(probe: Probe) -> tuple[str, ...]:
    return (*probe.meta.services, *probe.meta.products)


def note_reader(name: str) -> NoteReader | None:
    """The probe of that name where it can read a ransom note."""
    probe: object = named(name)
    return probe if isinstance(probe, NoteReader) else None


def sampler(name: str) -> Sampler | None:
    """The probe of that name where it can read a few records."""
    probe: object = named(name)
    return probe if isinstance(probe, Sampler) else None


def _rank(probe: Probe, service: str | None, port: int) -> int:
    meta = probe.meta
    if service is not None and service.lower() in _claims(probe) and service != WEB:
        # A product that answers by two protocols has a port for each.
        return 0 if port in meta.ports else 1
    return 2 if port in meta.ports and meta.pivot else _UNLIKELY
