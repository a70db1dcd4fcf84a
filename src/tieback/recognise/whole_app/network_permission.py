"""The permission without which Android opens no connection for an app: ``android.permission.INTERNET``.

The kernel refuses sockets to a process whose user is not in the group of the permission, whichever library asks. So the
addresses in an app without it are contacted by nobody. Its cloud resources and data stores stay: they exist, and other
programs of the maker can use them. An IP address with the port of a data store does not stay: nothing but the port
names the product, and lists of public proxies have such ports, too.
Source: https://developer.android.com/develop/connectivity/network-ops/connecting
"""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from tieback.intake.apps.interface import ArtifactBatch, BufferKind, Piece
from tieback.model.count_text import count_text
from tieback.model.endpoint import EndpointKind
from tieback.model.sighting import Problem, Sighting
from tieback.recognise.whole_app.collect import AppFinds

FILE = "AndroidManifest.xml"
NOT_PERMITTED = "the app has no permission to use the network"
_STORES = (EndpointKind.CLOUD, EndpointKind.CONNECTION_STRING)
_DOUBTS = (
    b"permission.INTERNET", b"sharedUserId", b"<instrumentation", b"xposed",
    b"ACCESS_SUPERUSER", b"shizuku", b"customtabs.trusted", b"browserhelper.trusted",
)  # fmt: skip
"""What gives an app the network: its own permission, that of another app with the same user, the process of another app
in which it runs, as tests and modules of Xposed do, a process of another user that it starts, as with a superuser or
Shizuku (https://github.com/RikkaApps/Shizuku-API), or the browser, which shows the web site of the maker as the app:
https://developer.chrome.com/docs/android/trusted-web-activity
"""
_STARTED = (b"android.intent.action.MAIN", b"android.intent.category.LAUNCHER")
"""What the manifest of an app has that a person starts. Others can be plugins, in the process of another app."""


class NetworkPermission:
    """Notes whether any manifest in a package gives it the network."""

    def __init__(self) -> None:
        self._manifest = ""
        self._is_started = self._has_doubt = False

    def watched(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """The pieces of an app, unchanged."""
        for piece in pieces:
            self._see(piece)
            yield piece
            del piece  # it can be large

    @property
    def is_missing(self) -> bool:
        """True if no manifest of the package, nor of a package in it, gives it the network, and a person starts it."""
        return self._is_started and not self._has_doubt

    def settled(self, found: AppFinds) -> AppFinds:
        """The finds; without the permission, addresses are not back ends, and a remark states that.

        Data stores stay, and what a credential or a rule of the user names.
        """
        if not self.is_missing:
            return found
        named = {one.endpoint for one in found.credentials}
        gone = {one.endpoint.value for one in found.sightings if not _stays(one, named)}
        if not gone:
            return found
        number = count_text(len(gone), "address in it is not a back end", "addresses in it are not back ends")
        remark = Problem(f"{NOT_PERMITTED} (android.permission.INTERNET): {number}", self._manifest)
        return replace(found.without(gone, NOT_PERMITTED), problems=(*found.problems, remark))

    def _see(self, piece: Piece) -> None:
        if isinstance(piece, ArtifactBatch):
            self._has_doubt |= any(file.endswith(FILE) for file in piece.files)
        elif piece.file.endswith(FILE):
            texts = [bytes(one.data) for one in piece.buffers if one.kind is BufferKind.MANIFEST]
            self._has_doubt |= not texts or any(mark in text for text in texts for mark in _DOUBTS)
            self._is_started |= any(all(mark in text for mark in _STARTED) for text in texts)
            self._manifest = self._manifest or piece.file


def _stays(sighting: Sighting, named: set[str]) -> bool:
    endpoint = sighting.endpoint
    is_store = endpoint.kind in _STORES or (endpoint.service is not None and endpoint.kind is not EndpointKind.ADDRESS)
    return is_store or endpoint.value in named or bool(sighting.evidence.user_rule)
