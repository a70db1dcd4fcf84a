"""Order of the probes for a port, so that a store on a non-standard port is recognised too."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from tieback.probes import PROBES, WEB_STORES
from tieback.probes.finder import WebFinder
from tieback.probes.interface import NoteReader, Probe, Sampler
from tieback.probes.web import WebStoreProbe

WEB = "http"
"""Service of a candidate whose URL states HTTP and no product: only stores that speak HTTP can be there."""
_UNLIKELY = 3
_WEB_PORTS = (80, 443, 8080, 8443)
"""Ports on which a service implied by a cloud host name speaks HTTP, unless the service's probe states otherwise."""


class ProbeSet:
    """The probes of a run: the built-in ones, and those that users declare.

    A declared probe comes after all built-in ones of its rank, and never has their name.
    """

    def __init__(self, declared: Sequence[WebStoreProbe] = ()) -> None:
        """Put probes together.

        Args:
            declared: probes of users' rules.
        """
        self.declared = tuple(declared)
        self.probes: tuple[Probe, ...] = PROBES
        if declared:
            finder = WebFinder((*WEB_STORES, *declared))
            self.probes = (*(finder if isinstance(one, WebFinder) else one for one in PROBES), *declared)
        self._named = {probe.meta.name: probe for probe in reversed(self.probes)}
        self._order = lru_cache(maxsize=4096)(self._ordered)

    def named(self, name: str) -> Probe | None:
        """The probe with that name, or ``None``."""
        return self._named.get(name)

    def store_ports(self) -> Mapping[str, tuple[int, ...]]:
        """Ports that identify a known store, by the name of the probe for it.

        Ports that many services use, such as 443 and 8080, are left out.
        """
        return {probe.meta.name: probe.meta.ports for probe in self.probes if probe.meta.pivot}

    def ports_of(self, service: str) -> list[int]:
        """Usual ports of a service or product."""
        return [port for probe in self.probes if service in _claims(probe) for port in probe.meta.ports]

    def order(self, service: str | None, port: int, *, below_path: bool = False) -> tuple[Probe, ...]:
        """Probes worth trying, the likeliest first: by the hinted service, then by the port, then the rest.

        Stores that speak HTTP have their own place only if the hint or a port specific to the store points to them.
        Otherwise the finder covers all of them at once. For the service ``http``, only probes of HTTP are returned. On
        ports 80, 443, 8080 and 8443 the same applies if no probe covers the service, or if its probe speaks HTTP.

        Args:
            service: product that the evidence implies, or ``None``; matched with ``meta.services`` and
                ``meta.products``.
            port: TCP port.
            below_path: whether the store is below a path of an HTTP server, so that only HTTP is spoken there.
        """
        return self._order(service, port, below_path)

    def _ordered(self, service: str | None, port: int, below_path: bool) -> tuple[Probe, ...]:
        hinted = [probe.meta for probe in self.probes if service is not None and service.lower() in _claims(probe)]
        if service is not None and (port in _WEB_PORTS or below_path) and not hinted:
            service = WEB
        web_hint = port in _WEB_PORTS and bool(hinted) and all(meta.web for meta in hinted)
        web_only = below_path or service == WEB or web_hint
        ranked = [(_rank(probe, service, port), probe) for probe in self.probes]
        kept = [
            (rank, probe)
            for rank, probe in ranked
            if (rank < _UNLIKELY or not probe.meta.web)
            and (not web_only or probe.meta.web or WEB in probe.meta.services)
        ]
        return tuple(probe for _, probe in sorted(kept, key=lambda one: one[0]))


BUILT_IN = ProbeSet()
"""The probes without rules of users."""


def order_probes(service: str | None, port: int, *, below_path: bool = False) -> tuple[Probe, ...]:
    """As ``ProbeSet.order``, of the built-in probes."""
    return BUILT_IN.order(service, port, below_path=below_path)


def probe_named(name: str) -> Probe | None:
    """The built-in probe with that name, or ``None``."""
    return BUILT_IN.named(name)


def _claims(probe: Probe) -> tuple[str, ...]:
    return (*probe.meta.services, *probe.meta.products)


def note_reader(name: str) -> NoteReader | None:
    """The built-in probe with that name if it can read a ransom note, else ``None``."""
    probe: object = BUILT_IN.named(name)
    return probe if isinstance(probe, NoteReader) else None


def sampler(name: str) -> Sampler | None:
    """The built-in probe with that name if it can read a few records, else ``None``."""
    probe: object = BUILT_IN.named(name)
    return probe if isinstance(probe, Sampler) else None


def _rank(probe: Probe, service: str | None, port: int) -> int:
    meta = probe.meta
    if service is not None and service.lower() in _claims(probe) and service != WEB:
        # A product with two protocols has one port per protocol.
        return 0 if port in meta.ports else 1
    return 2 if port in meta.ports and meta.pivot else _UNLIKELY
