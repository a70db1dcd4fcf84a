"""Settings of an app of GoNative (now Median), which shows a web site: libraries that they turn off, and pictures.

The app starts the library of a service only if ``services.NAME.active`` in ``appConfig.json`` is true. The addresses of
pictures in ``styling`` are for the builder, which puts the pictures themselves into the package. Source:
https://github.com/gonativeio/gonative-android (``AppConfig.java``). Bounds: 1 MiB of settings.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from tieback.intake.apps.interface import ArtifactBatch, Bytes, Piece
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Sighting
from tieback.recognise.whole_app.collect import AppFinds

TURNED_OFF = "only in a library that the settings of GoNative turn off"
PICTURE = "only the address from which the builder of the app gets a picture"
MAX_FILE = 1024 * 1024
_FILE = "appConfig.json"
_SERVICES = {
    "analytics": ("analytics.gonative.io",),
    "facebook": ("facebook.com",),
    "oneSignal": ("onesignal.com",),
    "parse": ("parse.com",),
    "push": ("push.gonative.io",),
}
"""The domains of the services; the tool has servers of its own for two of them."""
_ADVERTISEMENTS = ("an.facebook.com", "network_ads_common", "adnw_")
"""What the library of Facebook for advertisements has, which this setting does not turn off:
https://developers.facebook.com/docs/audience-network
"""
_STYLING = lazy_pattern(rb"\"styling\"\s{0,20}:\s{0,20}(?=\{)")
_NO_PICTURE = (".css", ".js", ".json", ".html")
"""Ends of the addresses of files that the app itself gets."""
_DEX = ".dex"


class _General(msgspec.Struct, frozen=True):
    initial_url: str = msgspec.field(name="initialUrl")


class _Settings(msgspec.Struct, frozen=True):
    general: _General
    services: dict[str, Any] = msgspec.field(default_factory=dict)


class BuilderSettings:
    """Reads the settings while the package is read."""

    def __init__(self) -> None:
        """Begin an app."""
        self._off: frozenset[str] = frozenset()
        self._pictures: tuple[str, int, int] | None = None

    def watched(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """The pieces of an app, unchanged."""
        for piece in pieces:
            if not isinstance(piece, ArtifactBatch):
                if piece.file.endswith(_FILE):
                    for buffer in piece.buffers:
                        self._read(buffer.file, buffer.data)
            else:
                for file, content in zip(piece.files, piece.contents, strict=True):
                    if file.endswith(_FILE):
                        self._read(file, content)
            yield piece
            del piece  # it can be large

    def settled(self, found: AppFinds) -> AppFinds:
        """The finds without those in libraries that are off, and without pictures for the builder.

        What a credential or a rule of the user names stays.
        """
        named = {one.endpoint for one in found.credentials}
        every = (
            f"{one.endpoint.host}{one.endpoint.path}" for one in found.sightings if one.evidence.file.endswith(_DEX)
        )
        if self._off and any(mark in one for one in every for mark in _ADVERTISEMENTS):
            self._off -= set(_SERVICES["facebook"])
        for applies, reason in ((self._is_off, TURNED_OFF), (self._is_picture, PICTURE)):
            gone = {
                one.endpoint.value
                for one in found.sightings
                if one.endpoint.value not in named and not one.evidence.user_rule and applies(one)
            }
            found = found.without(gone, reason) if gone else found
        return found

    def _read(self, file: str, data: Bytes) -> None:
        """Read the settings, if the file has those of GoNative."""
        if len(data) > MAX_FILE:
            return
        text = bytes(data)
        styling = _STYLING.search(text) if text.isascii() else None
        try:
            settings = msgspec.json.decode(text, type=_Settings)
            end = json.JSONDecoder().raw_decode(text.decode("ascii"), styling.end())[1] if styling is not None else 0
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return
        self._off = frozenset(
            domain for name, domains in _SERVICES.items() if _is_inactive(settings.services, name) for domain in domains
        )
        self._pictures = (file, styling.end(), end) if styling is not None else None

    def _is_off(self, one: Sighting) -> bool:
        """True for an address in code, at the domain of a service that is off."""
        host = one.endpoint.host
        is_code = one.evidence.file.endswith(_DEX)
        return is_code and any(host == domain or host.endswith(f".{domain}") for domain in self._off)

    def _is_picture(self, one: Sighting) -> bool:
        if self._pictures is None or one.evidence.offset is None:
            return False
        file, start, end = self._pictures
        is_other = one.endpoint.path.lower().endswith(_NO_PICTURE)
        return one.evidence.file == file and start <= one.evidence.offset < end and not is_other


def _is_inactive(services: dict[str, Any], name: str) -> bool:
    """True if the settings have a service, and say that it is off."""
    service = services.get(name)
    return isinstance(service, dict) and service.get("active") is False
