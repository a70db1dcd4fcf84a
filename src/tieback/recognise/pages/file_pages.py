"""Addresses in pages that a hybrid app loads from files, which only pages with TLS or from a server contact.

- Those without a scheme: ``src="//cdn.test/a.js"`` is a file there.
- The first of ``"https:" == location.protocol ? "https://ssl.cdn.test/a.js" : "http://cdn.test/a.js"``.

The scheme of the page is that of the address (RFC 3986, section 5.2.2). Cordova loads its pages as
``file:///android_asset/www/index.html`` up to version 9 for Android and 5 for iOS, later versions from a local server.
So nothing is concluded without a version, or with a plugin that has such a server. Sources:
https://cordova.apache.org/announcements/2021/07/20/cordova-android-10.0.0.html,
https://cordova.apache.org/announcements/2020/06/01/cordova-ios-release-6.0.0.html
Bounds: 20,000 texts of each kind that can begin an address, and 1,000 addresses and choices, per file.
"""

from itertools import islice

from tieback.intake.apps.interface import Bytes
from tieback.intake.apps.text_places import has_text, places_of
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.near import matches_near
from tieback.recognise.pages.page_marks import Marks, places_of_marks

NO_SCHEME = "only without a scheme in pages that the app loads from files"
OF_TLS = "only in pages with TLS, and the app loads its pages from files"
MAX_ADDRESSES, MAX_STARTS = 1_000, 20_000
_VERSION = lazy_pattern(
    rb"\b(?:PLATFORM_VERSION|CORDOVA_JS)_BUILD_LABEL\s{0,4}=\s{0,4}[\"'](?P<major>\d{1,3})\."
    rb"|\A// Platform: \w{1,20}\r?\n// (?P<old>\d{1,3})\."
)
_HEAD = 32_768
"""Most bytes of ``cordova.js`` before its version."""
_LAST = {"assets": 9, "app": 5}
"""The last versions that load their pages from files, by the folder around ``www``."""
_SERVERS = (
    b"ionic-webview", b"webserver", b"web-server", b"httpd", b"localserver", b"local-server", b"staticserver",
    b"static-server", b"meteor-webapp", b"telerik.plugins.wkwebview", b'cordova-plugin-wkwebview"',
    b"cordova-plugin-wkwebview.", b"cordova-plugin-wkwebview/",
)  # fmt: skip
"""Plugins that load the pages from a server in the app, or on the device.

Those of Meteor and Telerik do that too; ``cordova-plugin-wkwebview-engine`` loads files.
"""
_LOCAL = tuple(
    text.encode(form) for text in ("://localhost:", "://127.0.0.1:", "ionic://") for form in ("ascii", "utf-16-le")
)
"""Where such a server is, in the settings of Cordova."""
_QUOTED, _UNQUOTED = (b'"//', b"'//", b"(//"), (b"=//",)
"""How an address begins in any file, also in the styles of a script, and how also in pages and style sheets."""
_MARKS = Marks(_QUOTED + _UNQUOTED)
_LOADS = lazy_pattern(rb"(?i)(?:(?<!-)\b(?:src|href|poster)\s{0,4}=\s{0,4}\\?|\burl\(\s{0,4}|@import\s{1,4})[\"'(=]?\Z")
"""What is before an address that an element or a style sheet loads."""
_BASE = lazy_pattern(rb"(?i)<base\s[^<>]{0,200}?href\s?=\s?[\"']?https?:")
"""An element that gives the addresses of a page the scheme of a server."""
_BEFORE = 24
_PROTOCOL = b"location.protocol"
_CHOICE = lazy_pattern(
    rb"(?:[\"']https:[\"']\s{0,4}={2,3}\s{0,4}[\w.]{0,20}location\.protocol|location\.protocol\s{0,4}={2,3}\s{0,4}[\"']https:[\"'])"
    rb"\s{0,4}\)?\s{0,4}\?\s{0,4}[\"'](?P<tls>https://[\w-][^\"'\\\s]{0,200})[\"']\s{0,4}:\s{0,4}[\"']http://[\w-]"
)
"""A choice of an address by the scheme of the page. Each side begins a host, so that the other one stays."""
_EXECUTES = b"executeScript"
_INJECTED = lazy_pattern(rb"\bexecuteScript\(\s{0,8}\{\s{0,8}[\"']?file[\"']?\s{0,4}:")
"""A call by which a script of the app runs in the page of a server:
https://cordova.apache.org/docs/en/latest/reference/cordova-plugin-inappbrowser/#inappbrowserexecutescript
"""
_CHOICE_REACH, _CHOICE_LENGTH = 40, 300
"""Most bytes between the place of a text that code joins and the choice in it, and behind its ``location.protocol``."""


