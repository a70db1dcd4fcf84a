"""Fields of the requests of known tracking services, from ``trackers.toml`` (facts of TrackHAR, CC0-1.0).

A request of a service is recognised by its address, and a field by the end of its path in the payload, wherever the
payload is nested: query, form, JSON, base64.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cached_property
from importlib import resources

import msgspec

from tieback.leaks.identifiers import load_identifiers
from tieback.model.flow import CleartextSample

NO_DATA = "none"
"""Property of fields that contain no personal data."""
MAX_HOSTS = 4096
"""Hosts whose services are remembered."""
MAX_REQUESTS = 32
_REQUEST = re.compile(rb"[A-Z]{3,8} (/[^ \r\n?#]{0,1024})")
_PARTS = re.compile(r"[^.\[\]:]+")
_CODING = re.compile(r"\([^)]*\)")


class _Tracker(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    name: str
    owner: str
    urls: tuple[str, ...]
    fields: dict[str, tuple[str, ...]]
    no: tuple[str, ...] = msgspec.field(name="not", default=())

    @cached_property
    def hosts(self) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{url.partition('/')[0]})" for url in self.urls))

    @cached_property
    def addresses(self) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{url.rstrip('/')})" for url in self.urls))

    @cached_property
    def by_end(self) -> dict[str, list[tuple[tuple[str, ...], str]]]:
        """Path and property of each field, by the last part of its path."""
        found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name, places in self.fields.items():
            for place in places:
                parts = tuple(_PARTS.findall(place))
                found.setdefault(parts[-1], []).append((parts, name))
        return found


class _Trackers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    tracker: tuple[_Tracker, ...]


class TrackerField(msgspec.Struct, frozen=True, gc=False):
    """What the field of a tracking service is."""

    tracker: str
    pii_class: str
    """Empty if the field contains no personal data."""
    kind: str
    no: tuple[str, ...]
    """Values that are none."""


class RequestTrackers:
    """The services that the requests of one flow belong to."""

    def __init__(self, trackers: Iterable[_Tracker]) -> None:
        self._trackers = tuple(trackers)

    def __bool__(self) -> bool:
        return bool(self._trackers)

    def field(self, where: str) -> TrackerField | None:
        """The documented field at a place; ``None`` if no service documents one there."""
        if not self._trackers:
            return None
        source, _, path = _CODING.sub("", where).partition(":")
        parts = tuple(_PARTS.findall(path))
        if source in {"header", "cookie"}:
            parts = (source, *parts)
        for tracker in self._trackers:
            for ending, name in tracker.by_end.get(parts[-1], ()) if parts else ():
                if parts[-len(ending) :] == ending and (source not in {"header", "cookie"} or len(ending) > 1):
                    pii_class, kind = load_identifiers().property.get(name, ("", ""))
                    return TrackerField(tracker.name, pii_class, kind, tracker.no)
        return None


_NONE = RequestTrackers(())


class Trackers:
    """All services. The data is read at the first look-up."""

    def __init__(self) -> None:
        self._by_host: dict[str, tuple[_Tracker, ...]] = {}

    @cached_property
    def _every(self) -> tuple[_Tracker, ...]:
        text = resources.files("tieback.leaks").joinpath("trackers.toml").read_text(encoding="utf-8")
        return msgspec.convert(tomllib.loads(text), _Trackers).tracker

    def of(self, host: str, samples: Iterable[CleartextSample]) -> RequestTrackers:
        """The services of the requests in samples.

        Args:
            host: canonical name of the server.
            samples: what the app sent.
        """
        known = self._of_host(host) if host else ()
        if not known:
            return _NONE
        addresses = [f"{host}{path}".rstrip("/") for path in _paths(samples)]
        return RequestTrackers(one for one in known if any(map(one.addresses.fullmatch, addresses)))

    def _of_host(self, host: str) -> tuple[_Tracker, ...]:
        known = self._by_host.get(host)
        if known is None:
            if len(self._by_host) >= MAX_HOSTS:
                self._by_host.clear()
            known = self._by_host[host] = tuple(one for one in self._every if one.hosts.fullmatch(host))
        return known


def _paths(samples: Iterable[CleartextSample]) -> Iterator[str]:
    for sample in samples:
        if sample.kind == "http" and sample.direction == "out":
            for count, found in enumerate(_REQUEST.finditer(sample.data)):
                if count >= MAX_REQUESTS:
                    return
                yield found[1].decode("latin-1")
