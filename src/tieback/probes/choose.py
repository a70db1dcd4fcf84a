"""Order of the probes for a port, so that a store on a non-standard port is recognised too."""

from functools import lru_cache

from tieback.probes import PROBES
from tieback.probes.interface import NoteReader, Probe, Sampler

WEB = "http"
"""Service of a candidate whose URL states HTTP and no product: only stores that speak HTTP can be there."""
_UNLIKELY = 3
_WEB_PORTS = (80, 443, 8080, 8443)
"""Ports on which a service implied by a cloud host name speaks HTTP, unless the service's probe states otherwise."""


@lru_cache(maxsize=4096)
def order_probes(service: str | None, port: int, *, below_path: bool = False) -> tuple[Probe, ...]:
    """Probes worth trying, the likeliest first: by the hinted service, then by the port, then the rest.

    Stores that speak HTTP have their own place only if the hint or a port specific to the store points to them.
    Otherwise the finder covers all of them at once. For the service ``http``, only probes of HTTP are returned. On
    ports 80, 443, 8080 and 8443 the same applies if no probe covers the service, or if its probe speaks HTTP.

    Args:
        service: product that the evidence implies, or ``None``; matched with ``meta.services`` and ``meta.products``.
        port: TCP port.
        below_path: whether the store is below a path of an HTTP server, so that only HTTP is spoken there.
    """
    hinted = [probe.meta for probe in PROBES if service is not None and service.lower() in _claims(probe)]
    if service is not None and (port in _WEB_PORTS or below_path) and not hinted:
        service = WEB
    web_hint = port in _WEB_PORTS and bool(hinted) and all(meta.web for meta in hinted)
    web_only = below_path or service == WEB or web_hint
    ranked = [(_rank(probe, service, port), probe) for probe in PROBES]
    kept = [
        (rank, probe)
        for rank, probe in ranked
        if (rank < _UNLIKELY or not probe.meta.web) and (not web_only or probe.meta.web or WEB in probe.meta.services)
    ]
    return tuple(probe for _, probe in sorted(kept, key=lambda one: one[0]))


def probe_named(name: str) -> Probe | None:
    """The probe with that name, or ``None``."""
    return next((probe for probe in PROBES if probe.meta.name == name), None)


def _claims(probe: Probe) -> tuple[str, ...]:
    return (*probe.meta.services, *probe.meta.products)


def note_reader(name: str) -> NoteReader | None:
    """The probe with that name if it can read a ransom note, else ``None``."""
    probe: object = probe_named(name)
    return probe if isinstance(probe, NoteReader) else None


def sampler(name: str) -> Sampler | None:
    """The probe with that name if it can read a few records, else ``None``."""
    probe: object = probe_named(name)
    return probe if isinstance(probe, Sampler) else None


def _rank(probe: Probe, service: str | None, port: int) -> int:
    meta = probe.meta
    if service is not None and service.lower() in _claims(probe) and service != WEB:
        # A product with two protocols has one port per protocol.
        return 0 if port in meta.ports else 1
    return 2 if port in meta.ports and meta.pivot else _UNLIKELY