class FilePages:
    """The addresses without a scheme in the pages of one app, and how it loads its pages."""

    def __init__(self) -> None:
        """Begin an app."""
        self._loads_files: dict[str, bool] = {}
        self._injects = False
        self._addresses: dict[str, frozenset[int]] = {}
        self._choices: dict[str, list[tuple[int, int, str]]] = {}
        """By file: where a choice begins and ends, and its address for pages with TLS."""

    def see_frame(self, root: str, data: Bytes) -> None:
        """Read the version of Cordova in its script, or what plugins there are in the list of them."""
        found = _VERSION.search(bytes(data[:_HEAD]))
        old = found is not None and int(found["major"] or found["old"]) <= _last(root)
        lower = bytes(data).lower()
        is_server = any(name in lower for name in _SERVERS)
        if found is not None or is_server:
            self._loads_files[root] = self._loads_files.get(root, True) and old and not is_server

    def see_settings(self, root: str, data: Bytes) -> None:
        """Read in the settings of Cordova whether the app loads its pages from a server on the device."""
        if any(data.find(one) >= 0 for one in _LOCAL):
            self._loads_files[root] = False

    def see(self, file: str, data: Bytes) -> None:
        """Note the addresses without a scheme in a page, script or style sheet."""
        marks, places = places_of_marks(_MARKS, data), set[int]()
        is_elsewhere = _BASE.search(data) is not None
        for start in () if is_elsewhere else _QUOTED if file.lower().endswith(".js") else _QUOTED + _UNQUOTED:
            for at in marks.of(start)[:MAX_STARTS]:
                if len(places) >= MAX_ADDRESSES:
                    break
                if _LOADS.search(data, max(0, at - _BEFORE), at + 1):
                    places.add(at + 1)
        if places:
            self._addresses[file] = frozenset(places)
        self._injects |= has_text(data, _EXECUTES) and _INJECTED.search(data) is not None
        near = matches_near(_CHOICE, data, places_of(data, _PROTOCOL), _CHOICE_REACH, _CHOICE_LENGTH)
        choices = [(one.start(), one.end(), one["tls"]) for one in islice(near, MAX_ADDRESSES)]
        if choices:
            self._choices[file] = [(start, end, tls.decode("utf-8", "replace").lower()) for start, end, tls in choices]

    def reason(self, root: str, file: str, offset: int | None, address: str) -> str:
        """Why a page that is a file does not contact an address; empty if that is not known.

        Args:
            root: the folder of the pages, or empty.
            file: the page, script or style sheet.
            offset: where the address is in it.
            address: the address.
        """
        if offset is None or not self._loads_files.get(root, False) or (self._injects and file.endswith(".js")):
            return ""
        if offset in self._addresses.get(file, ()):
            return NO_SCHEME
        chosen = any(
            start - _CHOICE_REACH <= offset < end and address.lower().startswith(tls)
            for start, end, tls in self._choices.get(file, ())
        )
        return OF_TLS if chosen else ""


def _last(root: str) -> int:
    return _LAST["assets" if root.endswith("assets/www/") else "app"]
